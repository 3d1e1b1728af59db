"""What a C2PA manifest says about origin, one statement at a time.

Read from the raw assertion store, because c2pa's own summary leaves out assertions that it finds malformed,
and an AI statement counts in any state. Actions and source types: C2PA specification 2.4, section 18.14
(https://spec.c2pa.org/specifications/specifications/2.4/specs/C2PA_Specification.html).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from provenance.marks.credentials import generating_signer, generator, says_generated
from provenance.model import Origin, source_type
from provenance.readers._c2pa_store import ACTIVE, Json, Manifest, items, mapping, text

_MADE: Final = frozenset({"", "c2pa.created", "c2pa.opened"})
# Steps that change no content: a source type on them describes the whole, not a change.
_PASSIVE: Final = re.compile(
    r"c2pa\.(?:transcoded|repackaged|published|converted|watermarked.*|saved|produced|resized\.proportional)"
)
_METADATA: Final = ("c2pa.metadata", "cawg.metadata", "stds.iptc", "stds.schema-org.CreativeWork")
_SOURCE_KEYS: Final = ("Iptc4xmpExt:DigitalSourceType", "digitalSourceType")


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing a manifest says.

    Args:
        assertion: label of the assertion; key and value: what stood there.
        claims: what it says of the manifest's own content, before its way to the file is looked at.
        step: true where it names a step of work, not an origin.
        named: true where only a tool's name says so, which is weaker than a declaration.
        involved: true where it says that AI took part, not how.
        action, tool, version, when, model: as far as given.
    """

    assertion: str
    key: str
    value: str
    claims: Origin | None
    step: bool = False
    named: bool = False
    involved: bool = False
    action: str = ""
    tool: str = ""
    version: str = ""
    when: str = ""


def statements(manifest: Manifest) -> list[Statement]:
    """Everything one manifest says about origin.

    A mere involvement of AI (a tool's name, a disclosure) claims nothing where the same manifest declares
    by source type what AI did; else it means an edit where there is a parent, a generation where there is none.
    """
    found = [*_actions(manifest), *_disclosures(manifest), *_metadata(manifest), *_generators(manifest)]
    declared = any(entry.claims is not None and entry.claims.is_ai and not entry.involved for entry in found)
    part = Origin.AI_EDITED if manifest.has_parent else Origin.AI_GENERATED
    return [_settle(entry, declared, part) for entry in found]


def of_asset(origin: Origin | None, relation: str) -> Origin | None:
    """What a claim about a manifest's content means for the file that contains the manifest.

    On the chain of parents it means the same. A part that is AI makes the whole a composite; a reference
    or prompt that is AI leaves the question open; a part that is clean says nothing of the whole.
    """
    if origin is None or relation in (ACTIVE, "parentOf"):
        return origin
    if relation == "inputTo":
        return Origin.MAYBE_AI if origin.is_ai else None
    if origin.is_ai:
        return Origin.AI_COMPOSITE
    return Origin.MAYBE_AI if origin is Origin.MAYBE_AI else None


def ingredient_statements(manifest: Manifest) -> Iterator[tuple[str, Statement]]:
    """(relation, statement) for ingredients without a manifest that carry a source type of their own."""
    for part in manifest.ingredients:
        for key in ("digitalSourceType", "digital_source_type"):
            if raw := text(part.fields.get(key)):
                yield part.relation, _typed(part.label, raw, "c2pa.created")


def _settle(entry: Statement, declared: bool, part: Origin) -> Statement:
    if not entry.involved:
        return entry
    if declared:
        return replace(entry, claims=None)
    return replace(entry, claims=part) if entry.claims is Origin.AI_GENERATED else entry


def _actions(manifest: Manifest) -> Iterator[Statement]:
    for label, value in manifest.assertions.items():
        if not label.startswith("c2pa.actions"):
            continue
        body = mapping(value)
        agents = items(body.get("softwareAgents"))
        for item in items(body.get("actions")) + items(body.get("templates")):
            yield from _action(label, mapping(item), agents)


def _action(label: str, action: Json, agents: list[object]) -> Iterator[Statement]:
    name, (tool, version) = text(action.get("action"), 120), _agent(action, agents)
    raw = text(action.get("digitalSourceType"))
    said = text(action.get("description")) or text(mapping(action.get("parameters")).get("description"))
    if raw:
        entry = _typed(label, raw, name)
    elif generator(tool):
        entry = _named(label, "softwareAgent", tool, name)
    elif says_generated(said):
        entry = _named(label, "description", said, name)
    else:
        return
    when = text(action.get("when"), 40)
    yield replace(entry, action=name, tool=tool or entry.tool, version=version, when=when)


def _agent(action: Json, agents: list[object]) -> tuple[str, str]:
    """(name, version) of the software agent: a string in v1, an object or an index into a list in v2."""
    agent, index = action.get("softwareAgent"), action.get("softwareAgentIndex")
    if agent is None and isinstance(index, int) and 0 <= index < len(agents):
        agent = agents[index]
    fields = mapping(agent)
    return text(agent) or text(fields.get("name")), text(fields.get("version"), 80)


def _typed(label: str, raw: str, action: str) -> Statement:
    term = source_type(raw)
    if term is None:
        return Statement(label, "digitalSourceType", raw, None)
    claims, step = _of_action(term.origin, action)
    return Statement(label, "digitalSourceType", raw, claims, step=term.is_step or step)


def _of_action(origin: Origin | None, action: str) -> tuple[Origin | None, bool]:
    """(what a source type claims where it stands on an action, whether it is only a step)."""
    if origin is None or action in _MADE:
        return origin, False
    if action == "c2pa.placed":
        return _of_part(origin), False
    if origin is Origin.AI_GENERATED and not _PASSIVE.fullmatch(action):
        return Origin.AI_EDITED, False
    return (None if origin is Origin.CAPTURED else origin), not origin.is_ai


def _of_part(origin: Origin) -> Origin | None:
    return of_asset(origin, "componentOf")


def _named(label: str, key: str, value: str, action: str) -> Statement:
    claims, _ = _of_action(Origin.AI_GENERATED, action)
    tool = generator(value) or ""
    return Statement(label, key, value, claims, named=True, involved=True, tool=tool)


def _disclosures(manifest: Manifest) -> Iterator[Statement]:
    for label, value in manifest.assertions.items():
        name, body = label.split("__")[0], mapping(value)
        tool, version = _disclosed(name, body)
        if tool is not None:
            raw = json.dumps(body, ensure_ascii=False, default=str)[:2_000]
            yield Statement(label, name, raw, Origin.AI_GENERATED, involved=True, tool=tool, version=version)


def _disclosed(name: str, body: Json) -> tuple[str | None, str]:
    """(tool, version) of an assertion that exists only where generative AI took part; None for others."""
    if name == "com.adobe.generative-ai":
        return text(body.get("description")), text(body.get("version"), 80)
    if name == "com.suno.provenance":
        return "Suno", ""
    if name == "c2pa.ai-disclosure":
        return text(body.get("modelName")) or text(body.get("modelIdentifier")), ""
    if name == "c2pa.ai_generated_content" and body.get("ai_generated") is True:
        return text(body.get("model")), ""
    return None, ""


def _metadata(manifest: Manifest) -> Iterator[Statement]:
    for label, value in manifest.assertions.items():
        if not label.startswith(_METADATA):
            continue
        body = mapping(value)
        for key in _SOURCE_KEYS:
            if raw := text(body.get(key)) or text(mapping(body.get(key)).get("@id")):
                yield replace(_typed(label, raw, ""), key=key)
        if tool := text(body.get("Iptc4xmpExt:AISystemUsed")):
            key = "Iptc4xmpExt:AISystemUsed"
            yield Statement(label, key, tool, Origin.AI_GENERATED, involved=True, tool=tool)


def _generators(manifest: Manifest) -> Iterator[Statement]:
    for name, version in claim_generators(manifest):
        if tool := generator(name):
            yield Statement(
                "c2pa.claim", "claim_generator", name, Origin.AI_GENERATED,
                named=True, involved=True, tool=tool, version=version,
            )  # fmt: skip
            return
    signer = text(manifest.signature.get("issuer"), 200)
    if tool := generating_signer(signer):
        yield Statement("c2pa.signature", "signer", signer, Origin.AI_GENERATED, named=True, involved=True, tool=tool)


def claim_generators(manifest: Manifest) -> list[tuple[str, str]]:
    """(name, version) of the tools that wrote the claim, the most telling form first."""
    info = manifest.claim.get("claim_generator_info")
    entries = items(info, 20) if isinstance(info, list) else [info]
    named = [(text(mapping(e).get("name")), text(mapping(e).get("version"), 80)) for e in entries]
    plain = text(manifest.claim.get("claim_generator"))
    return [entry for entry in (*named, (plain, "")) if entry[0]]
