"""The gate: what the rules say of a case, which decisions answer it, and what that means for a program.

It fails closed. No rules, a rule that cannot run, an unknown or circular requirement are findings
themselves, and no decision clears those: there is nothing in them that a person could have looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import islice
from typing import Final

from provenance.contracts import Rule
from provenance.model import Answer, Case, Decision, Finding, Objection, Severity
from provenance.paths import show

COULD_NOT_RUN: Final = "LOOK-02"
"""The code of a finding about the gate itself: a rule could not run."""

UNDECIDABLE: Final = frozenset({COULD_NOT_RUN})
"""Codes that no decision clears."""

OBJECTION_LIMIT: Final = 10_000
"""Objections of one rule to one case that are kept; the next one is a finding that there are more."""

AI_WITHOUT_DECISION: Final = 10
MUST_DECIDE: Final = 11
CONTENT_DIFFERS: Final = 12
COULD_NOT_LOOK: Final = 13
BLOCKED: Final = 14

EXIT_ORDER: Final = (AI_WITHOUT_DECISION, BLOCKED, CONTENT_DIFFERS, COULD_NOT_LOOK, MUST_DECIDE)
"""Exit codes of check, verify, audit, seal and `inspect --gate`, the gravest first."""

_EXIT_BY_CODE: Final[tuple[tuple[str, int], ...]] = (
    ("NFX-01", AI_WITHOUT_DECISION),
    ("DIFF-", CONTENT_DIFFERS),
    ("LOOK-", COULD_NOT_LOOK),
)
_EXIT_BY_SEVERITY: Final = {Severity.BLOCK: BLOCKED, Severity.DECIDE: MUST_DECIDE}


def judge_case(case: Case, rules: Sequence[Rule], decisions: Iterable[Decision], at: int) -> tuple[Finding, ...]:
    """Every finding about a case, in the order of the rules, with the decision that answers each.

    A rule runs after those it requires, and not at all while one of those has an open finding that holds
    the case: that finding keeps the case, and approving it lets the rule run.

    Args: decisions may be of any content and any age; `at` is the time of judging, milliseconds since 1970.
    """
    answers = _answers(case, decisions, at)
    if not rules:
        return (_finding(case, COULD_NOT_RUN, Objection(Severity.DECIDE, _NO_RULES), answers),)
    order, unfit = _in_order(rules)
    findings = [_could_not_run(case, rule, reason) for rule, reason in unfit]
    held = {rule.CODE for rule, _ in unfit}
    for rule in order:
        if rule.REQUIRES & held:
            held.add(rule.CODE)
            continue
        found = list(_run(rule, case, answers))
        if any(finding.is_open for finding in found):
            held.add(rule.CODE)
        findings += found
    return tuple(findings)


_NO_RULES: Final = "There are no rules to judge by, so nothing passes. Repair the installation: provenance doctor"


def _run(rule: Rule, case: Case, answers: Mapping[str, Sequence[Decision]]) -> Iterator[Finding]:
    try:
        found = list(islice(rule.objections(case), OBJECTION_LIMIT + 1))
        strange = [objection for objection in found if not isinstance(objection, Objection)]
    except Exception as error:  # a rule may be anyone's; whatever it raises must hold the case
        yield _could_not_run(case, rule, f"{type(error).__name__}: {error}")
        return
    if strange:
        yield _could_not_run(case, rule, f"it answered {type(strange[0]).__name__}, not an objection")
    if len(found) > OBJECTION_LIMIT:
        yield _could_not_run(case, rule, f"it has more than {OBJECTION_LIMIT} objections")
    for objection in found[:OBJECTION_LIMIT]:
        if isinstance(objection, Objection):
            yield _finding(case, rule.CODE, objection, answers)


def _finding(case: Case, code: str, objection: Objection, answers: Mapping[str, Sequence[Decision]]) -> Finding:
    return Finding(
        code=code,
        severity=objection.severity,
        text=objection.text,
        sha256=case.sha256,
        name=case.name,
        delivery=case.delivery,
        ancestor=objection.ancestor,
        decision=None if code in UNDECIDABLE else _answer(answers.get(code, ()), case, objection.ancestor),
    )


def _could_not_run(case: Case, rule: Rule, reason: str) -> Finding:
    text = f"Rule {show(rule.CODE)} could not run on {show(case.name)}: {show(reason)}. See provenance doctor"
    return _finding(case, COULD_NOT_RUN, Objection(Severity.DECIDE, text), {})


def _in_order(rules: Sequence[Rule]) -> tuple[list[Rule], list[tuple[Rule, str]]]:
    """The rules in an order that respects what they require, and those that have no place in one."""
    known = {rule.CODE for rule in rules}
    unfit: list[tuple[Rule, str]] = []
    fit: list[Rule] = []
    for rule in rules:
        unknown = sorted(rule.REQUIRES - known)
        if unknown:
            unfit.append((rule, f"it requires a rule that is not here, {', '.join(unknown)}"))
        else:
            fit.append(rule)
    while True:
        graph = {rule.CODE: set[str]() for rule in fit}
        for rule in fit:
            graph[rule.CODE] |= rule.REQUIRES & graph.keys()
        try:
            position = {code: index for index, code in enumerate(TopologicalSorter(graph).static_order())}
        except CycleError as error:
            circle = set(error.args[1])
            unfit += [(rule, "it requires itself in a circle") for rule in fit if rule.CODE in circle]
            fit = [rule for rule in fit if rule.CODE not in circle]
        else:
            return sorted(fit, key=lambda rule: position[rule.CODE]), unfit


def _answers(case: Case, decisions: Iterable[Decision], at: int) -> dict[str, list[Decision]]:
    """The decisions that count for each code, the weightiest first: a refusal before any approval, then the
    newest.
    """
    counting: dict[str, list[Decision]] = {}
    live = [decision for decision in decisions if is_live(decision, case, at)]
    for decision in sorted(live, key=lambda one: (one.answer is Answer.REFUSE, one.at, one.uid), reverse=True):
        for code in decision.codes:
            counting.setdefault(code, []).append(decision)
    return counting


def _answer(decisions: Sequence[Decision], case: Case, cause: bytes) -> Decision | None:
    """The weightiest decision that was given in view of this cause, by whatever of its contents (or of any, in
    advance)."""
    same = case.same(cause)
    return next(
        (one for one in decisions if not one.causes or any((seen or case.sha256) in same for seen in one.causes)), None
    )


def is_live(decision: Decision, case: Case, at: int) -> bool:
    """True where a decision is about this content, in this delivery, and neither expired nor revoked."""
    return (
        decision.sha256 == case.sha256
        and decision.delivery in ("", case.delivery)
        and decision.revoked is None
        and (decision.expires is None or at < decision.expires)
    )


def exit_of(finding: Finding) -> int | None:
    """The exit code that one finding asks for; None where it holds nothing."""
    if not finding.is_open:
        return None
    for start, code in _EXIT_BY_CODE:
        if finding.code == start or (start.endswith("-") and finding.code.startswith(start)):
            return code
    return _EXIT_BY_SEVERITY[finding.severity]


def gravest(findings: Iterable[Finding]) -> int | None:
    """The exit code of the gravest open finding, or None where nothing is open."""
    asked = {exit_of(finding) for finding in findings}
    return next((code for code in EXIT_ORDER if code in asked), None)
