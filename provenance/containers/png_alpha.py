"""The alpha channel of a PNG, column by column from the left (PNG specification, sections 7.3 and 9).

Filters refer to the left, above and above left only, and to the same channel: the first columns can be had
without the rest of the picture. No picture is ever held whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO, Final

from provenance.containers.png import MAGIC, chunks
from provenance.containers.span import lie, pieces

_OUT: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int


def size_with_alpha(head: bytes) -> Size | None:
    """The size of a PNG with eight bits of alpha a pixel and rows one after another; None for all others."""
    if not head.startswith(MAGIC) or len(head) < 29 or (head[24], head[25], head[28]) != (8, 6, 0):
        return None
    return Size(int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big"))


def columns(file: BinaryIO, size: Size, count: int, rows: int) -> list[bytearray]:
    """Alpha of the first `count` columns, each from the top down for the first `rows` rows.

    Raises UnreadableMedia where the picture ends first or is no zlib stream.
    """
    count, rows = min(count, size.width), min(rows, size.height)
    found = [bytearray(rows) for _ in range(count)]
    above = bytearray(count)
    for y, row in enumerate(_rows(file, size, count, rows)):
        above = _unfiltered(row[0], row[4::4], above)
        for x, value in enumerate(above):
            found[x][y] = value
    return found


def _rows(file: BinaryIO, size: Size, count: int, rows: int) -> Iterator[bytes]:
    """The filter byte and the first pixels of each row, still filtered."""
    whole, wanted = 1 + 4 * size.width, 1 + 4 * count
    row, place, given = bytearray(), 0, 0
    for data in _unpacked(file):
        at = 0
        while at < len(data):
            step = min(whole - place, len(data) - at)
            if place < wanted:
                row += data[at : at + min(step, wanted - place)]
            place, at = place + step, at + step
            if place == whole:
                yield bytes(row)
                row, place, given = bytearray(), 0, given + 1
                if given == rows:
                    return
    raise lie("png.pixels", f"the picture ends after {given} of {rows} rows")


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    machine = zlib.decompressobj()
    try:
        for chunk in chunks(file):
            if chunk.kind == b"IDAT":
                for piece in pieces(file, chunk.span):
                    while piece:
                        yield machine.decompress(piece, _OUT)
                        piece = machine.unconsumed_tail
            elif chunk.after_data:
                return
    except zlib.error as error:
        raise lie("png.pixels", f"the picture cannot be unpacked ({error})") from error


def _unfiltered(kind: int, row: bytes, above: bytearray) -> bytearray:
    undo = _FILTERS.get(kind)
    if undo is None:
        raise lie("png.pixels", f"there is no filter {kind}")
    return undo(row, above)


def _sub(row: bytes, above: bytearray) -> bytearray:
    return bytearray(total & 0xFF for total in accumulate(row))


def _up(row: bytes, above: bytearray) -> bytearray:
    return bytearray((value + up) & 0xFF for value, up in zip(row, above, strict=True))


def _average(row: bytes, above: bytearray) -> bytearray:
    out, left = bytearray(len(row)), 0
    for x, value in enumerate(row):
        out[x] = left = (value + (left + above[x]) // 2) & 0xFF
    return out


def _paeth(row: bytes, above: bytearray) -> bytearray:
    out, left, corner = bytearray(len(row)), 0, 0
    for x, value in enumerate(row):
        up = above[x]
        to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
        nearest = min(to_left, to_up, to_corner)
        guess = left if to_left == nearest else up if to_up == nearest else corner
        out[x] = left = (value + guess) & 0xFF
        corner = up
    return out


_FILTERS: Final[dict[int, Callable[[bytes, bytearray], bytearray]]] = {
    0: lambda row, above: bytearray(row),
    1: _sub,
    2: _up,
    3: _average,
    4: _paeth,
}
