"""IPTC records in JPEG, TIFF, Photoshop and PNG, made here byte by byte."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from provenance.contracts import Reader, Source
from provenance.model import Origin, Reading, Strength
from provenance.readers import iptc_iim

CREDIT, INSTRUCTIONS, AUTHOR, CAPTION = 110, 40, 80, 120


def record(number: int, text: str, *, extended: bool = False) -> bytes:
    data = text.encode()
    if extended:
        return bytes((0x1C, 2, number)) + struct.pack(">HI", 0x8004, len(data)) + data
    return bytes((0x1C, 2, number)) + struct.pack(">H", len(data)) + data


def resource(data: bytes, name: bytes = b"") -> bytes:
    title = bytes((len(name),)) + name
    title += bytes(len(title) % 2)
    return b"8BIM" + struct.pack(">H", 0x0404) + title + struct.pack(">I", len(data)) + data + bytes(len(data) % 2)


def picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, kind)
    return buffer.getvalue()


def segment(body: bytes) -> bytes:
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body


def jpeg(data: bytes) -> bytes:
    plain = picture("JPEG")
    return plain[:2] + segment(b"Photoshop 3.0\0" + resource(data)) + plain[2:]


def photoshop(data: bytes) -> bytes:
    held = resource(data, b"name")
    return b"8BPS" + struct.pack(">H6xHIIHHI", 1, 3, 8, 8, 8, 3, 0) + struct.pack(">I", len(held)) + held


def tiff(tag: int, data: bytes) -> bytes:
    return b"II*\0" + struct.pack("<IHHHIII", 8, 1, tag, 7, len(data), 26, 0) + data


def png(data: bytes) -> bytes:
    text = f"\niptc\n{len(data):8}\n{data.hex()}\n".encode()
    body = b"Raw profile type iptc\0\0" + zlib.compress(text)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    plain = picture("PNG")
    return plain[:33] + chunk + plain[33:]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Reading]:
    def read_bytes(data: bytes) -> Reading:
        path = tmp_path / "a.bin"
        path.write_bytes(data)
        assert iptc_iim.accepts(path, data[:4096])
        return iptc_iim.read(Source(path, data[:4096], len(data)))

    return read_bytes


Read = Callable[[bytes], Reading]


def test_it_is_a_reader() -> None:
    assert isinstance(iptc_iim, Reader)
    assert not iptc_iim.accepts(Path("a"), b"RIFF\0\0\0\0WEBP")


@pytest.mark.parametrize(
    ("wrap", "place"),
    [
        (jpeg, "jpeg:APP13/8BIM/iptc"), (photoshop, "psd:8BIM/iptc"), (png, "png:raw profile/iptc"),
        (lambda data: tiff(33_723, data), "tiff:33723/iptc"),
        (lambda data: tiff(34_377, resource(data)), "tiff:34377/8BIM/iptc"),
    ],
    ids=["jpeg", "psd", "png", "tiff", "tiff resources"],
)  # fmt: skip
def test_a_credit_line_is_found_in_every_container(read: Read, wrap: Callable[[bytes], bytes], place: str) -> None:
    found = read(wrap(record(AUTHOR, "somebody") + record(CREDIT, "Apple Photos Clean Up")))

    (mark,) = found.marks
    assert (mark.place, mark.claims, mark.strength) == (place, Origin.AI_EDITED, Strength.DECLARED)
    assert found.facts["credit"] == "Apple Photos Clean Up"


@pytest.mark.parametrize(
    ("credit", "origin"),
    [("Made with Google AI", Origin.AI_GENERATED), ("Edited with Google AI", Origin.AI_EDITED),
     ("Not made with Google AI, a sentence", None), ("Reuters", None)],
)  # fmt: skip
def test_only_the_exact_line_of_a_service_counts(read: Read, credit: str, origin: Origin | None) -> None:
    assert [mark.claims for mark in read(jpeg(record(CREDIT, credit))).marks] == ([origin] if origin else [])


def test_the_way_through_facebook_is_a_fact_and_no_claim(read: Read) -> None:
    found = read(jpeg(record(INSTRUCTIONS, "FBMD01000abc0300005c1b0000")))

    assert [mark.claims for mark in found.marks] == [None]
    assert found.facts["came_through"] == "Facebook"


def test_an_extended_data_set_is_read(read: Read) -> None:
    assert read(jpeg(record(CREDIT, "Made with Google AI", extended=True))).marks


def test_records_longer_than_one_segment_go_on_in_the_next(read: Read) -> None:
    data = resource(record(CAPTION, "x" * 100) + record(CREDIT, "Made with Google AI"))
    plain = picture("JPEG")
    pieces = [segment(b"Photoshop 3.0\0" + part) for part in (data[:60], data[60:])]

    assert read(plain[:2] + b"".join(pieces) + plain[2:]).marks


def test_a_resource_that_runs_past_the_end_is_a_named_fault(read: Read) -> None:
    broken = jpeg(record(CREDIT, "x" * 50)).replace(struct.pack(">I", 55), struct.pack(">I", 5_500_000), 1)

    assert [fault.code for fault in read(broken).faults] == ["psd.resource"]


def test_a_cut_record_says_what_stood_before_it(read: Read) -> None:
    data = record(CREDIT, "Made with Google AI") + record(CAPTION, "x" * 100)[:40]

    assert [mark.claims for mark in read(jpeg(data)).marks] == [Origin.AI_GENERATED]
