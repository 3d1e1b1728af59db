"""Content credentials that are delivered still fit the file they speak of.

C2PA specification 2.4, "Validation": an asset changed after signing has an invalid manifest.
A recipient who checks it will ask. https://spec.c2pa.org/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provenance import taint
from provenance.model import Case, Objection, Severity
from provenance.paths import argument, show

CODE: Final = "GEN-03"
REQUIRES: Final[frozenset[str]] = frozenset()

FAULTS: Final = ("c2pa.broken", "c2pa.sidecar.mismatch")
"""Starts of the fault codes that mean: there is a credential, and it does not hold."""


def objections(case: Case) -> Iterator[Objection]:
    """One for each broken credential; it blocks where AI is in play, because the mark must not get lost."""
    severity = Severity.BLOCK if taint.is_tainted(case) else Severity.WARN
    broken = dict.fromkeys(fault.text for fault in case.verdict.faults if fault.code.startswith(FAULTS))
    file = argument(case.name)
    for text in broken:
        said = show(text).rstrip(".").removeprefix("the content credentials do not hold: ")
        yield Objection(
            severity,
            f"The content credentials of {show(case.name)} do not hold: {said}. Export it again with "
            f"credentials, or explain: provenance decide {file} --approve --by NAME --reference REF",
        )
