"""What `check`, `decide`, `declare`, `link`, `delivery` and `export` share: a part of a production judged by the
gate, compared with the disk, and judged again after a person said something.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from desk.on_disk import EMPTY, OnDisk, Progress, lies_in
from desk.production import Production, place_of
from desk.selection import Chosen, Selection
from provenance import taint
from provenance.errors import CouldNotLook, ProvenanceError, UsageError
from provenance.gate import exit_of, gravest, judge_case
from provenance.model import Case, Decision, Delivery, Finding, Link, Origin, Place, Severity, Sighting
from provenance.paths import show
from provenance.plugins import rules
from watchers import deliverables

GRAVITY: Final = {Severity.BLOCK: 0, Severity.DECIDE: 1, Severity.WARN: 2}


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be judged.

    Args:
        delivery: a recorded one, or (`recorded` false) a stand-in for a folder or files that belong to none.
        sightings: the assets, each where it lies.
        folder: the folder looked through on disk for what nobody has seen; None for single files.
        recorded: true where findings are written down.
        unseen: files that lie on disk and were not taken in yet.
        part: what of the delivery was asked for, as it was typed; empty for all of it.
    """

    delivery: Delivery
    sightings: tuple[Sighting, ...]
    folder: Place | None
    recorded: bool = True
    unseen: tuple[Place, ...] = ()
    part: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """An undeclared asset that passes by its lineage, and the link which that rests on least safely."""

    sha256: bytes
    name: str
    weakest: Link | None
    told: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found.

    Args: findings, gravest first; files is the number judged, with_ai of them are AI or made
    from AI (approved ones too); explained, who passes by lineage; chains are
    the links to the ancestor of a finding, by (asset, ancestor); fields are the production fields of what has
    findings, by asset.
    """

    scope: Scope
    findings: tuple[Finding, ...]
    files: int
    with_ai: int = 0
    explained: tuple[Explained, ...] = ()
    chains: dict[tuple[bytes, bytes], tuple[Link, ...]] = field(default_factory=dict)
    fields: dict[bytes, dict[str, str]] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """The verdict as the exit code of a gate command."""
        return gravest(self.findings) or 0


def all_deliveries(production: Production) -> tuple[Delivery, ...]:
    """Every delivery, those of newly configured folders too."""
    deliverables.open_deliveries(production.store, production.settings, production.places)
    return tuple(production.store.decisions.deliveries())


def whole(production: Production, delivery: Delivery) -> Scope:
    """A whole delivery."""
    sightings = tuple(deliverables.contents(production.store, delivery))
    return Scope(delivery, sightings, delivery.folder)


def scopes(production: Production, arguments: Sequence[str]) -> tuple[Scope, ...]:
    """What is to be judged: deliveries by name, folders, files; every delivery where nothing is named.

    Raises NotFound, UsageError.
    """
    deliveries = all_deliveries(production)
    if not arguments:
        return tuple(whole(production, one) for one in deliveries)
    by_name = {one.name: one for one in deliveries}
    selection = Selection(production)
    found: list[Scope] = []
    for argument in arguments:
        if argument in by_name:
            found.append(whole(production, by_name[argument]))
            continue
        path = selection.path(argument)
        folder = _folder_place(production, path) if path.is_dir() else None
        unseen = selection.unseen(argument)
        if folder is not None:
            found.append(_of_folder(production, deliveries, folder, argument))
        elif unseen is not None:
            found.append(Scope(_stand_in(None), (), None, recorded=False, unseen=(unseen,)))
        else:
            found += _of_files(production, deliveries, selection.many([argument]), argument)
    return tuple(found)


def _folder_place(production: Production, path: Path) -> Place | None:
    inside = place_of(production.places, path / "x")
    return None if inside is None else Place(inside.volume, inside.folder, b"")


def _of_folder(production: Production, deliveries: Iterable[Delivery], folder: Place, part: str) -> Scope:
    lying = production.store.assets.live_in(folder.volume, folder.folder)
    for delivery in deliveries:
        if delivery.folder == folder:
            return whole(production, delivery)
        if delivery.folder is not None and lies_in(folder, delivery.folder):
            return Scope(delivery, tuple(lying), folder, part=part)
    return Scope(_stand_in(folder), tuple(lying), folder, recorded=False)


def _of_files(
    production: Production, deliveries: Sequence[Delivery], chosen: Iterable[Chosen], part: str
) -> list[Scope]:
    found: list[Scope] = []
    for one in chosen:
        live = [sighting for sighting in production.store.assets.sightings(one.sha256) if sighting.until is None]
        wanted = [sighting for sighting in live if sighting.place == one.place] or live
        homes = [
            Scope(delivery, tuple(here), None, part=part)
            for delivery in deliveries
            if (here := [each for each in live if _holds(production, delivery, each)])
        ]
        found += homes or [Scope(_stand_in(None), tuple(wanted), None, recorded=False)]
    return found


def _holds(production: Production, delivery: Delivery, sighting: Sighting) -> bool:
    if delivery.folder is None:
        return sighting.sha256 in production.store.decisions.listed(delivery.name)
    return deliverables.holds(delivery, sighting.place)


def _stand_in(folder: Place | None) -> Delivery:
    return Delivery("", folder, "open", 0)


def judge(
    production: Production,
    scope: Scope,
    at: int,
    *,
    rehash: bool = False,
    progress: Progress = lambda name: None,
) -> Judged:
    """Judges a scope and compares it with the disk.

    Args: at in milliseconds since 1970; rehash reads every byte; progress is told each name.
    Raises StoreError, which must never count as a pass.
    """
    names = {(one.sha256, deliverables.name_of(scope.delivery, one.place)) for one in scope.sightings}
    if scope.recorded:
        held = deliverables.judge_delivery(production.store, scope.delivery, at)
        findings = [finding for finding in held if (finding.sha256, finding.name) in names]
    else:
        findings = [finding for sha256, name in sorted(names) for finding in _unrecorded(production, sha256, name, at)]
    disk = OnDisk(production, rehash=rehash, progress=progress)
    findings += disk.compare(scope.delivery, scope.sightings)
    if scope.folder is not None:
        findings += disk.unseen(scope.delivery, scope.folder, scope.sightings)
    findings += (disk.not_taken_in(scope.delivery, place) for place in scope.unseen)
    if not names and not findings:
        findings.append(_empty(scope))
    return Judged(
        scope,
        tuple(sorted(findings, key=_gravity)),
        len(names),
        sum(production.store.lineage.is_tainted(sha256) for sha256, _ in names),
        tuple(_explained(production, scope, names, findings)),
        _chains(production, scope, findings),
        {
            sha256: {one.name: one.text for one in production.store.fields.of(sha256)}
            for sha256 in {finding.sha256 for finding in findings if finding.sha256}
        },
    )


def _gravity(finding: Finding) -> tuple[bool, int, str, str]:
    return not finding.is_open, GRAVITY[finding.severity], finding.name, finding.code


def _unrecorded(production: Production, sha256: bytes, name: str, at: int) -> tuple[Finding, ...]:
    case = production.store.cases.case(sha256, name=name)
    decisions = [one.shared_with(sha256) for one in production.store.decisions.about(sha256)]
    return judge_case(case, rules(), decisions, at)


def _empty(scope: Scope) -> Finding:
    what = f"The delivery {show(scope.delivery.name)}" if scope.delivery.name else "This folder"
    text = f"{what} is empty: there is nothing to pass. Put the files there, then run provenance scan"
    return Finding(EMPTY, Severity.BLOCK, text, b"", "", scope.delivery.name)


def _case(production: Production, scope: Scope, sha256: bytes, name: str) -> Case:
    return production.store.cases.case(sha256, delivery=scope.delivery.name, name=name)


def _explained(
    production: Production, scope: Scope, names: Iterable[tuple[bytes, str]], findings: Iterable[Finding]
) -> Iterable[Explained]:
    kept = {finding.sha256 for finding in findings if exit_of(finding) is not None}
    for sha256, name in sorted(names, key=lambda pair: pair[1]):
        origin = production.store.assets.origin(sha256)
        if sha256 in kept or origin not in (Origin.UNDECLARED, Origin.MAYBE_AI):
            continue
        case = _case(production, scope, sha256, name)
        if taint.explained(case):
            weakest = taint.weakest(ancestor.chain for ancestor in case.ancestors)
            told = taint.tell((weakest,), taint.names_of(case)) if weakest else ""
            yield Explained(sha256, name, weakest, told)


def _chains(
    production: Production, scope: Scope, findings: Iterable[Finding]
) -> dict[tuple[bytes, bytes], tuple[Link, ...]]:
    chains: dict[tuple[bytes, bytes], tuple[Link, ...]] = {}
    for finding in findings:
        if finding.ancestor and (finding.sha256, finding.ancestor) not in chains:
            case = _case(production, scope, finding.sha256, finding.name)
            for ancestor in (*case.ancestors, *case.doubtful):
                chains.setdefault((finding.sha256, ancestor.sha256), ancestor.chain)
    return chains


@dataclass(frozen=True, slots=True)
class Outcome:
    """What followed from something a person said: flags newly raised, files held or put back, pages written,
    and what could not be done of that (what was said is recorded all the same).
    """

    raised: tuple[Finding, ...]
    moved: tuple[tuple[Path, Path], ...]
    pages: tuple[Path, ...] = ()
    troubles: tuple[ProvenanceError, ...] = ()


def judge_again(production: Production, touched: Iterable[bytes], at: int) -> Outcome:
    """Judges what was touched, and all that was made from it, in every delivery; rewrites the flags pages and
    moves held files where `hold` is on. Raises StoreError.
    """
    store, settings, places = production.store, production.settings, production.places
    deliveries = all_deliveries(production)
    raised = deliverables.judge_touched(store, deliveries, touched, at)
    moved: list[tuple[Path, Path]] = []
    troubles: list[ProvenanceError] = []
    for delivery in deliveries:
        try:
            moved += deliverables.put_back(store, places, delivery)
            if settings.deliverables_gate.hold:
                moved += deliverables.hold(store, places, delivery)
        except (UsageError, CouldNotLook) as error:
            troubles.append(error)
    if moved:
        for delivery in deliveries:
            deliverables.judge_delivery(store, delivery, at)
    try:
        pages = deliverables.write_flags_pages(store, settings, places, at)
    except CouldNotLook as error:
        return Outcome(raised, tuple(moved), (), (*troubles, error))
    return Outcome(raised, tuple(moved), pages, tuple(troubles))


def still_open(production: Production, delivery: str = "") -> list[Finding]:
    """Findings that wait for somebody."""
    return [finding for finding in production.store.decisions.findings(delivery) if finding.is_open]


def decision_json(decision: Decision | None) -> dict[str, object] | None:
    """Who answered a finding, for JSON."""
    if decision is None:
        return None
    return {"uid": decision.uid, "answer": decision.answer.value, "by": decision.by, "reference": decision.reference}
