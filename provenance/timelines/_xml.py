"""The one door to the XML of timelines: whole elements as they end, out of a file of any honest length.

Entities are refused: a document type is allowed (every program writes one), declarations of entities in it are not, and
none is fetched. A first parser looks at what stands before the root element, the only place where XML may declare
anything (https://www.w3.org/TR/xml/#dtd); the rest goes to the fast one of the standard library.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser
from xml.parsers import expat

from provenance.containers.span import lie, read_up_to, size_of
from provenance.digest import open_media
from provenance.errors import UnreadableMedia

LARGEST: Final = 256 << 20
"""Bytes of a timeline; a longer one is refused in words."""
_PIECE: Final = 256 << 10
_PROLOG: Final = 1 << 20
_TOKEN: Final = 8 << 20
"""Bytes that may pass without a tag: no text of an honest timeline is that long."""
_DEPTH: Final = 512
_KEPT: Final = 600_000
"""Elements in memory at once."""
_BROKEN: Final = (ParseError, expat.ExpatError, ValueError, LookupError)
"""What the parsers raise; the last two over encodings that are none."""


class Elements:
    """Iterates over the elements of a document, each when it ends, innermost first; namespaces are dropped.

    Args:
        path: of the document.
        dropped: names of elements that nobody needs: they are never given, and stay empty in their parents.
        released: names of elements that are emptied, but for their attributes, once they were given.
    Raises UnreadableMedia (``timeline.broken``, ``timeline.entities``, ``timeline.too_large``,
    ``timeline.too_many``), CouldNotLook.
    """

    def __init__(self, path: Path, dropped: frozenset[str], released: frozenset[str]) -> None:
        self._path = path
        self._dropped = dropped
        self._released = released
        self._counts: list[int] = []
        self._kept = self._skipping = 0

    def __iter__(self) -> Iterator[Element]:
        with open_media(self._path) as file:
            if size_of(file) > LARGEST:
                raise lie("timeline.too_large", f"more than {LARGEST >> 20} MiB: export the cut without its bins")
            _check_prolog(file)
            yield from self._of(file)

    def _of(self, file: BinaryIO) -> Iterator[Element]:
        parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
        position = quiet = 0
        while True:
            data = read_up_to(file, position, _PIECE)
            position += len(data)
            quiet += len(data)
            for event, element in _events(parser, data):
                quiet = 0
                if event == "start":
                    self._start(element)
                elif self._end(element):
                    yield element
                    self._release(element)
            if not data:
                return
            if quiet > _TOKEN:
                raise _broken(f"a single tag or text of more than {_TOKEN} bytes")

    def _start(self, element: Element) -> None:
        self._counts.append(self._kept)
        if len(self._counts) > _DEPTH:
            raise _broken(f"it is nested deeper than {_DEPTH} levels")
        if "}" in element.tag:
            element.tag = element.tag.rpartition("}")[2]
        if self._skipping or element.tag in self._dropped:
            self._skipping += 1

    def _end(self, element: Element) -> bool:
        """True where the element is one to be given."""
        before = self._counts.pop()
        if self._skipping:
            self._skipping -= 1
            element.clear()
            self._kept = before + 1
            return False
        self._kept += 1
        if self._kept > _KEPT:
            raise lie("timeline.too_many", f"more than {_KEPT} elements: export the cut without its bins")
        self._counts.append(before)
        return True

    def _release(self, element: Element) -> None:
        before = self._counts.pop()
        if element.tag in self._released:
            kept = dict(element.attrib)
            element.clear()
            element.attrib.update(kept)
            self._kept = before + 1


def _events(parser: XMLPullParser[Element], data: bytes) -> Iterator[tuple[str, Element]]:
    """What a piece of the document brings; of no piece, what its end does. A fault may come with either."""
    try:
        if data:
            parser.feed(data)
        else:
            parser.close()
        yield from cast(Iterator[tuple[str, Element]], parser.read_events())
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
