"""The daemon tags by policy: what was just taken in, and what was known before the policy was.

Each file once: whoever learns more of it later (`declare`, `tag --set`) tags it anew. Nothing is written inside a
deliverables folder. What cannot be written is told once and keeps no other file.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from pathlib import Path

from provenance.configuration import Settings, inside_working, policy_for
from provenance.errors import ChangedMeanwhile, CouldNotLook, IdentityError, ProvenanceError, StoreError, UsageError
from provenance.mirror import mirrored
from provenance.model import Origin, Place, Way
from provenance.places import Places
from provenance.writing import clear_leftovers
from store import Store
from watchers.event import Event, EventKind, Tell
from watchers.reconcile import SEEN
from watchers.sweep import look_at
from watchers.tag_plan import Wish
from watchers.tagger import Tagger

_WAYS = {"sidecar": Way.SIDECAR, "embed": None}


class TagPolicy:
    """Tags what a production's policy wants tagged.

    Args:
        store, settings, places: of the production.
        tagger: writes.
        tell: called with every Event; fault with what could not be written.
        holds: true for places inside a delivery.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        places: Places,
        tagger: Tagger,
        tell: Tell,
        fault: Callable[[Path, str], None],
        holds: Callable[[Place], bool],
    ) -> None:
        self._store, self._settings, self._places, self._tagger = store, settings, places, tagger
        self._tell, self._fault, self._holds = tell, fault, holds
        self._waiting: deque[tuple[bytes, Place]] = deque()
        self.is_on = {settings.tagging.policy, *settings.tagging.folders.values()} != {"off"}

    def open(self) -> None:
        """Takes up writes that nobody saw the end of, and lines up what was never tagged. Raises StoreError."""
        self._take_up_writes()
        if self.is_on:
            self._waiting.extend(self._store.taggings.untagged())

    def _take_up_writes(self) -> None:
        """Whatever lies there now is looked at, and known for what it is; what a kill left half done goes."""
        here = {volume.uid for volume in self._places.volumes}
        for place, was, sha256 in self._store.taggings.pending():
            if place.volume not in here:
                continue
            clear_leftovers(self._places.folder_path(place.volume, place.folder))
            clear_leftovers(mirrored(self._settings.mirror_folder, place, "").parent)
            self._store.journal.note([place], SEEN, self._store.clock())
            known = self._store.index.one(place)
            if not was or (known is not None and known.stamp == look_at(os.fsencode(self._places.path_of(place)))):
                self._store.taggings.forget(place, sha256)  # it never came, or it was recorded

    def note(self, sha256: bytes, place: Place) -> None:
        """Lines up what was just taken in."""
        if self.is_on:
            self._waiting.append((sha256, place))

    def __len__(self) -> int:
        return len(self._waiting)

    def tag_next(self) -> set[bytes]:
        """Tags the next file that its policy wants tagged. Gives the contents that this touched. Raises StoreError."""
        sha256, place = self._waiting.popleft()
        way = self._policy(place)
        if way == "off" or self._holds(place) or self._store.assets.at(place) != sha256 or self._is_done(sha256, place):
            return set()
        try:
            plan = self._tagger.plan(place, sha256, Wish(_WAYS[way], self._settings.tagging.write))
            tagged = self._tagger.tag(plan)
        except (ChangedMeanwhile, CouldNotLook):
            return set()  # it is taken in anew, and comes here again
        except StoreError:
            raise
        except IdentityError as error:
            self._fault(self._settings.root, f"nothing can be signed: {error}")
            return set()
        except ProvenanceError as error:
            self._fault(error.path or self._places.path_of(place), f"not tagged: {error.message}")
            return set()
        if tagged is None:
            return set()
        what = f"{', '.join(tagged.wrote)} {tagged.way.value}"
        data = {"sha256": tagged.sha256.hex(), "was": tagged.was.hex(), "wrote": list(tagged.wrote), "way": tagged.way}
        self._tell(Event(EventKind.TAGGED, self._places.path_of(place), what, data))
        return {tagged.sha256, sha256}

    def _is_done(self, sha256: bytes, place: Place) -> bool:
        """True where there is nothing to say, or something was said: what a person took back is not written again."""
        nothing = self._store.assets.origin(sha256) is Origin.UNDECLARED and not self._store.fields.of(sha256)
        return nothing or any(one.way is Way.EMBEDDED or one.place == place for one in self._store.taggings.of(sha256))

    def _policy(self, place: Place) -> str:
        try:
            inside = inside_working(self._settings, self._places.folder_path(place.volume, place.folder))
        except UsageError:  # another station's volume
            return "off"
        return "off" if inside is None else policy_for(self._settings, inside)
