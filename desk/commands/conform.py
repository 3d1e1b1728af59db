"""conform: a cut, clip by clip, with what each clip plays, where that came from, and whether AI is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from desk import output
from desk.judging import judge_again
from desk.options import WORDS, AnyPath, json_option, production_option
from desk.outcome import outcome_json, print_outcome
from desk.production import Production, open_production, path_text, place_of
from desk.selection import Selection
from provenance.errors import NotFound, UsageError
from provenance.model import Clip, Cut, Evidence, Link, Origin, ProjectFile, Relation, Strength
from provenance.paths import named, show
from provenance.timecode import show_span, show_timecode
from store.cuts import STATUSES
from watchers.conforming import Conforming, Joined

VERSION = "1"


@dataclass(frozen=True, slots=True)
class Row:
    """One clip: what it plays as far as that is known, and what that counts as."""

    cut: Cut
    clip: Clip
    joined: Joined | None
    name: str
    origin: Origin | None
    tainted: bool


@click.command(short_help="Show a cut clip by clip, and say what was rendered from it.")
@click.argument("timeline", type=AnyPath(), metavar="TIMELINE")
@click.option("--cut", "cut_name", type=WORDS, default="", metavar="NAME", help="Only this cut of the timeline.")
@click.option("--status", type=click.Choice(STATUSES), help="Say how far the cut is; it is in the ledger.")
@click.option("--output", "outputs", multiple=True, metavar="FILE", help="It was rendered from this timeline.")
@click.option("--by", type=WORDS, default="", metavar="NAME", help="Who says so; with --status and --output.")
@click.option("-n", "--dry-run", is_flag=True, help="Only print; record nothing.")
@json_option
@production_option
def command(
    timeline: Path,
    cut_name: str,
    status: str | None,
    outputs: tuple[str, ...],
    by: str,
    dry_run: bool,
    as_json: bool,
    production: Path | None,
) -> None:
    """Takes in TIMELINE (OTIO, FCP7 XML, FCPXML, EDL, AAF, ALE) and prints its cuts clip by clip:
    timecodes, what each clip plays, how that was matched, what it counts as, AI loudly; then what could not be
    matched. With --output it records that files were rendered from it, on your word.

    \b
    provenance conform cuts/reel1.otio
    provenance conform cuts/reel1.otio --status locked --by "assistant editor"
    provenance conform cuts/reel1.otio --output deliverables/reel1.mov --by "online editor"
    """
    if (status or outputs) and not by.strip():
        raise UsageError("a status and an output need the name of who says so", remedy="add --by NAME")
    with open_production(production, readonly=dry_run) as opened:
        conforming = Conforming(opened.store, opened.places)
        sha256, held, folder = _held(opened, timeline, record=not dry_run)
        cuts = [one for one in held.cuts if not cut_name or one.name == cut_name]
        if cut_name and not cuts:
            known = ", ".join(show(one.name) for one in held.cuts) or "none"
            raise NotFound(f"there is no cut {show(cut_name)!r} in it; it has: {known}", path=timeline)
        outcome = None
        if not dry_run and sha256 is not None:
            touched = _record(opened, conforming, sha256, held, cuts, status, outputs, by)
            outcome = judge_again(opened, touched, opened.store.clock())
        joined = {one.n: one for one in conforming.join(held, folder)}
        rows = [_row(opened, cut, clip, joined) for cut in cuts for clip in cut.clips]
        statuses = {} if sha256 is None else opened.store.cuts.statuses(sha256)
        if as_json:
            output.emit(_json(held, cuts, rows, joined, statuses) | (outcome_json(outcome) if outcome else {}))
            return
        _print(timeline, held, cuts, rows, joined, statuses)
    if outcome is not None:
        print_outcome(outcome)


def _held(opened: Production, timeline: Path, *, record: bool) -> tuple[bytes | None, ProjectFile, str]:
    """(its content where it is recorded, what it says, the folder it lies in). Raises NotFound, UsageError."""
    selection = Selection(opened)
    path = selection.path(str(timeline))
    place = place_of(opened.places, path)
    sha256 = None if place is None else opened.store.assets.at(place)
    held = None if sha256 is None else opened.store.cuts.project(sha256)
    if held is None and sha256 is None and record:
        raise NotFound("this timeline is not recorded", path=path, remedy="provenance scan, or --dry-run only to look")
    if held is None:
        from watchers.describer import Describer

        with Describer(opened.settings.worker.describe_seconds) as describer:
            description = describer(path)
        held = description.project
        for fault in () if held is not None else description.faults:
            output.note(f"{path.name}: {fault.text}")
    if held is None:
        raise UsageError("this is no timeline or project that can be read", path=path)
    return sha256, held, str(path.parent)


def _record(
    opened: Production, conforming: Conforming, sha256: bytes, held: ProjectFile, cuts: Sequence[Cut],
    status: str | None, outputs: Sequence[str], by: str,
) -> set[bytes]:  # fmt: skip
    """Joins the timeline, and records what a person said; the contents that this touches."""
    rendered = Selection(opened).many(outputs) if outputs else ()
    evidence = Evidence("person", VERSION, "conform", Strength.DECLARED, f"rendered from this {held.format}", by)
    with opened.store.writing():
        conforming.take_in(sha256)
        for cut in cuts if status else ():
            opened.store.cuts.set_status(sha256, cut.name, status or "", by=by)
        for one in rendered:
            opened.store.lineage.add(Link(one.sha256, sha256, Relation.RENDERED_FROM, evidence))
            opened.store.lineage.complete(one.sha256, by=by, note=f"rendered from this {held.format}")
    return {sha256, *(one.sha256 for one in rendered)}


def _row(opened: Production, cut: Cut, clip: Clip, joined: dict[int, Joined]) -> Row:
    found = [joined[n] for n in clip.media if n in joined]
    best = next((one for one in found if one.match is not None and one.match.counts), found[0] if found else None)
    if best is None or best.match is None or not best.match.counts:
        return Row(cut, clip, best, "", None, False)
    summary = opened.store.assets.summary(best.match.sha256)
    name = path_text(opened, summary.place) if summary.place is not None else summary.name
    return Row(cut, clip, best, name, summary.origin, summary.tainted)


def _print(
    timeline: Path, held: ProjectFile, cuts: Sequence[Cut], rows: Sequence[Row], joined: dict[int, Joined],
    statuses: dict[str, str],
) -> None:  # fmt: skip
    used = [row for row in rows if row.clip.enabled]
    ai = [row for row in used if row.tainted]
    unmatched = [row for row in used if row.clip.kind in ("media", "missing") and row.origin is None]
    words = f"{output.count(len(used), 'clip')} used, {len(ai)} AI or made from AI, {len(unmatched)} not matched"
    output.answer(f"{show(timeline.name)}: {held.format}, {words}", "BLOCK" if ai else "DECIDE" if unmatched else "ok")
    for cut in cuts:
        status = f", {statuses[cut.name]}" if cut.name in statuses else ""
        output.heading(
            f"{show(cut.name)} ({float(cut.rate.fps):g} fps{', drop frame' if cut.rate.drop else ''}{status})"
        )
        mine = [row for row in rows if row.cut is cut]
        heads = ["event", "track", "record in", "record out", "source in", "plays", "origin"]
        if mine:
            output.table(heads, [_cells(row) for row in mine], cut=5)
        else:
            output.prose("no clips", indent=2, first="  ")
    for one in joined.values():
        if one.match is None or not one.match.counts:
            output.prose(f"{show(one.media.name)}: {_why_not(one)}", indent=2, first="  ", tone=output.DOUBT)
    for fault in held.faults:
        output.prose(fault.text, indent=2, first="  ", tone=output.DOUBT)


def _cells(row: Row) -> list[str]:
    clip, rate = row.clip, row.cut.rate
    origin = "-" if row.origin is None else row.origin.value
    if row.origin is not None and row.origin.is_ai:
        origin = f"*** AI: {origin} ***"
    elif row.tainted:
        origin = f"{origin}, MADE FROM AI"
    plays = row.name or f"{show(clip.name)} ({clip.kind if clip.kind != 'media' else 'not matched'})"
    plays += "" if clip.enabled else " (off)"
    source = show_timecode(clip.source.start, rate) if clip.source is not None else ""
    span = (show_timecode(clip.record.start, rate), show_timecode(clip.record.end, rate))
    return [str(clip.number), clip.label, *span, source, plays, origin]


def _why_not(one: Joined) -> str:
    where = f" (it says {show(one.media.paths[0])})" if one.media.paths else ""
    if one.match is None:
        return f"not matched: no recorded file fits{where}"
    if one.match.several:
        return f"not matched: several files fit equally well, by {one.match.method.words}{where}"
    return (
        f"not matched: only the name fits, of {show(one.match.path)}; if it is that, say so with provenance link{where}"
    )


def _json(
    held: ProjectFile, cuts: Sequence[Cut], rows: Sequence[Row], joined: dict[int, Joined], statuses: dict[str, str]
) -> dict[str, Any]:
    return {
        "format": held.format,
        "complete": held.complete,
        "cuts": [
            {
                "name": cut.name, "fps": str(cut.rate.fps), "drop": cut.rate.drop,
                "status": statuses.get(cut.name), "clips": [_clip_json(row) for row in rows if row.cut is cut],
            }
            for cut in cuts
        ],
        "media": [
            {
                "name": one.media.name, "paths": list(one.media.paths), "used": one.used,
                "matched": one.match.sha256.hex() if one.match and one.match.counts else None,
                "method": one.match.method.words if one.match else None,
            }
            for one in joined.values()
        ],
        "faults": [{"reader": one.reader, "code": one.code, "text": one.text} for one in held.faults],
    }  # fmt: skip


def _clip_json(row: Row) -> dict[str, Any]:
    clip, rate = row.clip, row.cut.rate
    found = row.joined.match if row.joined is not None else None
    return {
        "event": clip.number, "clip": clip.name, "track": clip.label, "kind": clip.kind, "used": clip.enabled,
        "record": show_span(clip.record, rate), "source": show_span(clip.source, rate) if clip.source else None,
        **named("path", row.name), "sha256": found.sha256.hex() if found and found.counts else None,
        "method": found.method.words if found else None, "origin": row.origin.value if row.origin else None,
        "ai_or_made_from_ai": row.tainted, "nested": clip.cut or None, "note": clip.note,
    }  # fmt: skip
