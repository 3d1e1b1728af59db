"""What a row of the table is made of: a text, a grammar that finds something in it, and what follows from that.

Grammars are anchored: a whole value, or a JSON value of a given shape. Names are never searched for inside text,
because ``imagen`` is in ImageNumber, ``udio`` in audio and ``luma`` in luminance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from provenance.model import Origin, Strength, bounded

JSON_LIMIT: Final = 8 << 20
"""Characters of a JSON text that are parsed; the longest graph seen has half a million."""

JSON_VALUES: Final = 400_000
"""Commas and brackets in a JSON text that is parsed; a graph of twenty thousand nodes has about half as many."""

JSON_MEMBERS: Final = 300_000
"""Members of a JSON text that is parsed: each takes some 200 bytes of memory, however short it is."""

_KEPT_LENGTH: Final = 1 << 18
_UNREAD: Final = object()


class Text:
    """One text of a file. Its JSON is parsed once, however many grammars ask for it.

    `memo` holds what a grammar found out and may ask again, after the JSON has been let go.
    """

    __slots__ = ("_json", "memo", "raw")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.memo: dict[str, bool] = {}
        self._json: object = _UNREAD

    @property
    def json(self) -> object:
        """The JSON value in the text, or None where it holds none."""
        if self._json is _UNREAD:
            self._json = load_json(self.raw)
        return self._json

    def forget(self) -> None:
        """Lets go of parsed JSON that takes much memory; asked again, it is parsed again."""
        if len(self.raw) > _KEPT_LENGTH:
            self._json = _UNREAD

    @property
    def object(self) -> dict[str, object]:
        """The JSON object in the text; empty where it holds none."""
        value = self.json
        return value if isinstance(value, dict) else {}


Texts = Mapping[str, Text]
"""All texts of one block of a file by lower-case key, for grammars that need a second one to be sure."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a text says: the tool, what it claims (None: the tool was used and nothing follows), how far it
    can be believed, and what else it says."""

    tool: str
    origin: Origin | None
    detail: tuple[tuple[str, str], ...] = ()
    strength: Strength = Strength.TOOL_SIGNATURE


@dataclass(frozen=True, slots=True)
class Found:
    """What a grammar found in a text.

    Args:
        said: details by our names: tool, model, seed, prompt, ... An empty tool leaves the row's own.
        claim: which of the row's claims holds, counted from 0.
        strength: where it is less than the row's.
    """

    said: Mapping[str, object] = field(default_factory=dict)
    claim: int = 0
    strength: Strength | None = None


class Grammar(Protocol):
    """A shape that a value must have."""

    @property
    def about(self) -> str:
        """The shape in a line, for people."""

    def find(self, text: Text, texts: Texts) -> Found | None:
        """What it says, or None where it has another shape."""


@dataclass(frozen=True, slots=True)
class Exact:
    """One of some exact values, blanks around them aside."""

    values: tuple[str, ...]

    @property
    def about(self) -> str:
        return "exactly " + " or ".join(f"`{value}`" for value in self.values)

    def find(self, text: Text, texts: Texts) -> Found | None:
        return Found() if text.raw in self.values else None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression for the whole value; its named groups become details.

    Args:
        pattern: without flags; blanks around the value are gone.
        limit: characters above which a value is not tried.
    """

    pattern: str
    limit: int = 4_000
    flags: int = 0

    @property
    def about(self) -> str:
        return f"`{self.pattern}`"

    def find(self, text: Text, texts: Texts) -> Found | None:
        if len(text.raw) > self.limit:
            return None
        # re keeps the compiled patterns of the last 512
        match = re.fullmatch(self.pattern, text.raw, self.flags)
        return None if match is None else Found(match.groupdict())


@dataclass(frozen=True, slots=True)
class When:
    """A condition on one member of a JSON object: its dotted path and, where given, a pattern for its whole text."""

    path: str
    pattern: str = ""

    def holds(self, value: Mapping[str, object]) -> bool:
        found = member(value, self.path)
        if found is None or not self.pattern:
            return found is not None
        if not isinstance(found, str | int | float):
            return False
        return bool(re.fullmatch(self.pattern, str(found)[:400], re.IGNORECASE | re.DOTALL))

    @property
    def about(self) -> str:
        return f"`{self.path}`" + (f" = `{self.pattern}`" if self.pattern else "")


@dataclass(frozen=True, slots=True)
class Object:
    """A JSON object with certain members.

    Args:
        needs: all of these must hold.
        take: (our name, paths of which the first that is there gives the detail).
        edited: where any holds, the second claim of the row is made instead of the first.
        beside: (key, pattern): another text of the same block that must match.
    """

    needs: tuple[When, ...]
    take: tuple[tuple[str, tuple[str, ...]], ...] = ()
    edited: tuple[When, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()

    @property
    def about(self) -> str:
        words = "JSON with " + ", ".join(when.about for when in self.needs)
        words += "".join(f", beside `{key}` = `{pattern}`" for key, pattern in self.beside)
        if self.edited:
            words += "; an edit where " + " or ".join(when.about for when in self.edited)
        return words

    def find(self, text: Text, texts: Texts) -> Found | None:
        value = text.object
        if not value or not all(when.holds(value) for when in self.needs):
            return None
        if self.beside and not any(re.fullmatch(pattern, raw_of(texts, key)[:400]) for key, pattern in self.beside):
            return None
        said = {
            name: next((found for path in paths if (found := member(value, path)) is not None), None)
            for name, paths in self.take
        }
        return Found(said, 1 if any(when.holds(value) for when in self.edited) else 0)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A grammar that takes a parser of its own."""

    about: str
    find: Callable[[Text, Texts], Found | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: one way in which one tool, or one standard, speaks.

    Args:
        name: of the row, unique: ``family.what``.
        tool: that writes it, for people and for the use record; empty where the text itself names it.
        place: where it is found, for people.
        keys: the names it stands under; case does not count.
        grammar: the shape of the value.
        claims: what it may say of the origin, the usual first; None is "was used, and nothing follows".
        strength: how far it can be believed.
        source: where this is written down or seen.
        name_only: true where it says that a tool was at work, not what it did; left out where the same tool says
            more in another text of the same block.
    """

    name: str
    tool: str
    place: str
    keys: tuple[str, ...]
    grammar: Grammar
    claims: tuple[Origin | None, ...]
    strength: Strength
    source: str
    name_only: bool = False

    def read(self, text: Text, texts: Texts) -> Signature | None:
        """What the row says of a text, or None where its grammar does not fit."""
        found = self.grammar.find(text, texts)
        if found is None:
            return None
        tool = str(found.said.get("tool") or self.tool)
        said = {"tool": tool, **{name: value for name, value in found.said.items() if name != "tool"}, "row": self.name}
        strength = self.strength if found.strength is None else min(found.strength, self.strength)
        origin = self.claims[found.claim]
        if origin is Origin.ENHANCED:
            said["step"] = "yes"  # what was enlarged or cleaned came from somewhere else
        return Signature(tool, origin, details(said), strength)


def load_json(text: str) -> object:
    """The JSON value in a text, or None where it is none, or too long, too full or too deep."""
    if len(text) > JSON_LIMIT or not text[:200].lstrip().startswith(("{", "[")):
        return None
    if sum(map(text.count, ",[{")) > JSON_MEMBERS:
        return None
    # Eight million characters may be four million empty lists, which take half a gigabyte.
    if sum(map(text.count, ",[{")) > JSON_VALUES:
        return None
    try:
        # ComfyUI writes NaN, which JSON forbids and Python reads.
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def parse_nested(value: object) -> object:
    """JSON inside JSON: several tools write it as a string."""
    return load_json(value) if isinstance(value, str) else value


def member(value: object, path: str) -> object:
    """The member of a JSON value under a dotted path, through JSON inside strings; None where it is not there.

    An object or list gives itself, so that `When` can ask for it.
    """
    for part in path.split("."):
        value = parse_nested(value) if isinstance(value, str) else value
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def raw_of(texts: Texts, key: str) -> str:
    """The text under a key, empty where there is none."""
    text = texts.get(key.lower())
    return text.raw if text is not None else ""


def details(values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Details of a mark: bounded text, empty values left out. Lists and objects become JSON."""
    return tuple(_details(values))


def _details(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if value is not None and value not in ("", [], {}):
            yield name, bounded(value if isinstance(value, str) else _plain(value))


def _plain(value: object) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
