"""Makes the project's environment and runs its tasks; needs Python 3.11 or newer and nothing else.

python3 make.py demo            a guided production day in a temporary folder
python3 make.py test [...]      the tests; what follows goes to pytest
python3 make.py lint            style, types, import floors
python3 make.py fix             mends what the style checker can mend
python3 make.py bench [...]     the benchmarks; what follows goes to `python -m benchmarks`
python3 make.py docs            writes the README's transcript from a real run
python3 make.py env             only makes the environment, everything included

On Windows: py make.py demo. The environment is the folder .venv beside this file; it is made once and again
when pyproject.toml or the Python changes.
"""

# ruff: noqa: T201

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
MARKER = VENV / "made-by-make.py"
OLDEST_PYTHON = (3, 11)
PIP_WITH_GROUPS = "pip>=25.1"
TEST_WORKERS = 2
GROUPS_THAT_HOLD = {"": ("", "test", "dev"), "test": ("test", "dev"), "dev": ("dev",)}
PYTEST_OWN_WORKERS = ("-n", "--numprocesses", "--pdb", "no:xdist", "-pno:xdist")
LINTERS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("mypy", "make.py", "docs/transcript.py", "benchmarks"),
    ("lint-imports",),
)


class CannotMake(Exception):
    """The environment cannot be made; the text says why and what to do."""


def program(name: str) -> str:
    """The path of a program inside the environment."""
    if os.name == "nt":
        return str(VENV / "Scripts" / (name + ".exe"))
    return str(VENV / "bin" / name)


def run(*command: str) -> int:
    """Runs a command here to its end and gives its exit code; Ctrl-C is the command's to answer."""
    process = subprocess.Popen(command, cwd=HERE)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def stamp_text() -> str:
    """What an installed environment depends on: this Python and pyproject.toml."""
    pyproject = hashlib.sha256((HERE / "pyproject.toml").read_bytes()).hexdigest()
    return "\n".join((sys.version, sys.base_prefix, str(HERE), pyproject))


def stamp_of(group: str) -> Path:
    """The file that says a dependency group is installed, and for what."""
    return VENV / ("installed-" + (group or "runtime"))


def is_current(group: str) -> bool:
    """True where the group, or one that holds it, is installed for this very state."""
    wanted = stamp_text()
    for stamp in map(stamp_of, GROUPS_THAT_HOLD[group]):
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            return Path(program("python")).exists()
    return False


def make_environment() -> None:
    """Makes .venv where it is missing, half made, or made by another Python. Raises CannotMake."""
    made_with = "\n".join((sys.version, sys.base_prefix, str(HERE)))
    if VENV.exists() and not MARKER.exists():
        raise CannotMake(f"{VENV} was not made by make.py: move it away, or use it without make.py")
    if MARKER.exists() and MARKER.read_text(encoding="utf-8") == made_with and Path(program("python")).exists():
        return
    print(f"making {VENV}", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    # Marked before it is made, so that after an interruption the next run knows the folder for its own.
    VENV.mkdir(exist_ok=True)
    MARKER.write_text("half made", encoding="utf-8")
    if run(sys.executable, "-m", "venv", str(VENV)) != 0:
        raise CannotMake(
            "the environment could not be made (see above). Some systems ship Python without its venv module:"
            f" on Debian and Ubuntu install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        )
    MARKER.write_text(made_with, encoding="utf-8")


def install(group: str) -> None:
    """The environment with the project and a dependency group; quick where nothing changed. Raises CannotMake."""
    if is_current(group):
        return
    make_environment()
    for old in VENV.glob("installed-*"):
        if old.read_text(encoding="utf-8") != stamp_text():
            old.unlink()
    print("installing the project" + (f" and what '{group}' needs" if group else ""), flush=True)
    pip = [program("python"), "-m", "pip", "install", "--disable-pip-version-check"]
    wanted = ["--editable", "."] + (["--group", group] if group else [])
    if run(*pip, PIP_WITH_GROUPS) != 0 or run(*pip, *wanted) != 0:
        raise CannotMake("pip could not install; its own words are above. The first run needs a package index")
    stamp_of(group).write_text(stamp_text(), encoding="utf-8")


def demo(arguments: list[str]) -> int:
    """A production day in a temporary folder."""
    install("")
    return run(program("provenance"), "demo", *arguments)


def test(arguments: list[str]) -> int:
    """The tests, on two workers where there is more than one core."""
    install("test")
    chosen = any(one.startswith(PYTEST_OWN_WORKERS) for one in arguments)
    workers = [] if chosen or (os.cpu_count() or 1) < 2 else ["-n", str(TEST_WORKERS)]
    return run(program("python"), "-m", "pytest", *workers, *arguments)


def lint(arguments: list[str]) -> int:
    """Every linter, even after one complained; how many did is the exit code."""
    install("dev")
    if arguments:
        raise CannotMake("lint takes no arguments; `make.py fix` mends what can be mended")
    failed = []
    for command in LINTERS:
        name = " ".join(command)
        print(f"\n== {name}", flush=True)
        if run(program(command[0]), *command[1:]) != 0:
            failed.append(name)
    print("\n" + (f"failed: {', '.join(failed)}" if failed else "style, types and floors hold"))
    return len(failed)


def fix(arguments: list[str]) -> int:
    """Mends imports, style and layout in place."""
    install("dev")
    mended = run(program("ruff"), "check", "--fix", *(arguments or ["."]))
    return run(program("ruff"), "format", *(arguments or ["."])) or mended


def bench(arguments: list[str]) -> int:
    """The benchmarks; without arguments all of them."""
    install("test")
    return run(program("python"), "-m", "benchmarks", *arguments)


def docs(arguments: list[str]) -> int:
    """The README's transcript, from a real run; --check only compares."""
    install("")
    return run(program("python"), str(HERE / "docs" / "transcript.py"), *arguments)


def env(arguments: list[str]) -> int:
    """The environment with everything in it, for an editor or a debugger."""
    install("dev")
    print(program("python"))
    return 0


TASKS = {"demo": demo, "test": test, "lint": lint, "fix": fix, "bench": bench, "docs": docs, "env": env}


def main(arguments: list[str]) -> int:
    """Runs the task that the first argument names."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        print(f"Python 3.11 or newer is needed; this is {found} ({sys.executable})", file=sys.stderr)
        return 2
    if not arguments or arguments[0] not in TASKS:
        print(__doc__.strip(), file=sys.stderr)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    try:
        return TASKS[arguments[0]](arguments[1:])
    except CannotMake as reason:
        print(f"make.py: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
