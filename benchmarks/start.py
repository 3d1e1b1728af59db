"""Start of the command line: what a person waits before anything happens."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.machine import median_seconds, quietly
from benchmarks.table import Row, Section, beside

TITLE: Final = "starting the command line (the promise: under 0.3 s)"
SAMPLES: Final = Path(__file__).resolve().parents[1] / "sample_media"


def run(smoke: bool) -> Iterator[Section]:
    """Medians of 3 starts; of 15 for the real figure."""
    times = 3 if smoke else 15
    provenance = (sys.executable, "-m", "provenance")
    with tempfile.TemporaryDirectory() as temporary:
        still = _small_production(Path(temporary), provenance)
        version = median_seconds(lambda: quietly(*provenance, "--version"), times)
        show = median_seconds(lambda: quietly(*provenance, "show", still, "--production", temporary), times)
        python = median_seconds(lambda: quietly(sys.executable, "-c", "pass"), times)
    exiftool = shutil.which("exiftool")
    peer = median_seconds(lambda: quietly(str(exiftool), "-ver"), times) if exiftool else None
    rows = (
        Row("provenance --version", version, "s"),
        Row("provenance show FILE", show, "s", note="in a production of three files"),
        beside(version, "python -c pass", python, "s"),
        beside(version, "exiftool -ver", peer, "s"),
    )
    yield Section(f"median of {times} starts", rows)


def _small_production(root: Path, provenance: tuple[str, ...]) -> Path:
    for name in ("captured.jpg", "ai_generated.png", "stripped.jpg"):
        shutil.copy2(SAMPLES / "stills" / name, root / name)
    quietly(*provenance, "init", root)
    quietly(*provenance, "scan", "--production", root)
    return root / "captured.jpg"
