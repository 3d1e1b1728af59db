"""A C2PA manifest store as c2pa's detailed JSON gives it: which manifests it holds, how each one relates to
the file, and how far each one can be believed.

C2PA specification 2.4, https://spec.c2pa.org/specifications/specifications/2.4/specs/C2PA_Specification.html
(ingredients: section 10.3; validation status codes: section 15.2). All input is hostile: every value is
checked for its type, and walks are bounded.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from provenance.model import Relation, Strength
from provenance.own_marks import RECORD

Json = Mapping[str, Any]

MANIFESTS: Final = 200
DEPTH: Final = 64
ACTIVE: Final = "active"
UNREFERENCED: Final = "unreferenced"
MISMATCH: Final = "assertion.dataHash.mismatch"

RELATIONS: Final = {
    "parentOf": Relation.PARENT,
    "componentOf": Relation.COMPONENT,
    "inputTo": Relation.INPUT,
}
_RANK: Final = {ACTIVE: 0, "parentOf": 0, "componentOf": 1, "inputTo": 2, UNREFERENCED: 3}

# Failures that leave the content and the signature standing: who signed is in doubt, not what was signed.
_SOFT: Final = re.compile(
    r"signingCredential\.(?:untrusted|expired|invalid|ocsp\.(?!revoked).*)"
    r"|timeStamp\..*|.*\.malformed|cawg\..*|claimSignature\.outsideValidity"
)
# Recorded results may put a failure into the list of successes: the code's own name decides.
_FAILS: Final = re.compile(
    r".*\.(?:mismatch|untrusted|expired|invalid|missing|revoked|malformed|unsupported|outsideValidity|notRedacted)"
)
_SIGNED: Final = "claimSignature.validated"
_TRUSTED: Final = "signingCredential.trusted"
_UNTRUSTED: Final = "signingCredential.untrusted"
_LABEL: Final = re.compile(r"(?:self#jumbf=)?/?(?:c2pa/)?([^/]+)")
_FOUND_IN: Final = re.compile(r"found in \[(.{0,200}?)\]")


@dataclass(frozen=True, slots=True)
class Ingredient:
    """What a manifest says of one thing it was made with: the assertion's label and its raw fields."""

    label: str
    relation: str
    manifest: str
    fields: Json


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest and its way to the file.

    Args:
        relation: ACTIVE, UNREFERENCED, or the loosest ingredient relation on the way down.
        depth: manifests between it and the file; 0 for the active one.
        within: label of the manifest that names it; empty for the active one.
    """

    label: str
    relation: str
    depth: int
    within: str
    claim: Json
    assertions: Json
    signature: Json
    ingredients: tuple[Ingredient, ...]

    @property
    def is_ours(self) -> bool:
        """True where this program made it, under whatever identity."""
        return RECORD in self.assertions

    @property
    def has_parent(self) -> bool:
        """True where it continues the work of another file."""
        return any(part.relation == "parentOf" for part in self.ingredients)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a manifest can be believed.

    Args:
        strength: SIGNED_TRUSTED, SIGNED, DECLARED (nobody checked) or HEURISTIC (broken).
        failures: all failure codes. broken: those among them that concern hashes and signature.
        trust: address of the trust list that vouched for it, as far as this reading says.
    """

    strength: Strength
    failures: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    trust: str | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """All manifests, active first, and the standing of each by label. `cut` tells that there were more."""

    active: str
    manifests: tuple[Manifest, ...]
    standings: Mapping[str, Standing]
    cut: bool = False

    @property
    def top(self) -> Manifest | None:
        """The active manifest, where the store really holds it."""
        return next((entry for entry in self.manifests if entry.label == self.active), None)


def parse_store(document: Json, *, checked: bool = True) -> Store:
    """The store behind `Reader.detailed_json()`.

    Args: checked is false where c2pa was told not to validate.
    """
    raw = mapping(document.get("manifests"))
    active = text(document.get("active_manifest"))
    ways = _walk(raw, active)
    found = tuple(_manifest(label, mapping(raw[label]), *ways[label]) for label in ways)
    if not checked:
        standings = {label: Standing(Strength.DECLARED) for label in ways}
    else:
        codes = _codes(document, active, found)
        standings = {label: _standing(codes.get(label, [])) for label in ways}
    return Store(active, found, standings, cut=len(raw) > len(ways))


def text(value: object, limit: int = 400) -> str:
    """A string of a hostile document, or nothing."""
    return value[:limit] if isinstance(value, str) else ""


def mapping(value: object) -> Json:
    """An object of a hostile document, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def items(value: object, limit: int = 1_000) -> list[Any]:
    """A list of a hostile document, cut to `limit`, or an empty one."""
    return value[:limit] if isinstance(value, list) else []


def chain(store: Store, manifest: Manifest) -> list[str]:
    """Labels from a manifest up to the active one: it is never believed further than those that contain it."""
    within = {entry.label: entry.within for entry in store.manifests}
    labels, label = [manifest.label], manifest.within
    while label and len(labels) <= DEPTH + 1:
        labels.append(label)
        label = within.get(label, "")
    return labels


def _walk(raw: Json, active: str) -> dict[str, tuple[str, int, str]]:
    """(relation, depth, containing label) of each manifest by its tightest way, active first."""
    ways: dict[str, tuple[str, int, str]] = {}
    queue: list[tuple[int, int, str, str, str]] = [(0, 0, active, ACTIVE, "")]
    while queue and len(ways) < MANIFESTS:
        rank, depth, label, relation, within = heapq.heappop(queue)
        if label in ways or label not in raw or depth > DEPTH:
            continue
        ways[label] = (relation, depth, within)
        for part in _ingredients(mapping(mapping(raw[label]).get("assertion_store"))):
            step = max(rank, _RANK[part.relation])
            way = next(name for name in RELATIONS if _RANK[name] == step) if step < 3 else UNREFERENCED
            heapq.heappush(queue, (step, depth + 1, part.manifest, way, label))
    for label in raw:
        if label not in ways and len(ways) < MANIFESTS:
            ways[label] = (UNREFERENCED, 1, active)
    return ways


def _manifest(label: str, raw: Json, relation: str, depth: int, within: str) -> Manifest:
    assertions = mapping(raw.get("assertion_store"))
    return Manifest(
        label=label,
        relation=relation,
        depth=depth,
        within=within,
        claim=mapping(raw.get("claim")),
        assertions=assertions,
        signature=mapping(raw.get("signature")),
        ingredients=tuple(_ingredients(assertions)),
    )


def _ingredients(assertions: Json) -> Iterator[Ingredient]:
    for label, value in assertions.items():
        fields = mapping(value)
        relation = text(fields.get("relationship"))
        if label.startswith("c2pa.ingredient") and relation in RELATIONS:
            target = mapping(fields.get("activeManifest")) or mapping(fields.get("c2pa_manifest"))
            yield Ingredient(label, relation, _label_in(text(target.get("url"))), fields)


def _label_in(url: str) -> str:
    match = _LABEL.match(url)
    return match[1] if match else ""


def _codes(document: Json, active: str, found: tuple[Manifest, ...]) -> dict[str, list[_Code]]:
    """Every validation code about each manifest: of this reading, and what ingredients recorded."""
    by_label: dict[str, list[_Code]] = {}
    targets = {(entry.label, part.label): part.manifest for entry in found for part in entry.ingredients}
    results = mapping(document.get("validation_results"))
    by_label[active] = list(_of_results(mapping(results.get("activeManifest")), ours=True))
    for code in _of_deltas(results, targets, ours=True):
        by_label.setdefault(code.label, []).append(code)
    for entry in found:
        for part in entry.ingredients:
            for code in _recorded(part, targets):
                # Nobody but this very reading speaks about the active manifest.
                if code.label and code.label != active:
                    by_label.setdefault(code.label, []).append(code)
    return by_label


@dataclass(frozen=True, slots=True)
class _Code:
    """A status code about a manifest; `ours` where this reading found it, not one an ingredient recorded."""

    name: str
    fails: bool
    label: str
    ours: bool
    found_in: str | None


def _recorded(part: Ingredient, targets: Mapping[tuple[str, str], str]) -> Iterator[_Code]:
    results = mapping(part.fields.get("validationResults"))
    yield from _of_results(mapping(results.get("activeManifest")), part.manifest)
    yield from _of_deltas(results, targets)
    for item in items(part.fields.get("validationStatus")):
        yield _code(mapping(item), part.manifest, fails=False, ours=False)


def _of_deltas(results: Json, targets: Mapping[tuple[str, str], str], *, ours: bool = False) -> Iterator[_Code]:
    for delta in items(results.get("ingredientDeltas")):
        fields = mapping(delta)
        address = text(fields.get("ingredientAssertionURI"))
        target = targets.get((_label_in(address), address.rsplit("/", 1)[-1]), "")
        yield from _of_results(mapping(fields.get("validationDeltas")), target, ours=ours)


def _of_results(results: Json, label: str = "", *, ours: bool = False) -> Iterator[_Code]:
    for kind in ("success", "informational", "failure"):
        for item in items(results.get(kind)):
            yield _code(mapping(item), label, fails=kind == "failure", ours=ours)


def _code(item: Json, label: str, *, fails: bool, ours: bool) -> _Code:
    name = text(item.get("code"), 120)
    match = _FOUND_IN.search(text(item.get("explanation"))) if ours and name == _TRUSTED else None
    return _Code(name, fails or bool(_FAILS.fullmatch(name)), label, ours, match[1] if match else None)


def _standing(codes: list[_Code]) -> Standing:
    names = {code.name for code in codes}
    # Whoever recorded "untrusted" had other trust lists than we have.
    trusted = any(code.ours and code.name == _TRUSTED for code in codes)
    outdated = [code for code in codes if trusted and code.name == _UNTRUSTED and not code.ours]
    failures = tuple(sorted({code.name for code in codes if code.fails and code not in outdated}))
    broken = tuple(name for name in failures if not _SOFT.fullmatch(name))
    trust = next((code.found_in for code in codes if code.found_in is not None), None)
    if broken or _SIGNED not in names:
        return Standing(Strength.HEURISTIC, failures, broken, trust)
    hard = [name for name in failures if not name.startswith("timeStamp.")]
    if _TRUSTED in names and not hard:
        return Standing(Strength.SIGNED_TRUSTED, failures, (), trust)
    return Standing(Strength.SIGNED, failures, (), trust)
