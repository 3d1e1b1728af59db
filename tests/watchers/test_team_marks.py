"""A team's own rows of marks: the line goes by them, and reads again what was read without them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from provenance.configuration import TeamMarks
from provenance.errors import ConfigurationError
from provenance.marks.team import parse_rows
from provenance.model import Origin
from tests.watchers.production import Day, a_production
from watchers.describer import Describer

ROW = """\
[[mark]]
name = "studio.dreamer"
tool = "Studio Dreamer"
keys = ["Software"]
pattern = 'Studio Dreamer \\d+'
claims = "ai_generated"
source = "handbook"
"""


def put_still(folder: Path) -> Path:
    info = PngInfo()
    info.add_text("Software", "Studio Dreamer 4")
    Image.new("RGB", (4, 4)).save(folder / "still.png", pnginfo=info)
    return folder / "still.png"


def origin_of(day: Day, name: str) -> Origin:
    sha256 = day.at(name)
    assert sha256 is not None
    return day.store.assets.get(sha256).description.verdict.origin


def test_a_row_that_is_added_reaches_what_was_read_before(tmp_path: Path) -> None:
    with a_production(tmp_path / "SHOW") as day:
        put_still(day.root)
        day.scan()
        before = origin_of(day, "still.png")
        (day.root / "marks.toml").write_text(ROW, encoding="utf-8")
        day.settings = replace(day.settings, marks=TeamMarks(("marks.toml",)))
        day.hand.now += 60

        day.scan()

        assert (before, origin_of(day, "still.png")) == (Origin.UNDECLARED, Origin.AI_GENERATED)


def test_a_wrong_file_of_marks_stops_the_line_before_anything_is_judged_without_it(tmp_path: Path) -> None:
    with a_production(tmp_path / "SHOW", ("files = []", 'files = ["marks.toml"]')) as day:
        put_still(day.root)
        (day.root / "marks.toml").write_text(ROW.replace("ai_generated", "captured"), encoding="utf-8")

        with pytest.raises(ConfigurationError, match=r"line 6: mark\.claims"):
            day.scan()

        assert day.live() == []


def test_the_worker_process_goes_by_the_rows(tmp_path: Path) -> None:
    still = put_still(tmp_path)

    with Describer(20.0) as describer:
        plain, ours = describer(still), describer(still, rows=parse_rows(ROW, Path("marks.toml")))

    assert (plain.verdict.origin, ours.verdict.origin) == (Origin.UNDECLARED, Origin.AI_GENERATED)
