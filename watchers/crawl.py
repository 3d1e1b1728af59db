"""One whole pass over a production: sweep, settle, ingest, judge, until nothing waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provenance.configuration import Settings
from provenance.errors import UsageError
from provenance.model import Finding
from provenance.places import Places
from store import Store
from watchers import deliverables
from watchers.clocks import Clocks
from watchers.describer import Describer
from watchers.event import Event, EventKind, Tell, say_nothing
from watchers.ingest import Describes
from watchers.pipeline import Pipeline
from watchers.tag_plan import Signing

REAL_CLOCKS: Final = Clocks(time.monotonic, time.time, time.time_ns)
_NAP_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a scan is: files done and known of, bytes read, the file that was done last."""

    done: int
    total: int
    bytes_done: int
    current: Path | None


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan found.

    Args: found is the files seen; new, changed and gone count assets and sightings; faults name what could not
    be looked at; flags are all open findings; waiting is what did not settle before the scan was stopped.
    """

    found: int
    new: int
    done: int
    gone: int
    faults: tuple[tuple[Path, str], ...]
    flags: tuple[Finding, ...]
    waiting: int


def scan_once(
    store: Store,
    places: Places,
    settings: Settings,
    *,
    folders: Sequence[Path] = (),
    progress: Callable[[ScanProgress], None] = lambda _: None,
    tell: Tell = say_nothing,
    stop: threading.Event | None = None,
    describe: Describes | None = None,
    clocks: Clocks = REAL_CLOCKS,
    patience_seconds: float = 600.0,
    signing: Signing = lambda: None,
) -> ScanReport:
    """Looks at everything once and waits until it has settled.

    Args:
        folders: only these (inside the watched roots); all roots where empty.
        progress: called after every file.
        stop: set it to end early.
        describe: who reads marks; a worker process of its own where None.
        signing: what is signed with where the policy says that files are tagged.
        patience_seconds: a file that still grows after that long is left waiting, and named so.

    Raises StoreError, ConfigurationError, UsageError (a folder outside the production).
    """
    if describe is None:
        with Describer(settings.worker.describe_seconds, deep=settings.readers.exiftool) as describer:
            return scan_once(
                store, places, settings, folders=folders, progress=progress, tell=tell, stop=stop,
                describe=describer, clocks=clocks, patience_seconds=patience_seconds, signing=signing,
            )  # fmt: skip
    faults: list[tuple[Path, str]] = []

    def listen(event: Event) -> None:
        if event.kind is EventKind.FAULT and event.path is not None:
            faults.append((event.path, event.text))
        tell(event)
        if event.kind in (EventKind.FOUND, EventKind.JUDGED):
            tally = pipeline.tally
            progress(ScanProgress(tally.done, tally.done + pipeline.waiting, tally.bytes_done, event.path))

    pipeline = Pipeline(store, settings, places, describe, clocks, listen, signing)
    pipeline.open()
    _sweep(pipeline, folders)
    pipeline.take_up()
    _work_off(pipeline, stop or threading.Event(), clocks, patience_seconds)
    flags = pipeline.deliveries.judge_all()
    deliverables.write_flags_pages(store, settings, places, clocks.wall_ns() // 1_000_000)
    tally = pipeline.tally
    return ScanReport(
        tally.seen, tally.new, tally.done, tally.gone, tuple(faults),
        tuple(one for one in flags if one.is_open), pipeline.waiting,
    )  # fmt: skip


def _sweep(pipeline: Pipeline, folders: Sequence[Path]) -> None:
    if not folders:
        pipeline.sweep_all()
    for folder in folders:
        if not pipeline.sweep_folder(folder):
            raise UsageError(
                "this lies outside the production's folders",
                path=folder,
                remedy="add its folder to `working` in provenance.toml",
            )


def _work_off(pipeline: Pipeline, stop: threading.Event, clocks: Clocks, patience: float) -> None:
    """Turns until nothing waits. A file that keeps growing ends it after a while: it stays in the journal."""
    last, left = clocks.monotonic(), -1
    while not stop.is_set():
        more = pipeline.turn()
        now, waiting = clocks.monotonic(), pipeline.waiting
        if waiting != left:
            last, left = now, waiting
        due = pipeline.next_due()
        if (due is None and not more) or now - last > patience:
            return
        if not more and due is not None:
            stop.wait(min(max(due - now, 0.001), _NAP_SECONDS))
