"""marks: the table as text, JSON and a page, and rows of the team's own."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from desk import marks_page
from provenance.marks import TABLE
from provenance.marks.team import parse_rows

Run = Callable[..., Result]
Lines = Callable[[Result], list[dict[str, Any]]]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    file = tmp_path / "our marks.toml"
    file.write_text(marks_page.EXAMPLE, encoding="utf-8")
    return file


def test_json_has_every_row_of_the_table_once(run: Run, lines: Lines, tmp_path: Path) -> None:
    found = lines(run("marks", "--json", inside=tmp_path))

    assert [one["name"] for one in found] == [row.name for row in TABLE]
    assert all(one["source"] and one["grammar"] and one["keys"] and one["place"] for one in found)


def test_words_narrow_the_list_and_are_counted(run: Run, tmp_path: Path) -> None:
    result = run("marks", "SUNO", "woas", inside=tmp_path)

    assert result.exit_code == 0
    assert "suno.source  Suno" in result.stdout
    assert result.stdout.splitlines()[-1] == "1 row"
    assert "no row holds" in run("marks", "no such thing", inside=tmp_path).stdout


def test_rows_of_the_team_are_checked_and_listed(run: Run, lines: Lines, rows: Path, tmp_path: Path) -> None:
    found = lines(run("marks", "--json", "--marks", rows, "dreamer", inside=tmp_path))

    assert [(one["name"], one["family"], one["claims"]) for one in found] == [
        ("studio.dreamer", "Rows of the team", ["ai_generated"])
    ]


def test_a_wrong_row_is_a_usage_error_that_names_file_line_and_key(run: Run, rows: Path, tmp_path: Path) -> None:
    rows.write_text(marks_page.EXAMPLE.replace('"ai_generated"', '"captured"'), encoding="utf-8")

    result = run("marks", "--marks", rows, inside=tmp_path)

    assert result.exit_code == 2
    assert "our marks.toml: line 7: mark.claims cannot be 'captured'" in result.stderr


def test_the_page_of_marks_is_the_table() -> None:
    written = marks_page.PAGE.read_text(encoding="utf-8")

    assert written == marks_page.marks_page(), "write it anew: python -m desk.marks_page"
    assert all(f"| `{row.name}` |" in written for row in TABLE)


def test_the_example_on_the_page_is_a_file_of_marks() -> None:
    assert marks_page.EXAMPLE in marks_page.PAGE.read_text(encoding="utf-8")
    assert len(parse_rows(marks_page.EXAMPLE, Path("marks.toml"))) == len(tomllib.loads(marks_page.EXAMPLE)["mark"])


def test_inspect_goes_by_rows_handed_to_it(run: Run, lines: Lines, rows: Path, tmp_path: Path) -> None:
    file = _png(tmp_path / "still.png", "Studio Dreamer 4.2")

    without = lines(run("inspect", "--json", file, inside=tmp_path))
    with_rows = lines(run("inspect", "--json", "--marks", rows, file, inside=tmp_path))

    assert without[0]["origin"] == "undeclared"
    assert (with_rows[0]["origin"], with_rows[0]["strength"]) == ("ai_generated", "tool signature")
    assert ["version", "4.2"] in with_rows[0]["marks"][0]["detail"]
    assert without[0]["readers"] != with_rows[0]["readers"]


def test_inspect_goes_by_the_rows_of_the_production_in_workers_too(
    run: Run, lines: Lines, rows: Path, tmp_path: Path
) -> None:
    run("init", tmp_path)
    settings = tmp_path / "provenance.toml"
    text = settings.read_text(encoding="utf-8").replace("\nfiles = []", f"\nfiles = [{json.dumps(rows.name)}]")
    settings.write_text(text, encoding="utf-8")
    many = [_png(tmp_path / f"{number}.png", f"Studio Dreamer {number}") for number in range(20)]

    found = lines(run("inspect", "--json", *many, inside=tmp_path))

    assert {one["origin"] for one in found} == {"ai_generated"}


def test_a_page_of_inspect_names_who_looked(run: Run, tmp_path: Path) -> None:
    result = run("inspect", _png(tmp_path / "still.png", "nothing"), inside=tmp_path)

    assert "  read by" in result.stdout
    assert "png_text " in result.stdout


def _png(path: Path, software: str) -> Path:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Software", software)
    Image.new("RGB", (2, 2)).save(path, pnginfo=info)
    return path
