"""JPEG: marker segments and scans of the primary image (ITU-T T.81, annex B).

Ends at the first EOI of the top level, so second images (MPO) and trailers (SEF, motion photo) stay out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.span import PIECE, Span, lie, read_up_to, size_of

MAGIC: Final = b"\xff\xd8\xff"
SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
APP0, APP1, APP11, APP14 = 0xE0, 0xE1, 0xEB, 0xEE
SCAN: Final = 0x100
"""Stands in for the marker of entropy-coded data, which has none of its own."""

_LIMIT: Final = 4_000
"""Segments and scans of one picture: 250 MB of metadata in full segments."""
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_NEXT_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its marker (second byte, or SCAN), and the span of what it holds behind the length."""

    marker: int
    span: Span


def segments(file: BinaryIO) -> Iterator[Segment]:
    """Segments in front of the picture, up to and including the first SOS. Raises UnreadableMedia."""
    for segment in picture(file):
        yield segment
        if segment.marker in (SOS, EOI):
            return


def picture(file: BinaryIO) -> Iterator[Segment]:
    """All segments and scans of the primary image; the last one is EOI unless the file is truncated.

    Raises UnreadableMedia where there is no JPEG, a segment lies about its length, or there are too many.
    """
    size = size_of(file)
    if read_up_to(file, 0, 2) != MAGIC[:2]:
        raise lie("jpeg.no_start", "there is no start marker")
    position = 2
    for _ in range(_LIMIT):
        segment = _segment(file, position, size)
        if segment is None:
            return
        yield segment
        if segment.marker == EOI:
            return
        position = segment.span.end
        if segment.marker == SOS:
            scan = Span(position, _scan_end(file, position, size) - position)
            yield Segment(SCAN, scan)
            position = scan.end
    raise lie("jpeg.too_many_segments", f"more than {_LIMIT} segments")


def _segment(file: BinaryIO, position: int, size: int) -> Segment | None:
    """The segment at a position, or None where the file ends. Fill bytes in front are skipped."""
    head = read_up_to(file, position, 64)
    fill = len(head) - len(head.lstrip(b"\xff"))
    if head and fill == 0:
        raise lie("jpeg.no_marker", f"no marker at {position}")
    marker_at = position + fill
    if marker_at >= size or fill >= len(head):
        return None
    marker = head[fill]
    if marker == EOI or marker in _BARE:
        return Segment(marker, Span(marker_at + 1, 0))
    length = int.from_bytes(read_up_to(file, marker_at + 1, 2), "big")
    if length < 2 or marker_at + 1 + length > size:
        raise lie("jpeg.segment_length", f"the segment at {position} says {length} bytes")
    return Segment(marker, Span(marker_at + 3, length - 2))


def _scan_end(file: BinaryIO, position: int, size: int) -> int:
    """Where entropy-coded data ends: at the next marker that is no restart, or at the end of the file."""
    while position < size:
        data = read_up_to(file, position, PIECE)
        if not data:
            break
        found = _NEXT_MARKER.search(data)
        if found:
            return position + found.start()
        # A marker may straddle two pieces: look at a last 0xFF again.
        step = len(data) - 1 if data.endswith(b"\xff") and len(data) > 1 else len(data)
        position += step
    return size
