"""Essence of a TIFF: strips and tiles of every directory, with the fields that say how to show them.

Scheme ``tiff-strips/1``. Where they lie does not count, nor any other field.
"""

from __future__ import annotations

import hashlib
from itertools import groupby
from typing import BinaryIO, Final

from provenance.containers import tiff
from provenance.containers.span import Span, lie, pieces, read_span, size_of
from provenance.model import Essence

_PLACES: Final = {273: 279, 324: 325, 513: 514}
"""Tags of offsets, and those of the lengths that belong to them: strips, tiles, old JPEG."""
_SHOWN: Final = frozenset(
    {256, 257, 258, 259, 262, 266, 274, 277, 278, 284, 292, 293, 301, 317, 320, 322, 323, 338, 339, 347, 530, 532}
)
"""Width, height, depth, compression, colours, order, predictor, tables, samples."""
_NUMBERS: Final = 32 << 20


def hash_strips(file: BinaryIO) -> Essence | None:
    """The essence, or None where there is no picture. Raises UnreadableMedia where the file lies."""
    sha, order, held = hashlib.sha256(), tiff.order_of(file), 0
    for _, group in groupby(tiff.entries(file), key=lambda one: one.directory):
        fields = {one.tag: one for one in group}
        for tag in sorted(fields.keys() & _SHOWN):
            sha.update(tag.to_bytes(2, "big") + read_span(file, fields[tag].span, _NUMBERS))
        for at, length in _PLACES.items():
            if at not in fields or length not in fields:
                continue
            starts, lengths = (_numbers(file, fields[one], order) for one in (at, length))
            spans = [Span(*pair) for pair in zip(starts, lengths, strict=False)]
            held += sum(span.length for span in spans)
            if held > size_of(file):
                raise lie("media.overlap", "it says it holds more picture than the file is long")
            sha.update(at.to_bytes(2, "big"))
            for span in spans:
                for piece in pieces(file, span):
                    sha.update(piece)
    return Essence("tiff-strips/1", sha.digest()) if held else None


def _numbers(file: BinaryIO, entry: tiff.Entry, order: str) -> list[int]:
    width = tiff.width_of(entry.type)
    data = read_span(file, entry.span, _NUMBERS)
    little = order == "little"
    return [
        int.from_bytes(data[at : at + width], "little" if little else "big") for at in range(0, len(data), width)
    ]  # fmt: skip
