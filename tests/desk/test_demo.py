"""demo: the guided day runs to its end, shows what it says, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from desk import demo_media
from provenance.describe import describe
from provenance.model import Origin, Strength

ROOT = Path(__file__).resolve().parents[2]
MARK = "DEMO_UNDER_TEST"
"""Every process that the demo starts inherits it."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, float, Path]:
    """(exit code, output, seconds, folder for temporary files) of one demo, in a process of its own."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "TEMP": str(folder), MARK: str(folder)}
    began = time.monotonic()
    found = subprocess.run(
        [sys.executable, "-m", "provenance", "demo"],
        cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=100, check=False,
    )  # fmt: skip
    return found.returncode, found.stdout + found.stderr, time.monotonic() - began, folder


def test_ends_with_success_within_a_minute(shown: tuple[int, str, float, Path]) -> None:
    code, text, seconds, _ = shown

    assert code == 0, text
    assert seconds < 60


def test_shows_the_whole_day(shown: tuple[int, str, float, Path]) -> None:
    text = shown[1]

    steps = [
        "camera/A001_C003_plate.tif: captured (declared by standard)",
        "art/ghost_train.png: ai_generated",
        "art/poster_comp.png: undeclared (it says nothing of its origin), MADE FROM AI",
        "art/ghost_final.png: undeclared (it says nothing of its origin), MADE FROM AI",
        "renders/sh010/sh010.%04d.png 1001-1006",
        "deliverables/ghost_train.png: FLAG BLOCK NFX-01",
        "deliverables/ghost_final.png: FLAG BLOCK NFX-01",
        "PROVENANCE-FLAGS.html",
        "ghost_train.png  *** AI: ai_generated ***",
        "exit code 10",
        "2 decisions recorded",
        "exit code 0",
        '"status": "DRAFT"',
        "provenance init DIR",
    ]
    places = [text.find(step) for step in steps]
    assert -1 not in places, steps[places.index(-1)]
    assert places == sorted(places)


def test_fits_a_hundred_columns(shown: tuple[int, str, float, Path]) -> None:
    temporary = str(shown[3])

    long = [line for line in shown[1].splitlines() if len(line) > 100 and temporary not in line]
    assert long == []


def test_leaves_no_file_and_no_process(shown: tuple[int, str, float, Path]) -> None:
    left = [one.pid for one in psutil.process_iter() if _environment(one).get(MARK) == str(shown[3])]

    assert left == []
    assert [one.name for one in shown[3].iterdir()] == []


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}


def test_the_media_it_makes_say_what_the_story_needs(tmp_path: Path) -> None:
    demo_media.camera_plate(tmp_path / "plate.tif")
    demo_media.ai_still(tmp_path / "still.png")
    demo_media.comp(tmp_path / "comp.png", "still.png")
    demo_media.stripped_copy(tmp_path / "stripped.png")

    names = ("plate.tif", "still.png", "comp.png", "stripped.png")
    plate, still, comp, stripped = (describe(tmp_path / name) for name in names)

    assert (plate.verdict.origin, plate.verdict.strength) == (Origin.CAPTURED, Strength.DECLARED)
    assert still.verdict.origin is Origin.AI_GENERATED
    assert comp.verdict.origin is stripped.verdict.origin is Origin.UNDECLARED
    assert comp.references[0].identifiers
    assert set(comp.references[0].identifiers) <= set(still.identifiers)
    assert still.essence is not None
    assert still.essence == stripped.essence
    assert not any(one.faults for one in (plate, still, comp, stripped))


def test_refuses_a_folder_that_holds_something(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from desk.cli import cli

    (tmp_path / "mine.txt").write_text("mine")

    found = CliRunner().invoke(cli, ["demo", "--dir", str(tmp_path)])

    assert found.exit_code == 2
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]
