"""Places that were found empty: moved, or gone for good?

A file that is not where it was may be on its way somewhere else, and its new place may be looked at only later.
So an empty place waits a little. If its content turns up meanwhile, it moved; if not, it is gone, provided that
the root it lay in is still there.
"""

from __future__ import annotations

import os

from provenance.errors import CouldNotLook
from provenance.model import Place
from provenance.places import Places
from watchers.families import sequence_at
from watchers.presence import Presence


class Departures:
    """Empty places, each with the content that lay there and until when it waits.

    Args:
        places: of the production.
        presence: tells gone from not to be seen.
    """

    def __init__(self, places: Places, presence: Presence) -> None:
        self._places = places
        self._presence = presence
        self._empty: dict[Place, tuple[bytes | None, float]] = {}
        self._by_content: dict[bytes | None, dict[Place, None]] = {}

    def note(self, place: Place, sha256: bytes | None, due: float) -> None:
        """A place was found empty; it waits until `due` (monotonic seconds)."""
        self._forget(place)
        self._empty[place] = (sha256, due)
        self._by_content.setdefault(sha256, {})[place] = None

    def _forget(self, place: Place) -> None:
        content, _ = self._empty.pop(place, (None, 0.0))
        alike = self._by_content.get(content, {})
        alike.pop(place, None)
        if not alike:
            self._by_content.pop(content, None)

    def take_moved(self, sha256: bytes) -> Place | None:
        """A place that held this content and is empty still; it is taken out, because its content moved."""
        for place in self._by_content.get(sha256, ()):
            if self.is_empty(place):
                self._forget(place)
                return place
        return None

    def take_due(self, now: float) -> list[Place]:
        """Places whose time is up and that are empty still, in a root that is there: their files are gone."""
        due = [place for place, (_, until) in self._empty.items() if until <= now]
        for place in due:
            self._forget(place)
        return [place for place in due if self.is_empty(place)]

    def is_empty(self, place: Place) -> bool:
        """True where nothing lies at a place any more, or not every frame of a sequence; never by being away."""
        try:
            if (sequence := sequence_at(place)) is not None:
                frames = (Place(place.volume, place.folder, name) for name in sequence.names())
                return any(self._presence.stamp(one) is None for one in frames)
            if self._presence.stamp(place) is None:
                return True
        except CouldNotLook:
            return False
        # Where case does not count, a file renamed from A.mov to a.mov still answers to its old name
        folder = os.fsencode(self._places.folder_path(place.volume, place.folder))
        try:
            return place.name not in os.listdir(folder)
        except OSError:
            return False

    def next_due(self) -> float | None:
        """When the next one's time is up, or None where nothing waits."""
        return min((due for _, due in self._empty.values()), default=None)

    def __contains__(self, place: object) -> bool:
        return place in self._empty

    def __len__(self) -> int:
        return len(self._empty)
