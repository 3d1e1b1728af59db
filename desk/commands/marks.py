"""marks: the table of marks by which AI and the like are recognised. Needs no production."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from desk import output
from desk.options import json_option, production_option

if TYPE_CHECKING:
    from provenance.marks import Row


@click.command(short_help="The marks of generators that are recognised.")
@click.argument("words", nargs=-1, metavar="[TEXT]...")
@click.option("--marks", "files", multiple=True, metavar="FILE.toml", help="Rows of your own, checked and listed too.")
@json_option
@production_option
def command(words: tuple[str, ...], files: tuple[str, ...], as_json: bool, production: Path | None) -> None:
    """Lists the table of marks: which tool or standard, where, under which key, what the value must look
    like, what follows from it, how far it is believed, and where that is written down. With TEXT only rows
    in which every word stands. Within a production its own rows are listed too. docs/marks.md is the same
    table as a page, and says how a team adds rows.

    \b
    provenance marks
    provenance marks suno
    provenance marks --json | jq -r 'select(.strength == "declared by standard") | .name'
    """
    found = [(family, row) for family, row in _rows(files, production) if _holds(words, family, row)]
    if as_json:
        for family, row in found:
            output.emit(row_json(family, row))
        return
    before = ""
    for family, row in found:
        if family != before:
            output.heading(family)
            before = family
        _print(row)
    output.say()
    output.say(output.count(len(found), "row") if found else "no row holds these words")


def row_json(family: str, row: Row) -> dict[str, object]:
    """A row for programs. `claims` holds every origin it may name, the usual first; null is "used, and no more"."""
    return {
        "name": row.name,
        "family": family,
        "tool": row.tool or None,
        "place": row.place,
        "keys": list(row.keys),
        "grammar": row.grammar.about,
        "claims": [claim.value if claim else None for claim in row.claims],
        "strength": row.strength.words,
        "source": row.source,
    }


def _rows(files: tuple[str, ...], production: Path | None) -> list[tuple[str, Row]]:
    from desk.surroundings import settings_around
    from provenance.configuration import read_marks_file, read_rows
    from provenance.marks import FAMILIES
    from provenance.marks.team import FAMILY

    rows = [(family, row) for family, rows in FAMILIES.items() for row in rows]
    own = {row.name: row for file in files for row in read_marks_file(Path(file))}
    settings = settings_around(production)
    if settings is not None:
        own |= {row.name: row for row in read_rows(settings)}
    return rows + [(FAMILY, row) for row in own.values()]


def _holds(words: tuple[str, ...], family: str, row: Row) -> bool:
    told = " ".join(str(value) for value in row_json(family, row).values()).casefold()
    return all(word.casefold() in told for word in words)


def _print(row: Row) -> None:
    output.say(f"{row.name}  {row.tool}".rstrip())
    claims = ", ".join(claim.value if claim else "nothing" for claim in row.claims)
    output.field("place", [row.place])
    output.field("keys", [", ".join(row.keys)])
    output.field("grammar", [row.grammar.about])
    output.field("claims", [f"{claims} ({row.strength.words})"])
    output.field("source", [row.source], tone=output.DIM)
