"""lineage: both ways, loudly, as text, JSON and DOT."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]


def told(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def family(production: Path, run: Run) -> Path:
    """stripped.png (delivered) <- derived.jpg <- ai_xmp.jpg, the last link from XMP; captured.jpg merely present."""
    link = ("link", "deliverables/stripped.png", "--by", "assistant editor", "--from")
    assert run(*link, "stills/derived.jpg", inside=production).exit_code == 0
    assert run(*link, "stills/captured.jpg", "--present-only").exit_code == 0
    return production


def test_shows_ancestors_with_evidence_and_names_ai_loudly(family: Path, run: Run) -> None:
    shown = run("lineage", "deliverables/stripped.png", inside=family).stdout

    assert shown.splitlines()[0] == "deliverables/stripped.png: undeclared, MADE FROM AI"
    assert "ai_xmp.jpg  *** AI: ai_generated ***" in shown
    assert "parent: xmp_derived_from" in shown
    assert "component: person (assistant editor), linked by hand, declared by standard" in shown
    assert "component, present but not used" in shown


def test_shows_descendants(family: Path, run: Run) -> None:
    shown = run("lineage", "stills/ai_xmp.jpg", "--descendants", inside=family).stdout

    assert "made from" not in shown.splitlines()
    assert shown.index("derived.jpg") < shown.index("stripped.png")


def test_json_has_nodes_and_links_with_evidence(family: Path, run: Run) -> None:
    found = told(run("lineage", "deliverables/stripped.png", "--json", inside=family))

    names = {one["sha256"]: one["name"] for one in found["nodes"]}
    links = {(names[one["child"]], names[one["parent"]]): one for one in found["links"]}
    assert set(links) == {
        ("stripped.png", "derived.jpg"), ("stripped.png", "captured.jpg"), ("derived.jpg", "ai_xmp.jpg"),
    }  # fmt: skip
    assert links["derived.jpg", "ai_xmp.jpg"]["evidence"]["source"] == "xmp_derived_from"
    assert links["stripped.png", "captured.jpg"]["used"] is False
    assert [names[one["sha256"]] for one in found["ai_ancestors"]] == ["ai_xmp.jpg"]
    assert len(found["ai_ancestors"][0]["chain"]) == 2


def test_used_only_and_depth_leave_things_out(family: Path, run: Run) -> None:
    used = told(run("lineage", "deliverables/stripped.png", "--used-only", "--json", inside=family))
    near = told(run("lineage", "deliverables/stripped.png", "--depth", "1", "--json", inside=family))

    assert "captured.jpg" not in {one["name"] for one in used["nodes"]}
    assert "ai_xmp.jpg" not in {one["name"] for one in near["nodes"]}
    assert len(near["cut"]) == 1


def test_ai_beyond_the_depth_is_told_all_the_same(family: Path, run: Run) -> None:
    shown = run("lineage", "deliverables/stripped.png", "--depth", "1", inside=family).stdout

    assert "MADE FROM AI" in shown.splitlines()[0]
    assert "AI: ai_xmp.jpg" in shown


def test_dot_is_a_digraph(family: Path, run: Run) -> None:
    shown = run("lineage", "deliverables/stripped.png", "--dot", inside=family).stdout

    assert shown.startswith("digraph lineage {")
    assert shown.rstrip().endswith("}")
    assert shown.count("->") == 3


def test_a_circle_in_evidence_is_shown_and_walked_to_its_end(production: Path, run: Run) -> None:
    from desk.production import open_production
    from desk.selection import Selection
    from provenance.model import Evidence, Link, Relation, Strength

    with open_production(production, readonly=False) as opened:
        names = ("stills/undeclared.png", "stills/captured.jpg")
        one, other = (Selection(opened, production).one(name) for name in names)
        evidence = Evidence("xmp_derived_from", "1", "by name", Strength.DECLARED)
        opened.store.lineage.add(Link(one.sha256, other.sha256, Relation.PARENT, evidence))
        opened.store.lineage.add(Link(other.sha256, one.sha256, Relation.PARENT, evidence))

    shown = run("lineage", "stills/undeclared.png", inside=production)

    assert shown.exit_code == 0
    assert "The evidence runs in a circle: undeclared.png <- captured.jpg <- undeclared.png" in shown.stdout


def test_an_unknown_file_is_a_usage_error_with_a_remedy(production: Path, run: Run) -> None:
    found = run("lineage", "nothing.png", inside=production)

    assert found.exit_code == 2
    assert "provenance find" in found.stderr
