"""From what a person asked for to a list of decisions: which files, which findings, until when. Nothing is
written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from desk.dates import parse_expiry
from desk.on_disk import CHANGED, MISSING, OnDisk
from desk.production import Production
from desk.selection import Chosen, Selection, read_rows
from provenance.errors import NotFound, UsageError
from provenance.gate import UNDECIDABLE
from provenance.model import Answer, Decision, Finding
from provenance.paths import argument, show
from provenance.plugins import rules


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for, as typed; the cells of a CSV row stand in for its options.

    Args: answer is None where only rows say it; finding holds codes, empty for all that are open.
    """

    answer: Answer | None
    finding: tuple[str, ...]
    by: str
    role: str
    reference: str
    note: str
    delivery: str
    expires: str
    in_advance: bool
    document: bytes = b""


@dataclass(frozen=True, slots=True)
class Planned:
    """A decision to be made, and what its file is called."""

    name: str
    decision: Decision


class Plan:
    """Turns requests into decisions. `passed_over` names files of bulk calls that have nothing to decide.

    Args: the production; now in milliseconds since 1970.
    """

    def __init__(self, production: Production, now: int) -> None:
        self._production = production
        self._selection = Selection(production)
        self._disk = OnDisk(production)
        self._now = now
        self.passed_over: list[str] = []

    def of_files(self, files: Sequence[str], request: Request) -> tuple[Planned, ...]:
        """The decisions for files, or for every asset with an open finding of the codes where none is named.

        Raises NotFound, UsageError.
        """
        codes = self._codes(request.finding)
        select = self._selection
        chosen = select.many(files) if files else select.with_open_finding(codes, request.delivery)
        # One file without a finding is a mistake; among many (a folder, a shell's glob) it is passed over and told
        found = {one: self._decide(one, request, codes, strict=len(chosen) == 1) for one in chosen}
        self.passed_over += [one.name for one, decided in found.items() if decided is None]
        planned = tuple(decided for decided in found.values() if decided is not None)
        if not planned:
            raise UsageError(
                "none of these files has an open finding, so there is nothing to decide",
                remedy="provenance check shows what is open; --in-advance decides before a file is delivered",
            )
        return planned

    def of_rows(self, path: Path, request: Request) -> tuple[Planned, ...]:
        """The decisions that a CSV file lists. Raises NotFound, UsageError naming the row."""
        found: list[Planned] = []
        for number, row in enumerate(read_rows(path), start=1):
            try:
                found += self.of_files([row["file"]], _with(request, row))
            except (UsageError, NotFound) as error:
                told = f"row {number}, {show(row['file'])}: {error.message}"
                raise UsageError(told, path=path, remedy=error.remedy) from error
        if not found:
            raise UsageError("holds no rows", path=path)
        return tuple(found)

    def _codes(self, codes: Sequence[str]) -> tuple[str, ...]:
        known = [rule.CODE for rule in rules()]
        for code in codes:
            if code in UNDECIDABLE:
                raise UsageError(f"{code} cannot be decided: a rule could not run", remedy="provenance doctor")
            if code not in known:
                raise UsageError(f"there is no code {show(code)!r}", remedy=f"codes: {', '.join(sorted(known))}")
        return tuple(dict.fromkeys(codes))

    def _decide(self, chosen: Chosen, request: Request, codes: tuple[str, ...], *, strict: bool) -> Planned | None:
        """The decision about one file; None where nothing is open and a bulk call passes over it."""
        if request.answer is None:
            raise UsageError("what is the answer?", remedy="add --approve, --refuse or --incidental")
        if not request.by.strip():
            raise UsageError("a decision needs the name of who makes it", remedy="add --by NAME")
        if request.delivery:
            self._production.store.decisions.delivery(request.delivery)
        answered, causes = self._answerable(chosen, request, codes)
        if not answered:
            if not strict:
                return None
            which = f"no open finding {', '.join(codes)}" if codes else "no open finding"
            raise UsageError(
                f"{argument(chosen.name)} has {which}, so there is nothing to decide",
                remedy="provenance check shows what is open; --in-advance --finding CODE decides beforehand",
            )
        self._refuse_changed(chosen)
        expires = parse_expiry(request.expires, self._now) if request.expires else None
        return Planned(
            chosen.name,
            Decision(
                "", chosen.sha256, answered, request.answer, request.by.strip(), self._now, request.role,
                request.reference, request.document, request.note, request.delivery, expires, None, causes,
            ),
        )  # fmt: skip

    def _answerable(
        self, chosen: Chosen, request: Request, codes: tuple[str, ...]
    ) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
        """The codes to answer, and the assets that cause those findings: what is found later was not decided."""
        if request.in_advance:
            if not codes:
                raise UsageError("what is decided in advance?", remedy="add --finding CODE")
            return codes, ()
        found = self._production.store.decisions.findings(request.delivery, chosen.sha256)
        waiting = [one for one in found if _waits(one) and (not codes or one.code in codes)]
        return tuple(dict.fromkeys(one.code for one in waiting)), tuple(sorted({one.ancestor for one in waiting}))

    def _refuse_changed(self, chosen: Chosen) -> None:
        """A person decides about what lies there; the decision binds to what was recorded: both must be one."""
        trouble = None if chosen.place is None else self._disk.trouble(chosen.place, chosen.sha256)
        if trouble is not None and trouble.code in (CHANGED, MISSING):
            raise UsageError(
                f"{argument(chosen.name)} {trouble.why}; a decision binds to the recorded content",
                remedy="provenance scan looks at it again; then decide",
            )


def _waits(finding: Finding) -> bool:
    return finding.is_open and finding.code not in UNDECIDABLE


def _with(request: Request, row: Mapping[str, str]) -> Request:
    """The request with what a row says in its stead."""
    answer = row.get("answer", "").lower()
    if answer and answer not in [one.value for one in Answer]:
        raise UsageError(f"the answer {show(answer)!r} is none of approve, refuse, incidental")
    codes = tuple(code for part in row.get("finding", "").split(";") for code in part.replace(",", " ").split())

    def told(column: str, default: str) -> str:
        return row.get(column) or default

    return Request(
        Answer(answer) if answer else request.answer, codes or request.finding, told("by", request.by),
        told("role", request.role), told("reference", request.reference), told("note", request.note),
        told("delivery", request.delivery), told("expires", request.expires), request.in_advance, request.document,
    )  # fmt: skip
