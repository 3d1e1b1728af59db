"""decide: a named person answers findings; the answer is kept with its ground and binds to the content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from desk import output
from desk.deciding import Plan, Planned, Request
from desk.documents import hash_document, keep_document
from desk.judging import Outcome, judge_again, still_open
from desk.options import WORDS, AnyPath, json_option, production_option
from desk.outcome import outcome_json, print_outcome
from desk.production import Production, open_production
from provenance.errors import UsageError
from provenance.model import Answer, Decision, Finding
from provenance.paths import named

AI_CODE = "NFX-01"


@click.command(short_help="Answer a finding: approve, refuse, incidental.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--approve", "answers", flag_value="approve", multiple=True, help="It may be delivered.")
@click.option("--refuse", "answers", flag_value="refuse", multiple=True, help="It may not; the finding stays open.")
@click.option("--incidental", "answers", flag_value="incidental", multiple=True, help="Judged incidental background.")
@click.option("--by", type=WORDS, default="", metavar="NAME", help="Who decides.")
@click.option("--role", type=WORDS, default="", metavar="TEXT", help="In what function.")
@click.option("--reference", type=WORDS, default="", metavar="REF", help="Of the writing in which it was given.")
@click.option("--document", type=AnyPath(dir_okay=False), metavar="FILE", help="That writing; kept.")
@click.option("--note", type=WORDS, default="", metavar="TEXT", help="In your words.")
@click.option(
    "--finding", "finding", type=WORDS, multiple=True, metavar="CODE", help="Only these; default: all that are open."
)
@click.option(
    "--delivery", "delivery", type=WORDS, default="", metavar="NAME", help="Only for this delivery; default: for all."
)
@click.option("--expires", default="", metavar="DATE", help="The last day on which it counts, or a time.")
@click.option("--in-advance", is_flag=True, help="Decide before there is a finding; needs --finding.")
@click.option("--from-csv", type=AnyPath(dir_okay=False), metavar="FILE", help="One decision a row.")
@click.option("--dry-run", is_flag=True, help="Show what would be decided, and store nothing.")
@click.option("--revoke", type=WORDS, default="", metavar="UID", help="Take a decision back; needs --by and --reason.")
@click.option("--reason", type=WORDS, default="", metavar="TEXT", help="Why it is taken back.")
@click.option("--list", "as_list", is_flag=True, help="List all decisions.")
@json_option
@production_option
def command(
    files: tuple[str, ...], answers: tuple[str, ...], by: str, role: str, reference: str, document: Path | None,
    note: str, finding: tuple[str, ...], delivery: str, expires: str, in_advance: bool, from_csv: Path | None,
    dry_run: bool, revoke: str, reason: str, as_list: bool, as_json: bool, production: Path | None,
) -> None:  # fmt: skip
    """Records your answer to findings about FILEs: paths, folders, globs, or names as `check` prints them. It
    binds to the content as it is now: other content under the same name is a new question. Without FILE,
    --finding CODE answers it for every file where it is open.

    A CSV file for --from-csv has a header and a column `file`; the others are optional and stand in for the
    options: answer, finding (several with ;), by, role, reference, note, delivery, expires.

    \b
    provenance decide deliverables/still.png --approve --by "post supervisor" --reference "mail 2026-03-02"
    provenance decide --finding GEN-01 --approve --by "post supervisor" --note "all checked" --dry-run
    """
    asked = sum((bool(revoke), as_list, bool(files or finding or from_csv)))
    if asked != 1 and not (asked == 0 and answers):
        raise UsageError("what is decided?", remedy="name FILEs, or --finding CODE, --from-csv, --revoke or --list")
    if as_list:
        _list(production, as_json)
        return
    if revoke:
        _revoke(production, revoke, by, reason, as_json)
        return
    if len(set(answers)) > 1 or (not answers and from_csv is None):
        raise UsageError("one answer is needed", remedy="add --approve, --refuse or --incidental")
    if not (files or finding or from_csv) or (files and from_csv):
        raise UsageError("what is decided?", remedy="name FILEs, or --finding CODE, or --from-csv FILE")
    answer = Answer(answers[0]) if answers else None
    request = Request(answer, finding, by, role, reference, note, delivery, expires, in_advance)
    with open_production(production, readonly=False) as opened:
        plan = Plan(opened, opened.store.clock())
        if document is not None:
            request = replace(request, document=hash_document(document))
        planned = plan.of_files(files, request) if from_csv is None else plan.of_rows(from_csv, request)
        if dry_run:
            _tell(planned, plan.passed_over, None, [], as_json)
            return
        if document is not None:
            keep_document(opened.root, document)
        made = _record(opened, planned)
        outcome = judge_again(opened, {one.decision.sha256 for one in made}, opened.store.clock())
        _tell(made, plan.passed_over, outcome, still_open(opened), as_json)


def _record(opened: Production, planned: Sequence[Planned]) -> list[Planned]:
    with opened.store.writing():
        return [replace(one, decision=opened.store.decisions.decide(one.decision)) for one in planned]


def _tell(
    planned: Sequence[Planned],
    passed_over: Sequence[str],
    outcome: Outcome | None,
    waiting: Sequence[Finding],
    as_json: bool,
) -> None:
    if as_json:
        rows = [{**named("name", one.name), **decision_json(one.decision)} for one in planned]
        followed = {} if outcome is None else {**outcome_json(outcome), "open_findings": len(waiting)}
        output.emit({"dry_run": outcome is None, "decisions": rows, "passed_over": list(passed_over), **followed})
        return
    first = "would be recorded; nothing was stored" if outcome is None else "recorded"
    output.say(f"{output.count(len(planned), 'decision')} {first}")
    output.table(
        ["file", "answer", "findings", "content"],
        [
            (one.name, one.decision.answer.value, " ".join(one.decision.codes), one.decision.sha256.hex()[:12])
            for one in planned
        ],
        cut=0,
    )
    if passed_over:
        output.say(f"passed over, nothing to decide: {output.count(len(passed_over), 'file')}")
    if any(_lacks_ground(one.decision) for one in planned):
        output.prose("Distributors ask for the written approval of AI: --reference or --document was not given.")
        if outcome is not None:
            uid = next(one.decision.uid for one in planned if _lacks_ground(one.decision))
            output.prose("To add it, take this back and decide again:")
            output.say(f"  provenance decide --revoke {uid} --by NAME --reason TEXT")
    if outcome is None:
        return
    print_outcome(outcome)
    for refusal in _standing_refusals(planned, waiting):
        output.prose(
            f"A refusal by {refusal.by} still stands and comes before an approval. To take it back: "
            f"provenance decide --revoke {refusal.uid} --by NAME --reason TEXT",
            tone=output.DOUBT,
        )
    left = len(waiting)
    output.say("nothing else is open" if not left else f"{output.count(left, 'finding')} still open: provenance check")


def _standing_refusals(planned: Sequence[Planned], waiting: Sequence[Finding]) -> list[Decision]:
    """Earlier refusals that an approval made now does not outweigh."""
    made = {one.decision.uid for one in planned}
    approved = {one.decision.sha256 for one in planned if one.decision.answer is not Answer.REFUSE}
    standing = {
        one.decision.uid: one.decision
        for one in waiting
        if one.decision is not None and one.sha256 in approved and one.decision.uid not in made
    }
    return list(standing.values())


def _lacks_ground(decision: Decision) -> bool:
    said = decision.reference or decision.document
    return AI_CODE in decision.codes and decision.answer is not Answer.REFUSE and not said


def _revoke(production: Path | None, uid: str, by: str, reason: str, as_json: bool) -> None:
    if not reason.strip():
        raise UsageError("why is it taken back?", remedy="add --reason TEXT")
    with open_production(production, readonly=False) as opened:
        about = next((one for one in opened.store.decisions.all() if one.uid == uid), None)
        opened.store.decisions.revoke(uid, by=by, reason=reason)
        assert about is not None
        outcome = judge_again(opened, {about.sha256}, opened.store.clock())
        name = opened.store.assets.summary(about.sha256).name
        waiting = still_open(opened)
    if as_json:
        output.emit({"revoked": uid, **named("name", name), **outcome_json(outcome), "open_findings": len(waiting)})
        return
    output.say(f"decision {uid} about {name} is taken back; its findings stand again")
    print_outcome(outcome)
    output.say(f"{output.count(len(waiting), 'finding')} open: provenance check")


def _list(production: Path | None, as_json: bool) -> None:
    with open_production(production, readonly=True) as opened:
        found = [(opened.store.assets.summary(one.sha256).name, one) for one in opened.store.decisions.all()]
        now = opened.store.clock()
    if as_json:
        output.emit({"decisions": [{**named("name", name), **decision_json(one)} for name, one in found]})
        return
    if not found:
        output.say("no decisions yet")
        return
    output.table(
        ["uid", "file", "answer", "findings", "by", "reference", "state"],
        [
            (one.uid, name, one.answer.value, " ".join(one.codes), one.by, one.reference, _state(one, now))
            for name, one in found
        ],
        cut=1,
    )


def _state(decision: Decision, now: int) -> str:
    if decision.revoked is not None:
        return "revoked"
    if decision.expires is not None and decision.expires <= now:
        return "expired"
    return "in force" if decision.expires is None else f"until {output.when(decision.expires)}"


def decision_json(decision: Decision) -> dict[str, Any]:
    """A decision for JSON."""
    return {
        "uid": decision.uid or None,
        "sha256": decision.sha256.hex(),
        "codes": list(decision.codes),
        "answer": decision.answer.value,
        "by": decision.by,
        "role": decision.role,
        "reference": decision.reference,
        "document": decision.document.hex() or None,
        "note": decision.note,
        "delivery": decision.delivery or None,
        "at": output.when_utc(decision.at),
        "expires": output.when_utc(decision.expires),
        "revoked": output.when_utc(decision.revoked),
    }
