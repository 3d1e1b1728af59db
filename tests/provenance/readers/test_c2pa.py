"""Content credentials: what each kind of store says, how far it is believed, and what breaks."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from provenance.contracts import Source, TrustList
from provenance.model import Mark, Origin, Reading, Relation, Strength
from provenance.readers import c2pa

JPEG = "image/jpeg"


def lists(samples: Path) -> tuple[TrustList, ...]:
    trust = samples / "trust"
    return (
        TrustList("camera", (trust / "sample-camera-ca.pem").read_text()),
        TrustList("generator", (trust / "sample-generator-ca.pem").read_text()),
        TrustList("production", (trust / "sample-ca.pem").read_text(), own=True),
    )


def source(path: Path, trust: tuple[TrustList, ...] = (), **more: Any) -> Source:
    data = path.read_bytes()
    return Source(path, data[:65536], more.pop("size", len(data)), trust=trust, **more)


def claiming(reading: Reading) -> list[Mark]:
    return [mark for mark in reading.marks if mark.claims is not None]


def codes(reading: Reading) -> set[str]:
    return {fault.code for fault in reading.faults}


@pytest.fixture(scope="module")
def signing(samples: Path) -> Iterator[Any]:
    """The module that signs the samples, with fresh authorities."""
    sys.path.insert(0, str(samples))
    try:
        import _signing

        yield _signing
    finally:
        sys.path.remove(str(samples))


@pytest.fixture(scope="module")
def notary(signing: Any) -> Any:
    return signing.Notary()


@pytest.fixture
def signed(signing: Any, notary: Any, samples: Path, tmp_path: Path) -> Callable[..., Path]:
    """Signs a plain JPEG: who signs, its actions, and (name, path, relation) of what it was made of."""

    def sign(name: str, signer: str, actions: list[Any], *parts: tuple[Path, str]) -> Path:
        made_of = [signing.Ingredient(part.name, part.read_bytes(), JPEG, how) for part, how in parts]
        claim = signing.Claim(signer, ("Test Tool", "1"), actions, made_of)
        path = tmp_path / name
        path.write_bytes(notary.embed(claim, name, (samples / "stills/stripped.jpg").read_bytes(), JPEG))
        return path

    return sign


@pytest.fixture
def trust(signing: Any, notary: Any) -> tuple[TrustList, ...]:
    pems = {name: pem.decode() for name, pem in notary.certificates.items()}
    return (
        TrustList("camera", pems[signing.CAMERA]),
        TrustList("generator", pems[signing.GENERATOR]),
        TrustList("production", pems[signing.PRODUCTION], own=True),
    )


def test_believes_an_ai_statement_by_a_trusted_signer(samples: Path) -> None:
    reading = c2pa.read(source(samples / "stills/ai_generated.png", lists(samples)))

    [mark] = claiming(reading)
    assert (mark.claims, mark.strength) == (Origin.AI_GENERATED, Strength.SIGNED_TRUSTED)
    assert (mark.says("tool"), mark.says("version"), mark.says("trust")) == ("Sample Image Model", "3", "generator")
    assert mark.place.startswith("c2pa:urn:c2pa:")
    assert mark.place.endswith("/c2pa.actions.v2")


def test_keeps_the_ai_statement_when_nobody_vouches_for_the_signer(samples: Path) -> None:
    reading = c2pa.read(source(samples / "stills/ai_generated.png"))

    [mark] = claiming(reading)
    assert (mark.claims, mark.strength) == (Origin.AI_GENERATED, Strength.SIGNED)
    assert mark.says("codes") == "signingCredential.untrusted"
    assert codes(reading) == set()


def test_finds_ai_two_ingredients_deep_and_calls_the_whole_a_composite(samples: Path) -> None:
    reading = c2pa.read(source(samples / "stills/composite_deep.jpg", lists(samples)))

    [mark] = claiming(reading)
    assert mark.claims is Origin.AI_COMPOSITE
    assert (mark.says("relation"), mark.says("depth")) == ("componentOf", "2")


def test_refers_to_every_ingredient_however_deep(samples: Path) -> None:
    reading = c2pa.read(source(samples / "stills/composite_deep.jpg", lists(samples)))
    alone = c2pa.read(source(samples / "stills/ai_generated.png", lists(samples)))

    titles = [(entry.relation, entry.title) for entry in reading.references]
    assert titles == [(Relation.COMPONENT, "matte_painting.jpg"), (Relation.COMPONENT, "ai_generated.png")]
    assert set(alone.identifiers) & set(reading.references[1].identifiers)


def test_names_the_list_that_trusts_the_active_manifest_not_an_ingredients(samples: Path) -> None:
    # c2pa's own trustListUri names the camera's list here: that of the parent.
    reading = c2pa.read(source(samples / "stills/ai_edited.jpg", lists(samples)))

    state = reading.marks[0]
    assert (state.key, state.claims, state.value) == ("validation", None, "trusted")
    assert state.says("trust") == "generator"


def test_our_own_signature_never_proves_a_capture(samples: Path) -> None:
    reading = c2pa.read(source(samples / "stills/captured_says_production.jpg", lists(samples)))

    [mark] = claiming(reading)
    assert (mark.claims, mark.strength) == (Origin.CAPTURED, Strength.DECLARED)


def test_a_camera_signature_proves_a_capture(samples: Path) -> None:
    reading = c2pa.read(source(samples / "stills/captured_signed.jpg", lists(samples)))

    [mark] = claiming(reading)
    assert (mark.claims, mark.strength) == (Origin.CAPTURED, Strength.SIGNED_TRUSTED)


def test_our_own_capture_stays_declared_under_a_foreign_signature(
    signing: Any, signed: Callable[..., Path], trust: tuple[TrustList, ...]
) -> None:
    ours = signed("ours.jpg", signing.PRODUCTION, [signing.action("c2pa.created", "digitalCapture")])
    opened = [signing.action("c2pa.opened", of="ours.jpg"), signing.action("c2pa.cropped")]
    path = signed("cropped.jpg", signing.CAMERA, opened, (ours, "parentOf"))

    [mark] = claiming(c2pa.read(source(path, trust)))

    assert (mark.says("depth"), mark.claims, mark.strength) == ("1", Origin.CAPTURED, Strength.DECLARED)


def test_a_cameras_capture_stays_proven_under_a_foreign_signature(
    signing: Any, signed: Callable[..., Path], trust: tuple[TrustList, ...]
) -> None:
    shot = signed("shot.jpg", signing.CAMERA, [signing.action("c2pa.created", "digitalCapture")])
    opened = [signing.action("c2pa.opened", of="shot.jpg"), signing.action("c2pa.cropped")]
    path = signed("cropped.jpg", signing.GENERATOR, opened, (shot, "parentOf"))

    [mark] = claiming(c2pa.read(source(path, trust)))

    assert (mark.says("depth"), mark.claims, mark.strength) == ("1", Origin.CAPTURED, Strength.SIGNED_TRUSTED)


def test_a_capture_with_parts_placed_in_it_is_not_proven(
    signing: Any, signed: Callable[..., Path], trust: tuple[TrustList, ...], samples: Path
) -> None:
    shot = signed("shot.jpg", signing.CAMERA, [signing.action("c2pa.created", "digitalCapture")])
    steps = [signing.action("c2pa.opened", of="shot.jpg"), signing.action("c2pa.placed", of="stripped.jpg")]
    parts = ((shot, "parentOf"), (samples / "stills/stripped.jpg", "componentOf"))
    path = signed("comp.jpg", signing.CAMERA, steps, *parts)

    reading = c2pa.read(source(path, trust))

    assert claiming(reading)[0].strength is Strength.DECLARED
    assert "the component stripped.jpg" in {gap.what for gap in reading.unchecked}


def test_an_ai_input_leaves_the_question_open(
    signing: Any, signed: Callable[..., Path], trust: tuple[TrustList, ...]
) -> None:
    idea = signed("idea.jpg", signing.GENERATOR, [signing.action("c2pa.created", "trainedAlgorithmicMedia")])
    drawn = [signing.action("c2pa.created", "digitalCreation")]
    path = signed("drawing.jpg", signing.PRODUCTION, drawn, (idea, "inputTo"))

    reading = c2pa.read(source(path, trust))

    assert {mark.claims for mark in claiming(reading)} == {Origin.HUMAN_MADE, Origin.MAYBE_AI}
    assert [entry.relation for entry in reading.references] == [Relation.INPUT]


def test_changed_content_keeps_the_ai_statement_and_names_the_break(samples: Path) -> None:
    reading = c2pa.read(source(samples / "broken/tampered_ai.png", lists(samples)))

    [mark] = claiming(reading)
    assert (mark.claims, mark.strength) == (Origin.AI_GENERATED, Strength.HEURISTIC)
    assert mark.says("broken") == "assertion.dataHash.mismatch"
    assert codes(reading) == {"c2pa.broken"}


def test_changed_content_is_a_child_of_what_was_signed_not_the_same(samples: Path) -> None:
    reading = c2pa.read(source(samples / "broken/tampered_ai.png", lists(samples)))
    intact = c2pa.read(source(samples / "stills/ai_generated.png", lists(samples)))

    assert reading.identifiers == ()
    [reference] = reading.references
    assert (reference.relation, reference.strength) == (Relation.PARENT, Strength.HEURISTIC)
    assert set(reference.identifiers) & set(intact.identifiers)


def test_changed_content_proves_no_capture(samples: Path) -> None:
    reading = c2pa.read(source(samples / "broken/tampered_signed.jpg", lists(samples)))

    [mark] = claiming(reading)
    assert (mark.claims, mark.strength) == (Origin.CAPTURED, Strength.HEURISTIC)


def test_never_fetches_a_manifest_and_says_so(samples: Path) -> None:
    reading = c2pa.read(source(samples / "broken/remote_only.jpg"))

    [gap] = reading.unchecked
    assert gap.what == "remote manifest"
    assert "https://example.invalid/manifests/remote_only.c2pa" in gap.why
    assert reading.marks == ()


def test_a_file_without_credentials_says_nothing(samples: Path) -> None:
    assert c2pa.read(source(samples / "stills/undeclared.png")) == Reading()


def test_a_broken_container_is_a_fault_with_a_code(samples: Path) -> None:
    reading = c2pa.read(source(samples / "broken/lying_length.png"))

    assert codes(reading) == {"c2pa.container"}


def test_a_large_file_gives_its_claims_and_says_what_was_not_checked(samples: Path) -> None:
    path = samples / "stills/captured_signed.jpg"

    reading = c2pa.read(source(path, lists(samples), size=c2pa.LARGE + 1))

    assert claiming(reading)[0].strength is Strength.HEURISTIC
    assert any("hash binding" in gap.what for gap in reading.unchecked)


def test_a_large_ai_file_still_counts_as_declared(samples: Path) -> None:
    path = samples / "stills/ai_generated.png"

    reading = c2pa.read(source(path, lists(samples), size=c2pa.LARGE + 1))

    [mark] = claiming(reading)
    assert (mark.claims, mark.strength) == (Origin.AI_GENERATED, Strength.DECLARED)


def test_a_large_file_is_checked_where_a_full_look_is_asked_for(samples: Path) -> None:
    path = samples / "stills/ai_generated.png"

    reading = c2pa.read(source(path, lists(samples), size=c2pa.LARGE + 1, full=True))

    assert claiming(reading)[0].strength is Strength.SIGNED_TRUSTED


@pytest.mark.parametrize("hashed", [True, False])
def test_a_sidecar_speaks_for_any_format(samples: Path, hashed: bool) -> None:
    path = samples / "sidecars/matte.dpx"
    sha256 = hashlib.sha256(path.read_bytes()).digest() if hashed else b""

    reading = c2pa.read(source(path, lists(samples), sha256=sha256, sidecars=(samples / "sidecars/matte.dpx.c2pa",)))

    [mark] = claiming(reading)
    assert (mark.claims, mark.strength) == (Origin.AI_GENERATED, Strength.SIGNED_TRUSTED)
    assert mark.place.startswith("sidecar:matte.dpx.c2pa/c2pa:")
    assert {name.scheme for name in reading.identifiers} == {"c2pa.manifest", "xmp.iid"}


@pytest.mark.parametrize("hashed", [True, False])
def test_a_sidecar_of_other_content_still_counts_and_is_named(samples: Path, hashed: bool) -> None:
    path = samples / "sidecars/plate.dpx"
    sha256 = hashlib.sha256(path.read_bytes()).digest() if hashed else b""

    reading = c2pa.read(source(path, lists(samples), sha256=sha256, sidecars=(samples / "sidecars/plate.dpx.c2pa",)))

    [mark] = claiming(reading)
    assert (mark.claims, mark.strength) == (Origin.AI_GENERATED, Strength.HEURISTIC)
    assert mark.says("binding") == "mismatch"
    assert codes(reading) == {"c2pa.sidecar.mismatch"}
    assert reading.identifiers == ()


def test_a_sidecar_of_a_large_file_waits_for_the_hash(samples: Path) -> None:
    path = samples / "sidecars/matte.dpx"
    beside = (samples / "sidecars/matte.dpx.c2pa",)

    reading = c2pa.read(source(path, lists(samples), size=c2pa.LARGE + 1, sidecars=beside))

    assert claiming(reading)[0].claims is Origin.AI_GENERATED
    assert "whether matte.dpx.c2pa belongs to this content" in {gap.what for gap in reading.unchecked}


def test_an_unchecked_sidecar_proves_no_capture(
    signing: Any, notary: Any, trust: tuple[TrustList, ...], samples: Path, tmp_path: Path
) -> None:
    path = samples / "sidecars/matte.dpx"
    shot = signing.Claim(signing.CAMERA, ("Camera", "1"), [signing.action("c2pa.created", "digitalCapture")])
    beside = tmp_path / "matte.dpx.c2pa"
    sha256 = hashlib.sha256(path.read_bytes()).digest()
    beside.write_bytes(notary.sidecar(shot, "matte.dpx", sha256))

    unchecked = c2pa.read(source(path, trust, size=c2pa.LARGE + 1, sidecars=(beside,)))
    checked = c2pa.read(source(path, trust, size=c2pa.LARGE + 1, sha256=sha256, sidecars=(beside,)))

    assert claiming(unchecked)[0].strength is Strength.HEURISTIC
    assert claiming(checked)[0].strength is Strength.SIGNED_TRUSTED


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "c2pa.sidecar.empty"), (b"no manifest at all", "c2pa."), (b"\x00\x00\x10\x00jumb" + b"\xff" * 60, "c2pa.")],
)
def test_a_sidecar_that_is_none_is_a_fault(samples: Path, tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "plate.dpx.c2pa").write_bytes(data)

    reading = c2pa.read(source(samples / "sidecars/plate.dpx", sidecars=(tmp_path / "plate.dpx.c2pa",)))

    [fault] = reading.faults
    assert fault.code.startswith(code)
    assert reading.marks == ()


def test_a_sidecar_that_vanished_is_a_fault(samples: Path, tmp_path: Path) -> None:
    reading = c2pa.read(source(samples / "sidecars/plate.dpx", sidecars=(tmp_path / "plate.dpx.c2pa",)))

    assert codes(reading) == {"c2pa.sidecar.unreadable"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no undecodable names")
def test_reads_a_file_whose_name_is_not_utf8(samples: Path, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/plate\xff.png"
    try:
        Path(os.fsdecode(name)).write_bytes((samples / "stills/ai_generated.png").read_bytes())
    except OSError:
        pytest.skip("this file system refuses names that are not UTF-8")

    reading = c2pa.read(source(Path(os.fsdecode(name))))

    assert claiming(reading)[0].claims is Origin.AI_GENERATED


def test_reads_credentials_under_a_wrong_extension(samples: Path, tmp_path: Path) -> None:
    path = tmp_path / "plate.mov"
    path.write_bytes((samples / "stills/ai_generated.png").read_bytes())

    assert claiming(c2pa.read(source(path)))[0].claims is Origin.AI_GENERATED


@pytest.mark.parametrize("cut", [200, 1_000, 2_000, 3_000, 5_000])
def test_a_truncated_signed_file_never_raises(samples: Path, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut.png"
    path.write_bytes((samples / "stills/ai_generated.png").read_bytes()[:cut])

    reading = c2pa.read(source(path, lists(samples)))

    assert reading.faults or not claiming(reading)


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        # no source type at all: Firefly of 2023 is known by its own assertion and its name
        ("c2pa/c2pa-js-legacy/examples/minimal-ts-vite/examples/web-components/test.jpg", Origin.AI_GENERATED),
        # generative fill placed in a photo
        ("c2pa/c2pa-js-legacy/tools/testing/fixtures/images/gen-fill.jpg", Origin.AI_COMPOSITE),
        # the active manifest says nothing that c2pa accepts as an action
        ("marks/gpt4o-images/gpt-image-1/examples/vinyl-input.png", Origin.AI_GENERATED),
        ("marks/remove-ai-watermarks/data/calibration/samsung/samsung_black_1.png", Origin.AI_EDITED),
    ],
)
def test_reads_what_producers_really_write(corpus: Path, path: str, origin: Origin) -> None:
    reading = c2pa.read(source(corpus / path))

    assert origin in {mark.claims for mark in reading.marks}
