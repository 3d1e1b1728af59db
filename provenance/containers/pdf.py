"""PDF: the document's own XMP packet, by way of cross-references and catalog (ISO 32000-2, 7.5 and 14.3.2).

Pictures inside a PDF have packets of their own, so searching the bytes for one would find the wrong one. Only the
parts on the way are read: the tail, the cross-reference sections, the catalog, the metadata stream.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.inflate import inflate
from provenance.containers.span import Span, lie, read_span, read_up_to, size_of

MAGIC: Final = b"%PDF-"
_TAIL: Final = 2_048
_OBJECT: Final = 64 << 10
_STREAM: Final = 16 << 20
_SECTIONS: Final = 64
_SUBSECTIONS: Final = 4_096
_LINE: Final = 20
_HEADER: Final = re.compile(rb"\s*(\d{1,10})\s+(\d{1,5})\s+obj\b")
_TABLE: Final = re.compile(rb"\s*xref\s*")
_SUBSECTION: Final = re.compile(rb"\s*(\d{1,10})[ ](\d{1,10})[ \r\n]+")
_BODY: Final = re.compile(rb"stream(?:\r\n|\n)")


@dataclass(frozen=True, slots=True)
class _Section:
    """One cross-reference section: what finds an object's place in it, and its trailer."""

    find: Callable[[int], tuple[int, int, int] | None]
    trailer: bytes


def xmp_of(file: BinaryIO, limit: int) -> bytes | None:
    """The document's packet, at most `limit` bytes, or None where it has none. Raises UnreadableMedia."""
    found = re.findall(rb"startxref\s+(\d{1,15})", read_up_to(file, max(0, size_of(file) - _TAIL), _TAIL))
    if not found:
        raise lie("pdf.no_index", "the end of the document does not say where its index lies")
    sections = list(_sections(file, int(found[-1])))
    trailers = b"\n".join(section.trailer for section in sections)
    root = _reference(trailers, b"Root")
    if root is None:
        raise lie("pdf.no_catalog", "the document has no catalog")
    number = _reference(_object(file, sections, root), b"Metadata")
    if number is None:
        return None
    if b"/Encrypt" in trailers:
        raise lie("pdf.encrypted", "the document is encrypted, what it says of itself cannot be read")
    return _stream(file, _place(file, sections, number), limit)


def _sections(file: BinaryIO, start: int) -> Iterator[_Section]:
    waiting, seen = [start], set[int]()
    while waiting and len(seen) < _SECTIONS:
        at = waiting.pop(0)
        if at in seen:
            continue
        seen.add(at)
        is_table = _TABLE.match(read_up_to(file, at, 64))
        section = _table(file, at + is_table.end()) if is_table else _packed_section(file, at)
        yield section
        waiting += [int(place) for place in re.findall(rb"/(?:XRefStm|Prev)\s+(\d{1,15})\b", section.trailer)]


def _table(file: BinaryIO, position: int) -> _Section:
    """A classic table: lines of twenty bytes, which are not read but where one is asked for."""
    parts: list[tuple[int, int, int]] = []
    for _ in range(_SUBSECTIONS):
        head = _SUBSECTION.match(read_up_to(file, position, 64))
        if head is None:
            break
        first, count = int(head[1]), int(head[2])
        parts.append((first, count, position + head.end()))
        position += head.end() + count * _LINE

    def find(number: int) -> tuple[int, int, int] | None:
        for first, count, start in parts:
            if first <= number < first + count:
                line = read_up_to(file, start + (number - first) * _LINE, _LINE)
                return (1, int(line[:10]), 0) if line[17:18] == b"n" and line[:10].isdigit() else None
        return None

    return _Section(find, read_up_to(file, position, _OBJECT).partition(b"startxref")[0])


def _packed_section(file: BinaryIO, position: int) -> _Section:
    """A cross-reference stream (7.5.8): rows of numbers, filtered like a PNG."""
    head = _dictionary(file, position)
    data = _stream(file, position, _STREAM)
    widths = [int(width) for width in _numbers(head, b"W")][:3]
    if len(widths) != 3 or not 0 < sum(widths) <= 24:
        raise lie("pdf.index", "the index has rows of no known shape")
    ranges = [int(number) for number in _numbers(head, b"Index")] or [0, len(data) // sum(widths)]

    def find(number: int) -> tuple[int, int, int] | None:
        before = 0
        for first, count in zip(ranges[::2], ranges[1::2], strict=False):
            if first <= number < first + count:
                return _row(data, widths, before + number - first)
            before += count
        return None

    return _Section(find, head)


def _row(data: bytes, widths: list[int], index: int) -> tuple[int, int, int] | None:
    at = index * sum(widths)
    if at + sum(widths) > len(data):
        return None
    values = []
    for width in widths:
        values.append(int.from_bytes(data[at : at + width], "big"))
        at += width
    # A first column of no width means: everything is in use (table 17).
    return (values[0] if widths[0] else 1, values[1], values[2])


def _located(sections: list[_Section], number: int) -> tuple[int, int, int]:
    found = next((place for section in sections if (place := section.find(number))), None)
    if found is None:
        raise lie("pdf.object", f"object {number} is in no index")
    return found


def _place(file: BinaryIO, sections: list[_Section], number: int) -> int:
    kind, place, _ = _located(sections, number)
    if kind != 1:
        raise lie("pdf.object", f"object {number} is a stream and cannot lie inside another")
    return place


def _object(file: BinaryIO, sections: list[_Section], number: int) -> bytes:
    """The text of an object that is no stream, also where it lies packed with others (7.5.7)."""
    kind, place, index = _located(sections, number)
    if kind == 1:
        return _dictionary(file, place)
    start = _place(file, sections, place)
    first = _number(_dictionary(file, start), b"First")
    data = _stream(file, start, _STREAM)
    numbers = [int(word) for word in data[:first].split()[: 2 * index + 4] if word.isdigit()]
    if first is None or len(numbers) <= 2 * index + 1:
        raise lie("pdf.object", f"object {number} is not where the index says")
    begin = first + numbers[2 * index + 1]
    end = first + numbers[2 * index + 3] if len(numbers) > 2 * index + 3 else len(data)
    return data[begin : min(end, begin + _OBJECT)]


def _dictionary(file: BinaryIO, position: int) -> bytes:
    """What an object says in front of its stream or its end."""
    data = read_up_to(file, position, _OBJECT)
    if not _HEADER.match(data):
        raise lie("pdf.object", f"there is no object at {position}")
    ends = [at for at in (data.find(b"endobj"), _stream_at(data)) if at >= 0]
    return data[: min(ends, default=len(data))]


def _stream_at(data: bytes) -> int:
    found = _BODY.search(data)
    return found.start() if found else -1


def _stream(file: BinaryIO, position: int, limit: int) -> bytes:
    """The bytes of a stream, unpacked. Filters other than Flate are nobody's habit for what is read here."""
    data = read_up_to(file, position, _OBJECT)
    body = _BODY.search(data)
    head = _dictionary(file, position)
    if body is None:
        raise lie("pdf.stream", f"the object at {position} is no stream")
    start, length = position + body.end(), _number(head, b"Length")
    if length is None:
        # The length stands in an object of its own: the packet says itself where it ends.
        raw = read_up_to(file, start, limit).partition(b"endstream")[0]
    else:
        raw = read_span(file, Span(start, length), limit)
    filters = re.search(rb"/Filter\s*\[?\s*/(\w+)", head)
    if filters is None:
        return raw
    if filters[1] not in (b"FlateDecode", b"Fl"):
        raise lie("pdf.filter", f"a stream is packed with {filters[1].decode()}, which is not read")
    unpacked, cut = inflate(raw, limit)
    if cut:
        raise lie("pdf.stream", "a stream explodes")
    return _unfiltered(unpacked, _number(head, b"Columns") or 1) if (_number(head, b"Predictor") or 1) > 9 else unpacked


def _unfiltered(data: bytes, width: int) -> bytes:
    """Rows filtered as in PNG, of which writers use None and Up alone."""
    out, above = bytearray(), bytes(width)
    for at in range(0, len(data) - width, width + 1):
        row = data[at + 1 : at + 1 + width]
        if data[at] == 2:
            row = bytes((value + up) & 0xFF for value, up in zip(row, above, strict=True))
        elif data[at] != 0:
            raise lie("pdf.filter", "the index is filtered in a way that is not read")
        out += row
        above = row
    return bytes(out)


def _reference(text: bytes, name: bytes) -> int | None:
    found = re.search(rb"/" + name + rb"\s+(\d{1,10})\s+\d{1,5}\s+R\b", text)
    return int(found[1]) if found else None


def _number(text: bytes, name: bytes) -> int | None:
    found = re.search(rb"/" + name + rb"\s+(\d{1,12})\b(?!\s+\d{1,5}\s+R\b)", text)
    return int(found[1]) if found else None


def _numbers(text: bytes, name: bytes) -> list[bytes]:
    found = re.search(rb"/" + name + rb"\s*\[([\d\s]{1,4096})\]", text)
    return found[1].split() if found else []
