"""Which assets a person means."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from desk.production import Production, open_production
from desk.selection import CSV_COLUMNS, Chosen, Selection, matches, read_rows
from provenance.errors import NotFound, UsageError

Run = Callable[..., Result]


@pytest.fixture
def opened(production: Path) -> Iterator[Production]:
    with open_production(production, readonly=True) as found:
        yield found


def names(found: Iterable[Chosen]) -> list[str]:
    return [one.name for one in found]


def test_finds_a_file_by_path_from_here_and_from_the_root(opened: Production, tmp_path: Path) -> None:
    inside = Selection(opened, opened.root / "stills").one("captured.jpg")
    elsewhere = Selection(opened, tmp_path).one("stills/captured.jpg")

    assert inside == elsewhere
    assert inside.name == "stills/captured.jpg"


def test_finds_a_file_by_digits_of_its_hash(opened: Production) -> None:
    selection = Selection(opened, opened.root)
    known = selection.one("stills/captured.jpg")

    assert selection.one(known.sha256.hex()[:8].upper()).sha256 == known.sha256


def test_finds_a_file_by_the_name_that_a_finding_prints(opened: Production, tmp_path: Path) -> None:
    assert Selection(opened, tmp_path).one("stripped.png").name == "deliverables/stripped.png"


def test_finds_what_is_gone_as_it_was_last_recorded(opened: Production) -> None:
    assert Selection(opened, opened.root).one("gone/procedural.png").place is not None


def test_a_name_in_a_delivery_comes_before_the_same_name_elsewhere(production: Path, run: Run) -> None:
    (production / "stills" / "stripped.png").write_bytes(b"other content")
    run("scan", "--quiet", inside=production)

    with open_production(production, readonly=True) as opened:
        assert Selection(opened, production.parent).one("stripped.png").name == "deliverables/stripped.png"


def test_a_name_that_may_mean_several_contents_is_refused_with_their_paths(production: Path, run: Run) -> None:
    (production / "stills" / "human_made.png").write_bytes(b"other content")
    run("scan", "--quiet", inside=production)

    with open_production(production, readonly=True) as opened, pytest.raises(UsageError) as raised:
        Selection(opened, production.parent).one("human_made.png")

    assert "ai/human_made.png" in raised.value.message
    assert "stills/human_made.png" in raised.value.message


def test_a_file_not_recorded_yet_says_what_to_do(opened: Production) -> None:
    (opened.root / "stills" / "new.png").write_bytes(b"new")

    with pytest.raises(NotFound) as raised:
        Selection(opened, opened.root).one("stills/new.png")

    assert "not recorded yet" in raised.value.message
    assert raised.value.remedy.startswith("provenance scan ")


@pytest.mark.parametrize("text", ["nothing.png", "/etc/nothing/here.png", "12345678", "a\0b", ""])
def test_what_means_nothing_is_refused(opened: Production, text: str) -> None:
    with pytest.raises((NotFound, UsageError)):
        Selection(opened, opened.root / "stills").one(text)


def test_a_folder_stands_for_all_that_lies_in_it(opened: Production) -> None:
    found = Selection(opened, opened.root).many(["deliverables"])

    assert names(found) == ["deliverables/ai_generated.png", "deliverables/stripped.png"]


def test_a_glob_is_matched_against_the_record(opened: Production) -> None:
    found = Selection(opened, opened.root).many(["stills/ai_*.png", "**/stripped.png"])

    assert names(found) == ["stills/ai_a1111.png", "stills/ai_generated.png", "deliverables/stripped.png"]


def test_a_content_named_twice_is_chosen_once(opened: Production) -> None:
    found = Selection(opened, opened.root).many(["stills/ai_generated.png", "deliverables/ai_generated.png"])

    assert len(found) == 1


def test_a_glob_that_matches_nothing_is_refused(opened: Production) -> None:
    with pytest.raises(NotFound, match="no recorded file matches"):
        Selection(opened, opened.root).many(["stills/*.exr"])


def test_a_frame_and_the_pattern_mean_the_sequence(production: Path, samples: Path, run: Run) -> None:
    settings = production / "provenance.toml"
    text = settings.read_text("utf-8").replace("sequence_settle_seconds = 60.0", "sequence_settle_seconds = 0.1")
    settings.write_text(text, "utf-8")
    folder = production / "renders"
    folder.mkdir()
    for frame in sorted((samples / "sequences" / "ABC_0010_comp").iterdir())[:3]:
        (folder / frame.name).write_bytes(frame.read_bytes())
    run("scan", "--quiet", inside=production)
    with open_production(production, readonly=True) as opened:
        selection = Selection(opened, production)

        whole = selection.one("renders/ABC_0010_comp.%04d.png 1001-1003")

        assert selection.one("renders/ABC_0010_comp.1002.png") == whole
        assert selection.one("renders/ABC_0010_comp.%04d.png") == whole


def test_all_with_an_open_finding_of_a_code(opened: Production) -> None:
    found = Selection(opened).with_open_finding(["NFX-01"])

    assert names(found) == ["ai_generated.png"]
    with pytest.raises(NotFound, match="no open finding GEN-05"):
        Selection(opened).with_open_finding(["GEN-05"])


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.png", "a.png", True),
        ("*.png", "x/a.png", False),
        ("**/*.png", "a.png", True),
        ("**/*.png", "x/y/a.png", True),
        ("x/**", "x/y/a.png", True),
        ("x/**/a.png", "x/a.png", True),
        ("**/**/**/b.png", "x/a.png", False),
        ("[ab].png", "b.png", True),
        ("A.png", "a.png", False),
    ],
)
def test_globs_match_as_shells_do(pattern: str, path: str, expected: bool) -> None:
    assert matches(path.split("/"), pattern.split("/")) is expected


@given(st.lists(st.sampled_from(["a", "b", "ab"]), max_size=6))
def test_two_stars_match_any_folders(parts: list[str]) -> None:
    assert matches([*parts, "x"], ["**", "x"])
    assert not matches([*parts, "x"], ["**", "y"])


def test_reads_rows_with_quotes_and_line_breaks_inside(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_bytes('\ufeffFile, note\r\n"a, b.png","two\nlines \u2028 here"\r\n'.encode())

    assert read_rows(file) == [{"file": "a, b.png", "note": "two\nlines \u2028 here"}]


@pytest.mark.parametrize(
    "text",
    [
        "name\na.png\n",
        "file,colour\na,b\n",
        "file,file\na,b\n",
        "file,note\na\n",
        "file,note\na,b,c\n",
        'file\n" "\n',
        "",
    ],
)
def test_a_csv_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError) as raised:
        assert read_rows(file)

    assert raised.value.path == file


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_usage_error(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_bytes(raw)

    try:
        rows = read_rows(file)
    except UsageError:
        return

    assert all(set(row) <= set(CSV_COLUMNS) and row["file"] for row in rows)


@pytest.mark.skipif(os.name == "nt", reason="file names are text there")
def test_finds_a_name_that_is_not_utf8(production: Path, run: Run) -> None:
    name = os.fsdecode(b"stills/caf\xe9.bin")
    (production / name).write_bytes(b"something")
    run("scan", "--quiet", inside=production)

    with open_production(production, readonly=True) as opened:
        assert Selection(opened, production).one(name).name == name
