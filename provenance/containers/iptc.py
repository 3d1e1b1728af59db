"""IPTC-NAA records: the data sets of the IPTC Information Interchange Model (IIM 4.2, chapter 1.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MARKER: Final = 0x1C
_DATA_SETS: Final = 10_000


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data set: record, number within the record, and its bytes."""

    record: int
    number: int
    data: bytes


def data_sets(data: bytes) -> Iterator[DataSet]:
    """The data sets of a block; what stands behind the last sound one is padding, or lost."""
    position = 0
    for _ in range(_DATA_SETS):
        head = data[position : position + 5]
        if len(head) < 5 or head[0] != _MARKER:
            return
        length, start = int.from_bytes(head[3:5], "big"), position + 5
        if length & 0x8000:
            # An extended data set: these bits say how many bytes its length has.
            width = length & 0x7FFF
            if width > 4:
                return
            length = int.from_bytes(data[start : start + width], "big")
            start += width
        if start + length > len(data):
            return
        yield DataSet(head[1], head[2], data[start : start + length])
        position = start + length


def text_of(data: bytes) -> str:
    """The text of a data set: UTF-8 where it is that, whatever the envelope says, else Latin-1."""
    data = data.strip(b"\0 ")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
