"""find: assets by what is known of them."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from desk import output
from desk.options import WORDS, AnyPath, json_option, production_option
from desk.production import Production, open_production, path_text
from desk.tagging import parse_fields
from provenance.errors import NotFound, UsageError
from provenance.fields import FIELDS
from provenance.model import Kind, Origin, Place
from provenance.paths import named
from store import Summary
from store.search import Query, search

_AGO = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@click.command(short_help="Find assets by origin, tool, text, folder, time.")
@click.option(
    "--origin", "origins", multiple=True, type=click.Choice([one.value for one in Origin]), help="May be repeated."
)
@click.option("--ai/--no-ai", default=None, help="What is (not) AI itself.")
@click.option("--tainted/--untainted", default=None, help="What is, or was made from, AI; or neither.")
@click.option(
    "--tool", type=WORDS, default="", metavar="WORD", help="A tool, model or software that marks or people name."
)
@click.option("--text", type=WORDS, default="", metavar="WORD", help="In names, marks (prompts too) and facts.")
@click.option("--kind", type=click.Choice([one.value for one in Kind]))
@click.option("--media-type", type=WORDS, default="", metavar="TYPE", help="As in image/png or 'image/*'.")
@click.option("--in", "folder", type=AnyPath(), metavar="FOLDER", help="In or below this folder.")
@click.option("--since", default="", metavar="WHEN", help="First recorded since: 2026-02-28, an ISO time, 90m, 2d, 1w.")
@click.option(
    "--field", "fields", multiple=True, type=WORDS, metavar="NAME=TEXT",
    help=f"A production field ({', '.join(FIELDS)}); * stands for any letters. May be repeated.",
)  # fmt: skip
@click.option("--gone", is_flag=True, help="What lies nowhere any more, instead of what lies somewhere.")
@click.option("--limit", type=click.IntRange(1), default=None, metavar="N", help="At most so many.")
@json_option
@production_option
def command(production: Path | None, as_json: bool, limit: int | None, **asked: Any) -> None:
    """Finds assets in the production's memory; conditions given together must all hold.

    \b
    provenance find --tainted --in deliverables
    provenance find --tool ComfyUI --since 2d
    provenance find --field shot='AB_01*' --ai
    provenance find --origin undeclared --media-type 'video/*' --json
    """
    with open_production(production, readonly=True) as opened:
        query = _query(opened, asked)
        found = search(opened.store, query, limit=limit + 1 if limit else -1)
        more = limit is not None and len(found) > limit
        found = found[:limit]
        if as_json:
            for one in found:
                output.emit(_line(opened, one, query))
        elif not found:
            output.say("nothing found")
        else:
            _print_table(opened, found, query, more=more)


def _query(production: Production, asked: dict[str, Any]) -> Query:
    folder = asked["folder"]
    now = production.store.clock()
    return Query(
        origins=frozenset(map(Origin, asked["origins"])),
        ai=asked["ai"],
        tainted=asked["tainted"],
        tool=asked["tool"],
        text=asked["text"],
        kind=None if asked["kind"] is None else Kind(asked["kind"]),
        media_type=asked["media_type"],
        folder=None if folder is None else _folder(production, folder),
        since=parse_since(asked["since"], now) if asked["since"] else None,
        gone=asked["gone"],
        fields=tuple(parse_fields(asked["fields"]).items()),
    )


def _folder(production: Production, folder: Path) -> tuple[str, bytes]:
    """The folder from here, or from the production's root. Raises UsageError outside the production."""
    here = Path(os.path.abspath(folder))  # noqa: PTH100 -- lexical: links are never followed
    if not here.is_dir() and (production.root / folder).is_dir():
        here = Path(os.path.abspath(production.root / folder))  # noqa: PTH100
    volume, inside = production.places.folder_of(here)
    if not here.is_dir() and not _ever_held(production, volume, inside):
        # A folder mistyped must not read as one in which there is nothing
        raise NotFound(
            "there is no such folder, and nothing was ever recorded in it", path=here, remedy="check the name"
        )
    return volume, inside


def _ever_held(production: Production, volume: str, folder: bytes) -> bool:
    return any(search(production.store, Query(folder=(volume, folder), gone=gone), limit=1) for gone in (False, True))


def parse_since(text: str, now: int) -> int:
    """A time given as ISO 8601 (local where it has no offset) or as so long ago, in milliseconds since 1970.

    Raises UsageError.
    """
    ago = _AGO.fullmatch(text.strip().lower())
    try:
        if ago is not None:
            return now - int(timedelta(**{_UNITS[ago[2]]: int(ago[1])}).total_seconds() * 1000)
        return int(datetime.fromisoformat(text.strip()).astimezone().timestamp() * 1000)
    except (ValueError, OverflowError, OSError) as error:
        remedy = "write 2026-02-28, 2026-02-28T14:00, 90m, 12h, 2d or 1w"
        raise UsageError(f"{text!r} is no time", remedy=remedy) from error


def _places(production: Production, one: Summary, query: Query) -> list[Place]:
    """Where it lies; or lay, newest first, where it is gone. Those in the folder asked for come first."""
    sightings = production.store.assets.sightings(one.sha256)
    live = [each.place for each in sightings if each.until is None]
    places = live or list(dict.fromkeys(each.place for each in reversed(sightings)))
    if query.folder is None:
        return places
    volume, folder = query.folder
    inside = folder + b"/" if folder else b""
    return sorted(places, key=lambda p: not (p.volume == volume and (p.folder + b"/").startswith(inside)))


def _line(production: Production, one: Summary, query: Query) -> dict[str, Any]:
    places = [path_text(production, place) for place in _places(production, one, query)]
    return {
        **(named("path", places[0]) if places else {"path": None}),
        "sha256": one.sha256.hex(),
        "kind": one.kind.value,
        "size": one.size,
        "media_type": one.media_type,
        "origin": one.origin.value,
        "strength": one.strength.words,
        "ai": one.ai,
        "tainted": one.tainted,
        "live": one.live,
        "fields": {each.name: each.text for each in production.store.fields.of(one.sha256)},
        "copies": places[1:],
    }


def _print_table(production: Production, found: list[Summary], query: Query, *, more: bool) -> None:
    rows = []
    for one in found:
        places = _places(production, one, query)
        copies = f" (+{len(places) - 1} more)" if len(places) > 1 else ""
        taint = "from AI" if one.tainted and not one.ai else ""
        name = (path_text(production, places[0]) if places else one.name) + copies
        rows.append([one.origin.value, taint, output.size(one.size), one.sha256.hex()[:12], name])
    output.table(["origin", "taint", "size", "sha256", "path"], rows)
    counted = output.count(len(found), "asset")
    output.note(f"the first {counted}; there are more" if more else counted)
