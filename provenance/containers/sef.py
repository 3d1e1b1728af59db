"""Samsung's trailer behind a picture: named blocks, a directory, and ``SEFT`` as the very last bytes.

Layout as in ExifTool, lib/Image/ExifTool/Samsung.pm, ProcessSamsungTrailer; it stands behind the end of a JPEG or
PNG, and inside a box `sefd` of a HEIC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.span import Span, lie, read_span, read_up_to

_FOOT: Final = 8
_DIRECTORY_LIMIT: Final = 64 << 10
_NAME_LIMIT: Final = 256


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its number, its name, and where its data lies."""

    number: int
    name: str
    span: Span


def blocks(file: BinaryIO, end: int) -> Iterator[Block]:
    """The blocks of the trailer that ends at `end`; none where there is no trailer.

    Raises UnreadableMedia where its directory is not where it says, or names a block outside the file.
    """
    foot = read_up_to(file, max(0, end - _FOOT), _FOOT)
    if end < _FOOT or foot[4:] != b"SEFT":
        return
    length = int.from_bytes(foot[:4], "little")
    start = end - _FOOT - length
    if start < 0:
        raise lie("sef.directory", f"the trailer's directory is said to have {length} bytes")
    directory = read_span(file, Span(start, length), _DIRECTORY_LIMIT)
    count = int.from_bytes(directory[8:12], "little")
    if directory[:4] != b"SEFH" or 12 + 12 * count > length:
        raise lie("sef.directory", "the trailer's directory makes no sense")
    for at in range(12, 12 + 12 * count, 12):
        number, back, size = (
            int.from_bytes(directory[at + skip : at + skip + width], "little")
            for skip, width in ((2, 2), (4, 4), (8, 4))
        )
        yield _block(file, number, Span(start - back, size))


def _block(file: BinaryIO, number: int, whole: Span) -> Block:
    if whole.offset < 0 or whole.length < _FOOT:
        raise lie("sef.block", f"block {number:#06x} is said to lie outside the file")
    head = read_up_to(file, whole.offset, _FOOT + _NAME_LIMIT)
    name = int.from_bytes(head[4:8], "little")
    if name > min(_NAME_LIMIT, whole.length - _FOOT):
        raise lie("sef.block", f"the name of block {number:#06x} is said to have {name} bytes")
    text = head[_FOOT : _FOOT + name].decode("utf-8", "replace")
    return Block(number, text, Span(whole.offset + _FOOT + name, whole.length - _FOOT - name))
