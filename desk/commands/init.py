"""init: makes a folder a production."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import click

from desk import output
from desk.options import WORDS, AnyPath, json_option
from provenance.configuration import FILE_NAME, find_root, initial_text
from provenance.errors import ConfigurationError, UsageError
from provenance.paths import argument, named

FOLDERS = ("deliverables", "ai", "camera")


@click.command(short_help="Make a folder a production.")
@click.argument("folder", metavar="DIR", default=".", type=AnyPath(file_okay=False))
@click.option("--title", type=WORDS, default="", help="What people call it. Default: the folder's name.")
@click.option("--folders", is_flag=True, help=f"Make the folders {', '.join(FOLDERS)} too.")
@json_option
def command(folder: Path, title: str, folders: bool, as_json: bool) -> None:
    """Writes provenance.toml into DIR (made where it is missing), with every setting, its default and what it
    is for. Nothing else is written unless asked for; nothing is ever overwritten.

    \b
    provenance init /projects/night-train
    provenance init . --title "Night Train" --folders
    """
    root = Path(os.path.abspath(folder))  # noqa: PTH100 -- lexical: links stay as they are written
    identity = str(uuid.uuid4())
    called = title or root.name or "Untitled production"
    file = root / FILE_NAME
    around = _production_around(root)
    made = _make(root, file, initial_text(identity, called), FOLDERS if folders else ())
    if as_json:
        told = {"id": identity, "title": called, "folders": [str(one) for one in made]}
        output.emit({**named("production", root), **named("configuration", file), **told})
        return
    output.say(f"{root} is a production now: {called}", tone=output.GOOD)
    output.say(f"  settings   {file}")
    for one in made:
        output.say(f"  folder     {one}")
    if around is not None:
        output.note(f"  it lies inside the production {around}, whose daemon sees these files too")
    output.say(f"  next       provenance watch --production {argument(root)}")


def _production_around(root: Path) -> Path | None:
    try:
        return find_root(root.parent)
    except ConfigurationError:
        return None


def _make(root: Path, file: Path, text: str, folders: tuple[str, ...]) -> list[Path]:
    """Writes the file, which must not be there yet, and the folders; those made. Raises UsageError."""
    if os.path.lexists(file):
        raise UsageError(
            "this is a production already, nothing was changed", path=file,
            remedy="edit that file, or begin with: provenance watch",
        )  # fmt: skip
    try:
        root.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as written:
            written.write(text)
        made = [root / name for name in folders if not (root / name).is_dir()]
        for one in made:
            one.mkdir()
    except OSError as error:
        where = error.filename or root
        raise UsageError(
            f"cannot be made: {error.strerror}", path=where, remedy="check that you may write there"
        ) from error
    return made
