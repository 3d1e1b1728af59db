"""The history of a folder in ASC MHL: its ``ascmhl`` folder, checked against its own chain.

The chain names every manifest with its C4 identifier. It is not signed: it shows that a manifest was edited or lost
afterwards, not who wrote it. https://github.com/ascmitc/mhl-specification
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from provenance.containers.span import lie
from provenance.errors import UnreadableMedia
from provenance.hashlists._xml import records
from provenance.hashlists.c4 import c4_of
from provenance.hashlists.entries import Unbelievable, comparable, safe_path
from provenance.hashlists.model import Action, Generation, HashList, History, ListedFile
from provenance.hashlists.reading import READER, is_list, opened, read_list, shown_name
from provenance.model import Fault, bounded

FOLDER: Final = "ascmhl"
CHAIN: Final = "ascmhl_chain.xml"
_GENERATIONS: Final = 2_000
_CHAIN_LIMIT: Final = 4 << 20
_NUMBERED: Final = re.compile(r"(\d{4,9})_")


def read_history(folder: Path) -> History | None:
    """The history of a folder; None where it has none.

    What is wrong is a fault that names the manifest: edited, missing, not in the chain, a number left out. Without a
    readable chain nothing is intact. Raises nothing: what cannot be read is a fault.
    """
    inside = folder / FOLDER
    names = _manifests(inside)
    if not names and not (inside / CHAIN).is_file():
        return None
    faults: list[Fault] = []
    try:
        chain = _chain(inside / CHAIN)
    except UnreadableMedia as error:
        faults.append(_fault("hashlist.chain", f"{CHAIN} cannot be read ({error.message})"))
        chain = {}
    generations = [
        _generation(inside, number, name, c4, faults) for number, name, c4 in _in_order(chain, names, faults)
    ]
    nested = tuple(_nested(folder, generations[-1], faults)) if generations else ()
    return History(folder, tuple(generations), tuple(faults), nested)


def merged(history: History) -> HashList:
    """The state of a folder after all its generations: each file once, under its newest path, with all hashes taken.

    Later generations add hashes and renames; one that failed leaves what was listed before and is a fault. Nested
    histories are not in it: read them by themselves. Raises UnreadableMedia where a manifest is no list at all.
    """
    state: dict[str, ListedFile] = {}
    faults = list(history.faults)
    newest: HashList | None = None
    for generation in history.generations:
        newest = read_list(generation.path, generation.number)
        faults += newest.faults
        for entry in newest.entries:
            _take(state, entry, newest.name, faults)
    if newest is None:
        raise lie("hashlist.empty", "the history holds no manifest")
    return HashList(
        f"{FOLDER} of {shown_name(history.folder)}", newest.header, tuple(state.values()), tuple(faults),
        newest.generation, newest.references,
    )  # fmt: skip


def _take(state: dict[str, ListedFile], entry: ListedFile, name: str, faults: list[Fault]) -> None:
    before = state.pop(comparable(entry.previous_path), None) if entry.previous_path else None
    before = before or state.get(comparable(entry.path))
    if entry.action is Action.FAILED and before is not None:
        faults.append(_fault("hashlist.failed", f"{name}: {bounded(entry.path, 200)} had other content than before"))
        state[comparable(entry.path)] = before
        return
    if before is None:
        state[comparable(entry.path)] = entry
        return
    hashes = dict(before.hashes) | dict(entry.hashes)
    state[comparable(entry.path)] = ListedFile(
        entry.path,
        before.size if entry.size is None else entry.size,
        tuple(hashes.items()),
        before.hash_date,
        before.action,
        entry.previous_path or before.previous_path,
        entry.modified or before.modified,
    )


def _manifests(inside: Path) -> list[str]:
    try:
        with os.scandir(inside) as entries:
            found = sorted(one.name for one in entries if is_list(one.name))
    except OSError:
        return []
    return found[:_GENERATIONS]


def _chain(path: Path) -> dict[str, tuple[int, str]]:
    """(number, c4) by the name of each manifest. Raises UnreadableMedia."""
    found: dict[str, tuple[int, str]] = {}
    with opened(path) as file:
        if path.stat().st_size > _CHAIN_LIMIT:
            raise lie("hashlist.too_long", f"a chain of more than {_CHAIN_LIMIT} bytes")
        nodes = records(file, frozenset({"hashlist"}))
        if next(nodes).name != "ascmhldirectory":
            raise lie("hashlist.unknown", "it is no chain of hash lists")
        for node in nodes:
            number = node.attributes.get("sequencenr", "")
            if number.isascii() and number.isdigit() and len(number) < 10 and len(found) < _GENERATIONS:
                found[node.said("path")] = int(number), node.said("c4")
    return found


def _in_order(
    chain: dict[str, tuple[int, str]], names: list[str], faults: list[Fault]
) -> Iterator[tuple[int, str, str]]:
    """(number, name, c4) of the manifests there are, in order; c4 is empty for one that the chain does not name."""
    for name in sorted(chain.keys() - set(names)):
        faults.append(_fault("hashlist.chain", f"{bounded(name, 200)} is in the chain and is not there"))
    numbers = sorted(number for number, _ in chain.values())
    if chain and numbers != list(range(1, len(numbers) + 1)):
        faults.append(_fault("hashlist.chain", "the generations of the chain are not numbered from 1 without a gap"))
    known = [(*chain[name], name) if name in chain else (_number_in(name), "", name) for name in names]
    for number, c4, name in sorted(known):
        if not c4:
            faults.append(_fault("hashlist.chain", f"{name} is not in the chain"))
        yield number, name, c4


def _number_in(name: str) -> int:
    match = _NUMBERED.match(name)
    return int(match[1]) if match else 0


def _generation(inside: Path, number: int, name: str, c4: str, faults: list[Fault]) -> Generation:
    path = inside / name
    found = _c4_of(path)
    if c4 and found != c4:
        what = f"its c4 is {found[:12]}…, the chain says {bounded(c4, 12)}" if found else "it cannot be read"
        faults.append(_fault("hashlist.chain", f"{shown_name(path)} was changed after it was recorded: {what}"))
    return Generation(number, shown_name(path), path, bool(c4) and found == c4)


def _c4_of(path: Path) -> str:
    try:
        with opened(path) as file:
            return c4_of(file)
    except (UnreadableMedia, OSError):
        return ""


def _nested(folder: Path, newest: Generation, faults: list[Fault]) -> Iterator[str]:
    """Folders whose histories the newest manifest refers to; a manifest of theirs that was changed is named."""
    try:
        references = read_references(newest.path)
    except UnreadableMedia as error:
        faults.append(_fault("hashlist.unreadable", f"{newest.name}: {error.message}"))
        return
    for path, c4 in references:
        try:
            inside = safe_path(path)
        except Unbelievable as error:
            faults.append(_fault("hashlist.entry", f"{newest.name}: {bounded(path, 120)!r} is not followed: {error}"))
            continue
        if _c4_of(folder / inside) != c4:
            faults.append(_fault("hashlist.nested", f"{bounded(inside, 200)} is missing or was changed"))
        parts = inside.split("/")
        if len(parts) > 2 and parts[-2] == FOLDER:
            yield "/".join(parts[:-2])


def read_references(path: Path) -> tuple[tuple[str, str], ...]:
    """(path, c4) of the nested manifests a manifest refers to. Raises UnreadableMedia."""
    with opened(path) as file:
        nodes = records(file, frozenset({"hashlistreference"}))
        next(nodes)
        return tuple((node.said("path"), node.said("c4")) for node in nodes)


def _fault(code: str, text: str) -> Fault:
    return Fault(READER, code, text)
