"""From a claim to the library's definition, and the lint that the library does not do.

c2pa signs any action and any source type it is given, and drops keys it does not know without a word; what
leaves here has only keys that it knows, in the vocabulary of C2PA specification 2.4 and IPTC. The conformance
rubric of the specification (0.2 for 2.4) asks for the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import provenance
from provenance import canonical
from provenance.errors import WriteRefused
from provenance.fields import DYNAMIC_MEDIA, PROPERTIES
from provenance.model import SOURCE_TYPES, Origin, bounded, source_type
from provenance.own_marks import NAMESPACE, OURSELVES, RECORD, SHA256
from provenance.writers.claims import Action, Claim, Part, Use

SPECIFICATION: Final = "2.4.0"

_IPTC: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_PREFIXES: Final = {
    _IPTC: "Iptc4xmpExt", DYNAMIC_MEDIA: "xmpDM", NAMESPACE: "mpt", "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
}  # fmt: skip
_URIS: Final = {entry.uri for entry in SOURCE_TYPES}
_FIRST: Final = ("c2pa.created", "c2pa.opened")
_QUIET: Final = frozenset(
    {
        "c2pa.converted", "c2pa.published", "c2pa.repackaged", "c2pa.transcoded", "c2pa.resized.proportional",
        "c2pa.enhanced", "c2pa.edited.metadata", "c2pa.watermarked.bound", "c2pa.watermarked.unbound", "c2pa.redacted",
    }
)  # fmt: skip
"""Actions that change nothing of what is shown or heard."""
_LOUD: Final = frozenset(
    "c2pa." + name
    for name in (
        "addedText", "adjustedColor", "changedSpeed", "cropped", "deleted", "drawing", "dubbed", "edited", "filtered",
        "mastered", "mixed", "orientation", "remixed", "removed", "resized", "translated", "trimmed", "unknown",
    )
)  # fmt: skip
"""Actions that do; each says by what kind of work (DST)."""
_ACTIONS: Final = frozenset({*_FIRST, "c2pa.placed", *_QUIET, *_LOUD})
_TEXT: Final = 2_000
_PARTS: Final = 1_000

Json = dict[str, Any]


def definition(claim: Claim) -> Json:
    """The claim in the library's words, without a binding and without ingredients.

    Raises WriteRefused, as `lint`.
    """
    lint(claim)
    return {
        "claim_generator_info": [{"name": OURSELVES, "version": provenance.__version__, "specVersion": SPECIFICATION}],
        "title": bounded(claim.title, 300),
        "format": claim.media_type,
        "assertions": [_actions(claim), *_metadata(claim), *_disclosure(claim), _record(claim)],
    }


def binding(sha256: bytes) -> Json:
    """The hard binding to a whole file by its SHA-256."""
    # An array of numbers: a base64 string would be signed as text and never match
    data = {"name": "jumbf manifest", "alg": "sha256", "hash": list(sha256), "pad": [0] * 10}
    return {"label": "c2pa.hash.data", "created": True, "data": data}


def ingredient(part: Part, label: str) -> Json:
    """What is said of a part, without its manifest; C2PA has no field for its hash, so it names it twice."""
    said: Json = {
        "title": bounded(part.title, 300),
        "format": part.media_type,
        "relationship": part.use.value,
        "label": label,
        "instance_id": f"xmp.iid:sha256:{part.sha256.hex()}",
        "metadata": {SHA256: part.sha256.hex()},
    }
    if part.description:
        said["description"] = bounded(part.description, _TEXT)
    return said


def labels(claim: Claim) -> list[str]:
    """The label of each part, by which actions name it."""
    return [f"part{index}" for index in range(len(claim.parts))]


def statement_of(claim: Claim) -> str:
    """A digest of what a claim says, by which a second signing of the same is recognised."""
    # What is said of a parent depends on whether it brings credentials of its own; the tag says it in any case
    parts = [
        [one.use.value, one.title, one.media_type, one.sha256.hex(), one.description,
         "" if one.use is Use.PARENT else one.source_type]
        for one in claim.parts
    ]  # fmt: skip
    said = [_actions(claim), list(_metadata(claim)), list(_disclosure(claim)), parts,
            [claim.title, claim.media_type, claim.declared_by, *claim.evidence]]  # fmt: skip
    return canonical.digest(said).hex()


def lint(claim: Claim) -> None:
    """Raises WriteRefused, naming the mistake, for what the library would sign and nobody should."""
    if mistake := next(_mistakes(claim), ""):
        raise WriteRefused(f"it is not signed: {mistake}", remedy="correct what is claimed")


def _mistakes(claim: Claim) -> Iterator[str]:
    first = claim.actions[0].name if claim.actions else "nothing"
    if first not in _FIRST:
        yield f"the first action is {first}; it must be created or opened"
    if any(action.name in _FIRST for action in claim.actions[1:]):
        yield "created or opened stands behind another action"
    parents = [index for index, part in enumerate(claim.parts) if part.use is Use.PARENT]
    if first == "c2pa.opened" and (len(parents) != 1 or claim.actions[0].parts != tuple(parents)):
        yield "opened needs exactly one parent, and names it"
    if first == "c2pa.created" and parents:
        yield "what was created has no parent; it was opened"
    if len(claim.parts) > _PARTS:
        yield f"it has more than {_PARTS} ingredients"
    if any(len(part.sha256) != 32 for part in claim.parts):
        yield "an ingredient has no SHA-256"
    for action in claim.actions:
        yield from _mistakes_of(action, claim)
    for text in (claim.tag.source_type, *(part.source_type for part in claim.parts)):
        if text and text not in _URIS:
            yield f"{text} is no Digital Source Type"


def _mistakes_of(action: Action, claim: Claim) -> Iterator[str]:
    if action.name not in _ACTIONS:
        yield f"{action.name} is no action of C2PA 2.4, or one that it gave up"
    if action.source_type and action.source_type not in _URIS:
        yield f"{action.source_type} is no Digital Source Type"
    if action.name == "c2pa.opened" and action.source_type:
        yield "opened has no source type; what was opened has"
    if (action.name == "c2pa.created" or action.name in _LOUD) and not action.source_type:
        yield f"{action.name} does not say by what kind of work"
    kind = source_type(action.source_type)
    if action.name == "c2pa.created" and kind is not None and kind.origin is Origin.CAPTURED:
        yield "a capture is claimed by the camera that made it, never by a production"
    if any(not 0 <= index < len(claim.parts) for index in action.parts):
        yield f"{action.name} names an ingredient that is not there"
    if action.name == "c2pa.placed" and not any(
        0 <= index < len(claim.parts) and claim.parts[index].use is Use.COMPONENT for index in action.parts
    ):
        yield "placed names no component"


def _actions(claim: Claim) -> Json:
    named = labels(claim)
    # What was only opened and kept is complete by definition (C2PA 2.4, 18.15.3)
    complete = claim.complete or [action.name for action in claim.actions] == ["c2pa.opened"]
    return {
        "label": "c2pa.actions.v2",
        "created": True,
        "data": {"actions": [_action(one, named) for one in claim.actions], "allActionsIncluded": complete},
    }


def _action(action: Action, named: list[str]) -> Json:
    said: Json = {"action": action.name}
    if action.source_type:
        said["digitalSourceType"] = action.source_type
    if action.tool:
        agent = {"name": bounded(action.tool, 200), "version": bounded(action.version, 80)}
        said["softwareAgent"] = {key: text for key, text in agent.items() if text}
    if action.when is not None:
        said["when"] = (
            datetime.fromtimestamp(action.when / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        )
    if action.description:
        said["description"] = bounded(action.description, _TEXT)
    if action.parts:
        said["parameters"] = {"ingredientIds": [named[index] for index in action.parts]}
    return said


def _metadata(claim: Claim) -> Iterator[Json]:
    """IPTC's AI properties; `c2pa.metadata` does not allow them, CAWG's assertion does."""
    tag = claim.tag
    said = {
        "DigitalSourceType": tag.source_type,
        "AISystemUsed": tag.tool if tag.origin.is_ai else "",
        "AISystemVersionUsed": tag.version if tag.origin.is_ai else "",
        "AIPromptInformation": tag.prompt,
        "AIPromptWriterName": tag.prompt_writer,
    }
    filled = {f"Iptc4xmpExt:{name}": bounded(text, _TEXT) for name, text in said.items() if text}
    spaces = {"Iptc4xmpExt": _IPTC} if filled else {}
    for name, text in tag.fields:
        space, local = PROPERTIES[name]
        spaces[_PREFIXES[space]] = space
        filled[f"{_PREFIXES[space]}:{local}"] = bounded(text, _TEXT)
    if filled:
        yield {"label": "cawg.metadata", "created": True, "data": {"@context": spaces, **filled}}


def _disclosure(claim: Claim) -> Iterator[Json]:
    tag = claim.tag
    if tag.origin.is_ai and tag.tool:
        data: Json = {"modelType": "c2pa.types.model", "modelName": bounded(tag.tool, 200)}
        if tag.version:
            data["modelIdentifier"] = bounded(tag.version, 200)
        if tag.prompt:
            data["contentProfile"] = {"humanOversightLevel": "prompt_guided"}
        yield {"label": "c2pa.ai-disclosure", "created": True, "data": data}


def _record(claim: Claim) -> Json:
    data = {
        "statement": statement_of(claim),
        "declared_by": bounded(claim.declared_by, 300),
        "evidence": [bounded(text, _TEXT) for text in claim.evidence[:100]],
    }
    return {"label": RECORD, "created": True, "data": data}
