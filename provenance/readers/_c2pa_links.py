"""The names of a signed file, and what it says it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from provenance.model import Identifier, Reference, Relation, Strength, bounded
from provenance.readers._c2pa_belief import Belief, Told
from provenance.readers._c2pa_store import (
    RELATIONS,
    UNREFERENCED,
    Ingredient,
    Manifest,
    Store,
    mapping,
    text,
)

READER: Final = "c2pa"
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_BINDING: Final = re.compile(r"assertion\.(?:data|bmff|boxes|collection)Hash\.mismatch")


def is_unbound(store: Store) -> bool:
    """True where the active manifest's hash of the content does not match the content."""
    standing = store.standings.get(store.active)
    return standing is not None and any(_BINDING.fullmatch(code) for code in standing.broken)


def identifiers(store: Store) -> Iterator[Identifier]:
    """The names under which the signed content may be referred to."""
    active = store.top
    if active is None:
        return
    yield Identifier("c2pa.manifest", bounded(active.label, 200))
    if instance := text(active.claim.get("instanceID"), 200):
        yield _instance(instance)


def references(store: Store, believe: Belief, told: Told) -> Iterator[Reference]:
    """Every ingredient of every manifest; the intermediate file may never have been on this disk."""
    if not told.mismatch and is_unbound(store) and (active := store.top):
        # Changed bytes that still carry the credentials of others were made from those.
        yield Reference(
            relation=Relation.PARENT,
            identifiers=tuple(identifiers(store)),
            title=text(active.claim.get("dc:title"), 200),
            reader=READER,
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
                reader=READER,
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
