"""What it costs to ask one file everything, and which reader the time goes to."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.machine import peer_seconds, percentile
from benchmarks.table import Row, Section, beside
from provenance.contracts import Reader
from provenance.describe import describe
from provenance.errors import CouldNotLook
from provenance.model import Reading
from provenance.readers import READERS

TITLE: Final = "describing one file: every reader that accepts it, essence and verdict"
HERE: Final = Path(__file__).resolve().parents[1]
SLOWEST: Final = 3


class Timed:
    """A reader that notes how long each of its readings took, in milliseconds."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.NAME = reader.NAME
        self.VERSION = reader.VERSION
        self.SIDECARS: frozenset[str] = getattr(reader, "SIDECARS", frozenset())
        self.took: list[float] = []

    def accepts(self, path: Path, head: bytes) -> bool:
        """As the reader itself."""
        return self._reader.accepts(path, head)

    def read(self, source: object) -> Reading:
        """As the reader itself, with a watch beside it."""
        began = time.perf_counter()
        try:
            return self._reader.read(source)  # type: ignore[arg-type]
        finally:
            self.took.append(1_000 * (time.perf_counter() - began))


def run(smoke: bool) -> Iterator[Section]:
    """Each sample once; three times, and the corpus where it is present, for the real figure."""
    times = 1 if smoke else 3
    samples = _files(HERE / "sample_media", ("stills", "clips", "sidecars", "sequences", "broken"))
    yield from _measure("sample_media", samples, times)
    corpus = Path(os.environ.get("PROVENANCE_CORPUS") or HERE.parent / "shared" / "corpus")
    if smoke:
        return
    if not (corpus / "LABELS.csv").is_file():
        yield Section("the corpus", (Row("files", None, note="not here; set PROVENANCE_CORPUS to its folder"),))
        return
    yield from _measure("the corpus of real files", _files(corpus, ("",)), 1)


def _files(top: Path, folders: Sequence[str]) -> list[Path]:
    return sorted(path for folder in folders for path in (top / folder).rglob("*") if path.is_file())


def _measure(name: str, files: Sequence[Path], times: int) -> Iterator[Section]:
    readers = [Timed(reader) for reader in READERS]
    took: list[tuple[float, Path]] = []
    _load_libraries(files)
    for path in list(files) * times:
        began = time.perf_counter()
        try:
            describe(path, readers=readers)
        except CouldNotLook:
            continue  # an empty file or one that may not be read: it costs nothing worth a figure
        took.append((1_000 * (time.perf_counter() - began), path))
    yield Section(f"{name}: {len(files):,} files, {_megabytes(files):,.1f} MB, warm", _per_file(took, files, times))
    yield Section(f"{name}: time in each reader", tuple(_row(reader.NAME, reader.took) for reader in readers))


def _load_libraries(files: Sequence[Path]) -> None:
    """One reading of each kind beforehand, so that no file pays for an import."""
    for path in {path.suffix: path for path in files}.values():
        with contextlib.suppress(CouldNotLook):
            describe(path)


def _per_file(took: list[tuple[float, Path]], files: Sequence[Path], times: int) -> tuple[Row, ...]:
    values = [value for value, _ in took]
    total = sum(values) / times / 1_000
    hashed = _hash_all(files)
    exiftool = peer_seconds(("exiftool", "-json", "-fast2", "-q"), files, accept=(0, 1))
    slowest = sorted({path: value for value, path in took}.items(), key=lambda one: one[1], reverse=True)[:SLOWEST]
    return (
        _row("describe, one file", values),
        Row("describe, all files", total, "s"),
        beside(total, "reading and SHA-256 in Python", hashed, "s"),
        beside(total, "exiftool -json -fast2, in as few calls as it takes", exiftool, "s"),
        *(Row(f"slowest: {path.name[:40]}", value, "ms") for path, value in slowest),
    )


def _row(name: str, values: Sequence[float]) -> Row:
    if not values:
        return Row(name, None, note="accepted none of these files")
    p50, p99 = percentile(values, 0.50), percentile(values, 0.99)
    return Row(name, p50, "ms", note=f"median; p99 {p99:.2f} ms; {len(values):,} readings, {sum(values) / 1e3:.2f} s")


def _hash_all(files: Sequence[Path]) -> float:
    began = time.perf_counter()
    for path in files:
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")
    return time.perf_counter() - began


def _megabytes(files: Sequence[Path]) -> float:
    return sum(path.stat().st_size for path in files) / 1e6
