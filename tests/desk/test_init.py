"""init: a production, and nothing overwritten."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from provenance.configuration import load_settings

Run = Callable[..., Result]
Lines = Callable[[Result], list[dict[str, Any]]]


def test_writes_settings_named_after_the_folder_and_says_what_comes_next(run: Run, tmp_path: Path) -> None:
    root = tmp_path / "night train"

    result = run("init", root)

    settings = load_settings(root)
    assert result.exit_code == 0
    assert settings.production.title == "night train"
    assert uuid.UUID(settings.production.id).version == 4
    assert f"provenance watch --production '{root}'" in result.stdout
    assert [one.name for one in root.iterdir()] == ["provenance.toml"]


def test_makes_the_folders_only_when_asked(run: Run, lines: Lines, tmp_path: Path) -> None:
    result = run("init", tmp_path / "p", "--folders", "--title", "Night Train", "--json")

    (told,) = lines(result)
    assert told["title"] == "Night Train"
    assert [Path(one).name for one in told["folders"]] == ["deliverables", "ai", "camera"]
    assert all(Path(one).is_dir() for one in told["folders"])


def test_refuses_to_overwrite_and_leaves_everything_as_it_was(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path)
    before = (tmp_path / "provenance.toml").read_bytes()

    result = run("init", tmp_path, "--folders", "--title", "Other")

    assert result.exit_code == 2
    assert "a production already, nothing was changed" in result.stderr
    assert (tmp_path / "provenance.toml").read_bytes() == before
    assert not (tmp_path / "deliverables").exists()


def test_two_productions_never_share_an_identity(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path / "a")
    run("init", tmp_path / "b")

    assert load_settings(tmp_path / "a").production.id != load_settings(tmp_path / "b").production.id


def test_a_production_inside_another_is_made_and_told(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path)

    result = run("init", tmp_path / "unit two")

    assert result.exit_code == 0
    assert f"lies inside the production {tmp_path}" in result.stderr


def test_a_file_in_the_way_is_a_clear_message(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")

    result = run("init", tmp_path / "file" / "production")

    assert result.exit_code == 2
    assert "cannot be made" in result.stderr


@pytest.mark.parametrize("title", ['Say "no"\\', "line\nbreak \x1b[31m", "x" * 500, "漢字"])
def test_any_title_gives_settings_that_can_be_read(run: Run, tmp_path: Path, title: str) -> None:
    assert run("init", tmp_path / "p", "--title", title).exit_code == 0

    assert load_settings(tmp_path / "p").production.title.isprintable()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse names that are not UTF-8")
def test_a_folder_whose_name_is_not_utf8_becomes_a_production(run: Run, tmp_path: Path) -> None:
    root = tmp_path / b"caf\xe9".decode("utf-8", "surrogateescape")

    assert run("init", root).exit_code == 0
    assert load_settings(root).production.title == "caf\\xe9"
