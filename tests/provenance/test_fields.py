"""Patterns of paths name fields, in time that no path can make long, and never guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import ConfigurationError
from provenance.fields import FIELDS, PROPERTIES, check_pattern, fields_from_path


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [
        ("shots/{scene}/{shot}/**", "shots/12/AB_0120/comp/v003/a.exr", {"scene": "12", "shot": "AB_0120"}),
        ("shots/{scene}/{shot}/**", "shots/12/AB_0120/a.exr", {"scene": "12", "shot": "AB_0120"}),
        ("shots/{scene}/{shot}/**", "other/12/AB_0120/a.exr", None),
        ("{shot}/comp/{shot}_comp_v{version}.*", "AB_0120/comp/AB_0120_comp_v003.exr",
         {"shot": "AB_0120", "version": "003"}),
        ("{shot}/comp/{shot}_comp_v{version}.*", "AB_0120/comp/AB_0130_comp_v003.exr", None),
        ("**/{shot}_v{version}.*", "a/b/c/AB_v1_v2.mov", {"shot": "AB", "version": "1_v2"}),
        ("vendor/{vendor}/**/{shot}.mov", "vendor/Höhle/x/y/Ä 1.mov", {"vendor": "Höhle", "shot": "Ä 1"}),
        ("Shots/{shot}/*", "shots/x/y", None),
        ("{shot}/*", "x", None),
        ("{shot}", "", None),
        ("{shot}.mov", ".mov", None),
        ("*_{take}.wav", "_3.wav", {"take": "3"}),
        ("{unit}/*", "caf\udce9/a", {"unit": "caf\udce9"}),
    ],
)  # fmt: skip
def test_a_path_that_fits_names_its_fields(pattern: str, path: str, found: dict[str, str] | None) -> None:
    assert fields_from_path(pattern, path) == found


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "characters"), ("x" * 2000, "characters"), ("/shots/{shot}", "relative"), ("a/../{shot}", "relative"),
        ("a\\{shot}", "relative"), ("shots/*", "names no field"), ("{director}/*", "none of title"),
        ("{shot}{take}/*", "nothing between"), ("{shot", "brace"), ("{shot}}", "brace"), ("**/**/**/{shot}", "twice"),
    ],
)  # fmt: skip
def test_a_pattern_that_makes_no_sense_is_refused_in_words(pattern: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        check_pattern(pattern)


@given(st.lists(st.sampled_from(["a", "_", "v", "{shot}", "{take}", "*", "/", "**", "."]), max_size=12).map("".join),
       st.text(alphabet="av_/.", max_size=60))  # fmt: skip
def test_whatever_a_pattern_finds_stands_in_the_path(pattern: str, path: str) -> None:
    try:
        found = fields_from_path(pattern, path)
    except ConfigurationError:
        return

    assert all(name in FIELDS and text and text in path for name, text in (found or {}).items())


def test_no_path_makes_a_pattern_take_long() -> None:
    pattern = "**/" + "_".join(["*"] * 40) + "_{shot}.mov/**"

    assert fields_from_path(pattern, "/".join(["_" * 255] * 100)) is None


def test_every_field_has_a_property() -> None:
    assert tuple(PROPERTIES) == FIELDS
    assert len(set(PROPERTIES.values())) == len(FIELDS)
