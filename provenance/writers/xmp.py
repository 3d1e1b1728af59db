"""XMP: origin, the IPTC 2025.1 AI properties, credit, contributor, identifiers and what it was derived from.

What another program wrote is never replaced: where it says something else about the origin, writing is
refused, and any other property of ours is left out. IPTC's guide for AI: no creator, the generator is a
contributor (https://www.iptc.org/std/photometadata/documentation/userguide/). For formats without a place for
a packet, and wherever nothing may be written into the file, the packet goes to ``name.ext.xmp`` beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from provenance.contracts import Edit, Tag
from provenance.errors import WriteRefused
from provenance.fields import PROPERTIES, TAKE_IN_WORDS
from provenance.model import source_type
from provenance.own_marks import CONTENT, WROTE
from provenance.writers import _jpeg_parts, _movie_parts, _png_parts, _riff_parts, _tiff_parts
from provenance.writers._spot import Spot
from provenance.writers._xmp_text import (
    Name,
    Value,
    digest_of,
    fresh,
    merged,
    ours_in,
    values_in,
    without_ours,
)

NAME: Final = "xmp"
VERSION: Final = "1"

_IPTC: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_MM: Final = "http://ns.adobe.com/xap/1.0/mm/"
_REF: Final = "http://ns.adobe.com/xap/1.0/sType/ResourceRef#"
_SOURCE_TYPE: Final = (_IPTC, "DigitalSourceType")
_LABEL: Final = ("http://www.tc260.org.cn/ns/AIGC/1.0/", "AIGC")
_CREDIT: Final = ("http://ns.adobe.com/photoshop/1.0/", "Credit")
_CONTRIBUTOR: Final = ("http://purl.org/dc/elements/1.1/", "contributor")
_SPOTS: Final[Mapping[str, Callable[[BinaryIO], Spot]]] = {
    "image/jpeg": _jpeg_parts.xmp,
    "image/png": _png_parts.xmp,
    "image/webp": _riff_parts.webp_xmp,
    "image/tiff": _tiff_parts.xmp,
    "video/mp4": _movie_parts.xmp,
    "video/quicktime": _movie_parts.xmp,
    "video/x-m4v": _movie_parts.xmp,
    "audio/mp4": _movie_parts.xmp,
    "audio/wav": _riff_parts.wave_xmp,
    "audio/x-rf64": _riff_parts.wave_xmp,
}


def can_write(media_type: str) -> bool:
    """True for containers with a place for a packet that this writer can change."""
    return media_type in _SPOTS


def edits(file: BinaryIO, media_type: str, tag: Tag) -> tuple[Edit, ...]:
    """The edits that make the file say what the tag says. Raises WriteRefused, UnreadableMedia."""
    spot = _SPOTS[media_type](file)
    packet = changed(spot.data, tag)
    return () if packet == spot.data else spot.put(packet)


def erasures(file: BinaryIO, media_type: str) -> tuple[Edit, ...]:
    """The edits that take back what we wrote. Raises WriteRefused, UnreadableMedia."""
    spot = _SPOTS[media_type](file)
    packet = without_ours(spot.data) if spot.data else spot.data
    return () if packet == spot.data else spot.put(packet)


def changed(packet: bytes, tag: Tag, content: bytes = b"") -> bytes:
    """A packet with what the tag says in it; a new one where there is none. Raises as `edits`.

    Args: content is the SHA-256 of what a sidecar speaks of; empty inside a file.
    """
    bound = (Value(CONTENT, content.hex()),) if content else ()
    if not packet.strip(b"\0 \r\n\t"):
        return fresh((*_values(tag), *bound))
    standing = values_in(packet)
    ours = ours_in(standing)
    foreign = {name: texts for name, texts in standing.items() if name not in ours and name != WROTE}
    _must_not_disagree(foreign, tag)
    wanted = tuple(value for value in (*_values(tag), *bound) if value.name not in foreign)
    if not wanted or _said(wanted, standing, ours):
        return packet
    return merged(packet, wanted)


def erased(packet: bytes) -> bytes:
    """A packet without what we wrote; empty where nothing else stood in it. Raises UnreadableMedia."""
    return without_ours(packet)


def sidecar_of(path: Path) -> Path:
    """Where the packet beside a file lies; never ``name.xmp``, which belongs to Adobe's programs."""
    return path.with_name(path.name + ".xmp")


def _field(name: str, text: str) -> Value:
    """The property of a production field. A take that is no integer, and an episode's number, have their own."""
    if name == "episode":
        part = "Number" if text.isdecimal() else "Name"
        return Value(PROPERTIES[name], fields=(((_IPTC, part), text),))
    if name == "take" and not (text.isdecimal() and text.isascii()):
        return Value(TAKE_IN_WORDS, text)
    return Value(PROPERTIES[name], text)


def _checked_label(label: str) -> str:
    """The label, of characters that its standard allows (GB 45438-2025, annex E: 0x21 to 0x7E)."""
    if any(not "!" <= letter <= "~" for letter in label):
        raise WriteRefused(
            "the label of tc260 may hold only ASCII without blanks",
            remedy="correct `producer` under [tagging] in provenance.toml",
        )
    return label


def _said(wanted: Sequence[Value], standing: Mapping[Name, Sequence[str]], ours: frozenset[Name]) -> bool:
    """True where exactly this stands there already."""
    return {one.name for one in wanted} == ours and all(
        one.digest == digest_of(standing.get(one.name, ())) for one in wanted
    )


def _must_not_disagree(foreign: Mapping[Name, Sequence[str]], tag: Tag) -> None:
    ours = source_type(tag.source_type)
    for text in foreign.get(_SOURCE_TYPE, ()):
        theirs = source_type(text)
        if tag.source_type and (theirs is None or ours is None or theirs.term != ours.term):
            raise WriteRefused(
                f"another program wrote that its source type is {text}, and that is not overwritten",
                remedy="write a sidecar, or change it in the program that wrote it",
            )


def _values(tag: Tag) -> Iterator[Value]:
    for name, text in (
        (_SOURCE_TYPE, tag.source_type),
        ((_IPTC, "AISystemUsed"), tag.tool if tag.origin.is_ai else ""),
        ((_IPTC, "AISystemVersionUsed"), tag.version if tag.origin.is_ai else ""),
        ((_IPTC, "AIPromptInformation"), tag.prompt),
        ((_IPTC, "AIPromptWriterName"), tag.prompt_writer),
        (_CREDIT, tag.credit),
        ((_MM, "DocumentID"), tag.document),
        ((_MM, "InstanceID"), tag.instance),
        (_LABEL, _checked_label(tag.label)),
    ):
        if text.strip():
            yield Value(name, text)
    yield from (_field(name, text) for name, text in tag.fields if text.strip())
    if tag.contributor.strip():
        yield Value(_CONTRIBUTOR, items=(tag.contributor,))
    parts = (("documentID", tag.parent_document), ("instanceID", tag.parent_instance))
    if any(text for _, text in parts):
        yield Value((_MM, "DerivedFrom"), fields=tuple(((_REF, name), text) for name, text in parts if text))
