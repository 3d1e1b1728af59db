"""Which hash lists name a file: those in its folder and in the folders above it.

Asked for every file of a production, so it must cost next to nothing where there are no lists, and little where one
lists 250,000 files: folders are listed again only when they changed (and while one is being filled, not at every new
file), and of a list only where each entry begins is kept, 16 bytes for each file.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Final

from provenance.errors import UnreadableMedia
from provenance.hashlists.checking import FASTEST, hash_names
from provenance.hashlists.entries import comparable
from provenance.hashlists.history import CHAIN, FOLDER, read_history
from provenance.hashlists.model import Action, Generation, Header, History, Listed, ListedFile, Listing
from provenance.hashlists.reading import READER, Stream, entry_at, is_list, opened, shown_name
from provenance.model import Fault

LEVELS: Final = 8
"""Folders above a file in which lists are looked for: cards lie four or five deep under the roll that is listed."""
LISTS: Final = 32
"""Classic lists of one folder that are looked into; more are a fault of the folder."""
_FOLDERS: Final = 4_096
_HISTORIES: Final = 256
_INDEXES: Final = 4_096
_ENTRIES_KEPT: Final = 4_000_000
"""Entries of all indexes together, 16 bytes each."""
_PATIENCE: Final = 16
"""A folder of n names that keeps changing is listed again after n / 16 questions at the earliest."""

Stamp = tuple[int, int]


@dataclass(slots=True)
class _Folder:
    """What is known of one folder: when it last changed, the lists in it, how many names it holds."""

    changed: int
    lists: tuple[str, ...]
    names: int
    asked: int = 0


@dataclass(frozen=True, slots=True)
class _Index:
    """Where each entry of one list begins, by a hash of its path, both sorted by that hash."""

    path: Path
    name: str
    header: Header
    keys: array[int]
    offsets: array[int]
    faults: tuple[Fault, ...]

    def find(self, path: str) -> ListedFile | None:
        """The entry of a path, or None."""
        key = _key(path)
        at = bisect_left(self.keys, key)
        while at < len(self.keys) and self.keys[at] == key:
            entry = _entry(self.path, self.offsets[at], self.header.format)
            if entry is not None and comparable(entry.path) == comparable(path):
                return entry
            at += 1
        return None


@dataclass(frozen=True, slots=True)
class _Told:
    """A history, and the stamps of its chain and manifests when it was read."""

    chain: Stamp
    history: History | None
    stamps: tuple[Stamp | None, ...]


@dataclass(slots=True)
class _Known:
    """What this process remembers of folders."""

    folders: dict[str, _Folder] = field(default_factory=dict)
    histories: dict[str, _Told] = field(default_factory=dict)
    indexes: dict[tuple[str, Stamp], _Index | Fault] = field(default_factory=dict)
    entries: int = 0


_KNOWN: Final = _Known()


def is_listed(path: Path) -> bool:
    """True where a list in its folder or above names a file."""
    return next(listings_of(path, []), None) is not None


def look_up(path: Path) -> Listed | None:
    """All that hash lists say of a file; None where no list lies in its folder or above, which is the usual case."""
    faults: list[Fault] = []
    listings = tuple(listings_of(path, faults))
    if not listings and not faults and not _any_list(path):
        return None
    return Listed(listings, tuple(dict.fromkeys(faults)))


def forget(folder: Path) -> None:
    """A list came into a folder: its names are read anew, also where the clock of its disk is too coarse to show it."""
    _KNOWN.folders.pop(os.fspath(folder), None)


def wanted_hashes(listed: Listed | None) -> tuple[str, ...]:
    """Names of HASHES (provenance.digest) that should be taken of a file beside ours, to compare it with its lists:
    the cheapest of each list, none where it gives the one that we take anyway."""
    named = [] if listed is None else [dict(one.entry.hashes) for one in listed.listings]
    cheapest = (next((name for name in FASTEST if name in hashes), "") for hashes in named)
    return hash_names(tuple(name for name in dict.fromkeys(cheapest) if name not in ("", "xxh128")))


def _any_list(path: Path) -> bool:
    folders = islice(path.parents, LEVELS)
    return any(_lists(os.fspath(one)) or _stamp(os.path.join(one, FOLDER)) for one in folders)  # noqa: PTH118


def listings_of(path: Path, faults: list[Fault]) -> Iterator[Listing]:
    """What every hash list in a file's folder and above says of it, the nearest first.

    Args: faults takes up what is wrong with the lists that name it, and lists that cannot be read.
    """
    folder, inside = path.parent, path.name
    for _ in range(LEVELS):
        yield from _in_folder(folder, inside, faults)
        if folder.parent == folder:
            return
        inside = f"{folder.name}/{inside}"
        folder = folder.parent


def _in_folder(folder: Path, inside: str, faults: list[Fault]) -> Iterator[Listing]:
    text = os.fspath(folder)
    chain = _stamp(os.path.join(text, FOLDER, CHAIN)) or _stamp(os.path.join(text, FOLDER))  # noqa: PTH118
    if chain is not None:
        found = _in_history(_history(text, chain), inside, faults)
        if found is not None:
            yield found
    for name in _lists(text):
        path = os.path.join(text, name)  # noqa: PTH118
        stamp = _stamp(path)
        index = None if stamp is None else _index_or_fault(path, stamp, faults)
        entry = None if index is None else index.find(inside)
        if index is not None and entry is not None:
            faults.extend(index.faults)
            yield Listing(index.name, index.header, 0, not index.faults, entry)


def _in_history(history: History | None, inside: str, faults: list[Fault]) -> Listing | None:
    """The first time a file was listed, under whatever name it then had, and whether it failed later."""
    if history is None:
        return None
    first: tuple[Generation, _Index, ListedFile] | None = None
    failed, own, path, earlier = False, list[Fault](), inside, list[str]()
    for generation in reversed(history.generations):
        stamp = _stamp(os.fspath(generation.path))
        index = None if stamp is None else _index_or_fault(os.fspath(generation.path), stamp, own)
        entry = None if index is None else index.find(path)
        if index is None or entry is None:
            continue
        own += index.faults
        failed = failed or entry.action is Action.FAILED
        first = generation, index, entry
        if entry.previous_path:
            path = entry.previous_path
            earlier.insert(0, path)
    if first is None:
        return None
    generation, index, entry = first
    faults.extend((*history.faults, *own))
    intact = history.intact and not own
    return Listing(index.name, index.header, generation.number, intact, entry, failed, tuple(earlier))


def _lists(folder: str) -> tuple[str, ...]:
    """Names of the classic lists in a folder."""
    known = _KNOWN.folders.get(folder)
    try:
        changed = os.stat(folder).st_mtime_ns  # noqa: PTH116
    except OSError:
        return ()
    if known is not None:
        known.asked += 1
        if known.changed == changed or known.asked * _PATIENCE < known.names:
            return known.lists
    found, names = [], 0
    try:
        with os.scandir(folder) as entries:
            for one in entries:
                names += 1
                if is_list(one.name):
                    found.append(one.name)
    except OSError:
        return ()
    if len(_KNOWN.folders) >= _FOLDERS:
        _KNOWN.folders.clear()
    _KNOWN.folders[folder] = _Folder(changed, tuple(sorted(found)[:LISTS]), names)
    return _KNOWN.folders[folder].lists


def _stamp(path: str) -> Stamp | None:
    try:
        status = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size


def _history(folder: str, chain: Stamp) -> History | None:
    """The history of a folder, read again where its chain or one of its manifests changed."""
    known = _KNOWN.histories.get(folder)
    if known is not None and known.chain == chain and known.stamps == _stamps(known.history):
        return known.history
    history = read_history(Path(folder))
    if len(_KNOWN.histories) >= _HISTORIES:
        _KNOWN.histories.clear()
    _KNOWN.histories[folder] = _Told(chain, history, _stamps(history))
    return history


def _stamps(history: History | None) -> tuple[Stamp | None, ...]:
    return () if history is None else tuple(_stamp(os.fspath(one.path)) for one in history.generations)


def _index_or_fault(path: str, stamp: Stamp, faults: list[Fault]) -> _Index | None:
    """The index of a list; one that cannot be read is a fault, whichever file was asked about."""
    index = _KNOWN.indexes.get((path, stamp))
    if index is None:
        index = _index(path)
        _keep(path, stamp, index)
    if isinstance(index, Fault):
        faults.append(index)
        return None
    return index


def _keep(path: str, stamp: Stamp, index: _Index | Fault) -> None:
    """Remembers an index; the oldest are forgotten where all together hold more than ENTRIES_KEPT files."""
    _KNOWN.indexes[path, stamp] = index
    _KNOWN.entries += _size(index)
    while _KNOWN.entries > _ENTRIES_KEPT or len(_KNOWN.indexes) > _INDEXES:
        oldest = next(iter(_KNOWN.indexes))
        if oldest == (path, stamp):
            return
        _KNOWN.entries -= _size(_KNOWN.indexes.pop(oldest))


def _size(index: _Index | Fault) -> int:
    return len(index.keys) if isinstance(index, _Index) else 0


def _index(path: str) -> _Index | Fault:
    where = Path(path)
    found: list[tuple[int, int]] = []
    try:
        with opened(where) as file:
            stream = Stream(file, shown_name(where))
            found.extend((_key(entry.path), offset) for offset, entry in stream.located())
    except UnreadableMedia as error:
        code, _, text = error.message.partition(": ")
        return Fault(READER, code if text else "hashlist.unreadable", f"{shown_name(where)}: {text or code}")
    found.sort()
    keys, offsets = array("Q", (key for key, _ in found)), array("Q", (offset for _, offset in found))
    return _Index(where, stream.name, stream.header, keys, offsets, stream.faults)


def _key(path: str) -> int:
    return int.from_bytes(blake2b(comparable(path).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _entry(path: Path, offset: int, form: str) -> ListedFile | None:
    try:
        with opened(path) as file:
            return entry_at(file, offset, form)
    except UnreadableMedia:
        return None
