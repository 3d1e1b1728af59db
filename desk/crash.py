"""What is kept of an unexpected error: a file with the traceback and versions, and a line that names it."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
import traceback
from pathlib import Path

import click

from provenance import __version__
from provenance.configuration import find_root
from provenance.errors import ProvenanceError
from provenance.paths import show


def report(error: Exception, ctx: click.Context) -> str:
    """Writes the report and gives the line for the screen. Never raises."""
    command = ctx.invoked_subcommand or ""
    text = "\n".join(
        [
            f"provenance {__version__}, command {command!r}",
            f"Python {sys.version}",
            platform.platform(),
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    name = f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1_000_000:06d}.txt"
    where = ""
    for folder in _folders():
        try:
            file = folder / name
            file.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError:
            continue
        where = f" Details were written to {file}"
        break
    told = f"{type(error).__name__}: {error}"
    if isinstance(error, OSError) and error.strerror:
        what = "the output" if error.filename is None else show(os.fspath(error.filename))
        return (
            f"{what}: {error.strerror}\n  give the user who runs this the right, or the room, that is missing.{where}"
        )
    return f"internal error in `provenance {command}`: {told}.{where}"


def _folders() -> list[Path]:
    """Where a report may go: the production's own folder, else the temporary one."""
    folders = [Path(tempfile.gettempdir())]
    try:
        inside = find_root(Path.cwd()) / ".provenance"
    except (ProvenanceError, OSError):
        return folders
    return [inside, *folders] if inside.is_dir() else folders
