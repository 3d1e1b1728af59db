"""Text that generators hide in the lowest bit of the alpha channel of a PNG or WebP, where it survives a stripped file.

github.com/ashen-sensored/sd_webui_stealth_pnginfo and github.com/NovelAI/novelai-image-metadata: from the top down,
column by column, fifteen letters of magic, 32 bits with the length in bits, then the text. Eight pixels of the
first column tell nearly every other picture apart, so a picture is unpacked only where they fit. The variant in
red, green and blue is not looked for: there nothing suggests it, and every picture would have to be unpacked.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from provenance.containers.png_alpha import Size, columns, size_with_alpha
from provenance.containers.span import lie, read_up_to
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.marks import recognise
from provenance.model import Mark, Origin, Reading, Strength, Unchecked, bounded
from provenance.readers._faults import as_fault, opened
from provenance.readers._webp_alpha import PIXELS, webp_columns, webp_size

Columns = Callable[[int, int], list[bytearray]]
"""Alpha of the first so many columns, each from the top down for the first so many rows."""

NAME: Final = "stealth"
VERSION: Final = "2"

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
    """True for PNG with eight bits of alpha a pixel, and for WebP with alpha, by the header."""
    return size_with_alpha(head) is not None or webp_size(head) is not None


def read(source: Source) -> Reading:
    """The mark in the alpha channel. Raises UnreadableMedia where the file cannot be opened."""
    if (size := webp_size(source.head)) is not None:
        return _in_webp(source.path, size)
    with opened(source.path) as file:
        size = size_with_alpha(read_up_to(file, 0, 32))
        return Reading() if size is None else _in_picture(size, partial(columns, file, size), "png:alpha")


def _in_webp(path: Path, size: Size) -> Reading:
    if size.width * size.height > PIXELS:
        return Reading(unchecked=(Unchecked("text in the alpha channel", "the picture is too large"),))
    found: list[bytearray] = []

    def take(count: int, rows: int) -> list[bytearray]:
        if not found:
            found.extend(webp_columns(path, size))
        if len(found) < count:
            raise lie("stealth.unreadable", "the picture has another size than its header says")
        return [column[:rows] for column in found[:count]]

    return _in_picture(size, take, "webp:alpha")


def _in_picture(size: Size, take: Columns, place: str) -> Reading:
    try:
        if not _suggests(size, take):
            return Reading()
    except UnreadableMedia:
        # A damaged picture is named by the readers of the picture; it suggests no hidden text.
        return Reading()
    try:
        if size.width * size.height > _PIXELS:
            return Reading(unchecked=(Unchecked("text in the alpha channel", "the picture is too large"),))
        return _hidden(size, take, place)
    except UnreadableMedia as error:
        return Reading(faults=(as_fault(NAME, error, "stealth.unreadable"),))


def _suggests(size: Size, take: Columns) -> bool:
    """True where the first eight pixels of the first column spell the first letter of a magic."""
    if size.height < _FIRST_ROWS or not size.width:
        return False
    (first,) = take(1, _FIRST_ROWS)
    return set(first) <= _FULL and _bytes([first], _FIRST_ROWS) == b"s"


def _hidden(size: Size, take: Columns, place: str) -> Reading:
    rows = min(size.height, _PREFIX_BITS)
    prefix = _bytes(take(-(-_PREFIX_BITS // size.height), rows), _PREFIX_BITS)
    magic, length = prefix[:15], int.from_bytes(prefix[15:19], "big")
    if magic not in _MAGICS or len(prefix) < 19:
        return Reading()
    end = _PREFIX_BITS + length
    if length == 0 or end > size.width * size.height:
        raise lie("stealth.length", f"the text in the alpha channel is said to have {length} bits")
    if length > _BITS:
        said = Unchecked("text in the alpha channel", f"it has {length} bits, more than {_BITS}")
        return Reading(marks=_marks(magic.decode(), "", place), unchecked=(said,))
    data = _bytes(take(-(-end // size.height), size.height), end)[19:]
    return Reading(marks=_marks(magic.decode(), _text(data, packed=_MAGICS[magic]), place))


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


def _marks(magic: str, text: str, place: str) -> tuple[Mark, ...]:
    """What the text says; where no grammar knows it, the magic alone: only generators write it."""
    said = recognise(_fields(text))
    marks = [
        Mark(NAME, VERSION, place, one.key, one.value, one.signature.origin, one.signature.strength,
             one.signature.detail)
        for one in said
    ]  # fmt: skip
    if not any(mark.claims for mark in marks):
        detail = (("tool", "stealth pnginfo"),)
        marks.append(Mark(NAME, VERSION, place, magic, bounded(text), Origin.AI_GENERATED,
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
