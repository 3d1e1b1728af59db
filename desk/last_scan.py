"""When `scan` last went through everything: a small file beside the store, for `status`."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

NAME: Final = "last-scan"


def note_scan(store_file: Path, at: int) -> None:
    """Notes a whole scan that ended at `at` (milliseconds since 1970). Failing to is no reason to fail."""
    aside = store_file.with_name(f".provenance-{NAME}.tmp")
    with contextlib.suppress(OSError):
        aside.write_text(str(at), encoding="ascii")
        os.replace(aside, store_file.with_name(NAME))


def last_scan(store_file: Path) -> int | None:
    """When the last whole scan ended, in milliseconds since 1970; None where there was none."""
    try:
        with store_file.with_name(NAME).open("rb") as file:
            return int(file.read(32))
    except (OSError, ValueError):
        return None
