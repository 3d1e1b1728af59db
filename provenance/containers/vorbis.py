"""Vorbis comments in FLAC and Ogg (Vorbis, Opus, Theora, Speex, FLAC): named texts.

RFC 9639 (FLAC), RFC 3533 (Ogg), RFC 7845 (Opus), https://xiph.org/vorbis/doc/v-comment.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from provenance.containers import id3
from provenance.containers.inflate import TEXT_LIMIT
from provenance.containers.span import Span, lie, read_span, read_up_to

FLAC: Final = b"fLaC"
OGG: Final = b"OggS"
_BLOCK_LIMIT: Final = 16 << 20
_BLOCKS: Final = 1_024
_COMMENTS: Final = 2_000
_PAGES: Final = 1_024
_COMMENT_BLOCK: Final = 4
_HEADS: Final = ((b"\x03vorbis", 7), (b"OpusTags", 8), (b"\x81theora", 7))


def comments(file: BinaryIO) -> Iterator[tuple[str, str]]:
    """(name, text) pairs of a FLAC or Ogg file. Raises UnreadableMedia where it lies."""
    start = id3.end_of(file)
    magic = read_up_to(file, start, 4)
    if magic == FLAC:
        yield from _in_flac(file, start + 4)
    elif magic == OGG:
        yield from _in_ogg(file, start)


def parse_comments(data: bytes) -> Iterator[tuple[str, str]]:
    """(name, text) pairs of one comment block. Raises UnreadableMedia where a length lies."""
    at = 4 + int.from_bytes(data[:4], "little")
    count = int.from_bytes(data[at : at + 4], "little")
    at += 4
    if count > _COMMENTS:
        raise lie("vorbis.too_many", f"{count} comments, {_COMMENTS} is the most")
    for _ in range(count):
        length = int.from_bytes(data[at : at + 4], "little")
        at += 4
        if at + length > len(data):
            raise lie("vorbis.comment", f"a comment says {length} bytes, {max(0, len(data) - at)} are left")
        name, found, text = data[at : at + min(length, TEXT_LIMIT)].partition(b"=")
        at += length
        if found:
            yield name.decode("latin-1"), text.decode("utf-8", "replace")


def _in_flac(file: BinaryIO, at: int) -> Iterator[tuple[str, str]]:
    for _ in range(_BLOCKS):
        head = read_up_to(file, at, 4)
        if len(head) < 4:
            raise lie("vorbis.truncated", "the file ends inside the list of metadata blocks")
        length = int.from_bytes(head[1:], "big")
        if head[0] & 0x7F == _COMMENT_BLOCK:
            yield from parse_comments(read_span(file, Span(at + 4, length), _BLOCK_LIMIT))
        if head[0] & 0x80:
            return
        at += 4 + length
    raise lie("vorbis.too_many", f"more than {_BLOCKS} metadata blocks")


def _in_ogg(file: BinaryIO, at: int) -> Iterator[tuple[str, str]]:
    """Packets are put together from pages; the comments are the second packet of a stream."""
    open_packets: dict[bytes, bytearray] = {}
    ended: dict[bytes, int] = {}
    held = 0
    for _ in range(_PAGES):
        head = read_up_to(file, at, 27)
        if len(head) < 27 or head[:4] != OGG:
            return
        sizes, serial = read_up_to(file, at + 27, head[26]), head[14:18]
        body = read_up_to(file, at + 27 + len(sizes), sum(sizes))
        at += 27 + len(sizes) + len(body)
        position = 0
        for size in sizes:
            packet = open_packets.setdefault(serial, bytearray())
            packet += body[position : position + size]
            position += size
            held += size
            if held > _BLOCK_LIMIT:
                raise lie("vorbis.too_long", f"the headers hold more than {_BLOCK_LIMIT} bytes")
            if size == 255:
                continue
            ended[serial] = ended.get(serial, 0) + 1
            if ended[serial] == 2:
                yield from _packet(bytes(packet))
            open_packets[serial] = bytearray()
        if ended and all(count >= 2 for count in ended.values()):
            return


def _packet(data: bytes) -> Iterator[tuple[str, str]]:
    for head, length in _HEADS:
        if data.startswith(head):
            yield from parse_comments(data[length:])
            return
    if data[:1] and data[0] & 0x7F == _COMMENT_BLOCK and len(data) > 8:
        yield from parse_comments(data[4:])
