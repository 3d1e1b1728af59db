"""Items of HEIC and AVIF: pictures, EXIF and XMP (ISO/IEC 14496-12, section 8.11; ISO/IEC 23008-12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.bmff import Box, boxes, find, inside, top_boxes
from provenance.containers.span import Span, lie, read_span

_TABLE_LIMIT: Final = 16 << 20
_ITEMS: Final = 65_536


@dataclass(frozen=True, slots=True)
class Item:
    """One item: number, type (``hvc1``, ``Exif``, ``mime``, ...), content type of a `mime` item, and where
    its bytes lie."""

    number: int
    kind: bytes
    content_type: str
    spans: tuple[Span, ...]


def items(file: BinaryIO) -> tuple[Item, ...]:
    """All items of the file, by number; empty where it has none. Raises UnreadableMedia."""
    meta = find(file, top_boxes(file), b"meta")
    if meta is None:
        return ()
    parts = {box.kind: box for box in inside(file, meta)}
    if b"iinf" not in parts or b"iloc" not in parts:
        return ()
    places = _places(file, parts[b"iloc"], parts.get(b"idat"))
    kinds = _kinds(file, parts[b"iinf"])
    return tuple(
        Item(number, kind, content_type, places.get(number, ()))
        for number, (kind, content_type) in sorted(kinds.items())
    )


def read_item(file: BinaryIO, item: Item, limit: int) -> bytes:
    """All bytes of an item, at most `limit`. Raises UnreadableMedia."""
    if sum(span.length for span in item.spans) > limit:
        raise lie("bmff.item_size", f"item {item.number} holds more than {limit} bytes")
    return b"".join(read_span(file, span, limit) for span in item.spans)


class _Cursor:
    """Reads big-endian numbers one after another; past the end they are an error."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self, width: int) -> int:
        end = self._at + width
        if end > len(self._data):
            raise lie("bmff.table", "a table of items ends early")
        value = int.from_bytes(self._data[self._at : end], "big")
        self._at = end
        return value


def _kinds(file: BinaryIO, box: Box) -> dict[int, tuple[bytes, str]]:
    head = read_span(file, Span(box.body.offset, min(8, box.body.length)), 8)
    skip = 6 if head[:1] == b"\0" else 8
    kinds: dict[int, tuple[bytes, str]] = {}
    for entry in boxes(file, Span(box.body.offset + skip, max(0, box.body.length - skip))):
        data = read_span(file, Span(entry.body.offset, min(entry.body.length, 4_096)), 4_096)
        if entry.kind != b"infe" or data[:1] not in (b"\2", b"\3"):
            continue
        wide = 2 if data[:1] == b"\2" else 4
        kind = data[6 + wide : 10 + wide]
        _, _, after_name = data[10 + wide :].partition(b"\0")
        content_type = _text(after_name) if kind == b"mime" else ""
        kinds[int.from_bytes(data[4 : 4 + wide], "big")] = (kind, content_type)
        if len(kinds) > _ITEMS:
            raise lie("bmff.too_many_items", f"more than {_ITEMS} items")
    return kinds


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("latin-1").lower()


def _places(file: BinaryIO, box: Box, idat: Box | None) -> dict[int, tuple[Span, ...]]:
    cursor = _Cursor(read_span(file, box.body, _TABLE_LIMIT))
    version = cursor.number(4) >> 24
    widths = cursor.number(2)
    offset_width, length_width, base_width = widths >> 12, widths >> 8 & 15, widths >> 4 & 15
    index_width = widths & 15 if version in (1, 2) else 0
    number_width = 4 if version == 2 else 2
    places: dict[int, tuple[Span, ...]] = {}
    for _ in range(min(cursor.number(number_width), _ITEMS)):
        number = cursor.number(number_width)
        method = cursor.number(2) & 15 if version in (1, 2) else 0
        cursor.number(2)
        base = cursor.number(base_width) + (idat.body.offset if method == 1 and idat else 0)
        spans = []
        for _ in range(cursor.number(2)):
            cursor.number(index_width)
            spans.append(Span(base + cursor.number(offset_width), cursor.number(length_width)))
        # Method 2 points into another item: nobody writes it for pictures or metadata.
        places[number] = tuple(spans) if method in (0, 1) else ()
    return places
