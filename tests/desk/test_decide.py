"""decide: named, bound to content, listed before it is stored, and never about nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from desk.dates import parse_expiry
from provenance.errors import UsageError

Run = Callable[..., Result]
BY = ("--by", "post supervisor", "--reference", "letter 14")
STILL = "deliverables/ai_generated.png"
STRIPPED = "deliverables/stripped.png"


def told(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def decisions(run: Run, production: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told(run("decide", "--list", "--json", inside=production))["decisions"]
    return found


def test_an_approval_answers_all_open_findings_of_the_file(production: Path, run: Run) -> None:
    found = run("decide", STILL, "--approve", *BY, "--role", "post", "--note", "seen", inside=production)

    assert found.exit_code == 0
    [kept] = decisions(run, production)
    assert (kept["codes"], kept["answer"], kept["by"]) == (["NFX-01"], "approve", "post supervisor")
    assert (kept["reference"], kept["role"], kept["note"]) == ("letter 14", "post", "seen")
    assert run("check", STILL).exit_code == 0
    assert run("check").exit_code == 11


def test_the_name_that_a_finding_prints_is_enough(production: Path, run: Run) -> None:
    assert run("decide", "stripped.png", "--incidental", *BY, inside=production).exit_code == 0


def test_a_refusal_keeps_the_finding_open_and_comes_before_an_approval(production: Path, run: Run) -> None:
    run("decide", STILL, "--refuse", *BY, inside=production)
    refused = run("check", STILL)

    approved = run("decide", STILL, "--approve", "--by", "somebody else")

    assert refused.exit_code == 10
    assert "refused by post supervisor" in refused.stdout
    assert "A refusal by post supervisor still stands" in approved.stdout
    assert run("check", STILL).exit_code == 10


def test_a_decision_that_is_taken_back_opens_its_findings_again(production: Path, run: Run) -> None:
    run("decide", STILL, "--approve", *BY, inside=production)
    [kept] = decisions(run, production)

    found = run("decide", "--revoke", kept["uid"], "--by", "post supervisor", "--reason", "the letter was withdrawn")

    assert found.exit_code == 0
    assert run("check", STILL).exit_code == 10
    assert decisions(run, production)[0]["revoked"] is not None


def test_bulk_stores_the_resolved_list_and_never_the_pattern(production: Path, run: Run) -> None:
    found = told(run("decide", "deliverables/*", "--approve", *BY, "--json", inside=production))

    assert sorted(one["name"] for one in found["decisions"]) == [STILL, STRIPPED]
    assert len({one["sha256"] for one in decisions(run, production)}) == 2
    assert run("check").exit_code == 0


def test_a_code_alone_means_every_file_where_it_is_open(production: Path, run: Run) -> None:
    found = told(run("decide", "--finding", "GEN-01", "--approve", *BY, "--json", inside=production))

    assert [(one["name"], one["codes"]) for one in found["decisions"]] == [("stripped.png", ["GEN-01"])]
    assert run("check").exit_code == 10


def test_a_dry_run_shows_the_list_and_stores_nothing(production: Path, run: Run) -> None:
    found = run("decide", "deliverables", "--approve", *BY, "--dry-run", inside=production)

    assert "2 decisions would be recorded; nothing was stored" in found.stdout
    assert decisions(run, production) == []


def test_rows_of_a_csv_stand_in_for_the_options(production: Path, run: Run, tmp_path: Path) -> None:
    rows = tmp_path / "answers.csv"
    rows.write_text(
        "file,answer,finding,by,note\n"
        f"{STILL},refuse,NFX-01,producer,not this one\n"
        f'{STRIPPED},,,,"seen, fine"\n'
    )  # fmt: skip

    found = run("decide", "--from-csv", rows, "--approve", *BY, inside=production)

    assert found.exit_code == 0
    assert [(one["answer"], one["by"], one["note"]) for one in decisions(run, production)] == [
        ("refuse", "producer", "not this one"), ("approve", "post supervisor", "seen, fine"),
    ]  # fmt: skip


def test_a_csv_with_one_wrong_row_stores_nothing(production: Path, run: Run, tmp_path: Path) -> None:
    rows = tmp_path / "answers.csv"
    rows.write_text(f"file\n{STILL}\nnothing.png\n")

    found = run("decide", "--from-csv", rows, "--approve", *BY, inside=production)

    assert found.exit_code == 2
    assert "row 2, nothing.png" in found.stderr
    assert decisions(run, production) == []


def test_the_document_is_kept_by_its_hash(production: Path, run: Run, tmp_path: Path) -> None:
    letter = tmp_path / "approval letter.pdf"
    letter.write_bytes(b"we approve")
    digest = hashlib.sha256(b"we approve").hexdigest()

    found = run("decide", STILL, "--approve", "--by", "post supervisor", "--document", letter, inside=production)

    assert found.exit_code == 0
    assert decisions(run, production)[0]["document"] == digest
    assert (production / ".provenance" / "documents" / digest).read_bytes() == b"we approve"


def test_a_decision_for_one_delivery_does_not_clear_another(production: Path, run: Run) -> None:
    run("delivery", "new", "trailer", STILL, inside=production)

    run("decide", STILL, "--approve", "--delivery", "trailer", *BY)

    assert run("check", "trailer").exit_code == 0
    assert run("check", "deliverables").exit_code == 10


def test_a_decision_in_advance_counts_when_the_file_is_delivered(production: Path, run: Run) -> None:
    source = production / "stills" / "ai_a1111.png"
    decided = run("decide", source, "--approve", *BY, "--in-advance", "--finding", "NFX-01", inside=production)
    (production / "deliverables" / "later.png").write_bytes(source.read_bytes())
    run("scan", "--quiet")

    assert decided.exit_code == 0
    assert run("check", "deliverables/later.png").exit_code == 0


def test_what_changed_on_disk_is_not_decided(production: Path, run: Run) -> None:
    with (production / STILL).open("ab") as file:
        file.write(b"x")

    found = run("decide", STILL, "--approve", *BY, inside=production)

    assert found.exit_code == 2
    assert "a decision binds to the recorded content" in found.stderr
    assert decisions(run, production) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("stills/captured.jpg", "--approve", *BY), "has no open finding, so there is nothing to decide"),
        (("ai", "stills/captured.jpg", "--approve", *BY), "none of these files has an open finding"),
        ((STILL, "--approve"), "add --by NAME"),
        ((STILL, *BY), "add --approve, --refuse or --incidental"),
        ((STILL, "--approve", "--refuse", *BY), "one answer is needed"),
        ((STILL, "--approve", *BY, "--finding", "GEN-99"), "there is no code 'GEN-99'"),
        ((STILL, "--approve", *BY, "--finding", "LOOK-02"), "LOOK-02 cannot be decided"),
        ((STILL, "--approve", *BY, "--finding", "GEN-01"), "has no open finding GEN-01"),
        ((STILL, "--approve", *BY, "--expires", "2001-01-01"), "2001-01-01 has passed"),
        ((STILL, "--approve", *BY, "--expires", "soon"), "'soon' is no date"),
        ((STILL, "--approve", *BY, "--delivery", "none"), "there is no delivery 'none'"),
        ((STILL, "--approve", *BY, "--in-advance"), "add --finding CODE"),
        ((STILL, "--approve", *BY, "--document", "none.pdf"), "none.pdf"),
        (("--approve", *BY), "what is decided?"),
        ((), "what is decided?"),
        (("--revoke", "x", "--by", "x"), "add --reason"),
        (("--revoke", "x", "--by", "x", "--reason", "y"), "there is no decision 'x' in force"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_stored(
    production: Path, run: Run, words: tuple[str, ...], message: str
) -> None:
    found = run("decide", *words, inside=production)

    assert found.exit_code == 2
    assert message in found.stderr
    assert decisions(run, production) == []


NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z


def test_a_day_counts_to_its_end_and_a_time_to_the_moment() -> None:
    day = parse_expiry("2026-06-30", NOW)

    assert parse_expiry("2026-06-30T00:00", NOW) == day - 24 * 3_600_000
    assert parse_expiry("2026-06-30T12:00:00+00:00", NOW) == 1_782_820_800_000


@pytest.mark.parametrize("text", ["", "30.6.2026", "2026-13-01", "2026-06-30x", "9999-12-31", "tomorrow", "\x1b[2J"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_expiry(text, NOW)

    assert "\x1b" not in str(raised.value)
