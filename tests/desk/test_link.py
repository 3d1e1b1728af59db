"""link: a person's word about what was made from what."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from desk.commands.link import spread_from
from desk.production import open_production
from desk.selection import Selection

Run = Callable[..., Result]
BY = ("--by", "assistant editor")


def links_of(production: Path, name: str) -> list[tuple[str, str, bool]]:
    with open_production(production, readonly=True) as opened:
        child = Selection(opened, production).one(name)
        return sorted(
            (opened.store.assets.summary(one.parent).name, one.relation.value, one.used)
            for one in opened.store.lineage.parents(child.sha256)
        )


def test_links_several_parents_at_once_with_globs(production: Path, run: Run) -> None:
    words = ("link", "stills/undeclared.png", "--from", "stills/ai_*.png", "stills/captured.jpg", *BY)

    found = run(*words, inside=production)

    assert found.exit_code == 0
    assert links_of(production, "stills/undeclared.png") == [
        ("ai_a1111.png", "component", True),
        ("ai_generated.png", "component", True),
        ("captured.jpg", "component", True),
    ]
    assert found.stdout.splitlines()[0] == "stills/undeclared.png: 3 links recorded; made from AI"


def test_ai_in_a_parent_raises_the_flag_of_a_delivered_child(production: Path, run: Run) -> None:
    words = ("link", "deliverables/stripped.png", "--from", "stills/ai_generated.png", *BY, "--json")

    found = json.loads(run(*words, inside=production).stdout)

    assert found["ai_or_made_from_ai"] is True
    assert "NFX-01" in [one["code"] for one in found["flags_raised"]]


def test_refuses_a_circle_and_shows_its_path(production: Path, run: Run) -> None:
    run("link", "stills/undeclared.png", "--from", "stills/captured.jpg", *BY, inside=production)
    run("link", "stills/captured.jpg", "--from", "ai/human_made.png", *BY)

    found = run("link", "ai/human_made.png", "--from", "stills/undeclared.png", *BY)

    assert found.exit_code == 2
    assert "ai/human_made.png <- stills/undeclared.png <- stills/captured.jpg <- ai/human_made.png" in found.stderr
    assert links_of(production, "ai/human_made.png") == []


def test_refuses_a_link_to_itself_under_any_name(production: Path, run: Run) -> None:
    found = run("link", "stills/ai_generated.png", "--from", "deliverables/ai_generated.png", *BY, inside=production)

    assert found.exit_code == 2
    assert "nothing is its own parent" in found.stderr


def test_takes_a_link_back_and_the_taint_with_it(production: Path, run: Run) -> None:
    run("link", "deliverables/stripped.png", "--from", "stills/ai_generated.png", *BY, inside=production)
    words = ("link", "--remove", "deliverables/stripped.png", "--from", "stills/ai_generated.png", *BY)

    found = run(*words, "--reason", "another still")

    assert found.exit_code == 0
    assert found.stdout.splitlines()[0] == "deliverables/stripped.png: 1 link taken back; no AI known in it"
    assert links_of(production, "deliverables/stripped.png") == []
    assert run("check").exit_code == 10
    assert run("check", "deliverables/stripped.png").exit_code == 11


def test_present_only_carries_no_taint(production: Path, run: Run) -> None:
    words = ("link", "deliverables/stripped.png", "--from", "stills/ai_generated.png", "--present-only", *BY)

    found = run(*words, inside=production)

    assert "no AI known in it" in found.stdout
    assert links_of(production, "deliverables/stripped.png") == [("ai_generated.png", "component", False)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("stills/undeclared.png", *BY), "nothing to link"),
        (("stills/undeclared.png", "--from", "stills/captured.jpg"), "add --by NAME"),
        (("stills/undeclared.png", "--from", "stills/new.png", *BY), "no such file"),
        (("--remove", "stills/undeclared.png", "--from", "stills/captured.jpg", *BY), "add --reason"),
        (("--remove", "stills/undeclared.png", "--from", "stills/captured.jpg", *BY, "--reason", "x"), "no link says"),
        (("stills/undeclared.png", "stills/captured.jpg", "--from", "ai/human_made.png", *BY), "unexpected extra"),
        (("stills/undeclared.png", "--from", *BY), "requires an argument"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_recorded(
    production: Path, run: Run, words: tuple[str, ...], told: str
) -> None:
    found = run("link", *words, inside=production)

    assert found.exit_code == 2
    assert told in found.stderr
    assert links_of(production, "stills/undeclared.png") == []


def test_an_unrecorded_parent_names_the_command_that_takes_it_in(production: Path, run: Run) -> None:
    (production / "stills" / "new.png").write_bytes(b"new")

    found = run("link", "stills/undeclared.png", "--from", "stills/new.png", *BY, inside=production)

    assert found.exit_code == 2
    assert "provenance scan" in found.stderr


def test_every_word_behind_from_is_a_parent() -> None:
    assert spread_from(["c", "--from", "a", "b", "--by", "x"]) == ["c", "--from", "a", "--from", "b", "--by", "x"]
    assert spread_from(["--from", "a", "--json"]) == ["--from", "a", "--json"]
    assert spread_from(["--from", "--by", "x"]) == ["--by", "x", "--from"]
