"""Sweep → settle → journal → ingest → judge, in turns. The daemon and a single scan drive the same one.

Everything that is seen is in the journal before anything acts on it, and leaves it in the transaction that
records what it was. Nothing here waits: whoever drives it decides when the next turn is.
"""

from __future__ import annotations

import heapq
import os
from pathlib import Path
from typing import Final

from provenance.configuration import Settings, read_rows, read_trust
from provenance.describe import versions
from provenance.errors import ChangedMeanwhile, CouldNotLook, ProvenanceError, StoreError
from provenance.hashlists import is_list
from provenance.model import FileStamp, Place, Strength
from provenance.places import Places
from provenance.sequences import parse_frame
from store import Store, Summary
from watchers.clocks import Clocks, Tally
from watchers.deliveries import Deliveries
from watchers.departures import Departures
from watchers.event import Event, EventKind, Tell
from watchers.families import Families, sequence_at
from watchers.ignore import Ignore, is_sidecar
from watchers.ingest import Describes, Ingest, Ingested
from watchers.ingest_sequence import SequenceIngest
from watchers.listed import speaks_of
from watchers.presence import Away, Presence
from watchers.reconcile import SEQUENCE, SIDECAR, Noted, Reconciler, family_name, watched_roots
from watchers.settle import Settler, Settling
from watchers.tag_plan import Signing
from watchers.tag_policy import TagPolicy
from watchers.tagger import Tagger

RETRY_SECONDS: Final = (5, 30, 120, 600, 3600)
"""How long to leave an unreadable file alone, by how often it failed."""

READERS_CHANGED: Final = "readers"

TOLD_LIMIT: Final = 20_000
"""Faults remembered so that each is told once; a daemon runs for months."""

TURN_SECONDS: Final = 0.5
"""Ingesting goes on this long before the driver gets its turn again."""


class Pipeline:
    """One production's line from a seen file to a judged one.

    Args:
        store, settings, places: of the production.
        describe: reads marks (`Describer`).
        clocks: time.
        tell: called with every Event.
        signing: what it signs with when it tags by policy.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        places: Places,
        describe: Describes,
        clocks: Clocks,
        tell: Tell,
        signing: Signing = lambda: None,
    ) -> None:
        self._store, self._settings, self._places, self._clocks, self._tell = store, settings, places, clocks, tell
        self.roots = watched_roots(settings)
        self._ignore = Ignore(settings.folders.ignore)
        self._presence = Presence(places, self.roots)
        self._reconciler = Reconciler(store, places, self._ignore, self._presence)
        rows = read_rows(settings)
        self._ingest = Ingest(
            store, places, settings, describe, trust=read_trust(settings), rows=rows,
            versions=versions(rows, settings.readers.exiftool), wall_ns=clocks.wall_ns,
        )  # fmt: skip
        self._sequence = SequenceIngest(store, places, self._ingest)
        quiet = settings.watching.settle_seconds
        self._files: Settler[Place] = Settler(clocks.monotonic, quiet, wall=clocks.wall)
        self._families = Families(places, settings.watching, clocks.monotonic, clocks.wall)
        self._ahead: set[Place] = set()
        self._ready: list[tuple[tuple[int, bytes, bytes], int, Place]] = []
        self._queued: set[Place] = set()
        self._pushed = 0
        self._departures = Departures(places, self._presence)
        self._told: set[tuple[str, str]] = set()
        self.tally = Tally()
        self.deliveries = Deliveries(store, settings, places, tell, self._fault, self._now_ms)
        tagger = Tagger(store, settings, places, self._ingest, signing)
        self._policy = TagPolicy(store, settings, places, tagger, tell, self._fault, self.deliveries.holds)

    def open(self) -> None:
        """Names the volumes and opens the configured deliveries. Raises StoreError."""
        for volume in self._places.volumes:
            self._store.name_volume(volume.uid, volume.root.name)
        self.deliveries.open()
        self._ask_again()
        self._policy.open()

    def _ask_again(self) -> None:
        """Notes what other readers than today's were asked about; only those that accept it read it again."""
        files: list[Place] = []
        families: list[Place] = []
        here = {volume.uid for volume in self._places.volumes}
        for _, place in self._store.assets.unasked(self._ingest.asked):
            if place.volume not in here:  # another station's, or no longer configured
                continue
            sequence = sequence_at(place)
            if sequence is None:
                files.append(place)
            else:
                families.append(Place(place.volume, place.folder, family_name(sequence)))
        self._store.journal.note(files, READERS_CHANGED, self._now_ms())
        self._store.journal.note(families, SEQUENCE, self._now_ms())

    def sweep_all(self) -> tuple[Noted, ...]:
        """Sweeps every root whole. Raises StoreError."""
        self.tally.seen = 0
        return tuple(self.sweep(root) for root in self.roots)

    def sweep(self, root: Path, start: bytes = b"", *, deep: bool = True) -> Noted:
        """Sweeps a root, or one folder of it. Raises StoreError."""
        noted = self._reconciler.reconcile(root, self._now_ms(), start=start, deep=deep)
        for path, reason in (*noted.faults, *noted.missing):
            self._fault(path, reason)
        self.tally.seen += noted.seen
        self._take_in(noted)
        return noted

    def sweep_folder(self, folder: Path, *, deep: bool = True) -> bool:
        """Sweeps a folder in whichever root it lies; False where it lies in none. Raises StoreError."""
        root = next((one for one in self.roots if folder.is_relative_to(one)), None)
        if root is None:
            return False
        inside = folder.relative_to(root)
        self.sweep(root, b"" if inside == Path() else os.fsencode(inside.as_posix()), deep=deep)
        return True

    def _take_in(self, noted: Noted) -> None:
        for place, stamp in (*noted.files.items(), *noted.sidecars.items()):
            self._see(place, stamp)
        for place, stamp in noted.frames.items():
            self._ahead.add(place)
            self._see(place, stamp)
        for place, members in noted.families.items():
            self._see_family(place, members or None)
        due = self._clocks.monotonic() + 2 * self._settings.watching.settle_seconds
        for place, known in noted.gone.items():
            self._departures.note(place, known.sha256, due)

    def take_up(self) -> None:
        """Looks at what the journal holds and nobody watches over: after a restart, and when a retry is due."""
        for waiting in self._store.journal.waiting(self._now_ms()):
            if any(waiting.place in those for those in (self._queued, self._files, self._departures)):
                continue
            if waiting.reason == SEQUENCE:
                if waiting.place not in self._families:
                    self._see_family(waiting.place)
            else:
                self._look(waiting.place)

    def _look(self, place: Place) -> None:
        """Looks at a place on disk. One that cannot be seen is not gone: it stays in the journal."""
        try:
            stamp = self._presence.stamp(place)
        except CouldNotLook as error:
            self._files.forget(place)
            self._not_seen(place, error)
        else:
            self._see(place, stamp)

    def _not_seen(self, place: Place, error: CouldNotLook) -> None:
        if not isinstance(error, Away):
            self._failed(place, error)

    def _see(self, place: Place, stamp: FileStamp | None) -> None:
        """One look at a file, whoever asked for it; the look that finds it settled may be any of them."""
        match self._files.look(place, stamp):
            case Settling.GONE:
                self._vanished(place)
            case Settling.SETTLED:
                self._queue(place)

    def turn(self) -> bool:
        """Does what is due now, for TURN_SECONDS at most; True where there is more to do at once.

        Raises StoreError.
        """
        now = self._clocks.monotonic()
        for place in self._files.due(now):
            self._look(place)
        for place in self._families.due(now):
            self._see_family(place)
        end = now + TURN_SECONDS
        while self._ready and self._clocks.monotonic() < end:
            place = heapq.heappop(self._ready)[-1]
            self._queued.discard(place)
            self._work(place)
        for place in self._departures.take_due(now):
            self._vanished(place)
        while self._policy and not self._ready and self._clocks.monotonic() < end:
            self.deliveries.judge(self._policy.tag_next())
        self.deliveries.settle()
        return bool(self._ready or self._policy)

    def _queue(self, place: Place) -> None:
        if place not in self._queued:
            self._queued.add(place)
            self._pushed += 1
            heapq.heappush(self._ready, (self._urgency(place), self._pushed, place))

    def _urgency(self, place: Place) -> tuple[int, bytes, bytes]:
        """What is declared to be AI first, so that a copy of it is known for what it is; then the deliveries."""
        rank = 0 if self._ingest.declares_ai(place) else 1 if self.deliveries.holds(place) else 2
        return rank, place.folder, place.name

    def _see_family(self, family: Place, frames: dict[bytes, FileStamp] | None = None) -> None:
        try:
            self._presence.require(family)
            state = self._families.look(family, frames)
        except CouldNotLook as error:
            self._families.forget(family)
            self._not_seen(family, error)
        else:
            if state is not Settling.WAITING:
                self._queue(family)

    def _work(self, place: Place) -> None:
        """Ingests one settled place; a fault is kept in the journal and told once."""
        try:
            if place in self._ahead:
                self._ahead.discard(place)
                self._look_ahead(place)
            elif is_sidecar(place.name):
                self._pass_on(place)
            elif self._families.is_family(place):
                self._work_family(place)
            else:
                self._presence.stamp(place)
                self._after(self._ingest.ingest(place, self._moved_from), place)
                if is_list(os.fsdecode(place.name)):
                    self._look_again(*speaks_of(self._store, place, self._places.path_of(place)))
        except ChangedMeanwhile:
            self._again(place)
        except (StoreError, Away) as error:
            if isinstance(error, StoreError):
                raise
        except OSError as error:
            self._failed(place, CouldNotLook(error.strerror or type(error).__name__))
        except ProvenanceError as error:
            self._failed(place, error)

    def _look_ahead(self, place: Place) -> None:
        frame = parse_frame(place.name)
        found = self._sequence.look_ahead(place, frame.frame if frame is not None else 0)
        if found is not None:
            self._after(found, place)

    def _work_family(self, family: Place) -> None:
        found = self._families.sequences(family)
        if not found:
            self._presence.require(family)
            self._dissolve(family)
        for sequence, stamps in found:
            ingested = self._sequence.ingest(family, sequence, stamps, self._moved_from)
            self._after(ingested, ingested.place)
        with self._store.writing():
            self._store.journal.done(family)

    def _dissolve(self, family: Place) -> None:
        """A sequence of which too few frames are left: its sighting ends, what is left are single files."""
        due = self._clocks.monotonic() + 2 * self._settings.watching.sequence_settle_seconds
        for sighting in self._sequence.dissolve(family, self._now_ms()):
            self._departures.note(sighting.place, sighting.sha256, due)
        folder = self._places.folder_path(family.volume, family.folder)
        if folder.is_dir():
            self.sweep_folder(folder, deep=False)

    def _pass_on(self, sidecar: Place) -> None:
        """A companion settled: the files it speaks about are read again."""
        stamp = self._presence.stamp(sidecar)
        mains, families = speaks_of(self._store, sidecar, self._places.path_of(sidecar))
        with self._store.writing():
            if stamp is not None:
                self._store.index.put(sidecar, stamp, None, 0)
            self._look_again(mains, families)
            self._store.journal.done(sidecar)

    def _look_again(self, mains: list[Place], families: set[Place]) -> None:
        with self._store.writing():
            self._store.journal.note(mains, SIDECAR, self._now_ms())
            self._store.journal.note(families, SEQUENCE, self._now_ms())
        for main in mains:
            self._look(main)
        for family in families:
            self._sequence.forget_family(family)
            self._see_family(family)

    def _after(self, ingested: Ingested, place: Place) -> None:
        """Counts, tells, and judges what the new knowledge touches."""
        if ingested.sha256 is None:
            self._tell_gone(place, "deleted")
            touched = self.deliveries.left(place)
        else:
            self.tally.done += 1
            self.tally.new += ingested.new
            summary = self._store.assets.summary(ingested.sha256)
            self.tally.bytes_done += summary.size
            self._tell_found(ingested, summary)
            touched = {ingested.sha256, *ingested.gave_way} | self.deliveries.left(place)
            self._policy.note(ingested.sha256, ingested.place)
        self.deliveries.judge(touched)

    def _moved_from(self, sha256: bytes) -> Place | None:
        """A place that held this content and is empty now: then it moved."""
        place = self._departures.take_moved(sha256)
        if place is not None:
            self._store.index.drop(place.volume, place.folder, [place.name])
            self._store.journal.done(place)
        return place

    def _vanished(self, place: Place) -> None:
        """Nothing lies at a place any more: its sighting ends, its asset stays known."""
        self._ahead.discard(place)
        if sequence_at(place) is not None and not self._departures.is_empty(place):
            self._store.journal.done(place)  # rendered anew under the same name
            return
        touched = self.deliveries.left(place)
        was = self._store.assets.at(place)
        self._ingest.end(place, "deleted")
        if was is not None:
            self._tell_gone(place, "deleted")
        self.deliveries.judge(touched)

    def _again(self, place: Place) -> None:
        if self._families.is_family(place):
            self._see_family(place)
        else:
            self._look(place)

    def _failed(self, place: Place, error: ProvenanceError) -> None:
        tries = self._store.journal.tries(place)
        wait = RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)]
        with self._store.writing():
            self._store.journal.note([place], SEQUENCE if self._families.is_family(place) else "seen", self._now_ms())
            self._store.journal.failed(place, str(error.message), self._now_ms() + wait * 1000)
        self.deliveries.told += 1
        self._fault(error.path or self._places.path_of(place), error.message)

    def _fault(self, path: Path, reason: str) -> None:
        # Once, not ten thousand times: a folder that cannot be read is told when it begins, not at every sweep
        if (key := (str(path), reason)) not in self._told:
            if len(self._told) >= TOLD_LIMIT:
                self._told.clear()
            self._told.add(key)
            self._tell(Event(EventKind.FAULT, path, reason, {"reason": reason}))

    def _tell_found(self, ingested: Ingested, summary: Summary) -> None:
        kind = EventKind.FOUND if ingested.new else EventKind.JUDGED
        origin, strength = summary.origin.value, summary.strength.words
        data = {
            "sha256": summary.sha256.hex(), "origin": origin, "strength": strength,
            "tainted": summary.tainted, "new": ingested.new,
        }  # fmt: skip
        if summary.origin is not summary.verdict:  # not the file's own word
            strength = f"declared; the file says {summary.verdict.value}"
        elif summary.strength is Strength.NONE:
            strength = "it says nothing of its origin"
        self._tell(Event(kind, self._places.path_of(ingested.place), f"{origin} ({strength})", data))

    def _tell_gone(self, place: Place, reason: str) -> None:
        self.tally.gone += 1
        self._tell(Event(EventKind.GONE, self._places.path_of(place), reason, {"reason": reason}))

    def _now_ms(self) -> int:
        return self._clocks.wall_ns() // 1_000_000

    @property
    def waiting(self) -> int:
        """How many places are seen and not yet done."""
        return len(self._files) + len(self._families) + len(self._ready) + len(self._departures) + len(self._policy)

    def next_due(self) -> float | None:
        """When the next look is due (`monotonic` seconds), or None where nothing waits."""
        times = (self._files.next_due(), self._families.next_due(), self._departures.next_due())
        return min((one for one in times if one is not None), default=None)
