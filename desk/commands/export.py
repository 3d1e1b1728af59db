"""export: the manifest of a delivery, as JSON or CSV, stamped DRAFT until a delivery is sealed."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import click

from desk import exit_codes, output
from desk.judging import Judged, all_deliveries, judge, whole
from desk.manifest import document, file_name, write_whole
from desk.options import WORDS, json_option, production_option
from desk.production import Production, open_production
from provenance.errors import NotFound, UsageError
from provenance.model import Delivery
from provenance.plugins import manifest_formats

FORMATS = {one.NAME: one for one in manifest_formats()}


@click.command(short_help="Write the manifest of a delivery.")
@click.argument("delivery", required=False, metavar="[DELIVERY]", type=WORDS)
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="json", show_default=True)
@click.option("--out", metavar="FILE", help="Where to; - for standard output. Default: .provenance/exports/")
@click.option("--rehash", is_flag=True, help="Read every byte again, instead of comparing size and time.")
@json_option
@production_option
def command(
    delivery: str | None, form: str, out: str | None, rehash: bool, as_json: bool, production: Path | None
) -> None:
    """Judges DELIVERY now and writes down what is in it: every file with its hashes, its origin and why, the
    AI it was made from, the findings, and who decided what. The gate's result is inside. Stamped DRAFT. JSON
    Schema: provenance/schemas/delivery-1.schema.json

    \b
    provenance export deliverables
    provenance export deliverables --format csv --out /mnt/handover/files.csv
    """
    if as_json and out == "-":
        raise UsageError("--json and --out - exclude each other", remedy="write the manifest to a file")
    with open_production(production, readonly=False) as opened:
        wanted = _delivery(opened, delivery)
        at = opened.store.clock()
        with output.progress("reading", quiet=as_json) as advance:
            scope = whole(opened, wanted)
            counted = iter(range(1, len(scope.sightings) + 1))

            def progress(name: str) -> None:
                advance(next(counted), len(scope.sightings), name)

            judged = judge(opened, scope, at, rehash=rehash, progress=progress)
        content = document(opened, judged, at)
        target = _target(opened, wanted, form, out)
    manifest = FORMATS[form]
    if target is None:
        stream = io.BytesIO()
        manifest.write(content, stream)
        output.emit_bytes(stream.getvalue())
        return
    write_whole(target, manifest, content)
    _tell(target, judged, form, as_json)


def _delivery(opened: Production, name: str | None) -> Delivery:
    known = all_deliveries(opened)
    if name is None:
        if len(known) == 1:
            return known[0]
        raise UsageError("which delivery?", remedy=f"name one: {', '.join(one.name for one in known)}")
    for one in known:
        if one.name == name.rstrip("/"):
            return one
    raise NotFound(f"there is no delivery {name!r}", remedy="`provenance delivery list` names them")


def _target(opened: Production, delivery: Delivery, form: str, out: str | None) -> Path | None:
    """Where to write; None for standard output. Raises UsageError for a place inside a delivery."""
    if out == "-":
        return None
    if not out:
        return opened.root / ".provenance" / "exports" / file_name(delivery.name, FORMATS[form].SUFFIX)
    target = Path(out).absolute()
    if not target.parent.is_dir():  # a share that is not mounted must not become a folder on this disk
        raise UsageError("there is no such folder", path=target.parent, remedy="make it, or mount it, first")
    if target.is_dir():
        target = target / file_name(delivery.name, FORMATS[form].SUFFIX)
    for folder in opened.settings.deliverables_folders:
        if target.resolve().is_relative_to(folder.resolve()):
            raise UsageError(
                "a manifest in a deliverables folder would become a part of the delivery",
                path=target,
                remedy="write it beside that folder",
            )
    return target


def _tell(target: Path, judged: Judged, form: str, as_json: bool) -> None:
    loose = sum(not finding.sha256 for finding in judged.findings)
    if as_json:
        output.emit(
            {
                "path": str(target),
                "format": form,
                "status": "DRAFT",
                "delivery": judged.scope.delivery.name,
                "files": len(judged.scope.sightings),
                "not_taken_in": loose,
                "exit_code": judged.exit_code,
                "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
            }
        )
        return
    output.say(f"{output.count(len(judged.scope.sightings), 'file')}, DRAFT, written to {target}")
    if judged.exit_code:
        meaning = exit_codes.MEANINGS[judged.exit_code]
        output.prose(f"The gate says inside it: {meaning}. See provenance check", tone=output.DOUBT)
    if loose:
        output.prose(f"{output.count(loose, 'thing')} in the folder could not be looked at and is not listed in it.")
