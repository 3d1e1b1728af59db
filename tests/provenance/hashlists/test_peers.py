"""Lists that the reference implementation of ASC MHL and mhl-suite wrote, read by us."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from provenance.hashlists import Action, State, merged, read_history, read_list, verify_listed
from tests.provenance.hashlists.rolls import put

pytestmark = pytest.mark.peer

FILES = {"CLIP/C0001.MP4": b"one" * 900, "CLIP/C 02 é&<.MP4": b"two", "sound/a.wav": b"three"}


def run(program: str, *words: str) -> None:
    assert shutil.which(program), f"{program} is not installed: pip install ascmhl mhl-suite"
    subprocess.run([program, *words], check=True, capture_output=True)


def test_a_history_of_the_reference_implementation_holds(tmp_path: Path) -> None:
    roll = put(tmp_path / "A001", FILES)
    hashes = [word for name in ("md5", "sha1", "c4", "xxh128", "xxh3", "xxh64") for word in ("-h", name)]
    run("ascmhl", "create", str(roll), *hashes)
    run("ascmhl", "create", str(roll), "-h", "xxh128")

    history = read_history(roll)
    assert history is not None
    listed = merged(history)
    found = verify_listed(listed, roll, by_hash=True)

    assert history.intact
    assert len(history.generations) == 2
    assert {entry.path for entry in listed.entries} == set(FILES)
    assert {entry.action for entry in listed.entries} == {Action.ORIGINAL}
    assert {len(entry.hashes) for entry in listed.entries} == {6}
    assert {one.state for one in found.files} == {State.VERIFIED}
    assert found.holds
    assert found.extra == ()


def test_nested_histories_of_the_reference_implementation_are_followed(tmp_path: Path) -> None:
    roll = put(tmp_path / "DAY1" / "A001", FILES)
    run("ascmhl", "create", str(roll), "-h", "xxh128")
    put(tmp_path / "DAY1", {"report.pdf": b"x"})
    run("ascmhl", "create", str(tmp_path / "DAY1"), "-h", "xxh128")

    history = read_history(tmp_path / "DAY1")

    assert history is not None
    assert history.intact
    assert history.nested == ("A001",)


def test_a_list_of_mhl_suite_holds(tmp_path: Path) -> None:
    roll = put(tmp_path / "A001", FILES)
    run("simple-mhl", "seal", str(roll))
    (path,) = roll.glob("*.mhl")

    found = verify_listed(read_list(path), roll, by_hash=True)

    assert {one.state for one in found.files} == {State.VERIFIED}
    assert found.holds
