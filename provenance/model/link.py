"""Links: what was made from what, who says so, and how AI travels along them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from provenance.model.origin import Strength


class Relation(StrEnum):
    """How a parent went into a child."""

    PARENT = "parent"
    COMPONENT = "component"
    INPUT = "input"
    USED_IN = "used_in"
    RENDERED_FROM = "rendered_from"
    TRANSCODED_FROM = "transcoded_from"
    SAME_ESSENCE = "same_essence"
    LOOKS_LIKE = "looks_like"


CARRIES_TAINT: Final = frozenset(
    {
        Relation.PARENT,
        Relation.COMPONENT,
        Relation.RENDERED_FROM,
        Relation.TRANSCODED_FROM,
        Relation.USED_IN,
        Relation.SAME_ESSENCE,
    }
)
"""Relations along which AI always travels, where the link is *used*. `input` carries it only into an AI
child; an unconfirmed `looks_like` is a question for a person."""

SYMMETRIC: Final = frozenset({Relation.SAME_ESSENCE, Relation.LOOKS_LIKE})
"""Relations without a direction: kept both ways, never part of a cycle."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a link is believed.

    Args:
        source: name of the evidence source, or ``person``.
        version: its version.
        method: how it knew (``c2pa ingredient componentOf``).
        strength: how far it can be believed.
        note: what it saw, or the reason a person gave.
        by: the person, where one said it.
    """

    source: str
    version: str
    method: str
    strength: Strength
    note: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """`child` was made from (or shares content with) `parent`; both by SHA-256.

    `used` is false where the parent was merely present in a project and not in the output.
    """

    child: bytes
    parent: bytes
    relation: Relation
    evidence: Evidence
    used: bool = True
