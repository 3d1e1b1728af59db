"""GIF: application extensions and comments (GIF89a, sections 24 and 26; XMP specification part 3, 1.1.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from provenance.containers.span import lie, read_up_to, size_of

MAGICS: Final = (b"GIF87a", b"GIF89a")
_BLOCKS: Final = 1_000_000
_FAR: Final = 256 << 20
_COMMENT: Final = 0xFE
_APPLICATION: Final = 0xFF
_XMP: Final = b"XMP DataXMP"
_TRAILER: Final = 258
"""Bytes of the magic trailer that lets a plain GIF reader skip an XMP packet."""


def xmp_of(file: BinaryIO, limit: int) -> bytes | None:
    """The XMP packet of a GIF, at most `limit` bytes, or None. Raises UnreadableMedia."""
    for label, position in _extensions(file):
        if label == _APPLICATION and read_up_to(file, position + 1, len(_XMP)) == _XMP:
            return _packet(read_up_to(file, position + 1 + len(_XMP), limit + _TRAILER))
    return None


def comments_of(file: BinaryIO, limit: int) -> Iterator[bytes]:
    """The comments of a GIF, each at most `limit` bytes. Raises UnreadableMedia where one is longer."""
    for label, position in _extensions(file):
        if label == _COMMENT:
            yield _joined(file, position, limit)


def _extensions(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Label of each extension, and where its sub-blocks begin. Raises UnreadableMedia."""
    head = read_up_to(file, 0, 13)
    if head[:6] not in MAGICS or len(head) < 13:
        raise lie("gif.no_header", "there is no GIF header")
    size, position = min(size_of(file), _FAR + 1), 13 + _palette(head[10])
    for _ in range(_BLOCKS):
        if position > _FAR:
            raise lie("gif.too_long", f"only the first {_FAR} bytes are looked at")
        block = read_up_to(file, position, 10)
        if block[:1] == b"!" and len(block) > 1:
            yield block[1], position + 2
            position = _skip(file, position + 2, size)
        elif block[:1] == b",":
            # A picture: its descriptor, its palette, one byte of code size, then its sub-blocks.
            position = _skip(file, position + 11 + _palette(block[9] if len(block) > 9 else 0), size)
        else:
            return
    raise lie("gif.too_many_blocks", f"more than {_BLOCKS} blocks")


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _packet(data: bytes) -> bytes | None:
    end = data.find(b"\x01\xff\xfe\xfd")
    return data[:end] if end >= 0 else None


def _joined(file: BinaryIO, position: int, limit: int) -> bytes:
    """What a chain of sub-blocks holds."""
    whole = bytearray()
    while length := read_up_to(file, position, 1).rstrip(b"\0"):
        data = read_up_to(file, position + 1, length[0])
        whole += data
        if len(whole) > limit:
            raise lie("gif.comment", f"a comment of more than {limit} bytes")
        if len(data) < length[0]:
            break
        position += 1 + length[0]
    return bytes(whole)


def _skip(file: BinaryIO, position: int, size: int) -> int:
    """The position behind a chain of sub-blocks."""
    while position < size:
        length = read_up_to(file, position, 1)
        position += 1 + (length[0] if length else 0)
        if not length or length == b"\0":
            break
    return position
