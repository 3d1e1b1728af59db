"""What is to be signed about an asset, as values: who did what to it, and what it was made of.

Two kinds of claim: *made* says that the production made it (with a generator, for example), *received* that it
was there already; then everything said of its origin stands on an ingredient and names who said so and on what
ground. A capture is never claimed as our own: the camera did that, or nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from provenance.contracts import Tag
from provenance.model import Origin

NOTHING: Final = Tag(Origin.UNDECLARED)
"""Says nothing of an origin."""


class Use(StrEnum):
    """How another asset went into this one, in C2PA's words."""

    PARENT = "parentOf"
    COMPONENT = "componentOf"
    INPUT = "inputTo"


@dataclass(frozen=True, slots=True)
class Part:
    """Another asset that went into this one, or that this one was.

    Args:
        use: how.
        title: what people call it.
        media_type: by content; anything is allowed (a prompt's text is an input too).
        sha256: of the whole file, 32 bytes.
        path: where it lies, where a manifest may be embedded in it.
        sidecar: its `.c2pa`, where it has one; more telling than `path`.
        source_type: what is said of it, where neither says anything.
        description: who said so and on what ground.
    """

    use: Use
    title: str
    media_type: str
    sha256: bytes
    path: Path | None = None
    sidecar: bytes = b""
    source_type: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that was done.

    Args:
        name: from C2PA's list, such as ``c2pa.edited``.
        source_type: full address of the Digital Source Type.
        tool, version: what it was done with.
        when: milliseconds since 1970; None where nobody knows.
        description: in words.
        parts: positions in Claim.parts of what it was done with.
    """

    name: str
    source_type: str = ""
    tool: str = ""
    version: str = ""
    when: int | None = None
    description: str = ""
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """All that is signed about one asset.

    Args:
        title: what people call it.
        media_type: by content.
        actions: the first is ``c2pa.created`` or ``c2pa.opened``.
        parts: what it was made of.
        tag: the AI properties of IPTC, and the disclosure where it is AI.
        complete: true only where nothing else was done to it.
        declared_by: who says what is said of its origin; evidence: on what ground.
    """

    title: str
    media_type: str
    actions: tuple[Action, ...]
    parts: tuple[Part, ...] = ()
    tag: Tag = NOTHING
    complete: bool = False
    declared_by: str = ""
    evidence: tuple[str, ...] = ()


def received(original: Part, tag: Tag, *, declared_by: str = "", evidence: Sequence[str] = ()) -> Claim:
    """The claim about an asset that others made: opened as it was, with what is known of it on the ingredient."""
    ground = "; ".join((*([f"declared by {declared_by}"] if declared_by else []), *evidence))
    said = "" if original.sidecar else tag.source_type
    parent = replace(original, use=Use.PARENT, source_type=said, description=f"received; {ground or 'no statement'}")
    return Claim(
        original.title, original.media_type, (Action("c2pa.opened", parts=(0,)),), (parent,), tag,
        declared_by=declared_by, evidence=tuple(evidence),
    )  # fmt: skip


def made(
    title: str, media_type: str, tag: Tag, *, inputs: Sequence[Part] = (), when: int | None = None,
    complete: bool = False, declared_by: str = "", evidence: Sequence[str] = (),
) -> Claim:  # fmt: skip
    """The claim about an asset that the production made, with what went into the tool."""
    action = Action(
        "c2pa.created", tag.source_type, tag.tool, tag.version, when, parts=tuple(range(len(inputs)))
    )  # fmt: skip
    return Claim(
        title, media_type, (action,), tuple(inputs), tag,
        complete=complete, declared_by=declared_by, evidence=tuple(evidence),
    )  # fmt: skip
