"""TIFF and BigTIFF: directories (TIFF 6.0, section 2; BigTIFF as in libtiff). Also every EXIF block."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from provenance.containers.span import Span, lie, read_span, read_up_to
from provenance.errors import UnreadableMedia

MAGICS: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIRO", b"IIRS", b"IIU\0")
"""Classic, BigTIFF, and the variants of Olympus and Panasonic raw files."""

EXIF_POINTER: Final = 0x8769
_POINTERS: Final = frozenset({EXIF_POINTER, 0x014A})
_WIDTHS: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8,
                  17: 8, 18: 8, 129: 1}  # fmt: skip
_DIRECTORIES: Final = 64
_ALL_DIRECTORIES: Final = 65_536
_ENTRIES: Final = 4_096
_TOTAL: Final = 16_384
"""Fields of all directories together; files of hundreds of pages stay below it."""
_ALL_FIELDS: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a directory.

    Args: directory is ``0``, ``1``, ... for the chain, ``exif`` or ``sub`` for those it points to; tag,
    type and count as written; span where the value lies; at is where its directory lies, which tells apart those of
    one name.
    """

    directory: str
    tag: int
    type: int
    count: int
    span: Span
    at: int


@dataclass(frozen=True, slots=True)
class _Shape:
    order: Literal["big", "little"]
    big: bool

    @property
    def pointer(self) -> int:
        return 8 if self.big else 4


def entries(file: BinaryIO, *, whole: bool = False) -> Iterator[Entry]:
    """The fields of the first 64 directories. Every directory is visited once, whatever loops the file holds.

    Args: whole asks for every directory, for those who answer for all of the picture.
    Raises UnreadableMedia where there is no TIFF header or a directory has too many fields; and, after the last
    field, where the chain of directories leads back to itself; where `whole` is asked for, also where a directory was
    left out.
    """
    most, most_fields = (_ALL_DIRECTORIES, _ALL_FIELDS) if whole else (_DIRECTORIES, _TOTAL)
    shape = _shape(read_up_to(file, 0, 16))
    seen: set[int] = set()
    held, looped = 0, False
    head = read_up_to(file, 0, 16)
    first = int.from_bytes(head[8:16] if shape.big else head[4:8], shape.order)
    waiting = deque([("0", first)])
    while waiting and len(seen) < most:
        name, offset = waiting.popleft()
        if offset in seen or offset == 0:
            looped = looped or (offset != 0 and name.isdigit())
            continue
        seen.add(offset)
        fields, following = _directory(file, shape, name, offset)
        held += len(fields)
        if held > most_fields:
            raise lie("tiff.too_many_fields", f"more than {most_fields} fields")
        if name.isdigit():
            waiting.append((str(int(name) + 1), following))
        for entry in fields:
            yield entry
            if entry.tag in _POINTERS:
                pointed = _numbers(file, shape, entry, most)
                if whole and not pointed:
                    raise lie("tiff.directory", f"where the directories of field {entry.tag} lie cannot be read")
                kind = "exif" if entry.tag == EXIF_POINTER else "sub"
                waiting.extendleft((kind, at) for at in reversed(pointed))
    if whole and any(offset not in seen and offset for _, offset in waiting):
        raise lie("tiff.too_many_directories", f"more than {most} directories")
    if looped:
        raise lie("tiff.loop", "its directories lead back to themselves")


def width_of(kind: int) -> int:
    """Bytes of one value of a field type; 1 for types nobody knows."""
    return _WIDTHS.get(kind, 1)


def order_of(file: BinaryIO) -> Literal["big", "little"]:
    """Byte order of the file. Raises UnreadableMedia where there is no TIFF header."""
    return _shape(read_up_to(file, 0, 16)).order


def _shape(head: bytes) -> _Shape:
    if head[:4] not in MAGICS or len(head) < 8:
        raise lie("tiff.no_header", "there is no TIFF header")
    big = head[2:4] in (b"+\0", b"\0+")
    if big and len(head) < 16:
        raise lie("tiff.no_header", "the BigTIFF header is cut")
    return _Shape("little" if head[:2] == b"II" else "big", big)


def _directory(file: BinaryIO, shape: _Shape, name: str, offset: int) -> tuple[list[Entry], int]:
    """The fields of a directory and the offset of the next one (0: none)."""
    width, prefix = (20, 8) if shape.big else (12, 2)
    raw_count = read_up_to(file, offset, prefix)
    if len(raw_count) < prefix:
        if name in ("0", "exif", "sub"):
            raise lie("tiff.directory", f"the {name} directory is said to lie at {offset}, past the end")
        # Many sound files leave rubbish where the next directory of the chain would be.
        return [], 0
    count = int.from_bytes(raw_count, shape.order)
    if count > _ENTRIES:
        raise lie("tiff.too_many_fields", f"the directory at {offset} says {count} fields")
    raw = read_up_to(file, offset + prefix, count * width + shape.pointer)
    fields = [
        _entry(raw[at : at + width], shape, name, offset, offset + prefix + at)
        for at in range(0, min(len(raw), count * width) // width * width, width)
    ]
    return fields, int.from_bytes(raw[count * width : count * width + shape.pointer], shape.order)


def _entry(raw: bytes, shape: _Shape, name: str, at: int, position: int) -> Entry:
    tag, kind = int.from_bytes(raw[:2], shape.order), int.from_bytes(raw[2:4], shape.order)
    start = 4 + shape.pointer
    count = int.from_bytes(raw[4:start], shape.order)
    length = count * _WIDTHS.get(kind, 1)
    inline = length <= shape.pointer
    offset = position + start if inline else int.from_bytes(raw[start:], shape.order)
    return Entry(name, tag, kind, count, Span(offset, length), at)


def _numbers(file: BinaryIO, shape: _Shape, entry: Entry, most: int) -> list[int]:
    width = _WIDTHS.get(entry.type, 4)
    if entry.span.length > most * 8 or width not in (4, 8):
        return []
    try:
        data = read_span(file, entry.span, most * 8)
    except UnreadableMedia:
        return []
    return [int.from_bytes(data[at : at + width], shape.order) for at in range(0, len(data), width)]
