"""Hints that something changed, from the operating system. The only module that knows watchdog.

An event only marks its folder dirty; a sweep of that folder finds out what happened. So a lost event costs
time, never a file, provided that losses are noticed: watchdog reports a queue overflow to its log only, and
passes over folders that it could not watch. Both are made visible here (`Health`), and both mean that
everything must be swept again. On macOS and Windows losses are not reported at all; there, and for in-place
writes through a memory map, the periodic sweep is what finds them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from watchdog import events
from watchdog.observers import Observer as SystemObserver
from watchdog.observers.api import BaseObserver, ObservedWatch

from watchers import inotify
from watchers.dirty import DirtyFolder, DirtyFolders

# Never Opened, never ClosedNoWrite: with them watchdog reports our own reads, and from about 5,000 folders
# on it drowns in the events of its own walk (81-102 % of a core for ever, most events lost).
WANTED: Final[tuple[type[events.FileSystemEvent], ...]] = (
    events.FileCreatedEvent,
    events.FileClosedEvent,
    events.FileMovedEvent,
    events.FileDeletedEvent,
    events.DirCreatedEvent,
    events.DirMovedEvent,
    events.DirDeletedEvent,
    # Only inotify knows when a writer closes a file; elsewhere writing in place shows as modified only.
    *(() if sys.platform == "linux" else (events.FileModifiedEvent,)),
)

OVERFLOW_MESSAGE: Final = "Inotify queue overflowed"
"""How the messages begin that watchdog 7 writes to its log when events were lost. Pinned by a test."""

NAMED_LIMIT: Final = 100
"""Unwatched folders named in Health; beyond that their number says enough."""

_JOIN_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Health:
    """What a supervisor may know about the hints, and what they cannot see.

    Args:
        alive: the threads run, for every root that is there.
        overflows: how often events were lost since the start.
        unarmed: (root, reason) of roots that are not watched.
        watched: folders the kernel watches for us; None where the system does not tell.
        expected: folders there are; None as above.
        unwatched: some of those that are not watched (up to NAMED_LIMIT), absolute.
        limit: how many the kernel allows a user, or None.
    """

    alive: bool
    overflows: int
    unarmed: tuple[tuple[bytes, str], ...]
    watched: int | None = None
    expected: int | None = None
    unwatched: tuple[bytes, ...] = ()
    limit: int | None = None

    @property
    def blind(self) -> bool:
        """True where hints are missing, so that only sweeps find what changes."""
        return not self.alive or bool(self.unarmed) or (self.watched or 0) < (self.expected or 0)


class _RootMarks(events.FileSystemEventHandler):
    """Translates the events of one root into marks."""

    def __init__(self, marks: DirtyFolders, root: bytes, real: bytes) -> None:
        self._marks = marks
        self._root = root
        self._real = real

    def on_any_event(self, event: events.FileSystemEvent) -> None:
        """Marks the folder a file lies in; for a folder, itself and the one it lies in. A move, both ends."""
        for raw in (event.src_path, event.dest_path):
            path = _relative(os.fsencode(raw), self._real) if raw else None
            if path is None:
                continue
            if path:
                self._marks.mark(self._root, path.rpartition(b"/")[0], False)
            if event.is_directory:
                self._marks.mark(self._root, path, not isinstance(event, events.DirDeletedEvent))


class _LogListener(logging.Handler):
    """Hears the only word that watchdog says about lost events."""

    def __init__(self, lose: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._lose = lose

    def emit(self, record: logging.LogRecord) -> None:
        """Takes one record of watchdog's log."""
        if record.getMessage().startswith(OVERFLOW_MESSAGE):
            self._lose()


@dataclass(frozen=True, slots=True)
class _Armed:
    watch: ObservedWatch
    identity: tuple[int, int]


class Observer:
    """Watches roots and collects the folders in which something may have changed.

    Args: roots, absolute paths as bytes; they may be missing, `mend` takes them up when they come.
    clock: seconds that do not run backwards.
    """

    def __init__(self, roots: tuple[bytes, ...], clock: Callable[[], float] = time.monotonic) -> None:
        self._roots = roots
        self._marks = DirtyFolders(clock)
        self._listener = _LogListener(self._marks.lose)
        self._system: BaseObserver | None = None
        self._inotify: frozenset[str] = frozenset()
        self._armed: dict[bytes, _Armed] = {}
        self._unarmed: dict[bytes, str] = dict.fromkeys(roots, "not started")
        self._lock = threading.RLock()

    def start(self) -> None:
        """Begins to watch. A second call does nothing. Sweep everything *after* this, so that no gap is left.

        A root that cannot be watched is noted in `health`.
        """
        with self._lock:
            if self._system is not None:
                return
            _calm_watchdog()
            before = inotify.descriptors()
            self._system = SystemObserver()
            self._inotify = inotify.descriptors() - before
            logging.getLogger("watchdog").addHandler(self._listener)
            self._system.start()
            for root in self._roots:
                self._arm(root)

    def stop(self) -> None:
        """Ends watching; a second call does nothing. Folders already marked can still be taken."""
        with self._lock:
            if self._system is None:
                return
            logging.getLogger("watchdog").removeHandler(self._listener)
            system, self._system = self._system, None
            self._armed.clear()
            self._unarmed = dict.fromkeys(self._roots, "stopped")
        system.stop()
        system.join(_JOIN_SECONDS)

    def take(self, quiet_seconds: float) -> list[DirtyFolder]:
        """The dirty folders in which nothing happened for so long, each handed out once.

        One in which it never gets quiet comes after PATIENCE times as long.
        """
        return self._marks.take(quiet_seconds)

    def take_overflow(self) -> bool:
        """True once after events were lost: everything must be swept."""
        return self._marks.take_lost()

    def mend(self) -> tuple[bytes, ...]:
        """Watches again what is no longer watched: a root that came back or was mounted anew, a dead thread.

        Cheap, for every turn of the daemon. Returns the roots newly watched; each must be swept whole,
        because nobody looked in between.
        """
        with self._lock:
            if self._system is None:
                return ()
            if not self._threads_live(self._system):
                self.stop()
                self.start()
                return tuple(root for root in self._roots if root in self._armed)
            for root, armed in tuple(self._armed.items()):
                if not self._holds(root, armed):
                    self._disarm(root)
            return tuple(root for root in self._roots if root not in self._armed and self._arm(root))

    def health(self) -> Health:
        """The state of everything. Counts all folders (0.2 s for 200,000 files): ask once a minute or so."""
        with self._lock:
            system = self._system
            armed = dict(self._armed)
            unarmed = tuple((root, self._unarmed[root]) for root in self._roots if root in self._unarmed)
            descriptors = self._inotify
        alive = (
            system is not None
            and self._threads_live(system)
            and all(self._holds(root, each) for root, each in armed.items())
        )
        if not descriptors:
            return Health(alive, self._marks.overflows, unarmed)
        watched = inotify.watched_inodes(descriptors)
        there = {path: ino for root in armed for path, ino in inotify.folders_below(os.path.realpath(root))}
        unwatched: list[bytes] = []
        if len(watched) < len(there):
            # Inode numbers of an overlay may differ from those the kernel watches, so they only serve to
            # name folders once the numbers disagree.
            known = frozenset(watched)
            unwatched = sorted(path for path, inode in there.items() if inode not in known)
        named = tuple(unwatched[:NAMED_LIMIT])
        return Health(alive, self._marks.overflows, unarmed, len(watched), len(there), named, inotify.watch_limit())

    def _arm(self, root: bytes) -> bool:
        assert self._system is not None
        # A symlinked root, or macOS's /var: the kernel watches the folder and reports its real path.
        real = os.path.realpath(root)
        try:
            with os.scandir(real):
                pass  # watchdog itself passes over a root that may not be read
            identity = _identity(real)
            watch = self._system.schedule(
                _RootMarks(self._marks, root, real),
                os.fsdecode(real),
                recursive=True,
                event_filter=list(WANTED),
            )
        except OSError as error:
            self._unarmed[root] = error.strerror or str(error)
            return False
        self._armed[root] = _Armed(watch, identity)
        self._unarmed.pop(root, None)
        self._hook_overflow(watch)
        return True

    def _hook_overflow(self, watch: ObservedWatch) -> None:
        # The second ear: a logging configuration may have silenced watchdog's log.
        for emitter in tuple(self._system.emitters) if self._system is not None else ():
            group = getattr(emitter, "_inotify", None)
            told = getattr(group, "on_queue_overflow", None)
            if emitter.watch == watch and callable(told):
                group.on_queue_overflow = _both(self._marks.lose, told)  # type: ignore[union-attr]

    def _disarm(self, root: bytes) -> None:
        assert self._system is not None
        armed = self._armed.pop(root)
        self._unarmed[root] = "it went away"
        with contextlib.suppress(KeyError):
            self._system.unschedule(armed.watch)

    def _holds(self, root: bytes, armed: _Armed) -> bool:
        try:
            same = _identity(os.path.realpath(root)) == armed.identity
        except OSError:
            return False
        emitters = tuple(self._system.emitters) if self._system is not None else ()
        return same and any(each.is_alive() for each in emitters if each.watch == armed.watch)

    def _threads_live(self, system: BaseObserver) -> bool:
        reader = getattr(system, "_inotify_fd", None)
        return system.is_alive() and (reader is None or reader.is_alive())


def _calm_watchdog() -> None:
    # When a folder appears inside one just made, watchdog registers it twice and warns about that, on the
    # thread that reads events. Harmless, unless warnings are errors (python -W error): then the thread dies.
    warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)


def _both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    def call() -> None:
        first()
        second()

    return call


def _relative(path: bytes, real: bytes) -> bytes | None:
    if path == real:
        return b""
    separator = os.fsencode(os.sep)
    prefix = real.rstrip(separator) + separator
    if not path.startswith(prefix):
        return None
    return path[len(prefix) :].replace(separator, b"/")


def _identity(path: bytes) -> tuple[int, int]:
    found = os.stat(path)  # noqa: PTH116 (bytes)
    return found.st_dev, found.st_ino
