"""Rows that a team writes in TOML: checked with line numbers, bounded, and used by every reader."""

from __future__ import annotations

import contextlib
import pickle
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.configuration import parse_settings, read_rows
from provenance.describe import MARKS, accepting_readers, describe
from provenance.errors import ConfigurationError
from provenance.marks import VERSION, recognise, rows_of_production
from provenance.marks.pattern_cost import COST_LIMIT, VALUE_LIMIT, cost
from provenance.marks.team import ROWS_LIMIT, parse_rows
from provenance.model import Origin, Strength

ROW = """\
[[mark]]
name = "studio.dreamer"
tool = "Studio Dreamer"
keys = ["Software", "StudioTag"]
pattern = 'Studio Dreamer (?P<version>\\d[\\d.]*)'
claims = "ai_generated"
source = "handbook"
"""
HEAD = '[production]\nid = "5a3c6b0e-7f1d-4c8e-9b53-0d2f6f0a1b2c"\ntitle = "x"\n'
FILE = Path("marks.toml")


def refused(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse_rows(text, FILE)
    assert caught.value.path == FILE
    return caught.value.message


def test_a_row_is_recognised_while_its_production_is_looked_at_and_not_after() -> None:
    rows = parse_rows(ROW, FILE)

    with rows_of_production(rows):
        (inside,) = recognise([("studiotag", "Studio Dreamer 4.2")])
    outside = recognise([("studiotag", "Studio Dreamer 4.2")])

    assert (inside.signature.tool, inside.signature.origin) == ("Studio Dreamer", Origin.AI_GENERATED)
    assert inside.signature.strength is Strength.TOOL_SIGNATURE
    assert dict(inside.signature.detail) == {"tool": "Studio Dreamer", "version": "4.2", "row": "studio.dreamer"}
    assert outside == ()


def test_a_row_matches_whole_values_of_bounded_length_only() -> None:
    with rows_of_production(parse_rows(ROW, FILE)):
        assert recognise([("Software", "My Studio Dreamer 4")]) == ()
        assert recognise([("Software", "Studio Dreamer 4" + "4" * VALUE_LIMIT)]) == ()
        assert recognise([("Comment", "Studio Dreamer 4")]) == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"ai_generated"', '"captured"', "line 6: mark.claims cannot be 'captured'"),
        ('"ai_generated"', '["ai_generated"]', "line 6: mark.claims cannot be"),
        ('claims = "ai_generated"', "", "mark.claims is missing"),
        ('tool = "Studio Dreamer"', "tool = 7", "line 3: mark.tool must be 1 to 200 printable"),
        ('tool = "Studio Dreamer"', 'tool = " "', "line 3: mark.tool must be"),
        ('tool = "Studio Dreamer"', 'tool = "a\\u001b[2J"', "line 3: mark.tool must be"),
        ('"studio.dreamer"', '"Studio Dreamer"', "line 2: mark.name must be small letters"),
        ('"studio.dreamer"', '"suno.source"', "line 2: there is a row named suno.source already"),
        ('["Software", "StudioTag"]', '"Software"', "line 4: mark.keys must be a list"),
        ('["Software", "StudioTag"]', "[]", "line 4: mark.keys must be a list"),
        ('source = "handbook"', 'source = "x"\nstrength = "signed"', "line 8: mark.strength cannot be 'signed'"),
        ('source = "handbook"', 'source = "x"\ncolour = "red"', "line 8: there is no key mark.colour"),
        ("'Studio Dreamer (?P<version>\\d[\\d.]*)'", "'('", "line 5: mark.pattern cannot be used: it is no regular"),
        ("'Studio Dreamer (?P<version>\\d[\\d.]*)'", "'(a+)+b'", "line 5: mark.pattern cannot be used: a group"),
        ("'Studio Dreamer (?P<version>\\d[\\d.]*)'", "'.*'", "line 5: mark.pattern fits an empty text"),
        ("(?P<version>", "(?P<signer>", "line 5: mark.pattern names a group signer"),
        ("[[mark]]", "[mark]", "line 1: mark must be tables"),
        ("[[mark]]", "[[marks]]", "line 1: there is no key marks; did you mean mark?"),
        ("[[mark]]", "[[mark", "not TOML"),
    ],
)
def test_a_mistake_names_line_key_and_what_is_allowed(old: str, new: str, told: str) -> None:
    assert told in refused(ROW.replace(old, new, 1))


def test_of_several_rows_the_wrong_one_is_named() -> None:
    assert "line 9: there is a row named studio.dreamer already" in refused(ROW + ROW)
    assert f"more than {ROWS_LIMIT} rows" in refused("[[mark]]\n" * (ROWS_LIMIT + 1))


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+b", "(?:a|b)*c", "(a*)*", "(.*){2,9}x", "a*a*a*b", "a?" * 30 + "a" * 30, "(?=a)b", "(?i)a", r"(a)\1",
     "(?P<x>a)(?P=x)", "(?<!a)b", "x" * 2_000, "((a?){60}){60}", "(?:a{0,9}){60}", "(?#x)a", "a**", "["],
)  # fmt: skip
def test_patterns_that_could_keep_a_reader_busy_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError):
        cost(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"Dreamer \d+\.\d+", r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", "(?:one|two)?x", r"a.*b.*", "[]a]+", "a|b",
     r"(?P<tool>\w{1,40}) v(?P<version>[\d.]{1,20})", "x{3}", "[^]]{2,}", "{literal}", r"\(\)\[", "a+?"],
)  # fmt: skip
def test_plain_patterns_pass(pattern: str) -> None:
    assert 1 <= cost(pattern) <= COST_LIMIT


ATOM = st.sampled_from(["a", "[ab]", ".", r"\w", "(?:a|b)", "(ab?)", "(?:a)"])
TIMES = st.sampled_from(["", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "++"])


@given(st.lists(st.tuples(ATOM, TIMES), max_size=8), st.sampled_from(["a", "ab", "ba "]))
def test_whatever_passes_ends_soon_on_the_worst_values(parts: list[tuple[str, str]], unit: str) -> None:
    pattern = "".join(atom + times for atom, times in parts) + "!"
    try:
        cost(pattern)
    except ValueError:
        return
    text = ROW.replace("'Studio Dreamer (?P<version>\\d[\\d.]*)'", f"'{pattern}'")
    before = time.perf_counter()

    with rows_of_production(parse_rows(text, FILE)):
        recognise([("StudioTag", unit * (VALUE_LIMIT // len(unit)))])

    assert time.perf_counter() - before < 2.0


@given(st.text(max_size=60))
def test_any_text_is_rows_or_a_clear_refusal(text: str) -> None:
    for whole in (text, ROW.replace("Studio Dreamer (", text.replace("'", "") + "(", 1)):
        with contextlib.suppress(ConfigurationError):
            assert len(parse_rows(whole, FILE)) <= 1


def test_a_production_names_its_files(tmp_path: Path) -> None:
    (tmp_path / "our marks.toml").write_text(ROW, encoding="utf-8")
    settings = parse_settings(HEAD + '[marks]\nfiles = ["our marks.toml"]\n', tmp_path)

    assert [row.name for row in read_rows(settings)] == ["studio.dreamer"]
    assert read_rows(parse_settings(HEAD, tmp_path)) == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "is missing"), (b"\xff", "not UTF-8"), (ROW.encode() * 2, "already"), (b"#" * (1 << 20) + b"#", "longer")],
)
def test_a_file_of_marks_that_cannot_be_read_is_refused_with_its_path(
    tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "marks.toml"
    if content is not None:
        file.write_bytes(content)
    settings = parse_settings(HEAD + '[marks]\nfiles = ["marks.toml"]\n', tmp_path)

    with pytest.raises(ConfigurationError, match=told) as caught:
        read_rows(settings)

    assert caught.value.path == file


def test_two_files_may_not_hold_the_same_row(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(ROW, encoding="utf-8")
    settings = parse_settings(HEAD + '[marks]\nfiles = ["a.toml", "b.toml"]\n', tmp_path)

    with pytest.raises(ConfigurationError, match="stands in another file too"):
        read_rows(settings)


def test_rows_travel_to_the_process_that_reads() -> None:
    rows = parse_rows(ROW, FILE)

    assert pickle.loads(pickle.dumps(rows)) == rows


def test_what_was_read_with_other_rows_counts_as_read_by_other_readers(samples: Path) -> None:
    sample = samples / "stills" / "undeclared.png"
    rows = parse_rows(ROW, FILE)

    plain, ours = describe(sample), describe(sample, rows=rows)

    assert dict(plain.readers)[MARKS] == VERSION
    assert dict(ours.readers)[MARKS] not in (VERSION, dict(describe(sample, rows=rows * 2).readers)[MARKS])
    assert accepting_readers(sample, rows=rows) == dict(ours.readers)
    assert accepting_readers(sample) == dict(plain.readers)
