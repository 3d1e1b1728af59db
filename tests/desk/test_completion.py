"""completion: scripts that shells take, and completion that answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_prints_a_script_with_its_instructions(run: Callable[..., Result], shell: str) -> None:
    result = run("completion", shell)

    assert result.exit_code == 0
    first, *script = result.stdout.splitlines()
    assert first.startswith("# Put this into ")
    assert "_PROVENANCE_COMPLETE" in "\n".join(script)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_takes_the_script(run: Callable[..., Result], shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")

    checked = subprocess.run(
        [program, "-n"], input=run("completion", shell).stdout, capture_output=True, text=True, check=False
    )

    assert (checked.returncode, checked.stderr) == (0, "")


def test_completion_answers_with_commands() -> None:
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "_PROVENANCE_COMPLETE": "bash_complete", "COMP_WORDS": "provenance in",
        "COMP_CWORD": "1",
    }  # fmt: skip

    code = "from desk.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)

    assert done.stdout.split() == ["plain,init", "plain,inspect"]
