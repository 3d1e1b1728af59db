"""Where statements about an asset contradict each other, a person says which one holds.

Derived from the IPTC guidance that Digital Source Type is one value for the whole asset (NewsCodes of
2024-10-23, https://cv.iptc.org/newscodes/digitalsourcetype/) and from what editing tools leave behind: an
old capture mark beside a new AI mark. Until it is settled the strongest AI claim counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provenance.model import CLEAN_ORIGINS, Case, Declaration, Objection, Severity
from provenance.paths import argument, show

CODE: Final = "GEN-02"
REQUIRES: Final[frozenset[str]] = frozenset()

ABOUT_CREDENTIALS: Final = frozenset(
    {"untrusted_credentials", "broken_credentials", "foreign_sidecar", "broken_capture"}
)
"""Conflicts over who signed, not over where the content came from: GEN-03 asks about those that do not hold."""

LISTED_OTHERWISE: Final = "hashlist.mismatch"
"""The fault of a file that a hash list names with another hash or size: it was changed since, or swapped."""


def objections(case: Case) -> Iterator[Objection]:
    """One for all conflicts of the marks, one for hash lists, one for each declaration against them, one for cycles."""
    file = argument(case.name)
    settle = (
        f"Compare provenance show {file}; then settle it: provenance decide {file} --approve --by NAME --reference REF"
    )
    said = dict.fromkeys(
        show(conflict.text).rstrip(".") for conflict in case.verdict.conflicts if conflict.code not in ABOUT_CREDENTIALS
    )
    if said:
        yield Objection(Severity.DECIDE, f"The marks of {show(case.name)} disagree: {'; '.join(said)}. {settle}")
    listed = dict.fromkeys(show(one.text).rstrip(".") for one in case.verdict.faults if one.code == LISTED_OTHERWISE)
    if listed:
        yield Objection(Severity.DECIDE, f"{show(case.name)} is not what was listed: {'; '.join(listed)}. {settle}")
    for declaration in dict.fromkeys(filter(lambda entry: _contradicts(case, entry), case.declarations)):
        yield Objection(Severity.DECIDE, f"{_contradiction(case, declaration)}. {settle}")
    circles = dict.fromkeys(show(cycle).rstrip(".") for cycle in case.cycles)
    if circles:
        text = (
            f"The lineage of {show(case.name)} runs in a circle: {'; '.join(circles)}. "
            f"See provenance lineage {file}; then settle it: "
            f"provenance decide {file} --approve --by NAME --reference REF"
        )
        yield Objection(Severity.DECIDE, text)


def _contradicts(case: Case, declaration: Declaration) -> bool:
    """True where one side says AI and the other says that it is not; silence contradicts nobody."""
    marks = case.verdict.origin
    return (marks.is_ai and declaration.origin in CLEAN_ORIGINS) or (
        marks in CLEAN_ORIGINS and declaration.origin.is_ai
    )


def _contradiction(case: Case, declaration: Declaration) -> str:
    who = f"Folder {show(declaration.basis)}" if declaration.folder else show(declaration.by)
    return f"{who} declares {show(case.name)} {declaration.origin}, its marks say {case.verdict.origin}"
