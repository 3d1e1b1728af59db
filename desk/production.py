"""Finding and opening the production a command asks about, and the asset behind an argument FILE."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from provenance.configuration import Settings, find_root, load_settings
from provenance.errors import NotFound, UsageError
from provenance.model import Place
from provenance.places import Places, production_volumes
from store import Location, Store, locate, open_store


@dataclass(frozen=True, slots=True)
class Setup:
    """A production as configured, its store not opened."""

    root: Path
    settings: Settings
    places: Places

    def location(self) -> Location:
        """Where its store lies and why. Raises StoreUnreachable for a configured path on a network share."""
        return locate(self.root, self.settings.production.id, self.settings.store.path)


@dataclass(frozen=True, slots=True)
class Production:
    """An opened production: everything a command needs, handed down."""

    root: Path
    settings: Settings
    places: Places
    store: Store
    location: Location


@dataclass(frozen=True, slots=True)
class Found:
    """The asset behind an argument.

    Args:
        sha256: the asset.
        path: where it lies or lay on this workstation; None where asked for by its hash.
        notes: what a user should know about the answer (gone, changed since, a frame of a sequence).
        changed: true where the file on disk is not the content that was recorded.
    """

    sha256: bytes
    path: Path | None = None
    notes: tuple[str, ...] = ()
    changed: bool = False


def find_setup(start: Path | None) -> Setup:
    """The production that holds `start` (default: the current folder). Raises ConfigurationError."""
    root = find_root(Path.cwd() if start is None else start)
    settings = load_settings(root)
    folders = (*settings.folders.working, *settings.folders.deliverables)
    return Setup(root, settings, Places(production_volumes(settings.production.id, root, folders)))


@contextmanager
def open_production(start: Path | None, *, readonly: bool) -> Iterator[Production]:
    """Opens the production that holds `start` and closes its store afterwards.

    Args: readonly is for questions; it creates nothing and refuses every write.
    Raises ConfigurationError, StoreError.
    """
    setup = find_setup(start)
    location = setup.location()
    with open_store(location.file, readonly=readonly) as store:
        yield Production(setup.root, setup.settings, setup.places, store, location)


def resolve(production: Production, argument: str) -> Found:
    """The asset behind a path (from the current folder or the production's root) or a SHA-256's beginning.

    Raises NotFound, UsageError.
    """
    for path in (_absolute(argument), production.root / argument):
        place = place_of(production.places, path)
        found = None if place is None else _at(production, place, path)
        if found is not None:
            return found
        if os.path.lexists(path):
            raise _unseen(place, path)
    if set(argument) <= set("0123456789abcdefABCDEF") and len(argument) >= 8:
        return Found(production.store.assets.resolve(argument))
    raise NotFound(
        "no such file is here or was ever recorded",
        path=argument,
        remedy="give a path, or 8 or more digits of a SHA-256; `provenance find --text WORD` searches",
    )


def place_of(places: Places, path: Path) -> Place | None:
    """The place of an absolute path, also where it is reached over a link; None outside the production."""
    try:
        return places.place_of(path)
    except UsageError:
        pass
    real = Path(os.path.realpath(path.parent)) / path.name
    for volume in places.volumes:
        root = Path(os.path.realpath(volume.root))
        if real.is_relative_to(root):
            return places.place_of(volume.root / real.relative_to(root))
    return None


def path_text(production: Production, place: Place | None) -> str:
    """A place for people: from the production's root on, or the whole path; `-` for none."""
    if place is None:
        return "-"
    try:
        path = production.places.path_of(place)
    except UsageError:
        return f"{place.volume}:{os.fsdecode(place.folder)}/{os.fsdecode(place.name)}"
    return path.relative_to(production.root).as_posix() if path.is_relative_to(production.root) else str(path)


def _absolute(argument: str) -> Path:
    return Path(os.path.abspath(argument))  # noqa: PTH100 -- lexical: a link into the production stays in it


def _at(production: Production, place: Place, path: Path) -> Found | None:
    assets = production.store.assets
    sha256 = assets.at(place)
    if sha256 is not None:
        changed = _is_changed(production, place, path)
        notes = ("the file on disk has changed since it was recorded: `provenance scan` looks again",)
        return Found(sha256, path, notes if changed else (), changed)
    last = assets.last_at(place)
    if last is None:
        return None
    if os.path.lexists(path):
        raise _unseen(place, path)
    return Found(last, path, ("this file is gone; what follows is what was last recorded of it",))


def _is_changed(production: Production, place: Place, path: Path) -> bool:
    known = production.store.index.folder(place.volume, place.folder).get(place.name)
    if known is None:
        return False
    try:
        status = path.stat()
    except OSError:
        return not path.exists()
    return (status.st_size, status.st_mtime_ns) != (known.stamp.size, known.stamp.mtime_ns)


def _unseen(place: Place | None, path: Path) -> NotFound:
    if place is None:
        return NotFound(
            "this lies outside the production's folders", path=path,
            remedy="`provenance inspect` looks at any file; or add its folder to `working` in provenance.toml",
        )  # fmt: skip
    return NotFound("this was not recorded yet", path=path, remedy="`provenance scan` looks at it now")
