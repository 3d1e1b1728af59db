"""Links, taint that travels along them, and circles."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.errors import LineageCycle, NotFound, UsageError
from provenance.model import Identifier, Origin, Reference, Relation, Strength
from store import Store, open_store
from tests.store.conftest import a_link, an_asset, sha

Keep = Callable[..., bytes]


def test_ai_taints_everything_made_from_it(fresh_store: Store, keep: Keep) -> None:
    for word in ("still", "comp", "cut", "render", "plate"):
        keep(word, Origin.AI_GENERATED if word == "still" else Origin.UNDECLARED)
    for child, parent in (("comp", "still"), ("cut", "comp"), ("render", "cut"), ("render", "plate")):
        fresh_store.lineage.add(a_link(child, parent))

    tainted = {
        word for word in ("still", "comp", "cut", "render", "plate") if fresh_store.lineage.is_tainted(sha(word))
    }

    assert tainted == {"still", "comp", "cut", "render"}


def test_an_asset_that_turns_out_ai_later_taints_what_was_made_before(fresh_store: Store, keep: Keep) -> None:
    for word in ("still", "comp", "render"):
        keep(word)
    fresh_store.lineage.add(a_link("comp", "still"))
    fresh_store.lineage.add(a_link("render", "comp"))

    fresh_store.assets.declare(sha("still"), Origin.AI_GENERATED, by="editor", basis="prompted it")

    assert fresh_store.lineage.is_tainted(sha("render"))


def test_present_but_unused_does_not_taint(fresh_store: Store, keep: Keep) -> None:
    keep("still", Origin.AI_GENERATED)
    keep("cut")

    fresh_store.lineage.add(a_link("cut", "still", used=False))

    assert not fresh_store.lineage.is_tainted(sha("cut"))


@pytest.mark.parametrize("relation", [Relation.INPUT, Relation.LOOKS_LIKE])
def test_a_question_does_not_taint(fresh_store: Store, keep: Keep, relation: Relation) -> None:
    keep("still", Origin.AI_GENERATED)
    keep("cut")

    fresh_store.lineage.add(a_link("cut", "still", relation))

    assert not fresh_store.lineage.is_tainted(sha("cut"))
    case = fresh_store.cases.case(sha("cut"))
    assert ([one.sha256 for one in case.ancestors], [one.sha256 for one in case.doubtful]) == ([], [sha("still")])


def test_what_lies_above_a_doubtful_ancestor_is_doubtful_too(fresh_store: Store, keep: Keep) -> None:
    for word in ("still", "copy", "cut"):
        keep(word, Origin.AI_GENERATED if word == "still" else Origin.CAPTURED)
    fresh_store.lineage.add(a_link("cut", "copy", Relation.LOOKS_LIKE))
    fresh_store.lineage.add(a_link("copy", "still"))

    case = fresh_store.cases.case(sha("cut"))

    assert [one.sha256 for one in case.doubtful] == [sha("copy"), sha("still")]
    assert [link.parent for link in case.doubtful[1].chain] == [sha("copy"), sha("still")]


def test_same_essence_shares_taint_both_ways(fresh_store: Store, keep: Keep) -> None:
    keep("still", Origin.AI_GENERATED)
    keep("stripped")

    fresh_store.lineage.add(a_link("still", "stripped", Relation.SAME_ESSENCE))

    assert fresh_store.lineage.is_tainted(sha("stripped"))


def test_a_refused_link_takes_its_taint_back_and_stays_refused(fresh_store: Store, keep: Keep) -> None:
    keep("still", Origin.AI_GENERATED)
    keep("cut")
    fresh_store.lineage.add(a_link("cut", "still"))
    fresh_store.lineage.refuse(sha("cut"), sha("still"), Relation.COMPONENT, by="editor", reason="wrong take")

    said_again = fresh_store.lineage.add(a_link("cut", "still"))

    assert not said_again
    assert not fresh_store.lineage.is_tainted(sha("cut"))
    assert fresh_store.lineage.parents(sha("cut")) == []


def test_a_person_may_say_a_refused_link_after_all(fresh_store: Store, keep: Keep) -> None:
    keep("still", Origin.AI_GENERATED)
    keep("cut")
    fresh_store.lineage.add(a_link("cut", "still"))
    fresh_store.lineage.refuse(sha("cut"), sha("still"), Relation.COMPONENT, by="editor", reason="wrong take")

    fresh_store.lineage.add(a_link("cut", "still", person=True))

    assert fresh_store.lineage.is_tainted(sha("cut"))


def test_a_persons_circle_is_refused_with_the_path(fresh_store: Store, keep: Keep) -> None:
    for word in ("a", "b", "c"):
        keep(word)
    fresh_store.lineage.add(a_link("b", "a", person=True))
    fresh_store.lineage.add(a_link("c", "b", person=True))

    with pytest.raises(LineageCycle) as error:
        fresh_store.lineage.add(a_link("a", "c", person=True))

    assert all(sha(word).hex()[:12] in str(error.value) for word in "abc")


def test_a_circle_in_evidence_is_kept_and_walked_safely(fresh_store: Store, keep: Keep) -> None:
    for word in ("a", "b", "c"):
        keep(word, Origin.AI_GENERATED if word == "c" else Origin.UNDECLARED)
    for child, parent in (("b", "a"), ("c", "b"), ("a", "c")):
        fresh_store.lineage.add(a_link(child, parent))

    case = fresh_store.cases.case(sha("a"))

    assert {one.sha256 for one in case.ancestors} == {sha("b"), sha("c")}
    assert len(case.cycles) == 1
    assert fresh_store.lineage.is_tainted(sha("a"))


def test_an_asset_cannot_be_its_own_parent(fresh_store: Store, keep: Keep) -> None:
    keep("a")

    with pytest.raises(UsageError, match="its own parent"):
        fresh_store.lineage.add(a_link("a", "a", person=True))


def test_a_link_to_something_unknown_is_refused(fresh_store: Store, keep: Keep) -> None:
    keep("a")

    with pytest.raises(NotFound):
        fresh_store.lineage.add(a_link("a", "never seen"))


def test_a_reference_waits_for_the_asset_it_names(fresh_store: Store, keep: Keep) -> None:
    wanted = Identifier("xmp.did", "did:1")
    reference = Reference(Relation.PARENT, (wanted,), "layer", "xmp", "1", "xmp", Strength.DECLARED)
    child = keep("child", references=(reference,))

    found = list(fresh_store.lineage.awaiting([wanted]))
    parent = keep("parent", identifiers=(wanted,))

    assert found == [(child, reference)]
    assert fresh_store.lineage.named([wanted]) == {parent}


def test_names_the_shortest_way_to_an_ancestor(fresh_store: Store, keep: Keep) -> None:
    for word in "abcd":
        keep(word)
    for child, parent in (("d", "c"), ("c", "b"), ("b", "a"), ("d", "a")):
        fresh_store.lineage.add(a_link(child, parent))

    way = fresh_store.lineage.path(sha("d"), sha("a"))

    assert way is not None
    assert [(link.child, link.parent) for link in way] == [(sha("d"), sha("a"))]


WORDS = "abcdefgh"
WORD = st.sampled_from(WORDS)
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(("link", "refuse")), WORD, WORD, st.sampled_from(list(Relation)), st.booleans()),
        st.tuples(st.just("describe"), WORD, st.sampled_from([Origin.AI_GENERATED, Origin.CAPTURED])),
        st.tuples(st.just("declare"), WORD, st.sampled_from([Origin.AI_EDITED, Origin.HUMAN_MADE])),
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(OPERATIONS)
def test_taint_kept_step_by_step_equals_taint_computed_from_nothing(
    tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[object, ...]]
) -> None:
    with open_store(tmp_path_factory.mktemp("taint") / "store.db", clock=lambda: 1) as store:
        for word in WORDS:
            store.assets.record(an_asset(word))
        for version, (what, one, *rest) in enumerate(operations, start=2):
            assert isinstance(one, str)
            match what:
                case "link" if one != rest[0]:
                    store.lineage.add(a_link(one, rest[0], rest[1], used=rest[2]))  # type: ignore[arg-type]
                case "refuse":
                    known = [(link.parent, link.relation) for link in store.lineage.parents(sha(one))]
                    if (sha(str(rest[0])), rest[1]) in known:
                        store.lineage.refuse(sha(one), sha(str(rest[0])), rest[1], by="editor", reason="no")  # type: ignore[arg-type]
                case "describe":
                    store.assets.record(an_asset(one, rest[0], reader_version=str(version)))  # type: ignore[arg-type]
                case "declare":
                    store.assets.declare(sha(one), rest[0], by="editor", basis="saw it")  # type: ignore[arg-type]

        assert store.lineage.disagreement() == set()
