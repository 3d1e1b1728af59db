"""impact: what has to be made again if a file must be replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from desk import output
from desk.options import file_argument, json_option, production_option
from desk.production import Production, name_text, open_production
from desk.selection import Chosen, Selection
from provenance.model import Relation
from provenance.paths import named, show
from provenance.timecode import show_span
from store import Step
from watchers import deliverables


@click.command(short_help="What is affected if a file must be replaced, by delivery.")
@file_argument
@json_option
@production_option
def command(file: str, as_json: bool, production: Path | None) -> None:
    """Shows what was made from FILE, used at any depth, and which deliveries hold any of it: what would have
    to be made and delivered again if FILE were replaced. FILE is a path or 8 and more digits of a SHA-256.

    \b
    provenance impact ai/skyline.png
    """
    with open_production(production, readonly=True) as opened, opened.store.reading():
        impact = Impact(opened, Selection(opened).one(file))
        if as_json:
            output.emit(impact.json())
        else:
            impact.print()


class Impact:
    """What hangs on one asset: everything made of it, by delivery, and the clips in which it is cut."""

    def __init__(self, production: Production, chosen: Chosen) -> None:
        store = production.store
        self._production, self._chosen = production, chosen
        self._steps: list[Step] = store.lineage.descendants(chosen.sha256, used_only=True)
        self._names = {one.sha256: name_text(production, one.sha256) for one in self._steps}
        # Reached only over a likeness or an input: it may not be affected at all
        doubtful = (Relation.LOOKS_LIKE, Relation.INPUT)
        self._questions = {one.sha256 for one in self._steps if one.link.relation in doubtful}
        self._uses = [one for one in store.cuts.uses_of(chosen.sha256) if one.clip.enabled]
        affected = {chosen.sha256, *self._names}
        self._deliveries: dict[str, list[tuple[str, bytes]]] = {}
        for delivery in store.decisions.deliveries():
            held = [
                (deliverables.name_of(delivery, one.place), one.sha256)
                for one in deliverables.contents(store, delivery)
                if one.sha256 in affected
            ]
            if held:
                self._deliveries[delivery.name] = sorted(set(held))

    def print(self) -> None:
        """The page; its first line is the answer."""
        files = sum(map(len, self._deliveries.values()))
        words = f"{output.count(len(self._steps), 'asset')} made from it, {output.count(files, 'delivered file')}"
        output.answer(f"{self._chosen.name}: {words}", "BLOCK" if files else "ok")
        for name, held in self._deliveries.items():
            output.field("delivery", [f"{name}: {show(file)}" for file, _ in held[:50]], tone=output.BAD)
            if len(held) > 50:
                output.field("", [f"and {len(held) - 50} more"])
        for one in self._uses[:50]:
            span = show_span(one.clip.record, one.cut.rate)
            output.field("cut", [f"{name_text(self._production, one.project)}: {one.cut.name}, {span}"])
        if self._steps:
            output.say()
            output.table(["depth", "how", "file"], [self._row(one) for one in self._steps[:200]], cut=2)
        if len(self._steps) > 200:
            output.note(f"and {len(self._steps) - 200} more (--json has all)")

    def _row(self, step: Step) -> list[str]:
        perhaps = " (a question)" if step.sha256 in self._questions else ""
        return [str(step.depth), step.link.relation.value.replace("_", " ") + perhaps, self._names[step.sha256]]

    def json(self) -> dict[str, Any]:
        """The answer as one object."""
        return {
            **named("path", self._chosen.name),
            "sha256": self._chosen.sha256.hex(),
            "deliveries": {
                name: [{**named("name", file), "sha256": sha256.hex()} for file, sha256 in held]
                for name, held in self._deliveries.items()
            },
            "cuts": [
                {
                    **named("project", name_text(self._production, one.project)), "cut": one.cut.name,
                    "record": show_span(one.clip.record, one.cut.rate), "status": one.status or None,
                }
                for one in self._uses
            ],
            "affected": [
                {
                    **named("path", self._names[one.sha256]), "sha256": one.sha256.hex(), "depth": one.depth,
                    "relation": one.link.relation.value, "certain": one.sha256 not in self._questions,
                }
                for one in self._steps
            ],
        }  # fmt: skip
