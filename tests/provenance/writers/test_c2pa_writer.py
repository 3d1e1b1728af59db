"""Signing: sidecars from a hash, manifests in files, and each danger of the library kept out."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provenance.contracts import Source, Tag, TrustList
from provenance.describe import describe
from provenance.errors import WriteFailed, WriteRefused
from provenance.identity import SigningMaterial
from provenance.media_type import sniffed
from provenance.model import Origin, Strength
from provenance.readers import c2pa as reader
from provenance.writers import c2pa
from provenance.writers.claims import Action, Claim, Part, Use, made, received

Notary = tuple[SigningMaterial, TrustList]
DRAWN = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"
CAPTURED = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"


def part(path: Path, use: Use = Use.PARENT, media_type: str = "image/png", sidecar: bytes = b"") -> Part:
    return Part(use, path.name, media_type, hashlib.sha256(path.read_bytes()).digest(), path, sidecar)


def read_back(path: Path, sidecar: bytes, trust: TrustList):
    beside = path.with_name(path.name + ".c2pa")
    beside.write_bytes(sidecar)
    data = path.read_bytes()
    return reader.read(Source(path, data[:65536], len(data), hashlib.sha256(data).digest(), (trust,), True, (beside,)))


@pytest.mark.parametrize(
    "name", ["stills/plate.exr", "clips/camera_header.mxf", "clips/ai_graph.mkv", "stills/undeclared.png"]
)
def test_a_sidecar_for_any_format_is_read_as_ai_declared_under_a_signature(
    sample, name: str, notary: Notary, tag: Tag
) -> None:
    path, (signing, trust) = sample(name), notary
    digest = hashlib.sha256(path.read_bytes()).digest()

    sidecar = c2pa.sign_sidecar(made(path.name, "application/octet-stream", tag), digest, signing)

    found = read_back(path, sidecar, trust)
    claims = [mark for mark in found.marks if mark.claims]
    assert not found.faults
    assert {mark.claims for mark in claims} == {Origin.AI_GENERATED}
    # What we sign is declared by us, and no second witness; that the signature holds is a mark of its own
    assert max(mark.strength for mark in claims) is Strength.DECLARED
    assert {mark.says("written_by") for mark in claims} == {"provenance"}
    assert next(mark for mark in found.marks if mark.key == "validation").strength is Strength.SIGNED_TRUSTED
    assert c2pa.verify_sidecar(sidecar, digest, (trust,)).strength is Strength.SIGNED_TRUSTED
    assert c2pa.verify_sidecar(sidecar, digest).strength is Strength.SIGNED


def test_a_sidecar_does_not_hold_for_other_content_or_with_a_changed_statement(notary: Notary, tag: Tag) -> None:
    sidecar = c2pa.sign_sidecar(made("a", "image/x-exr", tag), bytes(32), notary[0])

    other = c2pa.verify_sidecar(sidecar, b"\1" * 32, (notary[1],))
    changed = c2pa.verify_sidecar(sidecar.replace(b"Sample Generator", b"Simple Generator"), bytes(32), (notary[1],))
    cut = c2pa.verify_sidecar(sidecar[:300], bytes(32), (notary[1],))

    assert not other.holds
    assert other.failures == ("assertion.dataHash.mismatch",)
    assert not changed.holds
    assert not cut.holds


def test_a_received_asset_says_its_origin_on_the_ingredient_and_who_declared_it(
    sample, notary: Notary, tag: Tag
) -> None:
    path, (signing, trust) = sample("stills/undeclared.png"), notary
    claim = received(part(path), tag, declared_by="VFX supervisor", evidence=("vendor's delivery note 12",))

    found = read_back(path, c2pa.sign_sidecar(claim, claim.parts[0].sha256, signing), trust)

    assert any(mark.claims is Origin.AI_GENERATED and mark.says("relation") == "parentOf" for mark in found.marks)
    assert not any(mark.says("action") == "c2pa.created" and mark.place.endswith("actions.v2") for mark in found.marks)


def test_credentials_in_the_file_become_the_parent_of_its_sidecar(sample, notary: Notary, tag: Tag) -> None:
    path, (signing, trust) = sample("stills/captured_signed.jpg"), notary
    claim = received(part(path, media_type="image/jpeg"), Tag(Origin.CAPTURED))

    found = read_back(path, c2pa.sign_sidecar(claim, claim.parts[0].sha256, signing), trust)

    state = next(mark for mark in found.marks if mark.key == "validation" and mark.place.startswith("sidecar"))
    assert state.says("manifests") == "2"


def test_a_parent_with_a_sidecar_is_carried_with_its_hash_compared(sample, notary: Notary, tag: Tag) -> None:
    plate, (signing, trust) = sample("stills/plate.exr"), notary
    digest = hashlib.sha256(plate.read_bytes()).digest()
    first = c2pa.sign_sidecar(made(plate.name, "image/x-exr", tag), digest, signing)
    parent = part(plate, media_type="image/x-exr", sidecar=first)
    opened = Claim("comp.exr", "image/x-exr", (Action("c2pa.opened", parts=(0,)),), (parent,))

    second = c2pa.sign_sidecar(opened, b"\7" * 32, signing)
    third = c2pa.sign_sidecar(
        replace(opened, parts=(replace(opened.parts[0], sha256=b"\7" * 32, sidecar=second),)),
        hashlib.sha256(b"other").digest(),
        signing,
    )

    assert c2pa.verify_sidecar(second, b"\7" * 32, (trust,)).strength is Strength.SIGNED_TRUSTED
    plate.write_bytes(b"other")
    found = read_back(plate, third, trust)
    assert any(mark.claims is Origin.AI_GENERATED for mark in found.marks)
    assert b"assertion.dataHash.match" in second
    assert b"assertion.dataHash.mismatch" not in second


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("stills/undeclared.png", "image/png"),
        ("stills/captured.jpg", "image/jpeg"),
        ("stills/ai_xmp.webp", "image/webp"),
        ("stills/ai_xmp.tif", "image/tiff"),
        ("clips/plate.mp4", "video/mp4"),
        ("clips/edited_only.mov", "video/quicktime"),
        ("clips/tone.wav", "audio/wav"),
    ],
)
def test_an_embedded_manifest_is_read_as_signed_and_trusted(
    sample, name: str, kind: str, notary: Notary, tag: Tag
) -> None:
    path, (signing, trust) = sample(name), notary
    target = path.with_name("signed" + path.suffix)

    with path.open("rb") as source, target.open("x+b") as out:
        c2pa.sign_embedded(made(path.name, kind, tag), source, out, signing)

    told = describe(target, trust=(trust,), full=True)
    states = [mark for mark in told.marks if mark.key == "validation"]
    assert [mark.strength for mark in states] == [Strength.SIGNED_TRUSTED]
    assert told.verdict.origin.is_ai


@pytest.mark.parametrize("name", ["stills/captured_signed.jpg", "broken/tampered_signed.jpg", "broken/remote_only.jpg"])
def test_nothing_is_created_over_credentials_embedded_broken_or_elsewhere(
    sample, name: str, notary: Notary, tag: Tag
) -> None:
    path = sample(name)
    claim = made(path.name, "image/jpeg", tag)

    with path.open("rb") as file, pytest.raises(WriteRefused, match="not created anew"):
        c2pa.sign_embedded(claim, file, io.BytesIO(), notary[0])
    with path.open("rb") as file, pytest.raises(WriteRefused, match="not created anew"):
        c2pa.sign_sidecar(claim, bytes(32), notary[0], asset=file)


def test_nothing_is_created_where_the_store_knows_credentials(notary: Notary, tag: Tag) -> None:
    with pytest.raises(WriteRefused, match="the store knows"):
        c2pa.sign_sidecar(made("a", "image/png", tag), bytes(32), notary[0], known=True)


def test_a_file_opened_and_signed_keeps_its_credentials_as_the_parent(sample, notary: Notary) -> None:
    path, (signing, trust) = sample("stills/captured_signed.jpg"), notary
    target = path.with_name("signed.jpg")
    steps = (Action("c2pa.opened", parts=(0,)), Action("c2pa.edited.metadata"))
    claim = Claim(path.name, "image/jpeg", steps, (part(path, media_type="image/jpeg"),))

    with path.open("rb") as source, target.open("x+b") as out:
        c2pa.sign_embedded(claim, source, out, signing)

    told = describe(target, trust=(trust,), full=True)
    assert next(mark for mark in told.marks if mark.key == "validation").says("manifests") == "2"
    assert any(mark.claims is Origin.CAPTURED for mark in told.marks)


def test_what_cannot_be_embedded_is_refused(notary: Notary, tag: Tag) -> None:
    with pytest.raises(WriteRefused, match="kind or size"):
        c2pa.sign_embedded(made("a", "application/mxf", tag), io.BytesIO(b"x"), io.BytesIO(), notary[0])

    assert not c2pa.can_embed("audio/wav", c2pa.EMBED_MOST_WAVE + 1)
    assert c2pa.can_embed("video/mp4", c2pa.EMBED_MOST)
    assert not c2pa.can_embed("video/mp4", c2pa.EMBED_MOST + 1)
    assert not c2pa.can_embed("image/png", 0)


def test_a_file_is_never_signed_onto_itself(sample, notary: Notary, tag: Tag) -> None:
    path = sample("stills/undeclared.png")
    before = path.read_bytes()

    with path.open("r+b") as file, pytest.raises(WriteRefused, match="onto itself"):
        c2pa.sign_embedded(made("a", "image/png", tag), file, file, notary[0])

    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ((), "must be created or opened"),
        ((Action("c2pa.edited", CAPTURED),), "must be created or opened"),
        ((Action("c2pa.created"),), "by what kind of work"),
        ((Action("c2pa.created", "http://example.org/nothing"),), "no Digital Source Type"),
        ((Action("c2pa.created", CAPTURED),), "claimed by the camera"),
        ((Action("c2pa.opened"),), "exactly one parent"),
        ((Action("c2pa.created", DRAWN), Action("c2pa.bogus")), "no action"),
        ((Action("c2pa.created", DRAWN), Action("c2pa.color_adjustments", DRAWN)), "no action"),
        ((Action("c2pa.created", DRAWN), Action("c2pa.cropped")), "by what kind of work"),
        ((Action("c2pa.created", DRAWN), Action("c2pa.created", DRAWN)), "behind another"),
        ((Action("c2pa.created", DRAWN), Action("c2pa.placed")), "names no component"),
        ((Action("c2pa.created", DRAWN, parts=(3,)),), "not there"),
    ],
)  # fmt: skip
def test_words_outside_the_vocabulary_are_not_signed(notary: Notary, actions: tuple[Action, ...], words: str) -> None:
    with pytest.raises(WriteRefused, match=words):
        c2pa.sign_sidecar(Claim("a", "image/png", actions), bytes(32), notary[0])


def test_a_hash_that_is_none_is_refused(notary: Notary, tag: Tag) -> None:
    with pytest.raises(WriteRefused, match="32 bytes"):
        c2pa.sign_sidecar(made("a", "image/png", tag), b"short", notary[0])


def test_an_expired_certificate_is_named_and_nothing_is_signed(make_authority, tag: Tag) -> None:
    signing, _ = make_authority(ends=datetime(2026, 1, 2, tzinfo=UTC))

    with pytest.raises(WriteFailed, match=r"signed|hold"):
        c2pa.sign_sidecar(made("a", "image/png", tag), bytes(32), signing)


def test_a_key_that_is_not_the_certificates_is_named(make_authority, notary: Notary, tag: Tag) -> None:
    other = make_authority()[0]
    mixed = SigningMaterial("es256", notary[0].chain_pem, other.key_pem)

    with pytest.raises(WriteFailed, match=r"signed|hold"):
        c2pa.sign_sidecar(made("a", "image/png", tag), bytes(32), mixed)


def test_the_library_is_proven_not_to_fetch() -> None:
    c2pa.self_test()


def test_signing_the_same_twice_is_recognised_by_its_statement(notary: Notary, tag: Tag) -> None:
    claim = made("a", "image/png", tag)

    first, second = (c2pa.sign_sidecar(claim, bytes(32), notary[0]) for _ in range(2))

    assert c2pa.verify_sidecar(first, bytes(32)).statement == c2pa.verify_sidecar(second, bytes(32)).statement != ""


def test_parts_with_broken_credentials_are_named_by_hash_and_why_is_said(sample, notary: Notary) -> None:
    path = sample("stills/undeclared.png")
    whole = c2pa.sign_sidecar(made("a", "image/png", Tag(Origin.HUMAN_MADE, DRAWN)), bytes(32), notary[0])
    broken = replace(part(path), sidecar=whole[:400], description="from the vendor")

    sidecar = c2pa.sign_sidecar(received(broken, Tag(Origin.UNDECLARED)), bytes(32), notary[0])

    assert c2pa.verify_sidecar(sidecar, bytes(32), (notary[1],)).strength is Strength.SIGNED_TRUSTED
    assert b"could not be carried forward" in sidecar
    assert broken.sha256.hex().encode() in sidecar


def test_credentials_of_real_media_are_carried_into_sidecars(corpus: Path, notary: Notary) -> None:
    carried = named = 0
    for path in sorted((corpus / "c2pa").rglob("*"))[:400]:
        if not path.is_file() or not 0 < path.stat().st_size < 4 << 20 or named + carried >= 30:
            continue
        with path.open("rb") as file:
            kind = sniffed(file.read(65536))
            if not c2pa.can_embed(kind, 1) or c2pa.credentials_in(file, kind) != "embedded":
                continue
        claim = received(part(path, media_type=kind), Tag(Origin.UNDECLARED))

        sidecar = c2pa.sign_sidecar(claim, claim.parts[0].sha256, notary[0])

        assert c2pa.verify_sidecar(sidecar, claim.parts[0].sha256, (notary[1],)).holds, path
        named += b"could not be carried forward" in sidecar
        carried += b"could not be carried forward" not in sidecar
    assert carried >= 15
    assert named <= 3


def test_a_sidecar_of_our_own_does_not_describe_new_content_and_a_foreign_one_still_does(
    sample, notary: Notary, make_authority, tag: Tag
) -> None:
    plate, (signing, trust) = sample("stills/plate.exr"), notary
    sidecar = c2pa.sign_sidecar(made(plate.name, "image/x-exr", tag), bytes(32), signing)

    ours, foreign = read_back(plate, sidecar, trust), read_back(plate, sidecar, make_authority()[1])

    assert [mark for mark in ours.marks if mark.claims] == []
    assert any("about other content" in gap.why for gap in ours.unchecked)
    assert any(mark.claims is Origin.AI_GENERATED for mark in foreign.marks)
    assert "c2pa.sidecar.mismatch" in {fault.code for fault in foreign.faults}
