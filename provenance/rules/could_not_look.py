"""What could not be looked at is never a pass.

The gate fails closed: an unreadable file, a reader that gave up, a hash that could not be taken. A person
looks instead, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provenance.model import Case, Fault, Objection, Severity
from provenance.paths import argument, show
from provenance.rules.credentials_invalid import FAULTS as BROKEN_CREDENTIALS

CODE: Final = "LOOK-01"
REQUIRES: Final[frozenset[str]] = frozenset()


def objections(case: Case) -> Iterator[Objection]:
    """One for each reason and each fault. Every fault counts, except credentials that were read and do not
    hold: those are another rule's.
    """
    faults = (fault for fault in case.verdict.faults if not fault.code.startswith(BROKEN_CREDENTIALS))
    reasons = dict.fromkeys((*map(show, case.unlooked), *map(_words, faults)))
    file = argument(case.name)
    for reason in reasons:
        yield Objection(
            Severity.DECIDE,
            f"Could not look at {show(case.name)}: {reason.rstrip('.')}. Put that right and run provenance scan; "
            f"or look yourself and say so: provenance decide {file} --approve --by NAME --reference REF",
        )


def _words(fault: Fault) -> str:
    return f"{show(fault.text).rstrip('.')} ({show(fault.reader)}: {show(fault.code)})"
