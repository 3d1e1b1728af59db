"""Folders in which something may have changed, kept until they are quiet enough to be swept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

DIRTY_LIMIT: Final = 50_000
"""Dirty folders kept apart; with more of them, sweeping everything is cheaper than keeping the list."""

PATIENCE: Final = 10
"""A folder in which it never becomes quiet is handed out after this many quiet periods all the same."""


@dataclass(frozen=True, slots=True)
class DirtyFolder:
    """A folder in which something may have changed.

    Args:
        root: the watched root, as it was given.
        folder: relative to it, ``/`` between, empty for the root itself.
        deep: true where a whole folder came or moved: what lies below must be swept too.
        since: when it was first marked (clock seconds).
    """

    root: bytes
    folder: bytes
    deep: bool
    since: float


class DirtyFolders:
    """The folders waiting to be swept. Marked on the observing thread (a dict entry, nothing else), taken on
    another.

    Args: clock, seconds that do not run backwards.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._dirty: dict[tuple[bytes, bytes], tuple[float, float, bool]] = {}
        self._lost = False
        self.overflows = 0

    def lose(self) -> None:
        """Notes that something was missed. Told several times for one overflow, counted once until taken."""
        with self._lock:
            self.overflows += 0 if self._lost else 1
            self._lost = True

    def take_lost(self) -> bool:
        """True once after a loss: everything must be swept."""
        with self._lock:
            lost, self._lost = self._lost, False
        return lost

    def mark(self, root: bytes, folder: bytes, deep: bool) -> None:
        """Notes that something happened in a folder; too many of them count as a loss."""
        now = self._clock()
        with self._lock:
            first, _, was_deep = self._dirty.get((root, folder), (now, now, False))
            self._dirty[root, folder] = (first, now, deep or was_deep)
            full = len(self._dirty) > DIRTY_LIMIT
            if full:
                self._dirty.clear()
        if full:
            self.lose()

    def take(self, quiet_seconds: float) -> list[DirtyFolder]:
        """The folders in which nothing happened for so long, each handed out once. One in which it never gets
        quiet comes after PATIENCE times as long; after a clock that jumped back, all come.
        """
        now = self._clock()
        with self._lock:
            ready = [
                DirtyFolder(root, folder, deep, first)
                for (root, folder), (first, last, deep) in self._dirty.items()
                if now - last >= quiet_seconds or now - first >= PATIENCE * quiet_seconds or now < last
            ]
            for each in ready:
                del self._dirty[each.root, each.folder]
        return ready
