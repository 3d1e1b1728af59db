"""One picture under several metadata: a group that shares taint and decisions, whoever was seen first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.evidence import same_essence
from provenance.model import Answer, Decision, Essence, Origin, Relation
from store import Store
from tests.store.conftest import an_asset, sha

ESSENCE, OTHER = Essence("png-image/1", sha("picture")), Essence("png-image/1", sha("other picture"))

Keep = Callable[..., bytes]


@pytest.fixture
def shown(fresh_store: Store) -> Keep:
    """Records an asset with an essence and links it, as ingest does."""

    def record(word: str, origin: Origin = Origin.UNDECLARED, essence: Essence = ESSENCE) -> bytes:
        asset = an_asset(word, origin)
        asset = replace(asset, description=replace(asset.description, essence=essence))
        fresh_store.assets.record(asset)
        for link in same_essence.links(asset, fresh_store.lineage):
            fresh_store.lineage.add(link)
        return asset.sha256

    return record


def count(store: Store) -> int:
    return sum(len(store.lineage.parents(one.sha256)) for one in store.assets.summaries()) // 2


def test_the_first_recorded_is_asked_by_scheme_and_hash(fresh_store: Store, shown: Keep) -> None:
    first = shown("a")
    shown("b")
    other = shown("c", essence=OTHER)

    assert fresh_store.lineage.first_with_essence(ESSENCE) == first
    assert fresh_store.lineage.first_with_essence(OTHER) == other
    assert fresh_store.lineage.first_with_essence(Essence("jpeg-scan/1", ESSENCE.sha256)) is None


@pytest.mark.parametrize("order", list(permutations(["ai", "stripped", "tagged"])))
def test_a_stripped_copy_is_tainted_whoever_comes_first(
    fresh_store: Store, shown: Keep, order: tuple[str, ...]
) -> None:
    for word in order:
        shown(word, Origin.AI_GENERATED if word == "ai" else Origin.UNDECLARED)

    assert all(fresh_store.lineage.is_tainted(sha(word)) for word in order)
    assert fresh_store.lineage.disagreement() == set()
    assert fresh_store.assets.origin(sha("stripped")) is Origin.UNDECLARED


def test_who_leaves_the_group_is_clean_and_the_others_are_not(fresh_store: Store, shown: Keep) -> None:
    ai, mixed_up, stripped = shown("ai", Origin.AI_GENERATED), shown("mixed up"), shown("stripped")

    pair = sorted((ai, mixed_up))
    fresh_store.lineage.refuse(*pair, Relation.SAME_ESSENCE, by="assistant editor", reason="no")
    shown("mixed up")

    assert not fresh_store.lineage.is_tainted(mixed_up)
    assert fresh_store.lineage.is_tainted(stripped)
    assert fresh_store.lineage.disagreement() == set()


def test_a_group_of_hundreds_has_one_link_less_than_bearers(fresh_store: Store, shown: Keep) -> None:
    with fresh_store.writing():
        for number in range(200):
            shown(f"copy {number}", Origin.AI_EDITED if number == 150 else Origin.UNDECLARED)
            shown(f"copy {number}")

    assert count(fresh_store) == 199
    assert all(fresh_store.lineage.is_tainted(sha(f"copy {number}")) for number in range(200))


def test_a_decision_counts_for_the_whole_group(fresh_store: Store, shown: Keep) -> None:
    ai, stripped, outside = shown("ai", Origin.AI_GENERATED), shown("stripped"), shown("outside", essence=OTHER)
    fresh_store.decisions.decide(Decision("", ai, ("NFX-01",), Answer.APPROVE, "post supervisor", 0))

    assert [one.codes for one in fresh_store.decisions.about(stripped)] == [("NFX-01",)]
    assert fresh_store.decisions.about(outside) == ()


@given(words=st.lists(st.sampled_from("abcdef"), max_size=12), ai=st.sampled_from("abcdef"))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_taint_kept_current_is_that_computed_from_nothing(
    fresh_store: Store, shown: Keep, words: list[str], ai: str
) -> None:
    for word in words:
        shown(word, Origin.AI_GENERATED if word == ai else Origin.UNDECLARED, ESSENCE if word < "d" else OTHER)

    assert fresh_store.lineage.disagreement() == set()
