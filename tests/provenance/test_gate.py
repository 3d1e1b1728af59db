from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.gate import COULD_NOT_RUN, EXIT_ORDER, OBJECTION_LIMIT, gravest, judge_case
from provenance.model import (
    Ancestor,
    Answer,
    Case,
    Conflict,
    Decision,
    Declaration,
    Evidence,
    Fault,
    Finding,
    Kind,
    Link,
    Objection,
    Origin,
    Relation,
    Severity,
    Strength,
    Verdict,
)
from provenance.rules import RULES

SHA, OTHER, PARENT = b"a" * 32, b"b" * 32, b"c" * 32
NOW = 1_000_000
CASE = Case(SHA, "final/a.mov", Kind.FILE, Verdict(Origin.CAPTURED), Origin.CAPTURED, delivery="final")


@dataclass(frozen=True)
class Demand:
    """A rule made of values."""

    CODE: str
    REQUIRES: frozenset[str] = frozenset()
    answers: tuple[Any, ...] = ()
    fails: bool = False
    ran: list[str] = field(default_factory=list)

    def objections(self, case: Case) -> Iterator[Objection]:
        self.ran.append(self.CODE)
        if self.fails:
            raise RuntimeError("no \x1b luck")
        yield from self.answers


BLOCK = Objection(Severity.BLOCK, "it blocks")
DECIDE = Objection(Severity.DECIDE, "decide")
WARN = Objection(Severity.WARN, "know")


def decision(*codes: str, **more: Any) -> Decision:
    plain = Decision("uid", SHA, codes, Answer.APPROVE, "post supervisor", 1)
    return replace(plain, **more)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings if finding.is_open]


def test_silence_of_all_rules_is_a_pass() -> None:
    assert judge_case(CASE, [Demand("A"), Demand("B")], [], NOW) == ()


def test_no_rules_at_all_is_not() -> None:
    findings = judge_case(CASE, [], [decision(COULD_NOT_RUN)], NOW)

    assert codes(findings) == [COULD_NOT_RUN]
    assert gravest(findings) == 13


def test_a_finding_says_what_where_and_why() -> None:
    (finding,) = judge_case(CASE, [Demand("A", answers=(BLOCK,))], [], NOW)

    assert finding == Finding("A", Severity.BLOCK, "it blocks", SHA, "final/a.mov", "final")


@pytest.mark.parametrize(
    "broken",
    [
        Demand("B", fails=True),
        Demand("B", frozenset({"UNHEARD-OF"})),
        Demand("B", frozenset({"B"})),
        Demand("B", answers=("plain words",)),
        Demand("B", answers=(WARN,) * (OBJECTION_LIMIT + 1)),
    ],
    ids=["raises", "unknown requirement", "requires itself", "no objection", "too many"],
)
def test_a_rule_that_cannot_run_holds_the_case_and_no_decision_helps(broken: Demand) -> None:
    findings = judge_case(CASE, [Demand("A"), broken], [decision("A", "B", COULD_NOT_RUN)], NOW)

    assert codes(findings) == [COULD_NOT_RUN]
    assert gravest(findings) == 13
    assert all("\x1b" not in finding.text for finding in findings)


def test_rules_run_after_what_they_require() -> None:
    ran: list[str] = []
    rules = [
        Demand("C", frozenset({"B"}), ran=ran),
        Demand("B", frozenset({"A"}), ran=ran),
        Demand("A", ran=ran),
    ]

    judge_case(CASE, rules, [], NOW)

    assert ran == ["A", "B", "C"]


def test_a_rule_waits_while_its_requirement_is_open_and_runs_once_that_is_answered() -> None:
    rules = [Demand("A", answers=(DECIDE,)), Demand("B", frozenset({"A"}), (BLOCK,))]

    assert codes(judge_case(CASE, rules, [], NOW)) == ["A"]
    assert codes(judge_case(CASE, rules, [decision("A")], NOW)) == ["B"]


def test_a_circle_of_requirements_stops_its_rules_only() -> None:
    rules = [Demand("A", frozenset({"B"})), Demand("B", frozenset({"A"})), Demand("C", answers=(BLOCK,))]

    assert codes(judge_case(CASE, rules, [], NOW)) == [COULD_NOT_RUN, COULD_NOT_RUN, "C"]


def test_two_rules_with_one_code_both_run() -> None:
    rules = [Demand("A", answers=(BLOCK,)), Demand("A", answers=(DECIDE,))]

    assert codes(judge_case(CASE, rules, [], NOW)) == ["A", "A"]


@pytest.mark.parametrize(
    ("given_decision", "clears"),
    [
        (decision("A"), True),
        (decision("A", answer=Answer.INCIDENTAL), True),
        (decision("A", delivery="final"), True),
        (decision("A", expires=NOW + 1), True),
        (decision("B"), False),
        (decision("A", sha256=OTHER), False),
        (decision("A", delivery="other"), False),
        (decision("A", expires=NOW), False),
        (decision("A", revoked=NOW - 1), False),
        (decision("A", answer=Answer.REFUSE), False),
    ],
)
def test_a_decision_clears_exactly_what_it_names_while_it_lives(given_decision: Decision, clears: bool) -> None:
    (finding,) = judge_case(CASE, [Demand("A", answers=(BLOCK,))], [given_decision], NOW)

    assert finding.is_open is not clears


def test_a_refusal_outweighs_any_approval_whatever_the_order() -> None:
    approve, refuse = decision("A", at=9), decision("A", answer=Answer.REFUSE, at=1)

    for decisions in ([approve, refuse], [refuse, approve]):
        (finding,) = judge_case(CASE, [Demand("A", answers=(BLOCK,))], decisions, NOW)
        assert finding.decision == refuse


def test_a_revoked_refusal_lets_the_approval_count() -> None:
    decisions = [decision("A", answer=Answer.REFUSE, revoked=2), decision("A")]

    assert codes(judge_case(CASE, [Demand("A", answers=(BLOCK,))], decisions, NOW)) == []


def test_a_warning_never_holds() -> None:
    findings = judge_case(CASE, [Demand("A", answers=(WARN,))], [], NOW)

    assert len(findings) == 1
    assert gravest(findings) is None


def finding(code: str, severity: Severity = Severity.DECIDE, **more: Any) -> Finding:
    return Finding(code, severity, "", SHA, "a", "d", **more)


@pytest.mark.parametrize(
    ("open_finding", "code"),
    [
        (finding("NFX-01", Severity.BLOCK), 10),
        (finding("GEN-03", Severity.BLOCK), 14),
        (finding("NFX-011", Severity.BLOCK), 14),
        (finding("DIFF-01", Severity.BLOCK), 12),
        (finding("LOOK-01"), 13),
        (finding("GEN-01"), 11),
        (finding("GEN-03", Severity.WARN), None),
        (finding("NFX-01", Severity.BLOCK, decision=decision("NFX-01")), None),
        (finding("NFX-01", Severity.BLOCK, decision=decision("NFX-01", answer=Answer.REFUSE)), 10),
    ],
)
def test_each_finding_has_its_exit_code(open_finding: Finding, code: int | None) -> None:
    assert gravest([open_finding]) == code


def test_the_gravest_wins() -> None:
    known = [finding("GEN-01"), finding("LOOK-01"), finding("DIFF-01"), finding("X", Severity.BLOCK), finding("NFX-01")]

    seen = []
    while known:
        seen.append(gravest(known))
        known.pop()
    assert tuple(seen) == EXIT_ORDER


ORIGINS = st.sampled_from(list(Origin))
AI = st.sampled_from([Origin.AI_GENERATED, Origin.AI_EDITED, Origin.AI_COMPOSITE])
LINK = Link(SHA, PARENT, Relation.RENDERED_FROM, Evidence("person", "1", "said", Strength.DECLARED))


@st.composite
def tainted_cases(draw: st.DrawFn) -> Case:
    """A case with AI in it or above it, and whatever else may be said of it."""
    own = draw(ORIGINS)
    above = draw(st.lists(ORIGINS, max_size=3))
    if not own.is_ai and not any(origin.is_ai for origin in above):
        above.append(draw(AI))
    ancestors = tuple(
        Ancestor(bytes([number]) * 32, f"p{number}", Verdict(draw(ORIGINS)), origin, (LINK,))
        for number, origin in enumerate(above)
    )
    verdict = Verdict(
        draw(ORIGINS),
        conflicts=tuple(draw(st.lists(st.just(Conflict("x", "they differ")), max_size=1))),
        faults=tuple(
            draw(st.lists(st.sampled_from([Fault("r", "c2pa.broken", "b"), Fault("r", "z", "c")]), max_size=2))
        ),
    )
    declared = draw(
        st.lists(
            st.builds(Declaration, st.just(SHA), ORIGINS, st.just("x"), st.just("y"), st.booleans(), st.just(0)),
            max_size=2,
        )
    )
    return Case(SHA, "a", Kind.FILE, verdict, own, tuple(declared), ancestors, (), draw(st.booleans()), (), (), "final")


DECISIONS = st.builds(
    Decision,
    uid=st.sampled_from(["1", "2", "3"]),
    sha256=st.sampled_from([SHA, OTHER]),
    codes=st.lists(st.sampled_from(["NFX-01", "GEN-01", "GEN-02", "GEN-03", "LOOK-01", "LOOK-02"]), max_size=4).map(
        tuple
    ),
    answer=st.sampled_from(list(Answer)),
    by=st.just("post supervisor"),
    at=st.integers(0, NOW),
    delivery=st.sampled_from(["", "final", "other"]),
    expires=st.sampled_from([None, NOW - 1, NOW, NOW + 1]),
    revoked=st.sampled_from([None, NOW - 1]),
)


@given(tainted_cases(), st.lists(DECISIONS, max_size=5))
def test_ai_never_passes_without_a_living_approval_that_names_it(case: Case, decisions: list[Decision]) -> None:
    findings = judge_case(case, RULES, decisions, NOW)

    living = [
        each
        for each in decisions
        if each.sha256 == SHA
        and "NFX-01" in each.codes
        and each.delivery in ("", "final")
        and each.revoked is None
        and (each.expires is None or each.expires > NOW)
    ]
    approved = any(each.answer is not Answer.REFUSE for each in living)
    refused = any(each.answer is Answer.REFUSE for each in living)
    still_open = any(each.code == "NFX-01" and each.is_open for each in findings)
    assert still_open is not (approved and not refused)
    assert any(each.code == "NFX-01" for each in findings)
    assert gravest(findings) == 10 or not still_open


def test_an_ai_ancestor_that_is_found_later_was_not_approved() -> None:
    rule = Demand("NFX-01", answers=(BLOCK, Objection(Severity.BLOCK, "and its parent", PARENT)))
    seen = decision("NFX-01", causes=(b"",))

    findings = judge_case(CASE, (rule,), [seen], NOW)

    assert [(finding.ancestor, finding.is_open) for finding in findings] == [(b"", False), (PARENT, True)]


def test_a_decision_in_advance_is_for_any_cause() -> None:
    rule = Demand("NFX-01", answers=(BLOCK, Objection(Severity.BLOCK, "and its parent", PARENT)))

    findings = judge_case(CASE, (rule,), [decision("NFX-01")], NOW)

    assert codes(findings) == []


def test_a_refusal_of_one_cause_leaves_the_approval_of_another() -> None:
    rule = Demand("NFX-01", answers=(BLOCK, Objection(Severity.BLOCK, "and its parent", PARENT)))
    answers = [
        decision("NFX-01", uid="1", causes=(b"", PARENT)),
        decision("NFX-01", uid="2", causes=(PARENT,), answer=Answer.REFUSE),
    ]

    findings = judge_case(CASE, (rule,), answers, NOW)

    assert [(finding.ancestor, finding.is_open) for finding in findings] == [(b"", False), (PARENT, True)]
