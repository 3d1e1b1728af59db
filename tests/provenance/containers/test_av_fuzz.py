"""Whatever the bytes, a walker of sound and moving pictures ends soon and raises nothing but UnreadableMedia."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.containers import aiff, flv, id3, matroska, mxf, redcode, transport, vorbis
from provenance.containers.movie_metadata import Metadata, read_metadata
from provenance.errors import UnreadableMedia
from provenance.readers._camera_xml import parse_device
from provenance.readers._movie_makers import gpmf_texts, makers_evidence

STARTS = [
    (bytes(4) + b"\x47" + bytes(187)) * 5,
    b"",
    b"ID3\x03\x80\0\0\0\x7f\x7f",
    b"ID3\x04\x40\0\0\0\x7f\x7fTXXX\0\0\0\x7f",
    b"ID3\x02\0\0\0\0\x7f\x7fTXX\0\0\x20",
    b"fLaC\0\0\0\x22",
    b"OggS\0\x02" + bytes(20) + b"\x03\x1e\xff\xff",
    b"FORM\0\0\0\x20AIFFANNO\0\0\0\xff",
    bytes.fromhex("1a45dfa3801853806701ffffffffffffff"),
    b"FLV\x01\x05\0\0\0\x09\0\0\0\0\x12\0\x01\0" + bytes(7) + b"\x02",
    bytes.fromhex("060e2b34020501010d0102010102040083000078"),
    b"\0\0\x02\0RED2",
    b"\0\0\0\x14ftypqt  \0\0\0\0qt  \0\0\0\0moov",
]
SAMPLES = [
    "ai_graph.mp4",
    "ai_graph.mkv",
    "plate_camera.mov",
    "ai_song.mp3",
    "ai_tone.flac",
    "rewritten_header.mxf",
    "ai_label.mp4",
]


class Measured(io.BytesIO):
    """A file that counts its reads."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        return super().read(size)


def drain(walk: Callable[[BinaryIO], Iterable[object]]) -> Callable[[BinaryIO], None]:
    return lambda file: sum(1 for _ in walk(file)) and None


def walk_movie(file: BinaryIO) -> None:
    found = Metadata()
    read_metadata(file, found)
    list(makers_evidence(file, found))


WALKS: list[Callable[[BinaryIO], object]] = [
    walk_movie, drain(id3.texts), id3.old_comment, drain(vorbis.comments), drain(aiff.chunks), drain(flv.texts),
    drain(mxf.identifications), redcode.camera, transport.camera_pack,
    lambda file: matroska.read_contents(file, matroska.Contents()),
]  # fmt: skip


def survive(data: bytes) -> int:
    """The most reads that a walker took."""
    most = 0
    for walk in WALKS:
        file = Measured(data)
        with suppress(UnreadableMedia):
            walk(file)
        most = max(most, file.reads)
    return most


@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=600))
@settings(max_examples=150, deadline=None)
def test_any_bytes_behind_any_start_end_soon(start: bytes, rest: bytes) -> None:
    assert survive(start + rest) < 5_000


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_flipped_and_missing_bytes_end_soon(samples: Path, name: str, data: st.DataObject) -> None:
    content = bytearray((samples / "clips" / name).read_bytes())
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    assert survive(bytes(content[: data.draw(st.integers(0, len(content)))])) < 20_000


@given(st.binary(max_size=400))
def test_gpmf_is_walked_within_its_bytes(data: bytes) -> None:
    assert len(gpmf_texts(data)) <= len(data)


@given(st.binary(max_size=200))
def test_camera_xml_is_a_device_or_refused(data: bytes) -> None:
    try:
        device = parse_device(data)
    except UnreadableMedia:
        device = None

    assert device is None or device.maker or device.model
