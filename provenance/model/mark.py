"""Marks, what could not be read, and the verdict that follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from provenance.model.origin import Origin, Strength

VALUE_LIMIT: Final = 2_000
"""Characters of a raw value that are kept; a prompt or graph beyond that is cut with an ellipsis."""


def bounded(text: str, limit: int = VALUE_LIMIT) -> str:
    """The text, cut to `limit` characters so that one hostile file cannot fill the store."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


@dataclass(frozen=True, slots=True)
class Mark:
    """One machine-readable statement in or beside a file.

    Args:
        reader: name of the reader that found it.
        version: that reader's version, so that a newer one knows what to read again.
        place: where it stood, from the outside in: ``png:tEXt``, ``xmp``, ``sidecar:a.xmp``,
            ``c2pa:<manifest label>/c2pa.actions.v2``.
        key: the name it stood under.
        value: the raw value, cut to VALUE_LIMIT characters.
        claims: what it says of the asset's origin; None for a fact that claims nothing.
        strength: how far it can be believed.
        detail: what else it says, as (name, text) pairs: tool, model, seed, prompt, depth, ...
    """

    reader: str
    version: str
    place: str
    key: str
    value: str
    claims: Origin | None
    strength: Strength
    detail: tuple[tuple[str, str], ...] = ()

    def says(self, name: str) -> str | None:
        """The text of one detail, or None."""
        return dict(self.detail).get(name)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a file that a reader could not read: a code for programs, a sentence for people."""

    reader: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Something nobody looked at, and why. A verdict lists these so that silence is never mistaken."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two statements that cannot both hold: a code for programs, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the marks of one file add up to.

    Args:
        origin: the class.
        strength: of the strongest mark that decided it.
        decided: the marks that decided it, strongest first.
        conflicts: what spoke against it.
        faults: what could not be read.
        unchecked: what was not looked at.
        proven: true only for a captured asset with a trusted signature over a clean parent chain.
    """

    origin: Origin
    strength: Strength = Strength.NONE
    decided: tuple[Mark, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    faults: tuple[Fault, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    proven: bool = False
