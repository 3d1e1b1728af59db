"""Untagging takes out manifests of ours and nothing else."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from provenance.contracts import Tag, TrustList
from provenance.describe import describe
from provenance.errors import WriteRefused
from provenance.essence import hash_essence
from provenance.identity import SigningMaterial
from provenance.media_type import media_type_of
from provenance.writers.claims import Part, Use, made, received
from provenance.writers.tagging import Sealing, tag_file, untag_file

Notary = tuple[SigningMaterial, TrustList]
TO_THE_BYTE = ["stills/undeclared.png", "stills/stripped.jpg", "clips/tone.wav"]
PADDED = ["clips/plate.mp4", "clips/edited_only.mov"]
"""Where free space stays behind, because samples are found by their offsets."""


def kind_of(path: Path) -> str:
    return media_type_of(path.read_bytes()[:65536], path)


def sealed(path: Path, tag: Tag, notary: Notary) -> Path:
    tag_file(path, tag, sealing=Sealing(made(path.name, kind_of(path), tag), notary[0]))
    assert any(mark.reader == "c2pa" for mark in describe(path).marks)
    return path


@pytest.mark.parametrize("name", TO_THE_BYTE)
def test_untagging_a_signed_file_gives_it_back_to_the_byte(sample, name: str, tag: Tag, notary: Notary) -> None:
    path = sample(name)
    before = path.read_bytes()
    sealed(path, tag, notary)

    untag_file(path, own=(notary[1],))

    assert path.read_bytes() == before


@pytest.mark.parametrize("name", PADDED)
def test_untagging_a_signed_movie_leaves_its_essence_and_nothing_of_ours(
    sample, name: str, tag: Tag, notary: Notary
) -> None:
    path = sample(name)
    before = hash_essence(path, kind_of(path))
    said = {(mark.reader, mark.key, mark.value) for mark in describe(path).marks}
    sealed(path, tag, notary)

    untag_file(path, own=(notary[1],))

    assert hash_essence(path, kind_of(path)) == before
    assert {(mark.reader, mark.key, mark.value) for mark in describe(path).marks} == said
    assert b"c2pa" not in path.read_bytes()


@pytest.mark.parametrize("kind", ["TIFF", "WEBP"])
def test_untagging_a_signed_picture_leaves_pixels_and_nothing_of_ours(
    tmp_path: Path, kind: str, tag: Tag, notary: Notary
) -> None:
    from PIL import Image

    path = tmp_path / f"picture.{kind.lower()}"
    Image.effect_noise((64, 48), 40).convert("RGB").save(path, kind)
    pixels = Image.open(path).convert("RGB").tobytes()
    sealed(path, tag, notary)

    untag_file(path, own=(notary[1],))

    assert Image.open(path).convert("RGB").tobytes() == pixels
    assert [mark for mark in describe(path).marks if mark.says("written_by") or mark.reader == "c2pa"] == []


def test_credentials_of_somebody_else_are_never_taken_out(sample, tag: Tag, notary: Notary, make_authority) -> None:
    foreign, ours = sample("stills/ai_generated.png"), sealed(sample("stills/stripped.jpg"), tag, notary)
    before = foreign.read_bytes(), ours.read_bytes()

    untag_file(foreign, own=(notary[1],))
    with pytest.raises(WriteRefused, match="content credentials"):
        untag_file(ours, own=(make_authority()[1],))

    assert (foreign.read_bytes(), ours.read_bytes()) == before


def test_credentials_that_ours_carry_forward_are_not_taken_out_quietly(sample, tag: Tag, notary: Notary) -> None:
    path = sample("stills/ai_generated.png")
    original = Part(Use.PARENT, path.name, kind_of(path), hashlib.sha256(path.read_bytes()).digest(), path)
    tag_file(path, tag, sealing=Sealing(received(original, tag), notary[0]))
    before = path.read_bytes()

    with pytest.raises(WriteRefused, match="carry those of somebody else"):
        untag_file(path, own=(notary[1],))

    assert path.read_bytes() == before
