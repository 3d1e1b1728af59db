"""declare: a person's word about what files are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
BY = ("--by", "matte painter", "--basis", "painted by hand")


def test_a_declaration_clears_what_waited_for_it(production: Path, run: Run) -> None:
    assert run("check", "deliverables/stripped.png", inside=production).exit_code == 11

    found = run("declare", "deliverables/stripped.png", "--origin", "human_made", *BY)

    assert found.exit_code == 0
    assert found.stdout.splitlines()[0] == "1 file declared human_made by matte painter"
    assert run("check", "deliverables/stripped.png").exit_code == 0


def test_a_mark_of_ai_outweighs_a_declaration(production: Path, run: Run) -> None:
    words = ("declare", "stills/ai_generated.png", "stills/undeclared.png", "--origin", "human_made", *BY, "--json")

    found = json.loads(run(*words, inside=production).stdout)

    assert [(one["name"], one["origin"]) for one in found["files"]] == [
        ("stills/ai_generated.png", "ai_generated"), ("stills/undeclared.png", "human_made"),
    ]  # fmt: skip


def test_declaring_ai_flags_what_was_made_of_it(production: Path, run: Run) -> None:
    run("link", "deliverables/stripped.png", "--from", "stills/undeclared.png", "--by", "editor", inside=production)

    found = run("declare", "stills/undeclared.png", "--origin", "ai_generated", *BY, "--model", "sample")

    assert "FLAG BLOCK NFX-01  deliverables: stripped.png" in found.stdout


def test_the_command_that_a_finding_prints_works_as_it_is(production: Path, run: Run) -> None:
    found = run("declare", "stripped.png", "human_made", *BY, inside=production)

    assert found.exit_code == 0


def test_folders_and_globs_stand_for_what_lies_there(production: Path, run: Run) -> None:
    words = ("declare", "ai", "stills/un*", "--origin", "procedural", *BY, "--json")

    found = json.loads(run(*words, inside=production).stdout)

    assert [one["name"] for one in found["files"]] == ["ai/human_made.png", "stills/undeclared.png"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("stripped.png", "--origin", "human_made", "--by", "x"), "add --basis"),
        (("stripped.png", "--origin", "human_made", "--basis", "x"), "add --by"),
        (("stripped.png", *BY), "add --origin"),
        (("stripped.png", "--origin", "undeclared", *BY), "undeclared"),
        (("nothing.png", "--origin", "human_made", *BY), "no such file"),
    ],
)
def test_what_makes_no_sense_is_refused(production: Path, run: Run, words: tuple[str, ...], told: str) -> None:
    found = run("declare", *words, inside=production)

    assert found.exit_code == 2
    assert told in found.stderr
