"""watch and scan as real processes: a finished end by signal, one daemon only, a scan that tells what it found."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., Result]
Lines = Callable[[Result], list[dict[str, Any]]]


@contextmanager
def watching(root: Path) -> Iterator[subprocess.Popen[str]]:
    """`provenance watch --json` in a process of its own, ended with the block."""
    command = [sys.executable, "-m", "provenance", "watch", "--json", "--production", str(root)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def next_event(process: subprocess.Popen[str], kind: str) -> dict[str, Any]:
    """The next event of a kind; the test's own time limit ends the wait."""
    assert process.stdout is not None
    for line in process.stdout:
        event: dict[str, Any] = json.loads(line)
        if event["kind"] == kind:
            return event
    pytest.fail(f"the daemon ended without {kind!r}: {process.stderr.read() if process.stderr else ''}")


def test_an_ai_file_copied_into_deliverables_is_told_as_a_line_of_json(production: Path, samples: Path) -> None:
    with watching(production) as process:
        next_event(process, "started")
        shutil.copy2(samples / "stills" / "ai_xmp.png", production / "deliverables")
        event = next_event(process, "flagged")

    assert event["data"]["code"] == "NFX-01"
    assert Path(event["path"]).name == "ai_xmp.png"
    assert event["at"].endswith("Z")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_finish_cleanly(production: Path, number: signal.Signals) -> None:
    with watching(production) as process:
        next_event(process, "started")
        process.send_signal(number)
        stopped = next_event(process, "stopped")
        code = process.wait(60)

    assert stopped["text"] == "nothing is watched any more"
    assert code == 0


def test_a_second_daemon_is_refused_and_status_names_the_first(run: Run, lines: Lines, production: Path) -> None:
    with watching(production) as process:
        next_event(process, "started")
        second = subprocess.run(
            [sys.executable, "-m", "provenance", "watch"], capture_output=True, text=True, cwd=production,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
        )  # fmt: skip
        (told,) = lines(run("status", "--json", inside=production))
        pid = process.pid

    assert second.returncode == 2
    assert f"process {pid}" in second.stderr
    assert "already watches this production" in second.stderr
    assert told["daemon"]["pid"] == pid
    assert told["daemon"]["state"] in ("running", "stuck")


def test_after_a_kill_status_says_that_nobody_watches_and_a_new_daemon_may_start(
    run: Run, lines: Lines, production: Path
) -> None:
    with watching(production) as process:
        next_event(process, "started")
        process.kill()
        process.wait(60)
        (told,) = lines(run("status", "--json", inside=production))

    assert told["daemon"]["state"] == "stopped"
    with watching(production) as process:
        assert next_event(process, "started")


def test_a_scan_counts_what_is_new_and_lists_open_flags(
    run: Run, lines: Lines, production: Path, samples: Path
) -> None:
    shutil.copy2(samples / "stills" / "enhanced.jpg", production / "stills")

    (told,) = lines(run("scan", "--json", inside=production))

    assert told["new"] == 1
    assert told["interrupted"] is False
    assert {(one["severity"], one["name"]) for one in told["flags"]} >= {
        ("BLOCK", "ai_generated.png"), ("DECIDE", "stripped.png"),
    }  # fmt: skip


def test_a_scan_of_one_folder_leaves_the_others_alone(run: Run, lines: Lines, production: Path, samples: Path) -> None:
    shutil.copy2(samples / "stills" / "enhanced.jpg", production / "stills")
    shutil.copy2(samples / "stills" / "screenshot.png", production / "camera")

    (told,) = lines(run("scan", "camera", "--json", inside=production))

    assert told["new"] == 1
    assert run("show", "stills/enhanced.jpg").exit_code == 2
    assert run("show", "camera/screenshot.png").exit_code == 0


def test_a_scan_outside_the_production_is_refused(run: Run, production: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()

    result = run("scan", tmp_path / "other", inside=production)

    assert result.exit_code == 2
    assert "outside the production's folders" in result.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_a_fault_by_name(run: Run, lines: Lines, production: Path) -> None:
    (production / "stills").chmod(0)
    try:
        (told,) = lines(run("scan", "--json", inside=production))
    finally:
        (production / "stills").chmod(0o755)

    assert any(one["path"].endswith("stills") for one in told["faults"])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a single process")
def test_a_scan_that_was_interrupted_exits_130(production: Path, samples: Path) -> None:
    toml = production / "provenance.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace("settle_seconds = 0.05", "settle_seconds = 3000"), encoding="utf-8"
    )
    shutil.copy2(samples / "stills" / "enhanced.jpg", production / "stills")
    # Ctrl-C at the moment the scan begins; without it, it would wait 50 minutes for the file to settle
    code = """
import contextlib, os, signal
from desk import output
from desk.cli import cli

@contextlib.contextmanager
def interrupted(label, *, quiet=False):
    os.kill(os.getpid(), signal.SIGINT)
    yield lambda done, total, current: None

output.progress = interrupted
cli(["scan", "--json"])
"""

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=production, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip

    assert done.returncode == 130
    assert json.loads(done.stdout)["interrupted"] is True
