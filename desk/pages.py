"""Sentences that several pages share: what an origin is, and which marks say so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from desk import output
from provenance.model import Declaration, Fault, Mark, Origin, Strength, Unchecked, Verdict, source_type

NOTHING: Final = "nothing in or beside it says where it came from; that is no evidence of anything"
SHOWN: Final = 5
"""Marks that a page names; --json has all."""

_URN: Final = re.compile(r"urn:(?:c2pa|uuid):([0-9a-f]{8})[0-9a-f-]{28}(?::[^/]*)?")
_DETAILS: Final = {
    "tool": "tool", "model": "model", "signer": "signer", "trust": "vouched for by the list", "state": "state",
    "codes": "codes", "binding": "binding", "note": "note",
}  # fmt: skip


def origin_words(verdict: Verdict) -> str:
    """The origin with how far it can be believed: `ai_generated (signed and trusted)`."""
    if verdict.origin is Origin.CAPTURED:
        return f"captured, {'proven' if verdict.proven else 'declared'} ({verdict.strength.words})"
    if verdict.strength is Strength.NONE:
        return verdict.origin.value
    return f"{verdict.origin} ({verdict.strength.words})"


def why(verdict: Verdict, marks: Sequence[Mark]) -> Iterator[str]:
    """The marks that decided, strongest first; then what else makes a claim; or that there is none."""
    yield from _some([mark_words(mark) for mark in verdict.decided])
    others = [mark for mark in marks if mark.claims is not None and mark not in verdict.decided]
    yield from _some([f"also says {mark.claims}: {mark_words(mark)}" for mark in others])
    if not verdict.decided and not others:
        yield NOTHING


def _some(lines: Iterable[str]) -> Iterator[str]:
    distinct = list(dict.fromkeys(lines))
    yield from distinct[:SHOWN]
    if len(distinct) > SHOWN:
        yield f"and {len(distinct) - SHOWN} more (--json shows all)"


def mark_words(mark: Mark) -> str:
    """A mark in one line: where, what it says, how strong, by which tool or signer, and who vouches for it."""
    term = source_type(mark.value)
    value = term.term if term else _short(" ".join(mark.value.split()), 160)
    place = _URN.sub(r"\1", _short(mark.place, 400))
    details = [f"{_DETAILS[name]} {_short(told, 80)}" for name, told in mark.detail if name in _DETAILS and told]
    words = f"{_short(place, 120)} {mark.key} = {value} ({mark.strength.words})"
    return "; ".join([words, *details])


def declaration_words(declaration: Declaration) -> str:
    """A declaration in one line: `captured, declared by the post supervisor: shot on set`."""
    if declaration.folder:
        return f"{declaration.origin}, declared by the folder {declaration.basis}"
    made = " ".join(filter(None, (declaration.tool, declaration.model)))
    words = f"{declaration.origin}, declared by {declaration.by}"
    return ": ".join(filter(None, (words, declaration.basis))) + (f" (made with {made})" if made else "")


def print_gaps(verdict: Verdict, faults: Iterable[Fault], unchecked: Iterable[Unchecked]) -> None:
    """Prints what speaks against a verdict, what could not be read, and what nobody looked at."""
    failed = dict.fromkeys((*faults, *verdict.faults))
    unseen = dict.fromkeys((*unchecked, *verdict.unchecked))
    output.field("conflict", (each.text for each in dict.fromkeys(verdict.conflicts)), tone=output.DOUBT)
    output.field("fault", (f"{each.text} ({each.reader}: {each.code})" for each in failed), tone=output.DOUBT)
    output.field("unchecked", (f"{each.what}: {each.why}" for each in unseen))


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
