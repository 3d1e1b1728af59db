"""What is on disk against what is known: everything that differs is noted in the journal.

This is the truth that events only hint at. A folder that could not be read, or a root that is gone, is never
taken for deleted files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from provenance.configuration import Settings
from provenance.model import FileStamp, Place
from provenance.places import Places
from provenance.sequences import ImageSequence, group, parse_frame
from store import Known, Store
from watchers.ignore import Ignore, is_sidecar, main_files_of
from watchers.presence import Presence
from watchers.sweep import (
    RootIdentity,
    RootMissing,
    Skipped,
    SweepFault,
    SweptFolder,
    compare,
    identify_root,
    racy,
    sweep,
)

SEQUENCE: str = "sequence"
SIDECAR: str = "sidecar"
SEEN: str = "seen"


@dataclass(slots=True)
class Noted:
    """What one reconcile found: places to look at, by sort, with their stamps; and what could not be seen."""

    files: dict[Place, FileStamp] = field(default_factory=dict)
    frames: dict[Place, FileStamp] = field(default_factory=dict)
    families: dict[Place, dict[bytes, FileStamp]] = field(default_factory=dict)
    sidecars: dict[Place, FileStamp] = field(default_factory=dict)
    gone: dict[Place, Known] = field(default_factory=dict)
    faults: list[tuple[Path, str]] = field(default_factory=list)
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    missing: list[tuple[Path, str]] = field(default_factory=list)
    seen: int = 0


def family_name(sequence: ImageSequence) -> bytes:
    """The name under which an unfinished sequence waits: its pattern without frame numbers."""
    return sequence.prefix.replace(b"%", b"%%") + b"%%0%dd" % sequence.padding + sequence.suffix


def family_of(name: bytes) -> bytes | None:
    """The family a single frame's name belongs to, or None."""
    frame = parse_frame(name)
    return None if frame is None else family_name(ImageSequence(frame.prefix, frame.padding, frame.suffix, ()))


def spoken_about(sidecar: Place, files: Iterable[bytes]) -> tuple[list[Place], set[Place]]:
    """(single files, families of frames) that a sidecar may speak about, of the files in its folder."""
    names = [name for name in files if not is_sidecar(name)]
    mains = main_files_of(sidecar.name, names)
    frame_of = {name: one for one in group(names)[0] for name in one.names()} if mains else {}
    singles = [Place(sidecar.volume, sidecar.folder, name) for name in mains if name not in frame_of]
    families = {family_name(frame_of[name]) for name in mains if name in frame_of}
    stem = sidecar.name[: sidecar.name.rindex(b".")]
    if b"%" in stem:  # one for a whole sequence is called after its pattern
        families |= {stem} & {family_name(one) for one in group(names)[0]}
    return singles, {Place(sidecar.volume, sidecar.folder, name) for name in families}


def _kin(frame: bytes, sequences: Iterable[ImageSequence]) -> set[bytes]:
    """Families a vanished frame may have belonged to under another padding (``.1000`` behind ``.999``)."""
    parts = parse_frame(frame)
    return {family_name(one) for one in sequences if parts and (one.prefix, one.suffix) == (parts.prefix, parts.suffix)}


def watched_roots(settings: Settings) -> tuple[Path, ...]:
    """The folders to sweep: working and deliverables folders, without those that lie in another."""
    folders = dict.fromkeys((*settings.working_folders, *settings.deliverables_folders))
    return tuple(
        folder for folder in folders if not any(other != folder and folder.is_relative_to(other) for other in folders)
    )


class Reconciler:
    """Compares folders with the stat index and notes what differs.

    Args: store, places, ignore of the production; presence tells gone from not to be seen.
    """

    def __init__(self, store: Store, places: Places, ignore: Ignore, presence: Presence) -> None:
        self._store = store
        self._places = places
        self._ignore = ignore
        self._presence = presence
        self._identities: dict[Path, RootIdentity] = {}

    def reconcile(self, root: Path, at: int, *, start: bytes = b"", deep: bool = True) -> Noted:
        """Sweeps a root (or one folder of it) and notes every difference in the journal.

        Args: at, milliseconds since 1970; start relative to the root; deep false for that folder only.
        """
        noted = Noted()
        if self._is_ignored(start):
            return noted
        if (missing := self._missing(root)) is not None:
            noted.missing.append((root, missing.reason))
            return noted
        swept: set[bytes] = set()
        blind: list[bytes] = []
        for value in sweep(os.fsencode(root), self._ignore, start, deep=deep):
            match value:
                case SweptFolder():
                    swept.add(value.folder)
                    self._compare(root, value, noted, at, frozenset(blind))
                case SweepFault():
                    blind.append(value.folder if not value.name else _join(value.folder, value.name))
                    if not value.vanished:
                        noted.faults.append((self._path(root, value.folder, value.name), value.reason))
                case Skipped():
                    noted.skipped.append((self._path(root, value.folder, value.name), value.what))
                case RootMissing():
                    noted.missing.append((root, value.reason))
        if not noted.missing:
            self._find_gone(root, start, swept, blind, noted, at, deep=deep)
        return noted

    def _missing(self, root: Path) -> RootMissing | None:
        """Why a root cannot be believed to be there, or None; an empty one is believed where no file is known."""
        identity = identify_root(os.fsencode(root), self._identities.get(root), self._ignore)
        if isinstance(identity, RootMissing):
            return identity
        missing = self._presence.missing(root)
        if missing is not None and self._store.index.folders(*self._places.folder_of(root), limit=1):
            return missing
        self._identities[root] = identity
        return None

    def _is_ignored(self, start: bytes) -> bool:
        """True where an event named a folder that a sweep from the root would never enter."""
        parts = start.split(b"/") if start else []
        return any(self._ignore(b"/".join(parts[:n]), name, True) for n, name in enumerate(parts))

    def _path(self, root: Path, folder: bytes, name: bytes) -> Path:
        return root / os.fsdecode(folder) / os.fsdecode(name)

    def _compare(self, root: Path, swept: SweptFolder, noted: Noted, at: int, blind: frozenset[bytes]) -> None:
        volume, folder = self._places.folder_of(root / os.fsdecode(swept.folder))
        known = self._store.index.folder(volume, folder)
        noted.seen += len(swept.files)
        changes = compare(swept.files, {name: look.stamp for name, look in known.items()})
        again = {
            name
            for name, look in known.items()
            if name in swept.files and look.sha256 is not None and racy(look.stamp, look.hashed_ns)
        }
        different = changes.new | changes.changed | again
        # A file whose stat failed was not seen, which is not the same as gone
        gone = {name for name in changes.gone if _join(swept.folder, name) not in blind}
        if not different and not gone:
            return
        self._note(volume, folder, swept.files, different, noted, at)
        self._note_gone(volume, folder, {name: known[name] for name in gone}, swept.files, noted, at)

    def _note(
        self,
        volume: str,
        folder: bytes,
        files: Mapping[bytes, FileStamp],
        names: Iterable[bytes],
        noted: Noted,
        at: int,
    ) -> None:
        sequences, _ = group(name for name in files if not is_sidecar(name))
        family = {name: sequence for sequence in sequences for name in sequence.names()}
        singles: list[Place] = []
        families: dict[Place, ImageSequence] = {}
        for name in names:
            place = Place(volume, folder, name)
            if is_sidecar(name):
                noted.sidecars[place] = files[name]
                singles.append(place)
            elif name in family:
                noted.frames[place] = files[name]
                families[Place(volume, folder, family_name(family[name]))] = family[name]
            else:
                noted.files[place] = files[name]
                singles.append(place)
        for place, sequence in families.items():
            noted.families[place] = {name: files[name] for name in sequence.names()}
        self._store.journal.note(singles, SEEN, at)
        self._store.journal.note(families, SEQUENCE, at)

    def _note_gone(
        self,
        volume: str,
        folder: bytes,
        gone: Mapping[bytes, Known],
        files: Mapping[bytes, FileStamp],
        noted: Noted,
        at: int,
    ) -> None:
        frames: list[bytes] = []
        sequences, _ = group(name for name in files if not is_sidecar(name))
        for name, look in gone.items():
            place = Place(volume, folder, name)
            if is_sidecar(name):
                mains, families = spoken_about(place, files)
                noted.files.update({main: files[main.name] for main in mains})
                self._store.journal.note(mains, SIDECAR, at)
                frames.append(name)
            elif self._store.assets.at(place) is None and (family := family_of(name)) is not None:
                families = {Place(volume, folder, one) for one in {family, *_kin(name, sequences)}}
                frames.append(name)
            else:
                noted.gone[place] = look
                continue
            noted.families.update({one: {} for one in families if one not in noted.families})
            self._store.journal.note(families, SEQUENCE, at)
        if frames:
            self._store.index.drop(volume, folder, frames)

    def _find_gone(
        self, root: Path, start: bytes, swept: set[bytes], blind: list[bytes], noted: Noted, at: int, *, deep: bool
    ) -> None:
        """Folders that were known and were not swept: they went away with all they held."""
        if start and _is_no_folder(os.path.join(os.fsencode(root), start)):  # noqa: PTH118 (bytes)
            # An event named a folder that is no longer there: then all below it is gone, whoever saw it go
            blind, deep = [one for one in blind if one != start], True
        top = root / os.fsdecode(start)
        for volume, folder, path in self._known_folders(root, top):
            inside = b"" if path == root else os.fsencode(path.relative_to(root).as_posix())
            if inside in swept or (not deep and path != top):
                continue
            if any(not one or inside == one or inside.startswith(one + b"/") for one in blind):
                continue
            self._note_gone(volume, folder, self._store.index.folder(volume, folder), {}, noted, at)

    def _known_folders(self, root: Path, top: Path) -> Iterator[tuple[str, bytes, Path]]:
        """(volume, folder, path) of the folders with known files at and below one, in volumes inside it too."""
        tops = [self._places.folder_of(top)]
        tops += [(one.uid, b"") for one in self._places.volumes if one.root != top and one.root.is_relative_to(top)]
        for volume, below in tops:
            for folder in self._store.index.folders(volume, below):
                path = self._places.folder_path(volume, folder)
                if path.is_relative_to(root):
                    yield volume, folder, path


def _is_no_folder(path: bytes) -> bool:
    try:
        return not stat.S_ISDIR(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False


def _join(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name if folder else name
