"""Files made to exhaust a reader: each is bounded in time and memory, and ends in a fault or an honest verdict."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from provenance.describe import describe
from provenance.model import VALUE_LIMIT, Origin
from tests.provenance.described_apart import MEGABYTES_AT_MOST, SECONDS_AT_MOST, Outcome, assert_safe, described

PNG = b"\x89PNG\r\n\x1a\n"
PROMPT_SIZE = 100 << 20
PARAMETERS = b"\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512"


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def png(*chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return PNG + header + b"".join(chunks) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


FTYP = box(b"ftyp", b"qt  \0\0\0\0qt  ")
RDF = b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'


def nested(kind: bytes, depth: int) -> bytes:
    body = b""
    for _ in range(depth):
        body = box(kind, body)
    return body


def ebml(number: bytes, body: bytes) -> bytes:
    return number + (0x0100000000000000 | len(body)).to_bytes(8, "big") + body


def nested_matroska() -> bytes:
    body = b""
    for _ in range(1_000):
        body = ebml(b"\x67\xc8", body)  # SimpleTag in SimpleTag
    tags = ebml(b"\x12\x54\xc3\x67", ebml(b"\x73\x73", body))
    return ebml(b"\x1a\x45\xdf\xa3", ebml(b"\x42\x82", b"webm")) + ebml(b"\x18\x53\x80\x67", tags)


def nested_riff() -> bytes:
    body = b""
    for _ in range(1_000):
        body = b"LIST" + (len(body) + 4).to_bytes(4, "little") + b"INFO" + body
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"AVI " + body


def exploding_text() -> bytes:
    return png(chunk(b"zTXt", b"parameters\0\0" + zlib.compress(b"a" * (256 << 20), 9)))


def exploding_texts() -> bytes:
    bomb = zlib.compress(b"a" * (16 << 20), 9)
    return png(*(chunk(b"iTXt", b"parameters\0\1\0\0\0" + bomb) for _ in range(300)))


def exploding_profile() -> bytes:
    return png(chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"exif\n" + b"00" * (64 << 20), 9)))


def exploding_colour_profile() -> bytes:
    return png(chunk(b"iCCP", b"icc\0\0" + zlib.compress(b"\0" * (256 << 20), 9)))


def entities(packet: bytes) -> bytes:
    return b"\xff\xd8\xff\xe1" + segment(b"http://ns.adobe.com/xap/1.0/\0" + packet) + b"\xff\xd9"


def segment(data: bytes) -> bytes:
    return (len(data) + 2).to_bytes(2, "big") + data


def billion_laughs() -> bytes:
    lines = [b'<!ENTITY a0 "ha">']
    lines += [b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)]
    return entities(b"<!DOCTYPE x [" + b"".join(lines) + b"]><rdf:RDF " + RDF + b">&a11;</rdf:RDF>")


def outside_entity() -> bytes:
    return entities(b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><rdf:RDF ' + RDF + b">&x;</rdf:RDF>")


def deep_xml() -> bytes:
    return entities(b"<rdf:RDF " + RDF + b">" + b"<a>" * 9_000 + b"</a>" * 9_000 + b"</rdf:RDF>")


def deep_json() -> bytes:
    return png(chunk(b"tEXt", b"prompt\0" + b'{"a":' * 200_000 + b"1" + b"}" * 200_000))


def looping_directories() -> bytes:
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + struct.pack("<I", 8)


def crossing_directories() -> bytes:
    first = struct.pack("<H", 1) + struct.pack("<HHII", 0x014A, 4, 1, 26) + struct.pack("<I", 26)
    return b"II*\0" + struct.pack("<I", 8) + first + struct.pack("<H", 1) + struct.pack(
        "<HHII", 0x014A, 4, 1, 8
    ) + struct.pack("<I", 8)  # fmt: skip


def many_directories() -> bytes:
    pointers = struct.pack("<5000I", *([8] * 5_000))
    entry = struct.pack("<HHII", 0x014A, 4, 5_000, 26)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + struct.pack("<I", 0) + pointers


def greedy_directory() -> bytes:
    entries = b"".join(struct.pack("<HHII", 270, 2, 0xFFFFFFF0, 8) for _ in range(4_000))
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 4_000) + entries + struct.pack("<I", 8)


def million_segments() -> bytes:
    return b"\xff\xd8" + b"\xff\xe1\0\x02" * 500_000 + b"\xff\xd9"


def million_chunks() -> bytes:
    return PNG + chunk(b"tEXt", b"a\0b") * 100_000


def million_boxes() -> bytes:
    return FTYP + box(b"moov", box(b"udta", box(b"meta", b"\0\0\0\0" + box(b"ilst", box(b"free", b"") * 300_000))))


def greedy_keys() -> bytes:
    keys = box(b"keys", b"\0\0\0\0" + (0xFFFFFFFF).to_bytes(4, "big") + box(b"mdta", b"prompt") * 1_000)
    return FTYP + box(b"moov", box(b"meta", keys + box(b"ilst", b"")))


def id3(body: bytes, size: int) -> bytes:
    return b"ID3\x04\0\0" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0)) + body


HOSTILE: dict[str, Callable[[], bytes]] = {
    "length beyond the end.png": lambda: PNG + b"\x7f\xff\xff\xfftEXtparameters\0x",
    "length of nothing.mp4": lambda: FTYP + b"\0\0\0\0moov" + b"\0\0\0\0udta" * 50,
    "length of one.mp4": lambda: FTYP + b"\0\0\0\1moov" + b"\xff" * 8,
    "length below the head.mp4": lambda: FTYP + b"\0\0\0\3moov" * 5_000,
    "length beyond the end.mp4": lambda: FTYP + b"\xff\xff\xff\xf0moov\xff\xff\xff\xe0udta",
    "greedy keys.mov": greedy_keys,
    "length beyond the end.wav": lambda: b"RIFF\xff\xff\xff\xffWAVEbext\xff\xff\xff\xfe" + b"\0" * 600,
    "length of nothing.wav": lambda: b"RIFF\0\0\0\0WAVE" + b"LIST\0\0\0\0" * 50_000,
    "length beyond the end.mp3": lambda: id3(b"TXXX\x7f\x7f\x7f\x7f\0\0\3prompt\0{}", 0x0FFFFFFF),
    "frames of nothing.mp3": lambda: id3(b"TXXX\0\0\0\0\0\0" * 100_000, 1_000_000),
    "length beyond the end.flac": lambda: b"fLaC\x84\xff\xff\xff" + b"\xff\xff\xff\xff" * 10,
    "comments without end.flac": lambda: b"fLaC\x84\0\0\x10" + b"\0\0\0\0\xff\xff\xff\xff" + b"\0" * 80_000,
    "length beyond the end.webm": lambda: b"\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xfe" * 10,
    "length beyond the end.aif": lambda: b"FORM\xff\xff\xff\xffAIFFID3 \xff\xff\xff\xff",
    "length beyond the end.psd": lambda: b"8BPS\0\1" + b"\0" * 20 + b"\xff" * 400,
    "length beyond the end.jxl": lambda: b"\0\0\0\x0cJXL \r\n\x87\n" + b"\xff\xff\xff\xfeExif",
    "directories in a circle.tif": looping_directories,
    "directories in a figure of eight.tif": crossing_directories,
    "one directory 5,000 times.tif": many_directories,
    "fields of 4 GB.tif": greedy_directory,
    "boxes 1,000 deep.mp4": lambda: FTYP + nested(b"moov", 1_000),
    "user data 1,000 deep.mov": lambda: FTYP + box(b"moov", nested(b"udta", 1_000)),
    "meta 1,000 deep.heic": lambda: box(b"ftyp", b"heic\0\0\0\0mif1heic") + nested(b"meta", 1_000),
    "tags 1,000 deep.webm": nested_matroska,
    "lists 1,000 deep.avi": nested_riff,
    "elements 9,000 deep.jpg": deep_xml,
    "objects 200,000 deep.png": deep_json,
    "text that explodes.png": exploding_text,
    "300 texts that explode.png": exploding_texts,
    "profile that explodes.png": exploding_profile,
    "colours that explode.png": exploding_colour_profile,
    "entities that explode.jpg": billion_laughs,
    "entity from outside.jpg": outside_entity,
    "half a million segments.jpg": million_segments,
    "100,000 texts.png": million_chunks,
    "300,000 boxes.mp4": million_boxes,
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """What came of all of them, in one process; its memory is held to the limit here."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = [folder / name for name in HOSTILE]
    for path in paths:
        path.write_bytes(HOSTILE[path.name]())
    found, megabytes = described(folder, paths)
    assert megabytes < MEGABYTES_AT_MOST, f"{megabytes:.0f} MB"
    return {one.name: one for one in found}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_soon_in_a_fault_or_a_verdict(outcomes: dict[str, Outcome], name: str) -> None:
    outcome = outcomes[name]

    assert outcome.seconds < SECONDS_AT_MOST
    assert "reader.failed" not in outcome.faults
    assert not outcome.silent
    assert outcome.origin == Origin.UNDECLARED.value


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("length beyond the end.png", {"png.chunk"}),
        ("entities that explode.jpg", {"xmp.unreadable", "xmp.entities", "xmp.doctype"}),
        ("entity from outside.jpg", {"xmp.unreadable", "xmp.entities", "xmp.doctype"}),
        ("300 texts that explode.png", {"text.exploded", "png.too_many_texts"}),
    ],
)
def test_the_fault_says_what_is_wrong(outcomes: dict[str, Outcome], name: str, codes: set[str]) -> None:
    assert codes & set(outcomes[name].faults), outcomes[name].faults


def prompt_in_png() -> bytes:
    return png(chunk(b"tEXt", b"parameters\0" + b"fox " * (PROMPT_SIZE // 4) + PARAMETERS))


def prompt_packed_in_png() -> bytes:
    return png(chunk(b"zTXt", b"parameters\0\0" + zlib.compress(b"fox " * (PROMPT_SIZE // 4) + PARAMETERS)))


def prompt_in_movie() -> bytes:
    key = box(b"keys", b"\0\0\0\0\0\0\0\1" + box(b"mdta", b"prompt"))
    text = b'{"3":{"class_type":"KSampler","inputs":{"text":"' + b"x" * PROMPT_SIZE + b'"}}}'
    item = box(b"\0\0\0\1", box(b"data", b"\0\0\0\1\0\0\0\0" + text))
    return FTYP + box(b"moov", box(b"meta", key + box(b"ilst", item)))


def prompt_in_mp3() -> bytes:
    frame = b"\3prompt\0" + b"x" * PROMPT_SIZE
    size = bytes((len(frame) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return id3(b"TXXX" + size + b"\0\0" + frame, len(frame) + 10)


def prompt_in_jpeg() -> bytes:
    """A comment can be no longer than a segment: 1,600 of them."""
    return b"\xff\xd8" + (b"\xff\xfe" + segment(b"x" * 65_000)) * (PROMPT_SIZE // 65_000) + b"\xff\xd9"


@pytest.mark.parametrize(
    ("name", "make"),
    [("prompt.png", prompt_in_png), ("packed.png", prompt_packed_in_png), ("prompt.mov", prompt_in_movie),
     ("prompt.mp3", prompt_in_mp3), ("prompt.jpg", prompt_in_jpeg)],
)  # fmt: skip
def test_100_mb_of_prompt_are_read_within_the_limits(tmp_path: Path, name: str, make: Callable[[], bytes]) -> None:
    path = tmp_path / name
    path.write_bytes(make())

    outcomes, megabytes = described(tmp_path, [path])

    assert_safe(outcomes, megabytes)


def test_a_long_prompt_is_kept_short(tmp_path: Path) -> None:
    path = tmp_path / "prompt.png"
    path.write_bytes(png(chunk(b"tEXt", b"parameters\0" + b"fox " * 200_000 + PARAMETERS)))

    told = describe(path)

    texts = [text for mark in told.marks for text in (mark.value, *(value for _, value in mark.detail))]
    assert told.verdict.origin is Origin.AI_GENERATED
    assert max(map(len, texts)) <= VALUE_LIMIT


def test_a_movie_of_20_gb_with_its_index_at_the_end_is_read_at_once(tmp_path: Path) -> None:
    from benchmarks.readers import write_huge_movie

    path = tmp_path / "huge.mov"
    try:
        write_huge_movie(path, 20 << 30)
    except OSError as error:
        pytest.skip(f"no sparse file of 20 GB can be made here: {error}")

    told = describe(path, with_essence=False)

    assert told.verdict.origin is Origin.CAPTURED
    assert path.stat().st_size > io.DEFAULT_BUFFER_SIZE
