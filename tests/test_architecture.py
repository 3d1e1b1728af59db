"""The walls of the house: floors, doors, sizes; import-linter's contracts where it is installed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("provenance", "store", "watchers", "desk")
OUR_DISTRIBUTION = "media-provenance-tracker"
SQLITE = {"sqlite3", "sqlite_utils", "pysqlite3", "apsw"}
MOST_LINES_IN_A_FILE = 400
MOST_LINES_IN_A_FUNCTION = 60

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def shown(path: Path, node: ast.AST | None = None) -> str:
    line = f":{node.lineno}" if isinstance(node, ast.stmt | ast.expr) else ""
    return path.relative_to(ROOT).as_posix() + line


def imported(path: Path) -> Iterator[str]:
    """First names of every module a file imports, wherever the import stands."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def importers(*names: str, among: tuple[str, ...] = PACKAGES) -> set[str]:
    return {shown(path) for path in modules(*among) if set(names) & set(imported(path))}


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


@pytest.mark.parametrize("name", PACKAGES)
def test_no_other_distribution_owns_a_package_name_of_ours(name: str) -> None:
    owners = set(packages_distributions().get(name, ()))

    assert owners <= {OUR_DISTRIBUTION}


def test_the_import_contracts_hold() -> None:
    if find_spec("importlinter") is None:
        pytest.skip("import-linter is not installed here; `make.py lint` and CI run it")
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)

    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-1000:]


def test_only_the_store_imports_a_sqlite_module() -> None:
    assert importers(*SQLITE) == {"store/database.py", "store/migrations.py"}


def test_no_test_imports_a_sqlite_module_because_two_in_one_process_lose_commits() -> None:
    # sqlite_utils speaks through the one that store.database chose; a test of the store proves it.
    assert importers(*(SQLITE - {"sqlite_utils"}), among=("tests",)) == set()


def test_only_one_watcher_imports_watchdog() -> None:
    assert importers("watchdog") == {"watchers/observe.py"}


def test_the_bottom_floor_starts_no_thread() -> None:
    # A token answers one caller at a time, whoever's threads they are: a lock, and nothing that runs.
    locks = ROOT / "provenance" / "token.py"
    taken = {alias.name for node in ast.walk(tree(locks)) if isinstance(node, ast.ImportFrom)
             and node.module == "threading" for alias in node.names}  # fmt: skip

    assert importers("threading", "multiprocessing", "concurrent", "asyncio", among=("provenance",)) == {shown(locks)}
    assert taken == {"RLock"}
    assert "import threading" not in locks.read_text(encoding="utf-8")


def test_the_bottom_floor_has_no_clock() -> None:
    clocks = {("time", "time"), ("time", "time_ns"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}
    found = {
        shown(path, call)
        for path in modules("provenance")
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and (call.func.value.id, call.func.attr) in clocks
    }

    assert found == set()


def test_only_the_desk_speaks_click_and_rich() -> None:
    assert importers("click", "rich", among=("provenance", "store", "watchers")) == set()


def test_only_one_module_prints() -> None:
    found = {shown(path) for path in modules(*PACKAGES) for call in calls(path) if prints(call)}

    assert found <= {"desk/output.py"}


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def prints(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id == "print"
    return isinstance(call.func, ast.Attribute) and call.func.attr in {"echo", "secho", "echo_via_pager"}


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    long = {
        shown(path): lines
        for path in modules(*PACKAGES)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES_IN_A_FILE
    }

    assert long == {}


def test_no_function_is_too_long_to_be_seen_at_once() -> None:
    long = {
        f"{shown(path, one)} {one.name}": lines
        for path in modules(*PACKAGES, "benchmarks")
        for one in functions(path)
        if (lines := (one.end_lineno or one.lineno) - one.lineno + 1) > MOST_LINES_IN_A_FUNCTION
    }

    assert long == {}


def test_every_function_says_what_it_returns() -> None:
    silent = {
        f"{shown(path, one)} {one.name}"
        for path in modules(*PACKAGES, "benchmarks")
        for one in functions(path)
        if one.returns is None
    }

    assert silent == set()


def test_every_module_says_what_it_is() -> None:
    silent = {shown(path) for path in modules(*PACKAGES, "benchmarks") if not ast.get_docstring(tree(path))}

    assert silent == set()


def test_every_module_keeps_annotations_as_text() -> None:
    without = {
        shown(path)
        for path in modules(*PACKAGES, "benchmarks")
        if len(tree(path).body) > 1  # more than a docstring
        and "from __future__ import annotations" not in path.read_text(encoding="utf-8")
    }

    assert without == set()


def test_every_package_is_typed() -> None:
    assert [name for name in PACKAGES if not (ROOT / name / "py.typed").is_file()] == []
