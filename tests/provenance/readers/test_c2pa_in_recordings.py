"""Content credentials in recordings: the GEOB frame of MP3 and FLAC, the chunk of WAV."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from provenance.contracts import Source
from provenance.model import Origin
from provenance.readers import audio_tags, c2pa

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "sample_media"))

import _signing as signing

KINDS = {"ai_song.mp3": "audio/mpeg", "ai_tone.flac": "audio/flac", "recorder.wav": "audio/wav"}


@pytest.fixture(scope="module")
def notary() -> signing.Notary:
    return signing.Notary()


@pytest.mark.parametrize("name", KINDS)
def test_a_generators_credential_is_found(name: str, notary: signing.Notary, samples: Path, tmp_path: Path) -> None:
    made = signing.Claim(
        signing.GENERATOR, ("Sample Sound Model", "1"), [signing.action("c2pa.created", "trainedAlgorithmicMedia")]
    )
    content = notary.embed(made, name, (samples / "clips" / name).read_bytes(), KINDS[name])
    path = tmp_path / name
    path.write_bytes(content)

    said = c2pa.read(Source(path, content[:65536], len(content)))

    assert c2pa.accepts(path, content[:65536])
    assert Origin.AI_GENERATED in {mark.claims for mark in said.marks}


def test_tags_are_still_read_beside_a_credential(notary: signing.Notary, samples: Path, tmp_path: Path) -> None:
    shot = signing.Claim(signing.CAMERA, ("Sample", "1"), [signing.action("c2pa.created", "digitalCapture")])
    content = notary.embed(shot, "ai_tone.flac", (samples / "clips" / "ai_tone.flac").read_bytes(), "audio/flac")
    path = tmp_path / "ai_tone.flac"
    path.write_bytes(content)

    said = audio_tags.read(Source(path, content[:65536], len(content)))

    assert content.startswith(b"ID3")
    assert [mark.claims for mark in said.marks] == [Origin.AI_GENERATED]
