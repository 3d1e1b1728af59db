"""Metadata of movies in ISO base media files: user data, keys with item lists, XML, and what tracks are made of.

QuickTime File Format Specification, "Metadata" and "User data"; ISO/IEC 14496-12, sections 8.10 and 8.11. Read
wherever they occur: in front of the media or behind it, in the movie, in a track, in user data, or bare.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO, Final

from provenance.containers.bmff import Box, boxes, find, inside, top_boxes
from provenance.containers.inflate import TEXT_LIMIT
from provenance.containers.span import Span, lie, read_up_to

_MOVIES: Final = 8
_TRACKS: Final = 256
_ENTRIES: Final = 2_000
_HELD: Final = 32 << 20
"""Bytes of text that are kept of one file, all values together."""
_PICTURES: Final = frozenset({b"covr", b"snal", b"tnal"})
_TEXT_WIDE, _JPEG, _PNG, _SIGNED, _UNSIGNED, _BMP = 2, 13, 14, 21, 22, 27
_THREE_GPP: Final = frozenset({b"titl", b"auth", b"dscp", b"cprt", b"perf", b"gnre", b"albm"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One named text: where it stood, its key (``com.apple.quicktime.make``, ``©mak``, ``prompt``; empty where an
    item has no key), and whether the text was longer than what is kept."""

    place: str
    key: str
    text: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A box of user data or metadata whose inside is its maker's own."""

    place: str
    kind: bytes
    span: Span
    uuid: bytes = b""


@dataclass(slots=True)
class Metadata:
    """All that was found; `codecs` are the sample entries of the tracks (``avc1``, ``gpmd``, ``djmd``)."""

    entries: list[Entry] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    codecs: list[bytes] = field(default_factory=list)
    brands: tuple[bytes, ...] = ()
    held: int = 0

    def keep(self, entry: Entry) -> None:
        """Adds an entry. Raises UnreadableMedia where there are too many or too long ones."""
        self.held += len(entry.text)
        if len(self.entries) >= _ENTRIES or self.held > _HELD:
            raise lie("movie.too_much", f"metadata of more than {_ENTRIES} values or {_HELD} characters")
        self.entries.append(entry)

    def point(self, part: Part) -> None:
        """Adds a part. Raises UnreadableMedia where there are too many."""
        if len(self.parts) >= _ENTRIES:
            raise lie("movie.too_much", f"metadata of more than {_ENTRIES} boxes")
        self.parts.append(part)


def read_metadata(file: BinaryIO, found: Metadata) -> None:
    """Collects the metadata of a file into `found`, which keeps what was read in front of a broken part.

    Only headers of boxes are read on the way: media and sample tables are stepped over. Raises UnreadableMedia.
    """
    movies = 0
    for box in top_boxes(file):
        if box.kind == b"ftyp":
            data = read_up_to(file, box.body.offset, min(box.body.length, 256))
            found.brands = tuple(data[at : at + 4] for at in (0, *range(8, len(data), 4)))
        elif box.kind == b"moov":
            movies += 1
            if movies > _MOVIES:
                raise lie("movie.too_many", f"more than {_MOVIES} movies in one file")
            _movie(file, box, found)
        else:
            _metadata_box(file, box, "bmff:", found)


def _movie(file: BinaryIO, movie: Box, found: Metadata) -> None:
    tracks = 0
    for box in inside(file, movie):
        if box.kind == b"trak" and tracks < _TRACKS:
            tracks += 1
            _track(file, box, found)
        else:
            _metadata_box(file, box, "bmff:moov/", found)


def _track(file: BinaryIO, track: Box, found: Metadata) -> None:
    for box in inside(file, track):
        if box.kind == b"mdia":
            table = find(file, inside(file, box), b"minf", b"stbl", b"stsd")
            if table is not None:
                for entry in boxes(file, Span(table.body.offset + 8, max(0, table.body.length - 8))):
                    found.codecs.append(entry.kind)
                    break
        else:
            _metadata_box(file, box, "bmff:moov/trak/", found)


def _metadata_box(file: BinaryIO, box: Box, place: str, found: Metadata) -> None:
    if box.kind == b"udta":
        _user_data(file, box, place + "udta", found)
    elif box.kind == b"meta":
        _meta(file, box, place + "meta", found)
    elif box.kind == b"uuid":
        found.point(Part(place + "uuid", box.kind, box.body, box.uuid))


def _user_data(file: BinaryIO, data: Box, place: str, found: Metadata) -> None:
    for box in inside(file, data):
        if box.kind == b"meta":
            _meta(file, box, place + "/meta", found)
        elif box.kind[:1] == b"\xa9":
            _international(file, box, place, found)
        elif box.kind in _THREE_GPP:
            text, cut = _text(file, box.body.offset + 6, box.body.length - 6)
            found.keep(Entry(place, box.kind.decode("latin-1"), text, cut))
        elif box.kind not in _PICTURES:
            found.point(Part(place, box.kind, box.body, box.uuid))


def _international(file: BinaryIO, box: Box, place: str, found: Metadata) -> None:
    """Texts of a ``©xxx`` box: 16-bit length and language, or a data box as in item lists, or bare text."""
    key, head = box.kind.decode("latin-1"), read_up_to(file, box.body.offset, 8)
    if head[4:8] == b"data":
        _values(file, box, place, key, found)
        return
    length = int.from_bytes(head[:2], "big")
    if 4 + length <= box.body.length and length:
        text, cut = _text(file, box.body.offset + 4, length)
    else:
        text, cut = _text(file, box.body.offset, box.body.length)
    found.keep(Entry(place, key, text, cut))


def _meta(file: BinaryIO, meta: Box, place: str, found: Metadata) -> None:
    keys: dict[int, str] = {}
    lists: list[Box] = []
    for box in inside(file, meta):
        if box.kind == b"keys":
            keys = _keys(file, box)
        elif box.kind == b"ilst":
            lists.append(box)
        elif box.kind in (b"xml ", b"uuid"):
            found.point(Part(place, box.kind, box.body, box.uuid))
    for items in lists[:_MOVIES]:
        for item in boxes(file, items.body):
            number = int.from_bytes(item.kind, "big")
            named = "" if number <= _ENTRIES else item.kind.decode("latin-1")
            if item.kind not in _PICTURES:
                _values(file, item, place, keys.get(number, named), found)


def _keys(file: BinaryIO, box: Box) -> dict[int, str]:
    names: dict[int, str] = {}
    for number, entry in enumerate(boxes(file, Span(box.body.offset + 8, max(0, box.body.length - 8))), 1):
        if number > _ENTRIES:
            raise lie("movie.too_much", f"more than {_ENTRIES} keys")
        names[number] = _text(file, entry.body.offset, min(entry.body.length, 1_024))[0]
    return names


def _values(file: BinaryIO, item: Box, place: str, key: str, found: Metadata) -> None:
    """The data boxes of an item; a freeform item (``----``) brings its own name."""
    for box in boxes(file, item.body):
        if box.kind == b"name" and item.kind == b"----":
            key = _text(file, box.body.offset + 4, min(box.body.length - 4, 1_024))[0]
        elif box.kind == b"data" and box.body.length >= 8:
            kind = int.from_bytes(read_up_to(file, box.body.offset, 4), "big") & 0xFFFFFF
            span = Span(box.body.offset + 8, box.body.length - 8)
            if kind in (_JPEG, _PNG, _BMP) and read_up_to(file, span.offset, 1) != b"{":
                # Artwork; an editor keeps JSON under the same key, whatever type it says.
                continue
            if kind in (_SIGNED, _UNSIGNED) and span.length <= 8:
                value = int.from_bytes(read_up_to(file, span.offset, span.length), "big", signed=kind == _SIGNED)
                found.keep(Entry(place, key, str(value)))
            else:
                text, cut = _text(file, span.offset, span.length, wide=kind == _TEXT_WIDE)
                found.keep(Entry(place, key, text, cut))


def _text(file: BinaryIO, offset: int, length: int, *, wide: bool = False) -> tuple[str, bool]:
    """Text in the encodings of the field, and whether it was cut."""
    data = read_up_to(file, offset, min(max(0, length), TEXT_LIMIT))
    cut = length > TEXT_LIMIT
    if wide or data[:2] in (b"\xfe\xff", b"\xff\xfe"):
        name = "utf-16" if data[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-16-be"
        return data.decode(name, "replace").strip("\0"), cut
    try:
        return data.decode().strip("\0"), cut
    except UnicodeDecodeError:
        return data.decode("latin-1").strip("\0"), cut
