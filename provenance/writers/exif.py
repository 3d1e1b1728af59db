"""EXIF UserComment: the origin in a sentence of ours, as EXIF has no field for it; written only where that
field is empty or ours.

Grammar: ``provenance: origin=<class>; source-type=<address>[; software]``: the class is one of
provenance.model.Origin, the address a Digital Source Type; the last word says that Software, which was empty,
is ours too. Make, Model and a Software that stands there are never touched.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers import tiff
from provenance.containers.span import read_span
from provenance.contracts import Edit, Tag
from provenance.errors import WriteRefused
from provenance.own_marks import COMMENT
from provenance.readers._exif_fields import comment_text
from provenance.writers import _jpeg_parts, _png_parts, _riff_parts
from provenance.writers._spot import Spot
from provenance.writers._tiff_parts import ASCII, UNDEFINED, Field, empty_block, field_edits
from provenance.writers._xmp_text import applied

NAME: Final = "exif"
VERSION: Final = "1"

_COMMENT: Final = ("exif", 0x9286)
_SOFTWARE: Final = ("0", 0x0131)
_VERSION: Final = ("exif", 0x9000)
_VERSION_NOW: Final = Field(UNDEFINED, b"0232")
_ASCII_CODE: Final = b"ASCII\0\0\0"
_HEAD: Final = b"Exif\0\0"
_LIMIT: Final = 1 << 20
_NAMES: Final = 200
_SPOTS: Final[Mapping[str, Callable[[BinaryIO], Spot]]] = {
    "image/jpeg": _jpeg_parts.exif,
    "image/png": _png_parts.exif,
    "image/webp": _riff_parts.webp_exif,
}
_Changes = dict[tuple[str, int], Field | None]


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a block says: UserComment, Software, and the fields it has."""

    comment: str
    software: str
    fields: frozenset[tuple[str, int]]


def can_write(media_type: str) -> bool:
    """True for pictures whose EXIF block this writer can change."""
    return media_type in _SPOTS or media_type == "image/tiff"


def edits(file: BinaryIO, media_type: str, tag: Tag) -> tuple[Edit, ...]:
    """The edits that make UserComment say what the tag says. Raises WriteRefused, UnreadableMedia."""
    return _edits(file, media_type, lambda block: _wanted(_standing(block), tag))


def erasures(file: BinaryIO, media_type: str) -> tuple[Edit, ...]:
    """The edits that take our comment back. Raises WriteRefused, UnreadableMedia."""
    return _edits(file, media_type, lambda block: _unwanted(_standing(block)), create=False)


def _edits(
    file: BinaryIO, media_type: str, changes_of: Callable[[BinaryIO], _Changes], *, create: bool = True
) -> tuple[Edit, ...]:
    if media_type == "image/tiff":
        changes = changes_of(file)
        return field_edits(file, changes) if changes else ()
    spot = _SPOTS[media_type](file)
    if not spot.data and not create:
        return ()
    head = _HEAD if spot.data.startswith(_HEAD) else b""
    old = spot.data.removeprefix(_HEAD) or empty_block()
    changes = changes_of(io.BytesIO(old))
    if not changes:
        return ()
    new = applied(old, field_edits(io.BytesIO(old), changes))
    return spot.put(b"" if _is_bare(new) else head + new)


def _wanted(standing: _Standing, tag: Tag) -> _Changes:
    ours = COMMENT.fullmatch(standing.comment)
    if standing.comment and ours is None:
        raise WriteRefused(
            "its UserComment holds words of another program, which are not overwritten",
            remedy="write XMP or a sidecar",
        )
    software = _printable(tag.tool)
    fill = bool(software) and (not standing.software or (ours is not None and bool(ours["software"])))
    said = _sentence(tag, fill)
    changes: _Changes = {}
    if said != standing.comment:
        changes[_COMMENT] = Field(UNDEFINED, _ASCII_CODE + said.encode("ascii"))
        if _VERSION not in standing.fields:
            changes[_VERSION] = _VERSION_NOW
    if fill and software != standing.software:
        changes[_SOFTWARE] = Field(ASCII, software.encode("ascii") + b"\0")
    elif ours is not None and ours["software"] and not fill:
        changes[_SOFTWARE] = None
    return changes


def _unwanted(standing: _Standing) -> _Changes:
    ours = COMMENT.fullmatch(standing.comment)
    if ours is None:
        return {}
    changes: _Changes = {_COMMENT: None}
    if ours["software"]:
        changes[_SOFTWARE] = None
    inner = {name for name in standing.fields if name[0] == "exif"}
    if inner <= {_COMMENT, _VERSION}:
        changes |= {_VERSION: None, ("0", tiff.EXIF_POINTER): None}
    return changes


def _sentence(tag: Tag, software: bool) -> str:
    address = f"; source-type={tag.source_type}" if tag.source_type else ""
    said = f"provenance: origin={tag.origin.value}{address}{'; software' if software else ''}"
    if COMMENT.fullmatch(said) is None:
        raise WriteRefused(f"{tag.source_type!r} cannot stand in UserComment", remedy="use an IPTC source type")
    return said


def _standing(block: BinaryIO) -> _Standing:
    comment = software = ""
    order, fields = tiff.order_of(block), set()
    for entry in tiff.entries(block):
        name = (entry.directory, entry.tag)
        fields.add(name)
        if name == _COMMENT:
            comment = comment_text(read_span(block, entry.span, _LIMIT), order).strip()
        elif name == _SOFTWARE:
            software = read_span(block, entry.span, _LIMIT).strip(b"\0 ").decode("utf-8", "replace")
    return _Standing(comment, software, frozenset(fields))


def _is_bare(block: bytes) -> bool:
    """True for a block that says nothing any more."""
    return not any(True for _ in tiff.entries(io.BytesIO(block)))


def _printable(text: str) -> str:
    return "".join(letter for letter in text if " " <= letter <= "~")[:_NAMES].strip()
