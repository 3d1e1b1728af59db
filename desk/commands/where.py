"""where: every place a file lies or lay, and every cut it is used in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from desk import output
from desk.options import file_argument, json_option, production_option
from desk.production import Production, name_text, open_production, path_text
from desk.selection import Chosen, Selection
from provenance.model import Sighting
from provenance.paths import named, show
from provenance.timecode import show_timecode
from store.cuts import ClipUse


@click.command(short_help="Where a file lies, and which cuts use it, with timecodes.")
@file_argument
@json_option
@production_option
def command(file: str, as_json: bool, production: Path | None) -> None:
    """Shows every place where FILE lies or lay, and every clip of every recorded cut in which it is used, with
    timecodes of the cut and of the source. FILE is a path or 8 and more digits of a SHA-256.

    \b
    provenance where ai/skyline.png
    """
    with open_production(production, readonly=True) as opened, opened.store.reading():
        chosen = Selection(opened).one(file)
        sightings = opened.store.assets.sightings(chosen.sha256)
        uses = list(opened.store.cuts.uses_of(chosen.sha256))
        if as_json:
            output.emit(_json(opened, chosen, sightings, uses))
        else:
            _print(opened, chosen, sightings, uses)


def _print(production: Production, chosen: Chosen, sightings: list[Sighting], uses: list[ClipUse]) -> None:
    summary = production.store.assets.summary(chosen.sha256)
    live = sum(one.until is None for one in sightings)
    used = sum(one.clip.enabled for one in uses)
    words = f"lies in {output.count(live, 'place')}, used in {output.count(used, 'clip')}"
    output.answer(f"{chosen.name}: {words}", "BLOCK" if summary.tainted else summary.origin.value)
    for one in sorted(sightings, key=lambda each: (each.until is not None, -each.since)):
        until = "" if one.until is None else f", {one.ended} {output.when(one.until)}"
        output.field("place", [f"{path_text(production, one.place)} (since {output.when(one.since)}{until})"])
    if not uses:
        output.field("cuts", ["no recorded cut uses it"])
        return
    output.say()
    output.table(
        ["cut", "status", "event", "track", "record in", "record out", "source in", "clip"],
        [_row(production, one) for one in uses], cut=0,
    )  # fmt: skip


def _row(production: Production, one: ClipUse) -> list[str]:
    rate, clip = one.cut.rate, one.clip
    source = "" if clip.source is None else show_timecode(clip.source.start, rate)
    name = clip.name if clip.enabled else f"{clip.name} (switched off: not used)"
    return [
        f"{name_text(production, one.project)}: {one.cut.name}", one.status or "-", str(clip.number), clip.label,
        show_timecode(clip.record.start, rate), show_timecode(clip.record.end, rate), source, show(name),
    ]  # fmt: skip


def _json(production: Production, chosen: Chosen, sightings: list[Sighting], uses: list[ClipUse]) -> dict[str, Any]:
    return {
        **named("path", chosen.name),
        "sha256": chosen.sha256.hex(),
        "places": [
            {
                **named("path", path_text(production, one.place)), "since": output.when_utc(one.since),
                "until": output.when_utc(one.until), "ended": one.ended,
            }
            for one in sightings
        ],
        "cuts": [
            {
                **named("project", name_text(production, one.project)), "project_sha256": one.project.hex(),
                "cut": one.cut.name, "status": one.status or None, "event": one.clip.number, "clip": one.clip.name,
                "track": one.clip.label, "used": one.clip.enabled,
                "record_in": show_timecode(one.clip.record.start, one.cut.rate),
                "record_out": show_timecode(one.clip.record.end, one.cut.rate),
                "source_in": show_timecode(one.clip.source.start, one.cut.rate) if one.clip.source else None,
                "source_out": show_timecode(one.clip.source.end, one.cut.rate) if one.clip.source else None,
            }
            for one in uses
        ],
    }  # fmt: skip
