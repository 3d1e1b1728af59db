"""The gate at the folder: what is flagged, held, put back, and shown."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance.model import Answer, Decision, Severity
from tests.watchers.production import Day, a_production


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with a_production(tmp_path / "SHOW") as found:
        yield found


def deliver(day: Day, samples: Path, name: str, called: str = "") -> str:
    folder = day.root / "deliverables"
    folder.mkdir(exist_ok=True)
    shutil.copy(samples / name, folder / (called or Path(name).name))
    return f"deliverables/{called or Path(name).name}"


def approve(day: Day, name: str, *codes: str) -> None:
    sha256 = day.at(name)
    assert sha256 is not None
    decision = Decision("", sha256, codes, Answer.APPROVE, "post supervisor", 0, reference="mail of 3 March")
    day.store.decisions.decide(decision)


def open_codes(day: Day) -> list[tuple[str, str, str]]:
    return [(one.code, one.severity.value, one.name) for one in day.scan().flags]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("stills/ai_generated.png", [("NFX-01", "BLOCK")]),
        ("stills/ai_edited.jpg", [("NFX-01", "BLOCK")]),
        ("stills/composite_deep.jpg", [("NFX-01", "BLOCK")]),
        ("stills/stripped.png", [("GEN-01", "DECIDE")]),
        ("stills/undeclared.png", [("GEN-01", "DECIDE")]),
        ("stills/composite_source.jpg", [("GEN-01", "DECIDE")]),
        ("stills/captured.jpg", []),
        ("stills/human_made.png", []),
    ],
)
def test_flags_what_the_rules_ask_for(day: Day, samples: Path, name: str, expected: list[tuple[str, str]]) -> None:
    deliver(day, samples, name)

    found = open_codes(day)

    assert [one[:2] for one in found] == expected


def test_the_stripped_sample_reads_undeclared_and_stands_as_decide(day: Day, samples: Path) -> None:
    name = deliver(day, samples, "stills/stripped.png")

    (flag,) = day.scan().flags

    sha256 = day.at(name)
    assert sha256 is not None
    assert day.store.assets.origin(sha256) == "undeclared"
    assert flag.severity is Severity.DECIDE


def test_broken_credentials_warn_and_hold_nothing_more(day: Day, samples: Path) -> None:
    deliver(day, samples, "broken/tampered_signed.jpg")

    day.scan()

    warned = {one.code for one in day.store.decisions.findings() if one.severity is Severity.WARN}
    assert "GEN-03" in warned


def test_a_decision_clears_exactly_the_code_it_names(day: Day, samples: Path) -> None:
    name = deliver(day, samples, "stills/conflict.jpg")
    day.scan()
    approve(day, name, "NFX-01")

    found = [code for code, _, _ in open_codes(day)]

    assert "NFX-01" not in found
    assert "GEN-02" in found


def test_new_content_under_the_same_name_reopens_the_finding(day: Day, samples: Path) -> None:
    name = deliver(day, samples, "stills/ai_xmp.jpg", "final.jpg")
    day.scan()
    approve(day, name, "NFX-01")
    cleared = open_codes(day)
    deliver(day, samples, "stills/ai_usercomment.jpg", "final.jpg")

    reopened = open_codes(day)

    assert (cleared, reopened) == ([], [("NFX-01", "BLOCK", "final.jpg")])


def test_a_finding_is_withdrawn_when_the_file_leaves_the_delivery(day: Day, samples: Path) -> None:
    name = deliver(day, samples, "stills/ai_xmp.jpg")
    day.scan()
    (day.root / name).unlink()

    assert open_codes(day) == []


def test_an_ai_parent_learned_of_later_flags_what_was_made_from_it(day: Day, samples: Path) -> None:
    deliver(day, samples, "stills/derived.jpg")
    before = [code for code, _, _ in open_codes(day)]
    (day.root / "stills").mkdir()
    shutil.copy(samples / "stills" / "ai_xmp.jpg", day.root / "stills")

    after = [code for code, _, _ in open_codes(day)]

    assert (before, "NFX-01" in after) == (["GEN-01"], True)


def test_a_folder_alone_does_not_clear_the_gate(day: Day, samples: Path) -> None:
    (day.root / "camera").mkdir()
    shutil.copy(samples / "stills" / "undeclared.png", day.root / "camera")
    day.scan()
    deliver(day, samples, "stills/undeclared.png", "final.png")

    (flag,) = day.scan().flags

    assert flag.severity is Severity.DECIDE


def test_an_ai_folder_taints_its_files_wherever_they_are_copied(day: Day, samples: Path) -> None:
    (day.root / "ai").mkdir()
    shutil.copy(samples / "stills" / "undeclared.png", day.root / "ai")
    day.scan()
    deliver(day, samples, "stills/undeclared.png", "final.png")

    assert ("NFX-01", "BLOCK", "final.png") in open_codes(day)


def test_an_ai_folder_counts_although_its_copy_lay_in_the_deliverables_already(day: Day, samples: Path) -> None:
    (day.root / "ai").mkdir()
    shutil.copy(samples / "stills" / "undeclared.png", day.root / "ai")
    deliver(day, samples, "stills/undeclared.png", "final.png")

    assert ("NFX-01", "BLOCK", "final.png") in open_codes(day)


def test_the_default_touches_nothing(day: Day, samples: Path) -> None:
    name = deliver(day, samples, "stills/ai_xmp.jpg")

    day.scan()

    assert (day.root / name).is_file()
    assert not (day.root / "deliverables-held").exists()


def test_holds_a_flagged_file_and_puts_it_back_when_it_is_cleared(tmp_path: Path, samples: Path) -> None:
    with a_production(tmp_path / "SHOW", ("hold = false", "hold = true")) as day:
        deliver(day, samples, "stills/ai_xmp.jpg")
        day.scan()
        held = day.root / "deliverables-held" / "ai_xmp.jpg"
        was_held = held.is_file() and not (day.root / "deliverables" / "ai_xmp.jpg").exists()
        still_open = open_codes(day)
        approve(day, "deliverables-held/ai_xmp.jpg", "NFX-01")

        day.scan()
        day.scan()

        assert was_held
        assert still_open == [("NFX-01", "BLOCK", "deliverables-held/ai_xmp.jpg")]
        assert (day.root / "deliverables" / "ai_xmp.jpg").is_file()
        assert open_codes(day) == []


def test_the_flags_page_is_rewritten_when_nothing_is_open_any_more(day: Day, samples: Path) -> None:
    name = deliver(day, samples, "stills/ai_xmp.jpg")
    day.scan()
    before = (day.root / "PROVENANCE-FLAGS.txt").read_text(encoding="utf-8")
    (day.root / name).unlink()
    day.scan()

    after = (day.root / "PROVENANCE-FLAGS.txt").read_text(encoding="utf-8")

    assert ("ai_xmp.jpg" in before, "ai_xmp.jpg" in after) == (True, False)


def test_a_delivery_follows_its_folder_to_another_place(tmp_path: Path, samples: Path) -> None:
    root = tmp_path / "SHOW"
    with a_production(root) as day:
        deliver(day, samples, "stills/ai_xmp.jpg")
        day.scan()
    (root / "out").mkdir()
    (root / "deliverables").rename(root / "out" / "deliverables")

    with a_production(root, ('deliverables = ["deliverables"]', 'deliverables = ["out/deliverables"]')) as day:
        flags = day.scan().flags

    assert [(one.code, one.name, one.delivery) for one in flags] == [("NFX-01", "ai_xmp.jpg", "deliverables")]


def test_an_empty_file_in_an_ai_folder_says_nothing_of_other_empty_files(day: Day) -> None:
    day.put("ai/placeholder.png", b"")
    day.put("deliverables/other.png", b"")

    codes = {code for code, _, _ in open_codes(day)}

    assert codes
    assert "NFX-01" not in codes
