"""ISO base media files (MP4, MOV, HEIC, AVIF, JPEG XL): boxes (ISO/IEC 14496-12, section 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.span import Span, lie, read_up_to, size_of

_LIMIT: Final = 200_000
TOP_KINDS: Final = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"uuid", b"styp", b"meta", b"JXL "}
)
"""Boxes with which a file of this family begins."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box.

    Args: kind is its four letters; start where its header begins; body what it holds; uuid its 16-byte
    extended type or empty; cut true where it promised more bytes than there are.
    """

    kind: bytes
    start: int
    body: Span
    uuid: bytes = b""
    cut: bool = False


def is_bmff(head: bytes) -> bool:
    """True where the first bytes of a file look like a box of this family."""
    return len(head) >= 8 and head[4:8] in TOP_KINDS


def top_boxes(file: BinaryIO) -> Iterator[Box]:
    """The boxes of the top level. Raises UnreadableMedia where the first one is none of this family."""
    if not is_bmff(read_up_to(file, 0, 8)):
        raise lie("bmff.no_box", "the file does not begin with a known box")
    yield from boxes(file, Span(0, size_of(file)))


def boxes(file: BinaryIO, within: Span) -> Iterator[Box]:
    """Boxes inside a span; the last one may be cut. Raises UnreadableMedia where a box lies."""
    position, end = within.offset, within.end
    for _ in range(_LIMIT):
        if position + 8 > end:
            return
        box = _box(file, position, end)
        if box is None:
            return
        yield box
        position = box.body.end
    raise lie("bmff.too_many_boxes", f"more than {_LIMIT} boxes on one level")


def children(file: BinaryIO, box: Box, skip: int = 0) -> Iterator[Box]:
    """Boxes inside a box, behind `skip` bytes of fields of its own. Raises UnreadableMedia."""
    return boxes(file, Span(box.body.offset + skip, max(0, box.body.length - skip)))


def find(file: BinaryIO, within: Iterator[Box], *path: bytes) -> Box | None:
    """The first box on a path of kinds, or None. Raises UnreadableMedia."""
    for box in within:
        if box.kind == path[0]:
            return box if len(path) == 1 else find(file, inside(file, box), *path[1:])
    return None


def inside(file: BinaryIO, box: Box) -> Iterator[Box]:
    """Boxes inside a box; knows that `meta` has four bytes of its own in ISO files and none in QuickTime."""
    skip = 0
    if box.kind == b"meta" and read_up_to(file, box.body.offset + 4, 4) != b"hdlr":
        skip = 4
    return children(file, box, skip)


def _box(file: BinaryIO, position: int, end: int) -> Box | None:
    head = read_up_to(file, position, 32)
    if len(head) < 8:
        return None
    size, kind, header = int.from_bytes(head[:4], "big"), head[4:8], 8
    if size == 1:
        size, header = int.from_bytes(head[8:16], "big"), 16
    elif size == 0:
        # In `udta` four zero bytes end the list; elsewhere the box reaches to the end.
        if kind == bytes(4):
            return None
        size = end - position
    uuid = b""
    if kind == b"uuid":
        uuid, header = head[header : header + 16], header + 16
    if size < header:
        raise lie("bmff.box_size", f"the box at {position} says {size} bytes, its header alone has {header}")
    cut = position + size > end
    length = min(size, end - position) - header
    return Box(kind, position, Span(position + header, max(0, length)), uuid, cut)
