"""CIFF, the heap of Canon's first raw files (CRW; Camera Image File Format Specification 1.0 r4, sections 3 to 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.span import Span, lie, read_span, read_up_to, size_of

_ENTRIES: Final = 1_024
_DEPTH: Final = 8
_HEAPS: Final = frozenset({0x2800, 0x3000})


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its tag without the bits that say where it lies, and where its value lies."""

    tag: int
    span: Span


def is_ciff(head: bytes) -> bool:
    """True for the first bytes of a CRW."""
    return head[:2] == b"II" and head[6:14] == b"HEAPCCDR"


def records(file: BinaryIO) -> Iterator[Record]:
    """The records of all heaps. Raises UnreadableMedia where one lies."""
    head = read_up_to(file, 0, 14)
    if not is_ciff(head):
        raise lie("ciff.no_header", "there is no CIFF header")
    start = int.from_bytes(head[2:6], "little")
    yield from _heap(file, Span(start, size_of(file) - start), 0)


def _heap(file: BinaryIO, heap: Span, depth: int) -> Iterator[Record]:
    """The directory of a heap stands at its end; its last four bytes say where it begins."""
    if heap.length < 6 or depth > _DEPTH:
        raise lie("ciff.heap", f"the heap at {heap.offset} is too small or nested too deep")
    table = heap.offset + int.from_bytes(read_up_to(file, heap.end - 4, 4), "little")
    count = int.from_bytes(read_up_to(file, table, 2), "little")
    if count > _ENTRIES:
        raise lie("ciff.too_many_records", f"a heap says {count} records")
    data = read_span(file, Span(table + 2, 10 * count), 10 * _ENTRIES)
    for at in range(0, len(data), 10):
        tag = int.from_bytes(data[at : at + 2], "little")
        size, offset = (int.from_bytes(data[at + skip : at + skip + 4], "little") for skip in (2, 6))
        if tag & 0xC000 == 0x4000:
            yield Record(tag & 0x3FFF, Span(table + 2 + at + 2, 8))
        elif offset + size > heap.length:
            raise lie("ciff.record", f"the record {tag:#06x} is said to lie outside its heap")
        elif tag & 0x3800 in _HEAPS:
            yield from _heap(file, Span(heap.offset + offset, size), depth + 1)
        else:
            yield Record(tag & 0x3FFF, Span(heap.offset + offset, size))
