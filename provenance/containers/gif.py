"""GIF: application extensions and comments (GIF89a, sections 24 and 26; XMP specification part 3, 1.1.2)."""

from __future__ import annotations

from typing import BinaryIO, Final

from provenance.containers.span import lie, read_up_to, size_of

MAGICS: Final = (b"GIF87a", b"GIF89a")
_BLOCKS: Final = 1_000_000
_FAR: Final = 256 << 20
_XMP: Final = b"XMP DataXMP"
_TRAILER: Final = 258
"""Bytes of the magic trailer that lets a plain GIF reader skip an XMP packet."""


def xmp_of(file: BinaryIO, limit: int) -> bytes | None:
    """The XMP packet of a GIF, at most `limit` bytes, or None. Raises UnreadableMedia."""
    head = read_up_to(file, 0, 13)
    if head[:6] not in MAGICS or len(head) < 13:
        raise lie("gif.no_header", "there is no GIF header")
    size, position = min(size_of(file), _FAR + 1), 13 + _palette(head[10])
    for _ in range(_BLOCKS):
        if position > _FAR:
            raise lie("gif.too_long", f"only the first {_FAR} bytes are looked at")
        block = read_up_to(file, position, 14)
        if block[:1] == b"!" and block[1:2] == b"\xff" and block[3:14] == _XMP:
            return _packet(read_up_to(file, position + 14, limit + _TRAILER))
        if block[:1] == b"!":
            position = _skip(file, position + 2, size)
        elif block[:1] == b",":
            # A picture: its descriptor, its palette, one byte of code size, then its sub-blocks.
            position = _skip(file, position + 11 + _palette(block[9] if len(block) > 9 else 0), size)
        else:
            return None
    raise lie("gif.too_many_blocks", f"more than {_BLOCKS} blocks")


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _packet(data: bytes) -> bytes | None:
    end = data.find(b"\x01\xff\xfe\xfd")
    return data[:end] if end >= 0 else None


def _skip(file: BinaryIO, position: int, size: int) -> int:
    """The position behind a chain of sub-blocks."""
    while position < size:
        length = read_up_to(file, position, 1)
        position += 1 + (length[0] if length else 0)
        if not length or length == b"\0":
            break
    return position
