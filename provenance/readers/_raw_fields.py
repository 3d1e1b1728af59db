"""Raw files that hold no EXIF: what they say of camera and exposure, as if it stood in an EXIF block."""

from __future__ import annotations

import math
import re
import struct
from typing import BinaryIO, Final

from provenance.containers import ciff, x3f
from provenance.containers.span import read_span, read_up_to
from provenance.readers._exif_block import Block
from provenance.readers._exif_fields import Fields, plain_text

_MAKE_MODEL, _EXPOSURE = 0x080A, 0x1818
_SIGMA_TEXTS: Final = {"CAMMANUF": "Make", "CAMMODEL": "Model", "FIRMVERS": "Software"}
_SIGMA_NUMBERS: Final = {"EXPTIME": "ExposureTime", "SHUTTER": "ExposureTime", "APERTURE": "FNumber", "ISO": "ISO",
                         "FLENGTH": "FocalLength"}  # fmt: skip
_NUMBER: Final = re.compile(r"\d{1,9}(?:\.\d{1,9})?")


def is_raw(head: bytes) -> bool:
    """True for the first bytes of a raw file without EXIF."""
    return ciff.is_ciff(head) or head.startswith(x3f.MAGIC)


def raw_fields(file: BinaryIO) -> tuple[Block, Fields] | None:
    """What such a file says, or None where it is none. Raises UnreadableMedia."""
    head = read_up_to(file, 0, 16)
    if ciff.is_ciff(head):
        return Block("crw:heap", file), _canon(file)
    if head.startswith(x3f.MAGIC):
        return Block("x3f:PROP", file), _sigma(file)
    return None


def _canon(file: BinaryIO) -> Fields:
    texts: list[tuple[str, str]] = []
    numbers: dict[str, float] = {}
    for record in ciff.records(file):
        if record.tag == _MAKE_MODEL:
            make, _, model = read_span(file, record.span, 4_096).partition(b"\0")
            texts += [("Make", plain_text(make)), ("Model", plain_text(model.partition(b"\0")[0]))]
        elif record.tag == _EXPOSURE and record.span.length >= 12:
            # Compensation, shutter speed and aperture in APEX units.
            values = struct.unpack("<fff", read_up_to(file, record.span.offset, 12).ljust(12, b"\0"))
            named = zip(("ShutterSpeedValue", "ApertureValue"), values[1:], strict=True)
            numbers |= {name: value for name, value in named if math.isfinite(value)}
    return Fields(tuple(texts), numbers, mosaic=True)


def _sigma(file: BinaryIO) -> Fields:
    said = x3f.properties_of(file)
    texts = tuple((ours, said[theirs]) for theirs, ours in _SIGMA_TEXTS.items() if theirs in said)
    numbers = {
        ours: float(said[theirs]) for theirs, ours in _SIGMA_NUMBERS.items() if _NUMBER.fullmatch(said.get(theirs, ""))
    }
    return Fields(texts, numbers, mosaic=True)
