"""IPTC-NAA records in Photoshop's image resources: credit lines of Google and Apple, the way through Facebook.

IIM 4.2 in JPEG APP13, TIFF tags 33723 and 34377, Photoshop files and ImageMagick's PNG profiles.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from provenance.containers import iptc, jpeg, png, psd, tiff
from provenance.containers.span import Span, read_span, read_up_to
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.marks import recognise
from provenance.model import Fault, Mark, Reading, bounded
from provenance.readers._faults import as_fault, opened

NAME: Final = "iptc_iim"
VERSION: Final = "1"

_LIMIT: Final = 16 << 20
_TEXT_LIMIT: Final = 64 << 10
_APP13: Final = 0xED
_TIFF_IPTC, _TIFF_RESOURCES = 33_723, 34_377
_PROFILES: Final = frozenset({"Raw profile type iptc", "Raw profile type 8bim"})
_NAMES: Final = {
    40: "SpecialInstructions", 55: "DateCreated", 65: "OriginatingProgram", 80: "By-line", 105: "Headline",
    110: "Credit", 115: "Source", 116: "Copyright", 120: "Caption",
}  # fmt: skip
_FACTS: Final = {"Credit": "credit", "By-line": "author", "OriginatingProgram": "software", "Source": "source"}
_ALSO_KNOWN_AS: Final = {"OriginatingProgram": "Software", "Caption": "Description"}
"""Names under which generators' grammars know the same statement."""

Part = tuple[str, bytes]
"""Where a block of records stood, and its bytes."""


def accepts(path: Path, head: bytes) -> bool:
    """True for containers that may hold IPTC records, by their first bytes."""
    return head.startswith((jpeg.MAGIC, png.MAGIC, psd.MAGIC)) or head[:4] in tiff.MAGICS


def read(source: Source) -> Reading:
    """Marks of the records and plain facts. Raises UnreadableMedia where the file cannot be opened."""
    marks: list[Mark] = []
    faults: list[Fault] = []
    facts: dict[str, str | int | float] = {}
    with opened(source.path) as file:
        try:
            for place, data in _parts(file):
                said = _statements(data)
                marks += _marks(place, said)
                for name, text in said:
                    if name in _FACTS and text:
                        facts.setdefault(_FACTS[name], bounded(text, 200))
        except UnreadableMedia as error:
            faults.append(as_fault(NAME, error, "iptc.unreadable"))
    if any(mark.key == "SpecialInstructions" for mark in marks):
        facts["came_through"] = "Facebook"
    return Reading(marks=tuple(marks), faults=tuple(faults), facts=facts)


def _statements(data: bytes) -> list[tuple[str, str]]:
    return [
        (_NAMES[entry.number], iptc.text_of(entry.data[:_TEXT_LIMIT]))
        for entry in iptc.data_sets(data)
        if entry.record == 2 and entry.number in _NAMES
    ]


def _marks(place: str, said: list[tuple[str, str]]) -> Iterator[Mark]:
    for found in recognise((_ALSO_KNOWN_AS.get(name, name), text) for name, text in said):
        signature = found.signature
        yield Mark(NAME, VERSION, place, found.key, found.value, signature.origin, signature.strength,
                   signature.detail)  # fmt: skip


def _parts(file: BinaryIO) -> Iterator[Part]:
    head = read_up_to(file, 0, 16)
    if head.startswith(jpeg.MAGIC):
        yield from _in_jpeg(file)
    elif head.startswith(png.MAGIC):
        yield from _in_png(file)
    elif head.startswith(psd.MAGIC):
        yield from _in_resources("psd:8BIM/iptc", file, psd.resources_of(file))
    elif head[:4] in tiff.MAGICS:
        yield from _in_tiff(file)


def _in_jpeg(file: BinaryIO) -> Iterator[Part]:
    pieces = []
    for segment in jpeg.segments(file):
        if segment.marker == _APP13:
            data = read_span(file, segment.span, 1 << 16)
            if data.startswith(psd.JPEG_HEAD):
                # Resources longer than a segment go on in the next one.
                pieces.append(data[len(psd.JPEG_HEAD) :])
    yield from _in_bytes("jpeg:APP13/8BIM/iptc", b"".join(pieces))


def _in_bytes(place: str, data: bytes) -> Iterator[Part]:
    file = io.BytesIO(data)
    return _in_resources(place, file, psd.resources(file, Span(0, len(data))))


def _in_resources(place: str, file: BinaryIO, found: Iterator[psd.Resource]) -> Iterator[Part]:
    for resource in found:
        if resource.number == psd.IPTC:
            yield place, read_span(file, resource.span, _LIMIT)


def _in_png(file: BinaryIO) -> Iterator[Part]:
    for chunk in png.chunks(file):
        if chunk.after_end:
            return
        if chunk.kind in png.TEXT_KINDS and png.key_of(file, chunk) in _PROFILES:
            data = png.profile_in(chunk, read_span(file, chunk.span, _LIMIT))
            if data[:1] == b"\x1c":
                yield "png:raw profile/iptc", data
            else:
                yield from _in_bytes("png:raw profile/8BIM/iptc", data)


def _in_tiff(file: BinaryIO) -> Iterator[Part]:
    for entry in tiff.entries(file):
        if entry.directory != "0":
            continue
        if entry.tag == _TIFF_IPTC:
            yield "tiff:33723/iptc", read_span(file, entry.span, _LIMIT)
        elif entry.tag == _TIFF_RESOURCES:
            yield from _in_bytes("tiff:34377/8BIM/iptc", read_span(file, entry.span, _LIMIT))
