"""Every sample says what is recorded of it, and what its README promises."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "sample_media"
sys.path.insert(0, str(SAMPLES))

import expect  # noqa: E402  a script beside the samples, no package

NAMES = [path.relative_to(SAMPLES).as_posix() for path in expect.samples()]


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_says_what_is_recorded(name: str) -> None:
    recorded = json.loads(expect.recorded_at(SAMPLES / name).read_text(encoding="utf-8"))

    said = expect.expectation(SAMPLES / name)

    assert said == recorded, "look at the difference; if it is right: python sample_media/expect.py"


def test_nothing_is_recorded_of_a_sample_that_is_gone() -> None:
    recorded = {path.name for path in expect.EXPECTED.iterdir()}

    assert recorded == {expect.recorded_at(SAMPLES / name).name for name in NAMES}


def promised() -> dict[str, str]:
    """README's expected origin of every sample that stands in its table under its own name."""
    table = (SAMPLES / "README.md").read_text(encoding="utf-8").split("## The files")[1]
    rows = re.findall(r"^\| `([^`*]+)` \| .*? \| ([^|]+) \| [^|]+ \| CC0", table, re.MULTILINE)
    return {name: words for name, words in rows if not words.startswith("(")}


@pytest.mark.parametrize("name", sorted(promised()))
def test_the_sample_says_what_the_readme_promises(name: str) -> None:
    words = promised()[name]
    recorded = json.loads(expect.recorded_at(SAMPLES / name).read_text(encoding="utf-8"))

    origin = words.split(",")[0].strip()
    if origin != "not proven":
        assert recorded["origin"] == origin
    assert recorded["proven"] is ("proven" in words and "not proven" not in words)
    if "conflict" in words:
        assert recorded["conflicts"]
    if "with a fault" in words:
        assert recorded["faults"]
