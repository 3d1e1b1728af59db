"""Camera originals: believed where the header names a device and nothing rewrote the file."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from provenance.containers.mxf import Identification
from provenance.contracts import Source
from provenance.model import Origin, Reading, Strength
from provenance.readers import cinema

PARTITION = bytes.fromhex("060e2b34020501010d01020101020400")
IDENTIFICATION = bytes.fromhex("060e2b34025301010d01010101013000")


def packet(key: bytes, body: bytes) -> bytes:
    return key + b"\x83" + len(body).to_bytes(3, "big") + body


def mxf(*writers: tuple[str, str]) -> bytes:
    sets = b""
    for company, product in writers:
        fields = ((0x3C01, company), (0x3C02, product))
        sets += packet(
            IDENTIFICATION,
            b"".join(struct.pack(">HH", tag, 2 * len(text)) + text.encode("utf-16-be") for tag, text in fields),
        )
    pack = struct.pack(">HHIQQQQQIQI", 1, 3, 512, 0, 0, 0, len(sets), 0, 0, 0, 0) + bytes(24)
    return packet(PARTITION, pack) + sets + bytes(100)


def r3d(**texts: str) -> bytes:
    tags = {"serial": 0x1006, "model": 0x1071, "camera_type": 0x1019}
    listed = [struct.pack(">HH", 15, 0x1000) + b"00:00:00:00"]
    listed += [struct.pack(">HH", 5 + len(text), tags[name]) + text.encode() + b"\0" for name, text in texts.items()]
    directory = b"".join(listed)
    block = b"RED2" + bytes(0x38) + b"\x01\0\0\x01" + bytes(0x18) + struct.pack(">H", len(directory)) + directory
    return struct.pack(">I", 4 + len(block)) + block


def avchd(maker: int, *, stamp: int = 4) -> bytes:
    pack = (
        bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66")
        + b"MDPM"
        + b"\x02\x18\x00\x20\x26\x03\xe0"
        + struct.pack(">HH", maker, 4)
    )
    stream = (bytes(170) + pack).ljust(182 * 8, b"\xff")
    packets = (stream[at : at + 182] for at in range(0, len(stream), 182))
    return b"".join(bytes(stamp) + b"\x47\x10\x11\x30\x01\x00" + packet for packet in packets)


def told(tmp_path: Path, content: bytes) -> Reading:
    path = tmp_path / "original"
    path.write_bytes(content)
    assert cinema.accepts(path, content[:65536])
    return cinema.read(Source(path, content[:65536], len(content)))


ORIGINALS = {
    "arri mxf": mxf(("ARRI", "ALEXA Mini LF")),
    "sony mxf": mxf(("Sony", "Mem")),
    "canon mxf": mxf(("CANON", "EOS C300 Mark II")),
    "panasonic p2": mxf(("Panasonic", "P2 Camera")),
    "run-in": bytes(300) + mxf(("ARRI", "ALEXA 35")),
    "red": r3d(serial="102-1AB-2CD", model="V-RAPTOR 8K VV"),
    "avchd": avchd(0x0108),
    "transport stream of a camera": avchd(0x1011, stamp=0),
    "arriraw": b"ARRI\x12\x34\x56\x78" + bytes(4_000),
}


@pytest.mark.parametrize("content", ORIGINALS.values(), ids=ORIGINALS)
def test_a_camera_original_is_captured(tmp_path: Path, content: bytes) -> None:
    said = told(tmp_path, content)

    assert [(mark.claims, mark.says("rank")) for mark in said.marks] == [(Origin.CAPTURED, "C2")]
    assert said.faults == ()


def test_a_transport_stream_without_a_known_maker_says_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, avchd(0x4242)).marks == ()


def test_red_names_its_model(tmp_path: Path) -> None:
    said = told(tmp_path, ORIGINALS["red"])

    assert said.marks[0].says("camera") == "RED V-RAPTOR 8K VV"


@pytest.mark.parametrize(
    "program",
    [("FFmpeg", "OP1a Muxer"), ("Avid Technology, Inc.", "Media Composer"), ("Blackmagic Design", "DaVinci Resolve")],
)
def test_a_program_is_no_camera(tmp_path: Path, program: tuple[str, str]) -> None:
    assert told(tmp_path, mxf(program)).marks == ()


def test_a_rewritten_original_keeps_the_camera_as_a_hint(tmp_path: Path) -> None:
    mark = told(tmp_path, mxf(("Sony", "Mem"), ("Adobe", "Premiere Pro"))).marks[0]

    assert (mark.claims, mark.strength) == (Origin.CAPTURED, Strength.HEURISTIC)
    assert "Premiere Pro" in (mark.says("note") or "")


@pytest.mark.parametrize(
    ("company", "product", "expected"),
    [
        ("Sony", "Vegas Pro", False),
        ("Sony", "XDCAM", True),
        ("Canon", "XF Utility", False),
        ("ARRI", "Reference Tool", False),
        ("RED Digital Cinema", "REDCINE-X PRO", False),
        ("RED Digital Cinema", "KOMODO 6K", True),
    ],
)
def test_a_makers_software_is_not_its_camera(company: str, product: str, expected: bool) -> None:
    assert cinema.is_camera(Identification(company, product, "", "")) is expected


def test_a_red_header_without_a_directory_is_a_fault(tmp_path: Path) -> None:
    said = told(tmp_path, struct.pack(">I", 512) + b"RED2" + bytes(600))

    assert [fault.code for fault in said.faults] == ["redcode.directory"]
