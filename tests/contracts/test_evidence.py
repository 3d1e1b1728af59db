from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from provenance.contracts import EvidenceSource
from provenance.evidence import EVIDENCE, c2pa_ingredients, same_essence, xmp_derived_from
from provenance.model import (
    SYMMETRIC,
    Asset,
    Description,
    Essence,
    Identifier,
    Kind,
    Origin,
    Reference,
    Relation,
    Strength,
    Verdict,
)

READERS = {"c2pa_ingredients": "c2pa", "xmp_derived_from": "xmp"}
ESSENCE = Essence("png-image/1", b"e" * 32)
BLANK = Description("image/png", None, Verdict(Origin.UNDECLARED))


class Assets:
    """A shelf made of assets in a list."""

    def __init__(self, *assets: Asset) -> None:
        self.assets = assets

    def named(self, identifiers: Iterable[Identifier]) -> frozenset[bytes]:
        wanted = set(identifiers)
        return frozenset(asset.sha256 for asset in self.assets if wanted & _own(asset))

    def first_with_essence(self, essence: Essence) -> bytes | None:
        return next((one.sha256 for one in self.assets if one.description.essence == essence), None)

    def awaiting(self, identifiers: Iterable[Identifier]) -> Iterator[tuple[bytes, Reference]]:
        wanted = set(identifiers)
        for asset in self.assets:
            for reference in asset.description.references:
                if wanted & set(reference.identifiers):
                    yield asset.sha256, reference


def _own(asset: Asset) -> set[Identifier]:
    return {*asset.description.identifiers, Identifier("sha256", asset.sha256.hex())}


def asset(
    letter: bytes,
    *identifiers: Identifier,
    references: tuple[Reference, ...] = (),
    essence: Essence | None = None,
) -> Asset:
    description = replace(BLANK, identifiers=identifiers, references=references, essence=essence)
    return Asset(letter * 32, Kind.FILE, 1, description)


def reference(reader: str, *identifiers: Identifier, **more: object) -> Reference:
    plain = Reference(Relation.COMPONENT, identifiers, "still", reader, "1", "xmp", Strength.DECLARED)
    return replace(plain, **more)  # type: ignore[arg-type]


DID, OTHER_DID, IID = Identifier("xmp.did", "d1"), Identifier("xmp.did", "d2"), Identifier("xmp.iid", "i1")
by_name = pytest.mark.parametrize("source", EVIDENCE, ids=lambda source: source.NAME)
by_reference = pytest.mark.parametrize(
    "source", [source for source in EVIDENCE if source.NAME in READERS], ids=lambda source: source.NAME
)


def test_names_are_unique() -> None:
    assert len({source.NAME for source in EVIDENCE}) == len(EVIDENCE)


@by_name
def test_a_source_meets_the_protocol(source: EvidenceSource) -> None:
    assert isinstance(source, EvidenceSource)
    assert source.__doc__


@by_name
def test_an_asset_alone_on_the_shelf_has_no_links(source: EvidenceSource) -> None:
    alone = asset(b"c", IID, references=(reference("c2pa", IID), reference("xmp", IID)), essence=ESSENCE)

    assert list(source.links(alone, Assets(alone))) == []
    assert list(source.links(alone, Assets())) == []


@by_reference
def test_links_are_the_same_whichever_asset_comes_first(source: EvidenceSource) -> None:
    parent = asset(b"p", IID)
    child = asset(b"c", references=(reference(READERS[source.NAME], IID),))

    child_last = list(source.links(child, Assets(parent)))
    parent_last = list(source.links(parent, Assets(child)))

    assert child_last == parent_last
    (link,) = child_last
    assert (link.child, link.parent, link.relation, link.used) == (b"c" * 32, b"p" * 32, Relation.COMPONENT, True)


@by_reference
def test_a_link_names_its_source_its_method_and_its_strength(source: EvidenceSource) -> None:
    said = reference(READERS[source.NAME], IID, strength=Strength.SIGNED, used=False)

    (link,) = source.links(asset(b"c", references=(said,)), Assets(asset(b"p", IID)))

    assert (link.evidence.source, link.evidence.version) == (source.NAME, source.VERSION)
    assert link.evidence.strength is Strength.SIGNED
    assert "component" in link.evidence.method
    assert "still" in link.evidence.note
    assert not link.used


@by_reference
def test_never_links_an_asset_to_itself(source: EvidenceSource) -> None:
    itself = asset(b"c", IID, references=(reference(READERS[source.NAME], IID),))

    assert list(source.links(itself, Assets(itself))) == []


@by_reference
def test_an_identifier_that_names_the_asset_itself_still_links_the_others(source: EvidenceSource) -> None:
    saved_again = asset(b"c", DID, references=(reference(READERS[source.NAME], DID),))

    (link,) = source.links(saved_again, Assets(saved_again, asset(b"p", DID)))

    assert link.parent == b"p" * 32


@by_reference
def test_minds_only_its_own_readers_references(source: EvidenceSource) -> None:
    foreign = asset(b"c", references=(reference("another", IID),))
    parent = asset(b"p", IID)

    assert list(source.links(foreign, Assets(parent))) == []
    assert list(source.links(parent, Assets(foreign))) == []


@by_reference
def test_says_the_same_twice_and_once_each(source: EvidenceSource) -> None:
    said = reference(READERS[source.NAME], IID, DID)
    child = asset(b"c", references=(said, said, replace(said, strength=Strength.SIGNED)))
    shelf = Assets(asset(b"p", IID, DID), asset(b"q", IID))

    first = list(source.links(child, shelf))

    assert first == list(source.links(child, shelf))
    assert [link.parent for link in first] == [b"p" * 32, b"q" * 32]
    assert {link.evidence.strength for link in first} == {Strength.SIGNED}
    assert all(link.relation not in SYMMETRIC for link in first)


@by_reference
def test_nothing_referred_to_is_no_link(source: EvidenceSource) -> None:
    assert list(source.links(asset(b"c"), Assets(asset(b"p", IID)))) == []


def test_finds_a_parent_by_the_hash_of_its_file() -> None:
    said = reference("c2pa", Identifier("sha256", (b"p" * 32).hex()))
    child, parent = asset(b"c", references=(said,)), asset(b"p")

    assert [link.parent for link in c2pa_ingredients.links(child, Assets(parent))] == [b"p" * 32]
    assert [link.child for link in c2pa_ingredients.links(parent, Assets(child))] == [b"c" * 32]


def test_the_exact_version_of_a_document_counts_before_its_siblings() -> None:
    exact, sibling = asset(b"p", IID, DID), asset(b"s", DID)
    child = asset(b"c", references=(reference("xmp", IID, DID),))

    assert [link.parent for link in xmp_derived_from.links(child, Assets(exact, sibling))] == [b"p" * 32]
    assert [link.parent for link in xmp_derived_from.links(child, Assets(sibling))] == [b"s" * 32]
    assert list(xmp_derived_from.links(sibling, Assets(exact, child))) == []


def test_another_document_is_no_parent() -> None:
    child = asset(b"c", references=(reference("xmp", IID, DID),))

    assert list(xmp_derived_from.links(child, Assets(asset(b"s", OTHER_DID)))) == []


def test_the_same_essence_is_one_link_without_direction_whoever_was_seen_first() -> None:
    one, other = asset(b"a", essence=ESSENCE), asset(b"b", essence=ESSENCE)

    (link,) = same_essence.links(one, Assets(other, one))

    assert [link] == list(same_essence.links(other, Assets(one, other)))
    assert link.relation in SYMMETRIC
    assert link.used
    assert {link.child, link.parent} == {one.sha256, other.sha256}
    assert (link.evidence.source, link.evidence.version) == (same_essence.NAME, same_essence.VERSION)
    assert link.evidence.method == "same essence png-image/1"
    assert link.evidence.strength is Strength.DECLARED


def test_whole_boxes_of_a_movie_that_nobody_understood_say_less() -> None:
    essence = Essence("bmff-mdat/1", b"e" * 32)

    (link,) = same_essence.links(asset(b"a", essence=essence), Assets(asset(b"b", essence=essence)))

    assert link.evidence.strength is Strength.TOOL_SIGNATURE


def test_a_group_is_linked_to_its_first_bearer_only() -> None:
    group = [asset(bytes([number]), essence=ESSENCE) for number in range(1, 200)]

    links = [link for one in group for link in same_essence.links(one, Assets(*group))]

    assert len(links) == len(group) - 1
    assert all(group[0].sha256 in (link.child, link.parent) for link in links)


def test_only_what_was_hashed_the_same_way_is_compared() -> None:
    other = asset(b"b", essence=Essence("jpeg-scan/1", ESSENCE.sha256))

    assert list(same_essence.links(asset(b"a", essence=ESSENCE), Assets(other))) == []
    assert list(same_essence.links(asset(b"a"), Assets(asset(b"b")))) == []
