"""Walking a tree: os.scandir, which the sweep uses, beside the other ways to do it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.machine import median_seconds, peer_seconds
from benchmarks.table import Row, Section, beside

TITLE: Final = "naming every file of a tree with its size and times"
FILES_IN_A_FOLDER: Final = 50


def run(smoke: bool) -> Iterator[Section]:
    """2,000 files; 50,000 for the real figure."""
    count, times = (2_000, 2) if smoke else (50_000, 3)
    with tempfile.TemporaryDirectory() as temporary:
        top = Path(temporary)
        _grow(top, count)
        ours = median_seconds(lambda: _scandir(str(top)), times)
        rows = [
            Row("os.scandir", ours, "s"),
            beside(ours, "os.walk + os.stat", median_seconds(lambda: _walk(str(top)), times), "s"),
            beside(ours, "pathlib rglob + stat", median_seconds(lambda: _pathlib(top), times), "s"),
            beside(ours, "find -printf '%p %s %T@'", peer_seconds(("find", str(top), "-printf", "%p %s %T@\n")), "s"),
        ]
        yield Section(f"{count:,} empty files in {count // FILES_IN_A_FOLDER:,} folders, cached", tuple(rows))


def _grow(top: Path, count: int) -> None:
    for number in range(count // FILES_IN_A_FOLDER):
        folder = top / f"day_{number // 100:02}" / f"reel_{number:04}"
        folder.mkdir(parents=True)
        for name in range(FILES_IN_A_FOLDER):
            (folder / f"clip_{name:02}.mov").touch()


def _scandir(folder: str) -> int:
    found = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                found += _scandir(entry.path)
            else:
                entry.stat(follow_symlinks=False)
                found += 1
    return found


def _walk(top: str) -> int:
    found = 0
    for folder, _, names in os.walk(top):
        for name in names:
            os.stat(os.path.join(folder, name), follow_symlinks=False)
            found += 1
    return found


def _pathlib(top: Path) -> int:
    return sum(1 for path in top.rglob("*") if not path.is_dir() and path.stat().st_size >= 0)
