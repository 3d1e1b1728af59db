"""The documents say what is so: commands exist, links lead somewhere, the transcript is what the program prints."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from desk.commands import COMMANDS
from desk.exit_codes import MEANINGS

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md"), *(ROOT / "sample_media").glob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def load(name: str, file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def make() -> ModuleType:
    return load("make", ROOT / "make.py")


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_first_screen_of_the_readme_has_the_two_commands_in_both_forms() -> None:
    first_screen = readme().partition("## ")[0]

    for form in ("python3 make.py demo", "python3 make.py test", "py make.py demo", "py make.py test"):
        assert form in first_screen


def test_every_task_that_a_page_names_exists(make: ModuleType) -> None:
    named = {task for page in PAGES for task in re.findall(r"make\.py ([a-z]+)\b", page.read_text(encoding="utf-8"))}

    assert named >= {"demo", "test"}
    assert named <= set(make.TASKS)


def test_make_explains_itself_and_refuses_what_it_does_not_know() -> None:
    command = [sys.executable, str(ROOT / "make.py")]

    asked = subprocess.run([*command, "--help"], capture_output=True, text=True, timeout=30, check=False)
    wrong = subprocess.run([*command, "bake"], capture_output=True, text=True, timeout=30, check=False)

    assert (asked.returncode, wrong.returncode) == (0, 2)
    assert "make.py demo" in wrong.stderr


def test_make_describes_every_task(make: ModuleType) -> None:
    described = set(re.findall(r"^python3 make\.py (\w+)", make.__doc__ or "", re.MULTILINE))

    assert described == set(make.TASKS)


def test_every_command_has_a_section() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

    missing = [name for name in COMMANDS if not re.search(rf"^#+ .*\b{name}\b", page, re.MULTILINE)]

    assert missing == []


def test_every_exit_code_is_explained() -> None:
    page = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")

    assert [code for code in MEANINGS if not re.search(rf"\b{code}\b", page)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]

    broken = [link for link in links if not (page.parent / link.partition("#")[0]).exists()]

    assert broken == []


def test_the_changelog_has_the_current_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert f"## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_licence_is_the_one_that_is_declared() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")

    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_transcript_in_the_readme_is_what_the_program_prints() -> None:
    transcript = load("transcript", ROOT / "docs" / "transcript.py")

    assert transcript.block_in(readme()) == transcript.record()


def test_every_benchmark_has_its_figures() -> None:
    from benchmarks import BENCHMARKS

    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")

    assert [name for name in BENCHMARKS if f"python -m benchmarks {name}" not in page] == []
