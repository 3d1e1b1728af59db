"""AIFF and AIFF-C: chunks (Apple, Audio Interchange File Format 1.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.span import Span, lie, read_up_to, size_of

FORMS: Final = frozenset({b"AIFF", b"AIFC"})
_CHUNKS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its four letters and what it holds."""

    kind: bytes
    span: Span


def is_aiff(head: bytes) -> bool:
    """True for the first bytes of an AIFF file."""
    return head[:4] == b"FORM" and head[8:12] in FORMS


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """The chunks of a file; the last may be cut. Raises UnreadableMedia where there are too many."""
    size, position = size_of(file), 12
    for _ in range(_CHUNKS):
        head = read_up_to(file, position, 8)
        if len(head) < 8:
            return
        length = int.from_bytes(head[4:], "big")
        yield Chunk(head[:4], Span(position + 8, min(length, max(0, size - position - 8))))
        position += 8 + length + length % 2
    raise lie("aiff.too_many_chunks", f"more than {_CHUNKS} chunks")
