"""Signing for real with a production's identity, and what the reader then says."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import c2pa

from provenance._trust_folder import kept_lists, merged
from provenance.contracts import TrustList
from provenance.describe import describe
from provenance.identity import Home, SigningMaterial
from provenance.model import Mark, Origin, Strength

NOW = 1_790_000_000_000
YEAR = 365 * 86_400_000
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def sign(material: SigningMaterial, media: Path, to: Path, source_type: str, parent: Path | None = None) -> Path:
    """Signs a PNG for real, as created from a source type, or as opened from a parent."""
    action: dict[str, Any] = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPES + source_type}
    if parent is not None:
        action = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}}
    actions = {"actions": [action], "allActionsIncluded": True}
    told = {
        "claim_generator_info": [{"name": "provenance test", "version": "1"}],
        "assertions": [{"label": "c2pa.actions.v2", "created": True, "data": actions}],
    }
    offline = {
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
        "builder": {"thumbnail": {"enabled": False}},
    }
    info = c2pa.C2paSignerInfo(
        alg=material.alg.encode(),
        sign_cert=material.chain_pem,
        private_key=material.key_pem,
        ta_url=material.tsa.encode() or None,
    )
    with c2pa.Builder(told, c2pa.Context.from_dict(offline)) as builder, to.open("w+b") as out:
        if parent is not None:
            about = '{"title": "parent", "relationship": "parentOf", "label": "parent"}'
            builder.add_ingredient(about, "image/png", io.BytesIO(parent.read_bytes()))
        builder.sign(c2pa.Signer.from_info(info), "image/png", io.BytesIO(media.read_bytes()), out)
    return to


def own_lists(home: Home, *others: TrustList) -> tuple[TrustList, ...]:
    return merged(others, kept_lists(home.root))


def told(file: Path, trust: tuple[TrustList, ...]) -> tuple[Origin, Strength | None, str]:
    """(origin, how far it is believed, the list that vouched) of a file."""
    described = describe(file, trust=trust, with_essence=False)
    (validation,) = [mark for mark in described.marks if mark.key == "validation"]
    return described.verdict.origin, described.verdict.strength, dict(validation.detail).get("trust", "")


def claim(file: Path, trust: tuple[TrustList, ...], origin: Origin) -> Mark:
    marks = describe(file, trust=trust, with_essence=False).marks
    return next(mark for mark in marks if mark.claims is origin)


def stamped_at(file: Path) -> str:
    """The time that a time-stamp authority put on the signature, or empty."""
    offline = c2pa.Context.from_dict({"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}})
    with file.open("rb") as opened, c2pa.Reader("image/png", opened, context=offline) as reader:
        store = json.loads(reader.json())
    return str(store["manifests"][store["active_manifest"]]["signature_info"].get("time", ""))
