"""What is to be written about an asset, out of all that is known of it: a tag for its metadata, a claim to be signed.

What others made is said to be received, with who declared its origin and on what ground; only what the production
recorded as made with a generative tool is claimed as made. A capture is never claimed at all.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Final

from provenance import canonical
from provenance.contracts import Tag
from provenance.model import (
    Asset,
    Declaration,
    Description,
    Field,
    Identifier,
    Link,
    Origin,
    Relation,
    UseRecord,
    source_type,
)
from provenance.own_marks import DETAIL, OURSELVES
from provenance.writers.claims import Action, Claim, Part, Use, made, received

DEFAULT_TERMS: Final = {
    Origin.CAPTURED: "digitalCapture",
    Origin.HUMAN_MADE: "digitalCreation",
    Origin.ENHANCED: "algorithmicallyEnhanced",
    Origin.PROCEDURAL: "algorithmicMedia",
    Origin.AI_GENERATED: "trainedAlgorithmicMedia",
    Origin.AI_EDITED: "compositeWithTrainedAlgorithmicMedia",
    Origin.AI_COMPOSITE: "compositeSynthetic",
}
"""The term for an origin where no mark names a narrower one. `maybe_ai` has none: IPTC has no word for a doubt."""

MOST_INGREDIENTS: Final = 200
"""Ingredients named in one claim; a cut of thousands of clips names the strongest and says how many there are."""

_NAMESPACE: Final = uuid.UUID("b1f3f1f2-7b2d-4f0a-9d0f-2b6f3a5e8c11")
_INPUTS: Final = frozenset({Relation.INPUT})


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one asset.

    Args:
        asset: with its description.
        name: what people call it.
        origin: what it counts as, declarations included.
        declarations, uses, fields: of it.
        parents: links to what it was made from, each with that part as it can be carried forward.
        parent_identifiers: XMP identifiers of the one it was derived from.
    """

    asset: Asset
    name: str
    origin: Origin
    declarations: tuple[Declaration, ...] = ()
    uses: tuple[UseRecord, ...] = ()
    fields: tuple[Field, ...] = ()
    parents: tuple[tuple[Link, Part], ...] = ()
    parent_identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """What a production puts into its tags.

    Args: credit line of AI; producer in labels of GB 45438-2025, which are written where `has_label` is true.
    """

    credit: str = ""
    producer: str = ""
    has_label: bool = False


def says_something(known: Known) -> bool:
    """True where there is anything to write: an origin, or fields."""
    return known.origin is not Origin.UNDECLARED or bool(known.fields)


def tag_of(known: Known, wording: Wording = Wording()) -> Tag:
    """What is written into metadata."""
    tool, version = _tool(known)
    is_ai = known.origin.is_ai
    use = known.uses[-1] if known.uses else None
    own = {one.scheme: one.value for one in reversed(known.asset.description.identifiers)}
    parent = {one.scheme: one.value for one in reversed(known.parent_identifiers)}
    unique = uuid.uuid5(_NAMESPACE, known.asset.sha256.hex())
    return Tag(
        known.origin,
        source_type=_source_type(known),
        tool=tool,
        version=version,
        prompt=use.prompt if use and is_ai else "",
        prompt_writer=use.prompt_writer if use and is_ai else "",
        credit=wording.credit if is_ai else "",
        contributor=tool if is_ai else "",
        document=own.get("xmp.did", f"xmp.did:{unique}"),
        instance=own.get("xmp.iid", f"xmp.iid:{unique}"),
        parent_document=parent.get("xmp.did", ""),
        parent_instance=parent.get("xmp.iid", ""),
        fields=tuple((one.name, one.text) for one in known.fields),
        label=_label(known, wording, own.get("xmp.did", f"xmp.did:{unique}")) if wording.has_label else "",
    )


def claim_of(known: Known, tag: Tag, original: Part) -> Claim:
    """What is signed.

    Args: original is the asset as it lies there, its own credentials with it where it has any.
    """
    by, grounds = _declared_by(known), tuple(_grounds(known))
    if is_made_here(known):
        claim = made(
            known.name, known.asset.description.media_type, tag,
            inputs=[part for _, part in _inputs(known)], declared_by=by, evidence=grounds,
        )  # fmt: skip
    else:
        claim = received(original, tag, declared_by=by, evidence=grounds)
    return _with_components(claim, known)


def intent_of(known: Known, tag: Tag, write: Sequence[str]) -> str:
    """A digest of all that is to be said, which stays the same when it has been written and read back."""
    said = replace(tag, document="", instance="", parent_document="", parent_instance="")
    lineage = sorted([link.parent.hex(), link.relation.value] for link, _ in known.parents)
    uses = [use.uid for use in known.uses]
    return canonical.digest([sorted(write), [*map(str, astuple(said))], _declared_by(known), uses, lineage]).hex()


def is_made_here(known: Known) -> bool:
    """True where the production itself recorded a use of a generative tool, and the file holds no credentials."""
    return known.origin.is_ai and bool(known.uses) and not has_credentials(known.asset.description)


def has_credentials(description: Description) -> bool:
    """True where content credentials were read, in the file or beside it, or are said to lie on a server."""
    remote = any(gap.what == "remote manifest" for gap in description.unchecked)
    return remote or any(mark.reader == "c2pa" for mark in description.marks)


def is_captured(known: Known) -> bool:
    """True where anything says that a camera made it: such media is never rewritten."""
    claims = {mark.claims for mark in known.asset.description.marks}
    declared = {one.origin for one in known.declarations}
    return Origin.CAPTURED in claims | declared | {known.origin}


def _source_type(known: Known) -> str:
    """The term of the strongest mark that says exactly this origin, else the usual one."""
    for mark in known.asset.description.verdict.decided:
        found = source_type(mark.value)
        if found is not None and found.origin is known.origin and not found.is_step:
            return found.uri
    term = source_type(DEFAULT_TERMS.get(known.origin, ""))
    return "" if term is None else term.uri


def _label(known: Known, wording: Wording, produced: str) -> str:
    """The implicit label of GB 45438-2025 (annex E) for what is, or may be, AI; a file has only one."""
    number = "1" if known.origin.is_ai else "2" if known.origin is Origin.MAYBE_AI else ""
    # A comment may hold it as well, under a key that does not say so.
    labels = (
        mark
        for mark in known.asset.description.marks
        if "AIGC" in mark.key or (mark.says("row") or "").startswith("tc260.")
    )
    labelled = any(mark.says(DETAIL) != OURSELVES for mark in labels)
    if not number or labelled:
        return ""
    said = {"Label": number, "ContentProducer": wording.producer or OURSELVES, "ProduceID": produced}
    empty = ("ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2")
    return json.dumps({**said, **dict.fromkeys(empty, "")}, separators=(",", ":"), ensure_ascii=False)


def _tool(known: Known) -> tuple[str, str]:
    """(tool, version), of what a person recorded, else of the marks that decided."""
    for use in reversed(known.uses):
        return (use.tool or use.model, use.version or (use.model if use.tool else ""))
    for declared in reversed(known.declarations):
        if declared.tool or declared.model:
            return (declared.tool or declared.model, declared.model if declared.tool else "")
    for mark in known.asset.description.verdict.decided:
        tool, model = mark.says("tool") or "", mark.says("model") or ""
        if (tool or model) and mark.says(DETAIL) != OURSELVES:
            return (tool or model, mark.says("version") or (model if tool else ""))
    return "", ""


def _declared_by(known: Known) -> str:
    people = [one.by for one in known.declarations if one.by and one.origin is known.origin]
    folders = [f"the folder {one.basis}" for one in known.declarations if one.folder and one.origin is known.origin]
    return (people[-1:] or folders[-1:] or [""])[0]


def _grounds(known: Known) -> Iterator[str]:
    """On what the origin rests, each in a sentence."""
    for mark in known.asset.description.verdict.decided:
        yield f"{mark.strength.words}: {mark.key} in {mark.place}, read by {mark.reader} {mark.version}"
    for one in known.declarations:
        who = f"folder {one.basis}" if one.folder else f"{one.by}, {one.basis}"
        yield f"declared {one.origin.value} by {who}"
    for use in known.uses:
        words = " ".join(filter(None, (use.tool, use.version, use.model)))
        yield f"use of a tool recorded by {use.by}: {words}"
    if not is_made_here(known):
        for _, part in _inputs(known):
            yield f"recorded as an input: {part.title}, sha256 {part.sha256.hex()} ({part.description})"
    hidden = len(known.parents) - MOST_INGREDIENTS
    if hidden > 0:
        yield f"{hidden} more recorded ingredients are not named here"


def _inputs(known: Known) -> list[tuple[Link, Part]]:
    return [(link, part) for link, part in _strongest(known.parents) if link.relation in _INPUTS]


def _with_components(claim: Claim, known: Known) -> Claim:
    """The claim with what lineage says was placed in the asset."""
    parts = [part for link, part in _strongest(known.parents) if link.relation not in _INPUTS]
    if not parts:
        return claim
    first = len(claim.parts)
    placed = Action(
        "c2pa.placed", description="as the recorded lineage says", parts=tuple(range(first, first + len(parts)))
    )
    return Claim(
        claim.title, claim.media_type, (*claim.actions, placed), (*claim.parts, *parts), claim.tag,
        declared_by=claim.declared_by, evidence=claim.evidence,
    )  # fmt: skip


def _strongest(parents: Sequence[tuple[Link, Part]]) -> list[tuple[Link, Part]]:
    ranked = sorted(parents, key=lambda pair: -pair[0].evidence.strength)[:MOST_INGREDIENTS]
    return [pair for pair in parents if pair in ranked]


def part_of(link: Link, title: str, media_type: str, origin: Origin, sidecar: bytes = b"") -> Part:
    """The part that a link's parent is, named by its hash, with what is said of its origin and by whom.

    Args: origin is what it counts as; sidecar its own `.c2pa`, where one lies beside it.
    """
    evidence = link.evidence
    said = source_type(DEFAULT_TERMS.get(origin, ""))
    who = f" by {evidence.by}" if evidence.by else ""
    return Part(
        Use.INPUT if link.relation in _INPUTS else Use.COMPONENT,
        title, media_type, link.parent, sidecar=sidecar,
        source_type="" if said is None or sidecar else said.uri,
        description=f"{link.relation.value}: {evidence.method}{who}, {evidence.strength.words}",
    )  # fmt: skip
