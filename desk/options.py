"""Options and arguments that many commands share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import click

from provenance.paths import show


class _Words(click.types.StringParamType):
    """Text that is kept as it is said: UTF-8, which a mistyped or badly encoded argument need not be."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            str(value).encode("utf-8")
        except UnicodeEncodeError:
            self.fail(f"'{show(str(value))}' is not UTF-8 text", param, ctx)
        return str(value)


class AnyPath(click.Path):
    """A path as it was typed. Whether it can be read is for the command to say, with its own exit code."""

    def __init__(self, **kind: bool) -> None:
        super().__init__(path_type=Path, readable=False, **kind)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not os.fspath(value):  # as an unset variable of a script gives; it must not mean the current folder
            self.fail("an empty name is no path", param, ctx)
        return super().convert(value, param, ctx)


WORDS: Final = _Words()

production_option: Final = click.option(
    "--production",
    "production",
    type=AnyPath(file_okay=False),
    envvar="PROVENANCE_PRODUCTION",
    metavar="DIR",
    help="The production's folder, or one inside it. Default: the current folder and those above it.",
)

json_option: Final = click.option(
    "--json", "as_json", is_flag=True, help="Machine-readable: JSON with stable keys, nothing else."
)

file_argument: Final = click.argument("file", metavar="FILE")
"""A path, or 8 and more digits of a SHA-256; `desk.selection.Selection.one` finds the asset."""
