"""delivery: folders and lists that are handed over."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]


def told(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_each_deliverables_folder_is_an_open_delivery(production: Path, run: Run) -> None:
    [found] = told(run("delivery", "list", "--json", inside=production))["deliveries"]

    assert (found["name"], found["folder"], found["state"], found["files"], found["open_findings"]) == (
        "deliverables", "deliverables", "open", 2, 2,
    )  # fmt: skip


def test_a_folder_becomes_a_delivery_with_whatever_will_lie_in_it(production: Path, run: Run) -> None:
    opened = told(run("delivery", "new", "key art", "--from", "stills", "--json", inside=production))
    (production / "stills" / "late.png").write_bytes((production / "stills" / "ai_a1111.png").read_bytes())
    run("scan", "--quiet")

    shown = told(run("delivery", "show", "key art", "--json"))

    assert opened["files"] == 6
    assert "late.png" in [one["name"] for one in shown["files"]]
    assert run("check", "key art").exit_code == 10


def test_a_list_holds_the_contents_that_were_named(production: Path, run: Run) -> None:
    run("delivery", "new", "selects", "stills/*.jpg", "ai", inside=production)
    (production / "stills" / "late.jpg").write_bytes(b"late")
    run("scan", "--quiet")

    shown = told(run("delivery", "show", "selects", "--json"))

    assert [one["name"] for one in shown["files"]] == [
        "ai/human_made.png", "stills/ai_xmp.jpg", "stills/captured.jpg", "stills/derived.jpg",
    ]  # fmt: skip


def test_shows_origin_findings_and_who_answered(production: Path, run: Run) -> None:
    run("decide", "ai_generated.png", "--approve", "--by", "post supervisor", inside=production)

    shown = run("delivery", "show", "deliverables").stdout

    assert shown.splitlines()[0] == "deliverables: open, 2 files, 1 open finding"
    assert "NFX-01 approve by post supervisor" in shown
    assert "undeclared    GEN-01" in shown


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("new", "x"), "what is in it?"),
        (("new", "x", "stills/captured.jpg", "--from", "stills"), "what is in it?"),
        (("new", "deliverables", "--from", "stills"), "there is a delivery 'deliverables' already"),
        (("new", "x", "--from", "nowhere"), "there is no such folder"),
        (("new", "x", "--from", ".."), "outside the production"),
        (("new", "x", "nothing.png"), "no such file"),
        (("new", " ", "--from", "stills"), "a delivery needs a name"),
        (("show", "none"), "there is no delivery 'none'"),
    ],
)
def test_what_makes_no_sense_is_refused(production: Path, run: Run, words: tuple[str, ...], message: str) -> None:
    found = run("delivery", *words, inside=production)

    assert found.exit_code == 2
    assert message in found.stderr
    assert len(told(run("delivery", "list", "--json"))["deliveries"]) == 1
