"""The command line as a whole: the table, the one boundary for errors, exit codes, and start-up."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from desk import exit_codes, manual
from desk.cli import Commands, cli
from desk.commands import COMMANDS, Entry
from provenance import errors

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., Result]

HEAVY = ("c2pa", "PIL", "exifread", "sqlite_utils", "rich", "watchdog", "psutil", "pathspec", "importlib.metadata")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_has_help_with_an_example_and_json(name: str) -> None:
    command = importlib.import_module(COMMANDS[name].module).command

    assert isinstance(command, click.Command)
    told = CliRunner().invoke(cli, [name, "--help"], prog_name="provenance")
    assert told.exit_code == 0
    assert f"provenance {name}" in told.stdout.split("\n", 1)[1]
    subcommands = command.commands.values() if isinstance(command, click.Group) else (command,)
    options = [opt for each in subcommands for parameter in each.params for opt in parameter.opts]
    assert "--json" in options or name in ("completion", "demo")
    assert all(opt == opt.lower() and "_" not in opt for opt in options if opt.startswith("--"))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_tells_of_a_command_what_it_says_of_itself(name: str) -> None:
    command = importlib.import_module(COMMANDS[name].module).command

    assert command.get_short_help_str(200).rstrip(".") == COMMANDS[name].about.rstrip(".")


def test_help_of_all_fits_a_hundred_columns_and_names_every_command() -> None:
    told = CliRunner().invoke(cli, ["--help"], prog_name="provenance")

    assert all(re.search(rf"^  {name} ", told.stdout, re.MULTILINE) for name in COMMANDS)
    assert max(map(len, told.stdout.splitlines())) <= 100


def test_the_page_of_commands_is_what_the_program_says_of_itself() -> None:
    assert manual.PAGE.read_text(encoding="utf-8") == manual.commands_page(), "write it anew: python -m desk.manual"


def test_the_page_of_commands_has_an_example_of_each_and_every_option() -> None:
    page = manual.commands_page()

    sections = dict(re.findall(r"^## `provenance (\w+)`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    assert list(sections) == list(COMMANDS)
    for name, text in sections.items():
        assert re.search(rf"```\n(?:.*\n)*?.*provenance {name}\b", text), name
    assert "`--trust NAME=FILE.pem`" in sections["inspect"]


def test_docs_describe_every_exit_code_as_the_program_does() -> None:
    page = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")

    told = {int(code): meaning for code, meaning in re.findall(r"^\| (\d+) \| (.+?) \|$", page, re.MULTILINE)}
    assert told == exit_codes.MEANINGS


def test_an_unknown_command_is_answered_with_the_nearest_one(run: Run) -> None:
    result = run("isnpect")

    assert result.exit_code == 2
    assert "Did you mean 'inspect'?" in result.stderr


@pytest.mark.parametrize("words", [["--\x1b[31m"], ["\x1b[31m"], ["find", "--\x1b[31m"], ["status", "a\x1b[31m"]])
def test_what_was_typed_wrong_never_reaches_the_terminal_raw(run: Run, words: list[str]) -> None:
    result = run(*words)

    assert result.exit_code == 2
    assert "\x1b" not in result.output
    assert "\\x1b[31m" in result.output


def test_a_production_named_by_the_environment_counts(
    run: Run, scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVENANCE_PRODUCTION", str(scanned))
    monkeypatch.chdir(tmp_path)

    assert run("status").stdout.startswith("Night Train: ")


def test_outside_a_production_a_question_says_how_to_make_one(run: Run, tmp_path: Path) -> None:
    result = run("status", inside=tmp_path)

    assert result.exit_code == 2
    assert "no provenance.toml here or in any folder above" in result.stderr
    assert "provenance init DIR" in result.stderr


def test_a_production_without_a_store_says_what_to_run(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path)

    shown, audited = run("show", "x.png", inside=tmp_path), run("audit")

    assert (shown.exit_code, audited.exit_code) == (1, 13)
    assert "there is no store here yet" in shown.stderr
    assert "provenance scan" in shown.stderr


def test_a_mistake_in_the_settings_names_key_and_line(run: Run, production: Path) -> None:
    file = production / "provenance.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("sweep_minutes = 15.0", 'sweep_minutes = "often"'), encoding="utf-8"
    )

    result = run("status", inside=production)

    assert result.exit_code == 2
    assert re.search(r"provenance\.toml: .*line \d+.*sweep_minutes", result.stderr)


def test_a_damaged_store_is_one_error_for_questions_and_another_for_the_gate(run: Run, production: Path) -> None:
    store = production / ".provenance" / "store.db"
    store.write_bytes(b"not a database" * 1000)

    shown, audited = run("find", inside=production), run("audit")

    assert (shown.exit_code, audited.exit_code) == (1, 13)
    assert "the store is damaged" in shown.stderr
    assert "backups" in shown.stderr


def test_an_unexpected_error_leaves_a_report_and_no_traceback_on_the_screen(
    run: Run, production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COMMANDS, "status", Entry("tests.desk.no_such_module", ""))

    result = run("status", inside=production)

    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.output
    (report,) = (production / ".provenance").glob("crash-*.txt")
    assert str(report) in result.stderr
    assert "Traceback (most recent call last)" in report.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("error", "code", "gate_code"),
    [
        (errors.ConfigurationError("x"), 2, 2),
        (errors.NotFound("x"), 2, 2),
        (errors.LineageCycle("x"), 2, 2),
        (errors.CouldNotLook("x"), 2, 13),
        (errors.StoreUnreachable("x"), 1, 13),
        (errors.StoreLocked("x"), 1, 13),
        (errors.LedgerBroken("x"), 1, 12),
        (errors.ProvenanceError("x"), 1, 1),
    ],
)
def test_each_error_has_its_exit_code(error: errors.ProvenanceError, code: int, gate_code: int) -> None:
    assert exit_codes.of_error(error, gate=False) == code
    assert exit_codes.of_error(error, gate=True) == gate_code


def test_the_gravest_verdict_wins_and_a_pass_needs_that_none_was_given() -> None:
    assert exit_codes.gravest([11, 13, 12, 14, 10]) == 10
    assert exit_codes.gravest([11, 13, 12, 14]) == 14
    assert exit_codes.gravest([11, 13, 12]) == 12
    assert exit_codes.gravest([11, None, 13]) == 13
    assert exit_codes.gravest([None, 11]) == 11
    assert exit_codes.gravest([None]) == 0


def test_the_desk_and_the_gate_name_the_same_numbers() -> None:
    from provenance import gate

    assert exit_codes.GRAVEST_FIRST == gate.EXIT_ORDER
    assert exit_codes.AI_WITHOUT_DECISION == gate.AI_WITHOUT_DECISION


def test_ctrl_c_exits_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: click.Group, ctx: click.Context) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(click.Group, "invoke", interrupted)

    assert issubclass(Commands, click.Group)
    assert CliRunner().invoke(cli, ["status"]).exit_code == 130


@pytest.mark.parametrize("question", [["--version"], ["--help"], ["show", "stills/captured.jpg"], ["find", "--ai"]])
def test_a_question_imports_nothing_heavy(production: Path, question: list[str]) -> None:
    code = f"""
import sys
from desk.cli import cli
try:
    cli(sys.argv[1:], prog_name="provenance")
except SystemExit as done:
    assert not done.code, done.code
print([name for name in {HEAVY!r} if name in sys.modules])
"""

    told = subprocess.run(
        [sys.executable, "-c", code, *question], capture_output=True, text=True, cwd=production,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip

    allowed = {"importlib.metadata"} if question == ["--version"] else set()
    assert set(ast.literal_eval(told.stdout.splitlines()[-1])) <= allowed
