"""The one door to the XML of hash lists: a stream of small records out of a file of any length.

Document types are refused, and with them entities. Nothing is kept of a list but the record being read: a quarter of
a million files cost no more memory than one. Prefixes of namespaces are dropped: programs differ in them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final
from xml.parsers import expat

from provenance.containers.span import lie, read_up_to
from provenance.errors import UnreadableMedia

_PIECE: Final = 64 * 1024
_TOKEN: Final = 1 << 20
"""Bytes that may pass without a new element: no tag or text of an honest list is that long."""
_DEPTH: Final = 32
_CHILDREN: Final = 200
_TEXT: Final = 8_192
_FRAGMENT: Final = 256 * 1024
_NEAR: Final = 2 * 1024
"""Bytes read at once where one record is wanted: most are a few hundred."""
_BROKEN: Final = (expat.ExpatError, ValueError, LookupError)
"""What the parser raises; the last two over encodings that are none."""
_SKIPPED: Final = frozenset({"metadata"})
"""Elements that may hold anything: their content is none of ours."""


@dataclass(slots=True)
class Node:
    """One element: local name, attributes, text, children in order, and the byte at which it begins."""

    name: str
    attributes: dict[str, str]
    offset: int
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def child(self, name: str) -> Node | None:
        """The first child of a name, or None."""
        return next((one for one in self.children if one.name == name), None)

    def said(self, name: str) -> str:
        """The text of the first child of a name, stripped; empty where there is none."""
        found = self.child(name)
        return "" if found is None else found.text.strip()


def records(file: BinaryIO, names: frozenset[str]) -> Iterator[Node]:
    """The root of a document (without what is in it), then every element of these names, each when it ends.

    Raises UnreadableMedia, after what was whole: ``hashlist.entities`` for document types, ``hashlist.broken`` for
    what is no XML or nested without end.
    """
    builder = _Builder(names)
    fed, position = 0, 0
    while True:
        data = read_up_to(file, position, _PIECE)
        position += len(data)
        fed += len(data)
        try:
            builder.parser.Parse(data, not data)
        except _BROKEN as error:
            yield from builder.ready
            raise lie("hashlist.broken", f"it is not well-formed ({error})") from error
        except UnreadableMedia:
            yield from builder.ready
            raise
        yield from builder.ready
        builder.ready.clear()
        if not data:
            return
        if fed - builder.last > _TOKEN:
            raise lie("hashlist.broken", f"a single tag or text of more than {_TOKEN} bytes")


def record_at(file: BinaryIO, offset: int, name: str) -> Node | None:
    """The record that begins at a byte that `records` told; None where it is not there any more."""
    builder = _Builder(frozenset({name}))
    builder.parser.Parse(b"<r>", False)
    for position in range(offset, offset + _FRAGMENT, _NEAR):
        data = read_up_to(file, position, _NEAR)
        try:
            builder.parser.Parse(data, False)
        except _BROKEN:
            data = b""  # what follows the record closes elements that were opened before it
        found = next((node for node in builder.ready if node.name == name), None)
        if found is not None or not data:
            return found
    return None


class _Builder:
    """Collects one record after the other from the parser's calls."""

    def __init__(self, names: frozenset[str]) -> None:
        self.ready: deque[Node] = deque()
        self.last = 0
        self._names = names
        self._open: list[Node] = []
        self._depth = self._skipping = 0
        self._count = 0
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data

    def _refuse(self, *_: object) -> None:
        raise lie("hashlist.entities", "it declares entities or a document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.last = self.parser.CurrentByteIndex
        self._depth += 1
        if self._depth > _DEPTH:
            raise lie("hashlist.broken", f"it is nested deeper than {_DEPTH} levels")
        local = name.rpartition(":")[2]
        if self._skipping or local in _SKIPPED:
            self._skipping += 1
        elif self._depth == 1:
            self.ready.append(Node(local, attributes, self.last))
        elif self._open or local in self._names:
            self._enter(Node(local, attributes, self.last))

    def _enter(self, node: Node) -> None:
        if self._open:
            self._count += 1
            if self._count <= _CHILDREN:
                self._open[-1].children.append(node)
        else:
            self._count = 0
        self._open.append(node)

    def _data(self, text: str) -> None:
        if self._open and not self._skipping:
            node = self._open[-1]
            if len(node.text) < _TEXT:
                node.text += text[:_TEXT]

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._skipping:
            self._skipping -= 1
        elif self._open:
            node = self._open.pop()
            if not self._open:
                self.ready.append(node)
