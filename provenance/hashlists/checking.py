"""A hash list against a folder: what is there, what is missing, what was changed, what nobody listed."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from provenance.digest import hash_file
from provenance.errors import ChangedMeanwhile, CouldNotLook
from provenance.hashlists.c4 import c4_of_digest
from provenance.hashlists.entries import comparable
from provenance.hashlists.history import FOLDER
from provenance.hashlists.model import HashList, ListedFile
from provenance.hashlists.reading import is_list
from provenance.model import Fault

FASTEST: Final = ("xxh128", "xxh64", "xxh3", "xxh32", "sha1", "md5", "c4")
"""The hashes of lists in the order in which they cost least (docs/benchmarks.md)."""
_FILES: Final = 2_000_000


class State(StrEnum):
    """What became of a listed file."""

    THERE = "there"
    VERIFIED = "verified"
    CHANGED = "changed"
    MISSING = "missing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Checked:
    """One listed file: `there` is by name and size only, `verified` by its hashes; `why` names what differs."""

    path: str
    state: State
    why: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """A list against a folder.

    Args: files in the list's order; extra are files that the list does not name; faults those of the list.
    """

    files: tuple[Checked, ...]
    extra: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def holds(self) -> bool:
        """True where the list was read whole and every file in it is there unchanged."""
        return not self.faults and all(one.state in (State.THERE, State.VERIFIED) for one in self.files)


def verify_listed(
    listed: HashList,
    folder: Path,
    *,
    by_hash: bool = False,
    ignored: Callable[[str], bool] = lambda _: False,
    progress: Callable[[int], None] | None = None,
) -> Checklist:
    """Every file of a list as it lies under a folder.

    Args:
        by_hash: read each file once and compare all hashes that the list gives of it; else sizes only.
        ignored: says of a path that it is no extra file; the lists themselves never are.
        progress: called with the number of bytes after each piece that was read.
    Raises CouldNotLook where the folder itself cannot be read.
    """
    if not folder.is_dir():
        raise CouldNotLook("it is no folder", path=folder, remedy="name the folder that the hash list speaks of")
    files = tuple(_check(entry, folder, by_hash, progress) for entry in listed.entries)
    known = {comparable(entry.path) for entry in listed.entries}
    extra = tuple(sorted(path for path in _below(folder) if comparable(path) not in known and not ignored(path)))
    return Checklist(files, extra, listed.faults)


def differs(entry: ListedFile, size: int | None, hashes: Mapping[str, str]) -> str:
    """In what a content differs from what was listed; empty where nothing that can be compared does."""
    if entry.size is not None and size is not None and entry.size != size:
        return f"it has {size} bytes, {entry.size} are listed"
    for name, value in entry.hashes:
        if name in hashes and hashes[name] != value:
            return f"its {name} is {hashes[name]}, {value} is listed"
    return ""


def agreeing(entry: ListedFile, hashes: Mapping[str, str]) -> str:
    """The name of a hash in which a content agrees with what was listed; empty where none could be compared."""
    return next((name for name, value in entry.hashes if hashes.get(name) == value), "")


def hash_names(algorithms: Iterator[str] | tuple[str, ...]) -> tuple[str, ...]:
    """What `provenance.digest` calls the hashes of a list."""
    return tuple(dict.fromkeys("sha512" if name == "c4" else name for name in algorithms))


def in_list_form(taken: Mapping[str, str]) -> dict[str, str]:
    """Hashes in hex digits, by the names and in the form of lists."""
    found = dict(taken)
    if "sha512" in found:
        found["c4"] = c4_of_digest(bytes.fromhex(found.pop("sha512")))
    return found


def _check(entry: ListedFile, folder: Path, by_hash: bool, progress: Callable[[int], None] | None) -> Checked:
    try:
        path = _on_disk(folder, entry.path)
        if path is None:
            return Checked(entry.path, State.MISSING, "it is not there")
        size = path.stat().st_size
        taken: dict[str, str] = {}
        if by_hash and entry.hashes and not differs(entry, size, {}):
            raw, _ = hash_file(path, hash_names(tuple(name for name, _ in entry.hashes)), progress)
            taken = in_list_form({name: value.hex() for name, value in raw.items()})
    except (CouldNotLook, ChangedMeanwhile) as error:
        return Checked(entry.path, State.UNREADABLE, error.message)
    except OSError as error:
        return Checked(entry.path, State.UNREADABLE, error.strerror or str(error))
    why = differs(entry, size, taken)
    if why:
        return Checked(entry.path, State.CHANGED, why)
    agrees = agreeing(entry, taken)
    if agrees:
        return Checked(entry.path, State.VERIFIED, agrees)
    return Checked(entry.path, State.THERE, "by its size" if entry.size is not None else "by its name only")


def _on_disk(folder: Path, path: str) -> Path | None:
    """Where a listed file lies; systems differ in how they write letters with accents."""
    for form in (path, unicodedata.normalize("NFC", path), unicodedata.normalize("NFD", path)):
        if (folder / form).is_file():
            return folder / form
    return None


def _below(folder: Path) -> Iterator[str]:
    count, root = 0, os.fspath(folder)
    for here, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != FOLDER]
        inside = os.path.relpath(here, root).replace(os.sep, "/")
        for name in names:
            count += 1
            if count > _FILES:
                return
            if not (inside == "." and is_list(name)):
                yield name if inside == "." else f"{inside}/{name}"
