"""Tagging from the command line: what `tag`, `untag` and `declare` share."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desk import output
from desk.production import Production
from desk.selection import Chosen
from provenance.configuration import Settings
from provenance.errors import NotFound, ProvenanceError, StoreError, UsageError
from provenance.fields import FIELDS
from provenance.model import Tagged, Way
from provenance.paths import named, relative, show

if TYPE_CHECKING:
    from provenance.identity import SigningMaterial
    from watchers.tag_plan import Plan, Signing, Wish
    from watchers.tagger import Tagger

WAYS = {Way.EMBEDDED: "written into", Way.SIDECAR: "written beside", Way.MIRROR: "written to the mirror tree for"}


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one file: the plan, what was written (None: it stood there already, or only a plan was asked
    for), or the error that kept it as it was."""

    chosen: Chosen
    plan: Plan | None = None
    tagged: Tagged | None = None
    error: ProvenanceError | None = None


@contextmanager
def open_tagger(production: Production) -> Iterator[Tagger]:
    """A tagger for an opened production; files are read in a process of its own."""
    from provenance.configuration import read_rows, read_trust
    from provenance.describe import versions
    from watchers.describer import Describer
    from watchers.ingest import Ingest
    from watchers.tagger import Tagger

    settings = production.settings
    deep = settings.readers.exiftool
    rows = read_rows(settings)
    with Describer(settings.worker.describe_seconds, deep=deep) as describer:
        ingest = Ingest(
            production.store, production.places, settings, describer, trust=read_trust(settings), rows=rows,
            versions=versions(rows, deep), wall_ns=time.time_ns,
        )  # fmt: skip
        signing = signing_of(production.location.file, settings)
        yield Tagger(production.store, settings, production.places, ingest, signing)


def signing_of(store_file: Path, settings: Settings) -> Signing:
    """Gives the production's signing material, opened once when it is first needed."""
    opened: list[SigningMaterial | None] = []

    def give() -> SigningMaterial | None:
        if not opened:
            from watchers.signing import open_signing

            opened.append(open_signing(store_file.parent, settings, time.time_ns() // 1_000_000, os.environ))
        return opened[0]

    return give


def tag_each(tagger: Tagger, chosen: Iterable[Chosen], wish: Wish, *, dry_run: bool = False) -> list[Result]:
    """Tags files one after another; what one of them refuses keeps no other. Raises StoreError."""
    results = []
    for one in chosen:
        plan = None
        try:
            plan = tagger.plan(_place(one), one.sha256, wish)
            tagged = None if dry_run else tagger.tag(plan)
            results.append(Result(one, plan, tagged))
        except StoreError:
            raise
        except ProvenanceError as error:
            results.append(Result(one, plan, error=error))
    return results


def untag_each(tagger: Tagger, chosen: Iterable[Chosen], wish: Wish) -> list[Result]:
    """Takes back what was written about files, one after another. Raises StoreError."""
    results = []
    for one in chosen:
        try:
            results.append(Result(one, tagged=tagger.untag(_place(one), one.sha256, wish)))
        except StoreError:
            raise
        except ProvenanceError as error:
            results.append(Result(one, error=error))
    return results


def _place(one: Chosen) -> Any:
    if one.place is None:
        raise NotFound("it lies nowhere now, so nothing can be written about it", path=one.name)
    return one.place


def touched_by(results: Iterable[Result]) -> set[bytes]:
    """The contents that changed: those that were there, and those that are."""
    found: set[bytes] = set()
    for one in results:
        if one.tagged is not None:
            found |= {one.tagged.sha256, one.tagged.was or one.tagged.sha256, one.chosen.sha256}
    return found


def parse_fields(settings: Sequence[str]) -> dict[str, str]:
    """NAME=TEXT pairs as a table. Raises UsageError."""
    found: dict[str, str] = {}
    for text in settings:
        name, sign, value = text.partition("=")
        name = name.strip().lower()
        if not sign or name not in FIELDS:
            remedy = f"write NAME=TEXT, the name one of {', '.join(FIELDS)}"
            raise UsageError(f"'{show(text)}' sets no field", remedy=remedy)
        found[name] = value.strip()
    return found


def refused(results: Sequence[Result]) -> int:
    """The exit code of the first file that was not written, 0 where all were."""
    from desk.exit_codes import of_error

    return next((of_error(one.error, gate=False) for one in results if one.error is not None), 0)


def print_results(results: Iterable[Result]) -> None:
    """A line for each file, and what was left out and why."""
    for one in results:
        name = show(one.chosen.name)
        if one.error is not None:
            output.complain(one.error)
            continue
        assert one.plan is not None
        plan = one.plan
        what = ", ".join(plan.write) or "nothing"
        if one.tagged is None:
            output.say(f"{name}: says all of it already ({what})")
        else:
            why = "" if plan.way is Way.EMBEDDED else f" ({show(plan.why)})"
            output.say(f"{what} {WAYS[plan.way]} {name}{why}")
        for note in plan.notes:
            output.prose(show(note), indent=4, first="    ")


def written_json(one: Result) -> dict[str, Any]:
    """What came of one file, for the JSON of a command that tags beside its own work."""
    told: dict[str, Any] = named("name", one.chosen.name)
    if one.error is not None:
        return {**told, "written": False, "error": str(one.error)}
    if one.tagged is None:
        return {**told, "written": False}
    return {**told, "written": True, "way": one.tagged.way.value, "wrote": list(one.tagged.wrote),
            "now": one.tagged.sha256.hex()}  # fmt: skip


def result_json(production: Production, tagger: Tagger, one: Result) -> dict[str, Any]:
    """One file as JSON: what was written, or why not."""
    told: dict[str, Any] = {**named("name", one.chosen.name), "sha256": one.chosen.sha256.hex()}
    if one.error is not None:
        return {**told, "written": False, "error": str(one.error)}
    if one.plan is not None:
        files = [relative(path, production.root) for path in tagger.targets(one.plan)]
        told |= {
            "way": one.plan.way.value, "why": one.plan.why, "write": list(one.plan.write),
            "files": files, "notes": list(one.plan.notes),
        }  # fmt: skip
    if one.tagged is not None:
        told |= {"now": one.tagged.sha256.hex()}
    return {**told, "written": one.tagged is not None}
