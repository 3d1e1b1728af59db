"""The origin of everything delivered is declared, or explained by complete inputs that are not AI.

Absence of a mark is not evidence: one remux strips them all. Netflix, "Using Generative AI in Content
Production" (text of 2025-11-11), asks partners to share any use; nobody can share what nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provenance import taint
from provenance.model import CLEAN_ORIGINS, Ancestor, Case, Objection, Origin, Severity
from provenance.paths import argument, show

CODE: Final = "GEN-01"
REQUIRES: Final[frozenset[str]] = frozenset()


def objections(case: Case) -> Iterator[Objection]:
    """One for the asset's own origin, one for each ancestor that may be AI, one for each open question."""
    reasons = list(taint.unexplained(case, known_ai=True))
    if case.origin in (Origin.UNDECLARED, Origin.MAYBE_AI) and reasons:
        yield Objection(Severity.DECIDE, _own(case, reasons))
    names = taint.names_of(case)
    for ancestor in case.ancestors:
        if ancestor.origin is Origin.MAYBE_AI:
            yield _about(case, ancestor, names, "was made from", "may contain AI")
    for ancestor in case.doubtful:
        if ancestor.origin not in CLEAN_ORIGINS:
            yield _about(case, ancestor, names, "may come from", f"is {ancestor.origin}")


def _own(case: Case, reasons: list[str]) -> str:
    file = argument(case.name)
    state = "says that it may contain AI" if case.origin is Origin.MAYBE_AI else "does not say where it came from"
    why = "; ".join(reasons[:3]) + (f"; and {len(reasons) - 3} more reasons" if len(reasons) > 3 else "")
    return (
        f"{show(case.name)} {state}, and its lineage does not explain it: {why}. "
        f"Say what it is: provenance declare {file} ORIGIN --by NAME --basis REASON; or link what it was "
        f"made from: provenance link {file} --from PARENT --by NAME; or accept it as it is: "
        f"provenance decide {file} --approve --by NAME --reference REF"
    )


def _about(case: Case, ancestor: Ancestor, names: dict[bytes, str], verb: str, state: str) -> Objection:
    file = argument(case.name)
    text = (
        f"{show(case.name)} {verb} {show(ancestor.name)}, which {state}: "
        f"{taint.tell(ancestor.chain, names)}. See provenance lineage {file}; then declare "
        f"{argument(ancestor.name)}, or decide: provenance decide {file} --approve --by NAME --reference REF"
    )
    return Objection(Severity.DECIDE, text, ancestor.sha256)
