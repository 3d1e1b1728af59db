"""Printing: nothing foreign reaches a terminal, JSON is always sound, columns fit."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import output


def test_a_line_shows_what_would_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("a\x1b[2Jb\nc\u202ed")

    assert capsys.readouterr().out == "a\\x1b[2Jb\\x0ac\\u202ed\n"


@given(st.text())
def test_json_is_one_ascii_line_that_parsers_take(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr(output.click, "echo", printed.append)
        output.emit({"text": text, text: [text]})

    (line,) = printed
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line)["text"].encode("utf-8") is not None


def test_a_table_in_a_pipe_keeps_every_character(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(["origin", "path"], [["captured", "x" * 300], ["undeclared", "漢.png"]])

    lines = capsys.readouterr().out.splitlines()
    assert lines == ["origin      path", "captured    " + "x" * 300, "undeclared  漢.png"]


def test_a_table_on_a_terminal_fits_and_keeps_both_ends(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")

    output.table(["origin", "path"], [["captured", "first" + "x" * 300 + "last.png"]])

    line = capsys.readouterr().out.splitlines()[1]
    assert len(line) <= 60
    assert "first" in line
    assert "…" in line
    assert line.endswith("last.png")


def test_prose_wraps_within_a_hundred_columns(capsys: pytest.CaptureFixture[str]) -> None:
    output.prose("word " * 100, indent=13, first="  label")

    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0].startswith("  label      word")
    assert all(line.startswith(" " * 13 + "word") for line in lines[1:])


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (2_500_000, "2.5 MB"), (10**18, "1000.0 PB"), (None, "-")],
)
def test_sizes_in_the_units_of_disks(number: int | None, words: str) -> None:
    assert output.size(number) == words


@pytest.mark.parametrize(
    ("ms", "words"), [(-5, "0 s"), (59_999, "59 s"), (300_000, "5 min"), (7_500_000, "2 h 5 min"), (90_000_000, "1 d")]
)
def test_spans_of_time_in_words(ms: int, words: str) -> None:
    assert output.span(ms) == words


def test_times_in_json_are_utc_and_for_people_have_an_offset() -> None:
    assert output.when_utc(1_767_225_600_123) == "2026-01-01T00:00:00.123Z"
    assert output.when(1_767_225_600_123)[-6] in "+-"
    assert output.when_utc(None) is None
    assert output.when(None) == "-"


@given(st.integers())
def test_any_number_in_a_store_can_be_shown_as_a_time(ms: int) -> None:
    assert output.when(ms)
    assert output.when_utc(ms)


def test_nothing_is_shown_of_progress_where_no_terminal_is(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress("Looking") as advance:
        advance(1, 2, "x.png")

    assert capsys.readouterr().err == ""
