"""TIFF: where its pictures lie, and the fields that say how to show them (TIFF 6.0, sections 3 to 15)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import BinaryIO, Final

from provenance.containers import tiff
from provenance.containers.span import Span, read_span

_PLACES: Final = {273: 279, 324: 325, 513: 514}
"""Tags of offsets, and those of the lengths that belong to them: strips, tiles, old JPEG."""
_SHOWN: Final = frozenset(
    {256, 257, 258, 259, 262, 266, 274, 277, 278, 284, 292, 293, 301, 317, 320, 322, 323, 338, 339, 347, 530, 532}
)
"""Width, height, depth, compression, colours, order, predictor, tables, samples."""
_NUMBERS: Final = 32 << 20


def pictures(file: BinaryIO) -> Iterator[tuple[bytes, list[Span]]]:
    """Of every directory: fields that say how to show a picture (no spans), then its strips or tiles in order.

    Where they lie does not count, nor any other field. Raises UnreadableMedia where the file lies.
    """
    order = tiff.order_of(file)
    for _, group in groupby(tiff.entries(file, whole=True), key=lambda one: one.at):
        fields = {one.tag: one for one in group}
        for tag in sorted(fields.keys() & _SHOWN):
            yield tag.to_bytes(2, "big") + read_span(file, fields[tag].span, _NUMBERS), []
        for at, length in _PLACES.items():
            if at in fields and length in fields:
                starts, lengths = (_numbers(file, fields[one], order) for one in (at, length))
                spans = [Span(*pair) for pair in zip(starts, lengths, strict=False)]
                yield at.to_bytes(2, "big"), [span for span in spans if span.length]


def _numbers(file: BinaryIO, entry: tiff.Entry, order: str) -> list[int]:
    width = tiff.width_of(entry.type)
    data = read_span(file, entry.span, _NUMBERS)
    little = order == "little"
    return [
        int.from_bytes(data[at : at + width], "little" if little else "big") for at in range(0, len(data), width)
    ]  # fmt: skip
