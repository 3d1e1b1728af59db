"""Finding and opening the production a command asks about, and places as people see them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provenance.configuration import Settings, find_root, inside_working, load_settings, policy_for
from provenance.errors import UsageError
from provenance.model import Place
from provenance.places import Places, production_volumes
from store import Location, Store, locate, open_store

PATIENCE_SECONDS: Final = 10.0
"""How long a command waits for another program that writes to the store."""


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
    with open_store(location.file, readonly=readonly, busy_seconds=PATIENCE_SECONDS) as store:
        yield Production(setup.root, setup.settings, setup.places, store, location)


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


def name_text(production: Production, sha256: bytes) -> str:
    """An asset for people: the place where it lies or lay last, else what it was called."""
    summary = production.store.assets.summary(sha256)
    return path_text(production, summary.place) if summary.place is not None else summary.name


def path_text(production: Setup | Production, place: Place | None) -> str:
    """A place for people: from the production's root on, or the whole path; `-` for none."""
    if place is None:
        return "-"
    try:
        path = production.places.path_of(place)
    except UsageError:
        return f"{place.volume}:{os.fsdecode(place.folder)}/{os.fsdecode(place.name)}"
    return path.relative_to(production.root).as_posix() if path.is_relative_to(production.root) else str(path)


def policy_of(production: Production, place: Place) -> str:
    """The tagging policy of a place: ``off``, ``sidecar`` or ``embed``."""
    folder = production.places.folder_path(place.volume, place.folder)
    inside = inside_working(production.settings, folder)
    return "off" if inside is None else policy_for(production.settings, inside)


def readable_fault(folder: Path) -> str:
    """Why a folder cannot be looked into, in the system's words; empty where it can."""
    try:
        with os.scandir(folder) as entries:
            next(entries, None)
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def notes_on(production: Production, sha256: bytes, place: Place | None) -> tuple[str, ...]:
    """What a user should know about an answer that rests on the record: the file is gone, or has changed since.

    Args: place is where the user looked for the asset; None where it was asked for by its hash.
    """
    if place is None:
        return ()
    if production.store.assets.at(place) != sha256:
        return ("It lies there no more; this is what was last recorded of it.",)
    known = production.store.index.folder(place.volume, place.folder).get(place.name)
    if known is None:  # a sequence: its frames are compared by the next scan
        return ()
    try:
        status = production.places.path_of(place).stat()
    except (OSError, UsageError) as error:
        return (f"The file cannot be seen now ({error}); this is what was last recorded of it.",)
    if (status.st_size, status.st_mtime_ns) == (known.stamp.size, known.stamp.mtime_ns):
        return ()
    return ("The file on disk has changed since this was recorded. Look again: provenance scan",)
