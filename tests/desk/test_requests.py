"""What people and scripts type: empty, mistyped, undecodable; and what a system refuses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from desk import crash, output
from desk.cli import cli
from desk.on_disk import OnDisk
from desk.production import open_production
from desk.selection import unshown
from provenance.errors import StoreUnreachable
from provenance.model import Delivery, Place
from provenance.paths import show

Run = Callable[..., Result]

BROKEN = os.fsdecode(b"bad\xff")
MAY_READ_ALL = not hasattr(os, "geteuid") or os.geteuid() == 0


@pytest.mark.parametrize(
    "words",
    [
        ("init", ""),
        ("inspect", ""),
        ("find", "--in", ""),
        ("show", ""),
        ("check", ""),
        ("scan", ""),
        ("status", "--production", ""),
    ],
)
def test_an_empty_name_is_refused_and_never_means_the_current_folder(
    production: Path, run: Run, words: tuple[str, ...]
) -> None:
    found = run(*words, inside=production)

    assert found.exit_code == 2
    assert "an empty name is no path" in found.stderr or "'' cannot be the name of a file" in found.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("declare", "stills", "captured", "--basis", "b", "--by", BROKEN),
        ("decide", "--finding", "GEN-01", "--approve", "--by", "me", "--reference", BROKEN),
        ("decide", "--finding", "GEN-01", "--approve", "--by", "me", "--delivery", BROKEN),
        ("decide", "--revoke", BROKEN, "--by", "me", "--reason", "r"),
        ("link", "a.png", "--from", "b.png", "--by", BROKEN),
        ("find", "--text", BROKEN),
        ("find", "--tool", BROKEN),
        ("delivery", "new", BROKEN, "stills"),
        ("delivery", "show", BROKEN),
        ("export", BROKEN),
    ],
)
def test_words_that_are_not_utf8_are_refused_by_name(production: Path, run: Run, words: tuple[str, ...]) -> None:
    found = run(*words, inside=production)

    assert found.exit_code == 2
    assert "'bad\\xff' is not UTF-8 text" in found.stderr


def test_a_csv_that_is_not_utf8_is_refused_with_its_line(production: Path, run: Run) -> None:
    (production / "d.csv").write_bytes("file,answer,by\nstripped.jpg,approve,Jos\u00e9\n".encode("cp1252"))

    found = run("decide", "--from-csv", "d.csv", inside=production)

    assert found.exit_code == 2
    assert "line 2: `by` is not UTF-8" in found.stderr


def test_a_folder_mistyped_is_no_empty_answer(production: Path, run: Run) -> None:
    mistyped = run("find", "--tainted", "--in", "delivrables", inside=production)
    left = run("find", "--gone", "--in", "gone", inside=production)

    assert (mistyped.exit_code, left.exit_code) == (2, 0)
    assert "delivrables: there is no such folder, and nothing was ever recorded in it" in mistyped.stderr


def test_a_list_that_was_cut_says_so(production: Path, run: Run) -> None:
    cut = run("find", "--limit", "1", inside=production)
    whole = run("find", "--limit", "1000", inside=production)

    assert "the first 1 asset; there are more" in cut.stderr
    assert "more" not in whole.stderr


@pytest.mark.skipif(os.name == "nt", reason="names of any bytes are a matter of POSIX")
@pytest.mark.parametrize("name", [BROKEN, "\x1b[31mred\n", "plain"])
def test_the_name_behind_one_that_was_printed_is_found(name: str) -> None:
    assert unshown(show(name)) == name


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_printed_command_about_an_undecodable_name_works(production: Path, run: Run) -> None:
    shutil.copy2(production / "deliverables" / "ai_generated.png", production / "deliverables" / f"{BROKEN}.png")
    run("scan", "--quiet", inside=production)

    found = run("show", "deliverables/bad\\xff.png", "--json", inside=production)

    assert found.exit_code == 0
    assert json.loads(found.stdout)["origin"] == "ai_generated"


def test_the_verdict_on_a_file_is_never_told_as_that_of_its_delivery(production: Path, run: Run) -> None:
    shutil.copy2(production / "stills" / "captured.jpg", production / "deliverables" / "shot.jpg")
    run("scan", "--quiet", inside=production)

    one = run("check", "deliverables/shot.jpg", inside=production)
    told = run("check", "deliverables/shot.jpg", "--json", inside=production)
    whole = run("check", "deliverables", "--json", inside=production)

    assert "deliverables, only deliverables/shot.jpg: clear" in one.stdout.splitlines()
    assert json.loads(told.stdout)["deliveries"][0]["only"] == "deliverables/shot.jpg"
    assert json.loads(whole.stdout)["deliveries"][0]["only"] is None


def test_status_names_the_files_that_are_flagged(production: Path, run: Run) -> None:
    page = run("status", inside=production)
    told = json.loads(run("status", "--json", inside=production).stdout)

    assert "BLOCK NFX-01 deliverables: ai_generated.png" in " ".join(page.stdout.split())
    assert "ai_generated.png" in {one["name"] for one in told["flagged"]}
    assert len(told["flagged"]) == sum(told["flags"].values())


def test_scan_tells_a_flag_in_a_line_and_where_the_rest_is_told(production: Path, run: Run) -> None:
    page = run("scan", "--quiet", inside=production)

    assert "  flag       BLOCK NFX-01 deliverables: ai_generated.png" in page.stdout.splitlines()
    assert "provenance check says why, and what to do" in page.stdout


def test_an_approval_of_ai_without_a_writing_says_how_to_add_it(production: Path, run: Run) -> None:
    first = run("decide", "ai_generated.png", "--approve", "--by", "post supervisor", inside=production)
    taken_back = next(line for line in first.stdout.splitlines() if "--revoke" in line).split()[1:4]

    back = run(*taken_back, "--by", "post supervisor", "--reason", "no reference", inside=production)
    again = run(
        "decide", "ai_generated.png", "--approve", "--by", "post supervisor", "--reference", "r", inside=production
    )

    assert (first.exit_code, back.exit_code, again.exit_code) == (0, 0, 0)
    assert "--revoke" not in again.stdout


def test_a_path_the_system_refuses_is_named_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    error = PermissionError(13, "Permission denied", str(tmp_path / "closed"))

    told = crash.report(error, click.Context(cli)).splitlines()

    assert told[0] == f"{tmp_path / 'closed'}: Permission denied"
    assert told[1].startswith("  give the user who runs this")


def test_a_full_disk_is_named_as_the_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = StoreUnreachable("disk I/O error", path=tmp_path / "not there" / "store.db", remedy="look")
    output.complain(error)
    before = capsys.readouterr().err
    monkeypatch.setattr(output, "FULL", 1 << 62)

    output.complain(error)

    assert "the disk there is full" not in before
    assert "the disk there is full: make room first" in capsys.readouterr().err


@pytest.mark.skipif(MAY_READ_ALL, reason="the superuser may read everything")
def test_an_unreadable_file_is_a_verdict_for_the_gate_and_no_wrong_usage(tmp_path: Path, run: Run) -> None:
    (tmp_path / "x.png").write_bytes(b"x")
    (tmp_path / "x.png").chmod(0)

    found = run("inspect", "--gate", tmp_path / "x.png")

    assert found.exit_code == 13


def test_no_path_of_inspect_is_refused_before_it_is_looked_at(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.png").write_bytes(b"x")
    monkeypatch.setattr(os, "access", lambda *_, **__: False)

    found = run("inspect", "--gate", tmp_path / "x.png")

    assert found.exit_code in (11, 13)
    assert "Invalid value" not in found.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no FIFO")
def test_a_pipe_in_a_folder_is_told_as_what_it_is(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")

    found = run("inspect", "-r", tmp_path)

    assert "it is a fifo, which holds no media" in found.stderr
    assert "leave it out" in found.stderr


def test_a_file_that_waits_with_a_fault_is_told_with_it(
    production: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(production)
    (production / "deliverables" / "late.png").write_bytes(b"x")
    with open_production(production, readonly=False) as opened:
        place = opened.places.place_of(production / "deliverables" / "late.png")
        with opened.store.writing():
            opened.store.journal.note([place], "found", 1)
            opened.store.journal.failed(place, "it could not be read: Permission denied", 2)
        folder = Place(place.volume, place.folder, b"")
        told = list(OnDisk(opened).unseen(Delivery("d", folder, "open", 0), folder, ()))

    assert any(
        "late.png waits to be looked at again (it could not be read: Permission denied)" in one.text for one in told
    )


@pytest.mark.skipif(os.name == "nt", reason="no shell there closes an output this way")
def test_a_closed_output_changes_no_verdict(production: Path) -> None:
    command = [sys.executable, "-m", "provenance", "check", "--production", str(production)]
    closed = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *command], capture_output=True, text=True, check=False)

    assert (closed.returncode, closed.stderr) == (10, "")
