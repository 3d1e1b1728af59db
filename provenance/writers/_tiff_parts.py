"""TIFF and EXIF blocks: fields set and taken out, all other offsets kept (TIFF 6.0, section 2).

What there is stays where it lies, for anything may point there (maker's notes do). New values go behind the
end; a directory that gains a field is written anew behind them and the old one is left behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from provenance.containers import tiff
from provenance.containers.span import lie, read_span, read_up_to, size_of
from provenance.contracts import Edit
from provenance.writers._spot import Spot, cannot

BYTE, ASCII, LONG, UNDEFINED = 1, 2, 4, 7
XMP_TAG: Final = 700
_LONG8: Final = 16
_LIMIT: Final = 32 << 20
_ENTRIES: Final = 4_096
_PLAIN: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


@dataclass(frozen=True, slots=True)
class Field:
    """A value to be set: its TIFF type, and its bytes in the byte order of the block."""

    type: int
    data: bytes


@dataclass(frozen=True, slots=True)
class _Shape:
    order: Literal["big", "little"]
    big: bool

    @property
    def pointer(self) -> int:
        return 8 if self.big else 4

    @property
    def count(self) -> int:
        return 8 if self.big else 2

    @property
    def entry(self) -> int:
        return 20 if self.big else 12


@dataclass(frozen=True, slots=True)
class _Directory:
    """One directory: where it lies (0: nowhere yet), its entries as bytes, and the offset of the next."""

    offset: int
    entries: tuple[bytes, ...]
    following: bytes


def xmp(file: BinaryIO) -> Spot:
    """The XMP packet of the first directory. Raises UnreadableMedia, WriteRefused."""
    found = next((one for one in tiff.entries(file) if one.tag == XMP_TAG and one.directory == "0"), None)
    data = b"" if found is None else read_span(file, found.span, _LIMIT)
    return Spot(data, lambda new: field_edits(file, {("0", XMP_TAG): Field(BYTE, new) if new else None}))


def empty_block() -> bytes:
    """An EXIF block without fields."""
    return b"MM\0*" + (8).to_bytes(4, "big") + bytes(6)


def order_of(file: BinaryIO) -> Literal["big", "little"]:
    """The byte order that values must be in. Raises UnreadableMedia."""
    return tiff.order_of(file)


def field_edits(file: BinaryIO, changes: Mapping[tuple[str, int], Field | None]) -> tuple[Edit, ...]:
    """The edits that set fields, or take out those that are None.

    Args: changes by (directory, tag), directory ``0`` or ``exif``.
    Raises UnreadableMedia, WriteRefused for kinds of TIFF that are not changed.
    """
    head = read_up_to(file, 0, 16)
    if head[:4] not in _PLAIN:
        raise cannot("it is a camera's own kind of TIFF")
    work = _Work(file, _Shape("little" if head[:2] == b"II" else "big", head[2:4] in (b"+\0", b"\0+")))
    work.change(changes)
    return work.edits()


class _Work:
    """What is appended and what is overwritten while directories change."""

    def __init__(self, file: BinaryIO, shape: _Shape) -> None:
        self._file, self._shape = file, shape
        self._size = size_of(file)
        self._tail = bytearray(self._size % 2)
        self._edits: list[Edit] = []

    def edits(self) -> tuple[Edit, ...]:
        if not self._shape.big and self._size + len(self._tail) > 0xFFFFFFFF:
            raise cannot("it would be longer than a TIFF can be")
        return (*self._edits, *((Edit(self._size, 0, bytes(self._tail)),) if self._tail else ()))

    def change(self, changes: Mapping[tuple[str, int], Field | None]) -> None:
        first_at = 8 if self._shape.big else 4
        first = self._directory(
            int.from_bytes(read_up_to(self._file, first_at, self._shape.pointer), self._shape.order)
        )
        own = {tag: field for (name, tag), field in changes.items() if name == "0"}
        inner = {tag: field for (name, tag), field in changes.items() if name == "exif"}
        if inner:
            pointer = next((one for one in first.entries if self._tag(one) == tiff.EXIF_POINTER), b"")
            old = (
                self._directory(self._offset_in(pointer)) if pointer else _Directory(0, (), bytes(self._shape.pointer))
            )
            moved = self._rewritten(old, inner)
            if moved != old.offset:
                own[tiff.EXIF_POINTER] = Field(_LONG8 if self._shape.big else LONG, self._number(moved))
        moved = self._rewritten(first, own)
        if moved != first.offset:
            self._edits.append(Edit(first_at, self._shape.pointer, self._number(moved)))
        elif not own:
            return

    def _directory(self, offset: int) -> _Directory:
        shape = self._shape
        count = int.from_bytes(read_up_to(self._file, offset, shape.count), shape.order)
        start, length = offset + shape.count, count * shape.entry
        raw = read_up_to(self._file, start, length + shape.pointer) if count <= _ENTRIES else b""
        if not offset or len(raw) < length + shape.pointer:
            raise lie("tiff.directory", f"the directory at {offset} cannot be read")
        entries = tuple(raw[at : at + shape.entry] for at in range(0, length, shape.entry))
        return _Directory(offset, entries, raw[length:])

    def _rewritten(self, old: _Directory, changes: Mapping[int, Field | None]) -> int:
        """Where the directory lies with its changes: in its place while it has not grown, else at the end."""
        if not changes:
            return old.offset
        kept = [one for one in old.entries if self._tag(one) not in changes]
        gone = [one for one in old.entries if self._tag(one) in changes]
        new = [self._entry(tag, field) for tag, field in changes.items() if field is not None]
        entries = sorted((*kept, *new), key=self._tag)
        if tuple(entries) == old.entries:
            return old.offset
        for one in gone:
            self._blank(one)
        body = len(entries).to_bytes(self._shape.count, self._shape.order) + b"".join(entries) + old.following
        if old.offset and len(entries) <= len(old.entries):
            room = self._shape.count + len(old.entries) * self._shape.entry + self._shape.pointer
            self._edits.append(Edit(old.offset, room, body.ljust(room, b"\0")))
            return old.offset
        return self._append(body)

    def _blank(self, entry: bytes) -> None:
        """Overwrites a value that nothing points at any more: what is taken back is not left to be found."""
        shape = self._shape
        kind = int.from_bytes(entry[2:4], shape.order)
        length = int.from_bytes(entry[4 : 4 + shape.pointer], shape.order) * tiff.width_of(kind)
        start = self._offset_in(entry)
        if length <= shape.pointer or start + length > self._size:
            return
        sharing = [one for one in tiff.entries(self._file) if one.span.offset < start + length and start < one.span.end]
        if len(sharing) == 1:
            self._edits.append(Edit(start, length, bytes(length)))

    def _entry(self, tag: int, field: Field) -> bytes:
        shape, count = self._shape, len(field.data) // tiff.width_of(field.type)
        if len(field.data) <= shape.pointer:
            value = field.data.ljust(shape.pointer, b"\0")
        else:
            value = self._number(self._append(field.data))
        head = tag.to_bytes(2, shape.order) + field.type.to_bytes(2, shape.order)
        return head + count.to_bytes(shape.pointer, shape.order) + value

    def _append(self, data: bytes) -> int:
        """Puts bytes behind the end, at an even offset, and says where."""
        offset = self._size + len(self._tail)
        self._tail += data + b"\0" * (len(data) % 2)
        return offset

    def _tag(self, entry: bytes) -> int:
        return int.from_bytes(entry[:2], self._shape.order)

    def _offset_in(self, entry: bytes) -> int:
        return int.from_bytes(entry[4 + self._shape.pointer :], self._shape.order)

    def _number(self, value: int) -> bytes:
        return value.to_bytes(self._shape.pointer, self._shape.order)
