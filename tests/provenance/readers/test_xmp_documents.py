"""XMP in documents and production stills: PDF, SVG, PSD, OpenEXR, JPEG 2000, ImageMagick's PNG, JPEG XL."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from provenance.contracts import Source
from provenance.model import Origin, Reading
from provenance.readers import xmp

DESCRIPTION = (
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:DigitalSourceType='
    b'"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/></rdf:RDF>'
)
PACKET = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + DESCRIPTION + b"</x:xmpmeta>"
OTHER = b"<?xpacket?>" + PACKET.replace(b"trainedAlgorithmicMedia", b"digitalCapture")


def pdf(metadata: bytes = PACKET, *, catalog: bytes = b"/Metadata 3 0 R", extra: bytes = b"") -> bytes:
    """A document with a classic table, and a picture's packet in front of its own."""
    stream = b"<</Type/Metadata/Subtype/XML/Length %d>>stream\n" % len(metadata) + metadata + b"\nendstream"
    parts = [b"<</Type/Catalog/Pages 2 0 R " + catalog + b">>", b"<</Type/Pages/Kids[]/Count 0>>", stream]
    out, places = b"%PDF-1.7\n4 0 obj\n<<>>stream\n" + OTHER + b"\nendstream\nendobj\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + part + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    return (
        out + b"xref\n0 4\n0000000000 65535 f \n" + table + b"trailer\n<</Size 4/Root 1 0 R" + extra
        + b">>\nstartxref\n%d\n%%%%EOF\n" % start
    )  # fmt: skip


def packed_pdf() -> bytes:
    """A document whose catalog lies in an object stream, and whose index is a filtered stream."""
    catalog = b"<</Type/Catalog/Metadata 3 0 R>>"
    inner = zlib.compress(b"1 0 " + catalog)
    out = b"%PDF-1.7\n"
    objects = len(out)
    out += b"2 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\r\n" % len(inner)
    out += inner + b"\r\nendstream\nendobj\n"
    metadata = len(out)
    out += b"3 0 obj\n<</Type/Metadata/Length %d>>\nstream\n" % len(PACKET) + PACKET + b"\nendstream\nendobj\n"
    rows = [(0, 0, 0), (2, 2, 0), (1, objects, 0), (1, metadata, 0)]
    plain = [struct.pack(">BHB", *row) for row in rows]
    above, filtered = bytes(4), b""
    for row in plain:
        filtered += b"\2" + bytes((value - up) & 0xFF for value, up in zip(row, above, strict=True))
        above = row
    index, start = zlib.compress(filtered), len(out)
    out += b"4 0 obj\n<</Type/XRef/W[1 2 1]/Index[0 4]/Root 1 0 R/Filter/FlateDecode/Length %d" % len(index)
    out += b"/DecodeParms<</Predictor 12/Columns 4>>>>stream\n" + index + b"\nendstream\nendobj\n"
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def svg(inner: bytes = PACKET) -> bytes:
    return (
        b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><title>t</title><metadata>'
        + inner + b"</metadata><g>" + b'<path d="M0 0"/>' * 9_000 + b"</g></svg>"
    )  # fmt: skip


def psd() -> bytes:
    resource = b"8BIM" + struct.pack(">HHI", 1_060, 0, len(PACKET)) + PACKET + bytes(len(PACKET) % 2)
    return b"8BPS" + struct.pack(">H6xHIIHHII", 1, 3, 8, 8, 8, 3, 0, len(resource)) + resource


def exr() -> bytes:
    return b"\x76\x2f\x31\x01\2\0\0\0xmp\0string\0" + struct.pack("<i", len(PACKET)) + PACKET + b"\0"


def jp2() -> bytes:
    body = bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + PACKET
    return b"\0\0\0\x0cjP  \r\n\x87\n" + struct.pack(">I", 8 + len(body)) + b"uuid" + body


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    body = b"Raw profile type xmp\0\0" + zlib.compress(f"\nxmp\n{len(PACKET):8}\n{PACKET.hex()}\n".encode())
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    return buffer.getvalue()[:33] + chunk + buffer.getvalue()[33:]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Reading]:
    def read_bytes(data: bytes) -> Reading:
        path = tmp_path / "a.bin"
        path.write_bytes(data)
        assert xmp.accepts(path, data[:65_536])
        return xmp.read(Source(path, data[:65_536], len(data)))

    return read_bytes


Read = Callable[[bytes], Reading]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (pdf(), "pdf:catalog/xmp"), (packed_pdf(), "pdf:catalog/xmp"), (svg(), "svg:metadata/xmp"),
        (svg(DESCRIPTION), "svg:metadata/xmp"), (psd(), "psd:8BIM/xmp"), (exr(), "exr:xmp"), (jp2(), "jp2:uuid/xmp"),
        (png(), "png:raw profile/xmp"),
    ],
    ids=["pdf", "packed pdf", "svg", "svg rdf", "psd", "exr", "jp2", "png"],
)  # fmt: skip
def test_a_declaration_is_found_in_every_container(read: Read, data: bytes, place: str) -> None:
    found = read(data)

    assert found.faults == ()
    assert [(mark.place, mark.claims) for mark in found.marks] == [(place, Origin.AI_GENERATED)]


def test_a_packet_of_a_picture_in_a_document_is_not_the_documents(read: Read) -> None:
    assert read(pdf(catalog=b"")).marks == ()


def test_a_packet_behind_the_end_of_a_png_is_shown_and_claims_nothing(read: Read) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    body = b"XML:com.adobe.xmp\0\0\0\0\0" + PACKET
    glued = struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))

    (mark,) = read(buffer.getvalue() + glued).marks

    assert (mark.place, mark.claims) == ("png:after-IEND/xmp", None)
    assert "ignored" in (mark.says("note") or "")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (pdf(extra=b"/Encrypt 9 0 R"), "pdf.encrypted"),
        (pdf().replace(b"startxref", b"startxxxx"), "pdf.no_index"),
        (pdf().replace(b"/Root", b"/Boot"), "pdf.no_catalog"),
        (pdf(catalog=b"/Metadata 99 0 R"), "pdf.object"),
        (svg(b"<a>" * 100 + b"</a>" * 100), "xmp.unreadable"),
        (svg().replace(b"<svg", b'<!DOCTYPE svg [<!ENTITY a "b">]><svg', 1), "xmp.entities"),
    ],
    ids=["encrypted", "no index", "no catalog", "no object", "deep", "entities"],
)
def test_what_cannot_be_followed_is_a_named_fault(read: Read, data: bytes, code: str) -> None:
    assert [fault.code for fault in read(data).faults] == [code]


def test_a_loop_of_indexes_ends(read: Read) -> None:
    data = pdf(extra=b"/Prev 00000")
    start = int(data.split(b"startxref\n")[1].split()[0])

    assert read(data.replace(b"/Prev 00000", b"/Prev %05d" % start)).marks


def test_a_box_packed_with_brotli_is_said_to_be_unchecked(read: Read) -> None:
    brob = struct.pack(">I", 20) + b"brobxml " + bytes(8)

    found = read(b"\0\0\0\x0cJXL \r\n\x87\n" + brob)

    assert [gap.what for gap in found.unchecked] == ["the packed box 'xml'"]


@given(edits=st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), max_size=8), cut=st.integers(0, 2_000),
       which=st.sampled_from([pdf, packed_pdf, psd, exr, jp2]))  # fmt: skip
@settings(max_examples=120, deadline=2_000)
def test_no_damage_makes_it_raise(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, int]], cut: int, which: Callable[[], bytes]
) -> None:
    data = bytearray(which())
    for position, value in edits:
        data[position % len(data)] = value
    path = tmp_path_factory.mktemp("documents") / "a.bin"
    path.write_bytes(data[: max(1, len(data) - cut // 4)])

    assert isinstance(xmp.read(Source(path, bytes(data[:64]), len(data))), Reading)
