"""From a manifest store to a reading: marks, faults, and what was not checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from provenance.model import Fault, Mark, Origin, Reading, Strength, Unchecked, bounded
from provenance.own_marks import DETAIL, OURSELVES
from provenance.readers._c2pa_belief import Belief, Told
from provenance.readers._c2pa_claims import (
    Statement,
    claim_generators,
    ingredient_statements,
    of_asset,
    statements,
)
from provenance.readers._c2pa_links import READER, identifiers, is_unbound, references
from provenance.readers._c2pa_store import ACTIVE, Manifest, Store, items, text

_MARKS: Final = 400
_REFERENCES: Final = 500
_BROKEN_NAMED: Final = 20
_STATES: Final = {
    Strength.SIGNED_TRUSTED: "trusted",
    Strength.SIGNED: "valid, signer not trusted",
    Strength.DECLARED: "not checked",
    Strength.HEURISTIC: "broken",
}


def merged(readings: Sequence[Reading]) -> Reading:
    """All readings as one."""
    facts: dict[str, str | int | float] = {}
    for entry in readings:
        facts = {**entry.facts, **facts}
    return Reading(
        marks=tuple(mark for entry in readings for mark in entry.marks),
        faults=tuple(fault for entry in readings for fault in entry.faults),
        unchecked=tuple(dict.fromkeys(gap for entry in readings for gap in entry.unchecked)),
        identifiers=tuple(dict.fromkeys(name for entry in readings for name in entry.identifiers)),
        references=tuple(ref for entry in readings for ref in entry.references),
        facts=facts,
    )


def read_store(store: Store, told: Told, unowned: Store | None) -> Reading:
    """What a store says about the file it belongs to.

    Args: unowned is the same store read without our own trust lists, where that was needed.
    """
    believe = Belief(store, told, unowned)
    marks = [_state(store, believe, told)]
    marks += islice(_marks(store, believe, told), _MARKS)
    # Credentials that were made for other bytes name those bytes, not these.
    names = () if told.mismatch or is_unbound(store) else tuple(identifiers(store))
    return Reading(
        marks=tuple(marks),
        faults=tuple(_broken(store, told)),
        unchecked=tuple(_unchecked(store)),
        identifiers=names,
        references=tuple(islice(references(store, believe, told), _REFERENCES)),
        facts=_facts(store),
    )


def says_captured_below(store: Store) -> bool:
    """True where a manifest below the active one claims a capture for the file."""
    return any(
        of_asset(entry.claims, manifest.relation) is Origin.CAPTURED
        for manifest in store.manifests[1:]
        for entry in statements(manifest)
    )


def _marks(store: Store, believe: Belief, told: Told) -> Iterator[Mark]:
    for manifest in store.manifests:
        for entry in statements(manifest):
            yield _mark(store, manifest, manifest.relation, entry, believe, told)
        for relation, entry in ingredient_statements(manifest):
            looser = relation if manifest.relation in (ACTIVE, "parentOf") else manifest.relation
            yield _mark(store, manifest, looser, entry, believe, told)


def _mark(store: Store, manifest: Manifest, relation: str, entry: Statement, believe: Belief, told: Told) -> Mark:
    claims = of_asset(entry.claims, relation)
    strength = believe.of_capture(manifest) if claims is Origin.CAPTURED else believe.strength(manifest)
    if manifest.is_ours:
        strength = min(strength, Strength.DECLARED)
    detail = {
        "relation": relation,
        "depth": str(manifest.depth),
        "action": entry.action,
        "tool": entry.tool or ("" if manifest.is_ours else _generator(manifest)),
        DETAIL: OURSELVES if manifest.is_ours else "",
        "version": entry.version,
        "step": "yes" if entry.step else "",
        "time": entry.when or text(manifest.signature.get("time"), 40),
        **_credential(store, manifest, believe, told),
    }
    return Mark(
        reader=READER,
        version=told.version,
        place=f"{told.place}:{bounded(manifest.label, 200)}/{bounded(entry.assertion, 200)}",
        key=entry.key,
        value=bounded(entry.value),
        claims=claims,
        strength=min(strength, Strength.TOOL_SIGNATURE) if entry.named else strength,
        detail=_pairs(detail),
    )


def _generator(manifest: Manifest) -> str:
    return next((name for name, _ in claim_generators(manifest)), "")


def _state(store: Store, believe: Belief, told: Told) -> Mark:
    """The fact that there are credentials, and how they stand."""
    active = store.top
    if active is None:
        return Mark(READER, told.version, told.place, "validation", "broken", None, Strength.HEURISTIC)
    strength = believe.strength(active)
    detail = {"manifests": str(len(store.manifests)), **_credential(store, active, believe, told)}
    detail["time"] = text(active.signature.get("time"), 40)
    place = f"{told.place}:{bounded(active.label, 200)}"
    value = _STATES[strength]
    return Mark(READER, told.version, place, "validation", value, None, strength, _pairs(detail))


def _credential(store: Store, manifest: Manifest, believe: Belief, told: Told) -> dict[str, str]:
    standing = store.standings[manifest.label]
    signer = (text(manifest.signature.get("issuer"), 200), text(manifest.signature.get("common_name"), 200))
    trusted = standing.strength is Strength.SIGNED_TRUSTED
    return {
        "signer": ", ".join(part for part in signer if part),
        "trust": believe.trust_name(manifest.label) if trusted else "",
        "codes": " ".join(standing.failures),
        "broken": " ".join(standing.broken),
        "binding": "mismatch" if told.mismatch else "",
    }


def _pairs(detail: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, bounded(value, 400)) for name, value in detail.items() if value)


def _broken(store: Store, told: Told) -> Iterator[Fault]:
    named = [entry for entry in store.manifests if store.standings[entry.label].broken]
    for manifest in named[:_BROKEN_NAMED]:
        if told.mismatch and manifest.label == store.active:
            continue
        codes = ", ".join(store.standings[manifest.label].broken)
        where = "" if manifest.depth == 0 else f" of an ingredient at depth {manifest.depth}"
        yield Fault(READER, "c2pa.broken", f"the content credentials{where} do not hold: {codes}")


def _unchecked(store: Store) -> Iterator[Unchecked]:
    yield Unchecked("revocation of signing certificates", "that would need the network")
    if store.cut:
        yield Unchecked("the deepest manifests", f"only the first {len(store.manifests)} were read")
    for manifest in store.manifests:
        for part in manifest.ingredients[:20]:
            if part.relation == "componentOf" and not part.manifest:
                title = text(part.fields.get("dc:title"), 200) or part.label
                yield Unchecked(f"the component {title}", "it carries no credentials")
        for address in items(manifest.claim.get("redacted_assertions"), 20):
            yield Unchecked("a redacted assertion", f"removed by a later signer: {text(address, 200)}")


def _facts(store: Store) -> dict[str, str | int | float]:
    active = store.top
    names = claim_generators(active) if active else []
    signer = text(active.signature.get("issuer"), 200) if active else ""
    facts = {"software": " ".join(part for part in names[0] if part) if names else "", "signer": signer}
    return {key: value for key, value in facts.items() if value}
