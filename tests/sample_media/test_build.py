"""The sample files are what their script makes, what their README lists, and small."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "sample_media"
FOLDERS = ("broken", "clips", "sequences", "sidecars", "stills", "timelines", "trust")


def _build(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SAMPLES / "build.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)


def _files(root: Path) -> dict[str, bytes]:
    paths = [path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def _is_signed(name: str, data: bytes) -> bool:
    return name.endswith(".pem") or b"c2pa.signature" in data


@pytest.fixture(scope="module")
def committed() -> dict[str, bytes]:
    return _files(SAMPLES)


@pytest.fixture(scope="module")
def listed() -> list[str]:
    text = (SAMPLES / "README.md").read_text(encoding="utf-8").split("## The files")[1]
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def test_two_builds_agree_on_every_unsigned_byte(tmp_path: Path) -> None:
    builds = []
    for name in ("first", "second"):
        run = _build("--out", str(tmp_path / name))
        assert run.returncode == 0, run.stderr
        builds.append(_files(tmp_path / name))
    assert builds[0].keys() == builds[1].keys()
    different = [name for name, data in builds[0].items() if data != builds[1][name]]
    assert [name for name in different if not _is_signed(name, builds[0][name])] == []


def test_the_committed_files_are_sound_and_come_out_of_a_rebuild_again() -> None:
    run = _build("--check")
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_build_refuses_a_folder_that_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    run = _build("--out", str(tmp_path))
    assert run.returncode == 2
    assert "is not empty" in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_every_file_that_the_readme_lists_exists(listed: list[str]) -> None:
    assert [pattern for pattern in listed if not list(SAMPLES.glob(pattern))] == []


def test_every_file_that_exists_is_listed_once_in_the_readme(committed: dict[str, bytes], listed: list[str]) -> None:
    covered = sorted(path.relative_to(SAMPLES).as_posix() for row in listed for path in SAMPLES.glob(row))
    assert covered == sorted(committed)


def test_no_private_key_is_among_the_files(committed: dict[str, bytes]) -> None:
    assert [name for name, data in committed.items() if b"PRIVATE KEY" in data] == []


def test_no_file_is_larger_than_400_kb(committed: dict[str, bytes]) -> None:
    assert [name for name, data in committed.items() if len(data) > 400_000] == []


def test_all_files_together_stay_under_3_mb(committed: dict[str, bytes]) -> None:
    assert sum(map(len, committed.values())) < 3_000_000
