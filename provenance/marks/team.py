"""Rows that a team adds in TOML, without code: one table [[mark]] for each.

Such a row says what a tool of the house writes. It is never stronger than a tool signature, and never says "captured":
anyone can write a text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from provenance._configuration_check import Check
from provenance.errors import ConfigurationError
from provenance.marks.grammar import Pattern, Row
from provenance.marks.pattern_cost import VALUE_LIMIT, cost, group_names
from provenance.marks.table import TABLE
from provenance.model import Origin, Strength
from provenance.model.origin import parse_strength
from provenance.paths import show

FAMILY: Final = "Rows of the team"
ROW_KEYS: Final = ("name", "tool", "place", "keys", "pattern", "claims", "strength", "source")
CLAIMS: Final = ("ai_generated", "ai_edited", "ai_composite", "maybe_ai", "enhanced", "procedural", "human_made")
STRENGTHS: Final = (Strength.HEURISTIC.words, Strength.TOOL_SIGNATURE.words)
DETAILS: Final = ("tool", "version", "model", "seed", "prompt", "negative_prompt", "inputs", "service", "job")
"""The named groups that a pattern may have; each becomes a detail of the mark."""

ROWS_LIMIT: Final = 500
_TEXT_LIMIT: Final = 200
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")


def parse_rows(text: str, path: Path) -> tuple[Row, ...]:
    """The rows in the text of a file of marks. `path` is what an error names.

    Raises ConfigurationError naming file, line, key and what is allowed.
    """
    check = Check(text, path)
    content = check.parsed()
    check.known(content, ("mark",), ())
    entries = content.get("mark", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise check.refuse("mark must be tables: [[mark]]", "mark")
    if len(entries) > ROWS_LIMIT:
        raise check.refuse(f"more than {ROWS_LIMIT} rows", "mark")
    rows: list[Row] = []
    taken = {row.name for row in TABLE}
    for number, entry in enumerate(entries):
        check.known(entry, ROW_KEYS, ("mark",), number)
        row = _row(_Entry(check, entry, number))
        if row.name in taken:
            raise check.refuse(f"there is a row named {row.name} already", "mark", "name", number=number)
        taken.add(row.name)
        rows.append(row)
    return tuple(rows)


class _Entry:
    """One [[mark]], asked key by key."""

    def __init__(self, check: Check, entry: Mapping[str, Any], number: int) -> None:
        self._check, self._entry, self._number = check, entry, number

    def refuse(self, key: str, message: str) -> ConfigurationError:
        return self._check.refuse(f"mark.{key} {message}", "mark", key, number=self._number)

    def text(self, key: str, default: str | None = None, limit: int = _TEXT_LIMIT) -> str:
        value = self._entry.get(key, default)
        if value is None:
            raise self.refuse(key, "is missing")
        if not isinstance(value, str) or len(value) > limit or show(value) != value or not (value.strip() or default):
            raise self.refuse(key, f"must be 1 to {limit} printable characters in quotes")
        return value

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self._entry.get(key, default)
        if value not in allowed:
            told = "is missing" if value is None else f"cannot be {show(repr(value)[:80])}"
            raise self.refuse(key, f"{told}. Allowed: {', '.join(allowed)}")
        return str(value)

    def keys(self) -> tuple[str, ...]:
        found = self._entry.get("keys")
        if not isinstance(found, list) or not found or not all(isinstance(key, str) and key.strip() for key in found):
            raise self.refuse("keys", 'must be a list of names, such as ["Software"]')
        if len(found) > 50 or any(len(key) > _TEXT_LIMIT for key in found):
            raise self.refuse("keys", f"may hold 50 names of up to {_TEXT_LIMIT} characters")
        return tuple(key.strip() for key in found)

    def pattern(self) -> str:
        value = self.text("pattern", limit=1_000)
        try:
            cost(value)
        except ValueError as error:
            raise self.refuse("pattern", f"cannot be used: {error}") from error
        if re.fullmatch(value, ""):
            raise self.refuse("pattern", "fits an empty text, so it would fit everything that is not there")
        unknown = [name for name in group_names(value) if name not in DETAILS]
        if unknown:
            raise self.refuse("pattern", f"names a group {show(unknown[0])}. Allowed: {', '.join(DETAILS)}")
        return value


def _row(entry: _Entry) -> Row:
    name = entry.text("name", limit=60)
    if not _NAME.fullmatch(name):
        raise entry.refuse("name", "must be small letters, digits, dots, hyphens and underscores")
    return Row(
        name=name,
        tool=entry.text("tool"),
        place=entry.text("place", "wherever the key stands"),
        keys=entry.keys(),
        grammar=Pattern(entry.pattern(), VALUE_LIMIT),
        claims=(Origin(entry.choice("claims", CLAIMS)),),
        strength=parse_strength(entry.choice("strength", STRENGTHS, STRENGTHS[-1])),
        source=entry.text("source"),
    )
