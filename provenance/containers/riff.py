"""RIFF and RF64 (WAV, AVI, WebP): chunks (Microsoft RIFF 1991; EBU Tech 3306 for RF64)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.span import Span, lie, read_up_to, size_of

MAGICS: Final = frozenset({b"RIFF", b"RF64", b"BW64"})
_LIMIT: Final = 200_000
_ELSEWHERE: Final = 0xFFFFFFFF
"""Length that says: see the ds64 chunk."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its four letters, what it holds, the type of a list (or of the form), and whether it
    promised more bytes than there are."""

    kind: bytes
    span: Span
    form: bytes = b""
    cut: bool = False


def form_of(head: bytes) -> bytes:
    """``WAVE``, ``AVI ``, ``WEBP``, ...; empty where the bytes are no RIFF."""
    return head[8:12] if head[:4] in MAGICS and len(head) >= 12 else b""


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """Chunks of the top level of every RIFF part of the file; the last may be cut.

    Raises UnreadableMedia where there is no RIFF or there are too many chunks.
    """
    size, head = size_of(file), read_up_to(file, 0, 12)
    if not form_of(head):
        raise lie("riff.no_form", "there is no RIFF header")
    # The length of the form is not believed: writers that were killed leave 0 or -1 there.
    for chunk in _walk(file, Span(12, size - 12)):
        if chunk.kind == b"RIFF":
            yield from _walk(file, chunk.span)
        else:
            yield chunk


def members(file: BinaryIO, parent: Chunk) -> Iterator[Chunk]:
    """Chunks inside a LIST. Raises UnreadableMedia."""
    return _walk(file, parent.span)


def _walk(file: BinaryIO, within: Span) -> Iterator[Chunk]:
    position, end, long_data = within.offset, within.end, 0
    for _ in range(_LIMIT):
        if position + 8 > end:
            return
        head = read_up_to(file, position, 36)
        kind, length = head[:4], int.from_bytes(head[4:8], "little")
        if not kind.strip(b"\0"):
            return
        if kind == b"ds64" and len(head) >= 24:
            long_data = int.from_bytes(head[16:24], "little")
        if kind == b"data" and length == _ELSEWHERE and long_data:
            length = long_data
        cut = position + 8 + length > end
        length = min(length, end - position - 8)
        if kind in (b"LIST", b"RIFF") and length >= 4:
            yield Chunk(kind, Span(position + 12, length - 4), head[8:12], cut)
        else:
            yield Chunk(kind, Span(position + 8, length), b"", cut)
        position += 8 + length + length % 2
    raise lie("riff.too_many_chunks", f"more than {_LIMIT} chunks")
