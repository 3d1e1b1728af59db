"""GIF: application extensions and comments (GIF89a, sections 24 and 26; XMP specification part 3, 1.1.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from provenance.containers.span import Span, lie, read_up_to, size_of

MAGICS: Final = (b"GIF87a", b"GIF89a")
_BLOCKS: Final = 50_000
_FAR: Final = 64 << 20
_WINDOW: Final = 1 << 16
_COMMENT: Final = 0xFE
_APPLICATION: Final = 0xFF
_PICTURE: Final = 0x2C
_LOOP: Final = b"NETSCAPE2.0"
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


def pictures(file: BinaryIO) -> Iterator[Span]:
    """The header, the pictures, and the extensions that say how to show them: control blocks, plain text, loops.

    Raises UnreadableMedia.
    """
    head = read_up_to(file, 0, 13)
    yield Span(0, 13 + _palette(head[10] if len(head) > 10 else 0))
    for label, start, end in _blocks(file):
        loop = label == _APPLICATION and read_up_to(file, start + 3, len(_LOOP)) == _LOOP
        if loop or label not in (_APPLICATION, _COMMENT):
            yield Span(start, end - start)


def _extensions(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Label of each extension, and where its sub-blocks begin. Raises UnreadableMedia."""
    return ((label, start + 2) for label, start, _ in _blocks(file) if label != _PICTURE)


def _blocks(file: BinaryIO) -> Iterator[tuple[int, int, int]]:
    """(label, start, end) of each extension and picture; a picture's label is that of its separator."""
    head = read_up_to(file, 0, 13)
    if head[:6] not in MAGICS or len(head) < 13:
        raise lie("gif.no_header", "there is no GIF header")
    size, position = min(size_of(file), _FAR + 1), 13 + _palette(head[10])
    for _ in range(_BLOCKS):
        if position > _FAR:
            raise lie("gif.too_long", f"only the first {_FAR} bytes are looked at")
        block = read_up_to(file, position, 10)
        if block[:1] == b"!" and len(block) > 1:
            after = position + 2
        elif block[:1] == b",":
            # A picture: its descriptor, its palette, one byte of code size, then its sub-blocks.
            after = position + 11 + _palette(block[9] if len(block) > 9 else 0)
        else:
            return
        label = block[1] if block[:1] == b"!" else _PICTURE
        yield label, position, (end := _skip(file, after, size))
        position = end
    raise lie("gif.too_many_blocks", f"more than {_BLOCKS} blocks")


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _packet(data: bytes) -> bytes | None:
    end = data.find(b"\x01\xff\xfe\xfd")
    return data[:end] if end >= 0 else None


def _joined(file: BinaryIO, position: int, limit: int) -> bytes:
    """What a chain of sub-blocks holds."""
    whole = bytearray()
    for window, pieces, _ in _windows(file, position):
        for start, end in pieces:
            whole += window[start:end]
        if len(whole) > limit:
            raise lie("gif.comment", f"a comment of more than {limit} bytes")
    return bytes(whole)


def _skip(file: BinaryIO, position: int, size: int) -> int:
    """The position behind a chain of sub-blocks."""
    for _, _, after in _windows(file, position):
        position = after
        if position >= size:
            break
    return position


def _windows(file: BinaryIO, position: int) -> Iterator[tuple[bytes, list[tuple[int, int]], int]]:
    """A chain of sub-blocks, read in windows that grow: the bytes, where the blocks that are whole lie in
    them, and the position in the file behind those."""
    length = _WINDOW >> 7
    while True:
        window, at = read_up_to(file, position, length), 0
        pieces: list[tuple[int, int]] = []
        while at < len(window) and window[at] and at + 1 + window[at] <= len(window):
            pieces.append((at + 1, at + 1 + window[at]))
            at += 1 + window[at]
        ended = at < len(window) and not window[at]
        yield window, pieces, position + at + (1 if ended else 0)
        if ended or not at:
            return
        position, length = position + at, min(_WINDOW, 8 * length)
