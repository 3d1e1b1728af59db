"""PNG: chunks and text chunks (PNG specification, third edition, sections 5 and 11.3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.inflate import TEXT_LIMIT, inflate
from provenance.containers.span import Span, lie, read_span, read_up_to, size_of

MAGIC: Final = b"\x89PNG\r\n\x1a\n"
TEXT_KINDS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_LIMIT: Final = 50_000
"""Chunks of one file: 400 MB of picture in the smallest pieces that writers use."""
_WINDOW: Final = 1 << 16
_TEXT_COUNT: Final = 10_000
_TEXT_TOTAL: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk.

    Args: kind is its four letters; span what it holds; after_data true behind the first IDAT; after_end
    true behind IEND, where viewers and standards no longer look.
    """

    kind: bytes
    span: Span
    after_data: bool
    after_end: bool


@dataclass(frozen=True, slots=True)
class Text:
    """One text chunk: keyword, text, the kind of chunk, whether it stood behind IEND, whether it was cut."""

    key: str
    text: str
    kind: str
    after_end: bool
    cut: bool


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """All chunks, also those glued on behind IEND. Raises UnreadableMedia where a chunk lies.

    A trailer behind IEND that is not made of chunks ends the walk quietly.
    """
    size = size_of(file)
    if read_up_to(file, 0, 8) != MAGIC:
        raise lie("png.no_signature", "there is no PNG signature")
    position, after_data, after_end = 8, False, False
    start, window = 0, b""
    for _ in range(_LIMIT):
        head = window[position - start : position - start + 8]
        if len(head) < 8:
            # Small chunks are read together; a large one costs no more than its head.
            start, window = position, read_up_to(file, position, 8)
            if int.from_bytes(window[:4], "big") < _WINDOW >> 4:
                window = read_up_to(file, position, _WINDOW)
            head = window[:8]
        if not head or (after_end and not _plausible(head, position, size)):
            return
        if not _plausible(head, position, size):
            raise lie("png.chunk", f"the chunk at {position} runs past the end or has no valid name")
        kind, span = head[4:], Span(position + 8, int.from_bytes(head[:4], "big"))
        after_data = after_data or kind == b"IDAT"
        yield Chunk(kind, span, after_data, after_end)
        after_end = after_end or kind == b"IEND"
        position = span.end + 4
    raise lie("png.too_many_chunks", f"more than {_LIMIT} chunks")


def texts(file: BinaryIO) -> Iterator[Text]:
    """All text chunks, unpacked and decoded. Raises UnreadableMedia; a broken single text is skipped
    only where its keyword is missing."""
    count = held = 0
    for chunk in chunks(file):
        if chunk.kind not in TEXT_KINDS:
            continue
        text = parse_text(chunk, read_span(file, chunk.span, TEXT_LIMIT))
        count, held = count + 1, held + (len(text.text) if text else 0)
        if count > _TEXT_COUNT or held > _TEXT_TOTAL:
            raise lie("png.too_many_texts", f"more than {_TEXT_COUNT} text chunks or {_TEXT_TOTAL} letters")
        if text is not None:
            yield text


def parse_text(chunk: Chunk, data: bytes) -> Text | None:
    """The text in one text chunk, or None where it has no keyword. Raises UnreadableMedia."""
    key, found, rest = data.partition(b"\0")
    if not found or not key:
        return None
    kind, cut = chunk.kind.decode("ascii"), False
    encoding = "latin-1"
    if kind == "zTXt":
        rest, cut = inflate(rest[1:])
    elif kind == "iTXt":
        packed, encoding = rest[:1] == b"\1", "utf-8"
        _, _, after_language = rest[2:].partition(b"\0")
        _, _, rest = after_language.partition(b"\0")
        if packed:
            rest, cut = inflate(rest)
    return Text(key.decode("latin-1"), _decode(rest, encoding), kind, chunk.after_end, cut)


def key_of(file: BinaryIO, chunk: Chunk) -> str:
    """The keyword of a text chunk, without reading its text; empty where there is none."""
    key, found, _ = read_up_to(file, chunk.span.offset, min(80, chunk.span.length)).partition(b"\0")
    return key.decode("latin-1") if found else ""


def profile_in(chunk: Chunk, data: bytes) -> bytes:
    """The bytes in a "Raw profile type ..." text: a name, a length, then hexadecimal digits (ImageMagick
    coders/png.c). Empty where the text is none. Raises UnreadableMedia."""
    text = parse_text(chunk, data)
    lines = text.text.split("\n", 3) if text else []
    if len(lines) < 4 or not lines[2].strip().isdigit():
        return b""
    try:
        return bytes.fromhex(lines[3])[: int(lines[2])]
    except ValueError as error:
        raise lie("png.profile", f"the profile {lines[1]!r} is not in hexadecimal digits") from error


def _plausible(head: bytes, position: int, size: int) -> bool:
    if len(head) < 8 or not head[4:].isalpha():
        return False
    return position + 12 + int.from_bytes(head[:4], "big") <= size


def _decode(data: bytes, encoding: str) -> str:
    # Generators write UTF-8 into tEXt although the standard says Latin-1.
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(encoding, "replace")
