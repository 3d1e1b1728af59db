"""tag, untag and declare from the command line: what is written, what is shown, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
Lines = Callable[[Result], list[dict[str, Any]]]
BY = ("--by", "the compositor", "--basis", "made it")


@pytest.fixture
def show(production: Path, run: Run) -> Path:
    """A scanned production with an identity; a copy has new inodes, so it is looked at again first."""
    assert run("scan", "--quiet", inside=production).exit_code == 0
    assert run("identity", "create", "--organisation", "Night Train Films").exit_code == 0
    return production


def test_a_drawn_picture_is_tagged_and_every_command_knows_it_for_the_same(show: Path, run: Run) -> None:
    told = run("tag", "ai/human_made.png", "--embed", "--set", "shot=AB_0120", "--by", "the assistant editor")

    assert told.exit_code == 0
    assert told.stdout.splitlines()[0] == "c2pa, xmp, exif written into ai/human_made.png"
    page = run("show", "ai/human_made.png").stdout
    assert "fields     shot AB_0120" in page
    assert "tagged     c2pa, xmp, exif embedded, ai/human_made.png for the assistant editor" in page
    assert run("scan", "--quiet").stdout.startswith("9 files seen, 0 new")


def test_a_dry_run_shows_the_exact_change_and_writes_nothing(show: Path, run: Run) -> None:
    before = (show / "stills/ai_a1111.png").read_bytes()
    listing = sorted(path.name for path in (show / "stills").iterdir())

    told = run("tag", "stills/ai_a1111.png", "--dry-run", "--set", "shot=X")

    assert told.exit_code == 0
    assert "would be written into" in told.stdout
    assert "at byte" in told.stdout
    assert (show / "stills/ai_a1111.png").read_bytes() == before
    assert sorted(path.name for path in (show / "stills").iterdir()) == listing
    assert json.loads(run("show", "stills/ai_a1111.png", "--json").stdout)["fields"] == {}


def test_a_dry_run_as_json_gives_each_edit(show: Path, run: Run, lines: Lines) -> None:
    found = lines(run("tag", "stills/ai_a1111.png", "--dry-run", "--json"))

    assert found[0]["way"] == "embedded"
    assert {edit["writer"] for edit in found[0]["edits"]} == {"xmp", "exif"}
    assert found[0]["says"]["origin"] == "ai_generated"


def test_captured_media_gets_sidecars(show: Path, run: Run) -> None:
    before = (show / "stills/captured.jpg").read_bytes()

    told = run("tag", "stills/captured.jpg")

    assert "written beside stills/captured.jpg (it is captured media" in told.stdout
    assert (show / "stills/captured.jpg").read_bytes() == before
    assert (show / "stills/captured.jpg.c2pa").is_file()
    assert run("tag", "stills/captured.jpg", "--embed").exit_code == 2


def test_untag_gives_back_the_folder_as_it_was(show: Path, run: Run) -> None:
    listing = sorted(path.name for path in (show / "stills").iterdir())
    run("tag", "stills/captured.jpg")

    told = run("untag", "stills/captured.jpg")

    assert told.stdout.splitlines()[0] == "stills/captured.jpg: taken back"
    assert sorted(path.name for path in (show / "stills").iterdir()) == listing
    assert "nothing of ours" in run("untag", "stills/captured.jpg").stdout


def test_a_file_in_deliverables_is_left_alone_unless_that_is_meant(show: Path, run: Run) -> None:
    told = run("tag", "deliverables/ai_generated.png")

    assert told.exit_code == 2
    assert "--into-deliverables" in told.stderr
    assert run("tag", "deliverables/ai_generated.png", "--into-deliverables").exit_code == 0
    assert run("check", "deliverables").exit_code == 10


def test_one_file_that_refuses_keeps_no_other(show: Path, run: Run, lines: Lines) -> None:
    found = run("tag", "stills/undeclared.png", "stills/captured.jpg", "--json")

    told = {one["name"]: one["written"] for one in lines(found)[:2]}
    assert told == {"stills/undeclared.png": False, "stills/captured.jpg": True}
    assert found.exit_code == 2


def test_fields_are_found_by_their_text(show: Path, run: Run, lines: Lines) -> None:
    run("tag", "stills/captured.jpg", "--set", "shot=AB_0120", "--set", "scene=12")

    found = lines(run("find", "--field", "shot=ab_01*", "--json"))

    assert [(one["path"], one["fields"]) for one in found] == [
        ("stills/captured.jpg", {"scene": "12", "shot": "AB_0120"})
    ]
    assert run("find", "--field", "shot=XX*").stdout == "nothing found\n"


@pytest.mark.parametrize("text", ["shot", "=x", "director=me", "shot AB"])
def test_what_sets_no_field_is_refused_by_name(show: Path, run: Run, text: str) -> None:
    told = run("tag", "stills/captured.jpg", "--set", text)

    assert told.exit_code == 2
    assert "sets no field" in told.stderr


def test_declaring_with_a_tool_records_the_use_and_tags_in_one_go(show: Path, run: Run) -> None:
    prompt = show / "prompt.txt"
    prompt.write_text("a quiet harbour\n", encoding="utf-8")

    told = run(
        "declare", "stills/undeclared.png", "--origin", "ai_generated", *BY, "--tool", "Sample Generator",
        "--model", "m1", "--prompt-file", prompt, "--prompt-writer", "the compositor", "--purpose", "temporary",
    )  # fmt: skip

    assert told.exit_code == 0
    assert "c2pa, xmp, exif written into stills/undeclared.png" in told.stdout
    page = json.loads(run("show", "stills/undeclared.png", "--json").stdout)
    assert [(one["tool"], one["prompt"], one["purpose"]) for one in page["uses"]] == [
        ("Sample Generator", "a quiet harbour", "temporary")
    ]
    assert page["origin"] == "ai_generated"
    assert [one["way"] for one in page["tagged"]] == ["embedded"]
    said = json.loads(run("inspect", "stills/undeclared.png", "--json").stdout)
    assert said["origin"] == "ai_generated"


def test_declaring_without_tagging_writes_nothing(show: Path, run: Run) -> None:
    before = (show / "stills/undeclared.png").read_bytes()

    words = ("declare", "stills/undeclared.png", "--origin", "ai_generated", *BY, "--tool", "T", "--no-tag", "--json")
    told = json.loads(run(*words).stdout)

    assert (told["use_recorded"], told["tagged"]) == (True, [])
    assert (show / "stills/undeclared.png").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "words"), [(None, "cannot be read"), (b"\xff\xfe\x00", "not UTF-8"), (b"x" * (1 << 21), "longer than")]
)
def test_a_prompt_that_is_none_is_refused_before_anything_is_recorded(
    show: Path, run: Run, content: bytes | None, words: str
) -> None:
    prompt = show / "prompt.txt"
    if content is not None:
        prompt.write_bytes(content)

    told = run("declare", "stills/undeclared.png", "--origin", "ai_generated", *BY, "--prompt-file", prompt)

    assert told.exit_code == 2
    assert words in told.stderr
    assert json.loads(run("show", "stills/undeclared.png", "--json").stdout)["declarations"] == []


def test_a_key_that_nobody_can_open_is_named_and_the_file_stays(
    show: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", "secret")
    assert run("identity", "rotate", "--new-authority").exit_code == 0
    before = (show / "stills/ai_a1111.png").read_bytes()

    for value in ("", "wrong"):
        monkeypatch.setenv("PROVENANCE_PASSPHRASE", value)
        told = run("tag", "stills/ai_a1111.png")

        assert told.exit_code == 2
        assert "passphrase" in told.stderr
    assert (show / "stills/ai_a1111.png").read_bytes() == before
