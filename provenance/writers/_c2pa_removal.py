"""Where an embedded manifest store lies, and the edits that take it out (C2PA 2.4, annex A.3).

In BMFF the box becomes free space in place, because samples are found by their offsets; elsewhere it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO, Final

from provenance.containers import bmff, jpeg, png, riff
from provenance.containers.span import read_up_to
from provenance.contracts import Edit
from provenance.writers._riff_parts import taken_out
from provenance.writers._tiff_parts import field_edits

_STORE: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_TIFF_TAG: Final = ("0", 0xCD41)
_HEAD: Final = 64
"""Bytes of a JUMBF superbox within which its type, ``c2pa``, stands."""


def removals(file: BinaryIO, media_type: str) -> tuple[Edit, ...]:
    """The edits that take a manifest store out of a file; none where there is none. Raises UnreadableMedia."""
    find = _FINDERS.get(media_type)
    return () if find is None else find(file)


def _from_jpeg(file: BinaryIO) -> tuple[Edit, ...]:
    """All segments of the JUMBF box whose first one says that it is C2PA's; they share its number (ISO 19566-5)."""
    boxes = [
        (segment, read_up_to(file, segment.span.offset, _HEAD))
        for segment in jpeg.segments(file)
        if segment.marker == jpeg.APP11
    ]
    numbers = {head[2:4] for _, head in boxes if head[:2] == b"JP" and b"jumdc2pa" in head}
    return tuple(
        Edit(segment.span.offset - 4, segment.span.length + 4, b"") for segment, head in boxes if head[2:4] in numbers
    )


def _from_png(file: BinaryIO) -> tuple[Edit, ...]:
    found = (chunk for chunk in png.chunks(file) if chunk.kind == b"caBX")
    return tuple(Edit(chunk.span.offset - 8, chunk.span.length + 12, b"") for chunk in found)


def _from_riff(file: BinaryIO) -> tuple[Edit, ...]:
    found = next((chunk for chunk in riff.chunks(file) if chunk.kind == b"C2PA"), None)
    return () if found is None else taken_out(file, found)


def _from_tiff(file: BinaryIO) -> tuple[Edit, ...]:
    return field_edits(file, {_TIFF_TAG: None})


def _from_bmff(file: BinaryIO) -> tuple[Edit, ...]:
    edits: list[Edit] = []
    for box in bmff.top_boxes(file):
        if box.kind == b"uuid" and box.uuid == _STORE:
            edits += [Edit(box.start + 4, 4, b"free"), Edit(box.start + 8, box.body.end - box.start - 8,
                                                            bytes(box.body.end - box.start - 8))]  # fmt: skip
    return tuple(edits)


_FINDERS: Final[Mapping[str, Callable[[BinaryIO], tuple[Edit, ...]]]] = {
    "image/jpeg": _from_jpeg,
    "image/png": _from_png,
    "image/tiff": _from_tiff,
    **dict.fromkeys(("image/webp", "audio/wav", "video/x-msvideo"), _from_riff),
    **dict.fromkeys(
        ("image/heic", "image/heif", "image/avif", "video/mp4", "video/quicktime", "video/x-m4v", "audio/mp4"),
        _from_bmff,
    ),
}
