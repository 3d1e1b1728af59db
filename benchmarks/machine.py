"""The machine a figure was measured on, its programs, and how long they take."""

from __future__ import annotations

import datetime
import os
import platform
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

COMMAND_LINE_LIMIT: Final = 500
"""Files named in one call of a peer."""


def describe_machine() -> dict[str, str]:
    """What a reader must know to compare: date, system, processor, Python, version."""
    try:
        ours = version("media-provenance-tracker")
    except PackageNotFoundError:
        ours = "a checkout, not installed"
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": f"{_processor()}, {os.cpu_count()} logical cores",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "provenance": ours,
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median_seconds(work: Callable[[], object], times: int) -> float:
    """The median of several calls."""
    return statistics.median(seconds(work) for _ in range(times))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def quietly(*command: str | Path, accept: tuple[int, ...] = (0,)) -> None:
    """Runs a command without showing its output. Raises RuntimeError where it fails."""
    ended = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if ended.returncode not in accept:
        words = ended.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"{' '.join(map(str, command))[:200]} ended with {ended.returncode}: {words[-500:]}")


def peer_seconds(command: Sequence[str], files: Sequence[Path] = (), *, accept: tuple[int, ...] = (0,)) -> float | None:
    """How long a peer takes over all the files, in as few calls as it allows; None where it is not here."""
    program = shutil.which(command[0])
    if program is None:
        return None
    batches = [files[at : at + COMMAND_LINE_LIMIT] for at in range(0, len(files), COMMAND_LINE_LIMIT)] or [()]

    def ask_all() -> None:
        for batch in batches:
            quietly(program, *command[1:], *batch, accept=accept)

    return seconds(ask_all)
