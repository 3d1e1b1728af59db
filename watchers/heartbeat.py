"""The daemon's sign of life: a small file beside the store, rewritten in one step every few seconds."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

NAME: Final = "daemon.json"
LATE_SECONDS: Final = 30
"""A heartbeat older than that means the daemon is stuck or was killed."""


def write_heartbeat(store_file: Path, beat: Mapping[str, Any]) -> None:
    """Writes the heartbeat; a full disk or a forbidden folder is no reason to stop the daemon."""
    path = store_file.parent / NAME
    aside = path.with_name(f".provenance-{NAME}.tmp")
    try:
        aside.write_text(json.dumps(beat, sort_keys=True), encoding="utf-8")
        os.replace(aside, path)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def read_heartbeat(store_file: Path) -> dict[str, Any] | None:
    """The last heartbeat, or None where there is none that can be read."""
    try:
        found = json.loads((store_file.parent / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
