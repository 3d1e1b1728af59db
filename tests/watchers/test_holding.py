"""Held files and lists: one that cannot be moved keeps no other from it, and nothing is held inside a delivery."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provenance import plugins
from provenance.model import Description, Link, Origin
from tests.watchers.production import Day, Passing, a_production, describe_here
from watchers import deliverables, ingest
from watchers.crawl import scan_once
from watchers.describer import DescribeTimedOut
from watchers.event import EventKind

HOLD = ("hold = false", "hold = true")


def deliver(day: Day, samples: Path, called: str, extra: bytes = b"") -> Path:
    return day.put(f"deliverables/{called}", (samples / "stills" / "ai_generated.png").read_bytes() + extra)


def test_one_file_that_cannot_be_held_keeps_no_other_in_the_delivery(tmp_path: Path, samples: Path) -> None:
    with a_production(tmp_path / "SHOW", HOLD) as day:
        deliver(day, samples, "a.png")
        deliver(day, samples, "b.png", b"b")
        day.put("deliverables-held/a.png", b"somebody else's")

        day.scan()

        assert sorted(path.name for path in (day.root / "deliverables").iterdir()) == ["a.png"]
        assert any(one.kind is EventKind.FAULT and "already there" in one.text for one in day.events)


def test_nothing_is_held_inside_a_delivery_that_is_a_volume_of_its_own(tmp_path: Path, samples: Path) -> None:
    outside = tmp_path / "OUT"
    outside.mkdir()
    shutil.copy(samples / "stills" / "ai_generated.png", outside)
    with a_production(
        tmp_path / "SHOW", HOLD, ('deliverables = ["deliverables"]', f'deliverables = ["{outside}"]')
    ) as day:
        first, second = day.scan(), day.scan()

        assert [path.name for path in outside.iterdir()] == ["ai_generated.png"]
        assert len(first.flags) == len(second.flags) == 1
        assert any(one.kind is EventKind.FAULT and "cannot be held" in one.text for one in day.events)


def test_a_listed_file_that_lies_nowhere_keeps_its_finding(tmp_path: Path, samples: Path) -> None:
    with a_production(tmp_path / "SHOW") as day:
        shutil.copy(samples / "stills" / "ai_generated.png", day.root)
        day.scan()
        sha256 = day.at("ai_generated.png")
        assert sha256 is not None
        delivery = day.store.decisions.open_delivery("list")
        day.store.decisions.fill("list", [sha256])
        (day.root / "ai_generated.png").unlink()
        day.put("other.bin")
        day.scan()

        deliverables.judge_touched(day.store, [delivery], [sha256], 0)

        assert [one.code for one in day.store.decisions.findings("list")] == ["NFX-01"]


def test_a_reader_that_is_stopped_takes_no_ai_claim_back(tmp_path: Path, samples: Path) -> None:
    calls: list[Path] = []

    def describe(path: Path, **how: Any) -> Description:
        calls.append(path)
        if len(calls) > 1:
            raise DescribeTimedOut("reading it took longer than 30 s and was stopped", path=path)
        return describe_here(path, **how)

    with a_production(tmp_path / "SHOW") as day:
        shutil.copy(samples / "stills" / "ai_generated.png", day.root / "still.png")
        scan_once(day.store, day.places, day.settings, describe=describe, clocks=day.hand.clocks, stop=_passing(day))
        day.put("still.png.xmp", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")

        scan_once(day.store, day.places, day.settings, describe=describe, clocks=day.hand.clocks, stop=_passing(day))

        (asset,) = day.store.assets.summaries()
        told = day.store.assets.get(asset.sha256).description
        assert len(calls) == 2
        assert (asset.origin, asset.tainted) == (Origin.AI_GENERATED, True)
        assert told.marks
        assert [fault.code for fault in told.faults] == [ingest.DescribeFailed.CODE.replace("-failed", ".timeout")]


def _passing(day: Day) -> threading.Event:
    return Passing(day.hand)  # type: ignore[return-value]


class Breaking:
    """An evidence source of another distribution that does not know what it meets."""

    NAME = "theirs"
    VERSION = "1"

    def links(self, asset: object, shelf: object) -> Iterator[Link]:
        raise KeyError("unexpected")


def test_an_evidence_source_that_breaks_is_a_fault_and_the_line_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugins, "evidence_sources", lambda: (Breaking(),))
    with a_production(tmp_path / "SHOW") as day:
        day.put("deliverables/cut.mov")

        report = day.scan()

        assert [reason for _, reason in report.faults] == ["the evidence source theirs failed: KeyError: 'unexpected'"]
        assert day.live() == []
        assert day.store.journal.depth()[0] == 1
