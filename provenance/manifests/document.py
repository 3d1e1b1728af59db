"""The canonical document of a delivery, from which every manifest format is written.

Its shape is published as provenance/schemas/delivery-1.schema.json. The same values give the same document:
files in the order of their names, everything else in a fixed order, no clock, no floats.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from provenance import taint
from provenance.configuration import Production
from provenance.gate import gravest
from provenance.inspection import Json, conflicts_json, essence_json, faults_json, mark_json, unchecked_json
from provenance.model import (
    Ancestor,
    Asset,
    Case,
    Decision,
    Declaration,
    Delivery,
    Field,
    Finding,
    Link,
    Member,
    Place,
    Severity,
    UseRecord,
)
from provenance.paths import named

SCHEMA_VERSION: Final = "1"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One asset of a delivery and all that is said of it.

    Args:
        asset: its hashes, size, members and description.
        case: what it was judged as; `case.name` is where it lies in the delivery.
        findings: of the gate, with the decisions that answer them.
        decisions: every decision about it, the expired and revoked ones too.
        hashes: further hashes by name (``md5``, ``xxh64``), as hex.
        fields: production fields.
        uses: recorded uses of generative tools.
    """

    asset: Asset
    case: Case
    findings: tuple[Finding, ...] = ()
    decisions: tuple[Decision, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    uses: tuple[UseRecord, ...] = ()


def build_document(
    delivery: Delivery,
    production: Production,
    entries: Iterable[Entry],
    *,
    tool_version: str,
    generated_at: int,
    draft: bool,
    ledger_head: str,
) -> Json:
    """The document.

    Args: generated_at in milliseconds since 1970; draft until the delivery is sealed; ledger_head is the
    hash (hex) that the ledger ended with, by which the document can be tied to the recorded history.
    """
    ordered = sorted(entries, key=lambda entry: (entry.case.name, entry.asset.sha256))
    return {
        "schema": "provenance/delivery",
        "schema_version": SCHEMA_VERSION,
        "status": "DRAFT" if draft else "SEALED",
        "tool": {"name": "provenance", "version": tool_version},
        "generated_at": moment(generated_at),
        "ledger_head": ledger_head,
        "production": {"id": production.id, "title": production.title},
        "delivery": {
            **named("name", delivery.name),
            "folder": _place(delivery.folder),
            "state": delivery.state,
            "opened": moment(delivery.opened),
        },
        "summary": _summary(ordered),
        "files": [_file(entry) for entry in ordered],
    }


def moment(milliseconds: int) -> str:
    """A time in milliseconds since 1970 as RFC 3339, UTC; whole milliseconds, so that nothing is rounded."""
    return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _summary(entries: list[Entry]) -> Json:
    findings = [finding for entry in entries for finding in entry.findings]
    still_open = [finding for finding in findings if finding.is_open]
    return {
        "files": len(entries),
        "bytes": sum(entry.asset.size for entry in entries),
        "origins": dict(sorted(Counter(entry.case.origin.value for entry in entries).items())),
        "with_ai": sum(taint.is_tainted(entry.case) for entry in entries),
        "explained": sum(_is_explained(entry.case) for entry in entries),
        "open_findings": dict(sorted(Counter(finding.code for finding in still_open).items())),
        "answered_findings": sum(finding.decision is not None and not finding.is_open for finding in findings),
        "warnings": sum(finding.severity is Severity.WARN for finding in findings),
        "exit_code": gravest(findings) or 0,
    }


def _is_explained(case: Case) -> bool:
    """True where lineage stands in for a missing origin; one that is declared needs no explaining."""
    return case.origin.value in ("undeclared", "maybe_ai") and taint.explained(case)


def _file(entry: Entry) -> Json:
    asset, case = entry.asset, entry.case
    names = taint.names_of(case)
    explained = _is_explained(case)
    weakest = taint.weakest(ancestor.chain for ancestor in case.ancestors) if explained else None
    return {
        **named("name", case.name),
        "kind": asset.kind.value,
        "size": asset.size,
        "media_type": asset.description.media_type,
        "sha256": asset.sha256.hex(),
        "hashes": _hashes(entry),
        "essence": essence_json(asset.description.essence),
        "members": [_member(member) for member in asset.members],
        "fields": {one.name: one.text for one in sorted(entry.fields, key=lambda one: one.name)},
        "uses": [_use(one) for one in sorted(entry.uses, key=lambda one: (one.at, one.uid))],
        "origin": case.origin.value,
        "verdict": _verdict(entry),
        "is_ai_or_made_from_ai": taint.is_tainted(case),
        "explained": explained,
        "weakest_link": _link(weakest, names) if weakest else None,
        "ai_ancestors": [_ancestor(each, names) for each in case.ancestors if each.origin.is_ai],
        "questions": [_ancestor(each, names) for each in case.doubtful],
        "declarations": [_declaration(each) for each in _by_time(case.declarations)],
        "findings": [_finding(each) for each in entry.findings],
        "decisions": [_decision(each) for each in sorted(entry.decisions, key=lambda each: (each.at, each.uid))],
        "could_not_look": list(case.unlooked),
    }


def _hashes(entry: Entry) -> Json:
    known = dict(entry.hashes)
    if entry.asset.xxh128:
        known["xxh128"] = entry.asset.xxh128.hex()
    return dict(sorted(known.items()))


def _verdict(entry: Entry) -> Json:
    verdict, description = entry.case.verdict, entry.asset.description
    return {
        "origin": verdict.origin.value,
        "strength": verdict.strength.words,
        "proven": verdict.proven,
        "decided_by": [mark_json(mark, True) for mark in verdict.decided],
        "conflicts": conflicts_json(verdict.conflicts),
        "faults": faults_json((*description.faults, *verdict.faults)),
        "unchecked": unchecked_json((*description.unchecked, *verdict.unchecked)),
    }


def _member(member: Member) -> Json:
    return {**named("name", member.name), "frame": member.frame, "size": member.size, "sha256": member.sha256.hex()}


def _place(place: Place | None) -> Json | None:
    if place is None:
        return None
    return {"volume": place.volume, **named("path", b"/".join(filter(None, (place.folder, place.name))))}


def _ancestor(ancestor: Ancestor, names: Mapping[bytes, str]) -> Json:
    return {
        "sha256": ancestor.sha256.hex(),
        **named("name", ancestor.name),
        "origin": ancestor.origin.value,
        "strength": ancestor.verdict.strength.words,
        "decided_by": [mark_json(mark, True) for mark in ancestor.verdict.decided],
        "declarations": [_declaration(each) for each in _by_time(ancestor.declarations)],
        "chain": [_link(link, names) for link in ancestor.chain],
        "told": taint.tell(ancestor.chain, names),
    }


def _link(link: Link, names: Mapping[bytes, str]) -> Json:
    return {**link_json(link), "told": taint.tell((link,), names)}


def link_json(link: Link) -> Json:
    """A link with its evidence, as documents and commands show it."""
    evidence = link.evidence
    return {
        "child": link.child.hex(),
        "parent": link.parent.hex(),
        "relation": link.relation.value,
        "used": link.used,
        "evidence": {
            "source": evidence.source,
            "version": evidence.version,
            "method": evidence.method,
            "strength": evidence.strength.words,
            "note": evidence.note,
            "by": evidence.by,
        },
    }


def _by_time(declarations: Iterable[Declaration]) -> list[Declaration]:
    return sorted(declarations, key=lambda each: (each.at, each.by, each.basis, each.origin))


def _declaration(declaration: Declaration) -> Json:
    return {
        "origin": declaration.origin.value,
        "by": declaration.by,
        "basis": declaration.basis,
        "by_folder": declaration.folder,
        "at": moment(declaration.at),
        "tool": declaration.tool,
        "model": declaration.model,
    }


def _use(use: UseRecord) -> Json:
    return {
        "uid": use.uid,
        "tool": use.tool,
        "version": use.version,
        "model": use.model,
        "prompt": use.prompt,
        "prompt_writer": use.prompt_writer,
        "purpose": use.purpose,
        "by": use.by,
        "at": moment(use.at),
    }


def _finding(finding: Finding) -> Json:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "open": finding.is_open,
        "text": finding.text,
        "ancestor": finding.ancestor.hex() or None,
        "decision": finding.decision.uid if finding.decision else None,
    }


def _decision(decision: Decision) -> Json:
    return {
        "uid": decision.uid,
        "codes": sorted(decision.codes),
        "answer": decision.answer.value,
        "by": decision.by,
        "role": decision.role,
        "reference": decision.reference,
        "document_sha256": decision.document.hex() or None,
        "note": decision.note,
        "delivery": decision.delivery,
        "at": moment(decision.at),
        "expires": None if decision.expires is None else moment(decision.expires),
        "revoked": None if decision.revoked is None else moment(decision.revoked),
    }
