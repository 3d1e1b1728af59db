"""Sequences that grow, shrink, are rendered anew, or stand beside one of another padding."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from provenance.model import Origin
from tests.watchers.production import Day, a_production, describe_here
from watchers.pipeline import Pipeline


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with a_production(tmp_path / "SHOW") as found:
        yield found


def render(day: Day, pattern: str, frames: Iterable[int], content: bytes = b"take one") -> None:
    for number in frames:
        day.put(pattern % number, content + number.to_bytes(4, "big"))


def a_pipeline(day: Day) -> Pipeline:
    pipeline = Pipeline(day.store, day.settings, day.places, describe_here, day.hand.clocks, day.events.append)
    pipeline.open()
    return pipeline


def pass_time(day: Day, pipeline: Pipeline, seconds: float) -> None:
    end = day.hand.now + seconds
    while day.hand.now < end:
        day.hand.now += 1
        pipeline.take_up()
        pipeline.turn()


def test_two_frames_left_of_a_sequence_are_single_files(day: Day) -> None:
    render(day, "a/s.%04d.png", (1, 2, 3))
    day.scan()
    (day.root / "a" / "s.0003.png").unlink()

    day.scan()

    assert day.live() == ["a/s.0001.png", "a/s.0002.png"]
    assert day.store.journal.depth()[0] == 0


def test_a_third_frame_makes_a_sequence_of_two_single_files(day: Day) -> None:
    render(day, "a/s.%04d.png", (1, 2))
    day.scan()
    render(day, "a/s.%04d.png", (3,))

    day.scan()

    assert day.live() == ["a/s.%04d.png 1-3"]


def test_two_sequences_of_one_prefix_and_different_padding_both_stand(day: Day) -> None:
    render(day, "a/s.%04d.png", (1, 2, 3))
    day.scan()
    render(day, "a/s.%06d.png", (1, 2, 3), b"other")

    day.scan()

    assert day.live() == ["a/s.%04d.png 1-3", "a/s.%06d.png 1-3"]


def test_a_frame_that_outgrew_the_padding_and_goes_leaves_a_shorter_sequence(day: Day) -> None:
    render(day, "a/s.%03d.png", range(998, 1002))
    day.scan()
    (day.root / "a" / "s.1001.png").unlink()

    day.scan()

    assert day.live() == ["a/s.%03d.png 998-1000"]


def test_a_gap_at_the_border_of_the_padding_parts_a_sequence_and_loses_no_frame(day: Day) -> None:
    render(day, "a/s.%03d.png", range(997, 1004))
    day.scan()
    (day.root / "a" / "s.999.png").unlink()

    day.scan()

    assert day.live() == ["a/s.%04d.png 1000-1003", "a/s.997.png", "a/s.998.png"]


def test_a_sequence_deleted_and_rendered_anew_at_once_stays(day: Day) -> None:
    render(day, "a/s.%04d.png", (1, 2, 3))
    pipeline = a_pipeline(day)
    pipeline.sweep_all()
    pass_time(day, pipeline, 200)
    shutil.rmtree(day.root / "a")
    pipeline.sweep_all()
    pass_time(day, pipeline, 10)
    render(day, "a/s.%04d.png", (1, 2, 3), b"take two")
    pipeline.sweep_all()

    pass_time(day, pipeline, 400)

    assert day.live() == ["a/s.%04d.png 1-3"]
    assert day.store.journal.depth()[0] == 0


def test_a_sequence_that_went_ends_although_the_daemon_was_killed_over_it(day: Day) -> None:
    render(day, "a/s.%04d.png", (1, 2, 3))
    day.put("a/other.bin")
    day.scan()
    for frame in (day.root / "a").glob("s.*"):
        frame.unlink()
    pipeline = a_pipeline(day)
    pipeline.sweep_all()
    pass_time(day, pipeline, 5)  # dissolved, not yet known to be gone; here it is killed

    day.scan()

    assert day.live() == ["a/other.bin"]


def test_a_sequence_moved_to_another_folder_ends_as_moved(day: Day) -> None:
    render(day, "a/s.%04d.png", (1, 2, 3))
    day.scan()
    (day.root / "a").rename(day.root / "b")

    day.scan()

    (asset,) = day.store.assets.summaries()
    assert day.live() == ["b/s.%04d.png 1-3"]
    assert [one.ended for one in day.store.assets.sightings(asset.sha256)] == ["moved", None]
    assert day.store.journal.depth()[0] == 0


def test_a_sidecar_of_a_frame_speaks_about_its_sequence(day: Day, samples: Path) -> None:
    render(day, "a/s.%04d.png", (1, 2, 3))
    day.scan()
    shutil.copy(samples / "sidecars" / "still.png.xmp", day.root / "a" / "s.0002.png.xmp")

    report = day.scan()

    assert day.live() == ["a/s.%04d.png 1-3"]
    assert report.faults == ()
    assert [one.origin for one in day.store.assets.summaries()] == [Origin.AI_GENERATED]
    assert day.store.journal.depth()[0] == 0


def test_the_flags_of_single_frames_go_when_they_become_a_sequence(day: Day, samples: Path) -> None:
    (day.root / "deliverables").mkdir()
    still = (samples / "stills" / "ai_generated.png").read_bytes()
    for number in (1, 2):
        day.put(f"deliverables/s.{number:04d}.png", still + bytes([number]))
    day.scan()
    day.put("deliverables/s.0003.png", still + bytes([3]))
    pipeline = a_pipeline(day)
    pipeline.sweep_all()

    pass_time(day, pipeline, 200)

    assert {one.name for one in day.store.decisions.findings()} == {"s.%04d.png 1-3"}


def test_a_folder_replaced_by_a_file_ends_what_lay_in_it(day: Day) -> None:
    day.put("a/one.bin", b"one")
    day.put("b/two.bin", b"two")
    day.scan()
    shutil.rmtree(day.root / "a")
    day.put("a", b"a file now")
    pipeline = a_pipeline(day)
    pipeline.sweep(day.root, b"a")

    pass_time(day, pipeline, 30)

    assert day.at("a/one.bin") is None
    assert day.events[-1].text == "deleted"
