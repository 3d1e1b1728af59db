"""Whatever the bytes, a walker ends soon and raises nothing but UnreadableMedia."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.containers import bmff, bmff_items, bmff_samples, gif, jpeg, png, riff, tiff
from provenance.errors import UnreadableMedia
from provenance.readers._xmp_packet import Property, find_packets, parse_packet

MAGICS = [
    jpeg.MAGIC, png.MAGIC, *gif.MAGICS, *tiff.MAGICS, b"RIFF\x20\0\0\0WAVE", b"RF64\xff\xff\xff\xffWAVEds64",
    b"\0\0\0\x10ftypisom\0\0\0\0", b"\0\0\0\0moov", b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x10", b"",
]  # fmt: skip
SAMPLES = [
    "stills/ai_xmp.jpg", "stills/ai_comfyui.png", "stills/ai_xmp.tif", "stills/ai_xmp.webp",
    "clips/tone_ai.wav", "clips/ai_clip_udta.mov", "clips/ai_clip_xmp.mp4", "stills/captured.jpg",
]  # fmt: skip


def walk_movie(file: BinaryIO) -> None:
    movie = bmff_samples.movie_of(file)
    if movie is not None:
        bmff_samples.duration(file, movie)
        for track in bmff_samples.tracks(file, movie):
            bmff_samples.chunk_spans(file, track)


def drain(walk: Callable[[BinaryIO], Iterable[object]]) -> Callable[[BinaryIO], None]:
    return lambda file: sum(1 for _ in walk(file)) and None


WALKS: list[Callable[[BinaryIO], None]] = [
    drain(jpeg.picture), drain(png.chunks), drain(png.texts), drain(bmff.top_boxes), walk_movie,
    drain(bmff_items.items), drain(riff.chunks), drain(tiff.entries), drain(find_packets),
    lambda file: gif.xmp_of(file, 1000) and None,
]  # fmt: skip


def survive(data: bytes) -> list[str]:
    """Messages of what the walkers refused."""
    refused = []
    for walk in WALKS:
        try:
            walk(io.BytesIO(data))
        except UnreadableMedia as error:
            refused.append(error.message)
    return refused


def parsed(packet: bytes) -> tuple[tuple[Property, ...], str]:
    """The values of a packet, and the message with which it was refused."""
    try:
        return parse_packet(packet), ""
    except UnreadableMedia as error:
        return (), error.message


@given(st.sampled_from(MAGICS), st.binary(max_size=600))
@settings(max_examples=300, deadline=2_000)
def test_random_bytes_behind_a_true_beginning_are_walked_or_refused(magic: bytes, rest: bytes) -> None:
    for message in survive(magic + rest):
        assert ": " in message


@pytest.mark.parametrize("name", SAMPLES)
@given(edits=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=12), cut=st.floats(0, 1))
@settings(max_examples=40, deadline=5_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_samples_are_walked_or_refused(
    samples: Path, name: str, edits: list[tuple[int, int]], cut: float
) -> None:
    data = bytearray((samples / name).read_bytes())
    for position, value in edits:
        # Most structure lies near the beginning or the end.
        data[position % min(len(data), 4_000) if position % 2 else -1 - position % min(len(data), 4_000)] = value

    for message in survive(bytes(data[: int(len(data) * cut)] if cut < 0.5 else data)):
        assert ": " in message


@given(st.binary(max_size=400))
@settings(max_examples=200)
def test_random_bytes_are_no_packet(data: bytes) -> None:
    found, refused = parsed(data)

    assert found == ()
    assert refused.startswith("xmp.")


@given(
    st.recursive(
        st.text(st.characters(codec="utf-8", exclude_characters="<>&\0"), max_size=10),
        lambda inner: st.tuples(
            st.sampled_from(["rdf:RDF", "rdf:Description", "rdf:Bag", "rdf:li", "x:a", "x:b"]),
            st.lists(inner, max_size=4),
        ),
        max_leaves=40,
    )
)
@settings(max_examples=200)
def test_any_tree_of_rdf_is_flattened_or_refused(tree: object) -> None:
    def write(node: object) -> str:
        if isinstance(node, str):
            return node
        name, inner = node  # type: ignore[misc]
        return f"<{name}>{''.join(map(write, inner))}</{name}>"

    spaces = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://x/"'
    packet = f"<rdf:RDF {spaces}><rdf:Description>{write(tree)}</rdf:Description></rdf:RDF>".encode()

    found, refused = parsed(packet)

    assert all(item.path for item in found)
    assert refused == "" or refused.startswith("xmp.")


def test_boxes_nested_a_thousand_deep_are_walked_without_recursion_errors() -> None:
    data = b""
    for _ in range(2_000):
        data = (len(data) + 8).to_bytes(4, "big") + b"moov" + data

    assert len(list(bmff.top_boxes(io.BytesIO(data)))) == 1
    assert all(message.partition(":")[0].split(".")[0] != "bmff" for message in survive(data))
