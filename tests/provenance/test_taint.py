from __future__ import annotations

from dataclasses import replace

import pytest

from provenance.model import (
    Ancestor,
    Case,
    Declaration,
    Evidence,
    Kind,
    Link,
    Origin,
    Relation,
    Strength,
    Verdict,
)
from provenance.taint import by_folder_only, carries, ends, explained, is_tainted, shortest, tell, unexplained, weakest

A, B, C, D = (bytes([number]) * 32 for number in range(1, 5))
NAMES = {A: "A.mov", B: "B.mov", C: "C.png"}


def link(child: bytes, parent: bytes, relation: Relation = Relation.RENDERED_FROM, **more: object) -> Link:
    strength = more.get("strength", Strength.DECLARED)
    assert isinstance(strength, Strength)
    evidence = Evidence("person", "1", "declared", strength, by=str(more.get("by", "")))
    return Link(child, parent, relation, evidence, bool(more.get("used", True)))


def ancestor(sha256: bytes, origin: Origin, *chain: Link, **more: object) -> Ancestor:
    found = Ancestor(sha256, NAMES[sha256], Verdict(origin), origin, chain)
    return replace(found, **more)  # type: ignore[arg-type]


def case(origin: Origin, *ancestors: Ancestor, complete: bool = True) -> Case:
    return Case(A, "A.mov", Kind.FILE, Verdict(origin), origin, ancestors=ancestors, inputs_complete=complete)


@pytest.mark.parametrize("relation", list(Relation))
def test_ai_travels_along_what_was_used(relation: Relation) -> None:
    plain = carries(link(A, B, relation), child_is_ai=False)
    into_ai = carries(link(A, B, relation), child_is_ai=True)

    assert plain is (relation not in (Relation.INPUT, Relation.LOOKS_LIKE))
    assert into_ai is (relation is not Relation.LOOKS_LIKE)
    assert not carries(link(A, B, relation, used=False), child_is_ai=True)


def test_tells_a_chain_from_the_child_down() -> None:
    chain = (link(A, B, by="the editor"), link(B, C, Relation.COMPONENT, strength=Strength.SIGNED))

    assert tell(chain, NAMES) == (
        "A.mov rendered_from B.mov (declared by the editor, declared by standard); "
        "B.mov component C.png (declared, signed)"
    )


def test_tells_a_symmetric_link_in_the_direction_of_the_chain() -> None:
    chain = (link(B, A, Relation.SAME_ESSENCE), link(B, C))

    assert tell(chain, NAMES).startswith("A.mov same_essence B.mov")


def test_tells_a_nameless_asset_by_its_hash_and_a_hostile_name_escaped() -> None:
    told = tell((link(A, D),), {A: "\x1b[31m.mov"})

    assert "\x1b" not in told
    assert "sha256 040404040404…" in told


def test_the_shortest_chain_wins_then_the_best_supported() -> None:
    weak = (link(A, B, strength=Strength.HEURISTIC),)
    strong = (link(A, B, strength=Strength.SIGNED),)
    long = (link(A, C), link(C, B))

    assert shortest([long, weak, strong]) == strong


def test_the_weakest_link_carries_an_explanation() -> None:
    weak = link(B, C, strength=Strength.HEURISTIC)

    assert weakest([(link(A, B), weak), (link(A, D),)]) == weak
    assert weakest([]) is None


def test_complete_clean_inputs_explain_an_undeclared_render() -> None:
    chain = (link(A, B), link(B, C))
    between = ancestor(B, Origin.UNDECLARED, link(A, B), inputs_complete=True)
    judged = case(Origin.UNDECLARED, between, ancestor(C, Origin.CAPTURED, *chain))

    assert [found.sha256 for found in ends(judged)] == [C]
    assert explained(judged)


def test_a_render_on_the_way_whose_inputs_may_be_more_explains_nothing() -> None:
    chain = (link(A, B), link(B, C))
    between = ancestor(B, Origin.UNDECLARED, link(A, B))
    judged = case(Origin.UNDECLARED, between, ancestor(C, Origin.CAPTURED, *chain))

    assert list(unexplained(judged)) == ["nobody said that the recorded inputs of B.mov are all of them"]
    assert not explained(judged)


@pytest.mark.parametrize("origin", [Origin.UNDECLARED, Origin.MAYBE_AI, Origin.AI_GENERATED, Origin.AI_EDITED])
def test_one_path_that_does_not_end_clean_explains_nothing(origin: Origin) -> None:
    judged = case(Origin.UNDECLARED, ancestor(B, Origin.CAPTURED, link(A, B)), ancestor(C, origin, link(A, C)))

    assert not explained(judged)
    assert "C.png" in " ".join(unexplained(judged))


def test_incomplete_inputs_doubts_and_circles_explain_nothing() -> None:
    clean = ancestor(B, Origin.CAPTURED, link(A, B))
    judged = case(Origin.UNDECLARED, clean)

    assert explained(judged)
    assert not explained(case(Origin.UNDECLARED))
    assert not explained(replace(judged, inputs_complete=False))
    assert not explained(replace(judged, cycles=("A made from A",)))
    assert not explained(replace(judged, doubtful=(clean,)))


def test_a_path_that_ends_in_a_folders_word_explains_nothing() -> None:
    word = Declaration(B, Origin.CAPTURED, "", "camera/", True, 0)
    end = ancestor(B, Origin.CAPTURED, link(A, B), verdict=Verdict(Origin.UNDECLARED), declarations=(word,))

    assert not explained(case(Origin.UNDECLARED, end))


def test_a_person_a_camera_or_an_offload_list_lifts_a_folders_word() -> None:
    word = Declaration(B, Origin.CAPTURED, "", "camera/", True, 0)
    person = Declaration(B, Origin.CAPTURED, "camera assistant", "report 12", False, 0)
    plain = ancestor(B, Origin.CAPTURED, link(A, B), verdict=Verdict(Origin.UNDECLARED), declarations=(word,))

    assert by_folder_only(plain)
    assert not by_folder_only(replace(plain, declarations=(word, person)))
    assert not by_folder_only(replace(plain, verdict=Verdict(Origin.CAPTURED, Strength.DECLARED)))
    assert not by_folder_only(replace(plain, origin=Origin.AI_GENERATED))
    assert not by_folder_only(replace(plain, offload="A001.mhl"))
    assert explained(case(Origin.UNDECLARED, replace(plain, offload="A001.mhl")))


def test_an_offload_list_says_nothing_of_a_folder_of_graphics() -> None:
    word = Declaration(B, Origin.HUMAN_MADE, "", "graphics/", True, 0)
    drawn = ancestor(B, Origin.HUMAN_MADE, link(A, B), verdict=Verdict(Origin.UNDECLARED), declarations=(word,))

    assert by_folder_only(replace(drawn, offload="A001.mhl"))


def test_taint_is_the_own_origin_or_an_ancestors() -> None:
    assert is_tainted(case(Origin.AI_EDITED))
    assert is_tainted(case(Origin.CAPTURED, ancestor(B, Origin.AI_GENERATED, link(A, B))))
    assert not is_tainted(case(Origin.MAYBE_AI, ancestor(B, Origin.CAPTURED, link(A, B))))
