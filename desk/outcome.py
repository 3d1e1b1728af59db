"""What is told after a person said something: new flags, files held or put back, what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desk import output
from desk.judging import Outcome
from provenance.model import Finding, Severity
from provenance.paths import named, show

SHOWN = 10


def flag_words(finding: Finding) -> str:
    """A flag in one line: how grave, which rule, which file of which delivery."""
    return f"{finding.severity.value} {finding.code}  {finding.delivery}: {show(finding.name)}"


def print_flags(flags: Sequence[Finding]) -> None:
    """Prints a line for each of the first flags, and where the rest and the reasons are told."""
    lines = {flag_words(finding): finding.severity for finding in flags}
    for words, severity in list(lines.items())[:SHOWN]:
        output.field("flag", [words], tone=output.BAD if severity is Severity.BLOCK else output.DOUBT)
    if lines:
        more = f"and {len(lines) - SHOWN:,} more; " if len(lines) > SHOWN else ""
        output.field("", [f"{more}provenance check says why, and what to do"])


def print_outcome(outcome: Outcome) -> None:
    """Prints what followed; nothing where nothing did."""
    raised = [finding for finding in outcome.raised if finding.is_open]
    for finding in raised[:SHOWN]:
        output.say(f"FLAG {flag_words(finding)}", tone=output.BAD)
    if len(raised) > SHOWN:
        output.say(f"... and {output.count(len(raised) - SHOWN, 'more flag')}: provenance check")
    for before, now in outcome.moved:
        output.say(f"moved {before} to {now}")
    for trouble in outcome.troubles:
        output.complain(trouble)


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """The same for JSON."""
    return {
        "flags_raised": [_flag(finding) for finding in outcome.raised if finding.is_open],
        "moved": [[str(before), str(now)] for before, now in outcome.moved],
        "flags_pages": [str(page) for page in outcome.pages],
        "troubles": [str(trouble) for trouble in outcome.troubles],
    }


def _flag(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code, "severity": finding.severity.value, "delivery": finding.delivery,
        **named("name", finding.name), "sha256": finding.sha256.hex(), "text": finding.text,
    }  # fmt: skip
