"""why: how AI reached a file, or why nothing says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from desk import output
from desk.options import file_argument, json_option, production_option
from desk.pages import NOTHING, declaration_words, mark_words
from desk.production import Production, name_text, open_production
from desk.selection import Chosen, Selection
from provenance import taint
from provenance.chains import Ancestry, Chains, ancestry, chains_to, sentences
from provenance.inspection import mark_json
from provenance.manifests.document import link_json
from provenance.model import Origin
from provenance.paths import named, show


@click.command(short_help="Why a file counts as AI, or as clean, in sentences.")
@file_argument
@json_option
@production_option
def command(file: str, as_json: bool, production: Path | None) -> None:
    """Tells why FILE counts as what it counts: its own marks and declarations, and for each AI ancestor the
    shortest chain to it and, where that is another one, the best supported. Each step says who saw it, how,
    and how far that can be believed. FILE is a path or 8 and more digits of a SHA-256.

    \b
    provenance why deliverables/sh010.mov
    provenance why deliverables/sh010.mov --json
    """
    with open_production(production, readonly=True) as opened, opened.store.reading():
        answer = Answer(opened, Selection(opened).one(file))
        if as_json:
            output.emit(answer.json())
        else:
            answer.print()


class Answer:
    """What is known of one asset's origin, and the chains to each AI ancestor."""

    def __init__(self, production: Production, chosen: Chosen) -> None:
        store = production.store
        self._production, self._chosen = production, chosen
        self._summary = store.assets.summary(chosen.sha256)
        self._asset = store.assets.get(chosen.sha256)
        with store.lineage.gathered(chosen.sha256):
            self._case = store.cases.case(chosen.sha256, name=chosen.name)
            self._above: Ancestry = ancestry(chosen.sha256, store.lineage.parents)
        reached = {link.parent for links in self._above.links.values() for link in links} - {chosen.sha256}
        ai = {one for one in reached if store.assets.origin(one).is_ai}
        self._chains: dict[bytes, Chains] = chains_to(self._above, ai, lambda one: store.assets.origin(one).is_ai)
        self._names = {one: name_text(production, one) for one in self._spoken_of()} | {chosen.sha256: chosen.name}

    def _spoken_of(self) -> set[bytes]:
        both = (chain for one in self._chains.values() for chain in (one.shortest, one.strongest))
        return {end for chain in both for link in chain for end in (link.child, link.parent)}

    def _own(self) -> list[str]:
        """What the file itself and people say of it."""
        lines = [mark_words(mark) for mark in self._asset.description.verdict.decided[:5]]
        lines += [declaration_words(one) for one in self._case.declarations]
        return lines or [NOTHING]

    def print(self) -> None:
        """The page; its first line is the answer."""
        origin, certain = self._summary.origin, [one for one in self._chains.values() if one.certain]
        words = origin.value if origin.is_ai or not certain else f"{origin.value}, made from AI"
        output.answer(f"{self._chosen.name}: {words}", "BLOCK" if certain or origin.is_ai else origin.value)
        output.field("itself", self._own())
        for ancestor, chains in self._chains.items():
            self._print_chains(ancestor, chains)
        if not self._chains and not origin.is_ai:
            self._print_clean()
        if self._above.cut:
            output.prose("Its lineage is larger than what was walked; there may be more.", tone=output.DOUBT)

    def _print_chains(self, ancestor: bytes, chains: Chains) -> None:
        store = self._production.store
        origin = store.assets.origin(ancestor)
        perhaps = "" if chains.certain else "perhaps "
        output.heading(f"{perhaps}from {show(self._names[ancestor])}: {origin.value}")
        for number, sentence in enumerate(sentences(chains.shortest, self._names), start=1):
            output.prose(f"{number}. {sentence}.", indent=2)
        for line in self._why_ai(ancestor):
            output.prose(f"   {show(self._names[ancestor])} is AI: {line}.", indent=2, tone=output.BAD)
        if chains.strongest != chains.shortest:
            output.say("  The best supported chain is another one:")
            for sentence in sentences(chains.strongest, self._names):
                output.prose(f"- {sentence}.", indent=4)

    def _why_ai(self, sha256: bytes) -> list[str]:
        store = self._production.store
        marks = store.assets.get(sha256).description.verdict.decided
        declared = [declaration_words(one) for one in store.assets.declarations(sha256) if one.origin.is_ai]
        own = [mark_words(marks[0])] if marks and store.assets.get(sha256).description.verdict.origin.is_ai else []
        return (own or declared)[:1]

    def _print_clean(self) -> None:
        output.say()
        if self._summary.origin is not Origin.UNDECLARED:
            output.prose("No AI is recorded in it or in anything it was made from.")
            return
        reasons = list(taint.unexplained(self._case))
        if not reasons:
            output.prose("It is explained: its recorded inputs are said to be all, and none of them is AI.")
            return
        output.prose("It is not explained, which is not the same as clean:", tone=output.DOUBT)
        for reason in reasons[:10]:
            output.prose(f"- {reason}", indent=2)

    def json(self) -> dict[str, Any]:
        """The answer as one object."""
        return {
            **named("path", self._chosen.name),
            "sha256": self._chosen.sha256.hex(),
            "origin": self._summary.origin.value,
            "ai_or_made_from_ai": self._summary.tainted,
            "decided_by": [mark_json(mark, True) for mark in self._asset.description.verdict.decided],
            "declarations": [declaration_words(one) for one in self._case.declarations],
            "ai_ancestors": [self._chains_json(one, chains) for one, chains in self._chains.items()],
            "unexplained": list(taint.unexplained(self._case)),
            "cut": self._above.cut,
        }

    def _chains_json(self, ancestor: bytes, chains: Chains) -> dict[str, Any]:
        return {
            **named("path", self._names[ancestor]),
            "sha256": ancestor.hex(),
            "origin": self._production.store.assets.origin(ancestor).value,
            "certain": chains.certain,
            "shortest": [link_json(link) for link in chains.shortest],
            "strongest": [link_json(link) for link in chains.strongest],
            "told": sentences(chains.shortest, self._names),
            "because": self._why_ai(ancestor),
        }
