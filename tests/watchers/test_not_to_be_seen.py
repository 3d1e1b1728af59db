"""What cannot be seen is not gone: volumes that are away, closed folders, folders emptied or configured no more."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.watchers.production import Day, a_production, describe_here
from watchers.event import EventKind
from watchers.pipeline import Pipeline


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "VOLUME"
    folder.mkdir()
    return folder


@pytest.fixture
def day(tmp_path: Path, outside: Path) -> Iterator[Day]:
    with a_production(tmp_path / "SHOW", ('working = ["."]', f'working = [".", "{outside}"]')) as found:
        yield found


def a_pipeline(day: Day) -> Pipeline:
    pipeline = Pipeline(day.store, day.settings, day.places, describe_here, day.hand.clocks, day.events.append)
    pipeline.open()
    return pipeline


def run_out(day: Day, pipeline: Pipeline) -> None:
    for _ in range(40):
        day.hand.now += 30
        pipeline.take_up()
        pipeline.turn()


def test_a_file_on_a_volume_that_went_away_while_it_settled_is_not_deleted(day: Day, outside: Path) -> None:
    (outside / "cut.mov").write_bytes(b"first")
    day.scan()
    place = day.places.place_of(outside / "cut.mov")
    (outside / "cut.mov").write_bytes(b"second")
    pipeline = a_pipeline(day)
    pipeline.sweep_all()
    outside.rename(outside.with_name("AWAY"))

    run_out(day, pipeline)

    assert day.store.assets.at(place) is not None
    assert [one.kind for one in day.events if one.kind is EventKind.GONE] == []
    assert day.store.journal.depth()[0] == 1


def test_an_unmounted_volume_that_leaves_only_litter_behind_deletes_nothing(day: Day, outside: Path) -> None:
    (outside / "cut.mov").write_bytes(b"first")
    day.scan()
    place = day.places.place_of(outside / "cut.mov")
    outside.rename(outside.with_name("AWAY"))
    outside.mkdir()
    (outside / ".DS_Store").write_bytes(b"litter")

    report = day.scan()

    assert day.store.assets.at(place) is not None
    assert [path for path, _ in report.faults] == [outside]


def test_a_root_that_is_emptied_while_it_is_watched_is_believed(day: Day, outside: Path) -> None:
    (outside / "cut.mov").write_bytes(b"first")
    day.scan()
    place = day.places.place_of(outside / "cut.mov")
    pipeline = a_pipeline(day)
    pipeline.sweep_all()
    (outside / "cut.mov").unlink()
    pipeline.sweep_all()

    run_out(day, pipeline)

    assert day.store.assets.at(place) is None


def test_what_waits_in_a_folder_that_is_no_longer_configured_stops_nothing(tmp_path: Path, outside: Path) -> None:
    with a_production(tmp_path / "SHOW", ('working = ["."]', f'working = [".", "{outside}"]')) as day:
        for number in (1, 2, 3):
            (outside / f"s.{number:04d}.png").write_bytes(bytes([number]))
        a_pipeline(day).sweep_all()  # noted, and then the daemon ends
        depth = day.store.journal.depth()[0]
    (tmp_path / "SHOW" / "provenance.toml").unlink()
    with a_production(tmp_path / "SHOW") as later:
        later.put("a/one.bin")

        report = later.scan()

        assert (report.new, later.store.journal.depth()[0]) == (1, depth)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is closed to this user")
def test_a_folder_that_was_closed_is_a_fault_and_not_a_deletion(day: Day) -> None:
    path = day.put("a/one.bin", b"first")
    day.scan()
    path.write_bytes(b"second")
    pipeline = a_pipeline(day)
    pipeline.sweep_all()
    path.parent.chmod(0)
    try:
        run_out(day, pipeline)

        assert day.at("a/one.bin") is not None
        assert [one.path for one in day.events if one.kind is EventKind.FAULT] == [path]
    finally:
        path.parent.chmod(0o755)


def test_a_folder_deleted_under_a_settled_sidecar_does_not_stop_the_line(day: Day) -> None:
    day.put("a/still.png.xmp", b"<x/>")
    pipeline = a_pipeline(day)
    pipeline.sweep_all()
    place = day.place("a/still.png.xmp")
    pipeline._queue(place)
    shutil.rmtree(day.root / "a")

    run_out(day, pipeline)

    assert day.store.journal.depth()[0] == 0


def test_files_deleted_in_a_volume_that_lies_in_another_end(tmp_path: Path, outside: Path) -> None:
    inner = outside / "deliver"
    changes = (
        ('working = ["."]', f'working = [".", "{outside}"]'),
        ('deliverables = ["deliverables"]', f'deliverables = ["{inner}"]'),
    )
    with a_production(tmp_path / "SHOW", *changes) as day:
        (inner / "reel").mkdir(parents=True)
        (inner / "reel" / "cut.mov").write_bytes(b"cut")
        (inner / "other.mov").write_bytes(b"other")
        day.scan()
        place = day.places.place_of(inner / "reel" / "cut.mov")
        shutil.rmtree(inner / "reel")

        day.scan()

        assert day.store.assets.at(place) is None
