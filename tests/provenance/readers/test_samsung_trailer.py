"""Samsung's trailer behind a picture, made here byte by byte."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from provenance.contracts import Reader, Source
from provenance.model import Origin, Reading, Strength
from provenance.readers import samsung_trailer

GENERATED = json.dumps({"genImageVersion": "v1", "connectorType": "srvg", "genAIType": 8})
PLAIN = json.dumps({"genImageVersion": "v1", "connectorType": "", "genAIType": 0})
EDITED = json.dumps({"originalPath": "/data/sec/photoeditor/0/a.jpg", "isScaleAI": False})

Block = tuple[int, str, str]


def trailer(*blocks: Block) -> bytes:
    body, places = b"", []
    for number, name, text in blocks:
        data = struct.pack("<HHI", 0, number, len(name)) + name.encode() + text.encode()
        places.append((number, len(body), len(data)))
        body += data
    directory = b"SEFH" + struct.pack("<II", 107, len(places))
    for number, start, size in places:
        directory += struct.pack("<HHII", 0, number, len(body) - start, size)
    return body + directory + struct.pack("<I", len(directory)) + b"SEFT"


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Reading]:
    def read_bytes(data: bytes) -> Reading:
        path = tmp_path / "a.jpg"
        path.write_bytes(data)
        return samsung_trailer.read(Source(path, data[:4096], len(data)))

    return read_bytes


Read = Callable[[bytes], Reading]


def test_it_is_a_reader_of_what_samsung_writes() -> None:
    assert isinstance(samsung_trailer, Reader)
    assert samsung_trailer.accepts(Path("a"), b"\xff\xd8\xff\xe0")
    assert samsung_trailer.accepts(Path("a"), b"\0\0\0\x18ftypheic")
    assert not samsung_trailer.accepts(Path("a"), b"\0\0\0\x18ftypmp42")


def test_a_picture_that_galaxy_ai_worked_on_is_edited_by_ai(read: Read) -> None:
    found = read(b"\xff\xd8\xff\xd9" + trailer((0x0D91, "PEg_Info", GENERATED)))

    (mark,) = found.marks
    assert (mark.claims, mark.strength, mark.place) == (Origin.AI_EDITED, Strength.TOOL_SIGNATURE, "sef")
    assert mark.says("tool") == "Samsung Galaxy AI"


def test_a_block_that_says_no_ai_claims_nothing(read: Read) -> None:
    assert [mark.claims for mark in read(trailer((0x0D91, "PEg_Info", PLAIN))).marks if mark.claims] == []


def test_an_edit_alone_is_no_ai(read: Read) -> None:
    marks = read(trailer((0x0BA1, "PhotoEditor_Re_Edit_Data", EDITED))).marks

    assert {mark.claims for mark in marks} == {None}


def test_the_name_and_the_number_of_a_block_must_agree(read: Read) -> None:
    assert read(trailer((0x0A01, "PEg_Info", GENERATED))).marks == ()


def test_a_block_behind_a_motion_photo_is_found_without_reading_the_film(read: Read) -> None:
    film = "x" * (2 << 20)

    found = read(trailer((0x0A30, "MotionPhoto_Data", film), (0x0D91, "PEg_Info", GENERATED)))

    assert [mark.claims for mark in found.marks] == [Origin.AI_EDITED]


def test_a_trailer_inside_a_box_of_heic_is_found(read: Read) -> None:
    inner = trailer((0x0D91, "PEg_Info", GENERATED))
    box = struct.pack(">I", 8 + len(inner)) + b"sefd" + inner
    start = struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic"

    assert [mark.claims for mark in read(start + box + b"\0\0\0\x08free").marks] == [Origin.AI_EDITED]


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xd9" + struct.pack("<I", 1 << 30) + b"SEFT",
        b"x" * 40 + struct.pack("<I", 24) + b"SEFT",
        b"SEFH" + struct.pack("<II", 107, 900) + struct.pack("<I", 12) + b"SEFT",
        b"SEFH" + struct.pack("<IIHHII", 107, 1, 0, 0x0D91, 1 << 20, 20) + struct.pack("<I", 24) + b"SEFT",
    ],
    ids=["long", "elsewhere", "many", "outside"],
)
def test_a_directory_that_lies_is_a_named_fault(read: Read, data: bytes) -> None:
    assert [fault.code.split(".")[0] for fault in read(data).faults] == ["sef"]


def test_a_file_without_a_trailer_says_nothing(read: Read) -> None:
    assert read(b"\xff\xd8\xff\xd9") == Reading()


def test_the_corpus_file_is_read(corpus: Path) -> None:
    path = corpus / "marks/remove-ai-watermarks/data/calibration/samsung/samsung_black_1.png"

    found = samsung_trailer.read(Source(path, b"", path.stat().st_size))

    assert [mark.claims for mark in found.marks] == [Origin.AI_EDITED]
