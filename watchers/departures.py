"""Places that were found empty: moved, or gone for good?

A file that is not where it was may be on its way somewhere else, and its new place may be looked at only later.
So an empty place waits a little. If its content turns up meanwhile, it moved; if not, it is gone, provided that
the root it lay in is still there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from provenance.model import FileStamp, Place
from provenance.places import Places


class Departures:
    """Empty places, each with the content that lay there and until when it waits.

    Args:
        places: of the production.
        roots: the watched roots.
        stamp_at: what lies at a place now, or None.
    """

    def __init__(self, places: Places, roots: tuple[Path, ...], stamp_at: Callable[[Place], FileStamp | None]) -> None:
        self._places = places
        self._roots = roots
        self._stamp_at = stamp_at
        self._empty: dict[Place, tuple[bytes | None, float]] = {}

    def note(self, place: Place, sha256: bytes | None, due: float) -> None:
        """A place was found empty; it waits until `due` (monotonic seconds)."""
        self._empty.setdefault(place, (sha256, due))

    def take_moved(self, sha256: bytes) -> Place | None:
        """A place that held this content and is empty still; it is taken out, because its content moved."""
        for place, (content, _) in self._empty.items():
            if content == sha256 and self._is_empty(place):
                del self._empty[place]
                return place
        return None

    def take_due(self, now: float) -> list[Place]:
        """Places whose time is up and that are empty still, in a root that is there: their files are gone."""
        due = [place for place, (_, until) in self._empty.items() if until <= now]
        for place in due:
            del self._empty[place]
        return [place for place in due if self._is_empty(place) and self._root_is_there(place)]

    def _is_empty(self, place: Place) -> bool:
        if self._stamp_at(place) is None:
            return True
        # Where case does not count, a file renamed from A.mov to a.mov still answers to its old name
        folder = os.fsencode(self._places.folder_path(place.volume, place.folder))
        try:
            return place.name not in os.listdir(folder)
        except OSError:
            return False

    def _root_is_there(self, place: Place) -> bool:
        path = self._places.path_of(place)
        root = next((one for one in self._roots if path.is_relative_to(one)), None)
        # An unmounted volume leaves its mount point behind as an empty folder
        return root is not None and root.is_dir() and any(root.iterdir())

    def next_due(self) -> float | None:
        """When the next one's time is up, or None where nothing waits."""
        return min((due for _, due in self._empty.values()), default=None)

    def __len__(self) -> int:
        return len(self._empty)
