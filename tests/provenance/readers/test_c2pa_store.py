"""Manifest stores that lie, loop and grow, and what single statements mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.contracts import TrustList
from provenance.marks.credentials import generator, says_generated
from provenance.model import Origin, Strength
from provenance.readers._c2pa_belief import Told
from provenance.readers._c2pa_claims import ingredient_statements, of_asset, statements
from provenance.readers._c2pa_reading import read_store
from provenance.readers._c2pa_store import DEPTH, MANIFESTS, Manifest, chain, parse_store

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SIGNED = {"code": "claimSignature.validated"}
TRUSTED = {"code": "signingCredential.trusted", "explanation": "found in [urn:provenance:trust:0] trust anchors"}
UNTRUSTED = {"code": "signingCredential.untrusted"}


def part(label: str, relation: str = "parentOf", **more: Any) -> dict[str, Any]:
    return {"relationship": relation, "activeManifest": {"url": f"self#jumbf=/c2pa/{label}"}, **more}


def body(*actions: dict[str, Any], **assertions: Any) -> dict[str, Any]:
    store = {key.replace("__dot__", "."): value for key, value in assertions.items()}
    return {"claim": {}, "assertion_store": {"c2pa.actions.v2": {"actions": list(actions)}, **store}}


def with_ingredients(manifest: dict[str, Any], *parts: dict[str, Any]) -> dict[str, Any]:
    for index, one in enumerate(parts):
        manifest["assertion_store"][f"c2pa.ingredient.v3__{index}"] = one
    return manifest


def document(active: str, *success: dict[str, Any], **manifests: Any) -> dict[str, Any]:
    results = {"activeManifest": {"success": list(success), "failure": []}}
    return {"active_manifest": active, "manifests": manifests, "validation_results": results}


def lone(manifest: dict[str, Any]) -> Manifest:
    return parse_store(document("a", a=manifest)).manifests[0]


def created(term: str, **more: Any) -> dict[str, Any]:
    return {"action": "c2pa.created", "digitalSourceType": IPTC + term, **more}


def test_a_ring_of_manifests_is_walked_once() -> None:
    store = parse_store(
        document("a", a=with_ingredients(body(), part("b")), b=with_ingredients(body(), part("a"), part("b")))
    )

    assert [(entry.label, entry.depth) for entry in store.manifests] == [("a", 0), ("b", 1)]
    assert chain(store, store.manifests[1]) == ["b", "a"]


def test_more_manifests_than_anyone_needs_are_left_out_and_said() -> None:
    many = {f"m{index}": body() for index in range(MANIFESTS + 50)}

    store = parse_store(document("m0", **many))
    reading = read_store(store, Told((), "c2pa", "1"), None)

    assert len(store.manifests) == MANIFESTS
    assert "the deepest manifests" in {gap.what for gap in reading.unchecked}


def test_a_long_chain_is_followed_to_its_limit_and_its_end_still_counts() -> None:
    length = DEPTH + 20
    chained = {f"m{index}": with_ingredients(body(), part(f"m{index + 1}")) for index in range(length)}
    chained[f"m{length}"] = body(created("trainedAlgorithmicMedia"))

    reading = read_store(parse_store(document("m0", **chained)), Told((), "c2pa", "1"), None)

    assert any(mark.claims is not None and mark.claims.is_ai for mark in reading.marks)


def test_the_tightest_way_to_a_manifest_decides_what_it_means() -> None:
    active = with_ingredients(body(), part("x", "inputTo"), part("x", "parentOf"), part("y", "componentOf"))
    store = parse_store(document("a", a=active, x=body(), y=with_ingredients(body(), part("z")), z=body()))

    ways = {entry.label: entry.relation for entry in store.manifests}
    assert ways == {"a": "active", "x": "parentOf", "y": "componentOf", "z": "componentOf"}


def test_a_manifest_that_nothing_refers_to_still_counts() -> None:
    store = parse_store(document("a", a=body(), orphan=body(created("trainedAlgorithmicMedia"))))

    reading = read_store(store, Told((), "c2pa", "1"), None)

    assert Origin.AI_COMPOSITE in {mark.claims for mark in reading.marks}


def test_an_ingredient_is_believed_no_further_than_what_contains_it() -> None:
    recorded = {"activeManifest": {"success": [SIGNED, TRUSTED], "failure": []}}
    active = with_ingredients(body(), part("b", validationResults=recorded))
    store = parse_store(document("a", SIGNED, UNTRUSTED, a=active, b=body(created("digitalCapture"))))

    reading = read_store(store, Told((TrustList("x", ""),), "c2pa", "1"), None)

    assert store.standings["b"].strength is Strength.SIGNED_TRUSTED
    [mark] = [mark for mark in reading.marks if mark.claims is Origin.CAPTURED]
    assert mark.strength is Strength.SIGNED


def test_our_own_signature_never_lifts_a_capture_above_declared_even_with_flaws() -> None:
    one = document("a", SIGNED, TRUSTED, a=body(created("digitalCapture")))
    one["validation_results"]["activeManifest"]["failure"] = [{"code": "assertion.action.malformed"}]

    reading = read_store(parse_store(one), Told((TrustList("production", "", own=True),), "c2pa", "1"), None)

    [mark] = [mark for mark in reading.marks if mark.claims is Origin.CAPTURED]
    assert mark.strength is Strength.DECLARED


def test_an_untrusted_camera_is_not_taken_for_our_own() -> None:
    one = document("a", SIGNED, UNTRUSTED, a=body(created("digitalCapture")))

    reading = read_store(parse_store(one), Told((TrustList("production", "", own=True),), "c2pa", "1"), None)

    [mark] = [mark for mark in reading.marks if mark.claims is Origin.CAPTURED]
    assert mark.strength is Strength.SIGNED


def test_a_failure_recorded_as_a_success_is_still_a_failure() -> None:
    recorded = {"activeManifest": {"success": [SIGNED, TRUSTED, UNTRUSTED]}}
    active = with_ingredients(body(), part("b", validationResults=recorded))

    store = parse_store(document("a", SIGNED, TRUSTED, a=active, b=body()))

    assert store.standings["b"].strength is Strength.SIGNED


def test_our_own_trust_outweighs_what_an_ingredient_recorded_without_our_lists() -> None:
    recorded = {"activeManifest": {"success": [SIGNED], "failure": [UNTRUSTED]}}
    one = document("a", SIGNED, TRUSTED, a=with_ingredients(body(), part("b", validationResults=recorded)), b=body())
    address = "self#jumbf=/c2pa/a/c2pa.assertions/c2pa.ingredient.v3__0"
    delta = {"ingredientAssertionURI": address, "validationDeltas": {"success": [TRUSTED]}}
    one["validation_results"]["ingredientDeltas"] = [delta]

    assert parse_store(one).standings["b"].strength is Strength.SIGNED_TRUSTED


def test_an_ingredient_cannot_speak_for_the_active_manifest() -> None:
    recorded = {"activeManifest": {"success": [SIGNED, TRUSTED]}}
    active = with_ingredients(body(), part("a", validationResults=recorded))

    store = parse_store(document("a", a=active))

    assert store.standings["a"].strength is Strength.HEURISTIC


@pytest.mark.parametrize(
    ("code", "strength"),
    [
        ("signingCredential.untrusted", Strength.SIGNED),
        ("signingCredential.expired", Strength.SIGNED),
        ("assertion.action.malformed", Strength.SIGNED),
        ("timeStamp.mismatch", Strength.SIGNED_TRUSTED),
        ("assertion.dataHash.mismatch", Strength.HEURISTIC),
        ("assertion.hashedURI.mismatch", Strength.HEURISTIC),
        ("claimSignature.mismatch", Strength.HEURISTIC),
        ("signingCredential.ocsp.revoked", Strength.HEURISTIC),
        ("something.new", Strength.HEURISTIC),
    ],
)
def test_codes_decide_not_the_state_word(code: str, strength: Strength) -> None:
    one = document("a", SIGNED, TRUSTED, a=body())
    one["validation_state"] = "Invalid"
    one["validation_results"]["activeManifest"]["failure"] = [{"code": code}]

    assert parse_store(one).standings["a"].strength is strength


@pytest.mark.parametrize(
    ("action", "term", "claims"),
    [
        ("c2pa.created", "trainedAlgorithmicMedia", Origin.AI_GENERATED),
        ("c2pa.edited", "trainedAlgorithmicMedia", Origin.AI_EDITED),
        ("c2pa.placed", "trainedAlgorithmicMedia", Origin.AI_COMPOSITE),
        ("c2pa.watermarked", "trainedAlgorithmicMedia", Origin.AI_GENERATED),
        ("c2pa.edited", "compositeWithTrainedAlgorithmicMedia", Origin.AI_EDITED),
        ("c2pa.created", "digitalCapture", Origin.CAPTURED),
        ("c2pa.placed", "digitalCapture", None),
        ("c2pa.edited", "digitalCapture", None),
        ("c2pa.created", "emptiness", None),
    ],
)
def test_a_source_type_means_what_its_action_makes_of_it(action: str, term: str, claims: Origin | None) -> None:
    [said] = statements(lone(body({"action": action, "digitalSourceType": IPTC + term})))

    assert said.claims is claims


def test_a_composite_step_stays_a_step() -> None:
    [said] = statements(lone(body({"action": "c2pa.edited", "digitalSourceType": IPTC + "composite"})))

    assert (said.claims, said.step) == (Origin.MAYBE_AI, True)


def test_reads_templates_and_agents_by_index() -> None:
    manifest = body({"action": "c2pa.edited", "softwareAgentIndex": 1})
    manifest["assertion_store"]["c2pa.actions.v2"] |= {
        "softwareAgents": [{"name": "Sample Paint"}, {"name": "Adobe Firefly", "version": "3"}],
        "templates": [{"action": "c2pa.placed", "digitalSourceType": IPTC + "trainedAlgorithmicMedia"}],
    }

    said = statements(lone(manifest))

    assert {entry.key: entry.claims for entry in said}["digitalSourceType"] is Origin.AI_COMPOSITE
    assert {entry.key: entry.tool for entry in said}["softwareAgent"] == "Adobe Firefly"


def test_a_generators_name_decides_only_where_no_source_type_says_what_it_did() -> None:
    manifest = body({"action": "c2pa.edited", "digitalSourceType": IPTC + "compositeWithTrainedAlgorithmicMedia"})
    manifest["claim"] = {"claim_generator": "Adobe_Firefly/1.0 c2pa-rs/0.17.0"}

    said = {entry.key: entry.claims for entry in statements(lone(manifest))}

    assert said == {"digitalSourceType": Origin.AI_EDITED, "claim_generator": None}


@pytest.mark.parametrize(("parents", "claims"), [((), Origin.AI_GENERATED), (("x",), Origin.AI_EDITED)])
def test_a_generators_name_alone_means_generated_or_edited_by_what_it_started_from(
    parents: tuple[str, ...], claims: Origin
) -> None:
    manifest = with_ingredients(body(), *(part(label) for label in parents))
    manifest["claim"] = {"claim_generator_info": [{"name": "Bing Image Creator"}]}

    [said] = statements(lone(manifest))

    assert (said.claims, said.named) == (claims, True)


@pytest.mark.parametrize(("issuer", "claims"), [("Eleven Labs", [Origin.AI_GENERATED]), ("Adobe Inc.", [])])
def test_a_signer_that_signs_nothing_but_generated_media_says_so(issuer: str, claims: list[Origin]) -> None:
    manifest = body()
    manifest["signature"] = {"issuer": issuer}

    said = statements(lone(manifest))

    assert [entry.claims for entry in said] == claims
    assert all(entry.named and entry.key == "signer" for entry in said)


@pytest.mark.parametrize(
    ("label", "data"),
    [
        ("com.adobe.generative-ai", {"description": "Adobe Firefly", "version": "1"}),
        ("c2pa.ai-disclosure", {"modelType": "c2pa.types.model", "modelName": "Sample"}),
        ("com.suno.provenance", {"clip": "x"}),
        ("c2pa.ai_generated_content", {"ai_generated": True, "model": "Flux.2"}),
        ("cawg.metadata", {"Iptc4xmpExt:AISystemUsed": "Sample"}),
        ("c2pa.metadata", {"Iptc4xmpExt:DigitalSourceType": IPTC + "trainedAlgorithmicMedia"}),
    ],
)
def test_disclosures_and_metadata_count(label: str, data: dict[str, Any]) -> None:
    [said] = statements(lone({"claim": {}, "assertion_store": {label: data}}))

    assert said.claims is Origin.AI_GENERATED


def test_an_ingredient_without_manifest_can_say_it_is_ai() -> None:
    element = {"relationship": "componentOf", "digitalSourceType": IPTC + "trainedAlgorithmicMedia"}
    manifest = with_ingredients(body(), element)

    reading = read_store(parse_store(document("a", a=manifest)), Told((), "c2pa", "1"), None)

    assert next(ingredient_statements(lone(manifest)))[0] == "componentOf"
    assert Origin.AI_COMPOSITE in {mark.claims for mark in reading.marks}


def test_our_hash_in_an_ingredient_names_the_asset() -> None:
    digest = "ab" * 32
    manifest = with_ingredients(
        body(),
        {"relationship": "componentOf", "instanceID": f"xmp.iid:sha256:{digest}"},
        {"relationship": "inputTo", "metadata": {"com.example.sha256": digest}},
        {"relationship": "parentOf", "instanceID": "xmp:iid:1234", "documentID": "xmp.did:5678"},
    )

    reading = read_store(parse_store(document("a", a=manifest)), Told((), "c2pa", "1"), None)

    found = [[(name.scheme, name.value) for name in entry.identifiers] for entry in reading.references]
    instance = [("xmp.iid", "xmp.iid:1234"), ("xmp.did", "xmp.did:5678")]
    assert found == [[("sha256", digest)], [("sha256", digest)], instance]


def test_a_clean_part_says_nothing_of_the_whole() -> None:
    assert of_asset(Origin.CAPTURED, "componentOf") is None
    assert of_asset(Origin.HUMAN_MADE, "inputTo") is None
    assert of_asset(Origin.CAPTURED, "parentOf") is Origin.CAPTURED


@pytest.mark.parametrize(
    "name",
    [
        "Adobe_Firefly", "Adobe_Firefly/1.0 c2pa-rs/0.17.0", "Adobe Firefly", "ChatGPT", "Sora",
        "DALL-E", "DALL·E 3", "Amazon_Bedrock c2pa-rs/0.32.7", "Bing Image Creator", "Microsoft Responsible AI Image",
        "Google Generative AI", "Black Forest Labs API", "Flux.2", "Midjourney", "Stability AI", "GPT-4o",
        "OpenAI Media Service API", "gpt-image-1",
    ],
)  # fmt: skip
def test_knows_generators_by_name(name: str) -> None:
    assert generator(name) is not None


@pytest.mark.parametrize(
    "name",
    [
        "", "ImageNumber", "Imagenet Viewer", "LumaFusion", "audio", "Audio Recorder", "Adobe_Photoshop/25.1.0",
        "Google C2PA Core Generator Library", "Pixel Camera", "Galaxy S25 c2pa-rs/0.62.0", "f.lux", "fluxus", "Soracam",
        "My Firefly", "Randall-Edwards", "Pikachu", "SONY_CAMERA", "Leica", "Truepic_Lens", "Veolia", "lc_c2pa",
    ],
)  # fmt: skip
def test_never_takes_a_part_of_a_name_for_a_generator(name: str) -> None:
    assert generator(name) is None


def test_knows_the_sentences_producers_write() -> None:
    assert says_generated("Created by Google Generative AI.")
    assert says_generated("Edited using Generative AI")
    assert not says_generated("Not created by Generative AI, but by hand")


_keys = st.sampled_from(
    [
        "manifests", "active_manifest", "a", "b", "claim", "assertion_store", "c2pa.actions.v2", "actions", "templates",
        "c2pa.ingredient.v3", "relationship", "activeManifest", "url", "validation_results", "validationResults",
        "success", "failure", "code", "ingredientDeltas", "digitalSourceType", "softwareAgent", "softwareAgentIndex",
        "claim_generator_info", "metadata", "signature", "redacted_assertions", "validationStatus",
    ]
)  # fmt: skip
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=6),
    max_leaves=40,
)


@given(st.dictionaries(st.sampled_from(["a", "b"]), _json, max_size=2), _json)
@settings(max_examples=150, deadline=None)
def test_no_document_makes_it_fail(manifests: dict[str, Any], results: Any) -> None:
    store = parse_store({"active_manifest": "a", "manifests": manifests, "validation_results": results})

    reading = read_store(store, Told((), "c2pa", "1"), None)

    assert all(mark.reader == "c2pa" for mark in reading.marks)
