"""Marks and verdict, without hashing: what each file costs, beside exiftool on the same core."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.inspect_cost import Timed
from benchmarks.labelled import HERE, corpus_folder, read_labels
from benchmarks.machine import percentile, seconds
from benchmarks.peers import EXIFTOOL, ask_exiftool, exiftool_command
from benchmarks.table import Row, Section, beside
from provenance.contracts import Reader
from provenance.describe import describe
from provenance.errors import CouldNotLook
from provenance.model import Mark
from provenance.readers import READERS

TITLE: Final = "marks and verdict of a file, without hashing"
HUGE: Final = 20 << 30
"""Bytes of the sparse movie, whose index lies behind its picture data."""
SMOKE_HUGE: Final = 1 << 30
MOVIE: Final = HERE / "sample_media" / "clips" / "plate_camera.mov"
SLOWEST: Final = 5
DEEP: Final = 3
"""Manifests from which on a store counts as deep."""

_CHILD: Final = """
import re, sys, time
from pathlib import Path
from provenance.contracts import Reader
from provenance.describe import describe
describe(Path(sys.argv[1]), with_essence=False)
def peak():
    status = Path("/proc/self/status")
    if status.exists():  # getrusage counts the parent's peak there
        return int(re.search(r"VmHWM:\\s*(\\d+)", status.read_text())[1]) / 1024
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
before, began = peak(), time.perf_counter()
said = describe(Path(sys.argv[2]), with_essence=False)
took = time.perf_counter() - began
print(1000 * took, peak() - before, peak(), said.verdict.origin.value, len(said.marks))
"""


def run(smoke: bool) -> Iterator[Section]:
    """The labelled files, on one core; then one movie of 20 GB."""
    corpus = corpus_folder()
    with _one_core():
        if smoke or corpus is None:
            top = HERE / "sample_media"
            names = [str(path.relative_to(top)) for path in sorted(top.glob("[sc]*/*.*")) if path.is_file()]
            yield from _rates("sample_media", top, names)
        else:
            yield from _rates("the labelled corpus", corpus, [label.path for label in read_labels(corpus)])
    yield _huge(SMOKE_HUGE if smoke else HUGE)


@contextlib.contextmanager
def _one_core() -> Iterator[None]:
    """Keeps this process and what it starts on one core, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _rates(name: str, top: Path, names: Sequence[str]) -> Iterator[Section]:
    _all_took(top, names, READERS)  # libraries loaded, pages cached
    readers = [Timed(reader) for reader in READERS]
    took = _all_took(top, names, readers)
    deep = [value for value, _, manifests in took if manifests >= DEEP]
    sums = [(reader.NAME, reader.took) for reader in readers]
    values = [1_000 * value for value, *_ in took]
    total = sum(values) / 1_000
    tool = exiftool_command()
    peer = seconds(lambda: ask_exiftool(tool, top, names)) if tool else None
    slowest = sorted(took, reverse=True)[:SLOWEST]
    yield Section(
        f"{name}: {len(names):,} files, one process, one core, warm",
        (
            Row("ours", len(names) / total, "files/s", note=f"{total:.2f} s"),
            _ratio(len(names), total, peer, _version(tool)),
            *_ratio_without_deep(len(names), total, deep, peer),
            Row("one file, median", percentile(values, 0.50), "ms"),
            Row("one file, p99", percentile(values, 0.99), "ms"),
            Row("one file, slowest", max(values), "ms"),
            *(Row(f"  …{path[-58:]}", 1_000 * value, "ms") for value, path, _ in slowest),
        ),
    )
    yield Section(f"{name}: time in each reader", tuple(_reader_row(reader, times) for reader, times in sums))


def _ratio(count: int, ours: float, peer: float | None, version: str) -> Row:
    what = f"exiftool {version} {' '.join(EXIFTOOL[:4])}, one batch"
    if peer is None:
        return beside(count / ours, "exiftool, one batch", None, "files/s")
    return beside(count / ours, what, count / peer, "files/s", f"{peer:.2f} s")


def _ratio_without_deep(count: int, total: float, deep: Sequence[float], peer: float | None) -> Iterator[Row]:
    """The same without the files whose credentials hold many manifests: validating those is measured apart."""
    if deep:
        rate = (count - len(deep)) / (total - sum(deep))
        words = f"ours, {len(deep)} files with {DEEP} manifests or more apart"
        note = "" if peer is None else f"{rate / (count / peer):.2f} x exiftool's rate over all files"
        yield Row(words, rate, "files/s", note=note)
        yield Row("  those files, each", 1_000 * sum(deep) / len(deep), "ms", note="mean")


def _version(tool: Sequence[str] | None) -> str:
    return subprocess.run([*tool, "-ver"], capture_output=True, text=True).stdout.strip() if tool else ""


def _all_took(top: Path, names: Sequence[str], readers: Sequence[Reader]) -> list[tuple[float, str, int]]:
    """(seconds, name, manifests in its credentials) of each file."""
    took = []
    for name in names:
        marks: Sequence[Mark] = ()
        began = time.perf_counter()
        with contextlib.suppress(CouldNotLook):
            marks = describe(top / name, readers=readers, with_essence=False).marks
        passed = time.perf_counter() - began
        took.append((passed, name, max((int(mark.says("manifests") or 0) for mark in marks), default=0)))
    return took


def _reader_row(name: str, took: Sequence[float]) -> Row:
    if not took:
        return Row(name, None, note="accepted none of these files")
    p50, p99 = percentile(took, 0.50), percentile(took, 0.99)
    note = f"p50 {p50:.2f}, p99 {p99:.1f}, max {max(took):.1f} ms; {len(took):,} files"
    return Row(name, sum(took) / 1_000, "s", note=note)


def _huge(size: int) -> Section:
    """A sparse movie whose index stands at its end: nothing but head and index may be read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "huge.mov"
        write_huge_movie(path, size)
        child = subprocess.run(
            [sys.executable, "-c", _CHILD, str(MOVIE), str(path)],
            capture_output=True, text=True, cwd=HERE, env=os.environ | {"PYTHONPATH": str(HERE)},
        )  # fmt: skip
    if child.returncode:
        raise RuntimeError(f"the movie could not be read: {child.stderr[-300:]}")
    took, grown, peak, origin, marks = child.stdout.split()
    return Section(
        f"a movie of {size >> 30} GiB, its index behind the picture data",
        (
            Row("marks and verdict", float(took), "ms", note=f"{origin}, {marks} marks"),
            Row("memory it took beyond a small movie's", float(grown), "MB"),
            Row("memory of the whole process", float(peak), "MB"),
        ),
    )


def write_huge_movie(path: Path, size: int) -> None:
    """The sample movie with `size` bytes of nothing as its picture data, and the index after them."""
    data = MOVIE.read_bytes()
    boxes = dict(_boxes(data))
    with path.open("wb") as file:
        file.write(boxes[b"ftyp"])
        file.write((1).to_bytes(4, "big") + b"mdat" + size.to_bytes(8, "big"))
        file.seek(len(boxes[b"ftyp"]) + size)
        file.write(boxes[b"moov"])


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at : at + length]
        at += max(length, 8)
