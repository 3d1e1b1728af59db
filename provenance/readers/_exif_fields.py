"""The fields of an EXIF block that say who made a picture and how, read byte by byte (Exif 3.0, section 4.6).

Only fields that carry a statement are read; a directory of thousands of others costs nothing. What is damaged
is named, and the rest is read all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from provenance.containers import tiff
from provenance.containers.span import lie, read_span, read_up_to
from provenance.errors import UnreadableMedia
from provenance.readers._exif_block import BLOCK_LIMIT, Block

_TEXT_LIMIT: Final = 8 << 20
_NOTE_HEAD: Final = 64
_COMMENT_TAG: Final = 0x9286
_NOTE_TAG: Final = 0x927C
_PHOTOMETRIC_TAG: Final = 0x0106
_MOSAIC: Final = 32_803
"""PhotometricInterpretation of a colour filter array: what a sensor gives before any picture is made of it."""
_TEXT_TAGS: Final = {
    0x010E: "ImageDescription", 0x010F: "Make", 0x0110: "Model", 0x0131: "Software", 0x013B: "Artist",
    0x9003: "DateTimeOriginal", _COMMENT_TAG: "UserComment", 0x9C9B: "XPTitle", 0x9C9C: "XPComment",
    0x9C9D: "XPAuthor", 0x9C9E: "XPKeywords", 0x9C9F: "XPSubject", 0xA434: "LensModel",
}  # fmt: skip
_CAMERA_TAGS: Final = frozenset({0x010F, 0x0110})
"""Make and model belong to the first directory; in another one no camera wrote them."""
_WIDE_TAGS: Final = frozenset({0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F})
_NUMBER_TAGS: Final = {
    0x829A: "ExposureTime", 0x829D: "FNumber", 0x8827: "ISO", 0x8831: "ISO", 0x8832: "ISO", 0x8833: "ISO",
    0x920A: "FocalLength", 0x9201: "ShutterSpeedValue", 0x9202: "ApertureValue", 0xA300: "FileSource",
    0xA301: "SceneType", 0xA401: "CustomRendered",
}  # fmt: skip
_DIRECTORIES: Final = frozenset({"0", "exif"})
_CODES: Final = frozenset({b"ASCII\0\0\0", b"JIS\0\0\0\0\0", bytes(8)})


@dataclass(frozen=True, slots=True)
class Fields:
    """What one block says.

    Args: texts are (field name, text) pairs in order; numbers the first value of each other than 0; note the
    first bytes of the maker's note; mosaic true where it holds unprocessed sensor data; errors what kept
    parts from being read.
    """

    texts: tuple[tuple[str, str], ...] = ()
    numbers: Mapping[str, float] | None = None
    note: bytes = b""
    mosaic: bool = False
    errors: tuple[UnreadableMedia, ...] = ()


def fields_of(block: Block) -> Fields:
    """The fields of a block; never raises, what could not be read is in `errors`."""
    texts: list[tuple[str, str]] = []
    numbers: dict[str, float] = {}
    errors: list[UnreadableMedia] = []
    note, mosaic, held = b"", False, 0
    try:
        order = tiff.order_of(block.file)
        for entry in _telling(block):
            if entry.tag in _TEXT_TAGS:
                held += entry.span.length
                if held > BLOCK_LIMIT:
                    raise lie("exif.too_long", f"more than {BLOCK_LIMIT} bytes of text")
                try:
                    data = read_span(block.file, entry.span, _TEXT_LIMIT)
                except UnreadableMedia as error:
                    errors.append(error)
                else:
                    texts.append((_TEXT_TAGS[entry.tag], _decode(entry.tag, data, order)))
            elif entry.tag == _NOTE_TAG:
                note = note or _note(block, entry)
            elif (value := _number(block, entry, order)) and entry.tag == _PHOTOMETRIC_TAG:
                mosaic = mosaic or value == _MOSAIC
            elif value:
                numbers.setdefault(_NUMBER_TAGS[entry.tag], value)
    except UnreadableMedia as error:
        errors.append(error)
    return Fields(tuple(texts), numbers, note, mosaic, tuple(errors))


def _telling(block: Block) -> Iterator[tiff.Entry]:
    """The entries that are read: sensor data lies in a directory of its own, all else in the first two."""
    for entry in tiff.entries(block.file):
        if entry.tag == _PHOTOMETRIC_TAG or (entry.tag in _CAMERA_TAGS and entry.directory == "0"):
            yield entry
        elif entry.tag in _CAMERA_TAGS:
            continue
        elif entry.directory in _DIRECTORIES and (
            entry.tag in _TEXT_TAGS or entry.tag in _NUMBER_TAGS or entry.tag == _NOTE_TAG
        ):
            yield entry


def _note(block: Block, entry: tiff.Entry) -> bytes:
    """The first bytes of a maker's note; empty where it is not there or nothing but zeros."""
    data = read_up_to(block.file, entry.span.offset, min(entry.span.length, _NOTE_HEAD))
    return data if data.strip(b"\0 ") else b""


def _number(block: Block, entry: tiff.Entry, order: Literal["big", "little"]) -> float | None:
    """The first number of a field, or None: for text, for a fraction over 0, for one past the end."""
    width = tiff.width_of(entry.type)
    data = read_up_to(block.file, entry.span.offset, width)
    if entry.count == 0 or len(data) < width or entry.type not in (1, 3, 4, 5, 7, 8, 9, 10):
        return None
    if width == 8:
        signed = entry.type == 10
        above = int.from_bytes(data[:4], order, signed=signed)
        below = int.from_bytes(data[4:], order, signed=signed)
        return above / below if below else None
    return float(int.from_bytes(data, order, signed=entry.type in (8, 9)))


def _decode(tag: int, data: bytes, order: str) -> str:
    if tag in _WIDE_TAGS:
        return data.decode("utf-16-le", "replace").strip("\0")
    if tag == _COMMENT_TAG:
        return comment_text(data, order)
    # What stands behind the zero that ends a text is left over from whatever lay there before.
    return plain_text(data.lstrip(b"\0 ").partition(b"\0")[0])


def comment_text(data: bytes, order: str) -> str:
    """UserComment: eight bytes name the character code. Tools disagree about the byte order of UNICODE."""
    code, body = data[:8], data[8:]
    if code == b"UNICODE\0":
        return _wide(body, order)
    return plain_text(body if code in _CODES else data)


def _wide(body: bytes, order: str) -> str:
    if body[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return body.decode("utf-16", "replace").strip("\0")
    even, odd = body[0:400:2].count(0), body[1:400:2].count(0)
    if even == odd:
        # No Latin letters to tell by: some wrote UTF-8 under this code, the rest follow the block.
        if even == 0 and _is_utf8(body):
            return body.decode("utf-8")
        big = order == "big"
    else:
        big = even > odd
    return body.decode("utf-16-be" if big else "utf-16-le", "replace").strip("\0")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def plain_text(data: bytes) -> str:
    """Text in UTF-8 or, where it is none, Latin-1, without the zeros and blanks around it."""
    data = data.strip(b"\0 ")
    return data.decode("utf-8" if _is_utf8(data) else "latin-1")
