"""What the daemon tells while it works, as values: for a log line, a JSON line, or a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class EventKind(StrEnum):
    """What happened."""

    STARTED = "started"
    FOUND = "found"
    JUDGED = "judged"
    FLAGGED = "flagged"
    TAGGED = "tagged"
    GONE = "gone"
    FAULT = "fault"
    HELD = "held"
    PUT_BACK = "put back"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: kind, the file or folder, a sentence, and the same as data."""

    kind: EventKind
    path: Path | None
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)


Tell = Callable[[Event], None]


def say_nothing(event: Event) -> None:
    """For whoever does not want to be told."""
