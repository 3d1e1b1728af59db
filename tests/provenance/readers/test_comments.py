"""Comments of JPEG and GIF, made here byte by byte."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from provenance.contracts import Reader, Source
from provenance.model import Origin, Reading, Strength
from provenance.readers import comments

A1111 = "a cat\nNegative prompt: a dog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 64x64"
LABEL = json.dumps({"AIGC": {"Label": "1", "ContentProducer": "doubao", "ProduceID": "7"}})


def gif(*texts: str) -> bytes:
    buffer = io.BytesIO()
    frames = [Image.new("P", (8, 8), shade) for shade in (1, 2)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    plain = buffer.getvalue()
    return plain[:-1] + b"".join(extension(text.encode()) for text in texts) + plain[-1:]


def extension(data: bytes) -> bytes:
    pieces = [data[at : at + 255] for at in range(0, len(data), 255)]
    return b"!\xfe" + b"".join(bytes((len(piece),)) + piece for piece in pieces) + b"\0"


def jpeg(marker: int, body: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG")
    plain = buffer.getvalue()
    return plain[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body + plain[2:]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Reading]:
    def read_bytes(data: bytes) -> Reading:
        path = tmp_path / "a.bin"
        path.write_bytes(data)
        assert comments.accepts(path, data[:4096])
        return comments.read(Source(path, data[:4096], len(data)))

    return read_bytes


Read = Callable[[bytes], Reading]


def test_it_is_a_reader() -> None:
    assert isinstance(comments, Reader)
    assert not comments.accepts(Path("a"), b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(
    ("data", "place"),
    [(gif("a tune", A1111 + ", Model: " + "x" * 300), "gif:comment"), (jpeg(0xFE, A1111.encode()), "jpeg:COM")],
    ids=["gif", "jpeg"],
)
def test_generator_text_in_a_comment_is_a_tool_signature(read: Read, data: bytes, place: str) -> None:
    (mark,) = read(data).marks

    assert (mark.place, mark.claims, mark.strength) == (place, Origin.AI_GENERATED, Strength.TOOL_SIGNATURE)
    assert mark.says("prompt") == "a cat"


@pytest.mark.parametrize("text", ["Created with GIMP", "File written by Adobe Photoshop 5.2", "imagen udio luma"])
def test_a_plain_comment_is_a_fact_and_no_mark(read: Read, text: str) -> None:
    found = read(jpeg(0xFE, text.encode()))

    assert found.marks == ()
    assert found.facts == {"comment": text}


def test_a_label_standing_bare_in_a_segment_is_read(read: Read) -> None:
    (mark,) = read(jpeg(0xEB, b"AIGC" + LABEL.encode())).marks

    assert (mark.place, mark.claims, mark.strength) == ("jpeg:APP11", Origin.AI_GENERATED, Strength.DECLARED)


def test_a_segment_that_only_begins_like_a_label_is_none(read: Read) -> None:
    assert read(jpeg(0xEB, b"AIGCX" + LABEL.encode())) == Reading()


def test_more_comments_than_anyone_writes_are_given_up_with_a_fault(read: Read) -> None:
    assert [fault.code for fault in read(gif(*["x"] * 1_001)).faults] == ["comments.too_many"]


def test_a_comment_behind_the_first_picture_of_a_pair_is_not_its_own(read: Read) -> None:
    assert read(jpeg(0xFE, b"mine") + jpeg(0xFE, A1111.encode())).marks == ()


def test_a_gif_that_ends_inside_a_comment_is_read_to_its_end(read: Read) -> None:
    cut = gif(A1111)[:-40]

    assert len(read(cut).facts) <= 1
