"""Checks what provenance.toml holds; every refusal names file, line, key and what is allowed."""

from __future__ import annotations

import difflib
import math
import os
import re
import tomllib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from provenance._configuration_text import (
    DECLARABLE,
    DEFAULT_DECLARATIONS,
    POLICIES,
    STATEMENTS,
    TRUST_KEYS,
    Key,
    line_of,
)
from provenance.errors import ConfigurationError
from provenance.fields import check_pattern
from provenance.model import Origin
from provenance.paths import show

TITLE_LIMIT: Final = 200


def parse_uuid(value: str) -> str | None:
    """The UUID in its usual spelling, or None where the text is none."""
    try:
        return str(uuid.UUID(value))
    except ValueError:
        return None


_TYPE_WORDS: Final[dict[type, str]] = {
    str: "text in quotes",
    bool: "true or false",
    float: "a number",
    tuple: "a list of texts in quotes",
}


_CORRECT: Final = "correct that line; docs/settings.md shows every setting"


@dataclass(frozen=True, slots=True)
class Check:
    """Reads values out of parsed TOML; every refusal names file, line and key."""

    text: str
    path: Path

    def refuse(self, message: str, *where: str, number: int = 0) -> ConfigurationError:
        line = line_of(self.text, where, number)
        return ConfigurationError(
            f"line {line}: {message}" if line else message, path=self.path, remedy="see docs/settings.md"
        )

    def parsed(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"\(at line (\d+)", str(error))
            line = f"line {found[1]}: " if found else ""
            raise ConfigurationError(f"{line}not TOML: {error}", path=self.path, remedy=_CORRECT) from error
        except (RecursionError, ValueError) as error:
            raise ConfigurationError(f"not TOML: {error}", path=self.path, remedy=_CORRECT) from error

    def known(self, table: Mapping[str, Any], names: Iterable[str], where: tuple[str, ...], number: int = 0) -> None:
        """Refuses the first key that is none of the names."""
        allowed = list(names)
        for name in table:
            if name not in allowed:
                near = difflib.get_close_matches(name, allowed, 1)
                hint = f"; did you mean {near[0]}?" if near else "."
                dotted = show(".".join((*where, name)))
                message = f"there is no key {dotted}{hint} Allowed: {', '.join(allowed)}"
                raise self.refuse(message, *where, name, number=number)

    def table(self, content: Mapping[str, Any], name: str) -> dict[str, Any]:
        table = content.get(name, {})
        if not isinstance(table, dict):
            raise self.refuse(f"{name} must be a table: [{name}]", name)
        return table

    def value(self, key: Key, table: Mapping[str, Any]) -> Any:
        """The value of a key, of its type, in its range."""
        if key.name not in table:
            if key.table == "production":
                raise self.refuse(f"{key.path} is missing", key.table)
            return key.default
        value = table[key.name]
        where = (key.table, key.name)
        if not _fits(value, key.default):
            raise self.refuse(
                f"{key.path} must be {_TYPE_WORDS[type(key.default)]}, not {show(repr(value)[:80])}", *where
            )
        if key.allowed and value not in key.allowed:
            allowed = ", ".join(f'"{each}"' for each in key.allowed)
            raise self.refuse(f"{key.path} cannot be {show(repr(value)[:80])}. Allowed: {allowed}", *where)
        if isinstance(key.default, float):
            if not (math.isfinite(value) and key.low <= value <= key.high):
                raise self.refuse(f"{key.path} must be from {key.low:g} to {key.high:g}, not {value}", *where)
            return float(value)
        return tuple(value) if isinstance(value, list) else value

    def production_id(self, value: str) -> str:
        identity = parse_uuid(value)
        if identity is None:
            raise self.refuse("production.id must be a UUID, as `provenance init` writes it", "production", "id")
        return identity

    def title(self, value: str) -> str:
        if not value.strip() or len(value) > TITLE_LIMIT or show(value) != value:
            message = f"production.title must be 1 to {TITLE_LIMIT} printable characters"
            raise self.refuse(message, "production", "title")
        return value

    def web_address(self, table: str, key: str, value: str) -> str:
        """An http or https URL, or empty."""
        try:
            parts = urlsplit(value)
            sound = parts.scheme in ("http", "https") and bool(parts.hostname) and show(value) == value
        except ValueError:
            sound = False
        if value and (not sound or " " in value):
            message = f"{table}.{key} must be empty or a URL that begins with https:// or http://"
            raise self.refuse(message, table, key)
        return value

    def declarations(self, content: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Origin]:
        if "declarations" not in content:
            return dict(DEFAULT_DECLARATIONS)
        return {folder: Origin(told) for folder, told in self._by_folder("declarations", table, DECLARABLE).items()}

    def tagging_folders(self, tagging: Mapping[str, Any]) -> dict[str, str]:
        """Policies by folder."""
        return self._by_folder("tagging.folders", tagging.get("folders", {}), POLICIES)

    def _by_folder(self, name: str, table: Any, allowed: tuple[str, ...]) -> dict[str, str]:
        """What a table says of folders below a working folder, each written with a slash behind it."""
        above = tuple(name.split("."))
        if not isinstance(table, dict):
            raise self.refuse(f"{name} must be a table: [{name}]", *above)
        found: dict[str, str] = {}
        for folder, told in table.items():
            parts = folder.rstrip("/").split("/")
            if not parts[0] or "\0" in folder or {"", ".", ".."} & set(parts) or "\\" in folder:
                words = f'{name} names a folder below a working folder, such as "ai/", not {show(repr(folder))}'
                raise self.refuse(words, *above, folder)
            if told not in allowed:
                words = f"{name}.{show(folder)} cannot be {show(repr(told)[:80])}. Allowed: {', '.join(allowed)}"
                raise self.refuse(words, *above, folder)
            found["/".join(parts) + "/"] = told
        return found

    def patterns(self, named: tuple[str, ...]) -> tuple[str, ...]:
        """Patterns of paths."""
        for one in named:
            try:
                check_pattern(one)
            except ConfigurationError as error:
                raise self.refuse(error.message, "fields", "paths") from error
        return named

    def statements(self, named: tuple[str, ...]) -> tuple[str, ...]:
        """What is to be written, each once."""
        for one in named:
            if one not in STATEMENTS:
                words = f"tagging.write cannot hold {show(repr(one)[:80])}. Allowed: {', '.join(STATEMENTS)}"
                raise self.refuse(words, "tagging", "write")
        return tuple(dict.fromkeys(named))

    def trust(self, entries: Any) -> tuple[tuple[str, str, bool], ...]:
        """(name, file, own) of each trust list."""
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self.refuse("trust must be tables: [[trust]]", "trust")
        lists: list[tuple[str, str, bool]] = []
        for number, entry in enumerate(entries):
            self.known(entry, TRUST_KEYS, ("trust",), number)
            name, file, own = entry.get("name"), entry.get("file"), entry.get("own", False)
            for key, value in (("name", name), ("file", file)):
                if not isinstance(value, str) or not value.strip() or "\0" in value:
                    raise self.refuse(f"trust.{key} must be text in quotes", "trust", key, number=number)
            if not isinstance(own, bool):
                raise self.refuse("trust.own must be true or false", "trust", "own", number=number)
            if name in (other for other, _, _ in lists):
                raise self.refuse(f"two trust lists are named {name!r}", "trust", "name", number=number)
            lists.append((str(name), str(file), own))
        return tuple(lists)

    def folders(self, key: str, named: tuple[str, ...]) -> tuple[str, ...]:
        if not named and key == "working":
            raise self.refuse('folders.working must name a folder, such as "."', "folders", key)
        if any(not folder.strip() or "\0" in folder for folder in named):
            raise self.refuse(f"folders.{key} holds an empty name", "folders", key)
        return named

    def told_apart(self, working: Iterable[Path], deliverables: Iterable[Path]) -> None:
        """Refuses deliverables folders that are working folders too, or share a name."""
        watched = {os.path.normcase(folder) for folder in working}
        names: set[str] = set()
        for folder in deliverables:
            if os.path.normcase(folder) in watched:
                message = f"{show(folder)} is both a working and a deliverables folder"
                raise self.refuse(message, "folders", "deliverables")
            if not folder.name or folder.name.casefold() in names:
                message = f"two deliverables folders are named {show(folder.name)}; each delivery needs its own name"
                raise self.refuse(message, "folders", "deliverables")
            names.add(folder.name.casefold())


def _fits(value: object, default: object) -> bool:
    """True where the value has the type of the default. A bool is no number, an integer is one."""
    if isinstance(default, tuple):
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is type(default)
