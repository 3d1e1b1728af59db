"""Headers of production stills (PSD, OpenEXR, DPX): size, software, project, camera, as plain facts.

A camera named in an OpenEXR or DPX header is a hint: compositing programs carry such attributes from plate to
comp. Generators' texts in OpenEXR attributes are read by the table of `provenance.marks`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from provenance.containers import dpx, exr, psd
from provenance.containers.span import read_span, read_up_to
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.marks import recognise
from provenance.model import Fault, Mark, Origin, Reading, Strength, bounded
from provenance.readers._camera import is_sane
from provenance.readers._exif_fields import plain_text
from provenance.readers._faults import as_fault, opened

NAME: Final = "image_headers"
VERSION: Final = "1"

Facts = dict[str, str | int | float]

_TEXT_LIMIT: Final = 8 << 20
_TEXT_TOTAL: Final = 32 << 20
_XMP: Final = "xmp"
_EXR_FACTS: Final = {
    "software": "software", "writer": "software", "creator": "software", "exif:software": "software",
    "owner": "author", "comments": "comment", "capdate": "date", "cameramake": "camera_make",
    "cameramodel": "camera_model", "lensmodel": "lens", "reelname": "reel",
}  # fmt: skip
"""Standard attributes of OpenEXR 3.2 and those that Nuke, Blender, Houdini and OpenImageIO write, in lower case."""


def accepts(path: Path, head: bytes) -> bool:
    """True for PSD, OpenEXR and DPX, by their first bytes."""
    return _reader(head) is not None


def read(source: Source) -> Reading:
    """Facts and marks of the header. Raises UnreadableMedia where the file cannot be opened."""
    marks: list[Mark] = []
    faults: list[Fault] = []
    facts: Facts = {}
    with opened(source.path) as file:
        look = _reader(read_up_to(file, 0, 8))
        try:
            if look is not None:
                look(file, facts, marks)
        except UnreadableMedia as error:
            faults.append(as_fault(NAME, error, "header.unreadable"))
    return Reading(marks=tuple(marks), faults=tuple(faults), facts=facts)


def _reader(head: bytes) -> Callable[[BinaryIO, Facts, list[Mark]], None] | None:
    if head.startswith(exr.MAGIC):
        return _exr
    if head[:4] in dpx.MAGICS:
        return _dpx
    return _psd if head.startswith(psd.MAGIC) else None


def _psd(file: BinaryIO, facts: Facts, marks: list[Mark]) -> None:
    header = psd.header_of(file)
    facts |= {"format": "PSD", "width": header.width, "height": header.height, "bits": header.bits}


def _dpx(file: BinaryIO, facts: Facts, marks: list[Mark]) -> None:
    header = dpx.header_of(file)
    facts |= {"format": "DPX", "width": header.width, "height": header.height}
    told = {
        "software": header.creator, "project": header.project, "date": header.time, "input_device": header.device,
        "input_file": header.source_name, "original_name": header.name,
    }  # fmt: skip
    facts |= {name: bounded(text, 200) for name, text in told.items() if text}
    if is_sane(header.device):
        marks.append(_hint("dpx:orientation header", "input device", header.device))


def _exr(file: BinaryIO, facts: Facts, marks: list[Mark]) -> None:
    facts["format"] = "EXR"
    texts: list[tuple[str, str]] = []
    held = 0
    try:
        for entry in exr.attributes(file):
            if entry.name == "displayWindow" and entry.span.length == 16:
                facts |= _window(read_span(file, entry.span, 16))
            elif entry.type == "string" and entry.name != _XMP and held + entry.span.length <= _TEXT_TOTAL:
                held += entry.span.length
                texts.append((entry.name, plain_text(read_span(file, entry.span, _TEXT_LIMIT))))
    finally:
        # What stood in front of a lie still counts.
        _tell(texts, facts, marks)


def _tell(texts: list[tuple[str, str]], facts: Facts, marks: list[Mark]) -> None:
    for name, text in texts:
        if (fact := _EXR_FACTS.get(name.lower())) and text:
            facts.setdefault(fact, bounded(text, 200))
    for said in recognise(texts):
        signature = said.signature
        marks.append(
            Mark(NAME, VERSION, "exr:attribute", said.key, said.value, signature.origin, signature.strength,
                 signature.detail)
        )  # fmt: skip
    names = [str(facts[name]) for name in ("camera_make", "camera_model") if name in facts]
    if names and all(is_sane(name) for name in names):
        marks.append(_hint("exr:attribute", "cameraMake, cameraModel", " ".join(names)))


def _window(data: bytes) -> Facts:
    left, top, right, bottom = (int.from_bytes(data[at : at + 4], "little", signed=True) for at in (0, 4, 8, 12))
    return {"width": right - left + 1, "height": bottom - top + 1}


def _hint(place: str, key: str, camera: str) -> Mark:
    detail = (("rank", "C1"), ("camera", bounded(camera, 200)))
    return Mark(NAME, VERSION, place, key, bounded(camera), Origin.CAPTURED, Strength.HEURISTIC, detail)
