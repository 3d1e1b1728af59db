"""Matroska and WebM: elements, tags and facts (RFC 8794 for EBML, RFC 9559 for Matroska).

The index at the start says where the tags lie, so that no cluster of a large file is touched; without an index
the clusters are stepped over, up to a bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from provenance.containers.inflate import TEXT_LIMIT
from provenance.containers.span import Span, lie, read_up_to, size_of

MAGIC: Final = b"\x1a\x45\xdf\xa3"
_SEGMENT, _SEEK_HEAD, _SEEK = 0x18538067, 0x114D9B74, 0x4DBB
_SEEK_ID, _SEEK_POSITION = 0x53AB, 0x53AC
_INFO, _TRACKS, _TAGS, _CLUSTER = 0x1549A966, 0x1654AE6B, 0x1254C367, 0x1F43B675
_TAG, _SIMPLE, _NAME, _STRING, _BINARY = 0x7373, 0x67C8, 0x45A3, 0x4487, 0x4485
_TRACK, _CODEC = 0xAE, 0x86
_APPS: Final = {0x4D80: "muxing_app", 0x5741: "writing_app", 0x7BA9: "title"}
_STEPS: Final = 20_000
_CLUSTERS: Final = 2_000
"""Elements stepped over where there is no index: each costs a read somewhere else in the file."""
_VALUES: Final = 2_000
_HELD: Final = 32 << 20
_DEPTH: Final = 8


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its id, what it holds, and whether it says how long it is."""

    number: int
    body: Span
    known: bool


@dataclass(slots=True)
class Contents:
    """What was found: tags by name, facts, and whether the walk was given up before the end."""

    tags: list[tuple[str, str]] = field(default_factory=list)
    facts: dict[str, str | int | float] = field(default_factory=dict)
    given_up: bool = False
    held: int = 0


def read_contents(file: BinaryIO, found: Contents) -> None:
    """Collects tags and facts into `found`, which keeps what stood in front of a broken part.

    Raises UnreadableMedia where an element lies.
    """
    end = size_of(file)
    segment = next((each for each in elements(file, Span(0, end)) if each.number == _SEGMENT), None)
    if segment is None:
        raise lie("matroska.no_segment", "there is no segment")
    base, seen = segment.body.offset, set()
    pointed: dict[int, int] = {}
    for element in _until_media(file, segment.body, pointed):
        seen.add(element.body.offset)
        _top(file, element, found, pointed, base)
    # The first index may point to a second one behind the media.
    for number in (_SEEK_HEAD, _TAGS, _INFO):
        at = pointed.get(number)
        if at is None or not base <= at < end:
            continue
        target = next(elements(file, Span(at, end - at)), None)
        if target is None or target.number != number:
            raise lie("matroska.index", "the index points to something else than it says")
        if target.body.offset not in seen:
            _top(file, target, found, pointed, base)
    if _TAGS not in pointed and not found.tags and _CLUSTER in pointed:
        found.given_up = not _behind_media(file, Span(pointed[_CLUSTER], end - pointed[_CLUSTER]), found)


def elements(file: BinaryIO, within: Span) -> Iterator[Element]:
    """Elements inside a span, without what they hold. Raises UnreadableMedia where there are too many."""
    position, end = within.offset, within.end
    for _ in range(_STEPS):
        if position >= end:
            return
        head = read_up_to(file, position, 12)
        number, wide = _number(head, keep_mark=True)
        length, long = _number(head[wide:], keep_mark=False)
        if not wide or wide > 4 or not long:
            raise lie("matroska.element", f"there is no element at {position}")
        known = length != (1 << 7 * long) - 1
        start = position + wide + long
        body = Span(start, min(length, end - start) if known else end - start)
        yield Element(number, body, known)
        position = body.end
    raise lie("matroska.too_many", f"more than {_STEPS} elements on one level")


def _number(data: bytes, *, keep_mark: bool) -> tuple[int, int]:
    """A number of variable length and how many bytes it took; (0, 0) where there is none."""
    if not data or not data[0]:
        return 0, 0
    width = 9 - data[0].bit_length()
    if len(data) < width:
        return 0, 0
    value = int.from_bytes(data[:width], "big")
    return (value if keep_mark else value & ((1 << 7 * width) - 1)), width


def _until_media(file: BinaryIO, segment: Span, pointed: dict[int, int]) -> Iterator[Element]:
    """What stands in front of the first cluster; where that begins is noted."""
    for element in elements(file, segment):
        if element.number == _CLUSTER:
            # Back to its header: four bytes of id and up to eight of length.
            pointed[_CLUSTER] = element.body.offset if not element.known else element.body.end
            return
        yield element


def _behind_media(file: BinaryIO, rest: Span, found: Contents) -> bool:
    """Steps over clusters, known or open-ended, to the tags behind them; false where it gave up."""
    steps, position = 0, rest.offset
    while steps < _CLUSTERS:
        for element in elements(file, Span(position, rest.end - position)):
            steps += 1
            if element.number == _TAGS:
                _top(file, element, found, {}, 0)
            if steps >= _CLUSTERS:
                return False
            if not element.known:
                # A cluster without a length: what it holds lies on the same level as what follows.
                position = element.body.offset
                break
        else:
            return True
    return False


def _top(file: BinaryIO, element: Element, found: Contents, pointed: dict[int, int], base: int) -> None:
    if element.number == _SEEK_HEAD:
        pointed |= {number: base + at for number, at in _index(file, element.body)}
    elif element.number == _TAGS:
        for tag in elements(file, element.body):
            if tag.number == _TAG:
                _tags(file, tag.body, found, 0)
    elif element.number == _INFO:
        for each in elements(file, element.body):
            if each.number in _APPS:
                found.facts[_APPS[each.number]] = _text(file, each.body, 400)
    elif element.number == _TRACKS:
        _codecs(file, element.body, found)


def _index(file: BinaryIO, within: Span) -> Iterator[tuple[int, int]]:
    """(id, offset from the start of the segment) of what the index names."""
    for seek in elements(file, within):
        parts = {each.number: each.body for each in elements(file, seek.body)} if seek.number == _SEEK else {}
        if _SEEK_ID in parts and _SEEK_POSITION in parts:
            yield _integer(file, parts[_SEEK_ID]), _integer(file, parts[_SEEK_POSITION])


def _tags(file: BinaryIO, within: Span, found: Contents, depth: int) -> None:
    """Simple tags, which may hold further ones."""
    if depth > _DEPTH:
        raise lie("matroska.too_deep", f"tags nested deeper than {_DEPTH}")
    for element in elements(file, within):
        if element.number != _SIMPLE:
            continue
        name = value = ""
        for part in elements(file, element.body):
            if part.number == _NAME:
                name = _text(file, part.body, 1_024)
            elif part.number in (_STRING, _BINARY):
                value = _text(file, part.body, TEXT_LIMIT)
        found.held += len(value)
        if len(found.tags) >= _VALUES or found.held > _HELD:
            raise lie("matroska.too_much", f"tags of more than {_VALUES} values or {_HELD} characters")
        found.tags.append((name, value))
        _tags(file, element.body, found, depth + 1)


def _codecs(file: BinaryIO, tracks: Span, found: Contents) -> None:
    names: list[str] = []
    for track in elements(file, tracks):
        if track.number == _TRACK and len(names) < 64:
            names += [_text(file, part.body, 64) for part in elements(file, track.body) if part.number == _CODEC]
    for name in names:
        found.facts.setdefault("audio_codec" if name.startswith("A_") else "codec", name)


def _integer(file: BinaryIO, span: Span) -> int:
    return int.from_bytes(read_up_to(file, span.offset, min(span.length, 8)), "big")


def _text(file: BinaryIO, span: Span, limit: int) -> str:
    return read_up_to(file, span.offset, min(span.length, limit)).decode("utf-8", "replace").strip("\0")
