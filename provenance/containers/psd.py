"""Photoshop files and the image resources that JPEG and TIFF carry too (Adobe Photoshop File Formats
Specification, "File Header Section" and "Image Resources Section").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.span import Span, lie, read_up_to

MAGIC: Final = b"8BPS"
JPEG_HEAD: Final = b"Photoshop 3.0\0"
IPTC, EXIF, XMP = 0x0404, 0x0422, 0x0424
_HEADER: Final = 26
_RESOURCES: Final = 10_000
_SIGNATURES: Final = frozenset({b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"})


@dataclass(frozen=True, slots=True)
class Header:
    """Size in pixels, channels, bits a channel."""

    width: int
    height: int
    channels: int
    bits: int


@dataclass(frozen=True, slots=True)
class Resource:
    """One image resource: its number, and where its data lies."""

    number: int
    span: Span


def header_of(file: BinaryIO) -> Header:
    """The header of a PSD or PSB. Raises UnreadableMedia where there is none."""
    head = read_up_to(file, 0, _HEADER)
    if head[:4] != MAGIC or len(head) < _HEADER:
        raise lie("psd.no_header", "there is no Photoshop header")
    channels, height, width, bits = (
        int.from_bytes(head[at : at + size], "big") for at, size in ((12, 2), (14, 4), (18, 4), (22, 2))
    )
    return Header(width, height, channels, bits)


def resources_of(file: BinaryIO) -> Iterator[Resource]:
    """The image resources of a PSD or PSB. Raises UnreadableMedia."""
    header_of(file)
    colours = int.from_bytes(read_up_to(file, _HEADER, 4), "big")
    start = _HEADER + 4 + colours
    length = int.from_bytes(read_up_to(file, start, 4), "big")
    return resources(file, Span(start + 4, length))


def resources(file: BinaryIO, within: Span) -> Iterator[Resource]:
    """The image resources in a part of a file; rubbish behind the last one ends them quietly.

    Raises UnreadableMedia where one runs past the end of the part, or there are too many.
    """
    position = within.offset
    for _ in range(_RESOURCES):
        head = read_up_to(file, position, min(7, max(0, within.end - position)))
        if len(head) < 7 or head[:4] not in _SIGNATURES:
            return
        # The name is a Pascal string, padded so that its length byte and letters are even in number.
        name = 1 + head[6] + (1 + head[6]) % 2
        size_at = position + 6 + name
        size = int.from_bytes(read_up_to(file, size_at, 4), "big")
        span = Span(size_at + 4, size)
        if span.end > within.end:
            raise lie("psd.resource", f"the resource at {position} says {size} bytes")
        yield Resource(int.from_bytes(head[4:6], "big"), span)
        position = span.end + size % 2
    raise lie("psd.too_many_resources", f"more than {_RESOURCES} image resources")
