"""Hash lists as they arrive: the files that a new list may name are looked at again, and compared with it.

An offload writes its list last, when most files of the card have been taken in already.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from provenance.hashlists import READER, Listed, forget, in_list_form, is_list
from provenance.model import Description, Digests, Mark, Place
from provenance.verdict import judge
from store import Store
from watchers.families import sequence_at
from watchers.ignore import is_hash_chain
from watchers.reconcile import family_name, spoken_about


def speaks_of(store: Store, companion: Place, path: Path) -> tuple[list[Place], set[Place]]:
    """(single files, families of frames) that a companion may speak about: those beside a sidecar, all below the folder
    of a hash list. Args: path is where the companion lies."""
    if is_hash_chain(companion.name):
        return _below(store, companion.volume, companion.folder.rpartition(b"/")[0])
    if is_list(os.fsdecode(companion.name)):
        forget(path.parent)
        singles, families = _below(store, companion.volume, companion.folder)
        return [one for one in singles if one != companion], families
    return spoken_about(companion, os.listdir(os.fsencode(path.parent)))


def _below(store: Store, volume: str, folder: bytes) -> tuple[list[Place], set[Place]]:
    singles: list[Place] = []
    families: set[Place] = set()
    for sighting in store.assets.live_in(volume, folder):
        sequence = sequence_at(sighting.place)
        if sequence is None:
            singles.append(sighting.place)
        else:
            families.add(Place(volume, sighting.place.folder, family_name(sequence)))
    return singles, families


def compared(listed: Listed | None, digests: Digests) -> Listed | None:
    """What lists say of a file, with the hashes that were taken of it."""
    if listed is None:
        return None
    taken = {"xxh128": digests.xxh128.hex(), **dict(digests.others)}
    return listed.compared_with(digests.size, tuple(in_list_form(taken).items()))


def remembered(listed: Listed | None, marks: Iterable[Mark]) -> tuple[tuple[str, str], ...]:
    """(name, value) of hashes that were compared before and agreed: the same content has them still.

    Args: marks of the content as recorded.
    """
    agreed = {pair for mark in marks for pair in _agreed(mark)}
    entries = [one.entry for one in listed.listings] if listed is not None else []
    return tuple(dict.fromkeys(pair for entry in entries for pair in entry.hashes if pair in agreed))


def still_listed(before: Description, now: Description) -> Description:
    """The newer description of the same content, with what hash lists said of it at another place.

    A copy lies where no list names it, and is the same content all the same: what was compared once is not forgotten.
    Where lists were asked now, their newer word replaces the older.
    """
    marks = tuple(mark for mark in before.marks if mark.reader == READER)
    faults = tuple(fault for fault in before.faults if fault.reader == READER)
    if READER in dict(now.readers) or not (marks or faults):
        return now
    all_marks, all_faults = (*now.marks, *marks), tuple(dict.fromkeys((*now.faults, *faults)))
    facts = {name: before.facts[name] for name in ("offload",) if name in before.facts}
    verdict = judge(all_marks, all_faults, now.unchecked)
    return replace(now, marks=all_marks, faults=all_faults, verdict=verdict, facts={**facts, **now.facts})


def covers(taken: Iterable[tuple[str, str]], wanted: Iterable[str]) -> bool:
    """True where every wanted hash is among those taken."""
    names = {"sha512" if name == "c4" else name for name, _ in taken}
    return names >= set(wanted)


def _agreed(mark: Mark) -> Iterator[tuple[str, str]]:
    match = mark.says("match")
    if mark.reader != READER or not match:
        return
    for part in (mark.says("hashes") or "").split(", "):
        name, _, value = part.partition(" ")
        if name == match and value:
            yield name, value
