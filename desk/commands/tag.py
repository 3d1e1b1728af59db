"""tag: writes what is known of files into or beside them."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from desk import output
from desk.judging import judge_again
from desk.options import WORDS, json_option, production_option
from desk.outcome import outcome_json, print_outcome
from desk.production import Production, open_production
from desk.selection import Chosen, Selection
from desk.tagging import (
    Result,
    open_tagger,
    parse_fields,
    print_results,
    refused,
    result_json,
    tag_each,
    touched_by,
)
from provenance._configuration_text import STATEMENTS
from provenance.fields import FIELDS
from provenance.model import Way
from provenance.paths import relative, show

if TYPE_CHECKING:
    from watchers.tagger import Tagger


@click.command(short_help="Write what is known into or beside files.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--set", "settings", multiple=True, type=WORDS, metavar="NAME=TEXT",
    help=f"Set a field before: {', '.join(FIELDS)}. An empty text takes it away.",
)  # fmt: skip
@click.option("--embed", "way", flag_value=Way.EMBEDDED.value, help="Into the file, or not at all.")
@click.option("--sidecar", "way", flag_value=Way.SIDECAR.value, help="Beside the file, whatever the file is.")
@click.option(
    "--write", "kinds", type=click.Choice(STATEMENTS), multiple=True,
    help="Only this; may be repeated. Default: tagging.write in provenance.toml.",
)  # fmt: skip
@click.option("--by", type=WORDS, default="", metavar="NAME", help="Who asks. Default: the name you are logged in as.")
@click.option("--into-deliverables", is_flag=True, help="Inside a deliverables folder too. A sealed delivery stays.")
@click.option("-n", "--dry-run", is_flag=True, help="Only show the exact change.")
@json_option
@production_option
def command(
    files: tuple[str, ...],
    settings: tuple[str, ...],
    way: str | None,
    kinds: tuple[str, ...],
    by: str,
    into_deliverables: bool,
    dry_run: bool,
    as_json: bool,
    production: Path | None,
) -> None:
    """Writes origin and history of FILEs so that they travel with them: content credentials signed by the
    production, XMP, EXIF. Captured media, files with content credentials and formats that hold nothing get a
    sidecar; the picture and the sound never change. FILE is a path, a folder, a glob or digits of a SHA-256.

    \b
    provenance tag ai/skyline.png --dry-run
    provenance tag comps/AB_0120 --set shot=AB_0120 --set scene=12
    provenance tag camera/A001C003.mov
    """
    fields = parse_fields(settings)
    with open_production(production, readonly=False) as opened:
        from watchers.tag_plan import Wish

        chosen = Selection(opened).many(files)
        if fields and not dry_run:
            set_fields(opened, chosen, fields, by or getpass.getuser())
        write = kinds or opened.settings.tagging.write
        wish = Wish(Way(way) if way else None, write, by or getpass.getuser(), into_deliverables)
        with open_tagger(opened) as tagger:
            results = tag_each(tagger, chosen, wish, dry_run=dry_run)
            if as_json:
                _print_json(opened, tagger, results, dry_run=dry_run)
            elif dry_run:
                for one in results:
                    _print_plan(opened, tagger, one)
            else:
                print_results(results)
        if not dry_run:
            outcome = judge_again(opened, touched_by(results), opened.store.clock())
            if as_json:
                output.emit(outcome_json(outcome))
            else:
                print_outcome(outcome)
    click.get_current_context().exit(refused(results))


def set_fields(production: Production, chosen: Sequence[Chosen], fields: dict[str, str], by: str) -> None:
    """Records fields of files, in one transaction. Raises StoreError."""
    with production.store.writing():
        for one in chosen:
            production.store.fields.set(one.sha256, fields, by=by)


def _print_json(production: Production, tagger: Tagger, results: Sequence[Result], *, dry_run: bool) -> None:
    for one in results:
        told = result_json(production, tagger, one)
        if dry_run and one.plan is not None:
            told |= {"edits": _edits_json(tagger, one), "says": dict(_says(one))}
        output.emit(told)


def _edits_json(tagger: Tagger, one: Result) -> list[dict[str, Any]]:
    assert one.plan is not None
    return [
        {"writer": change.writer, "offset": edit.offset, "removes": edit.length, "inserts": len(edit.data)}
        for change in tagger.changes(one.plan)
        for edit in change.edits
    ]


def _print_plan(production: Production, tagger: Tagger, one: Result) -> None:
    """What would be written, where, why there, and byte by byte how much of the file changes."""
    name = show(one.chosen.name)
    if one.error is not None:
        output.complain(one.error)
        return
    plan = one.plan
    assert plan is not None
    output.answer(f"{name}: would be {_WOULD[plan.way]}", plan.known.origin)
    output.field("because", [plan.why])
    output.field("files", [relative(path, production.root) for path in tagger.targets(plan)])
    output.field("says", [f"{key}: {show(text)}" for key, text in _says(one)])
    output.field("change", _changes(tagger, one))
    output.field("not", plan.notes)


_WOULD = {Way.EMBEDDED: "written into", Way.SIDECAR: "written beside", Way.MIRROR: "written to the mirror tree"}


def _says(one: Result) -> list[tuple[str, str]]:
    plan = one.plan
    assert plan is not None
    tag = plan.tag
    pairs = [
        ("origin", tag.origin.value), ("source type", tag.source_type), ("tool", tag.tool), ("version", tag.version),
        ("prompt", tag.prompt), ("prompt writer", tag.prompt_writer), ("credit", tag.credit),
        *tag.fields, ("document", tag.document), ("derived from", tag.parent_document),
        ("ingredients", str(len(plan.known.parents) or "")),
    ]  # fmt: skip
    return [(key, text) for key, text in pairs if text]


def _changes(tagger: Tagger, one: Result) -> list[str]:
    plan = one.plan
    assert plan is not None
    if tagger.stands(plan):
        return ["none: all of it stands there already"]
    if plan.way is not Way.EMBEDDED:
        return ["the media file stays as it is"]
    lines = []
    for change in tagger.changes(plan):
        if change.refusal is not None:
            lines.append(f"{change.writer}: left out, {change.refusal.message}")
        for edit in change.edits:
            lines.append(
                f"{change.writer}: at byte {edit.offset:,}, {edit.length:,} bytes give way to {len(edit.data):,}"
            )
    if "c2pa" in plan.write:
        lines.append("c2pa: a signed manifest store is added behind these; picture and sound are compared afterwards")
    return lines
