"""How the nouns look in the ledger and in the database: plain JSON values, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from provenance.model import (
    Asset,
    Conflict,
    Description,
    Essence,
    Evidence,
    Fault,
    Identifier,
    Kind,
    Link,
    Mark,
    Member,
    Origin,
    Place,
    Reference,
    Relation,
    Strength,
    Unchecked,
    Verdict,
)
from store.cut_codec import get_project, put_project

Json = dict[str, Any]


def text(value: object) -> str:
    """Compact JSON text for a column."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def put_path(raw: bytes) -> str:
    """Bytes of a path as text that survives JSON (undecodable bytes as lone surrogates)."""
    return raw.decode("utf-8", "surrogateescape")


def get_path(told: str) -> bytes:
    """The bytes behind `put_path`."""
    return told.encode("utf-8", "surrogateescape")


def put_name(name: str) -> str:
    """A name for a text column, which holds no lone surrogates: quoted as in JSON where it has any."""
    return text(name) if "\\udc" in text(name) else name


def get_name(told: str) -> str:
    """The name behind `put_name`."""
    return str(json.loads(told)) if told.startswith('"') and "\\udc" in told else told


def put_place(place: Place) -> Json:
    """A place as JSON."""
    return {"volume": place.volume, "folder": put_path(place.folder), "name": put_path(place.name)}


def get_place(told: Mapping[str, Any]) -> Place:
    """The place behind `put_place`."""
    return Place(told["volume"], get_path(told["folder"]), get_path(told["name"]))


def put_mark(mark: Mark) -> list[Any]:
    """A mark as a JSON list."""
    claims = None if mark.claims is None else mark.claims.value
    return [mark.reader, mark.version, mark.place, mark.key, mark.value, claims, int(mark.strength), list(mark.detail)]


def get_mark(told: Sequence[Any]) -> Mark:
    """The mark behind `put_mark`."""
    reader, version, place, key, value, claims, strength, detail = told
    return Mark(
        reader, version, place, key, value,
        None if claims is None else Origin(claims), Strength(strength),
        tuple((name, words) for name, words in detail),
    )  # fmt: skip


def put_reference(reference: Reference) -> Json:
    """A reference as JSON."""
    return {
        "relation": reference.relation.value,
        "identifiers": [[one.scheme, one.value] for one in reference.identifiers],
        "title": reference.title,
        "reader": reference.reader,
        "version": reference.version,
        "place": reference.place,
        "strength": int(reference.strength),
        "used": reference.used,
    }


def get_reference(told: Mapping[str, Any]) -> Reference:
    """The reference behind `put_reference`."""
    return Reference(
        Relation(told["relation"]),
        tuple(Identifier(scheme, value) for scheme, value in told["identifiers"]),
        told["title"], told["reader"], told["version"], told["place"], Strength(told["strength"]), told["used"],
    )  # fmt: skip


def put_asset(asset: Asset) -> tuple[Json, Json]:
    """An asset as (public body, personal payload) of a ledger entry.

    What a file says in its own words (marks, facts, titles of references) may hold names and prompts, so it is
    personal; hashes, the verdict and the readers' versions are not.
    """
    known = asset.description
    verdict = known.verdict
    public: Json = {
        "sha256": asset.sha256.hex(),
        "xxh128": asset.xxh128.hex(),
        "kind": asset.kind.value,
        "size": asset.size,
        "members": [[m.frame, put_path(m.name), m.size, m.sha256.hex()] for m in asset.members],
        "media_type": known.media_type,
        "essence": None if known.essence is None else [known.essence.scheme, known.essence.sha256.hex()],
        "verdict": {
            "origin": verdict.origin.value, "strength": int(verdict.strength), "proven": verdict.proven,
            "conflicts": [[c.code, c.text] for c in verdict.conflicts],
        },
        "faults": [[f.reader, f.code, f.text] for f in known.faults],
        "unchecked": [[u.what, u.why] for u in known.unchecked],
        "readers": [list(pair) for pair in known.readers],
        "identifiers": [[one.scheme, one.value] for one in known.identifiers],
    }  # fmt: skip
    order = {mark: n for n, mark in reversed(list(enumerate(known.marks)))}
    personal: Json = {
        "marks": [put_mark(mark) for mark in known.marks],
        "decided": [order[mark] for mark in verdict.decided if mark in order],
        "references": [put_reference(one) for one in known.references],
        "facts": dict(known.facts),
    }
    if known.project is not None:
        personal["project"] = put_project(known.project)
    return public, personal


def get_asset(public: Mapping[str, Any], personal: Mapping[str, Any]) -> Asset:
    """The asset behind `put_asset`; with an empty payload (redacted) the file's own words are gone."""
    marks = tuple(get_mark(one) for one in personal.get("marks", ()))
    told = public["verdict"]
    faults = tuple(Fault(*one) for one in public["faults"])
    unchecked = tuple(Unchecked(*one) for one in public["unchecked"])
    verdict = Verdict(
        Origin(told["origin"]),
        Strength(told["strength"]),
        tuple(marks[n] for n in personal.get("decided", ())),
        tuple(Conflict(*one) for one in told["conflicts"]),
        faults,
        unchecked,
        told["proven"],
    )
    essence = public["essence"]
    description = Description(
        public["media_type"],
        None if essence is None else Essence(essence[0], bytes.fromhex(essence[1])),
        verdict,
        marks,
        faults,
        unchecked,
        tuple(Identifier(*one) for one in public["identifiers"]),
        tuple(get_reference(one) for one in personal.get("references", ())),
        tuple((name, version) for name, version in public["readers"]),
        personal.get("facts", {}),
        get_project(personal["project"]) if "project" in personal else None,
    )
    members = tuple(
        Member(frame, get_path(name), size, bytes.fromhex(digest)) for frame, name, size, digest in public["members"]
    )
    return Asset(
        bytes.fromhex(public["sha256"]), Kind(public["kind"]), public["size"], description,
        bytes.fromhex(public["xxh128"]), members,
    )  # fmt: skip


def put_link(link: Link) -> tuple[Json, Json | None]:
    """A link as (public body, personal payload); only a person's link has a payload."""
    evidence = link.evidence
    public: Json = {
        "child": link.child.hex(),
        "parent": link.parent.hex(),
        "relation": link.relation.value,
        "used": link.used,
        "source": evidence.source,
        "version": evidence.version,
        "method": evidence.method,
        "strength": int(evidence.strength),
    }
    if evidence.by:
        return public, {"by": evidence.by, "note": evidence.note}
    return {**public, "note": evidence.note}, None


def get_link(public: Mapping[str, Any], personal: Mapping[str, Any]) -> Link:
    """The link behind `put_link`."""
    evidence = Evidence(
        public["source"], public["version"], public["method"], Strength(public["strength"]),
        personal.get("note", public.get("note", "")), personal.get("by", ""),
    )  # fmt: skip
    return Link(
        bytes.fromhex(public["child"]), bytes.fromhex(public["parent"]),
        Relation(public["relation"]), evidence, public["used"],
    )  # fmt: skip
