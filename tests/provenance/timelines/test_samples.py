"""The sample timelines: three formats, one cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.timelines import read_project
from tests.provenance.timelines.reading import cut, events

SAMPLES = Path(__file__).resolve().parents[3] / "sample_media" / "timelines"
USED = [
    ("V1", "plate", "01:00:00:00-01:00:01:00", "00:00:00:00-00:00:01:00"),
    ("V1", "made", "01:00:01:00-01:00:02:00", "00:00:00:10-00:00:01:10"),
]


@pytest.mark.parametrize("name", ["reel.otio", "reel.xml", "reel.edl"])
def test_the_same_cut_says_the_same_in_every_format(name: str) -> None:
    found = read_project(SAMPLES / name)

    assert found is not None
    assert events(found) == USED
    assert [found.media[one.media[0]].paths[0] for one in cut(found).clips][:2] == [
        "../clips/plate.mp4",
        "../clips/ai_clip.mp4",
    ]
    assert all((SAMPLES / medium.paths[0]).is_file() for medium in found.media)


@pytest.mark.parametrize("name", ["reel.otio", "reel.xml"])
def test_what_is_switched_off_is_present_and_not_used(name: str) -> None:
    found = read_project(SAMPLES / name)

    assert found is not None
    assert [medium.name for medium in found.media] == ["plate.mp4", "ai_clip.mp4", "stripped_clip.mp4"]
    assert [one.name for one in cut(found).clips if not one.enabled] == ["spare"]
