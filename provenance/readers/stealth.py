"""Text that generators hide in the lowest bit of a PNG's alpha channel, where it survives a stripped file.

github.com/ashen-sensored/sd_webui_stealth_pnginfo and github.com/NovelAI/novelai-image-metadata: from the top down,
column by column, fifteen letters of magic, 32 bits with the length in bits, then the text. Eight pixels of the
first column tell nearly every other picture apart, so a picture is unpacked only where they fit. The variant in
red, green and blue is not looked for: there nothing suggests it, and every picture would have to be unpacked.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from provenance.containers.png_alpha import Size, columns, size_with_alpha
from provenance.containers.span import lie, read_up_to
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.marks import recognise
from provenance.model import Mark, Origin, Reading, Strength, Unchecked, bounded
from provenance.readers._faults import as_fault, opened

NAME: Final = "stealth"
VERSION: Final = "1"

_MAGICS: Final = {b"stealth_pnginfo": False, b"stealth_pngcomp": True}
"""Whether the text behind the magic is packed with gzip."""
_PREFIX_BITS: Final = 8 * 15 + 32
_FIRST_ROWS: Final = 8
_FULL: Final = frozenset({254, 255})
_BITS: Final = 1 << 20
"""Longest text that is taken out, in bits: half a second of work."""
_PIXELS: Final = 64 << 20
_TEXT_LIMIT: Final = 8 << 20
_GZIP: Final = 31


def accepts(path: Path, head: bytes) -> bool:
    """True for PNG with eight bits of alpha a pixel, by the header."""
    return size_with_alpha(head) is not None


def read(source: Source) -> Reading:
    """The mark in the alpha channel. Raises UnreadableMedia where the file cannot be opened."""
    with opened(source.path) as file:
        size = size_with_alpha(read_up_to(file, 0, 32))
        if size is None:
            return Reading()
        try:
            if not _suggests(file, size):
                return Reading()
        except UnreadableMedia:
            # A damaged picture is named by the readers of the picture; it suggests no hidden text.
            return Reading()
        try:
            if size.width * size.height > _PIXELS:
                return Reading(unchecked=(Unchecked("text in the alpha channel", "the picture is too large"),))
            return _hidden(file, size)
        except UnreadableMedia as error:
            return Reading(faults=(as_fault(NAME, error, "stealth.unreadable"),))


def _suggests(file: BinaryIO, size: Size) -> bool:
    """True where the first eight pixels of the first column spell the first letter of a magic."""
    if size.height < _FIRST_ROWS or not size.width:
        return False
    (first,) = columns(file, size, 1, _FIRST_ROWS)
    return set(first) <= _FULL and _bytes([first], _FIRST_ROWS) == b"s"


def _hidden(file: BinaryIO, size: Size) -> Reading:
    rows = min(size.height, _PREFIX_BITS)
    prefix = _bytes(columns(file, size, -(-_PREFIX_BITS // size.height), rows), _PREFIX_BITS)
    magic, length = prefix[:15], int.from_bytes(prefix[15:19], "big")
    if magic not in _MAGICS or len(prefix) < 19:
        return Reading()
    end = _PREFIX_BITS + length
    if length == 0 or end > size.width * size.height:
        raise lie("stealth.length", f"the text in the alpha channel is said to have {length} bits")
    if length > _BITS:
        said = Unchecked("text in the alpha channel", f"it has {length} bits, more than {_BITS}")
        return Reading(marks=_marks(magic.decode(), ""), unchecked=(said,))
    data = _bytes(columns(file, size, -(-end // size.height), size.height), end)[19:]
    return Reading(marks=_marks(magic.decode(), _text(data, packed=_MAGICS[magic])))


def _bytes(found: Sequence[bytearray], bits: int) -> bytes:
    """The lowest bits of columns, the first `bits` of them, eight to a byte."""
    lowest = b"".join(found)[: bits // 8 * 8].translate(_LOWEST)
    return int(lowest, 2).to_bytes(len(lowest) // 8, "big") if lowest else b""


_LOWEST: Final = bytes(b"01"[value & 1] for value in range(256))


def _text(data: bytes, *, packed: bool) -> str:
    if packed:
        try:
            data = zlib.decompressobj(_GZIP).decompress(data, _TEXT_LIMIT)
        except zlib.error as error:
            raise lie("stealth.packed", f"the text in the alpha channel cannot be unpacked ({error})") from error
    return data.decode("utf-8", "replace")


def _marks(magic: str, text: str) -> tuple[Mark, ...]:
    """What the text says; where no grammar knows it, the magic alone: only generators write it."""
    said = recognise(_fields(text))
    marks = [
        Mark(NAME, VERSION, "png:alpha", one.key, one.value, one.signature.origin, one.signature.strength,
             one.signature.detail)
        for one in said
    ]  # fmt: skip
    if not any(mark.claims for mark in marks):
        detail = (("tool", "stealth pnginfo"),)
        marks.append(Mark(NAME, VERSION, "png:alpha", magic, bounded(text), Origin.AI_GENERATED,
                          Strength.TOOL_SIGNATURE, detail))  # fmt: skip
    return tuple(marks)


def _fields(text: str) -> list[tuple[str, str]]:
    """Key and text pairs: NovelAI hides the texts of its PNG chunks as one JSON object, others one text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return [("parameters", text)]
    if not isinstance(value, dict):
        return [("parameters", text)]
    pairs = [(str(key), one) for key, one in list(value.items())[:100] if isinstance(one, str)]
    return pairs or [("parameters", text)]
