"""Links out of what files say they were made from, whichever of the two was seen first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from provenance.contracts import Shelf
from provenance.model import Asset, Evidence, Identifier, Link, Reference

_PRECISION: Final = ("sha256", "c2pa.manifest", "xmp.iid", "xmp.did")
"""Schemes, the most exact first. An XMP DocumentID names every saved version of a document, an InstanceID
one of them (XMP specification part 2, Media Management): the broad name counts only where the exact one is unknown."""


def resolve(asset: Asset, shelf: Shelf, reader: str, source: tuple[str, str]) -> Iterator[Link]:
    """Links from one reader's references: those of the asset, and those of others that name the asset.

    Args: reader whose references count; source is the (name, version) of the evidence source that asks.
    """
    found: dict[tuple[bytes, bytes, str], Link] = {}
    for reference in asset.description.references:
        if reference.reader == reader:
            for parent in sorted(_best(reference, shelf)):
                _keep(found, _link(asset.sha256, parent, reference, source))
    own = (*asset.description.identifiers, Identifier("sha256", asset.sha256.hex()))
    for child, reference in shelf.awaiting(own):
        if reference.reader == reader and _names(reference, own, shelf):
            _keep(found, _link(child, asset.sha256, reference, source))
    yield from (found[key] for key in sorted(found))


def _best(reference: Reference, shelf: Shelf) -> frozenset[bytes]:
    """The assets that the most exact of its identifiers names."""
    for identifiers in _by_precision(reference.identifiers):
        assets = shelf.named(identifiers)
        if assets:
            return assets
    return frozenset()


def _names(reference: Reference, own: Sequence[Identifier], shelf: Shelf) -> bool:
    """True where the reference means the bearer of these identifiers, and no other asset more exactly."""
    for identifiers in _by_precision(reference.identifiers):
        if set(identifiers) & set(own):
            return True
        if shelf.named(identifiers):
            return False
    return False


def _by_precision(identifiers: Sequence[Identifier]) -> Iterator[tuple[Identifier, ...]]:
    schemes = dict.fromkeys((*_PRECISION, *(identifier.scheme for identifier in identifiers)))
    for scheme in schemes:
        alike = tuple(identifier for identifier in identifiers if identifier.scheme == scheme)
        if alike:
            yield alike


def _keep(found: dict[tuple[bytes, bytes, str], Link], link: Link) -> None:
    """Keeps one link for each pair and relation: a used one before one only present, then the strongest."""
    key = (link.child, link.parent, link.relation.value)
    before = found.get(key)
    if link.child != link.parent and (before is None or _weight(link) > _weight(before)):
        found[key] = link


def _weight(link: Link) -> tuple[bool, int, str]:
    return link.used, link.evidence.strength, link.evidence.note


def _link(child: bytes, parent: bytes, reference: Reference, source: tuple[str, str]) -> Link:
    name, version = source
    method = f"{name.replace('_', ' ')} {reference.relation}"
    title = f"{reference.title!r} " if reference.title else ""
    note = f"{title}in {reference.place}, read by {reference.reader} {reference.version}"
    evidence = Evidence(name, version, method, reference.strength, note)
    return Link(child, parent, reference.relation, evidence, reference.used)
