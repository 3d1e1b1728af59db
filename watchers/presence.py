"""Is it gone, or can it only not be seen? A volume that is away and a folder that is closed delete nothing."""

from __future__ import annotations

import os
from pathlib import Path

from provenance.errors import CouldNotLook, UsageError
from provenance.model import FileStamp, Place
from provenance.places import Places
from watchers.ignore import is_systems
from watchers.sweep import RootIdentity, RootMissing, look_at


class Away(CouldNotLook):
    """The root a place lies in is not here now. What waits there goes on waiting; nobody needs to be told."""


class Presence:
    """Tells a file that is gone from one that cannot be seen.

    Args:
        places: of the production.
        roots: the watched roots.
    """

    def __init__(self, places: Places, roots: tuple[Path, ...]) -> None:
        self._places = places
        self._roots = roots
        # The folder that each root was when it held something: emptied under our eyes, it is empty indeed
        self._held: dict[Path, RootIdentity] = {}

    def stamp(self, place: Place) -> FileStamp | None:
        """What lies at a place now; None only where nothing does. Raises Away, CouldNotLook."""
        try:
            path = self._places.path_of(place)
        except UsageError as error:
            raise Away(error.message) from error
        try:
            found = look_at(os.fsencode(path))
        except OSError as error:
            raise CouldNotLook(error.strerror or type(error).__name__, path=path) from error
        if found is None:
            self.require(place)
        return found

    def require(self, place: Place) -> None:
        """Raises Away where the root of a place is not there."""
        try:
            path = self._places.path_of(place)
        except UsageError as error:
            raise Away(error.message) from error
        above = (*self._roots, *(volume.root for volume in self._places.volumes))
        root = next(one for one in above if path.is_relative_to(one))
        missing = self.missing(root)
        if missing is not None:
            raise Away(missing.reason, path=root)

    def missing(self, root: Path) -> RootMissing | None:
        """Why a root cannot be believed to be there, or None where it can.

        An unmounted volume leaves its mount point behind as an empty folder, with the system's litter at most.
        """
        try:
            status = root.stat()
            with os.scandir(root) as entries:
                empty = all(is_systems(os.fsencode(one.name), one.is_dir(follow_symlinks=False)) for one in entries)
        except OSError as error:
            return RootMissing(os.fsencode(root), error.strerror or type(error).__name__)
        now = RootIdentity(status.st_dev, status.st_ino)
        if not empty:
            self._held[root] = now
        elif self._held.get(root) != now:
            return RootMissing(os.fsencode(root), "it is empty: is its volume mounted?")
        return None
