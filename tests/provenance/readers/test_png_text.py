"""Text chunks of PNG files, on tiny files made here."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from provenance.contracts import Reader, Source
from provenance.errors import UnreadableMedia
from provenance.model import Origin, Reading, Strength
from provenance.readers import png_text

A1111 = b"a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 64x64"
END = struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes, behind: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2)).save(buffer, "PNG")
    return buffer.getvalue().removesuffix(END) + b"".join(chunks) + END + behind


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Reading]:
    def read_bytes(data: bytes) -> Reading:
        path = tmp_path / "a.png"
        path.write_bytes(data)
        return png_text.read(Source(path, data[:4096], len(data)))

    return read_bytes


def test_it_is_a_reader_of_png_files_only() -> None:
    assert isinstance(png_text, Reader)
    assert png_text.accepts(Path("a.jpg"), png()[:64])
    assert not png_text.accepts(Path("a.png"), b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("kind", "body"),
    [(b"tEXt", b"parameters\0" + A1111), (b"zTXt", b"parameters\0\0" + zlib.compress(A1111)),
     (b"iTXt", b"parameters\0\0\0\0\0" + A1111), (b"iTXt", b"parameters\0\1\0\0\0" + zlib.compress(A1111))],
)  # fmt: skip
def test_generator_text_is_a_tool_signature_in_every_kind_of_chunk(
    read: Callable[[bytes], Reading], kind: bytes, body: bytes
) -> None:
    mark = read(png(chunk(kind, body))).marks[0]

    assert (mark.claims, mark.strength) == (Origin.AI_GENERATED, Strength.TOOL_SIGNATURE)
    assert (mark.place, mark.key) == ("png:" + kind.decode(), "parameters")
    assert mark.says("seed") == "5"


def test_text_glued_on_behind_the_end_is_noted_and_claims_nothing(read: Callable[[bytes], Reading]) -> None:
    marks = read(png(behind=chunk(b"tEXt", b"parameters\0" + A1111))).marks

    assert [(mark.claims, mark.place) for mark in marks] == [(None, "png:after-IEND/tEXt")]
    assert marks[0].says("note")


def test_text_in_front_of_a_broken_chunk_still_counts_and_the_break_is_a_fault(
    read: Callable[[bytes], Reading],
) -> None:
    data = png(chunk(b"tEXt", b"parameters\0" + A1111))[:-6]

    found = read(data)

    assert [mark.claims for mark in found.marks] == [Origin.AI_GENERATED]
    assert [fault.code for fault in found.faults] == ["png.chunk"]


def test_text_that_explodes_is_a_fault(read: Callable[[bytes], Reading]) -> None:
    bomb = chunk(b"zTXt", b"parameters\0\0" + zlib.compress(bytes(9 << 20), 9))

    assert [fault.code for fault in read(png(bomb)).faults] == ["text.exploded"]


def test_many_texts_that_explode_a_little_are_given_up(read: Callable[[bytes], Reading]) -> None:
    texts = [chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * (7 << 20), 9))] * 20

    assert [fault.code for fault in read(png(*texts)).faults] == ["png.too_many_texts"]


def test_plain_text_is_a_fact(read: Callable[[bytes], Reading]) -> None:
    found = read(png(chunk(b"tEXt", b"Software\0GIMP"), chunk(b"tEXt", b"Author\0x")))

    assert found.marks == ()
    assert found.facts == {"software": "GIMP", "author": "x"}


def test_a_missing_file_is_unreadable_media(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia):
        png_text.read(Source(tmp_path / "gone.png", b"", 0))


@pytest.mark.parametrize(
    ("name", "claims"),
    [("ai_a1111.png", {Origin.AI_GENERATED}), ("ai_comfyui.png", {Origin.AI_GENERATED}),
     ("ai_invoke.png", {Origin.AI_GENERATED}), ("ai_novelai.png", {Origin.AI_GENERATED}),
     ("comfyui_resize_only.png", {None}), ("undeclared.png", set()), ("stripped.png", set())],
)  # fmt: skip
def test_the_samples_say_what_they_promise(samples: Path, name: str, claims: set[Origin | None]) -> None:
    found = png_text.read(Source(samples / "stills" / name, b"", 0))

    assert {mark.claims for mark in found.marks} == claims
