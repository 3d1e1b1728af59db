"""EXIF, XMP, PNG text, media facts and essence over real files with known truth."""

from __future__ import annotations

import contextlib
import csv
import time
from pathlib import Path
from types import ModuleType

import pytest

from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.essence import hash_essence
from provenance.media_type import media_type_of
from provenance.model import Mark, Origin, Strength
from provenance.readers import (
    comments,
    exif,
    image_headers,
    iptc_iim,
    media_facts,
    png_text,
    samsung_trailer,
    stealth,
    xmp,
)

READERS: list[ModuleType] = [
    exif, xmp, png_text, media_facts, iptc_iim, comments, samsung_trailer, stealth, image_headers,
]  # fmt: skip
SECONDS = 5.0
CREDENTIALS_ONLY = ("c2pa", "C2PA")
"""Beginnings of `mark` in LABELS.csv for files whose only readable mark is read by another reader."""

Row = dict[str, str]


@pytest.fixture(scope="module")
def labels(corpus: Path) -> list[Row]:
    with (corpus / "LABELS.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def marks(corpus: Path, labels: list[Row]) -> dict[str, list[Mark]]:
    """Marks of every labelled file; a file that takes too long or breaks a reader ends the run."""
    return {row["path"]: look(corpus / row["path"]) for row in labels}


def look(path: Path) -> list[Mark]:
    with path.open("rb") as file:
        head = file.read(1 << 16)
    source = Source(path, head, path.stat().st_size)
    began = time.monotonic()
    found = [reader.read(source) for reader in READERS if reader.accepts(path, head)]
    with contextlib.suppress(UnreadableMedia):
        hash_essence(path, media_type_of(head, path))
    assert time.monotonic() - began < SECONDS, f"{path} takes too long"
    return [mark for reading in found for mark in reading.marks]


def says_ai(found: list[Mark]) -> list[Mark]:
    return [mark for mark in found if mark.claims is not None and mark.claims.is_ai]


def test_no_captured_or_human_made_file_is_called_ai(labels: list[Row], marks: dict[str, list[Mark]]) -> None:
    accused = {row["path"]: says_ai(marks[row["path"]]) for row in labels if row["truth"] in ("captured", "digital")}

    assert len(accused) > 150
    assert {path: found for path, found in accused.items() if found} == {}


def test_every_file_with_a_mark_of_ours_is_found_and_of_its_class(
    labels: list[Row], marks: dict[str, list[Mark]]
) -> None:
    wanted = [
        row for row in labels
        if row["truth"] in ("ai", "composite") and not row["expected"].startswith("unknown")
        and not row["mark"].startswith(CREDENTIALS_ONLY)
    ]  # fmt: skip
    classes = {"ai": {Origin.AI_GENERATED}, "composite": {Origin.AI_EDITED, Origin.AI_COMPOSITE}}
    wrong = {
        row["path"]: row["mark"]
        for row in wanted
        if not {mark.claims for mark in says_ai(marks[row["path"]])}
        & set().union(*(classes[name] for name in row["expected"].split("|")))
    }

    assert len(wanted) >= 100
    assert wrong == {}


def test_camera_originals_reach_the_rank_their_exif_earns(labels: list[Row], marks: dict[str, list[Mark]]) -> None:
    shot = [row for row in labels if row["truth"] == "captured" and "exp=Exposure" in row["mark"]]
    ranked = [
        row for row in shot
        if any(m.says("rank") == "C2" and m.strength is Strength.DECLARED for m in marks[row["path"]])
    ]  # fmt: skip

    assert len(shot) > 80
    assert len(ranked) >= 0.98 * len(shot)


def test_nothing_is_a_proof_of_capture(marks: dict[str, list[Mark]]) -> None:
    strengths = {m.strength for found in marks.values() for m in found if m.claims is Origin.CAPTURED}

    assert strengths <= {Strength.DECLARED, Strength.HEURISTIC}
