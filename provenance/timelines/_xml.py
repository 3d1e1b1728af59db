"""The one door to the XML of timelines: whole elements as they end, out of a file of any honest length.

Entities are refused: a document type is allowed (every program writes one), declarations of entities in it are not, and
none is fetched. A first parser looks at what stands before the root element, the only place where XML may declare
anything (https://www.w3.org/TR/xml/#dtd); the rest goes to the fast one of the standard library.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser
from xml.parsers import expat

from provenance.containers.span import lie, read_up_to, size_of
from provenance.digest import open_media
from provenance.errors import UnreadableMedia

LARGEST: Final = 256 << 20
"""Bytes of a timeline; a longer one is refused in words."""
_PIECE: Final = 64 << 10
_PROLOG: Final = 1 << 20
_TOKEN: Final = 8 << 20
"""Bytes that may pass without a tag: no text of an honest timeline is that long."""
_DEPTH: Final = 512
_FIRST: Final = 8
_KEPT: Final = 600_000
"""Elements in memory at once."""
_BROKEN: Final = (ParseError, expat.ExpatError, ValueError, LookupError)
"""What the parsers raise; the last two over encodings that are none."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done with the elements of a document, by their names.

    Args:
        wanted: to give; the others stay in their parents.
        emptied: emptied, but for their attributes, once they were given.
        removed: taken out of their parents once they were given: of them there may be any number.
        dropped: never given, and empty in their parents: nobody needs what is in them.
    """

    wanted: frozenset[str]
    emptied: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()


def elements(path: Path, plan: Plan) -> Iterator[tuple[Element, Element | None]]:
    """The wanted elements of a document with their parents, each when it ends, innermost first; without prefixes.

    Raises UnreadableMedia (``timeline.broken``, ``timeline.entities``, ``timeline.too_large``,
    ``timeline.too_many``), CouldNotLook.
    """
    with open_media(path) as file:
        if size_of(file) > LARGEST:
            raise lie("timeline.too_large", f"more than {LARGEST >> 20} MiB: export the cut without its bins")
        _check_prolog(file)
        yield from _of(_event_pieces(file), plan)


def _of(pieces: Iterator[list[tuple[str, Element]]], plan: Plan) -> Iterator[tuple[Element, Element | None]]:
    """One flat loop: half a million times round for a long cut."""
    wanted, dropped = plan.wanted, plan.dropped
    around: list[tuple[Element, int]] = []
    kept = skipping = 0
    for piece in pieces:
        for event, element in piece:
            if event == "start":
                around.append((element, kept))
                skipping += 1 if skipping else _begin(element, len(around)) in dropped
                continue
            before = around.pop()[1]
            kept += 1
            if skipping:
                skipping -= 1
                element.clear()
                kept = before + 1
            elif element.tag in wanted:
                parent = around[-1][0] if around else None
                yield element, parent
                kept = _let_go(element, parent, plan, kept, before)
            if kept > _KEPT:
                raise lie("timeline.too_many", f"more than {_KEPT} elements: export the cut without its bins")


def _let_go(element: Element, parent: Element | None, plan: Plan, kept: int, before: int) -> int:
    """Frees what the plan does not keep of an element that was given; how many elements are kept then."""
    removes = element.tag in plan.removed
    if removes and parent is not None:
        # Those before it are gone already, so that it is among the first; where it is not, it is only emptied.
        for at in range(min(len(parent), _FIRST)):
            if parent[at] is element:
                del parent[at]
                return before
    if removes or element.tag in plan.emptied:
        attributes = dict(element.attrib)
        element.clear()
        element.attrib.update(attributes)
        return before + 1
    return kept


def _begin(element: Element, depth: int) -> str:
    """The name of an element without its prefix. Raises UnreadableMedia where it lies too deep."""
    if depth > _DEPTH:
        raise _broken(f"it is nested deeper than {_DEPTH} levels")
    name: str = element.tag
    if "}" in name:
        element.tag = name = name.rpartition("}")[2]
    return name


def _event_pieces(file: BinaryIO) -> Iterator[list[tuple[str, Element]]]:
    """What each piece of a document brings: beginnings and ends of elements."""
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    position = quiet = 0
    while True:
        data = read_up_to(file, position, _PIECE)
        position += len(data)
        events = _events(parser, data)
        yield events
        quiet = 0 if events else quiet + len(data)
        if not data:
            return
        if quiet > _TOKEN:
            raise _broken(f"a single tag or text of more than {_TOKEN} bytes")


def _events(parser: XMLPullParser[Element], data: bytes) -> list[tuple[str, Element]]:
    """The events of a piece; of no piece, of the end. A fault may come with either."""
    try:
        if data:
            parser.feed(data)
        else:
            parser.close()
        return cast(list[tuple[str, Element]], list(parser.read_events()))
    except _BROKEN as error:
        raise _broken(str(error)) from error


def _check_prolog(file: BinaryIO) -> None:
    """Raises UnreadableMedia where anything is declared before the root element."""
    parser = expat.ParserCreate()
    reached = _Reached()
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reached.root
    position = 0
    while not reached.it:
        data = read_up_to(file, position, 4_096)
        position += len(data)
        try:
            parser.Parse(data, not data)
        except _BROKEN as error:
            if reached.it:
                return  # what is wrong behind the root's tag is found by the other parser
            raise _broken(str(error)) from error
        if position > _PROLOG:
            raise _broken(f"no element in the first {_PROLOG} bytes")


class _Reached:
    """Whether the root element was reached."""

    def __init__(self) -> None:
        self.it = False

    def root(self, *_: object) -> None:
        self.it = True


def _refuse(*_: object) -> None:
    raise lie("timeline.entities", "it declares entities: no program that writes timelines does")


def _broken(why: str) -> UnreadableMedia:
    return lie("timeline.broken", f"it is not well-formed ({why})")


def said(element: Element, path: str) -> str:
    """The text of the first element at a path below, stripped; empty where there is none."""
    found = element.find(path)
    return "" if found is None or found.text is None else found.text.strip()
