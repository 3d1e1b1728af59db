"""Flash video: the texts of ``onMetaData`` (Adobe Flash Video File Format Specification 10.1, annexes E.4 and
AMF 0)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from provenance.containers.span import lie, read_up_to

MAGIC: Final = b"FLV\x01"
_SCRIPT: Final = 18
_TAGS: Final = 16
"""The metadata is the first tag, or follows the first few."""
_LIMIT: Final = 8 << 20
_VALUES: Final = 2_000
_DEPTH: Final = 8
_SIMPLE: Final = frozenset({0, 1, 2, 11, 12})
"""Number, boolean, text, date, long text."""


def texts(file: BinaryIO) -> Iterator[tuple[str, str]]:
    """(name, text) pairs of the metadata, numbers as text. Raises UnreadableMedia where it lies."""
    at = int.from_bytes(read_up_to(file, 5, 4), "big") + 4
    for _ in range(_TAGS):
        head = read_up_to(file, at, 11)
        if len(head) < 11:
            return
        length = int.from_bytes(head[1:4], "big")
        if head[0] & 0x1F == _SCRIPT:
            yield from _Script(read_up_to(file, at + 11, min(length, _LIMIT))).pairs()
        at += 11 + length + 4


class _Script:
    """Values of a script tag, one after another; past the end they are an error."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._left = data, 0, _VALUES

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The named values of all objects, nested ones included."""
        while self._at < len(self._data):
            yield from self._value("", 0)

    def _take(self, length: int) -> bytes:
        self._left -= 1
        if self._at + length > len(self._data) or self._left < 0:
            raise lie("flv.script", "the metadata ends early or has too many values")
        self._at += length
        return self._data[self._at - length : self._at]

    def _text(self, width: int) -> str:
        return self._take(int.from_bytes(self._take(width), "big")).decode("utf-8", "replace")

    def _value(self, name: str, depth: int) -> Iterator[tuple[str, str]]:
        kind = self._take(1)[0]
        if depth > _DEPTH:
            raise lie("flv.script", f"the metadata is nested deeper than {_DEPTH}")
        if kind in _SIMPLE:
            yield name, self._simple(kind)
        elif kind in (3, 8):
            if kind == 8:
                self._take(4)
            yield from self._members(depth)
        elif kind == 10:
            for _ in range(min(int.from_bytes(self._take(4), "big"), _VALUES)):
                yield from self._value(name, depth + 1)
        elif kind not in (5, 6):
            raise lie("flv.script", f"a value of unknown type {kind}")

    def _simple(self, kind: int) -> str:
        if kind == 0:
            return repr(struct.unpack(">d", self._take(8))[0])
        if kind in (2, 12):
            return self._text(2 if kind == 2 else 4)
        return self._take(1 if kind == 1 else 10).hex()

    def _members(self, depth: int) -> Iterator[tuple[str, str]]:
        while True:
            name = self._text(2)
            if not name and self._data[self._at : self._at + 1] == b"\x09":
                self._at += 1
                return
            yield from self._value(name, depth + 1)
