"""Files made of very many very small parts: every reader of images gives up in time, and says so."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest

from provenance.contracts import Source
from provenance.readers import (
    comments,
    exif,
    image_headers,
    iptc_iim,
    media_facts,
    png_text,
    samsung_trailer,
    stealth,
    xmp,
)

READERS = (exif, xmp, iptc_iim, png_text, comments, samsung_trailer, stealth, image_headers, media_facts)
SECONDS = 4.0
"""Twice what a lone machine may take: tests share theirs."""
COUNT = 400_000


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + bytes(4)


HEAD = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 6, 0, 0, 0))
PSD = b"8BPS" + struct.pack(">H6xHIIHHII", 1, 3, 8, 8, 8, 3, 0, 12 * COUNT)
TIFF = b"II*\0\x08\0\0\0" + b"".join(
    struct.pack("<H", 4_096) + bytes(12 * 4_096) + struct.pack("<I", 8 + page * (6 + 12 * 4_096))
    for page in range(1, 66)
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><metadata>'
FILES = {
    "png chunks": HEAD + chunk(b"abCd", b"") * COUNT,
    "png empty picture": HEAD + chunk(b"IDAT", b"") * COUNT,
    "png texts": HEAD + chunk(b"tEXt", b"parameters\0x") * COUNT,
    "jpeg segments": b"\xff\xd8" + b"\xff\xe1\0\x04ab" * COUNT,
    "jpeg comments": b"\xff\xd8" + b"\xff\xfe\0\x04ab" * COUNT,
    "jpeg resources": b"\xff\xd8" + b"\xff\xed\0\x18Photoshop 3.0\x008BIM\4\4\0\0" * (COUNT // 4),
    "gif extensions": b"GIF89a\1\0\1\0\0\0\0" + b"!\xfe\x01a\0" * COUNT,
    "gif one comment": b"GIF89a\1\0\1\0\0\0\0!\xfe" + b"\x01a" * COUNT,
    "psd resources": PSD + b"8BIM\4\4\0\0\0\0\0\0" * COUNT,
    "exr attributes": b"\x76\x2f\x31\x01\2\0\0\0" + b"a\0string\0\1\0\0\0x" * COUNT,
    "tiff fields": TIFF,
    "svg depth": SVG + b"<g>" * COUNT,
    "svg width": SVG + b"<g/>" * COUNT,
    "pdf blanks": b"%PDF-1.4\n1 0 obj <</Root" + b" " * COUNT + b"x\nstartxref\n9\n%%EOF",
}


@pytest.mark.parametrize("name", FILES)
def test_very_many_small_parts_take_no_time(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(FILES[name])
    source = Source(path, FILES[name][:65_536], len(FILES[name]))
    accepting = [reader for reader in READERS if reader.accepts(path, source.head)]
    began = time.perf_counter()

    readings = [reader.read(source) for reader in accepting]

    assert time.perf_counter() - began < SECONDS
    assert accepting
    assert name == "gif one comment" or any(reading.faults for reading in readings)


def test_a_prompt_of_100_mb_is_given_up_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(HEAD + chunk(b"tEXt", b"parameters\0" + b"a" * (100 << 20)))

    found = png_text.read(Source(path, HEAD, 0))

    assert [fault.code for fault in found.faults] == ["media.too_long"]
