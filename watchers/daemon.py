"""The daemon: watch, sweep, settle, ingest, judge, until told to stop. One per production and workstation.

Events are hints and only make a folder due for a sweep; the first sweep comes after the watches are armed, so
that no gap is left, and another one every `sweep_minutes`, after a lost event, and when a root comes back.
"""

from __future__ import annotations

import contextlib
import os
import platform
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from provenance import __version__
from provenance.configuration import Settings
from provenance.errors import CouldNotLook, StoreError, StoreFull, StoreLocked, StoreUnreachable
from provenance.paths import show
from provenance.places import Places
from store import Store, open_store
from watchers import deliverables
from watchers.clocks import Clocks
from watchers.crawl import REAL_CLOCKS
from watchers.describer import Describer
from watchers.event import Event, EventKind, Tell
from watchers.heartbeat import write_heartbeat
from watchers.observe import Health, Observer
from watchers.pipeline import Pipeline
from watchers.single import only_one
from watchers.tag_plan import Signing

LOCK: Final = "daemon.lock"
QUIET_SECONDS: Final = 0.2
"""A folder is swept when nothing happened in it for so long."""

NAP_SECONDS: Final = 0.25
BEAT_SECONDS: Final = 5.0
TAKE_UP_SECONDS: Final = 30.0
HEALTH_SECONDS: Final = 60.0
STORE_RETRY_SECONDS: Final = 10.0


class Daemon:
    """Watches one production.

    Args:
        settings, places: of the production.
        store_file: where the store lies.
        tell: called with every Event, on the daemon's thread.
        clocks: time.
        open: how to open the store (tests hand in their own).
        signing: what it signs with where the policy says that files are tagged.
    """

    def __init__(
        self,
        settings: Settings,
        places: Places,
        store_file: Path,
        *,
        tell: Tell,
        clocks: Clocks = REAL_CLOCKS,
        open: Callable[[Path], Store] = open_store,
        signing: Signing = lambda: None,
    ) -> None:
        self._settings, self._places, self._file = settings, places, store_file
        self._tell, self._clocks, self._open, self._signing = tell, clocks, open, signing
        self._flags_shown: object = None
        self._flags_at = -1
        self._health: Health | None = None
        self._swept_at = 0
        self._trouble = ""

    def run(self, stop: threading.Event) -> None:
        """Runs until `stop` is set; finishes what it is doing, then returns.

        Raises AlreadyWatching, StoreError (at the start), ConfigurationError.
        """
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with (
            only_one(self._file.parent / LOCK),
            self._open(self._file) as store,
            Describer(self._settings.worker.describe_seconds, deep=self._settings.readers.exiftool) as describer,
        ):
            pipeline = Pipeline(store, self._settings, self._places, describer, self._clocks, self._tell, self._signing)
            pipeline.open()
            observer = Observer(tuple(os.fsencode(root) for root in pipeline.roots), self._clocks.monotonic)
            observer.start()
            try:
                roots = ", ".join(map(show, pipeline.roots))
                self._tell(Event(EventKind.STARTED, self._settings.root, f"watching {roots}"))
                self._loop(store, pipeline, observer, stop)
            finally:
                observer.stop()
                with contextlib.suppress(StoreError):
                    self._beat(store, pipeline, "stopped")
                self._tell(Event(EventKind.STOPPED, self._settings.root, "nothing is watched any more"))

    def _loop(self, store: Store, pipeline: Pipeline, observer: Observer, stop: threading.Event) -> None:
        next_sweep = next_beat = next_health = next_take_up = 0.0
        while not stop.is_set():
            now = self._clocks.monotonic()
            try:
                if now >= next_sweep or observer.take_overflow():
                    next_sweep = now + self._settings.watching.sweep_minutes * 60
                    pipeline.sweep_all()
                    self._swept_at = self._now_ms()
                    pipeline.deliveries.judge_all()
                self._follow(pipeline, observer)
                if now >= next_health:
                    next_health = now + HEALTH_SECONDS
                    self._health = observer.health()
                more = pipeline.turn()
                if now >= next_take_up:
                    next_take_up = now + TAKE_UP_SECONDS
                    pipeline.take_up()
                if now >= next_beat:
                    next_beat = now + BEAT_SECONDS
                    self._beat(store, pipeline, "running")
                self._show_flags(store, pipeline)
                self._trouble = ""
            except (StoreLocked, StoreFull, StoreUnreachable) as error:
                # What was seen is in the journal; nothing is lost by waiting until there is room again. What was to
                # be swept or judged meanwhile is found by sweeping and judging everything
                next_sweep = 0.0
                self._say_trouble(str(error))
                stop.wait(STORE_RETRY_SECONDS)
                continue
            if not more:
                due = pipeline.next_due()
                stop.wait(NAP_SECONDS if due is None else min(max(due - now, 0.01), NAP_SECONDS))

    def _follow(self, pipeline: Pipeline, observer: Observer) -> None:
        for root in observer.mend():
            pipeline.sweep(Path(os.fsdecode(root)))
        for dirty in observer.take(QUIET_SECONDS):
            pipeline.sweep(Path(os.fsdecode(dirty.root)), dirty.folder, deep=dirty.deep)

    def _show_flags(self, store: Store, pipeline: Pipeline) -> None:
        """Rewrites the flags pages where anything on them may have changed."""
        if pipeline.deliveries.told == self._flags_at:
            return
        self._flags_at = pipeline.deliveries.told
        found = [
            (one.delivery, one.name, one.code, one.text, one.is_open, one.decision and one.decision.uid)
            for one in store.decisions.findings()
        ]
        shown = (found, [(one.place, one.fault) for one in store.journal.faults()])
        if shown == self._flags_shown:
            return
        try:
            deliverables.write_flags_pages(store, self._settings, self._places, self._now_ms())
            self._flags_shown = shown
        except CouldNotLook as error:
            self._say_trouble(str(error))

    def _say_trouble(self, text: str) -> None:
        if text != self._trouble:
            self._trouble = text
            self._tell(Event(EventKind.FAULT, self._file, text, {"reason": text}))

    def _beat(self, store: Store, pipeline: Pipeline, state: str) -> None:
        depth, oldest = store.journal.depth()
        health = self._health
        beat: dict[str, Any] = {
            "state": state, "at": self._now_ms(), "pid": os.getpid(), "host": platform.node(), "version": __version__,
            "roots": [os.fsdecode(root) for root in pipeline.roots], "swept_at": self._swept_at,
            "queue": depth, "oldest": oldest, "waiting": pipeline.waiting,
            "done": pipeline.tally.done, "trouble": self._trouble,
        }  # fmt: skip
        if health is not None:
            beat["watching"] = {
                "alive": health.alive, "overflows": health.overflows, "watched": health.watched,
                "expected": health.expected, "limit": health.limit, "blind": health.blind,
                "unwatched": [os.fsdecode(one) for one in health.unwatched],
                "unarmed": [[os.fsdecode(root), reason] for root, reason in health.unarmed],
            }  # fmt: skip
        write_heartbeat(self._file, beat)

    def _now_ms(self) -> int:
        return self._clocks.wall_ns() // 1_000_000
