"""Time, handed in, and a count of what came of it: what the daemon and a scan drive the pipeline with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clocks:
    """Time, handed in: `monotonic` and `wall` in seconds, `wall_ns` in nanoseconds since 1970."""

    monotonic: Callable[[], float]
    wall: Callable[[], float]
    wall_ns: Callable[[], int]


@dataclass(slots=True)
class Tally:
    """What came of it so far, for progress and reports."""

    seen: int = 0
    done: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    bytes_done: int = 0
