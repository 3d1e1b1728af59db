"""A production day, told by its verdicts: what arrives, what is flagged, who answers, what may go out.

Real files, the real store, the command line; the clock is moved by hand, so nothing waits.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from desk.cli import cli
from tests.watchers.production import Day, a_production

OUT = "deliverables/still.png"
HOLD = ("hold = false", "hold = true")

Open = list[tuple[str, str, str]]


@pytest.fixture(autouse=True)
def no_production_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROVENANCE_PRODUCTION", raising=False)


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with a_production(tmp_path / "Night Train") as found:
        yield found


@pytest.fixture
def holding_day(tmp_path: Path) -> Iterator[Day]:
    with a_production(tmp_path / "Night Train", HOLD) as found:
        yield found


@pytest.fixture
def arrive(samples: Path) -> Callable[[Day, str, str], Path]:
    """Puts a sample at a path of the production."""

    def copy(day: Day, sample: str, path: str) -> Path:
        target = day.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(samples / sample, target)
        return target

    return copy


def provenance(day: Day, *words: str) -> Result:
    return CliRunner().invoke(cli, [*words, "--production", str(day.root)], prog_name="provenance")


def check(day: Day) -> int:
    return provenance(day, "check").exit_code


def open_findings(day: Day) -> Open:
    found = day.store.decisions.findings()
    return sorted({(one.severity.value, one.code, one.name) for one in found if one.is_open})


def approve(day: Day, *words: str) -> Result:
    return provenance(day, "decide", *words, "--approve", "--by", "post supervisor", "--reference", "letter 14")


def test_an_ai_still_copied_byte_equal_into_deliverables_is_blocked(day: Day, arrive: Callable[..., Path]) -> None:
    arrive(day, "stills/ai_generated.png", "art/still.png")
    day.scan()
    arrive(day, "stills/ai_generated.png", "deliverables/innocent name.png")

    report = day.scan()

    assert report.new == 0
    assert open_findings(day) == [("BLOCK", "NFX-01", "innocent name.png")]
    assert check(day) == 10


@pytest.mark.parametrize("first", ["still", "stripped"])
def test_the_stripped_still_is_recognised_by_its_picture_and_blocked(
    day: Day, arrive: Callable[..., Path], first: str
) -> None:
    samples = {"still": ("stills/ai_generated.png", "art/still.png"), "stripped": ("stills/stripped.png", OUT)}
    arrive(day, *samples.pop(first))
    day.scan()
    arrive(day, *samples.popitem()[1])

    day.scan()

    sha256 = day.at(OUT)
    assert sha256 is not None
    assert day.store.assets.origin(sha256).value == "undeclared"
    assert ("BLOCK", "NFX-01", "still.png") in open_findings(day)
    assert check(day) == 10
    assert "same_essence" in provenance(day, "lineage", OUT).output
    assert day.store.lineage.disagreement() == set()


def test_a_person_refuses_the_likeness_and_it_stays_refused(day: Day, arrive: Callable[..., Path]) -> None:
    arrive(day, "stills/ai_generated.png", "art/still.png")
    arrive(day, "stills/stripped.png", OUT)
    day.scan()

    refused = provenance(
        day, "link", "--remove", OUT, "--from", "art/still.png", "--by", "assistant editor", "--reason", "mixed up"
    )
    after = open_findings(day)
    os.utime(day.root / OUT, (1, 1))
    (day.root / f"{OUT}.xmp").write_text("<x/>")  # it is looked at again
    day.scan()

    assert refused.exit_code == 0, refused.output
    assert after == open_findings(day) == [("DECIDE", "GEN-01", "still.png")]
    assert day.store.lineage.disagreement() == set()


def test_the_undeclared_still_waits_for_a_person(day: Day, arrive: Callable[..., Path]) -> None:
    arrive(day, "stills/stripped.png", OUT)

    day.scan()

    sha256 = day.at(OUT)
    assert sha256 is not None
    assert day.store.assets.origin(sha256).value == "undeclared"
    assert open_findings(day) == [("DECIDE", "GEN-01", "still.png")]
    assert check(day) == 11


def test_a_composite_with_ai_at_depth_is_blocked(day: Day, arrive: Callable[..., Path]) -> None:
    arrive(day, "stills/composite_deep.jpg", "deliverables/poster.jpg")

    day.scan()

    assert ("BLOCK", "NFX-01", "poster.jpg") in open_findings(day)
    assert check(day) == 10


def test_a_captured_plate_passes(day: Day, arrive: Callable[..., Path]) -> None:
    arrive(day, "stills/captured.jpg", "camera/plate.jpg")
    arrive(day, "stills/captured.jpg", "deliverables/plate.jpg")

    day.scan()

    assert open_findings(day) == []
    assert check(day) == 0


def test_a_plate_that_only_its_folder_calls_captured_waits_for_a_person(day: Day, arrive: Callable[..., Path]) -> None:
    arrive(day, "stills/undeclared.png", "camera/plate.png")
    day.scan()
    arrive(day, "stills/undeclared.png", "deliverables/plate.png")

    day.scan()

    sha256 = day.at("deliverables/plate.png")
    assert sha256 is not None
    assert day.store.assets.origin(sha256).value == "captured"
    assert open_findings(day) == [("DECIDE", "GEN-05", "plate.png")]
    assert check(day) == 11


def test_a_decision_clears_exactly_its_codes(day: Day, arrive: Callable[..., Path]) -> None:
    arrive(day, "stills/conflict.jpg", "deliverables/still.jpg")
    day.scan()
    assert [code for _, code, _ in open_findings(day)] == ["NFX-01", "GEN-02"]

    approve(day, "deliverables/still.jpg", "--finding", "NFX-01")

    assert open_findings(day) == [("DECIDE", "GEN-02", "still.jpg")]
    assert check(day) == 11


def test_new_content_under_a_cleared_name_is_a_new_question(day: Day, arrive: Callable[..., Path]) -> None:
    arrive(day, "stills/ai_generated.png", "deliverables/still.png")
    day.scan()
    approve(day, "deliverables/still.png")
    assert check(day) == 0
    arrive(day, "stills/ai_a1111.png", "deliverables/still.png")

    before_the_scan = check(day)
    day.scan()

    assert before_the_scan == 12
    assert open_findings(day) == [("BLOCK", "NFX-01", "still.png")]
    assert check(day) == 10


def test_a_person_who_links_a_child_to_an_ai_parent_taints_it(day: Day, arrive: Callable[..., Path]) -> None:
    arrive(day, "stills/ai_generated.png", "art/still.png")
    arrive(day, "stills/undeclared.png", "deliverables/still.png")
    day.scan()
    assert open_findings(day) == [("DECIDE", "GEN-01", "still.png")]

    provenance(day, "link", "deliverables/still.png", "--from", "art/still.png", "--by", "assistant editor")

    assert ("BLOCK", "NFX-01", "still.png") in open_findings(day)
    assert check(day) == 10


def test_an_explained_deliverable_passes_and_shows_its_weakest_link(day: Day, arrive: Callable[..., Path]) -> None:
    arrive(day, "stills/captured.jpg", "camera/plate.jpg")
    arrive(day, "stills/undeclared.png", "deliverables/render.png")
    day.scan()
    words = ("link", "deliverables/render.png", "--from", "camera/plate.jpg", "--relation", "rendered_from")
    provenance(day, *words, "--by", "assistant editor")
    incomplete = check(day)

    provenance(day, "link", "deliverables/render.png", "--complete", "--by", "assistant editor")

    answer = provenance(day, "check")
    assert incomplete == 11
    assert answer.exit_code == 0
    assert "undeclared, explained by its inputs; weakest link: render.png rendered_from plate.jpg" in answer.output


def test_hold_moves_a_flagged_file_and_puts_it_back_when_it_is_cleared(
    holding_day: Day, arrive: Callable[..., Path]
) -> None:
    day = holding_day
    content = arrive(day, "stills/ai_generated.png", "deliverables/art/still.png").read_bytes()
    arrive(day, "stills/captured.jpg", "deliverables/plate.jpg")
    day.scan()
    held = day.root / "deliverables-held" / "art" / "still.png"
    assert held.read_bytes() == content
    assert not (day.root / "deliverables/art/still.png").exists()
    assert (day.root / "deliverables/plate.jpg").exists()

    decided = approve(day, "deliverables-held/art/still.png")

    assert decided.exit_code == 0
    assert (day.root / "deliverables/art/still.png").read_bytes() == content
    assert not held.exists()
    assert check(day) == 0


def test_the_flags_page_follows_the_answers(day: Day, arrive: Callable[..., Path]) -> None:
    arrive(day, "stills/ai_generated.png", "deliverables/still.png")
    day.scan()
    page = day.root / "PROVENANCE-FLAGS.txt"
    flagged = page.read_text("utf-8")

    approve(day, "deliverables/still.png")

    answered = page.read_text("utf-8")
    assert "1 file may not be delivered yet" in flagged
    assert "may not be delivered yet" not in answered
    assert "post supervisor" not in flagged
    assert "post supervisor" in answered
    assert "letter 14" in answered


def test_the_recorded_history_is_whole_at_the_end_of_the_day(day: Day, arrive: Callable[..., Path]) -> None:
    arrive(day, "stills/ai_generated.png", "art/still.png")
    arrive(day, "stills/ai_generated.png", "deliverables/still.png")
    day.scan()
    approve(day, "deliverables/still.png")
    (day.root / "deliverables/still.png").unlink()
    day.scan()

    audit = day.store.ledger.audit()

    assert audit.broken == ""
    assert open_findings(day) == []
    assert day.store.lineage.disagreement() == set()
