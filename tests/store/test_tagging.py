"""A retagged content is the same thing: what was said of the old one holds, and only a journalled write counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from provenance.errors import NotFound, UsageError
from provenance.model import Answer, Decision, Expected, Origin, Place, Tagged, UseRecord, Way
from store import Store
from tests.store.conftest import a_link, sha

PLACE = Place("volume", b"ai", b"still.png")


def retag(store: Store, new: str = "new", old: str = "old") -> None:
    store.taggings.record(Tagged(sha(new), PLACE, Way.EMBEDDED, ("c2pa", "xmp"), was=sha(old)))


def test_what_was_declared_of_a_file_holds_for_its_tagged_self(fresh_store: Store, keep: Callable[..., bytes]) -> None:
    keep("old")
    keep("new")
    fresh_store.assets.declare(sha("old"), Origin.AI_GENERATED, by="the compositor", basis="made it")

    retag(fresh_store)

    assert fresh_store.assets.origin(sha("new")) is Origin.AI_GENERATED
    assert [one.by for one in fresh_store.assets.declarations(sha("new"))] == ["the compositor"]
    assert not fresh_store.lineage.disagreement()


def test_fields_uses_and_delivery_lists_follow_a_tagged_file(fresh_store: Store, keep: Callable[..., bytes]) -> None:
    keep("old")
    keep("new")
    fresh_store.fields.set(sha("old"), {"shot": "AB_0120"}, by="the assistant editor")
    fresh_store.uses.record(UseRecord("Tool", (sha("old"),), prompt="a skyline", by="the compositor"))
    fresh_store.decisions.open_delivery("list")
    fresh_store.decisions.fill("list", [sha("old")])

    retag(fresh_store)

    assert [(one.name, one.text) for one in fresh_store.fields.of(sha("new"))] == [("shot", "AB_0120")]
    assert [one.prompt for one in fresh_store.uses.of(sha("new"))] == ["a skyline"]
    assert fresh_store.decisions.listed("list") == [sha("old"), sha("new")]


def test_decisions_and_taint_reach_a_tagged_file_both_ways(fresh_store: Store, keep: Callable[..., bytes]) -> None:
    keep("old", Origin.AI_GENERATED)
    keep("new")
    keep("comp")
    fresh_store.decisions.decide(Decision("", sha("old"), ("NFX-01",), Answer.APPROVE, "the post supervisor", 0))

    retag(fresh_store)
    fresh_store.lineage.add(a_link("comp", "new"))

    assert [one.by for one in fresh_store.decisions.about(sha("new"))] == ["the post supervisor"]
    assert fresh_store.lineage.is_tainted(sha("comp"))


def test_an_ai_ancestor_and_its_tagged_self_are_one_cause(fresh_store: Store, keep: Callable[..., bytes]) -> None:
    for word, origin in (("old", Origin.AI_GENERATED), ("new", Origin.AI_GENERATED), ("cut", Origin.UNDECLARED)):
        keep(word, origin)
    fresh_store.lineage.add(a_link("cut", "old"))

    retag(fresh_store)

    case = fresh_store.cases.case(sha("cut"))
    assert {one.sha256 for one in case.ancestors} == {sha("old"), sha("new")}
    assert case.same(sha("old")) == {sha("old"), sha("new")}


def test_only_the_content_that_was_expected_is_taken_for_our_own(
    fresh_store: Store, keep: Callable[..., bytes]
) -> None:
    keep("old")
    keep("new")
    expected = Expected(Tagged(sha("new"), PLACE, Way.EMBEDDED, ("xmp",), was=sha("old"), by="editor"))

    fresh_store.taggings.expect(expected, 1)

    assert fresh_store.taggings.expected(PLACE, sha("new")) == expected
    assert fresh_store.taggings.expected(PLACE, sha("something else")) is None
    assert fresh_store.taggings.expected(Place("volume", b"", b"still.png"), sha("new")) is None
    assert fresh_store.taggings.pending() == [(PLACE, sha("old"), sha("new"))]

    fresh_store.taggings.settle(expected)

    assert fresh_store.taggings.pending() == []
    assert [one.by for one in fresh_store.taggings.of(sha("new"))] == ["editor"]


def test_what_was_taken_back_stands_no_more(fresh_store: Store, keep: Callable[..., bytes]) -> None:
    keep("old")
    keep("new")
    retag(fresh_store)
    assert fresh_store.taggings.standing(sha("new"), Place("volume", b"", b"copy.png")) is not None

    fresh_store.taggings.take_back(Tagged(sha("old"), PLACE, Way.EMBEDDED, ("xmp",), was=sha("new")))

    assert fresh_store.taggings.standing(sha("new"), PLACE) is None
    assert fresh_store.taggings.standing(sha("old"), PLACE) is None


def test_a_sidecar_stands_only_where_it_lies(fresh_store: Store, keep: Callable[..., bytes]) -> None:
    keep("plate")
    fresh_store.taggings.record(Tagged(sha("plate"), PLACE, Way.SIDECAR, ("c2pa",), (("c2pa", sha("sidecar")),)))

    assert fresh_store.taggings.standing(sha("plate"), PLACE) is not None
    assert fresh_store.taggings.standing(sha("plate"), Place("volume", b"elsewhere", b"still.png")) is None


def test_a_path_never_overrules_a_person_about_a_field(fresh_store: Store, keep: Callable[..., bytes]) -> None:
    keep("plate")
    fresh_store.fields.name(sha("plate"), {"shot": "from path", "scene": "12"}, pattern="{scene}/{shot}/*")
    fresh_store.fields.set(sha("plate"), {"shot": "AB_0120"}, by="the assistant editor")

    changed = fresh_store.fields.name(sha("plate"), {"shot": "from path", "scene": "12"}, pattern="{scene}/{shot}/*")

    assert not changed
    assert {one.name: one.text for one in fresh_store.fields.of(sha("plate"))} == {"scene": "12", "shot": "AB_0120"}


def test_an_empty_text_takes_a_field_away(fresh_store: Store, keep: Callable[..., bytes]) -> None:
    keep("plate")
    fresh_store.fields.set(sha("plate"), {"shot": "AB_0120"}, by="the assistant editor")

    fresh_store.fields.set(sha("plate"), {"shot": ""}, by="the assistant editor")

    assert fresh_store.fields.of(sha("plate")) == ()


def test_fields_and_uses_need_a_name_and_a_known_asset(fresh_store: Store, keep: Callable[..., bytes]) -> None:
    keep("plate")

    with pytest.raises(UsageError, match="name of who"):
        fresh_store.fields.set(sha("plate"), {"shot": "1"}, by=" ")
    with pytest.raises(NotFound):
        fresh_store.fields.set(sha("nobody"), {"shot": "1"}, by="editor")
    with pytest.raises(UsageError, match="name of who"):
        fresh_store.uses.record(UseRecord("Tool", (sha("plate"),)))
    with pytest.raises(UsageError, match="tool or the model"):
        fresh_store.uses.record(UseRecord("", (sha("plate"),), by="artist"))
