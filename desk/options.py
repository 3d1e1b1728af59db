"""Options and arguments that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

production_option: Final = click.option(
    "--production",
    "production",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="PROVENANCE_PRODUCTION",
    metavar="DIR",
    help="The production's folder, or one inside it. Default: the current folder and those above it.",
)

json_option: Final = click.option(
    "--json", "as_json", is_flag=True, help="Machine-readable: JSON with stable keys, nothing else."
)

file_argument: Final = click.argument("file", metavar="FILE")
"""A path, or 8 and more digits of a SHA-256; `desk.selection.Selection.one` finds the asset."""
