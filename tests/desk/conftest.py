"""What the desk's tests share: the command line run in this process, and a scanned production of samples."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from desk.cli import cli
from tests.provenance.keyring_in_memory import MemoryKeyring, keyring_in_memory

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `provenance ARGUMENTS...` in this process: run("show", "x.png", inside=folder)."""
    monkeypatch.delenv("PROVENANCE_PRODUCTION", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")

    def invoke(*arguments: object, inside: Path | None = None) -> Result:
        if inside is not None:
            monkeypatch.chdir(inside)
        return CliRunner().invoke(cli, [str(one) for one in arguments], prog_name="provenance")

    return invoke


@pytest.fixture
def lines() -> Callable[[Result], list[dict[str, Any]]]:
    """The JSON objects that a command printed, one a line."""
    return lambda result: [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="session")
def scanned(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Path:
    """A scanned production; shared, so only for questions. `production` gives a copy of one's own.

    stills/: AI, captured, undeclared; ai/: drawn, first seen there; deliverables/: an AI still, and one that was
    stripped and cut to another size, so that nothing here knows it;
    gone/: a still that was deleted after it was recorded.
    """
    root = tmp_path_factory.mktemp("production") / "night train"
    runner = CliRunner()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PROVENANCE_PRODUCTION", raising=False)
        assert runner.invoke(cli, ["init", str(root), "--title", "Night Train", "--folders"]).exit_code == 0
        _hurry(root / "provenance.toml")
        for name, folder in _LAID_OUT:
            (root / folder).mkdir(exist_ok=True)
            shutil.copy2(samples / name, root / folder)
        _cut(root / "deliverables" / "stripped.png")
        scan = ["scan", "--production", str(root), "--quiet"]
        assert runner.invoke(cli, scan).exit_code == 0
        (root / "gone" / "procedural.png").unlink()
        assert runner.invoke(cli, scan).exit_code == 0
    return root


_LAID_OUT = (
    ("stills/ai_generated.png", "stills"),
    ("stills/ai_a1111.png", "stills"),
    ("stills/captured.jpg", "stills"),
    ("stills/ai_xmp.jpg", "stills"),
    ("stills/derived.jpg", "stills"),
    ("stills/undeclared.png", "stills"),
    ("stills/human_made.png", "ai"),
    ("stills/ai_generated.png", "deliverables"),
    ("stills/stripped.png", "deliverables"),
    ("stills/procedural.png", "gone"),
)


def _cut(file: Path) -> None:
    """Another picture without marks: by its essence nobody recognises it."""
    with Image.open(file) as picture:
        cut = picture.crop((8, 8, picture.width, picture.height))
    cut.save(file)


def _hurry(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "settle_seconds = 2.0" in text
    file.write_text(text.replace("settle_seconds = 2.0", "settle_seconds = 0.05"), encoding="utf-8")


@pytest.fixture
def production(scanned: Path, tmp_path: Path) -> Path:
    """A scanned production of the test's own."""
    root = tmp_path / "night train"
    shutil.copytree(scanned, root)
    return root


@pytest.fixture
def root(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty production, whose keys no passphrase of the environment protects."""
    monkeypatch.delenv("PROVENANCE_PASSPHRASE", raising=False)
    folder = tmp_path / "night train"
    assert run("init", folder, "--title", "Night Train").exit_code == 0
    return folder


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    """A keyring of the test's own, in place of the system's."""
    with keyring_in_memory() as backend:
        yield backend
