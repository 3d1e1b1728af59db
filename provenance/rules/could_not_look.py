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

LOOKED: Final = (*BROKEN_CREDENTIALS, "sequence.", "hashlist.")
"""Starts of the fault codes of what was read and is not in order: credentials that do not hold (another rule's),
sequences with gaps, hash lists that are not whole or name other content (GEN-02). Every other fault means that
something could not be read.
"""


def objections(case: Case) -> Iterator[Objection]:
    """One for each reason, and one for each fault that kept a reader from reading."""
    faults = [fault for fault in case.verdict.faults if not fault.code.startswith(LOOKED)]
    told = {f"{fault.reader}: {fault.text}" for fault in faults}
    others = (reason for reason in case.unlooked if reason not in told)
    reasons = dict.fromkeys((*map(show, others), *map(_words, faults)))
    file = argument(case.name)
    for reason in reasons:
        yield Objection(
            Severity.DECIDE,
            f"Could not look at {show(case.name)}: {reason.rstrip('.')}. Put that right and run provenance scan; "
            f"or look yourself and say so: provenance decide {file} --approve --by NAME --reference REF",
        )


def _words(fault: Fault) -> str:
    return f"{show(fault.text).rstrip('.')} ({show(fault.reader)}: {show(fault.code)})"
