"""link: a person says what a file was made from, or takes that back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from desk import output
from desk.judging import Outcome, judge_again
from desk.options import WORDS, json_option, production_option
from desk.outcome import outcome_json, print_outcome
from desk.production import Production, open_production, path_text
from desk.selection import Chosen, Selection
from provenance.errors import LineageCycle, NotFound, UsageError
from provenance.model import Evidence, Link, Relation, Strength
from provenance.paths import argument, named

VERSION: Final = "1"


class _ManyParents(click.Command):
    """Lets `--from` take everything up to the next option: ``link CHILD --from A B C --by NAME``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, spread_from(args))


def spread_from(args: Sequence[str]) -> list[str]:
    """The arguments with every word behind `--from` given a `--from` of its own."""
    spread: list[str] = []
    inside = False
    for position, word in enumerate(args):
        if word == "--":
            return [*spread, *args[position:]]
        if word.startswith("-"):
            inside = word == "--from"
            if not inside:
                spread.append(word)
        else:
            spread += ["--from", word] if inside else [word]
    return spread if spread.count("--from") or "--from" not in args else [*spread, "--from"]


@click.command(cls=_ManyParents, short_help="Say what a file was made from.")
@click.argument("child", metavar="CHILD")
@click.option("--from", "parents", multiple=True, metavar="PARENT...", help="What it was made from; globs count.")
@click.option(
    "--relation",
    type=click.Choice([one.value for one in Relation]),
    help="How the parents went into it. Default: component.",
)
@click.option("--by", type=WORDS, default="", metavar="NAME", help="Who says so.")
@click.option("--note", type=WORDS, default="", metavar="TEXT", help="How you know.")
@click.option("--present-only", is_flag=True, help="It was in the project, but not used in the output.")
@click.option("--complete/--incomplete", "complete", default=None, help="The recorded inputs are all, or not.")
@click.option("--remove", is_flag=True, help="Say that a recorded link is wrong; it stays refused.")
@click.option("--reason", type=WORDS, default="", metavar="TEXT", help="Why it is wrong; with --remove.")
@json_option
@production_option
def command(
    child: str,
    parents: tuple[str, ...],
    relation: str | None,
    by: str,
    note: str,
    present_only: bool,
    complete: bool | None,
    remove: bool,
    reason: str,
    as_json: bool,
    production: Path | None,
) -> None:
    """Records that CHILD was made from the PARENTs, on your word. What is AI in a parent then counts for the
    child too; with --complete, a child without marks is explained by parents that are not AI.

    \b
    provenance link comp_v3.mov --from plate.mov matte.png --by "assistant editor" --complete
    provenance link --remove comp_v3.mov --from old.png --by "assistant editor" --reason "not used"
    """
    _check(parents, by, complete, remove, reason)
    with open_production(production, readonly=False) as opened:
        selection = Selection(opened)
        lower, upper = selection.one(child), selection.many(parents)
        with opened.store.writing():
            if remove:
                links = [_refuse(opened, lower, one, relation, by, reason) for one in upper]
            else:
                evidence = Evidence("person", VERSION, "linked by hand", Strength.DECLARED, note, by)
                kind = Relation(relation or Relation.COMPONENT)
                links = [_add(opened, lower, one, kind, evidence, used=not present_only) for one in upper]
            if complete is not None:
                opened.store.lineage.complete(lower.sha256, by=by, note=note, complete=complete)
        touched = {lower.sha256, *(one.sha256 for one in upper)}
        outcome = judge_again(opened, touched, opened.store.clock())
        tainted = opened.store.lineage.is_tainted(lower.sha256)
    _tell(lower, upper, links, remove, complete, tainted, outcome, as_json)


def _check(parents: tuple[str, ...], by: str, complete: bool | None, remove: bool, reason: str) -> None:
    if not parents and complete is None:
        raise UsageError("nothing to link", remedy="say what it was made from: --from PARENT...")
    if remove and not parents:
        raise UsageError("which link is wrong?", remedy="name the other end: --from PARENT")
    if not by.strip():
        raise UsageError("a link needs the name of who says so", remedy="add --by NAME")
    if remove and not reason.strip():
        raise UsageError("why is the link wrong?", remedy="add --reason TEXT")


def _add(
    opened: Production, child: Chosen, parent: Chosen, relation: Relation, evidence: Evidence, *, used: bool
) -> Relation:
    if child.sha256 == parent.sha256:
        raise UsageError(
            f"{argument(child.name)} and {argument(parent.name)} are the same content; nothing is its own parent"
        )
    try:
        opened.store.lineage.add(Link(child.sha256, parent.sha256, relation, evidence, used))
    except LineageCycle as error:
        raise _named(opened, child, parent) from error
    return relation


def _named(opened: Production, child: Chosen, parent: Chosen) -> LineageCycle:
    """The refusal with names in place of hashes."""
    path = opened.store.lineage.path(parent.sha256, child.sha256, directed=True) or []
    known = {child.sha256: child.name, parent.sha256: parent.name}
    between = (opened.store.assets.summary(link.parent) for link in path)
    names = [child.name, parent.name, *(known.get(one.sha256) or path_text(opened, one.place) for one in between)]
    return LineageCycle(
        f"this would make it its own ancestor: {' <- '.join(map(argument, names))}",
        remedy="look at `provenance lineage` of both; `provenance link --remove` takes a wrong link back",
    )


def _refuse(opened: Production, child: Chosen, parent: Chosen, relation: str | None, by: str, reason: str) -> Relation:
    known = [link.relation for link in opened.store.lineage.parents(child.sha256) if link.parent == parent.sha256]
    wanted = [one for one in known if relation in (None, one.value)]
    if not wanted:
        raise NotFound(
            f"no link says that {argument(child.name)} was made from {argument(parent.name)}",
            remedy=f"provenance lineage {argument(child.name)} shows what is recorded",
        )
    if len(wanted) > 1:
        raise UsageError("several links join these two", remedy=f"add --relation: {', '.join(sorted(wanted))}")
    opened.store.lineage.refuse(child.sha256, parent.sha256, wanted[0], by=by, reason=reason)
    return wanted[0]


def _tell(
    child: Chosen,
    parents: Sequence[Chosen],
    links: Sequence[Relation],
    remove: bool,
    complete: bool | None,
    tainted: bool,
    outcome: Outcome,
    as_json: bool,
) -> None:
    if as_json:
        output.emit(
            {
                "child": {**named("name", child.name), "sha256": child.sha256.hex()},
                "removed" if remove else "linked": [
                    {**named("name", one.name), "sha256": one.sha256.hex(), "relation": relation.value}
                    for one, relation in zip(parents, links, strict=True)
                ],
                "complete": complete,
                "ai_or_made_from_ai": tainted,
                **outcome_json(outcome),
            }
        )
        return
    state = "made from AI" if tainted else "no AI known in it"
    done = f"{output.count(len(links), 'link')} {'taken back' if remove else 'recorded'}"
    output.answer(f"{child.name}: {done}; {state}", "BLOCK" if tainted else "")
    for one, relation in zip(parents, links, strict=True):
        output.say(f"  {relation.value}: {one.name}")
    if complete is not None:
        output.say(f"  its inputs are {'complete' if complete else 'not complete'} now")
    print_outcome(outcome)
