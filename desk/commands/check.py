"""check: may this be delivered? The exit code says it, the page says why and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from desk import exit_codes, output
from desk.judging import Judged, decision_json, judge, scopes
from desk.options import json_option, production_option
from desk.production import open_production
from provenance.flags_page import COMMAND
from provenance.manifests.document import link_json
from provenance.model import Finding, Severity
from provenance.paths import named, show

WORDS = {
    exit_codes.CLEAN: "clear",
    exit_codes.AI_WITHOUT_DECISION: "NOT CLEAR: AI without a decision",
    exit_codes.BLOCKED: "NOT CLEAR: blocked by a rule",
    exit_codes.CONTENT_DIFFERS: "NOT CLEAR: content differs from what was recorded",
    exit_codes.COULD_NOT_LOOK: "NOT CLEAR: not everything could be looked at",
    exit_codes.MUST_DECIDE: "NOT CLEAR: a person must decide",
}


@click.command(short_help="May this be delivered? The exit code says it.")
@click.argument("what", nargs=-1, metavar="[DELIVERY|FOLDER|FILE]...")
@click.option("--rehash", is_flag=True, help="Read every byte again, instead of comparing size and time.")
@json_option
@production_option
def command(what: tuple[str, ...], rehash: bool, as_json: bool, production: Path | None) -> None:
    """Judges every delivery, or what is named, with all it was made from, and compares the files on disk with
    the record. Says what stands between it and release, the most serious first.

    Exit codes, the gravest wins: 10 AI without a decision, 14 blocked by another rule, 12 content differs,
    13 could not look, 11 a person must decide, 0 clear.

    \b
    provenance check
    provenance check deliverables --rehash && echo "may go out"
    """
    with open_production(production, readonly=False) as opened:
        at = opened.store.clock()
        wanted = scopes(opened, what)
        with output.progress("checking", quiet=as_json) as advance:
            total = sum(len(one.sightings) for one in wanted)
            done = Counter[str]()

            def progress(name: str) -> None:
                done["files"] += 1
                advance(done["files"], total, name)

            judged = tuple(judge(opened, one, at, rehash=rehash, progress=progress) for one in wanted)
    code = exit_codes.gravest(one.exit_code for one in judged) if judged else exit_codes.COULD_NOT_LOOK
    if as_json:
        output.emit({"exit_code": code, "deliveries": [_json(one) for one in judged]})
    else:
        _print(judged, code)
    click.get_current_context().exit(code)


def _print(judged: tuple[Judged, ...], code: int) -> None:
    files = output.count(sum(one.files for one in judged), "file")
    waiting = sum(finding.is_open for one in judged for finding in one.findings)
    ai = sum(one.with_ai for one in judged)
    # What is AI and approved is never shown as not AI
    made = f", {ai:,} AI or made from AI" if ai else ""
    answer = f"{WORDS[code]} ({files}{made}, {output.count(waiting, 'open finding')})"
    output.answer(answer, "BLOCK" if code == exit_codes.AI_WITHOUT_DECISION else "ok" if code == 0 else "DECIDE")
    for one in judged:
        _print_one(one)


def _print_one(judged: Judged) -> None:
    where = judged.scope.delivery.name or "outside any delivery"
    only = f", only {judged.scope.part}" if judged.scope.part else ""
    output.heading(f"{where}{only}: {WORDS[judged.exit_code]}")
    waiting = [finding for finding in judged.findings if finding.is_open or finding.severity is Severity.WARN]
    order = {finding.name: number for number, finding in reversed(list(enumerate(waiting)))}
    for name, found in groupby(sorted(waiting, key=lambda each: order[each.name]), key=lambda each: each.name):
        output.say()
        listed = list(found)
        fields = judged.fields.get(listed[0].sha256, {})
        told = f"  ({', '.join(f'{key} {text}' for key, text in fields.items())})" if fields else ""
        output.say((name or "(no file)") + told)
        for finding in listed:
            _print_finding(finding)
    answered = [finding for finding in judged.findings if finding.decision is not None and not finding.is_open]
    if answered or judged.explained:
        output.say()
    for line in dict.fromkeys(map(_answered, answered)):
        output.prose(line, indent=2)
    for each in judged.explained:
        output.prose(f"{show(each.name)}: undeclared, explained by its inputs; weakest link: {each.told}", indent=2)


def _answered(finding: Finding) -> str:
    decision = finding.decision
    assert decision is not None
    reference = f", {decision.reference}" if decision.reference else ""
    return f"{show(finding.name)}: {finding.code} answered: {decision.answer.value} by {decision.by}{reference}"


def _print_finding(finding: Finding) -> None:
    tone = {Severity.BLOCK: output.BAD, Severity.DECIDE: output.DOUBT}.get(finding.severity, "")
    refused = f" (refused by {finding.decision.by})" if finding.decision is not None else ""
    output.say(f"  {finding.severity.value} {finding.code}{refused}", tone=tone)
    for is_command, text in pieces(finding.text):
        if is_command:
            output.say(f"      {text}")
        else:
            output.prose(text, indent=4)


def pieces(text: str) -> Iterator[tuple[bool, str]]:
    """A finding's text in pieces: words, and (true) each command whole, to be copied from a line of its own."""
    end = 0
    for command in COMMAND.finditer(text):
        # "See provenance lineage x; then ..." reads as a sentence only while short commands stay in it
        if " --" not in command[0]:
            continue
        yield False, text[end : command.start()].lstrip("; ").rstrip()
        yield True, command[0]
        end = command.end()
    rest = text[end:].lstrip("; ").strip(".")
    if rest:
        yield False, rest


def _json(judged: Judged) -> dict[str, Any]:
    scope = judged.scope
    return {
        "delivery": scope.delivery.name or None,
        "only": scope.part or None,
        "state": scope.delivery.state,
        "exit_code": judged.exit_code,
        "files": judged.files,
        "with_ai": judged.with_ai,
        "findings": [_finding_json(judged, finding) for finding in judged.findings],
        "explained": [
            {
                **named("name", one.name),
                "sha256": one.sha256.hex(),
                "weakest_link": link_json(one.weakest) if one.weakest else None,
            }
            for one in judged.explained
        ],
    }


def _finding_json(judged: Judged, finding: Finding) -> dict[str, Any]:
    chain = judged.chains.get((finding.sha256, finding.ancestor), ())
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "open": finding.is_open,
        **named("name", finding.name),
        "sha256": finding.sha256.hex() or None,
        "text": finding.text,
        "fields": judged.fields.get(finding.sha256, {}),
        "ancestor": finding.ancestor.hex() or None,
        "chain": [link_json(link) for link in chain],
        "decision": decision_json(finding.decision),
    }
