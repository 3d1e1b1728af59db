"""What lies on disk now against what is recorded of it. Findings of the moment, never stored: the next look
may find the file put right, or taken in.

Codes: DIFF-01 changed, DIFF-02 missing, LOOK-03 not taken in yet, LOOK-04 cannot be looked at, LOOK-05 empty.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provenance.digest import digest_file
from provenance.errors import ChangedMeanwhile, CouldNotLook, UsageError
from provenance.model import Delivery, Finding, Kind, Place, Severity, Sighting
from provenance.paths import argument, show
from watchers.deliverables import name_of
from watchers.ignore import Ignore, is_nobodys, is_sidecar
from watchers.reconcile import watched_roots
from watchers.sweep import RootMissing, Skipped, SweepFault, Swept, SweptFolder, look_at, sweep

if TYPE_CHECKING:
    from desk.production import Production
    from store import Known

CHANGED: Final = "DIFF-01"
MISSING: Final = "DIFF-02"
NOT_TAKEN_IN: Final = "LOOK-03"
UNREADABLE: Final = "LOOK-04"
EMPTY: Final = "LOOK-05"

IGNORED: Final = "is passed over by its name, so it would be handed over unseen: take it out, or rename it"

NAMED_LIMIT: Final = 5
"""Frames named in a finding; of the others the number is told."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with one file: a code of this module, and why in a few words."""

    code: str
    why: str


class OnDisk:
    """Compares files with the record.

    Args:
        production: whose stat index is asked.
        rehash: read every byte again instead of comparing size and modification time.
        progress: told the name of each file before it is looked at.
    """

    def __init__(self, production: Production, *, rehash: bool = False, progress: Progress = lambda name: None) -> None:
        self._production = production
        self._rehash = rehash
        self._progress = progress
        self._index: dict[tuple[str, bytes], Mapping[bytes, Known]] = {}

    def compare(self, delivery: Delivery, sightings: Iterable[Sighting]) -> Iterator[Finding]:
        """A finding for each recorded asset that is not on disk as it was recorded."""
        for sighting in sightings:
            name = name_of(delivery, sighting.place)
            self._progress(name)
            for code, text in self._differences(sighting, name):
                yield Finding(code, Severity.BLOCK, text, sighting.sha256, name, delivery.name)

    def _differences(self, sighting: Sighting, name: str) -> Iterator[tuple[str, str]]:
        found: dict[str, list[tuple[Place, Trouble]]] = {}
        parts = list(self._parts(sighting.place, sighting.sha256))
        for place, sha256 in parts:
            trouble = self.look(place, sha256)
            if trouble is not None:
                found.setdefault(trouble.code, []).append((place, trouble))
        for code, bad in found.items():
            place, trouble = bad[0]
            told = f"{show(name)} {trouble.why}"
            if place != sighting.place:
                named = ", ".join(show(each.name) for each, _ in bad[:NAMED_LIMIT])
                more = f" and {len(bad) - NAMED_LIMIT} more" if len(bad) > NAMED_LIMIT else ""
                frames = f"{len(bad)} of {len(parts)} frames of {show(name)} ({named}{more})"
                told = f"{frames}: {show(place.name)} {trouble.why}"
            yield code, f"{told}. {self._remedy(code, sighting.place)}"

    def _parts(self, place: Place, sha256: bytes) -> Iterator[tuple[Place, bytes]]:
        """The files that make up an asset, each with the content it was recorded with."""
        assets = self._production.store.assets
        if assets.summary(sha256).kind is Kind.FILE:
            yield place, sha256
            return
        for member in assets.get(sha256).members:
            yield Place(place.volume, place.folder, member.name), member.sha256

    def trouble(self, place: Place, sha256: bytes) -> Trouble | None:
        """The first thing that is wrong with an asset recorded at a place; None where nothing is."""
        found = (self.look(part, digest) for part, digest in self._parts(place, sha256))
        return next(filter(None, found), None)

    def look(self, place: Place, sha256: bytes) -> Trouble | None:
        """What is wrong with one file that was recorded with this content; None where nothing is."""
        try:
            path = self._production.places.path_of(place)
            stamp = look_at(os.fsencode(path))
            if stamp is None:
                return Trouble(MISSING, "was recorded here and is gone")
            if self._rehash:
                return self._read(path, sha256)
        except (CouldNotLook, ChangedMeanwhile, UsageError) as error:
            return Trouble(UNREADABLE, f"cannot be looked at: {error.message}")
        except OSError as error:
            return Trouble(UNREADABLE, f"cannot be looked at: {error.strerror}")
        known = self._folder(place).get(place.name)
        if known is None or known.sha256 is None:
            return Trouble(NOT_TAKEN_IN, "was not looked at on this workstation yet")
        if (stamp.size, stamp.mtime_ns) != (known.stamp.size, known.stamp.mtime_ns):
            return Trouble(CHANGED, "changed since it was recorded (size or modification time)")
        return None if known.sha256 == sha256 else Trouble(CHANGED, "holds other content than was recorded")

    def _read(self, path: Path, sha256: bytes) -> Trouble | None:
        digests, _ = digest_file(path)
        if digests.sha256 == sha256:
            return None
        return Trouble(CHANGED, f"holds other content than was recorded (SHA-256 {digests.sha256.hex()[:12]}… now)")

    def _folder(self, place: Place) -> Mapping[bytes, Known]:
        key = (place.volume, place.folder)
        if key not in self._index:
            self._index[key] = self._production.store.index.folder(*key)
        return self._index[key]

    def _remedy(self, code: str, place: Place) -> str:
        if code == UNREADABLE:
            return "Make it readable, then look again: provenance scan"
        try:
            folder = self._production.places.folder_path(place.volume, place.folder)
        except UsageError:  # a folder that is no longer configured on this workstation
            return "Look again: provenance scan"
        return f"Look again: provenance scan {argument(folder)}"

    def unseen(self, delivery: Delivery, folder: Place, sightings: Sequence[Sighting]) -> Iterator[Finding]:
        """A finding for everything in a folder, and below it, that nobody has looked at yet."""
        covered = self._covered(sightings)
        waiting = {
            one.place: f"waits to be looked at again ({one.fault})" if one.fault else "waits to be looked at"
            for one in self._production.store.journal.waiting(1 << 62)
            if lies_in(one.place, folder)
        }
        try:
            for place, code, why in self._loose(folder, covered):
                waits = waiting.pop(place, "")
                yield self._finding(delivery, place, code, waits if "(" in waits and code == NOT_TAKEN_IN else why)
        except UsageError as error:
            yield self._finding(delivery, folder, UNREADABLE, f"cannot be looked at: {error.message}")
        for place, why in waiting.items():
            yield self._finding(delivery, place, NOT_TAKEN_IN, why)

    def _covered(self, sightings: Sequence[Sighting]) -> Mapping[bytes, set[bytes]]:
        """The recorded file names by folder, those of sequence frames too."""
        covered: dict[bytes, set[bytes]] = {}
        for sighting in sightings:
            names = covered.setdefault(sighting.place.folder, set())
            names.add(sighting.place.name)
            if self._production.store.assets.summary(sighting.sha256).kind is not Kind.FILE:
                names.update(one.name for one in self._production.store.assets.get(sighting.sha256).members)
        return covered

    def _loose(self, folder: Place, covered: Mapping[bytes, set[bytes]]) -> Iterator[tuple[Place, str, str]]:
        places, settings = self._production.places, self._production.settings
        path = places.folder_path(folder.volume, folder.folder)
        # Ignore patterns count from the watched root, so the walk must start there too
        root = next((one for one in watched_roots(settings) if path.is_relative_to(one)), path)
        start = os.fsencode(path.relative_to(root).as_posix()) if path != root else b""
        passed_over = Ignore(settings.folders.ignore)
        for swept in sweep(os.fsencode(root), is_nobodys, start):
            inside = start if isinstance(swept, RootMissing) else swept.folder
            volume, here = places.folder_of(root / os.fsdecode(inside))
            for name, code, why in _told(swept, covered.get(here, ())):
                hidden = code == NOT_TAKEN_IN and _is_hidden(passed_over, inside, name)
                yield Place(volume, here, name), code, IGNORED if hidden else why

    def not_taken_in(self, delivery: Delivery, place: Place) -> Finding:
        """The finding for a file that lies on disk and that nobody has looked at yet."""
        return self._finding(delivery, place, NOT_TAKEN_IN, "lies here and was not looked at yet")

    def _finding(self, delivery: Delivery, place: Place, code: str, why: str) -> Finding:
        name = name_of(delivery, place)
        remedy = self._remedy(code, place)
        what = show(name) if place.name else f"the folder {self._folder_text(place)}"
        return Finding(code, Severity.BLOCK, f"{what} {why}. {remedy}", b"", name, delivery.name)

    def _folder_text(self, place: Place) -> str:
        try:
            return show(self._production.places.folder_path(place.volume, place.folder))
        except UsageError:
            return show(place.folder)


def _is_hidden(ignore: Ignore, folder: bytes, name: bytes) -> bool:
    """True for a file that scans pass over by its name, or that of a folder above it."""
    parts = folder.split(b"/") if folder else []
    return ignore(folder, name, False) or any(ignore(b"/".join(parts[:n]), part, True) for n, part in enumerate(parts))


def _told(swept: Swept, covered: Container[bytes]) -> Iterator[tuple[bytes, str, str]]:
    """(name, code, why) for what a sweep found in a folder and nobody has looked at."""
    match swept:
        case SweptFolder(files=files):
            for name in files:
                if name not in covered and not is_sidecar(name):
                    yield name, NOT_TAKEN_IN, "lies here and was not looked at yet"
        case SweepFault(vanished=True):
            return
        case SweepFault(name=name, reason=reason):
            yield name, UNREADABLE, f"cannot be looked at: {reason}"
        case Skipped(name=name, what=what):
            yield name, UNREADABLE, f"is a {what}, which is never followed: put the file itself here"
        case RootMissing(reason=reason):
            yield b"", UNREADABLE, f"cannot be looked at: {reason}"


def lies_in(place: Place, folder: Place) -> bool:
    """True where a place lies in a folder or below it."""
    if place.volume != folder.volume:
        return False
    return not folder.folder or place.folder == folder.folder or place.folder.startswith(folder.folder + b"/")
