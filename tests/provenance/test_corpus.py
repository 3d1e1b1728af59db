"""Real media with known truth: every file gets a verdict or a named fault, and no verdict is a false one."""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from provenance.contracts import TrustList
from provenance.describe import describe
from provenance.model import AI_ORIGINS, Description, Origin

SECONDS_AT_MOST = 10.0
CLASSES = {
    Origin.AI_GENERATED: "ai",
    Origin.AI_EDITED: "composite",
    Origin.AI_COMPOSITE: "composite",
    Origin.CAPTURED: "captured",
    Origin.HUMAN_MADE: "digital",
    Origin.ENHANCED: "digital",
    Origin.PROCEDURAL: "digital",
    Origin.MAYBE_AI: "unknown",
    Origin.UNDECLARED: "unknown",
}


@dataclass(frozen=True)
class Row:
    path: str
    truth: str
    expected: str
    mark: str
    description: Description
    seconds: float

    @property
    def origin(self) -> Origin:
        return self.description.verdict.origin


def public_lists(corpus: Path) -> tuple[TrustList, ...]:
    trust = corpus / "trust"
    interim = TrustList(
        "interim", (trust / "interim-anchors.pem").read_text(), allowed=(trust / "interim-allowed.pem").read_text()
    )
    return (TrustList("official", (trust / "C2PA-TRUST-LIST.pem").read_text()), interim)


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[Row]:
    """Every labelled file, described once."""
    trust = public_lists(corpus)
    with (corpus / "LABELS.csv").open(encoding="utf-8", newline="") as file:
        return [_row(corpus, label, trust) for label in csv.DictReader(file)]


def _row(corpus: Path, label: dict[str, str], trust: tuple[TrustList, ...]) -> Row:
    before = time.perf_counter()
    description = describe(corpus / label["path"], trust=trust)
    seconds = time.perf_counter() - before
    return Row(label["path"], label["truth"], label["expected"], label["mark"], description, seconds)


def test_every_file_is_described_and_no_reader_fails(rows: list[Row]) -> None:
    failed = [row.path for row in rows if any(f.code == "reader.failed" for f in row.description.faults)]

    assert len(rows) > 600
    assert failed == []


def test_no_file_takes_long(rows: list[Row]) -> None:
    assert [(row.path, row.seconds) for row in rows if row.seconds > SECONDS_AT_MOST] == []


def test_nothing_that_is_not_ai_is_called_ai(rows: list[Row]) -> None:
    honest = [row for row in rows if row.truth in ("captured", "digital", "unknown")]

    assert len(honest) > 450
    assert [row.path for row in honest if row.origin in AI_ORIGINS] == []


def test_all_ai_that_carries_a_mark_is_found(rows: list[Row]) -> None:
    marked = [row for row in rows if set(row.expected.split("|")) <= {"ai", "composite"}]

    assert len(marked) >= 110
    assert [row.path for row in marked if row.origin not in AI_ORIGINS] == []


def test_all_ai_with_credentials_is_found_and_classed_as_labelled(rows: list[Row]) -> None:
    told = [row for row in rows if row.truth in ("ai", "composite") and _speaks(row, "c2pa")]

    assert len(told) >= 12
    assert [row.path for row in told if CLASSES[row.origin] not in row.expected.split("|")] == []


def test_stripped_ai_is_undeclared_and_never_anything_clean(rows: list[Row]) -> None:
    stripped = [row for row in rows if row.truth == "ai" and "unknown" in row.expected]

    assert len(stripped) >= 9
    assert {CLASSES[row.origin] for row in stripped} == {"unknown"}


def test_most_camera_files_are_captured_and_the_rest_undeclared(rows: list[Row]) -> None:
    captured = [row for row in rows if row.truth == "captured"]

    assert {row.origin for row in captured} <= {Origin.CAPTURED, Origin.UNDECLARED}
    assert sum(row.origin is Origin.CAPTURED for row in captured) >= 95


def test_nothing_drawn_or_unknown_is_called_proven(rows: list[Row]) -> None:
    assert [row.path for row in rows if row.description.verdict.proven and row.truth != "captured"] == []


def test_malformed_files_never_pass_in_silence(rows: list[Row]) -> None:
    malformed = [row for row in rows if row.mark == "malformed"]
    silent = [
        row.path
        for row in malformed
        if not row.description.faults and not row.description.readers and not row.description.unchecked
    ]

    assert len(malformed) > 140
    assert silent == []


def _speaks(row: Row, reader: str) -> bool:
    return any(mark.reader == reader for mark in row.description.marks)
