from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from provenance.contracts import Rule
from provenance.gate import COULD_NOT_RUN
from provenance.model import (
    Ancestor,
    Case,
    Conflict,
    Declaration,
    Evidence,
    Fault,
    Kind,
    Link,
    Mark,
    Objection,
    Origin,
    Relation,
    Severity,
    Strength,
    Verdict,
)
from provenance.rules import (
    RULES,
    ai_in_deliverable,
    could_not_look,
    credentials_invalid,
    declared_by_folder_only,
    marks_disagree,
    origin_undeclared,
)

SHA, STILL, PLATE = b"a" * 32, b"b" * 32, b"c" * 32
DOCS = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
MARK = Mark("c2pa", "1", "c2pa:m/c2pa.actions.v2", "digitalSourceType", "x", Origin.AI_GENERATED, Strength.SIGNED)
BY_CAMERA = Case(
    SHA, "final/a b.mov", Kind.FILE, Verdict(Origin.CAPTURED, Strength.DECLARED), Origin.CAPTURED, delivery="final"
)
EVERYTHING_WRONG = replace(
    BY_CAMERA,
    name="\x1b[2J\u202e'; rm -rf x; '.png",
    origin=Origin.AI_GENERATED,
    verdict=Verdict(
        Origin.AI_GENERATED,
        Strength.SIGNED,
        (MARK,),
        (Conflict("x", "EXIF says \x1b captured"),),
        (Fault("c2pa", "c2pa.broken", "hash \x1b mismatch"), Fault("exif", "exif.unreadable", "\x1b")),
    ),
    unlooked=("no \x1b permission",),
    cycles=("a \x1b b",),
)


def link(child: bytes, parent: bytes, relation: Relation = Relation.RENDERED_FROM) -> Link:
    return Link(child, parent, relation, Evidence("person", "1", "declared", Strength.DECLARED, by="editor"))


def ancestor(sha256: bytes, name: str, origin: Origin, *chain: Link) -> Ancestor:
    return Ancestor(sha256, name, Verdict(origin), origin, chain or (link(SHA, sha256),))


def undeclared(*ancestors: Ancestor, complete: bool = False) -> Case:
    return replace(
        BY_CAMERA,
        verdict=Verdict(Origin.UNDECLARED),
        origin=Origin.UNDECLARED,
        ancestors=ancestors,
        inputs_complete=complete,
    )


def sections() -> dict[str, str]:
    parts = re.split(r"^## (\S+)$", DOCS.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


by_code = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.CODE)


def test_codes_are_unique_and_requirements_known() -> None:
    codes = [rule.CODE for rule in RULES]

    assert len(set(codes)) == len(codes)
    assert all(set(codes) >= rule.REQUIRES for rule in RULES)


@by_code
def test_a_rule_meets_the_protocol_and_says_its_demand(rule: Rule) -> None:
    assert isinstance(rule, Rule)
    assert re.fullmatch(r"[A-Z]{2,5}-\d{2}", rule.CODE)
    assert (rule.__doc__ or "").splitlines()[0].endswith(".")


@by_code
def test_a_rule_is_documented_with_why_source_and_remedy(rule: Rule) -> None:
    section = sections()[rule.CODE]

    for heading in ("**What.**", "**Why.**", "**Source.**", "**Cleared by.**"):
        assert heading in section
    assert re.search(r"20\d\d", section[section.index("**Source.**") :])


def test_docs_tell_of_no_rule_that_is_not_there() -> None:
    assert set(sections()) == {rule.CODE for rule in RULES} | {COULD_NOT_RUN}


@by_code
def test_a_rule_is_silent_about_a_plain_capture(rule: Rule) -> None:
    assert list(rule.objections(BY_CAMERA)) == []


@by_code
def test_a_rule_says_the_same_twice_in_printable_words(rule: Rule) -> None:
    first = list(rule.objections(EVERYTHING_WRONG))

    assert list(rule.objections(EVERYTHING_WRONG)) == first
    for objection in first:
        assert objection.text.isprintable()
        assert "provenance " in objection.text


# NFX-01


@pytest.mark.parametrize("origin", [Origin.AI_GENERATED, Origin.AI_EDITED, Origin.AI_COMPOSITE])
def test_ai_in_a_deliverable_blocks_and_says_who_says_so(origin: Origin) -> None:
    case = replace(BY_CAMERA, origin=origin, verdict=Verdict(origin, Strength.SIGNED, (MARK,)))

    (objection,) = ai_in_deliverable.objections(case)

    assert objection.severity is Severity.BLOCK
    assert "signed: digitalSourceType in c2pa:m/c2pa.actions.v2" in objection.text
    assert "provenance decide 'final/a b.mov' --approve --by NAME --reference REF" in objection.text


def test_ai_at_any_depth_blocks_and_names_the_chain() -> None:
    chain = (link(SHA, PLATE), link(PLATE, STILL, Relation.COMPONENT))
    case = undeclared(
        ancestor(PLATE, "comp.mov", Origin.UNDECLARED), ancestor(STILL, "ai.png", Origin.AI_GENERATED, *chain)
    )

    (objection,) = ai_in_deliverable.objections(case)

    assert objection.ancestor == STILL
    assert "a b.mov rendered_from comp.mov" in objection.text
    assert "comp.mov component ai.png (declared by editor" in objection.text
    assert "provenance lineage 'final/a b.mov'" in objection.text


def test_declared_ai_blocks_even_where_no_mark_says_so() -> None:
    said = Declaration(SHA, Origin.AI_GENERATED, "", "ai/", True, 0)
    case = replace(undeclared(), origin=Origin.AI_GENERATED, declarations=(said,))

    (objection,) = ai_in_deliverable.objections(case)

    assert "declared by folder ai/" in objection.text


# GEN-01


def test_a_file_that_says_nothing_needs_a_decision() -> None:
    (objection,) = origin_undeclared.objections(undeclared())

    assert objection.severity is Severity.DECIDE
    assert "nothing is recorded of what it was made from" in objection.text
    assert "provenance declare" in objection.text


def test_complete_clean_inputs_explain_it() -> None:
    assert list(origin_undeclared.objections(undeclared(ancestor(PLATE, "p", Origin.CAPTURED), complete=True))) == []


def test_incomplete_inputs_do_not() -> None:
    (objection,) = origin_undeclared.objections(undeclared(ancestor(PLATE, "p", Origin.CAPTURED)))

    assert "nobody said that its recorded inputs are all" in objection.text


def test_known_ai_among_complete_inputs_is_asked_about_once() -> None:
    inputs = (ancestor(PLATE, "p", Origin.CAPTURED), ancestor(STILL, "ai.png", Origin.AI_GENERATED))

    assert list(origin_undeclared.objections(undeclared(*inputs, complete=True))) == []
    assert len(list(origin_undeclared.objections(undeclared(*inputs)))) == 1
    assert len(list(ai_in_deliverable.objections(undeclared(*inputs, complete=True)))) == 1


def test_maybe_ai_needs_a_decision_in_the_file_and_above_it() -> None:
    own = replace(undeclared(), origin=Origin.MAYBE_AI)
    above = replace(BY_CAMERA, ancestors=(ancestor(STILL, "maybe.png", Origin.MAYBE_AI),))

    assert "may contain AI" in next(iter(origin_undeclared.objections(own))).text
    assert [objection.ancestor for objection in origin_undeclared.objections(above)] == [STILL]


def test_a_doubtful_ancestor_is_a_question_unless_it_is_clean() -> None:
    clean = ancestor(PLATE, "plate.dng", Origin.CAPTURED, link(SHA, PLATE, Relation.LOOKS_LIKE))
    doubt = ancestor(STILL, "ai.png", Origin.AI_GENERATED, link(SHA, STILL, Relation.LOOKS_LIKE))

    found = list(origin_undeclared.objections(replace(BY_CAMERA, doubtful=(clean, doubt))))

    assert [(objection.severity, objection.ancestor) for objection in found] == [(Severity.DECIDE, STILL)]


# GEN-02


def test_conflicting_marks_are_one_question_and_a_cycle_another() -> None:
    conflict = Conflict("x", "EXIF says captured, XMP says AI.")
    case = replace(
        BY_CAMERA, verdict=Verdict(Origin.CAPTURED, conflicts=(conflict, conflict)), cycles=("a from b from a",)
    )

    found = list(marks_disagree.objections(case))

    assert [objection.severity for objection in found] == [Severity.DECIDE] * 2
    assert found[0].text.count("EXIF says captured") == 1
    assert "runs in a circle: a from b from a" in found[1].text


def test_a_declaration_against_the_marks_is_a_question_and_one_with_them_is_none() -> None:
    person = Declaration(SHA, Origin.CAPTURED, "camera assistant", "report", False, 0)
    ai = replace(BY_CAMERA, verdict=Verdict(Origin.AI_EDITED), origin=Origin.AI_EDITED, declarations=(person,))

    (objection,) = marks_disagree.objections(ai)

    assert "camera assistant declares final/a b.mov captured, its marks say ai_edited" in objection.text
    assert list(marks_disagree.objections(replace(BY_CAMERA, declarations=(person,)))) == []
    assert list(marks_disagree.objections(replace(undeclared(), declarations=(person,)))) == []


def test_other_content_than_a_hash_list_names_is_a_question() -> None:
    fault = Fault(
        "hash_lists", "hashlist.mismatch", "A001.mhl lists other content as a.mov: its md5 is x, y is listed."
    )
    case = replace(BY_CAMERA, verdict=Verdict(Origin.CAPTURED, faults=(fault, fault)))

    (objection,) = marks_disagree.objections(case)

    assert objection.severity is Severity.DECIDE
    assert objection.text.count("A001.mhl lists other content") == 1
    assert list(could_not_look.objections(case)) == []


# GEN-03


@pytest.mark.parametrize("code", ["c2pa.broken", "c2pa.broken.hash", "c2pa.sidecar.mismatch"])
def test_broken_credentials_warn_and_block_where_ai_is_in_play(code: str) -> None:
    verdict = Verdict(Origin.CAPTURED, faults=(Fault("c2pa", code, "the hash differs."),))
    plain = replace(BY_CAMERA, verdict=verdict)
    tainted = replace(plain, ancestors=(ancestor(STILL, "ai.png", Origin.AI_GENERATED),))

    assert [objection.severity for objection in credentials_invalid.objections(plain)] == [Severity.WARN]
    assert [objection.severity for objection in credentials_invalid.objections(tainted)] == [Severity.BLOCK]


# GEN-05


def test_a_folders_word_alone_needs_a_person() -> None:
    word = Declaration(SHA, Origin.CAPTURED, "", "camera/", True, 0)
    person = Declaration(SHA, Origin.CAPTURED, "camera assistant", "report", False, 0)
    case = replace(undeclared(), origin=Origin.CAPTURED, declarations=(word,))

    (objection,) = declared_by_folder_only.objections(case)

    assert objection.severity is Severity.DECIDE
    assert "first seen in camera/" in objection.text
    assert list(declared_by_folder_only.objections(replace(case, declarations=(word, person)))) == []
    assert list(declared_by_folder_only.objections(replace(BY_CAMERA, declarations=(word,)))) == []
    assert list(declared_by_folder_only.objections(replace(case, offload="A001.mhl"))) == []


def test_an_offload_list_lifts_the_word_of_camera_folders_only() -> None:
    word = Declaration(SHA, Origin.HUMAN_MADE, "", "graphics/", True, 0)
    case = replace(undeclared(), origin=Origin.HUMAN_MADE, declarations=(word,), offload="A001.mhl")

    assert len(list(declared_by_folder_only.objections(case))) == 1


# LOOK-01


def test_what_could_not_be_looked_at_is_named_with_its_reason() -> None:
    faults = (Fault("exif", "exif.unreadable", "the block is damaged."), Fault("c2pa", "c2pa.broken", "broken"))
    case = replace(BY_CAMERA, verdict=Verdict(Origin.CAPTURED, faults=faults), unlooked=("no permission to read it",))

    found: list[Objection] = list(could_not_look.objections(case))

    assert len(found) == 2
    assert "no permission to read it. Put that right" in found[0].text
    assert "the block is damaged (exif: exif.unreadable)" in found[1].text
    assert {objection.severity for objection in found} == {Severity.DECIDE}


def test_a_reason_that_is_a_fault_too_is_told_once() -> None:
    failed = Fault("exif", "reader.failed", "it raised")
    case = replace(BY_CAMERA, verdict=Verdict(Origin.CAPTURED, faults=(failed,)), unlooked=("exif: it raised",))

    assert len(list(could_not_look.objections(case))) == 1


def test_a_gap_in_a_sequence_was_looked_at() -> None:
    case = replace(BY_CAMERA, verdict=Verdict(Origin.CAPTURED, faults=(Fault("sequence", "sequence.gap", "3"),)))

    assert list(could_not_look.objections(case)) == []
