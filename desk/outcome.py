"""What is told after a person said something: new flags, files held or put back, what went wrong."""

from __future__ import annotations

from typing import Any

from desk import output
from desk.judging import Outcome
from provenance.model import Finding
from provenance.paths import named

SHOWN = 10


def print_outcome(outcome: Outcome) -> None:
    """Prints what followed; nothing where nothing did."""
    raised = [finding for finding in outcome.raised if finding.is_open]
    for finding in raised[:SHOWN]:
        output.say(f"FLAG {finding.severity.value} {finding.code}  {finding.delivery}: {finding.name}", tone=output.BAD)
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
