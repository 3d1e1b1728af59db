"""delivery: what is handed over. Each deliverables folder is one by itself; others are opened here."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import click

from desk import output
from desk.judging import all_deliveries, decision_json, still_open
from desk.options import WORDS, AnyPath, json_option, production_option
from desk.production import Production, open_production, path_text, place_of
from desk.selection import Selection
from provenance.errors import NotFound, UsageError
from provenance.model import Delivery, Finding, Place
from provenance.paths import argument, named
from watchers.deliverables import contents, judge_delivery, name_of, write_flags_pages


@click.group(short_help="Open, list and show deliveries.")
def command() -> None:
    """A delivery is what is handed over: a folder, or a list of files. Each deliverables folder of
    provenance.toml is an open delivery named after it.

    \b
    provenance delivery list
    provenance delivery show deliverables
    """


@command.command("new", short_help="Open a delivery of a folder or of files.")
@click.argument("name", type=WORDS)
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--from", "folder", type=AnyPath(), metavar="FOLDER", help="All that lies in a folder.")
@json_option
@production_option
def new(name: str, files: tuple[str, ...], folder: Path | None, as_json: bool, production: Path | None) -> None:
    """Opens a delivery NAME: of a folder, with whatever will lie in it; or of a list of files, globs, folders,
    as their contents are now.

    \b
    provenance delivery new trailer --from masters/trailer
    provenance delivery new stills deliverables/key_art/*.tif
    """
    if bool(files) == (folder is not None):
        raise UsageError("what is in it?", remedy="give FILEs, or --from FOLDER")
    with open_production(production, readonly=False) as opened:
        if any(one.name == name for one in all_deliveries(opened)):
            raise UsageError(f"there is a delivery {name!r} already", remedy="provenance delivery list names them")
        if folder is not None:
            delivery = opened.store.decisions.open_delivery(name, _folder(opened, folder))
        else:
            chosen = Selection(opened).many(files)
            with opened.store.writing():
                delivery = opened.store.decisions.open_delivery(name)
                opened.store.decisions.fill(name, [one.sha256 for one in chosen])
        at = opened.store.clock()
        findings = judge_delivery(opened.store, delivery, at)
        write_flags_pages(opened.store, opened.settings, opened.places, at)
        held = len({(one.sha256, one.place) for one in contents(opened.store, delivery)})
    waiting = sum(finding.is_open for finding in findings)
    if as_json:
        output.emit({"delivery": name, "files": held, "open_findings": waiting})
        return
    output.say(f"delivery {name} opened: {output.count(held, 'file')}, {output.count(waiting, 'open finding')}")
    output.say(f"provenance check {argument(name)}")


def _folder(opened: Production, folder: Path) -> Place:
    path = Path(os.path.abspath(folder))  # noqa: PTH100 -- lexical: links are never followed
    if not path.is_dir():
        raise NotFound("there is no such folder", path=path, remedy="make it, or give another")
    inside = place_of(opened.places, path / "x")
    if inside is None:
        raise UsageError(
            "this lies outside the production's folders", path=path, remedy="add it to `working` in provenance.toml"
        )
    return Place(inside.volume, inside.folder, b"")


@command.command("list", short_help="List all deliveries.")
@json_option
@production_option
def show_all(as_json: bool, production: Path | None) -> None:
    """Lists all deliveries.

    \b
    provenance delivery list --json
    """
    with open_production(production, readonly=False) as opened:
        waiting = Counter(finding.delivery for finding in still_open(opened))
        rows = [(one, len(contents(opened.store, one)), waiting[one.name]) for one in all_deliveries(opened)]
        where = {one.name: _where(opened, one) for one, _, _ in rows}
    if as_json:
        output.emit(
            {
                "deliveries": [
                    {
                        "name": one.name, "folder": where[one.name] or None, "state": one.state,
                        "opened": output.when_utc(one.opened), "files": files, "open_findings": findings,
                    }
                    for one, files, findings in rows
                ]
            }
        )  # fmt: skip
        return
    output.table(
        ["delivery", "folder", "state", "files", "open findings"],
        [
            (one.name, where[one.name] or "(a list)", one.state, f"{lying:,}", f"{found:,}")
            for one, lying, found in rows
        ],
        cut=1,
    )


def _where(opened: Production, delivery: Delivery) -> str:
    return "" if delivery.folder is None else path_text(opened, delivery.folder).removesuffix("/")


@command.command("show", short_help="What is in a delivery, and what is open.")
@click.argument("name", type=WORDS)
@json_option
@production_option
def show_one(name: str, as_json: bool, production: Path | None) -> None:
    """Shows what is in the delivery NAME: each file, where it came from, what is open, who answered.

    \b
    provenance delivery show deliverables
    """
    with open_production(production, readonly=False) as opened:
        all_deliveries(opened)
        delivery = opened.store.decisions.delivery(name.rstrip("/"))
        findings = judge_delivery(opened.store, delivery, opened.store.clock())
        lying = sorted((name_of(delivery, one.place), one.sha256) for one in contents(opened.store, delivery))
        files = [(called, opened.store.assets.summary(sha256)) for called, sha256 in lying]
    by_file: dict[tuple[bytes, str], list[Finding]] = {}
    for finding in findings:
        by_file.setdefault((finding.sha256, finding.name), []).append(finding)
    if as_json:
        output.emit(
            {
                "name": delivery.name,
                "state": delivery.state,
                "files": [
                    {
                        **named("name", called),
                        "sha256": one.sha256.hex(),
                        "origin": one.origin.value,
                        "ai_or_made_from_ai": one.tainted,
                        "findings": [_finding_json(each) for each in by_file.get((one.sha256, called), [])],
                    }
                    for called, one in files
                ],
            }
        )
        return
    waiting = sum(finding.is_open for finding in findings)
    counted = f"{output.count(len(files), 'file')}, {output.count(waiting, 'open finding')}"
    output.say(f"{delivery.name}: {delivery.state}, {counted}")
    if files:
        rows = [
            (called, _origin(one.origin.value, one.tainted), *_codes(by_file.get((one.sha256, called), [])))
            for called, one in files
        ]
        output.table(["file", "origin", "open", "answered"], rows, cut=0)


def _origin(origin: str, tainted: bool) -> str:
    return f"{origin}, from AI" if tainted and not origin.startswith("ai_") else origin


def _codes(findings: list[Finding]) -> tuple[str, str]:
    waiting = dict.fromkeys(one.code for one in findings if one.is_open)
    answered = dict.fromkeys(
        f"{one.code} {one.decision.answer.value} by {one.decision.by}"
        for one in findings
        if one.decision is not None and not one.is_open
    )
    return " ".join(waiting) or "-", "; ".join(answered) or "-"


def _finding_json(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "open": finding.is_open,
        "text": finding.text,
        "decision": decision_json(finding.decision),
    }
