"""Tagging whole files: what stands in them afterwards, what is refused, what comes back."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from provenance.contracts import Tag, TrustList
from provenance.describe import describe
from provenance.errors import ProvenanceError, WriteRefused
from provenance.essence import hash_essence
from provenance.identity import SigningMaterial
from provenance.model import Origin, Strength
from provenance.writers import c2pa
from provenance.writers.claims import Action, Claim, Part, Use, made
from provenance.writers.tagging import (
    Sealing,
    erase_packet_beside,
    planned,
    tag_file,
    untag_file,
    write_manifest_beside,
    write_packet_beside,
)
from provenance.writing import clear_leftovers

ROOT = Path(__file__).resolve().parents[3]
Notary = tuple[SigningMaterial, TrustList]
WRITABLE = ["stills/undeclared.png", "stills/stripped.jpg", "stills/human_made.png", "clips/plate.mp4",
            "clips/edited_only.mov", "clips/tone.wav"]  # fmt: skip


def kept(path: Path) -> tuple[bytes, list[str]]:
    return path.read_bytes(), sorted(entry.name for entry in path.parent.iterdir())


@pytest.mark.parametrize("name", [*WRITABLE[:2], *WRITABLE[3:]])
def test_a_tagged_file_says_what_was_written_and_holds_the_same_essence(sample, name: str, tag: Tag) -> None:
    path = sample(name)
    before = describe(path)

    changes = tag_file(path, tag)

    after = describe(path)
    assert [change.writer for change in changes if change.edits]
    assert after.verdict.origin is Origin.AI_GENERATED
    assert after.essence == before.essence
    assert not after.faults
    assert {("xmp.did", "xmp.did:1111"), ("xmp.iid", "xmp.iid:2222")} <= {
        (i.scheme, i.value) for i in after.identifiers
    }
    assert any(i.value == "xmp.iid:3333" for ref in after.references for i in ref.identifiers)
    mark = next(mark for mark in after.marks if mark.key == "Iptc4xmpExt:DigitalSourceType")
    assert (mark.says("tool"), mark.says("version"), mark.says("prompt")) == (tag.tool, tag.version, tag.prompt)


@pytest.mark.parametrize("name", WRITABLE)
def test_tagging_twice_changes_nothing_the_second_time(sample, name: str, tag: Tag) -> None:
    path = sample(name)
    tag = replace(tag, source_type="") if name.endswith("human_made.png") else tag
    tag_file(path, tag)
    before = path.read_bytes()

    assert tag_file(path, tag) == ()
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", WRITABLE)
def test_untagging_gives_back_the_file_to_the_byte(sample, name: str, tag: Tag) -> None:
    path = sample(name)
    before = path.read_bytes()
    tag_file(path, replace(tag, source_type="") if name.endswith("human_made.png") else tag)

    untag_file(path)

    assert path.read_bytes() == before
    assert untag_file(path) == ()


def test_a_changed_tag_takes_the_place_of_the_earlier_one(sample, tag: Tag) -> None:
    path = sample("stills/undeclared.png")
    tag_file(path, tag)

    tag_file(path, replace(tag, tool="Other Generator", prompt=""))

    mark = next(mark for mark in describe(path).marks if mark.key == "Iptc4xmpExt:DigitalSourceType")
    assert (mark.says("tool"), mark.says("prompt")) == ("Other Generator", None)
    assert b"Sample Generator</Iptc4xmpExt" not in path.read_bytes()


def test_a_dry_run_names_the_edits_and_writes_nothing(sample, tag: Tag) -> None:
    path = sample("stills/undeclared.png")
    before = kept(path)

    changes = planned(path, tag)

    assert [change.writer for change in changes] == ["xmp", "exif"]
    assert all(change.edits for change in changes)
    assert kept(path) == before


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("stills/ai_xmp.jpg", "another program wrote"),
        ("stills/captured_signed.jpg", "content credentials"),
        ("broken/remote_only.jpg", "remote"),
        ("stills/plate.exr", "nothing can be written"),
        ("clips/ai_clip_udta.mov", "no room|another program"),
    ],
)
def test_what_may_not_be_written_is_refused_and_stays(sample, name: str, words: str, tag: Tag) -> None:
    path = sample(name)
    before = kept(path)
    said = replace(tag, source_type=tag.source_type.replace("trained", "compositeWithTrained"))

    with pytest.raises(WriteRefused, match=words):
        tag_file(path, said)

    assert kept(path) == before


@pytest.mark.parametrize(
    "name", ["truncated.jpg", "truncated.mp4", "lying_length.png", "empty.png", "not_media.jpg", "entity_bomb.jpg"]
)
def test_broken_files_are_left_as_they_are(sample, name: str, tag: Tag) -> None:
    path = sample(f"broken/{name}")
    before = kept(path)

    with pytest.raises(ProvenanceError):
        tag_file(path, tag)

    assert kept(path) == before


def test_captured_media_and_camera_originals_are_never_rewritten(sample, tag: Tag) -> None:
    path = sample("stills/undeclared.png")
    raw = path.with_suffix(".nef")
    raw.write_bytes(path.read_bytes())

    with pytest.raises(WriteRefused, match="captured"):
        tag_file(path, tag, captured=True)
    with pytest.raises(WriteRefused, match="captured"):
        tag_file(raw, tag)


@pytest.mark.parametrize(
    "folders",
    [
        "Avid MediaFiles/MXF/1",
        "A001.RDC",
        "show.fcpbundle/media",
        "PRIVATE/M4ROOT/CLIP",
        "card/DCIM/100MEDIA",
        "roll/ascmhl/../clips",
        "sealed",
    ],
)
def test_protected_places_take_neither_tags_nor_sidecars(tmp_path: Path, samples: Path, folders: str, tag: Tag) -> None:
    folder = tmp_path / folders
    folder.mkdir(parents=True, exist_ok=True)
    (tmp_path / "sealed").mkdir(exist_ok=True)
    (tmp_path / "sealed" / "offload.MHL").write_text("<hashlist/>")
    path = folder.resolve() / "a.png"
    path.write_bytes((samples / "stills/undeclared.png").read_bytes())
    before = path.read_bytes()

    with pytest.raises(WriteRefused):
        tag_file(path, tag)
    with pytest.raises(WriteRefused):
        write_packet_beside(path, tag)

    assert path.read_bytes() == before
    assert write_packet_beside(path, tag, at=tmp_path / "mirror.png.xmp") == tmp_path / "mirror.png.xmp"


def test_a_packet_beside_never_takes_the_name_of_adobes_and_goes_again(sample, tag: Tag) -> None:
    path = sample("stills/plate.exr")
    adobe = path.with_suffix(".xmp")
    adobe.write_bytes(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")

    written = write_packet_beside(path, tag)

    assert written == path.with_name("plate.exr.xmp")
    assert describe(path).verdict.origin is Origin.AI_GENERATED
    assert write_packet_beside(path, tag) is None
    assert erase_packet_beside(path) == written
    assert not written.exists()
    assert adobe.read_bytes() == b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"


def test_metadata_first_then_the_signature_and_the_parent_still_matches(sample, notary: Notary, tag: Tag) -> None:
    path, (signing, trust) = sample("stills/undeclared.png"), notary
    original = path.with_name("original.png")
    digest = hashlib.sha256(path.read_bytes()).digest()
    tag_file(path, tag, sealing=Sealing(made(path.name, "image/png", tag), signing))
    original.write_bytes(path.read_bytes())
    digest = hashlib.sha256(path.read_bytes()).digest()
    parent = Part(Use.PARENT, path.name, "image/png", digest, original)
    claim = Claim(
        path.name, "image/png", (Action("c2pa.opened", parts=(0,)), Action("c2pa.edited.metadata")), (parent,)
    )

    tag_file(path, replace(tag, credit="AI-generated, for the art department"), sealing=Sealing(claim, signing))

    told = describe(path, trust=(trust,), full=True)
    state = next(mark for mark in told.marks if mark.key == "validation")
    assert (state.strength, state.says("manifests")) == (Strength.SIGNED_TRUSTED, "2")
    assert b"assertion.dataHash.match" in path.read_bytes()
    assert b"assertion.dataHash.mismatch" not in path.read_bytes()
    assert not told.faults


def test_sealing_the_same_twice_changes_nothing_and_another_claim_is_refused(sample, notary: Notary, tag: Tag) -> None:
    path = sample("stills/undeclared.png")
    sealing = Sealing(made(path.name, "image/png", tag), notary[0])
    tag_file(path, tag, sealing=sealing)
    before = path.read_bytes()

    assert tag_file(path, tag, sealing=sealing) == ()
    with pytest.raises(WriteRefused, match="credentials"):
        tag_file(path, tag, sealing=Sealing(made("other", "image/png", tag), notary[0]))
    with pytest.raises(WriteRefused, match="credentials"):
        untag_file(path)

    assert path.read_bytes() == before


def test_a_signature_that_cannot_be_made_leaves_the_file(sample, make_authority, notary: Notary, tag: Tag) -> None:
    path = sample("stills/undeclared.png")
    before = kept(path)
    mixed = SigningMaterial("es256", notary[0].chain_pem, make_authority()[0].key_pem)

    with pytest.raises(ProvenanceError):
        tag_file(path, tag, sealing=Sealing(made(path.name, "image/png", tag), mixed))

    assert kept(path) == before


def test_a_manifest_beside_replaces_only_one_that_it_carries_forward(sample, notary: Notary, tag: Tag) -> None:
    path, (signing, _) = sample("stills/plate.exr"), notary
    digest = hashlib.sha256(path.read_bytes()).digest()
    first = c2pa.sign_sidecar(made(path.name, "image/x-exr", tag), digest, signing)
    parent = Part(Use.PARENT, path.name, "image/x-exr", digest, path, first)
    opened = Claim(path.name, "image/x-exr", (Action("c2pa.opened", parts=(0,)),), (parent,))
    carrying = c2pa.sign_sidecar(opened, digest, signing)

    target = write_manifest_beside(path, first, digest)
    with pytest.raises(WriteRefused, match="do not carry forward"):
        write_manifest_beside(path, c2pa.sign_sidecar(made("b", "image/x-exr", tag), digest, signing), digest)
    with pytest.raises(WriteRefused, match="does not belong"):
        write_manifest_beside(path, first, bytes(32))
    assert target.read_bytes() == first

    write_manifest_beside(path, carrying, digest)
    assert target.read_bytes() == carrying
    with pytest.raises(WriteRefused, match="bound to every byte"):
        tag_file(path.rename(path.with_name("plate.exr")), tag)


def test_the_essence_of_a_tiff_is_its_strips_wherever_they_lie(sample, tag: Tag) -> None:
    path = sample("stills/ai_xmp.tif")
    before = hash_essence(path, "image/tiff")
    tag_file(path, replace(tag, document="", instance=""))

    assert before is not None
    assert hash_essence(path, "image/tiff") == before

    data = bytearray(path.read_bytes())
    from provenance.containers import tiff

    with path.open("rb") as file:
        strips = next(entry for entry in tiff.entries(file) if entry.tag == 273)
        order = tiff.order_of(file)
    at = int.from_bytes(data[strips.span.offset : strips.span.offset + tiff.width_of(strips.type)], order)
    data[at] ^= 1
    path.write_bytes(data)
    assert hash_essence(path, "image/tiff") != before


LOOP = """
import sys
from pathlib import Path
from provenance.contracts import Tag
from provenance.model import Origin
from provenance.writers.tagging import tag_file, untag_file
path = Path(sys.argv[1])
tag = Tag(Origin.AI_GENERATED, tool="Generator", prompt="a harbour")
tag_file(path, tag)
print("ready", flush=True)
while True:
    untag_file(path)
    tag_file(path, tag)
"""


def killed_while_tagging(path: Path, times: int) -> None:
    original = path.read_bytes()
    for _ in range(times):
        process = subprocess.Popen([sys.executable, "-c", LOOP, path], cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(random.random() / 10)
        process.kill()
        process.wait()
        process.stdout.close()

        if path.read_bytes() != original:
            assert any(mark.value == "Generator" for mark in describe(path).marks)
            untag_file(path)
        assert path.read_bytes() == original
    clear_leftovers(path.parent)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_ten_kills_while_tagging_harm_no_file(sample) -> None:
    killed_while_tagging(sample("stills/undeclared.png"), 10)


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["stills/undeclared.png", "stills/stripped.jpg", "clips/plate.mp4", "clips/tone.wav"])
def test_two_hundred_kills_while_tagging_harm_no_file(sample, name: str) -> None:
    killed_while_tagging(sample(name), 50)
