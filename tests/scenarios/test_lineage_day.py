"""A production day of lineage: an AI still goes up, into a shot, through a comp and a cut, and out without marks.

Real files, the real store, the command line; the clock is moved by hand.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from desk.cli import cli
from tests.conftest import SAMPLES
from tests.watchers.production import Day, a_production

NAMES = ("--by", "the assistant editor")


@pytest.fixture
def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Day]:
    monkeypatch.delenv("PROVENANCE_PRODUCTION", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    with a_production(tmp_path / "Night Train") as found:
        yield found


def provenance(day: Day, *words: object) -> Result:
    return CliRunner().invoke(cli, [*map(str, words), "--production", str(day.root)], prog_name="provenance")


def asked(day: Day, *words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(provenance(day, *words, "--json").stdout)
    return found


def put(day: Day, sample: str, name: str) -> Path:
    path = day.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SAMPLES / sample, path)
    return path


def made(day: Day, name: str, seed: int) -> Path:
    """A picture without any mark, different for every seed: what a comp or a render leaves."""
    path = day.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise((96, 64), 40 + seed).save(path)
    return path


def timeline(day: Day, name: str, *media: str, off: tuple[str, ...] = ()) -> Path:
    """An OTIO timeline at 24 fps in which each file lies for one second from 01:00:00:00 on."""

    def clip(path: str, enabled: bool) -> dict[str, Any]:
        reference = {
            "OTIO_SCHEMA": "ExternalReference.1", "target_url": path, "name": Path(path).name, "metadata": {},
            "available_range": span(0, 240),
        }  # fmt: skip
        return {
            "OTIO_SCHEMA": "Clip.2", "name": Path(path).stem, "source_range": span(24, 24), "enabled": enabled,
            "metadata": {}, "effects": [], "markers": [], "active_media_reference_key": "DEFAULT_MEDIA",
            "media_references": {"DEFAULT_MEDIA": reference},
        }  # fmt: skip

    def span(start: int, length: int) -> dict[str, Any]:
        def time(value: int) -> dict[str, Any]:
            return {"OTIO_SCHEMA": "RationalTime.1", "rate": 24, "value": value}

        return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(start), "duration": time(length)}

    track = {
        "OTIO_SCHEMA": "Track.1", "name": "V1", "kind": "Video", "metadata": {}, "effects": [], "markers": [],
        "children": [*(clip(one, True) for one in media), *(clip(one, False) for one in off)], "source_range": None,
    }  # fmt: skip
    stack = {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": [track], "metadata": {}, "effects": [],
             "markers": [], "source_range": None}  # fmt: skip
    start = {"OTIO_SCHEMA": "RationalTime.1", "rate": 24, "value": 86400}
    told = {"OTIO_SCHEMA": "Timeline.1", "name": Path(name).stem, "global_start_time": start, "tracks": stack,
            "metadata": {}}  # fmt: skip
    path = day.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def the_long_way(day: Day, source: str) -> None:
    """A source, upscaled, cut into a shot, comped, conformed, remuxed without a mark, renamed, delivered."""
    made(day, "upscales/up.png", 1)
    made(day, "comps/comp.png", 2)
    timeline(day, "cuts/reel1.otio", "../comps/comp.png", "../plates/other.jpg")
    put(day, "stills/captured.jpg", "plates/other.jpg")
    made(day, "renders/reel1.png", 3)
    made(day, "deliverables/final name.png", 4)
    day.scan()
    day.store.assets.declare(day.at("plates/other.jpg") or b"", _captured(), by="the DIT", basis="camera report")
    for child, parent, relation in (
        ("upscales/up.png", source, "parent"), ("comps/comp.png", "upscales/up.png", "component"),
        ("deliverables/final name.png", "renders/reel1.png", "transcoded_from"),
    ):  # fmt: skip
        words = ("link", day.root / child, "--from", day.root / parent, "--relation", relation, "--complete", *NAMES)
        assert provenance(day, *words).exit_code == 0
    told = provenance(day, "conform", day.root / "cuts/reel1.otio", "--output", day.root / "renders/reel1.png", *NAMES)
    assert told.exit_code == 0, told.output
    day.scan()


def _captured() -> Any:
    from provenance.model import Origin

    return Origin.CAPTURED


def test_an_ai_still_is_still_known_at_the_end_of_the_long_way(day: Day) -> None:
    put(day, "stills/ai_generated.png", "ai/still.png")
    the_long_way(day, "ai/still.png")

    assert provenance(day, "check", "deliverables").exit_code == 10
    page = provenance(day, "why", "deliverables/final name.png").stdout
    assert "made from AI" in page.splitlines()[0]
    for words in (
        "was transcoded from renders/reel1.png", "was rendered from cuts/reel1.otio", "uses comps/comp.png",
        "contains upscales/up.png", "was made from ai/still.png", "ai/still.png is AI:",
    ):  # fmt: skip
        assert words in " ".join(page.split()), words
    told = asked(day, "why", "deliverables/final name.png")
    assert [len(one["shortest"]) for one in told["ai_ancestors"]] == [5]


def test_a_captured_plate_stays_clean_on_the_same_way(day: Day) -> None:
    put(day, "stills/captured_says_production.jpg", "plates/plate.jpg")
    day.scan()
    day.store.assets.declare(day.at("plates/plate.jpg") or b"", _captured(), by="the DIT", basis="camera report")
    the_long_way(day, "plates/plate.jpg")

    found = provenance(day, "check", "deliverables")
    assert found.exit_code == 0, found.stdout
    assert "explained by its inputs" in found.stdout
    assert asked(day, "orphans")["orphans"] == []


def test_an_ai_clip_that_only_lies_in_the_timeline_does_not_taint(day: Day) -> None:
    put(day, "stills/ai_generated.png", "ai/still.png")
    put(day, "stills/captured.jpg", "plates/a.jpg")
    timeline(day, "cuts/reel1.otio", "../plates/a.jpg", off=("../ai/still.png",))

    day.scan()

    cut = day.at("cuts/reel1.otio") or b""
    assert not day.store.lineage.is_tainted(cut)
    uses = asked(day, "where", day.root / "ai/still.png")["cuts"]
    assert [(one["cut"], one["used"]) for one in uses] == [("reel1", False)]


def test_conform_prints_the_cut_clip_by_clip_with_ai_loudly(day: Day) -> None:
    put(day, "stills/ai_generated.png", "ai/still.png")
    timeline(day, "cuts/reel1.otio", "../ai/still.png", "/Volumes/ELSEWHERE/missing.mov")
    day.scan()

    page = provenance(day, "conform", day.root / "cuts/reel1.otio", "--status", "locked", *NAMES).stdout

    assert "2 clips used, 1 AI or made from AI, 1 not matched" in page.splitlines()[0]
    assert "01:00:00:00  01:00:01:00" in page
    assert "*** AI: ai_generated ***" in page
    assert "missing.mov: not matched: no recorded file fits" in " ".join(page.split())
    assert asked(day, "where", day.root / "ai/still.png")["cuts"][0]["status"] == "locked"


def test_conform_only_prints_where_nothing_is_to_be_recorded(day: Day) -> None:
    put(day, "stills/ai_generated.png", "ai/still.png")
    day.scan()
    timeline(day, "cuts/reel1.otio", "../ai/still.png")
    before = day.store.ledger.head()

    told = asked(day, "conform", day.root / "cuts/reel1.otio", "--dry-run")

    assert [clip["ai_or_made_from_ai"] for clip in told["cuts"][0]["clips"]] == [True]
    assert day.store.ledger.head() == before
    assert provenance(day, "conform", day.root / "cuts/reel1.otio").exit_code == 2


def test_impact_names_the_deliveries_in_which_a_file_ended(day: Day) -> None:
    put(day, "stills/ai_generated.png", "ai/still.png")
    the_long_way(day, "ai/still.png")

    told = asked(day, "impact", day.root / "ai/still.png")

    assert [one["name"] for one in told["deliveries"]["deliverables"]] == ["final name.png"]
    assert {Path(one["path"]).name for one in told["affected"]} == {
        "up.png", "comp.png", "reel1.otio", "reel1.png", "final name.png",
    }  # fmt: skip


def test_what_nothing_explains_is_an_orphan_and_never_clean(day: Day) -> None:
    made(day, "deliverables/stranger.png", 9)
    day.scan()

    told = asked(day, "orphans")["orphans"]
    page = provenance(day, "orphans").stdout

    assert [(one["name"], one["origin"]) for one in told] == [("stranger.png", "undeclared")]
    assert "1 file unexplained" in page
    assert provenance(day, "check", "deliverables").exit_code == 11
