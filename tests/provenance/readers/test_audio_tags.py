"""Recordings: Suno's lines, graphs in FLAC, Ogg and MP3, and the text chunks of AIFF."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from provenance.contracts import Source
from provenance.model import Origin, Reading
from provenance.readers import audio_tags, xmp

GRAPH = json.dumps({"3": {"class_type": "KSampler", "inputs": {"seed": 7}}})
JOB = "0a1b2c3d-0000-4000-8000-00000000beef"
LINE = f"made with suno studio; created=2026-02-25T03:57:12Z; id={JOB}"


def frame(name: bytes, body: bytes) -> bytes:
    return name + struct.pack(">IH", len(body), 0) + body


def id3(*frames: bytes) -> bytes:
    body = b"".join(frames)
    return b"ID3\x03\0\0" + bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0)) + body


def comments(**texts: str) -> bytes:
    pairs = [f"{name}={text}".encode() for name, text in texts.items()]
    listed = b"".join(struct.pack("<I", len(pair)) + pair for pair in pairs)
    return struct.pack("<I", 4) + b"test" + struct.pack("<I", len(pairs)) + listed


def flac(**texts: str) -> bytes:
    block = comments(**texts)
    return b"fLaC\0\0\0\x22" + bytes(34) + b"\x84" + len(block).to_bytes(3, "big") + block


def page(*packets: bytes, serial: int = 1) -> bytes:
    sizes = bytearray()
    for packet in packets:
        sizes += b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])
    head = b"OggS\0\0" + bytes(8) + struct.pack("<III", serial, 0, 0)
    return head + bytes([len(sizes)]) + bytes(sizes) + b"".join(packets)


def aiff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(kind + struct.pack(">I", len(text)) + text + b"\0" * (len(text) % 2) for kind, text in chunks)
    return b"FORM" + struct.pack(">I", 4 + len(body)) + b"AIFF" + body


def told(tmp_path: Path, content: bytes) -> Reading:
    path = tmp_path / "sound"
    path.write_bytes(content)
    assert audio_tags.accepts(path, content[:65536])
    return audio_tags.read(Source(path, content[:65536], len(content)))


SONGS = {
    "address": id3(frame(b"WOAS", f"https://suno.com/song/{JOB}".encode())),
    "comment": id3(frame(b"COMM", b"\0eng\0" + LINE.encode())),
    "wide comment": id3(frame(b"COMM", b"\x01eng" + "\0".encode("utf-16") + LINE.encode("utf-16"))),
    "behind a picture": id3(frame(b"APIC", bytes(70_000)), frame(b"COMM", b"\0eng\0" + LINE.encode())),
    "graph": id3(frame(b"TXXX", b"\x03prompt\0" + GRAPH.encode())),
    "flac": flac(prompt=GRAPH),
    "flac behind id3": id3(frame(b"TIT2", b"\0song")) + flac(PROMPT=GRAPH),
    "vorbis": page(b"\x01vorbis" + bytes(23)) + page(b"\x03vorbis" + comments(DESCRIPTION=LINE) + b"\x01"),
    "opus": page(b"OpusHead" + bytes(11)) + page(b"OpusTags" + comments(comment=LINE)),
    "ogg flac": page(b"\x7fFLAC\x01\0" + bytes(44)) + page(b"\x84\0\0\0" + comments(prompt=GRAPH)),
    "aiff tag": aiff((b"COMM", bytes(18)), (b"ID3 ", id3(frame(b"WOAS", f"https://suno.com/song/{JOB}".encode())))),
    "aiff annotation": aiff((b"ANNO", LINE.encode())),
    "aiff comment": aiff((b"COMT", struct.pack(">HIHH", 1, 0, 0, len(LINE)) + LINE.encode())),
}


@pytest.mark.parametrize("content", SONGS.values(), ids=SONGS)
def test_reads_what_a_generator_wrote(tmp_path: Path, content: bytes) -> None:
    said = told(tmp_path, content)

    assert [mark.claims for mark in said.marks] == [Origin.AI_GENERATED]
    assert said.faults == ()


@pytest.mark.parametrize(
    "content",
    [
        id3(frame(b"TSSE", b"\0Lavf60.16.100"), frame(b"COMM", b"\0eng\0I like audio, udio and suno")),
        id3(frame(b"WOAS", b"https://example.invalid/song/1")),
        flac(encoder="Lavf60.16.100", title="luma"),
    ],
)
def test_a_name_in_passing_is_no_mark(tmp_path: Path, content: bytes) -> None:
    assert told(tmp_path, content).marks == ()


def test_a_frame_that_runs_past_the_tag_is_a_fault_and_what_stood_before_counts(tmp_path: Path) -> None:
    good = frame(b"WOAS", f"https://suno.com/song/{JOB}".encode())

    said = told(tmp_path, id3(good, b"TIT2\x7f\xff\xff\xff\0\0abc"))

    assert [mark.claims for mark in said.marks] == [Origin.AI_GENERATED]
    assert [fault.code for fault in said.faults] == ["tags.frame"]


def test_a_comment_that_lies_about_its_length_is_a_fault(tmp_path: Path) -> None:
    content = bytearray(flac(prompt=GRAPH))
    content[-len(GRAPH) - 11 : -len(GRAPH) - 7] = b"\xff\xff\xff\x7f"

    assert [fault.code for fault in told(tmp_path, bytes(content)).faults] == ["vorbis.comment"]


TRAINED = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" e:DigitalSourceType='
    b'"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/></rdf:RDF></x:xmpmeta>'
)


@pytest.mark.parametrize(
    "content",
    [id3(frame(b"TIT2", b"\0song"), frame(b"PRIV", b"XMP\0" + TRAINED)), aiff((b"APPL", b"XMP " + TRAINED))],
    ids=["id3", "aiff"],
)
def test_the_xmp_reader_finds_packets_in_recordings(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sound"
    path.write_bytes(content)

    said = xmp.read(Source(path, content, len(content)))

    assert xmp.accepts(path, content)
    assert [mark.claims for mark in said.marks] == [Origin.AI_GENERATED]
