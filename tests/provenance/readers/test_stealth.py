"""Text in the alpha channel, hidden here the way the generators' extensions do it."""

from __future__ import annotations

import gzip
import io
import json
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from provenance.contracts import Reader, Source
from provenance.model import Origin, Reading, Strength
from provenance.readers import stealth

A1111 = "a cat\nNegative prompt: a dog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 64x64"
NOVEL = json.dumps({"Software": "NovelAI", "Source": "NovelAI Diffusion V4.5 4BDE2A90", "Description": "a cat",
                    "Comment": json.dumps({"steps": 28, "sampler": "k", "seed": 5, "signed_hash": "x"})})  # fmt: skip


def hidden(magic: bytes, data: bytes, size: tuple[int, int] = (64, 48), length: int | None = None) -> Image.Image:
    told = 8 * len(data) if length is None else length
    bits = [b >> shift & 1 for b in magic + struct.pack(">I", told) + data for shift in range(7, -1, -1)]
    picture = Image.effect_noise(size, 60).convert("RGBA")
    pixels = picture.load()
    assert pixels is not None
    places = ((x, y) for x in range(size[0]) for y in range(size[1]))
    for (x, y), bit in zip(places, bits, strict=False):
        red, green, blue, _ = pixels[x, y]
        pixels[x, y] = (red, green, blue, 254 | bit)
    return picture


def png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Reading]:
    def read_bytes(data: bytes) -> Reading:
        path = tmp_path / "a.png"
        path.write_bytes(data)
        return stealth.read(Source(path, data[:4096], len(data)))

    return read_bytes


Read = Callable[[bytes], Reading]


def test_it_is_a_reader_of_pictures_with_alpha() -> None:
    assert isinstance(stealth, Reader)
    assert stealth.accepts(Path("a"), png(Image.new("RGBA", (8, 8)))[:64])
    assert not stealth.accepts(Path("a"), png(Image.new("RGB", (8, 8)))[:64])


@pytest.mark.parametrize("size", [(64, 48), (300, 9), (40, 200)])
@pytest.mark.parametrize(("magic", "packed"), [(b"stealth_pnginfo", False), (b"stealth_pngcomp", True)])
def test_hidden_parameters_are_found_whatever_the_shape(
    read: Read, size: tuple[int, int], magic: bytes, packed: bool
) -> None:
    data = gzip.compress(A1111.encode()) if packed else A1111.encode()

    (mark,) = read(png(hidden(magic, data, size))).marks

    assert (mark.place, mark.claims, mark.strength) == ("png:alpha", Origin.AI_GENERATED, Strength.TOOL_SIGNATURE)
    assert mark.says("prompt") == "a cat"


def test_hidden_texts_of_novelai_are_read_like_its_chunks(read: Read) -> None:
    marks = read(png(hidden(b"stealth_pngcomp", gzip.compress(NOVEL.encode()), (64, 64)))).marks

    assert {mark.says("tool") for mark in marks} == {"NovelAI"}


def test_a_text_that_no_grammar_knows_still_comes_from_a_generator(read: Read) -> None:
    (mark,) = read(png(hidden(b"stealth_pnginfo", b"anything at all"))).marks

    assert (mark.key, mark.claims) == ("stealth_pnginfo", Origin.AI_GENERATED)


@pytest.mark.parametrize("magic", [b"stealth_pngnone", b"something_other"])
def test_another_magic_says_nothing(read: Read, magic: bytes) -> None:
    assert read(png(hidden(magic, A1111.encode()))) == Reading()


@pytest.mark.parametrize("alpha", [255, 254, 128, 0])
def test_a_plain_alpha_channel_says_nothing(read: Read, alpha: int) -> None:
    assert read(png(Image.new("RGBA", (64, 64), (1, 2, 3, alpha)))) == Reading()


def test_a_length_beyond_the_picture_is_a_named_fault(read: Read) -> None:
    found = read(png(hidden(b"stealth_pnginfo", b"x", length=1 << 31)))

    assert [fault.code for fault in found.faults] == ["stealth.length"]


def test_a_text_that_is_too_long_is_said_to_be_unchecked_and_still_counts(read: Read) -> None:
    found = read(png(hidden(b"stealth_pnginfo", b"x", (1_500, 1_000), length=1_400_000)))

    assert [mark.claims for mark in found.marks] == [Origin.AI_GENERATED]
    assert [gap.what for gap in found.unchecked] == ["text in the alpha channel"]


def test_a_text_that_is_not_packed_as_it_says_is_a_named_fault(read: Read) -> None:
    assert [fault.code for fault in read(png(hidden(b"stealth_pngcomp", b"plain"))).faults] == ["stealth.packed"]


def test_a_large_picture_without_hidden_text_costs_next_to_nothing(read: Read) -> None:
    data = png(Image.new("RGBA", (3_000, 3_000), (9, 9, 9, 255)))
    began = time.perf_counter()

    assert read(data) == Reading()
    assert time.perf_counter() - began < 0.25


@given(kinds=st.lists(st.integers(0, 6), min_size=12, max_size=12), noise=st.binary(max_size=400))
@settings(max_examples=60, deadline=2_000)
def test_no_pixels_make_it_raise(tmp_path_factory: pytest.TempPathFactory, kinds: list[int], noise: bytes) -> None:
    import zlib

    rows = b"".join(bytes((kind,)) + noise[at * 32 : at * 32 + 32].ljust(32, b"\xfe") for at, kind in enumerate(kinds))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 8, 12, 8, 6, 0, 0, 0)
    path = tmp_path_factory.mktemp("stealth") / "a.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )

    assert isinstance(stealth.read(Source(path, b"", 1)), Reading)


def webp(picture: Image.Image, *, lossless: bool) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", lossless=lossless, exact=True, alpha_quality=100)
    return buffer.getvalue()


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_text_in_the_alpha_of_a_webp_is_found_as_in_a_png(read: Read, lossless: bool, packed: bool) -> None:
    data = gzip.compress(A1111.encode()) if packed else A1111.encode()
    magic = b"stealth_pngcomp" if packed else b"stealth_pnginfo"

    reading = read(webp(hidden(magic, data), lossless=lossless))

    [mark] = [one for one in reading.marks if one.claims]
    assert (mark.claims, mark.place, reading.faults) == (Origin.AI_GENERATED, "webp:alpha", ())


def test_a_webp_with_alpha_and_nothing_hidden_says_nothing(read: Read) -> None:
    assert read(webp(Image.effect_noise((64, 48), 60).convert("RGBA"), lossless=True)) == Reading()


def test_a_webp_cut_short_says_nothing_of_hidden_text(read: Read) -> None:
    data = webp(hidden(b"stealth_pnginfo", A1111.encode()), lossless=True)

    assert read(data[: len(data) // 2]).marks == ()


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_behind_a_webp_header_raise(tmp_path_factory: pytest.TempPathFactory, tail: bytes) -> None:
    path = tmp_path_factory.mktemp("webp") / "a.webp"
    data = b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\x3f\0\0\x2f\0\0" + tail
    path.write_bytes(data)

    assert stealth.read(Source(path, data[:4096], len(data))).marks == ()
