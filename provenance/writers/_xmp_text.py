"""Changing an XMP packet in its text: what is not ours stays byte for byte (XMP specification, part 1).

Nothing is parsed and written out again. Our properties stand in one ``rdf:Description`` of our own, behind
those of others; ``mpt:wrote`` in it names each with a digest of its value, so that taking back removes only
what still says what we wrote.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat
from xml.sax.saxutils import escape

from provenance.containers.span import lie
from provenance.contracts import Edit
from provenance.own_marks import NAMESPACE as OWN
from provenance.own_marks import WROTE
from provenance.readers._xmp_packet import parse_packet

Name = tuple[str, str]
"""(namespace, local name)."""

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PREFIXES: Final[Mapping[str, str]] = {
    OWN: "mpt",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/": "xmpDM",
    "http://www.tc260.org.cn/ns/AIGC/1.0/": "TC260",
}
_DEPTH: Final = 60
_EVENTS: Final = 200_000
_PADDING: Final = 2_048
_ATTRIBUTE: Final = re.compile(rb"""\s+([^\s=<>"']+)\s*=\s*("[^"]*"|'[^']*')""")
_TAG: Final = re.compile(rb"""(?:[^"'>]|"[^"]*+"|'[^']*+')*+>""")
"""A start tag to its end; a ``>`` may stand in the value of an attribute."""
_NEVER: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Value:
    """A property to be written: its name, and its text, the items of a bag, or the fields of a structure."""

    name: Name
    text: str = ""
    items: tuple[str, ...] = ()
    fields: tuple[tuple[Name, str], ...] = ()

    @property
    def digest(self) -> str:
        return digest_of([self.text] if self.text else [*self.items, *(text for _, text in self.fields)])


@dataclass(slots=True)
class _Element:
    """A property or description in the text: where it begins, where its start tag and it itself end."""

    start: int
    name: Name
    opened: int = 0
    end: int = 0
    children: list[_Element] = field(default_factory=list)
    attributes: list[tuple[int, int, Name, str]] = field(default_factory=list)


def digest_of(values: Iterable[str]) -> str:
    """Twelve digits that stand for the values of a property."""
    return hashlib.sha256("\n".join(_clean(one) for one in values).encode()).hexdigest()[:12]


def values_in(data: bytes) -> dict[Name, list[str]]:
    """Texts of each top-level property, those inside it included. Raises UnreadableMedia."""
    found: dict[Name, list[str]] = {}
    for item in parse_packet(data):
        if item.value:
            found.setdefault(item.path[0], []).append(item.value)
    return found


def ours_in(values: Mapping[Name, Sequence[str]]) -> frozenset[Name]:
    """The properties that we wrote and that still say what we wrote."""
    by_prefix = {prefix: space for space, prefix in PREFIXES.items()}
    found = set()
    for entry in " ".join(values.get(WROTE, ())).split():
        name, _, digest = entry.partition("=")
        prefix, _, local = name.partition(":")
        key = (by_prefix.get(prefix, ""), local)
        if digest and digest_of(values.get(key, ())) == digest:
            found.add(key)
    return frozenset(found)


def fresh(values: Sequence[Value]) -> bytes:
    """A new packet that holds our properties only, writable, with room to grow."""
    return (
        b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="' + RDF.encode() + b'">\n'
        + _description(values, "") + b"</rdf:RDF></x:xmpmeta>\n"
        + (b" " * 99 + b"\n") * (_PADDING // 100) + b'<?xpacket end="w"?>'
    )  # fmt: skip


def merged(data: bytes, values: Sequence[Value]) -> bytes:
    """The packet with our earlier properties gone and these in it. Raises UnreadableMedia, as `without_ours`."""
    text, rdf = _outline(data)
    about = next((value for one in rdf.children for *_, name, value in one.attributes if name == (RDF, "about")), "")
    edits = _removals(text, rdf, ours_in(values_in(text)))
    edits.append(_insertion(text, rdf, _description(values, about)))
    return applied(text, edits)


def without_ours(data: bytes) -> bytes:
    """The packet without what we wrote; empty where nothing else stands in it.

    Raises UnreadableMedia for what is no packet in UTF-8 that can be changed in its text.
    """
    text, rdf = _outline(data)
    values = values_in(text)
    ours = ours_in(values)
    if WROTE not in values:
        return data
    if set(values) <= ours | {WROTE}:
        return b""
    return applied(text, _removals(text, rdf, ours))


def fitted(data: bytes, length: int) -> bytes | None:
    """The packet in exactly so many bytes, its padding shrunk or grown; None where it does not fit."""
    end = data.rfind(b"<?xpacket end")
    head = data[: end if end >= 0 else len(data)].rstrip(b" \t\r\n\0")
    tail = data[end:] if end >= 0 else b""
    spare = length - len(head) - len(tail)
    return None if spare < 0 else head + b" " * spare + tail


def applied(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes with edits made in them."""
    result, position = bytearray(), 0
    for edit in sorted(edits, key=lambda one: (one.offset, one.length)):
        result += data[position : edit.offset] + edit.data
        position = edit.offset + edit.length
    return bytes(result + data[position:])


def _description(values: Sequence[Value], about: str) -> bytes:
    spaces = {OWN, *(name[0] for one in values for name in (one.name, *(part for part, _ in one.fields)))}
    names = "".join(f' xmlns:{PREFIXES[space]}="{space}"' for space in sorted(spaces))
    wrote = " ".join(f"{_qualified(one.name)}={one.digest}" for one in values)
    lines = [f"  {_property(one)}\n" for one in (*values, Value(WROTE, wrote))]
    # No blank in front: what is taken out again is the element and the line end behind it, to the byte
    head = f'<rdf:Description xmlns:rdf="{RDF}" rdf:about="{_quoted(about)}"{names}>\n'
    return (head + "".join(lines) + " </rdf:Description>\n").encode()


def _property(value: Value) -> str:
    name = _qualified(value.name)
    if value.items:
        items = "".join(f"<rdf:li>{_shown(one)}</rdf:li>" for one in value.items)
        return f"<{name}><rdf:Bag>{items}</rdf:Bag></{name}>"
    if value.fields:
        inner = "".join(f"<{_qualified(part)}>{_shown(text)}</{_qualified(part)}>" for part, text in value.fields)
        return f'<{name} rdf:parseType="Resource">{inner}</{name}>'
    return f"<{name}>{_shown(value.text)}</{name}>"


def _qualified(name: Name) -> str:
    return f"{PREFIXES[name[0]]}:{name[1]}"


def _clean(text: str) -> str:
    # What XML cannot hold, and the blanks that every reader strips
    return _NEVER.sub("\N{REPLACEMENT CHARACTER}", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def _shown(text: str) -> str:
    return escape(_clean(text))


def _quoted(text: str) -> str:
    return escape(_clean(text), {'"': "&quot;"})


def _insertion(text: bytes, rdf: _Element, description: bytes) -> Edit:
    if rdf.opened == rdf.end:
        tag = text[rdf.start : rdf.opened]
        name = re.split(rb"[\s/>]", tag[1:], maxsplit=1)[0]
        return Edit(rdf.opened - 2, 2, b">" + description + b"</" + name + b">")
    return Edit(text.rindex(b"</", rdf.opened, rdf.end), 0, description)


def _removals(text: bytes, rdf: _Element, ours: frozenset[Name]) -> list[Edit]:
    """Edits that take our properties out of all descriptions, and the descriptions that are empty then."""
    gone = ours | {WROTE}
    edits: list[Edit] = []
    for part in rdf.children:
        mine = [one for one in part.children if one.name in gone]
        held = [one for one in part.attributes if one[2] in gone]
        left = len(part.children) + len([one for one in part.attributes if one[2][0] != RDF]) - len(mine) - len(held)
        if (mine or held) and not left:
            end = part.end + (text[part.end : part.end + 1] == b"\n")
            edits.append(Edit(part.start, end - part.start, b""))
            continue
        edits += [_line(text, one.start, one.end) for one in mine]
        edits += [Edit(start, end - start, b"") for start, end, _, _ in held]
    return edits


def _line(text: bytes, start: int, end: int) -> Edit:
    """The removal of an element, with the blanks in front and the line end behind that came with it."""
    before = len(text[:start]) - len(text[:start].rstrip(b" "))
    if text[end : end + 1] == b"\n" and text[start - before - 1 : start - before] in (b"\n", b">"):
        return Edit(start - before, end + 1 - start + before, b"")
    return Edit(start, end - start, b"")


def _outline(data: bytes) -> tuple[bytes, _Element]:
    """The packet's text, and where rdf:RDF, its descriptions and their properties stand in it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"):
        raise lie("xmp.encoding", "the packet is in UTF-16, which is not changed in place")
    parse_packet(data)  # refuses entities and all that is too much
    walk = _Outline(data)
    if walk.rdf is None:
        raise lie("xmp.unreadable", "there is no rdf:RDF in the packet")
    return data, walk.rdf


class _Outline:
    """Positions from expat, which alone tells them; names are resolved by expat too."""

    def __init__(self, data: bytes) -> None:
        self._data, self._shift = data, len(data) - len(data.lstrip(b"\0 \r\n\t"))
        self._open: list[_Element] = []
        self._spaces: list[dict[str, str]] = [{}]
        self._count = 0
        self.rdf: _Element | None = None
        self._level = 0
        parser: Any = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.ordered_attributes = True
        self._parser = parser
        try:
            parser.Parse(data.strip(b"\0 \r\n\t"), True)
        except expat.ExpatError as error:
            raise lie("xmp.unreadable", f"it is not well-formed ({error})") from error

    def _start(self, name: str, attributes: list[str]) -> None:
        self._count += 1
        if self._count > _EVENTS or len(self._open) > _DEPTH:
            raise lie("xmp.too_many", "the packet is too deep or too long")
        start = self._parser.CurrentByteIndex + self._shift
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        spaces = {key.partition(":")[2]: value for key, value in pairs if key.split(":")[0] == "xmlns"}
        self._spaces.append({**self._spaces[-1], **spaces} if spaces else self._spaces[-1])
        element = _Element(start, self._resolve(name, True))
        element.opened = self._tag_end(start)
        self._place(element, pairs)
        self._open.append(element)

    def _place(self, element: _Element, pairs: list[tuple[str, str]]) -> None:
        """Keeps the element where it is rdf:RDF, a description in it, or a property of one."""
        if self.rdf is None:
            if element.name == (RDF, "RDF"):
                self.rdf, self._level = element, len(self._open)
            return
        depth = len(self._open) - self._level
        if depth in (1, 2) and not self.rdf.end:
            self._open[-1].children.append(element)
        if depth == 1:
            values = dict(pairs)
            for match in _ATTRIBUTE.finditer(self._data, element.start, element.opened):
                raw = match[1].decode("utf-8", "replace")
                if raw.split(":")[0] != "xmlns":
                    element.attributes.append((*match.span(), self._resolve(raw, False), values.get(raw, "")))

    def _end(self, _: str) -> None:
        element = self._open.pop()
        self._spaces.pop()
        position = self._parser.CurrentByteIndex + self._shift
        empty = self._data[element.opened - 2 : element.opened] == b"/>"
        element.end = element.opened if empty else self._data.index(b">", position) + 1

    def _resolve(self, name: str, is_element: bool) -> Name:
        prefix, found, local = name.rpartition(":")
        if not found and not is_element:
            return "", local
        return self._spaces[-1].get(prefix, ""), local

    def _tag_end(self, start: int) -> int:
        match = _TAG.match(self._data, start)
        if match is None:
            raise lie("xmp.unreadable", "a tag does not end")
        return match.end()
