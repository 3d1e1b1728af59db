"""show: what is recorded of a file, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from desk import output
from desk.options import file_argument, json_option, production_option
from desk.pages import NOTHING, declaration_words, mark_words, origin_words, print_gaps, why
from desk.production import Production, notes_on, open_production, path_text
from desk.selection import Chosen, Selection
from provenance import taint
from provenance.inspection import conflicts_json, essence_json, faults_json, mark_json, unchecked_json
from provenance.model import Ancestor, Asset, Case, Decision, Finding, Tagged, UseRecord, bounded
from provenance.paths import named
from store import Summary


@click.command(short_help="What is recorded of a file, and why.")
@file_argument
@json_option
@production_option
def command(file: str, as_json: bool, production: Path | None) -> None:
    """Shows what the production's memory holds of one asset: what it counts as and why, since when and where
    it lies, what people declared and decided, what stands against it, and how AI reached it. FILE is a path
    or 8 and more digits of a SHA-256.

    \b
    provenance show comps/ABC_0010_comp_v003.mov
    provenance show 3f9a2c41
    """
    with open_production(production, readonly=True) as opened, opened.store.reading():
        page = Page(opened, Selection(opened).one(file))
        if as_json:
            output.emit(page.json())
        else:
            page.print()


class Page:
    """Everything about one asset, read once, and the two ways to show it."""

    def __init__(self, production: Production, chosen: Chosen) -> None:
        store = production.store
        self.production, self.chosen = production, chosen
        self.asset: Asset = store.assets.get(chosen.sha256)
        self.summary: Summary = store.assets.summary(chosen.sha256)
        self.case: Case = store.cases.case(chosen.sha256, name=chosen.name)
        self.sightings = store.assets.sightings(chosen.sha256)
        self.findings: list[Finding] = store.decisions.findings(sha256=chosen.sha256)
        self.decisions: tuple[Decision, ...] = store.decisions.about(chosen.sha256)
        self.fields = store.fields.of(chosen.sha256)
        self.uses = store.uses.of(chosen.sha256)
        self.taggings = store.taggings.of(chosen.sha256)
        self.notes = notes_on(production, chosen.sha256, chosen.place)
        self.culprits = [one for one in self.case.ancestors if one.origin.is_ai]
        self.names = {**taint.names_of(self.case), **self._paths_in_chains()}

    def _paths_in_chains(self) -> dict[bytes, str]:
        """Paths of everything that stands between the asset and its AI ancestors: names alone may be many."""
        within = {end for one in self.culprits for link in one.chain for end in (link.child, link.parent)}
        found = {one: self.production.store.assets.summary(one) for one in within - {self.asset.sha256}}
        return {one: path_text(self.production, told.place) for one, told in found.items() if told.place is not None}

    def json(self) -> dict[str, Any]:
        """The page as one object."""
        known, verdict = self.asset.description, self.asset.description.verdict
        return {
            **named("path", self.chosen.name),
            "sha256": self.asset.sha256.hex(),
            "kind": self.asset.kind.value,
            "size": self.asset.size,
            "media_type": known.media_type,
            "origin": self.summary.origin.value,
            "own_origin": verdict.origin.value,
            "strength": verdict.strength.words,
            "proven": verdict.proven,
            "ai": self.summary.ai,
            "tainted": self.summary.tainted,
            "taint": [self._ancestor_json(one) for one in self.culprits],
            "inputs_complete": self.case.inputs_complete,
            "first_seen": output.when_utc(self.sightings[0].since) if self.sightings else None,
            "places": self._places_json(),
            "fields": {one.name: one.text for one in self.fields},
            "uses": [_use_json(one) for one in self.uses],
            "tagged": [_tagged_json(self.production, one) for one in self.taggings],
            "declarations": [self._declaration_json(number) for number in range(len(self.case.declarations))],
            "findings": [_finding_json(one) for one in self.findings],
            "decisions": [_decision_json(one) for one in self.decisions],
            "essence": essence_json(known.essence),
            "members": len(self.asset.members),
            "facts": dict(known.facts),
            "marks": [mark_json(mark, mark in verdict.decided) for mark in known.marks],
            "conflicts": conflicts_json(verdict.conflicts),
            "faults": faults_json((*known.faults, *verdict.faults)),
            "unchecked": unchecked_json((*known.unchecked, *verdict.unchecked)),
            "readers": [{"name": name, "version": version} for name, version in known.readers],
            "notes": list(self.notes),
        }

    def _ancestor_json(self, ancestor: Ancestor) -> dict[str, Any]:
        name, chain = self.names[ancestor.sha256], taint.tell(ancestor.chain, self.names)
        origin = ancestor.origin.value
        return {**named("name", name), "sha256": ancestor.sha256.hex(), "origin": origin, "chain": chain}

    def _places_json(self) -> list[dict[str, Any]]:
        return [
            {
                **named("path", path_text(self.production, one.place)),
                "since": output.when_utc(one.since),
                "until": output.when_utc(one.until),
                "ended": one.ended,
            }
            for one in self.sightings
        ]

    def _declaration_json(self, number: int) -> dict[str, Any]:
        one = self.case.declarations[number]
        return {
            "origin": one.origin.value, "by": one.by, "basis": one.basis, "folder": one.folder, "tool": one.tool,
            "model": one.model, "at": output.when_utc(one.at),
        }  # fmt: skip

    def print(self) -> None:
        """The page for people; its first line is the answer."""
        known, verdict = self.asset.description, self.asset.description.verdict
        output.answer(f"{self.chosen.name}: {self._answer()}", self.summary.origin)
        for note in self.notes:
            output.prose(note, indent=2, tone=output.DOUBT)
        output.field("why", self._why())
        output.field("taint", self._taint(), tone=output.BAD)
        print_gaps(verdict, known.faults, known.unchecked)
        output.field("places", self._places())
        declared = (f"{declaration_words(one)} ({output.when(one.at)})" for one in self.case.declarations)
        output.field("declared", declared)
        output.field("uses", map(_use_words, self.uses))
        output.field("fields", [", ".join(f"{one.name} {one.text}" for one in self.fields)] if self.fields else [])
        output.field("tagged", (_tagged_words(self.production, one) for one in self.taggings))
        output.field("findings", (_finding_words(one) for one in self.findings), tone=output.DOUBT)
        output.field("decisions", (_decision_words(one) for one in self.decisions))
        self._print_facts()

    def _answer(self) -> str:
        verdict = self.asset.description.verdict
        is_own = self.summary.origin is verdict.origin
        words = origin_words(verdict) if is_own else f"{self.summary.origin} (declared)"
        return f"{words}, made from AI" if self.culprits and not self.summary.ai else words

    def _why(self) -> list[str]:
        """The marks; and where the origin is declared, by whom, before them."""
        verdict, marks = self.asset.description.verdict, self.asset.description.marks
        if self.summary.origin is verdict.origin:
            return list(why(verdict, marks))
        said = [declaration_words(one) for one in self.case.declarations if one.origin is self.summary.origin]
        if not verdict.decided:
            return [*said[-1:], f"the file itself: {NOTHING}"]
        return [*said[-1:], f"the file itself says {verdict.origin}: {mark_words(verdict.decided[0])}"]

    def _taint(self) -> list[str]:
        """In a sentence each: which ancestor is AI, and over which links."""
        names = self.names
        lines = [
            f"from {names[one.sha256]}, which is {one.origin}: {taint.tell(one.chain, names)}" for one in self.culprits
        ]
        if len(lines) > 3:
            lines[3:] = [f"and {len(lines) - 3} more AI ancestors (provenance lineage shows them)"]
        doubtful = [f"perhaps from {one.name}, which is {one.origin}" for one in self.case.doubtful if one.origin.is_ai]
        return lines + doubtful[:3]

    def _places(self) -> list[str]:
        newest = sorted(self.sightings, key=lambda one: (one.until is not None, -one.since))
        lines = []
        for one in newest[:10]:
            until = "" if one.until is None else f", {one.ended} {output.when(one.until)}"
            lines.append(f"{path_text(self.production, one.place)} (since {output.when(one.since)}{until})")
        return lines + ([f"and {len(newest) - 10} more"] if len(newest) > 10 else [])

    def _print_facts(self) -> None:
        known = self.asset.description
        frames = f", {output.count(len(self.asset.members), 'frame')}" if self.asset.members else ""
        output.field("file", [f"{known.media_type}, {output.size(self.asset.size)}{frames}"], tone=output.DIM)
        facts = ", ".join(f"{name} {value}" for name, value in known.facts.items())
        output.field("facts", [facts] if facts else [], tone=output.DIM)
        output.field("sha256", [self.asset.sha256.hex()], tone=output.DIM)
        if known.essence is not None:
            output.field("essence", [f"{known.essence.sha256.hex()} ({known.essence.scheme})"], tone=output.DIM)


def _use_words(use: UseRecord) -> str:
    what = " ".join(filter(None, (use.tool, use.version, use.model)))
    prompt = f", prompt by {use.prompt_writer or 'nobody named'}: {bounded(use.prompt, 200)}" if use.prompt else ""
    purpose = f", {use.purpose}" if use.purpose else ""
    return f"{what}{purpose}, recorded by {use.by} ({output.when(use.at)}){prompt}"


def _tagged_words(production: Production, tagged: Tagged) -> str:
    by = f" for {tagged.by}" if tagged.by else " by the daemon"
    gone = ", taken back since" if tagged.gone else ""
    what = ", ".join(tagged.wrote)
    return f"{what} {tagged.way.value}, {path_text(production, tagged.place)}{by} ({output.when(tagged.at)}){gone}"


def _use_json(use: UseRecord) -> dict[str, Any]:
    return {
        "id": use.uid, "tool": use.tool, "version": use.version, "model": use.model, "prompt": use.prompt,
        "prompt_writer": use.prompt_writer, "purpose": use.purpose, "by": use.by, "at": output.when_utc(use.at),
    }  # fmt: skip


def _tagged_json(production: Production, tagged: Tagged) -> dict[str, Any]:
    return {
        **named("path", path_text(production, tagged.place)), "way": tagged.way.value, "wrote": list(tagged.wrote),
        "was": tagged.was.hex() or None, "by": tagged.by, "at": output.when_utc(tagged.at), "gone": tagged.gone,
    }  # fmt: skip


def _finding_words(finding: Finding) -> str:
    answered = "" if finding.decision is None else f" [{finding.decision.answer} by {finding.decision.by}]"
    return f"{finding.severity} {finding.code} in {finding.delivery}{answered}: {finding.text}"


def _decision_words(decision: Decision) -> str:
    parts = [f"{decision.answer} {', '.join(decision.codes)} by {decision.by}"]
    parts += [f"reference {decision.reference}"] if decision.reference else []
    parts += [f"for {decision.delivery}"] if decision.delivery else []
    parts += [f"expires {output.when(decision.expires)}"] if decision.expires is not None else []
    parts += [f"taken back {output.when(decision.revoked)}"] if decision.revoked is not None else []
    return f"{'; '.join(parts)} ({output.when(decision.at)})"


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code, "severity": finding.severity.value, "text": finding.text,
        "delivery": finding.delivery, **named("name", finding.name), "open": finding.is_open,
        "ancestor": finding.ancestor.hex() or None, "decision": finding.decision.uid if finding.decision else None,
    }  # fmt: skip


def _decision_json(decision: Decision) -> dict[str, Any]:
    return {
        "id": decision.uid, "answer": decision.answer.value, "codes": list(decision.codes), "by": decision.by,
        "role": decision.role, "reference": decision.reference, "document": decision.document.hex() or None,
        "note": decision.note, "delivery": decision.delivery or None, "at": output.when_utc(decision.at),
        "expires": output.when_utc(decision.expires), "revoked": output.when_utc(decision.revoked),
    }  # fmt: skip
