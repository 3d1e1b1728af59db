"""audit: proves that the recorded history was not changed outside this program."""

from __future__ import annotations

from pathlib import Path

import click

from desk import exit_codes, output
from desk.options import json_option, production_option
from desk.production import Production, open_production
from store import Audit


@click.command(short_help="Prove that the recorded history was not changed.")
@click.option("--list", "as_list", is_flag=True, help="List every entry first.")
@json_option
@production_option
def command(as_list: bool, as_json: bool, production: Path | None) -> None:
    """Re-derives the hash chain of every workstation's history, compares the kept taint with a computation
    from nothing, and lets SQLite check the file. Exit 0 sound, 12 changed, 13 the store cannot be opened.
    Note the heads down elsewhere: a history cut off at its end shows only against one that was kept.

    \b
    provenance audit
    provenance audit --list --json > history.jsonl
    """
    with open_production(production, readonly=True) as opened, opened.store.reading():
        found = opened.store.ledger.audit()
        if as_list:
            _list(opened, as_json)
        sound = opened.store.check()
        differing = len(opened.store.lineage.disagreement())
        problems = _problems(found, sound, differing)
        if as_json:
            output.emit(_json(opened, found, sound, differing))
        else:
            _print(opened, found, problems)
    click.get_current_context().exit(exit_codes.CONTENT_DIFFERS if problems else exit_codes.CLEAN)


def _problems(found: Audit, sound: str, differing: int) -> list[str]:
    problems = [f"the history was changed outside this program: {found.broken}"] if found.broken else []
    problems += [f"SQLite finds the file damaged: {sound}"] if sound != "ok" else []
    if differing:
        problems.append(f"the kept taint of {output.count(differing, 'asset')} does not follow from the lineage")
    return problems


def _json(production: Production, found: Audit, sound: str, differing: int) -> dict[str, object]:
    return {
        "sound": not _problems(found, sound, differing),
        "entries": found.entries,
        "redacted": found.redacted,
        "heads": dict(found.heads),
        "broken": found.broken or None,
        "database": sound,
        "taint_differs": differing,
        "store": str(production.location.file),
    }


def _print(production: Production, found: Audit, problems: list[str]) -> None:
    if problems:
        output.answer("broken: " + problems[0], "fail")
        for problem in problems[1:]:
            output.prose(problem, indent=2, tone=output.BAD)
        output.prose("Keep this file, and compare it with a backup.", indent=2)
    else:
        output.answer(f"sound: {output.count(found.entries, 'entry', 'entries')} in an unbroken chain", "ok")
    if found.redacted:
        output.field("redacted", [f"{output.count(found.redacted, 'entry', 'entries')}, each with its record"])
    output.field("head", (f"{head} (station {station})" for station, head in found.heads.items()))
    output.field("store", [str(production.location.file)])


def _list(production: Production, as_json: bool) -> None:
    try:
        _list_entries(production, as_json)
    except (ValueError, AttributeError) as error:  # a changed entry may be no JSON any more
        output.note(f"an entry cannot be read, the list ends here: {error}")


def _list_entries(production: Production, as_json: bool) -> None:
    for entry in production.store.ledger.entries():
        if as_json:
            output.emit(
                {
                    "entry": entry.uid, "at": output.when_utc(entry.at), "kind": entry.kind,
                    "version": entry.version, "body": entry.body, "personal": entry.personal,
                    "redacted": entry.redacted, "hash": entry.hash.hex(),
                }
            )  # fmt: skip
        else:
            told = ", ".join(f"{name} {value}" for name, value in entry.body.items() if isinstance(value, str | int))
            output.say(f"{output.when(entry.at)}  {entry.kind:16}  {told}"[:400])
