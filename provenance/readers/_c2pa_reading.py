"""From a manifest store to marks, references and identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from provenance.contracts import TrustList
from provenance.model import (
    Fault,
    Identifier,
    Mark,
    Origin,
    Reading,
    Reference,
    Relation,
    Strength,
    Unchecked,
    bounded,
)
from provenance.readers._c2pa_claims import (
    Statement,
    claim_generators,
    ingredient_statements,
    of_asset,
    statements,
)
from provenance.readers._c2pa_store import (
    ACTIVE,
    RELATIONS,
    UNREFERENCED,
    Ingredient,
    Manifest,
    Store,
    chain,
    items,
    mapping,
    text,
)

_READER: Final = "c2pa"
_MARKS: Final = 400
_REFERENCES: Final = 500
_BROKEN_NAMED: Final = 20
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_BINDING: Final = re.compile(r"assertion\.(?:data|bmff|boxes|collection)Hash\.mismatch")
_STATES: Final = {
    Strength.SIGNED_TRUSTED: "trusted",
    Strength.SIGNED: "valid, signer not trusted",
    Strength.DECLARED: "not checked",
    Strength.HEURISTIC: "broken",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the reading needs besides the store.

    Args:
        trust: the lists that were loaded, in the order of their addresses.
        place: where the store stood (``c2pa``, ``sidecar:a.c2pa/c2pa``).
        mismatch: true where the store is known to have been made for other content.
    """

    trust: tuple[TrustList, ...]
    place: str
    version: str
    mismatch: bool = False


def trust_address(index: int) -> str:
    """The address under which a trust list is loaded; its name could hold anything."""
    return f"urn:provenance:trust:{index}"


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
    believe = _Belief(store, told, unowned)
    marks = [_state(store, believe, told)]
    marks += islice(_marks(store, believe, told), _MARKS)
    # Credentials that were made for other bytes name those bytes, not these.
    identifiers = () if told.mismatch or _unbound(store) else tuple(_identifiers(store))
    return Reading(
        marks=tuple(marks),
        faults=tuple(_broken(store, told)),
        unchecked=tuple(_unchecked(store)),
        identifiers=identifiers,
        references=tuple(islice(_references(store, believe, told), _REFERENCES)),
        facts=_facts(store),
    )


class _Belief:
    """How far each manifest of one store is believed, and on whose word."""

    def __init__(self, store: Store, told: Told, unowned: Store | None) -> None:
        self._store, self._told, self._unowned = store, told, unowned

    def strength(self, manifest: Manifest) -> Strength:
        """Of the manifest and all that contain it."""
        if self._told.mismatch:
            return Strength.HEURISTIC
        return min(self._store.standings[label].strength for label in chain(self._store, manifest))

    def of_capture(self, manifest: Manifest) -> Strength:
        """As `strength`, but an unchecked signature is a hint, and neither our own identity nor anything
        with parts placed in it proves a capture."""
        strength = self.strength(manifest)
        if strength is Strength.DECLARED:
            return Strength.HEURISTIC
        if strength is Strength.SIGNED_TRUSTED and (self._rests_on_own(manifest) or self._has_parts(manifest)):
            return Strength.DECLARED
        return strength

    def is_own(self, label: str) -> bool:
        """True where a list of our own, or none that can be named for sure, vouches for the manifest."""
        trust = self._told.trust
        if not any(entry.own for entry in trust):
            return False
        if self._unowned is not None:
            foreign = self._unowned.standings.get(label)
            return foreign is None or foreign.strength is not Strength.SIGNED_TRUSTED
        return all(entry.own for entry in self._candidates(label))

    def trust_name(self, label: str) -> str:
        """The name of the list that vouched for the manifest, where that is certain."""
        found = self._candidates(label)
        return found[0].name if len(found) == 1 else ""

    def _candidates(self, label: str) -> list[TrustList]:
        trust, address = self._told.trust, self._store.standings[label].trust
        if address is None:
            return []
        named = [entry for index, entry in enumerate(trust) if trust_address(index) == address]
        # Lists of single signers have no address in c2pa's answer.
        return named or [entry for entry in trust if entry.allowed]

    def _rests_on_own(self, manifest: Manifest) -> bool:
        return any(self.is_own(label) for label in chain(self._store, manifest))

    def _has_parts(self, manifest: Manifest) -> bool:
        above = set(chain(self._store, manifest))
        chained = (entry for entry in self._store.manifests if entry.label in above)
        return any(part.relation == "componentOf" for entry in chained for part in entry.ingredients)


def says_captured_below(store: Store) -> bool:
    """True where a manifest below the active one claims a capture for the file."""
    return any(
        of_asset(entry.claims, manifest.relation) is Origin.CAPTURED
        for manifest in store.manifests[1:]
        for entry in statements(manifest)
    )


def _marks(store: Store, believe: _Belief, told: Told) -> Iterator[Mark]:
    for manifest in store.manifests:
        for entry in statements(manifest):
            yield _mark(store, manifest, manifest.relation, entry, believe, told)
        for relation, entry in ingredient_statements(manifest):
            looser = relation if manifest.relation in (ACTIVE, "parentOf") else manifest.relation
            yield _mark(store, manifest, looser, entry, believe, told)


def _mark(store: Store, manifest: Manifest, relation: str, entry: Statement, believe: _Belief, told: Told) -> Mark:
    claims = of_asset(entry.claims, relation)
    strength = believe.of_capture(manifest) if claims is Origin.CAPTURED else believe.strength(manifest)
    detail = {
        "relation": relation,
        "depth": str(manifest.depth),
        "action": entry.action,
        "tool": entry.tool or next((name for name, _ in claim_generators(manifest)), ""),
        "version": entry.version,
        "step": "yes" if entry.step else "",
        "time": entry.when or text(manifest.signature.get("time"), 40),
        **_credential(store, manifest, believe, told),
    }
    return Mark(
        reader=_READER,
        version=told.version,
        place=f"{told.place}:{bounded(manifest.label, 200)}/{bounded(entry.assertion, 200)}",
        key=entry.key,
        value=bounded(entry.value),
        claims=claims,
        strength=min(strength, Strength.TOOL_SIGNATURE) if entry.named else strength,
        detail=_pairs(detail),
    )


def _state(store: Store, believe: _Belief, told: Told) -> Mark:
    """The fact that there are credentials, and how they stand."""
    active = _active(store)
    if active is None:
        return Mark(_READER, told.version, told.place, "validation", "broken", None, Strength.HEURISTIC)
    strength = believe.strength(active)
    detail = {"manifests": str(len(store.manifests)), **_credential(store, active, believe, told)}
    detail["time"] = text(active.signature.get("time"), 40)
    place = f"{told.place}:{bounded(active.label, 200)}"
    value = _STATES[strength]
    return Mark(_READER, told.version, place, "validation", value, None, strength, _pairs(detail))


def _credential(store: Store, manifest: Manifest, believe: _Belief, told: Told) -> dict[str, str]:
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
        yield Fault(_READER, "c2pa.broken", f"the content credentials{where} do not hold: {codes}")


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
    active = _active(store)
    names = claim_generators(active) if active else []
    signer = text(active.signature.get("issuer"), 200) if active else ""
    facts = {"software": " ".join(part for part in names[0] if part) if names else "", "signer": signer}
    return {key: value for key, value in facts.items() if value}


def _active(store: Store) -> Manifest | None:
    return next((entry for entry in store.manifests if entry.label == store.active), None)


def _unbound(store: Store) -> bool:
    """True where the active manifest's hash of the content does not match the content."""
    standing = store.standings.get(store.active)
    return standing is not None and any(_BINDING.fullmatch(code) for code in standing.broken)


def _identifiers(store: Store) -> Iterator[Identifier]:
    active = _active(store)
    if active is None:
        return
    yield Identifier("c2pa.manifest", bounded(active.label, 200))
    if instance := text(active.claim.get("instanceID"), 200):
        yield _instance(instance)


def _references(store: Store, believe: _Belief, told: Told) -> Iterator[Reference]:
    if not told.mismatch and _unbound(store) and (active := _active(store)):
        # Changed bytes that still carry the credentials of others were made from those.
        yield Reference(
            relation=Relation.PARENT,
            identifiers=tuple(_identifiers(store)),
            title=text(active.claim.get("dc:title"), 200),
            reader=_READER,
            version=told.version,
            place=f"{told.place}:{bounded(active.label, 200)}",
            strength=Strength.HEURISTIC,
        )
    for manifest in store.manifests:
        for part in manifest.ingredients:
            names = tuple(dict.fromkeys(_names(part)))
            if not names:
                continue
            yield Reference(
                relation=_relation(manifest, part),
                identifiers=names,
                title=text(part.fields.get("dc:title"), 200),
                reader=_READER,
                version=told.version,
                place=f"{told.place}:{bounded(manifest.label, 200)}/{bounded(part.label, 200)}",
                strength=believe.strength(manifest),
            )


def _relation(manifest: Manifest, part: Ingredient) -> Relation:
    """The loosest relation on the way from the file to the ingredient."""
    order = ("inputTo", "componentOf", "parentOf")
    way = {part.relation, "componentOf" if manifest.relation == UNREFERENCED else manifest.relation}
    return RELATIONS[next(name for name in order if name in way)]


def _names(part: Ingredient) -> Iterator[Identifier]:
    if part.manifest:
        yield Identifier("c2pa.manifest", bounded(part.manifest, 200))
    for key in ("instanceID", "documentID"):
        if value := text(part.fields.get(key), 200):
            yield _instance(value, document=key == "documentID")
    for key, value in list(mapping(part.fields.get("metadata")).items())[:50]:
        if key.endswith(".sha256") and _HEX.fullmatch(text(value)):
            yield Identifier("sha256", text(value))


def _instance(value: str, *, document: bool = False) -> Identifier:
    """An XMP identifier in one spelling: c2pa writes `xmp:iid:`, XMP itself `xmp.iid:`."""
    plain = re.sub(r"^xmp:(iid|did):", r"xmp.\1:", value)
    if _HEX.fullmatch(digest := plain.removeprefix("xmp.iid:sha256:")):
        return Identifier("sha256", digest)
    return Identifier("xmp.did" if document or plain.startswith("xmp.did:") else "xmp.iid", plain)
