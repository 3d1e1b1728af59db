"""Describing hostile files in a process of its own: one that hangs is ended and named, and memory is measured apart.

A job is a function `jobs` (``module:name``) that yields (name, path); the child calls it, so that files may be made
one after the other. Run as `python -m tests.provenance.described_apart JOB.json`.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS_AT_MOST = 2.0
MEGABYTES_AT_MOST = 300
ALARM_SECONDS = 20
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Outcome:
    """What came of describing one file."""

    name: str
    seconds: float
    origin: str
    faults: tuple[str, ...]
    silent: bool


def described(
    folder: Path, sources: Sequence[Path], jobs: str = "tests.provenance.described_apart:as_they_are", count: int = 0
) -> tuple[list[Outcome], float]:
    """What the child says of the files that `jobs` makes of the sources, and its peak memory in MB."""
    job = folder / "job.json"
    encoded = [os.fsencode(path).hex() for path in sources]
    told = {"jobs": jobs, "sources": encoded, "count": count, "folder": str(folder)}
    job.write_text(json.dumps(told), encoding="utf-8")
    child = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.provenance.described_apart", str(job)],
        capture_output=True, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    lines = [json.loads(line) for line in child.stdout.splitlines()]
    begun = [line["begun"] for line in lines if "begun" in line][-1:]
    assert child.returncode == 0, f"ended with {child.returncode} over {begun}: {child.stderr[-1500:]}"
    outcomes = [
        Outcome(line["name"], line["seconds"], line["origin"], tuple(line["faults"]), line["silent"])
        for line in lines if "name" in line
    ]  # fmt: skip
    return outcomes, lines[-1]["megabytes"]


def assert_safe(outcomes: list[Outcome], megabytes: float) -> None:
    """No file took long, none made a reader raise, none passed in silence, and little memory was taken."""
    slow = [one for one in outcomes if one.seconds > SECONDS_AT_MOST]
    leaked = [one for one in outcomes if "reader.failed" in one.faults]
    silent = [one for one in outcomes if one.silent]

    assert (slow, leaked, silent) == ([], [], [])
    assert megabytes < MEGABYTES_AT_MOST


def as_they_are(job: dict[str, Any], sources: list[Path]) -> list[tuple[str, Path]]:
    """The sources themselves."""
    return [(path.name, path) for path in sources]


def serve(job: dict[str, Any]) -> None:
    """Describes what the job names, one line of JSON before and one after each file; then its memory."""
    from provenance.describe import describe

    module, _, name = job["jobs"].partition(":")
    make = getattr(importlib.import_module(module), name)
    sources = [Path(os.fsdecode(bytes.fromhex(each))) for each in job["sources"]]
    for what, path in make(job, sources):
        _tell({"begun": what})
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, ALARM_SECONDS)
        # Time of the processor, because the machine may be busy with other tests; the alarm ends what only waits.
        began = time.process_time()
        told = describe(path)
        seconds = time.process_time() - began
        silent = not (told.faults or told.readers or told.unchecked)
        faults = [fault.code for fault in told.faults]
        _tell({"name": what, "seconds": seconds, "origin": told.verdict.origin.value, "faults": faults,
               "silent": silent})  # fmt: skip
    _tell({"megabytes": _peak_megabytes()})


def _tell(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _peak_megabytes() -> float:
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / (1 << 20)
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage: on Linux its peak counts that of the parent, from before the child was itself.
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024


if __name__ == "__main__":
    serve(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
