"""XMP Media Management: the document's own states, what it was derived from, what went into it and which part of that.

XMP specification part 2 (2016), sections 2.8 (xmpMM) and 1.2.6 (ResourceRef, Part, FrameCount). `History` speaks of the
same document; `DerivedFrom` and `Ingredients` of others; `Pantry` holds what is known of those others, and of what went
into them in turn, whether or not it was used.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from provenance.model import Identifier, Reference, Relation, Strength, bounded
from provenance.readers._xmp_packet import Property

MM: Final = "http://ns.adobe.com/xap/1.0/mm/"
REF: Final = "http://ns.adobe.com/xap/1.0/sType/ResourceRef#"
EVENT: Final = "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"

PARENT: Final = "parentOf"
COMPONENT: Final = "componentOf"
PRESENT: Final = ""
"""How a document of the pantry stands to the file: on the way of derivations, in a part, or nothing says that it was
used. In the words of C2PA, whose claims are weighed the same way."""

INGREDIENTS: Final = 5_000
_STATES: Final = 32
_EVENTS: Final = 12
_PARTS: Final = 4
_ENTRIES: Final = 2_000
_SOURCES: Final = {
    "DerivedFrom": Relation.PARENT, "RenditionOf": Relation.TRANSCODED_FROM, "ManagedFrom": Relation.PARENT,
    "VersionOf": Relation.PARENT,
}  # fmt: skip
_PART: Final = re.compile(
    r"(?:/[\w/]{0,60})?time:(\d{1,20})(?:f(\d{1,20})(?:s(\d{1,20}))?)?"
    r"(?:([dr])(\d{1,20})(?:f(\d{1,20})(?:s(\d{1,20}))?)?)?"
)

Values = Mapping[tuple[str, str], str]


@dataclass(slots=True)
class Entry:
    """One document of the pantry: its properties, and how it stands to the file.

    Args: properties as of a packet of its own; reached is PARENT, COMPONENT or PRESENT.
    """

    properties: list[Property] = field(default_factory=list)
    reached: str = PRESENT

    @property
    def names(self) -> tuple[Identifier, ...]:
        """Its instance and document identifiers."""
        return tuple(identifiers(first_values(self.properties)))


@dataclass(slots=True)
class Ingredient:
    """One document that went into another, with all its parts."""

    names: tuple[Identifier, ...]
    relation: Relation
    title: str
    place: str
    parts: list[str] = field(default_factory=list)


def first_values(properties: Iterable[Property]) -> dict[tuple[str, str], str]:
    """Top-level values by (namespace, name); of several the first."""
    values: dict[tuple[str, str], str] = {}
    for item in properties:
        if len(item.path) == 1 and item.value:
            values.setdefault(item.path[0], item.value)
    return values


def identifiers(values: Values) -> Iterator[Identifier]:
    """The names of a document, and of this state of it: an earlier state is known by both names together."""
    document, instance = (bounded(values.get((MM, name), ""), 200) for name in ("DocumentID", "InstanceID"))
    if document:
        yield Identifier("xmp.did", document)
    if instance:
        yield Identifier("xmp.iid", instance)
    if document and instance:
        yield _state(document, instance)


def pantry(properties: Iterable[Property]) -> tuple[Entry, ...]:
    """The documents of a packet's pantry, each with how the packet says it was used, if at all."""
    found: dict[int, Entry] = {}
    own: list[Property] = []
    for item in properties:
        if item.path[0] != (MM, "Pantry"):
            own.append(item)
        elif len(item.path) > 1 and (number := item.at[0] if item.at else 0) < _ENTRIES:
            entry = found.setdefault(number, Entry())
            entry.properties.append(Property(item.path[1:], item.value, item.at[1:]))
    entries = tuple(found.values())
    _reach(own, entries)
    return entries


def references(
    place: str, properties: Sequence[Property], entries: Iterable[Entry], reader: tuple[str, str]
) -> Iterator[Reference]:
    """What a packet says its document was made from: earlier states of itself, its sources, what went into it, and
    what lies in its pantry and nothing says was used. Args: reader is its (name, version)."""
    named: set[Identifier] = set()
    sources = list(_sources(place, properties))
    values = first_values(properties)
    if not any(one.relation is Relation.PARENT for one in sources):
        sources += _original(place, values)
    for one in (*_states(place, properties, values), *sources):
        named.update(one.names)
        title, where = one.title, f"{one.place}{_part_words(one.parts)}"
        strength = Strength.HEURISTIC if one.place.endswith("OriginalDocumentID") else Strength.DECLARED
        yield Reference(one.relation, one.names, title, *reader, bounded(where, 400), strength)
    for entry in entries:
        names = tuple(name for name in entry.names if name.scheme != "xmp.state")
        if names and not named & set(names):
            relation = Relation.PARENT if entry.reached == PARENT else Relation.COMPONENT
            yield Reference(
                relation, names, names[0].value, *reader, f"{place}/xmpMM:Pantry", Strength.DECLARED,
                used=entry.reached != PRESENT,
            )  # fmt: skip


def history_words(properties: Iterable[Property]) -> str:
    """The newest events of a document's own history, for people: ``created by A; saved by B``."""
    events: dict[tuple[int, ...], dict[str, str]] = {}
    for item in _in_structure(properties, "History", EVENT):
        events.setdefault(item.at, {}).setdefault(item.path[1][1], bounded(item.value, 80))
    told = [f"{one.get('action', 'changed')} by {one['softwareAgent']}" for one in events.values()
            if one.get("softwareAgent")]  # fmt: skip
    kept = list(dict.fromkeys(told))
    return "; ".join(kept[-_EVENTS:])


def too_many(properties: Iterable[Property]) -> bool:
    """True where more went into a document than is followed."""
    return any(item.path[0] in ((MM, "Ingredients"), (MM, "Pantry")) and item.at and item.at[0] >= INGREDIENTS
               for item in properties)  # fmt: skip


def _state(document: str, instance: str) -> Identifier:
    return Identifier("xmp.state", f"{document} {instance}")


def _states(place: str, properties: Iterable[Property], values: Values) -> Iterator[Ingredient]:
    """Earlier states of the same document: by both names, so that the history that a copy under a new name took along
    never makes another document its parent."""
    document, instance = (bounded(values.get((MM, name), ""), 200) for name in ("DocumentID", "InstanceID"))
    earlier = [
        bounded(item.value, 200)
        for item in _in_structure(properties, "History", EVENT)
        if item.path[1][1] == "instanceID" and item.value
    ]
    kept = [one for one in dict.fromkeys(reversed(earlier)) if one != instance][:_STATES]
    if document and kept:
        names = tuple(_state(document, one) for one in kept)
        yield Ingredient(names, Relation.PARENT, "an earlier state of the same document", f"{place}/xmpMM:History")


def _sources(place: str, properties: Iterable[Property]) -> Iterator[Ingredient]:
    """What it was derived from and what went into it, each document once with all its parts."""
    found: dict[tuple[str, tuple[Identifier, ...]], Ingredient] = {}
    for where, said in _references_in(properties):
        names = _names(said, whole=where != "Ingredients")
        if not names:
            continue
        relation = _SOURCES.get(where, Relation.COMPONENT)
        title = said.get("filePath") or said.get("fileName") or names[0].value
        one = found.setdefault((where, names), Ingredient(names, relation, title, f"{place}/xmpMM:{where}"))
        if part := part_words(said.get("fromPart", ""), said.get("toPart", "")):
            one.parts.append(part)
    yield from found.values()


def _references_in(properties: Iterable[Property]) -> Iterator[tuple[str, dict[str, str]]]:
    """(property, fields of the reference) of every ResourceRef at the top level."""
    found: dict[tuple[str, tuple[int, ...]], dict[str, str]] = {}
    for where in (*_SOURCES, "Ingredients"):
        for item in _in_structure(properties, where, REF):
            if not item.at or item.at[0] < INGREDIENTS:
                found.setdefault((where, item.at[:1]), {}).setdefault(item.path[1][1], bounded(item.value, 200))
    for (where, _), said in found.items():
        yield where, said


def _names(said: Mapping[str, str], *, whole: bool) -> tuple[Identifier, ...]:
    """OriginalDocumentID names the first ancestor, whose place in the chain nobody knows: it is kept only where nothing
    more exact is given, and never for an ingredient."""
    names = tuple(
        Identifier(scheme, said[name])
        for name, scheme in (("instanceID", "xmp.iid"), ("documentID", "xmp.did"))
        if said.get(name)
    )
    if not names and whole and said.get("originalDocumentID"):
        return (Identifier("xmp.did", said["originalDocumentID"]),)
    return names


def _original(place: str, values: Values) -> Iterator[Ingredient]:
    """The first document of the line, where nothing between is named."""
    document, original = (values.get((MM, name), "") for name in ("DocumentID", "OriginalDocumentID"))
    if original and original != document:
        names = (Identifier("xmp.did", bounded(original, 200)),)
        title = "the first document of the line"
        yield Ingredient(names, Relation.PARENT, title, f"{place}/xmpMM:OriginalDocumentID")


def _in_structure(properties: Iterable[Property], name: str, space: str) -> Iterator[Property]:
    return (
        item for item in properties if len(item.path) == 2 and item.path[0] == (MM, name) and item.path[1][0] == space
    )


def _reach(own: Sequence[Property], entries: Sequence[Entry]) -> None:
    """Marks the entries that the file's own references lead to, over those of other entries too."""
    bearers: dict[Identifier, list[Entry]] = {}
    for entry in entries:
        for name in entry.names:
            bearers.setdefault(name, []).append(entry)
    queue: deque[tuple[Sequence[Property], str]] = deque([(own, PARENT)])
    asked: set[tuple[Identifier, str]] = set()
    while queue:
        properties, way = queue.popleft()
        for where, said in _references_in(properties):
            step = PARENT if way == PARENT and where in _SOURCES else COMPONENT
            for name in set(_names(said, whole=True)):
                if (name, step) in asked:
                    continue
                asked.add((name, step))
                for entry in bearers.get(name, ()):
                    if entry.reached == PRESENT or (entry.reached == COMPONENT and step == PARENT):
                        entry.reached = step
                        queue.append((entry.properties, step))


def part_words(from_part: str, to_part: str) -> str:
    """Which part of an ingredient went where, for people: ``00:00:04.000 to 00:00:06.500 at 00:00:10.000 to ...``.

    Times are those of the media, not timecodes: the packet does not say at which rate frames are counted.
    """
    taken, put = _span(from_part), _span(to_part)
    return f"{taken} at {put}" if taken and put else taken or (f"at {put}" if put else "")


def _span(part: str) -> str:
    match = _PART.fullmatch(part.strip())
    if match is None:
        return ""
    start, rate, base, kind, other, other_rate, other_base = match.groups()
    shared = (rate, base) if rate else (other_rate, other_base)
    begin = _seconds(start, *shared)
    end = _seconds(other, *((other_rate, other_base) if other_rate else shared)) if kind else None
    if begin is None or (kind and end is None):
        return ""
    if end is None:
        return f"from {_clock(begin)}" if begin else ""
    return f"{_clock(begin)} to {_clock(begin + end if kind == 'd' else end)}"


def _seconds(count: str, rate: str | None, base: str | None) -> Fraction | None:
    """A FrameCount in seconds: counts of a rate of `rate / base` each second."""
    if not rate or int(rate) == 0 or (base and int(base) == 0):
        return None
    return Fraction(int(count) * int(base or 1), int(rate))


def _clock(seconds: Fraction) -> str:
    thousandths = int(seconds * 1000 + Fraction(1, 2))
    whole, rest = divmod(thousandths, 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02d}:{minute:02d}:{second:02d}.{rest:03d}" if hours < 1_000_000 else "far away"


def _part_words(parts: Sequence[str]) -> str:
    kept = list(dict.fromkeys(parts))
    if not kept:
        return ""
    more = f" and {len(kept) - _PARTS} more parts" if len(kept) > _PARTS else ""
    return f", {', '.join(kept[:_PARTS])}{more}"
