"""Production fields: what a production calls its material by, and patterns of paths that name it.

Each field has its place in XMP: standard properties where the standards have one (XMP specification part 2, Dynamic
Media and Media Management namespaces; IPTC Video Metadata Hub 1.3), else a property of our own namespace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from provenance.errors import ConfigurationError
from provenance.own_marks import NAMESPACE
from provenance.paths import show

FIELDS: Final = ("title", "episode", "scene", "shot", "take", "unit", "vendor", "department", "version")
"""All there are, in the order in which reports show them."""

DYNAMIC_MEDIA: Final = "http://ns.adobe.com/xmp/1.0/DynamicMedia/"
_MANAGEMENT: Final = "http://ns.adobe.com/xap/1.0/mm/"
IPTC: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"

Name = tuple[str, str]
PROPERTIES: Final[Mapping[str, Name]] = {
    "title": (DYNAMIC_MEDIA, "projectName"),
    "episode": (IPTC, "Episode"),
    "scene": (DYNAMIC_MEDIA, "scene"),
    "shot": (DYNAMIC_MEDIA, "shotName"),
    "take": (DYNAMIC_MEDIA, "takeNumber"),
    "unit": (NAMESPACE, "unit"),
    "vendor": (NAMESPACE, "vendor"),
    "department": (NAMESPACE, "department"),
    "version": (_MANAGEMENT, "VersionID"),
}
"""The XMP property of each field. `Episode` is a structure of IPTC's, with Name and Number."""

TAKE_IN_WORDS: Final[Name] = (NAMESPACE, "take")
"""A take that is no number ("3A"): `takeNumber` holds integers only."""

_TEXT_LIMIT: Final = 200
_PATTERN_LIMIT: Final = 1_000
_PART: Final = re.compile(r"\{([a-z_]{0,30})\}|(\*)|([^{}*]+)")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of one segment: fixed text, or (text None) whatever stands there, under a name or none."""

    text: str | None
    name: str = ""


_Segment = tuple[_Piece, ...]
_DEEP: Final[_Segment] = ()
"""The segment ``**``: any number of folders."""


def fields_from_path(pattern: str, path: str) -> dict[str, str] | None:
    """The fields that a path names, or None where it does not fit the pattern.

    Args: path relative, with ``/`` between folders. What a placeholder stands for ends at the first place where the
    text behind it begins, so ``{shot}_v{version}`` takes ``a_v1_v2`` apart at the first ``_v``. A name that comes twice
    must stand for the same text. Takes time in proportion to pattern and path.
    Raises ConfigurationError as `check_pattern`.
    """
    return _match(_segments(pattern), path.split("/"), {})


def check_pattern(pattern: str) -> None:
    """Raises ConfigurationError for a pattern that makes no sense, naming what is wrong with it."""
    _segments(pattern)


@lru_cache(maxsize=256)
def _segments(pattern: str) -> tuple[_Segment, ...]:
    if not pattern or len(pattern) > _PATTERN_LIMIT:
        raise _refused(pattern, f"must have 1 to {_PATTERN_LIMIT} characters")
    if pattern.startswith("/") or "\\" in pattern or any(part in ("", ".", "..") for part in pattern.split("/")):
        raise _refused(pattern, "must be relative, with / between folders")
    segments = tuple(_DEEP if part == "**" else tuple(_pieces(part, pattern)) for part in pattern.split("/"))
    if segments.count(_DEEP) > 2:
        raise _refused(pattern, "holds ** more than twice")
    if not any(piece.name for segment in segments for piece in segment):
        raise _refused(pattern, "names no field")
    return segments


def _pieces(part: str, pattern: str) -> Iterator[_Piece]:
    position, before = 0, _Piece("")
    while position < len(part):
        match = _PART.match(part, position)
        if match is None:
            raise _refused(pattern, "has a brace without its partner")
        position = match.end()
        piece = _Piece(match[3]) if match[3] else _Piece(None, match[1] or "")
        if match[3] is None and match[2] is None and match[1] not in FIELDS:
            raise _refused(pattern, f"names {{{match[1]}}}, which is none of {', '.join(FIELDS)}")
        if piece.text is None and before.text is None:
            raise _refused(pattern, "has two placeholders with nothing between them")
        before = piece
        yield piece


def _refused(pattern: str, words: str) -> ConfigurationError:
    remedy = 'write it as in "shots/{scene}/{shot}/**"'
    return ConfigurationError(f"the pattern of paths {show(pattern[:100])!r} {words}", remedy=remedy)


def _match(segments: Sequence[_Segment], parts: Sequence[str], known: dict[str, str]) -> dict[str, str] | None:
    """The fields that the parts of a path name; tried from the left, each ``**`` as short as it can be."""
    for index, segment in enumerate(segments):
        if segment == _DEEP:
            rest = segments[index + 1 :]
            tries = (_match(rest, parts[start:], dict(known)) for start in range(index, len(parts) + 1))
            return next((found for found in tries if found is not None), None)
        if index >= len(parts) or not _fits(segment, parts[index], known):
            return None
    return known if len(parts) == len(segments) else None


def _fits(segment: _Segment, text: str, known: dict[str, str]) -> bool:
    """True where one name fits one segment; what its placeholders stand for is added."""
    position = 0
    for number, piece in enumerate(segment):
        if piece.text is not None:
            if not text.startswith(piece.text, position):
                return False
            position += len(piece.text)
            continue
        following = segment[number + 1].text if number + 1 < len(segment) else None
        end = len(text) if following is None else _end_of(text, position + bool(piece.name), following, number, segment)
        if end < position + bool(piece.name):
            return False
        if piece.name and known.setdefault(piece.name, text[position:end][:_TEXT_LIMIT]) != text[position:end]:
            return False
        position = end
    return position == len(text)


def _end_of(text: str, start: int, following: str, number: int, segment: _Segment) -> int:
    """Where the text behind a placeholder begins: at the end of the name for the last one, else first."""
    if number + 2 == len(segment):
        return len(text) - len(following) if text.endswith(following) else -1
    return text.find(following, start)
