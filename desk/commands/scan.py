"""scan: looks at everything once."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desk import output
from desk.commands.watch import stop_on_signals
from desk.exit_codes import INTERRUPTED
from desk.last_scan import note_scan
from desk.options import AnyPath, json_option, production_option
from desk.outcome import print_flags
from desk.production import Production, open_production
from provenance.model import Severity
from provenance.paths import named, relative

if TYPE_CHECKING:
    from watchers.crawl import ScanProgress, ScanReport


@click.command(short_help="Look at everything once.")
@click.argument("folders", nargs=-1, metavar="[FOLDER]...", type=AnyPath(exists=True))
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
@json_option
@production_option
def command(folders: tuple[Path, ...], quiet: bool, as_json: bool, production: Path | None) -> None:
    """Looks at all watched folders (or those named) once, waits until files have settled, takes them in,
    judges what lies in deliverables folders, and ends. Safe beside a running daemon. Ctrl-C finishes the
    file at hand; the rest is taken up next time.

    \b
    provenance scan
    provenance scan comps/ABC_0010 --json
    """
    stop = stop_on_signals()
    with open_production(production, readonly=False) as opened:
        from desk.tagging import signing_of
        from watchers.crawl import scan_once

        chosen = [_folder(one) for one in folders]
        with output.progress("Looking", quiet=quiet or as_json) as advance:

            def show(at: ScanProgress) -> None:
                advance(at.done, at.total, "" if at.current is None else at.current.name)

            report = scan_once(
                opened.store, opened.places, opened.settings, folders=chosen, progress=show, stop=stop,
                signing=signing_of(opened.location.file, opened.settings),
            )  # fmt: skip
        if not folders and not stop.is_set():
            note_scan(opened.location.file, time.time_ns() // 1_000_000)
        if as_json:
            output.emit(_json(report, interrupted=stop.is_set()))
        else:
            _print(opened, report)
    if stop.is_set():
        click.get_current_context().exit(INTERRUPTED)


def _folder(path: Path) -> Path:
    """The folder that was named, or the one that a file named lies in."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 -- lexical: links are never followed
    return absolute if absolute.is_dir() else absolute.parent


def _json(report: ScanReport, *, interrupted: bool) -> dict[str, object]:
    return {
        "found": report.found, "new": report.new, "done": report.done, "gone": report.gone,
        "waiting": report.waiting, "interrupted": interrupted,
        "faults": [{**named("path", path), "reason": reason} for path, reason in report.faults],
        "flags": [
            {
                "code": one.code, "severity": one.severity.value, "delivery": one.delivery,
                **named("name", one.name), "sha256": one.sha256.hex() or None, "text": one.text,
            }
            for one in report.flags
        ],
    }  # fmt: skip


def _print(production: Production, report: ScanReport) -> None:
    gravest = min((one.severity for one in report.flags), key=list(Severity).index, default=None)
    flags = f"{output.count(len(report.flags), 'open flag')}" if report.flags else "no open flags"
    words = f"{output.count(report.found, 'file')} seen, {report.new:,} new; {flags}"
    output.answer(words, gravest.value if gravest else "ok")
    for path, reason in report.faults[:20]:
        output.prose(f"{relative(path, production.root)}: {reason}", indent=13, first="  fault", tone=output.DOUBT)
    if len(report.faults) > 20:
        output.prose(f"and {len(report.faults) - 20} more faults (provenance status)", indent=13)
    print_flags(report.flags)
    if report.waiting:
        still = output.count(report.waiting, "file")
        output.say(f"  waiting    {still} still changing or not readable; taken up by the next scan")
