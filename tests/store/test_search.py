"""Search: each condition alone, several together, and texts that try to be SQL."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from provenance.model import Asset, Description, Kind, Mark, Origin, Place, Strength, Verdict
from store import Store
from store.search import Query, search

Keep = Callable[..., bytes]


def found(store: Store, query: Query) -> list[str]:
    return [one.name for one in search(store, query)]


@pytest.fixture
def filled(fresh_store: Store, keep: Keep) -> Store:
    """Four live assets in two folders, and one that is gone."""
    keep("a", Origin.AI_GENERATED, "ai/a.png")
    keep("b", Origin.CAPTURED, "camera/b.png")
    keep("c", Origin.UNDECLARED, "camera/day 1/c.png")
    keep("d", Origin.UNDECLARED, "camera2/d.png")
    keep("e", Origin.HUMAN_MADE, "camera/e.png")
    fresh_store.assets.end(Place("volume", b"camera", b"e.png"), "deleted")
    return fresh_store


def test_an_empty_question_finds_what_lies_somewhere_in_the_order_it_came(filled: Store) -> None:
    assert found(filled, Query()) == ["a.png", "b.png", "c.png", "d.png"]


def test_what_is_gone_is_found_only_when_asked_for(filled: Store) -> None:
    assert found(filled, Query(gone=True)) == ["e.png"]
    assert found(filled, Query(gone=None)) == ["a.png", "b.png", "c.png", "d.png", "e.png"]


def test_origins_are_alternatives_and_conditions_hold_together(filled: Store) -> None:
    clean = frozenset({Origin.CAPTURED, Origin.UNDECLARED})

    assert found(filled, Query(origins=clean)) == ["b.png", "c.png", "d.png"]
    assert found(filled, Query(origins=clean, folder=("volume", b"camera"))) == ["b.png", "c.png"]


def test_a_folder_holds_what_is_below_it_but_not_its_namesakes(filled: Store) -> None:
    assert found(filled, Query(folder=("volume", b"camera"))) == ["b.png", "c.png"]
    assert found(filled, Query(folder=("volume", b""))) == ["a.png", "b.png", "c.png", "d.png"]
    assert found(filled, Query(folder=("another", b""))) == []


def test_what_is_gone_is_found_in_the_folder_it_lay_in(filled: Store) -> None:
    assert found(filled, Query(gone=True, folder=("volume", b"camera"))) == ["e.png"]
    assert found(filled, Query(gone=True, folder=("volume", b"ai"))) == []


def test_ai_and_taint_are_asked_for_both_ways(filled: Store) -> None:
    assert found(filled, Query(ai=True)) == ["a.png"]
    assert found(filled, Query(tainted=False)) == ["b.png", "c.png", "d.png"]


def test_text_is_looked_for_in_names_and_values_without_regard_to_case(filled: Store) -> None:
    assert found(filled, Query(text="B.PNG")) == ["b.png"]
    assert found(filled, Query(text="Prompt Of A")) == ["a.png"]


@pytest.mark.parametrize("text", ["%", "_", "' OR 1=1 --", "\\", '"', "a.png' --"])
def test_a_text_is_never_a_pattern_or_a_statement(filled: Store, text: str) -> None:
    assert found(filled, Query(text=text)) == []
    assert found(filled, Query(tool=text)) == []


def test_since_counts_from_when_it_was_first_recorded(filled: Store, keep: Keep, clock: Callable[[], int]) -> None:
    clock.pass_seconds(60)  # type: ignore[attr-defined]
    keep("f", Origin.CAPTURED, "camera/f.png")

    assert found(filled, Query(since=clock())) == ["f.png"]


def test_kind_and_media_type(filled: Store) -> None:
    assert found(filled, Query(kind=Kind.SEQUENCE)) == []
    assert found(filled, Query(media_type="image/png")) == ["a.png", "b.png", "c.png", "d.png"]
    assert found(filled, Query(media_type="IMAGE/*")) == ["a.png", "b.png", "c.png", "d.png"]
    assert found(filled, Query(media_type="video/*")) == []


def test_a_limit_keeps_the_first(filled: Store) -> None:
    assert [one.name for one in search(filled, Query(), limit=2)] == ["a.png", "b.png"]


def test_a_tool_is_found_in_marks_facts_and_declarations(fresh_store: Store, keep: Keep) -> None:
    mark = Mark(
        "r", "1", "png:tEXt", "parameters", "x", Origin.AI_GENERATED, Strength.TOOL_SIGNATURE, (("tool", "ComfyUI"),)
    )
    for digest, marks, facts in ((b"m" * 32, (mark,), {}), (b"f" * 32, (), {"software": "comfyui 0.3"})):
        verdict = Verdict(Origin.UNDECLARED)
        fresh_store.assets.record(
            Asset(digest, Kind.FILE, 1, Description("image/png", None, verdict, marks, facts=facts))
        )
        fresh_store.assets.sight(digest, Place("volume", b"", digest[:1] + b".png"))
    declared = keep("d", path="d.png")
    fresh_store.assets.declare(declared, Origin.AI_GENERATED, by="the compositor", tool="ComfyUI")
    keep("other", path="comfyui.png")

    assert found(fresh_store, Query(tool="comfyui")) == ["m.png", "f.png", "d.png"]
