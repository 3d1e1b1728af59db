"""Reading parts of a file without trusting what it says about its own lengths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.errors import UnreadableMedia

PIECE: Final = 1 << 20
"""Bytes held at once while long parts are streamed."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a file: offset from its start and length, both in bytes."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        return self.offset + self.length


def lie(code: str, text: str) -> UnreadableMedia:
    """The error for a file that contradicts itself: ``code`` for programs, ``text`` for people."""
    return UnreadableMedia(f"{code}: {text}", remedy="open it in its own application, or fetch it again")


def size_of(file: BinaryIO) -> int:
    """Size of an open file in bytes. Raises UnreadableMedia where it cannot be told."""
    try:
        return file.seek(0, os.SEEK_END)
    except (OSError, ValueError) as error:
        raise lie("media.unseekable", f"the file cannot be searched ({error})") from error


def read_up_to(file: BinaryIO, offset: int, length: int) -> bytes:
    """Up to `length` bytes from `offset`; fewer where the file ends. Raises UnreadableMedia."""
    try:
        file.seek(offset)
        return file.read(length)
    except (OSError, ValueError, OverflowError) as error:
        raise lie("media.unreadable", f"{length} bytes at {offset} could not be read ({error})") from error


def read_span(file: BinaryIO, span: Span, limit: int) -> bytes:
    """All bytes of a span.

    Args: limit is the most this part may hold, in bytes.
    Raises UnreadableMedia where it holds more, or where the file ends first.
    """
    if span.length > limit:
        raise lie("media.too_long", f"a part of {span.length} bytes at {span.offset}, {limit} is the most")
    data = read_up_to(file, span.offset, span.length)
    if len(data) < span.length:
        raise lie("media.truncated", f"the file ends inside a part of {span.length} bytes at {span.offset}")
    return data


def pieces(file: BinaryIO, span: Span) -> Iterator[bytes]:
    """The bytes of a span in pieces of PIECE. Raises UnreadableMedia where the file ends first."""
    position, end = span.offset, span.end
    while position < end:
        data = read_up_to(file, position, min(PIECE, end - position))
        if not data:
            raise lie("media.truncated", f"the file ends at {position}, {end} was promised")
        yield data
        position += len(data)
