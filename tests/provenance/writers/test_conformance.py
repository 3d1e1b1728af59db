"""The C2PA Asset Conformance Rubric 0.2 for specification 2.4, check by check, on every kind of manifest we write.

The rubric's own grader needs an interpreter for its expressions that no registry carries; each check is said
here in Python, under the rubric's name. The last three are those of its integrity rubric that say more.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import c2pa as library
import pytest

from provenance.contracts import Tag, TrustList
from provenance.identity import SigningMaterial
from provenance.model import Origin
from provenance.writers import c2pa
from provenance.writers.claims import Action, Claim, Part, Use, made, received

Json = dict[str, Any]
EDITED = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
INCEPTION = {"c2pa.created", "c2pa.opened"}
QUIET = {
    "c2pa.converted", "c2pa.published", "c2pa.repackaged", "c2pa.transcoded", "c2pa.resized.proportional",
    "c2pa.enhanced", "c2pa.edited.metadata", "c2pa.watermarked", "c2pa.watermarked.bound",
    "c2pa.watermarked.unbound", "c2pa.redacted",
}  # fmt: skip
ASSERTIONS = {
    "c2pa.hash.data", "c2pa.hash.data.part", "c2pa.actions.v2", "c2pa.ingredient.v3", "c2pa.hash.boxes",
    "c2pa.hash.bmff.v3", "c2pa.hash.collection.data", "c2pa.metadata", "c2pa.ai-disclosure", "c2pa.thumbnail.claim",
    "c2pa.thumbnail.ingredient", "c2pa.asset-type.v2", "c2pa.soft-binding",
}  # fmt: skip
ACTIONS = QUIET | INCEPTION | {
    "c2pa.addedText", "c2pa.adjustedColor", "c2pa.changedSpeed", "c2pa.cropped", "c2pa.deleted", "c2pa.drawing",
    "c2pa.dubbed", "c2pa.edited", "c2pa.filtered", "c2pa.mastered", "c2pa.mixed", "c2pa.orientation", "c2pa.placed",
    "c2pa.remixed", "c2pa.removed", "c2pa.resized", "c2pa.translated", "c2pa.trimmed", "c2pa.unknown",
}  # fmt: skip
GIVEN_UP = {
    "c2pa.claim",
    "c2pa.hash.bmff.v2",
    "c2pa.asset-type",
    "c2pa.ingredient",
    "c2pa.ingredient.v2",
    "c2pa.actions",
}
GIVEN_UP_ACTIONS = {
    "c2pa.copied", "c2pa.formatted", "c2pa.version_updated", "c2pa.printed", "c2pa.managed", "c2pa.produced",
    "c2pa.saved", "c2pa.color_adjustments", "c2pa.watermarked",
}  # fmt: skip
PARAMETERS = {
    "redacted", "ingredients", "ingredient", "description", "relatedAssertions", "sourceLanguage", "targetLanguage",
    "multipleInstances", "ranges",
}  # fmt: skip
REFERENCES = ("c2pa.actions", "c2pa.cloud-data", "c2pa.external-reference", "c2pa.hash", "c2pa.ingredient")


def base(label: str) -> str:
    return label.split("__")[0]


class Manifest:
    """The active manifest of a crJSON document, as the rubric's helpers see it."""

    def __init__(self, document: Json) -> None:
        self.whole = document["manifests"][0]
        self.assertions: Json = self.whole.get("assertions", {})
        self.claim: Json = self.whole["claim.v2"]
        self.told = [value for value in self.assertions.values() if isinstance(value, dict)]
        self.actions = [action for value in self.told for action in value.get("actions") or []]
        self.ingredients = [value for value in self.told if "relationship" in value]
        self.results: Json = self.whole.get("validationResults") or {}
        self.failures = [entry["code"] for entry in self.results.get("failure", [])]
        self.generator = self.claim["claim_generator_info"]
        self.created = [entry["url"] for entry in self.claim["created_assertions"]]


def perceptible(m: Manifest) -> list[Json]:
    return [
        a
        for a in m.actions
        if a["action"].startswith("c2pa.") and a["action"] not in INCEPTION | QUIET | {"c2pa.placed"}
    ]


def inception(m: Manifest) -> bool:
    first = next((url for url in m.created if "c2pa.actions" in url), "")
    created = any(a["action"] == "c2pa.created" for a in m.actions)
    return first.endswith("c2pa.actions.v2") and (not created or m.actions[0]["action"] in INCEPTION)


def opened(m: Manifest) -> list[Json]:
    return [action for action in m.actions if action["action"] == "c2pa.opened"]


CHECKS: dict[str, Callable[[Manifest], bool]] = {
    "mandatory_dst_for_perceptible_transformations": lambda m: all(a.get("digitalSourceType") for a in perceptible(m)),
    "mandatory_spec_version": lambda m: m.generator["specVersion"].startswith("2.4"),
    "mandatory_all_actions_included": lambda m: all("allActionsIncluded" in v for v in m.told if "actions" in v),
    "no_dst_for_opened_action": lambda m: not any(a.get("digitalSourceType") for a in opened(m)),
    "well_formed_data_present": lambda m: bool(m.results),
    "well_formed_success": lambda m: not any("malformed" in c or "missing" in c or "invalid" in c for c in m.failures),
    "valid_data_present": lambda m: bool(m.results.get("success")),
    "valid_success": lambda m: not any("ismatch" in code for code in m.failures),
    "inception_action_position": inception,
    "no_deprecated_assertions": lambda m: not any(k.startswith("stds.") or k in GIVEN_UP for k in m.assertions),
    "no_unsupported_assertions": lambda m: all(
        base(k) in ASSERTIONS or base(k) in GIVEN_UP for k in m.assertions if k.startswith("c2pa.")
    ),
    "no_deprecated_actions": lambda m: not any(a["action"] in GIVEN_UP_ACTIONS for a in m.actions),
    "no_unsupported_actions": lambda m: all(
        a["action"] in ACTIONS for a in m.actions if a["action"].startswith("c2pa.")
    ),
    "no_unrecognized_custom_assertions": lambda m: all("." in key for key in m.assertions),
    "no_unrecognized_custom_actions": lambda m: all("." in action["action"] for action in m.actions),
    "no_unrecognized_custom_action_parameters": lambda m: all(
        key in PARAMETERS or "." in key for action in m.actions for key in action.get("parameters", {})
    ),
    "discouraged_legacy_action_parameters": lambda m: (
        not any({"description", "ingredient"} & set(action.get("parameters", {})) for action in m.actions)
    ),
    "active_manifest_urn": lambda m: m.whole["label"].startswith("urn:c2pa:"),
    "review_ratings_datasource": lambda m: not any("reviewRatings" in value for value in m.told),
    "ingredient_v3_no_active_manifest": lambda m: (
        not any("validationResults" in one for one in m.ingredients if "activeManifest" not in one)
    ),
    "ingredient_v3_mandatory_validation_results": lambda m: all(
        "validationResults" in one for one in m.ingredients if "activeManifest" in one
    ),
    "ingredient_relationship_values": lambda m: all(
        one["relationship"] in ("parentOf", "inputTo", "componentOf") for one in m.ingredients
    ),
    "mandatory_dst_for_created_action": lambda m: all(
        a.get("digitalSourceType") for a in m.actions if a["action"] == "c2pa.created"
    ),
    "no_deprecated_claim_fields": lambda m: "specVersion" not in m.claim,
    "ingredient_v3_choice": lambda m: (
        not any("activeManifest" in one and "digitalSourceType" in one for one in m.ingredients)
    ),
    "alternative_content_representation_choice": lambda m: (
        not any(value.get("type") == "exif.originalPreservationImage" for value in m.told)
    ),
    "forbidden_labels_in_external_references": lambda m: (
        not any("url" in value and str(value.get("label", "")).startswith(REFERENCES) for value in m.told)
    ),
    "no_url_in_hashes": lambda m: not any("url" in v for k, v in m.assertions.items() if k.startswith("c2pa.hash")),
    "all_actions_included_opened": lambda m: (
        len(m.actions) != 1 or not opened(m) or m.assertions["c2pa.actions.v2"]["allActionsIncluded"] is True
    ),
    "opened_action_ingredient_reference": lambda m: all(
        len(a.get("parameters", {}).get("ingredients", [])) == 1 for a in opened(m)
    ),
    "no_box_hash_for_tiff": lambda m: "c2pa.hash.boxes" not in m.assertions,
    "trusted_success": lambda m: not m.failures,
    "created_assertions_are_attributed_to_the_signer": lambda m: (
        {"c2pa.actions.v2"} <= {u.split("/")[-1] for u in m.created}
    ),
    "claim_signature_validated": lambda m: "claimSignature.validated" in {e["code"] for e in m.results["success"]},
}


@pytest.fixture(scope="session")
def written(samples: Path, notary: tuple[SigningMaterial, TrustList]) -> dict[str, Manifest]:
    """Every kind of manifest: created, edited, updated, received; embedded and beside; with all sorts of parts."""
    signing, trust = notary
    png, signed = (samples / "stills" / name for name in ("undeclared.png", "captured_signed.jpg"))
    mxf = samples / "clips" / "camera_header.mxf"
    tag = Tag(Origin.AI_EDITED, EDITED, "Generator", "2", "a harbour", "Props")
    parent = Part(Use.PARENT, signed.name, "image/jpeg", digest(signed), signed)
    prompt = Part(Use.INPUT, "prompt.txt", "text/plain", bytes(32))
    piece = Part(Use.COMPONENT, png.name, "image/png", digest(png), source_type=EDITED)
    opened_it, placed = Action("c2pa.opened", parts=(0,)), Action("c2pa.placed", parts=(1,))
    composite = Claim(
        "c.jpg", "image/jpeg", (opened_it, placed, Action("c2pa.edited", EDITED, "Tool")), (parent, piece), tag
    )
    first = c2pa.sign_sidecar(made(mxf.name, "application/mxf", tag, inputs=[prompt], when=0), digest(mxf), signing)
    chained = received(Part(Use.PARENT, mxf.name, "application/mxf", digest(mxf), sidecar=first), tag)
    plain = Part(Use.PARENT, png.name, "image/png", digest(png))
    over = c2pa.sign_sidecar(received(parent, tag), digest(signed), signing)
    drawn = made(png.name, "image/png", tag, inputs=[prompt], complete=True)
    context = c2pa._context((trust,), 0)

    def embedded(path: Path, kind: str, claim: Claim, *, update: bool = False) -> Manifest:
        target = io.BytesIO()
        with path.open("rb") as source:
            c2pa.sign_embedded(claim, source, target, signing, update=update)
        return Manifest(json.loads(library.Reader(kind, target, context=context).crjson()))

    def beside(path: Path, sidecar: bytes) -> Manifest:
        with path.open("rb") as asset:
            return Manifest(
                json.loads(library.Reader("application/octet-stream", asset, sidecar, context=context).crjson())
            )

    return {
        "created, embedded": embedded(png, "image/png", drawn),
        "edited, embedded": embedded(signed, "image/jpeg", composite),
        "updated, embedded": embedded(signed, "image/jpeg", received(parent, tag), update=True),
        "created, beside": beside(mxf, first),
        "received, beside": beside(png, c2pa.sign_sidecar(received(plain, tag), digest(png), signing)),
        "over a sidecar, beside": beside(mxf, c2pa.sign_sidecar(chained, digest(mxf), signing)),
        "over an embedded one, beside": beside(signed, over),
    }


def digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


@pytest.mark.parametrize("check", CHECKS)
def test_every_manifest_meets_the_rubric(written: dict[str, Manifest], check: str) -> None:
    missed = [name for name, manifest in written.items() if not CHECKS[check](manifest)]

    assert not missed


def test_the_checks_can_fail() -> None:
    bad = Manifest(
        {
            "manifests": [
                {
                    "label": "urn:uuid:1",
                    "assertions": {
                        "c2pa.actions": {"actions": [{"action": "c2pa.opened", "digitalSourceType": "x"}]},
                        "loose": {"actions": [{"action": "c2pa.cropped", "parameters": {"ingredient": 1}}]},
                        "c2pa.ingredient.v3": {"relationship": "friendOf", "activeManifest": 1, "digitalSourceType": 1},
                    },
                    "claim.v2": {
                        "claim_generator_info": {"specVersion": "1"},
                        "created_assertions": [],
                        "specVersion": 1,
                    },
                }
            ]
        }
    )

    failed = {name for name, check in CHECKS.items() if name != "claim_signature_validated" and not check(bad)}

    assert len(failed) >= 15
