"""Lineage on paper: branches, circles, shared ancestors, and names that try to break out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from desk.tree import NODE_LIMIT, Node, Walk, dot, draw, unique_links, walk
from provenance.model import Evidence, Link, Origin, Relation, Strength


def sha(word: str) -> bytes:
    return hashlib.sha256(word.encode()).digest()


def link(child: str, parent: str, relation: Relation = Relation.COMPONENT, *, used: bool = True) -> Link:
    evidence = Evidence("xmp_derived_from", "1", "by name", Strength.DECLARED)
    return Link(sha(child), sha(parent), relation, evidence, used)


def above(links: Iterable[Link], start: str = "a", *, depth: int = 99, used_only: bool = False) -> Walk:
    known = list(links)
    both = [Link(one.parent, one.child, one.relation, one.evidence, one.used) for one in known if _symmetric(one)]
    return walk(
        sha(start),
        lambda here: [one for one in [*known, *both] if one.child == here],
        up=True,
        depth=depth,
        used_only=used_only,
    )


def _symmetric(one: Link) -> bool:
    return one.relation in (Relation.SAME_ESSENCE, Relation.LOOKS_LIKE)


def nodes(*words: str, ai: str = "") -> dict[bytes, Node]:
    return {
        sha(word): Node(
            sha(word), f"{word}.png", Origin.AI_GENERATED if word == ai else Origin.UNDECLARED, word == ai, True
        )
        for word in words
    }


def test_draws_each_asset_with_its_evidence_under_it() -> None:
    lines = list(draw(above([link("a", "b"), link("b", "c")]), nodes("a", "b", "c", ai="c")))

    assert lines == [
        "└─ b.png  undeclared",
        "      component: xmp_derived_from, by name, declared by standard",
        "   └─ c.png  *** AI: ai_generated ***",
        "         component: xmp_derived_from, by name, declared by standard",
    ]


def test_shows_a_shared_ancestor_whole_once_and_refers_to_it_afterwards() -> None:
    found = above([link("a", "b"), link("a", "c"), link("b", "d"), link("c", "d"), link("d", "e")])

    lines = list(draw(found, nodes("a", "b", "c", "d", "e")))

    assert sum("e.png" in line for line in lines) == 1
    assert [line.strip("│└─ ") for line in lines if "d.png" in line][1] == "d.png  undeclared (shown above)"


def test_names_a_circle_and_ends() -> None:
    lines = list(draw(above([link("a", "b"), link("b", "a")]), nodes("a", "b")))

    assert "a.png  undeclared (CIRCLE: it stands above in its own lineage)" in lines[2]
    assert len(lines) == 4


def test_does_not_walk_back_over_the_symmetric_link_it_came_by() -> None:
    lines = list(draw(above([link("a", "b", Relation.SAME_ESSENCE)]), nodes("a", "b")))

    assert [line for line in lines if ".png" in line] == ["└─ b.png  undeclared"]


def test_says_where_depth_cut_it_off() -> None:
    found = above([link("a", "b"), link("b", "c")], depth=1)

    lines = list(draw(found, nodes("a", "b")))

    assert lines[0] == "└─ b.png  undeclared (more beyond: --depth)"
    assert found.cut == {sha("b")}


def test_leaves_out_what_was_merely_present_when_asked() -> None:
    links = [link("a", "b"), link("a", "c", used=False)]

    assert above(links, used_only=True).reached == {sha("a"), sha("b")}
    assert any("present but not used" in line for line in draw(above(links), nodes("a", "b", "c")))


def test_a_chain_of_thousands_is_drawn_without_recursion_and_with_bounded_indent() -> None:
    words = [str(number) for number in range(3_000)]
    parents = {sha(child): [link(child, parent)] for child, parent in pairwise(words)}
    found = walk(sha("0"), lambda here: parents.get(here, []), up=True, depth=10_000)

    lines = list(draw(found, nodes(*words)))

    assert len(lines) == 2 * 2_999
    assert max(map(len, lines)) < 120


def test_stops_at_the_limit_of_nodes_and_says_so() -> None:
    links = [link("a", str(number)) for number in range(NODE_LIMIT + 5)]
    parents = {sha("a"): links} | {one.parent: [link(str(n), f"deep {n}")] for n, one in enumerate(links)}

    found = walk(sha("a"), lambda here: parents.get(here, []), up=True, depth=99)

    assert len(found.cut) == NODE_LIMIT + 5


def test_dot_quotes_names_that_would_break_out() -> None:
    hostile = Node(sha("a"), 'a"];\nevil -> "\\', Origin.UNDECLARED, False, True)

    text = "\n".join(dot([above([])], {sha("a"): hostile}, sha("a")))

    assert r'label="a\"];\\x0aevil -> \"\\\n' in text
    assert text.startswith("digraph lineage {")


def test_dot_draws_a_symmetric_link_once_and_without_an_arrow() -> None:
    found = above([link("a", "b", Relation.SAME_ESSENCE)])

    lines = [line for line in dot([found], nodes("a", "b"), sha("a")) if "->" in line]

    assert len(lines) == 1
    assert "dir=none" in lines[0]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=25))
def test_any_graph_is_walked_and_drawn_to_its_end(pairs: list[tuple[int, int]]) -> None:
    links = [link(str(child), str(parent)) for child, parent in dict.fromkeys(pairs) if child != parent]
    found = above(links, "0")

    lines = list(draw(found, nodes(*map(str, range(7)))))

    assert len(lines) <= 2 * len(links)
    assert {one.child for one in unique_links([found])} <= found.reached
