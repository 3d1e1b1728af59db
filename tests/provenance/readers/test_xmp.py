"""XMP packets in every container and in sidecars, on tiny files made here."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from PIL import Image

from provenance.contracts import Reader, Source
from provenance.model import Identifier, Mark, Origin, Reading, Relation, Strength
from provenance.readers import xmp
from provenance.readers._xmp_packet import parse_packet

SPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "i": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/", "p": "http://ns.adobe.com/photoshop/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/", "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/", "t": "http://purl.org/dc/terms/",
    "stRef": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
}  # fmt: skip
DST = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED = {"i:DigitalSourceType": DST + "trainedAlgorithmicMedia"}


def packet(attributes: dict[str, str] | None = None, body: str = "") -> bytes:
    spaces = "".join(f" xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in SPACES.items())
    given = "".join(f" {name}={quoteattr(value)}" for name, value in (attributes or {}).items())
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF{spaces}><rdf:Description rdf:about=""{given}>{body}</rdf:Description></rdf:RDF>'
        '</x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def app1(body: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def image(kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16)).save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(*segments: bytes) -> bytes:
    plain = image("JPEG")
    return plain[:2] + b"".join(segments) + plain[2:]


def png(*chunks: bytes) -> bytes:
    plain = image("PNG")
    return plain[:33] + b"".join(chunks) + plain[33:]


def wave(kind: bytes, body: bytes) -> bytes:
    inner = b"WAVE" + kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I", len(inner)) + inner


def extended(whole: bytes) -> bytes:
    """An extended packet in two pieces, the second first."""
    head, cut = b"http://ns.adobe.com/xmp/extension/\0" + b"G" * 32, len(whole) // 2
    pieces = [(cut, whole[cut:]), (0, whole[:cut])]
    return b"".join(app1(head + struct.pack(">II", len(whole), at) + piece) for at, piece in pieces)


def gif(data: bytes) -> bytes:
    magic = b"\1" + bytes(range(255, -1, -1)) + b"\0"
    return image("GIF")[:-1] + b"!\xff\x0bXMP DataXMP" + data + magic + b";"


UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
FTYP = box(b"ftyp", b"isom\0\0\0\0")
JPEG_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
PNG_HEAD = b"XML:com.adobe.xmp\0"
CONTAINERS: dict[str, Callable[[bytes], bytes]] = {
    "jpeg": lambda data: jpeg(app1(JPEG_HEAD + data)),
    "jpeg extended": lambda data: jpeg(extended(data)),
    "png": lambda data: png(chunk(b"iTXt", PNG_HEAD + bytes(4) + data)),
    "png compressed": lambda data: png(chunk(b"iTXt", PNG_HEAD + b"\1\0\0\0" + zlib.compress(data))),
    "tiff": lambda data: image("TIFF", tiffinfo={700: data}),
    "webp": lambda data: image("WEBP", xmp=data),
    "avif": lambda data: image("AVIF", xmp=data),
    "wave _PMX": lambda data: wave(b"_PMX", data),
    "wave XMP": lambda data: wave(b"XMP ", data),
    "mp4 uuid": lambda data: FTYP + box(b"uuid", UUID + data) + box(b"moov", b""),
    "mp4 uuid behind mdat": lambda data: FTYP + box(b"mdat", b"x" * 99) + box(b"uuid", UUID + data),
    "mov udta": lambda data: FTYP + box(b"moov", box(b"udta", box(b"XMP_", data) + bytes(4))),
    "gif": gif,
}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Reading]:
    def read_bytes(data: bytes, name: str = "a.bin", *sidecars: Path) -> Reading:
        path = tmp_path / name
        path.write_bytes(data)
        return xmp.read(Source(path, data[:4096], len(data), sidecars=sidecars))

    return read_bytes


Read = Callable[..., Reading]


def in_jpeg(read: Read, attributes: dict[str, str] | None = None, body: str = "") -> Reading:
    return read(CONTAINERS["jpeg"](packet(attributes, body)))


def only(found: Reading) -> Mark:
    assert len(found.marks) == 1
    return found.marks[0]


def test_it_is_a_reader() -> None:
    assert isinstance(xmp, Reader)
    assert frozenset({".xmp"}) == xmp.SIDECARS
    assert not xmp.accepts(Path("a.dpx"), b"SDPX")


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_packet_is_found_in_every_container(read: Read, name: str) -> None:
    if name == "avif" and "AVIF" not in Image.registered_extensions().values():
        pytest.skip("this Pillow writes no AVIF")
    data = CONTAINERS[name](packet(TRAINED))

    mark = only(read(data))

    assert xmp.accepts(Path("a.bin"), data[:4096])
    assert (mark.claims, mark.strength) == (Origin.AI_GENERATED, Strength.DECLARED)


@pytest.mark.parametrize(
    ("name", "term", "claims", "strength"),
    [
        ("DigitalSourceType", DST + "trainedAlgorithmicMedia", Origin.AI_GENERATED, Strength.DECLARED),
        ("DigitalSourceFileType", "trainedAlgorithmicMedia", Origin.AI_GENERATED, Strength.DECLARED),
        ("DigitalSourcefileType", " trainedAlgorithmicMedia ", Origin.AI_GENERATED, Strength.DECLARED),
        ("DigitalSourceType", "compositeWithTrainedAlgorithmicMedia", Origin.AI_EDITED, Strength.DECLARED),
        ("DigitalSourceType", "compositeSynthetic", Origin.AI_COMPOSITE, Strength.DECLARED),
        ("DigitalSourceType", "screenCapture", Origin.MAYBE_AI, Strength.DECLARED),
        ("DigitalSourceType", "algorithmicMedia", Origin.PROCEDURAL, Strength.DECLARED),
        ("DigitalSourceType", "digitalCapture", Origin.CAPTURED, Strength.HEURISTIC),
        ("DigitalSourceType", "softwareImage", None, Strength.DECLARED),
        ("DigitalSourceType", "my own invention", None, Strength.HEURISTIC),
    ],
)
def test_a_source_type_claims_what_the_vocabulary_says(
    read: Read, name: str, term: str, claims: Origin | None, strength: Strength
) -> None:
    mark = only(in_jpeg(read, {f"i:{name}": term}))

    assert (mark.claims, mark.strength, mark.key) == (claims, strength, f"Iptc4xmpExt:{name}")


def test_an_unsigned_capture_is_of_the_lowest_rank(read: Read) -> None:
    assert only(in_jpeg(read, {"i:DigitalSourceType": "digitalCapture"})).says("rank") == "C1"


@pytest.mark.parametrize(
    "body",
    [
        f"<i:DigitalSourceType>{DST}trainedAlgorithmicMedia</i:DigitalSourceType>",
        f'<i:DigitalSourceType rdf:resource="{DST}trainedAlgorithmicMedia"/>',
        f"<i:DigitalSourceType><rdf:Bag><rdf:li>{DST}trainedAlgorithmicMedia</rdf:li></rdf:Bag></i:DigitalSourceType>",
        '<z:DigitalSourceType xmlns:z="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        "trainedAlgorithmicMedia</z:DigitalSourceType>",
    ],
)
def test_elements_resources_arrays_and_other_prefixes_are_read(read: Read, body: str) -> None:
    assert only(in_jpeg(read, body=body)).claims is Origin.AI_GENERATED


def test_of_two_source_types_both_are_seen(read: Read) -> None:
    body = "<i:DigitalSourceType>trainedAlgorithmicMedia</i:DigitalSourceType>"

    found = in_jpeg(read, {"i:DigitalSourceType": "digitalCapture"}, body)

    assert {mark.claims for mark in found.marks} == {Origin.CAPTURED, Origin.AI_GENERATED}


def test_the_source_type_of_an_ingredient_is_a_question(read: Read) -> None:
    body = (
        "<xmpMM:Pantry><rdf:Bag><rdf:li><rdf:Description><i:DigitalSourceType>trainedAlgorithmicMedia"
        "</i:DigitalSourceType></rdf:Description></rdf:li></rdf:Bag></xmpMM:Pantry>"
    )

    mark = only(in_jpeg(read, body=body))

    assert mark.claims is Origin.MAYBE_AI
    assert mark.key == "xmpMM:Pantry/Iptc4xmpExt:DigitalSourceType"


def test_the_ai_properties_alone_mean_generated(read: Read) -> None:
    mark = only(in_jpeg(read, {
        "i:AISystemUsed": "Model", "i:AISystemVersionUsed": "3", "i:AIPromptInformation": "a cat",
        "i:AIPromptWriterName": "the writer",
    }))  # fmt: skip

    assert (mark.claims, mark.strength) == (Origin.AI_GENERATED, Strength.DECLARED)
    assert dict(mark.detail) == {
        "tool": "Model", "version": "3", "prompt": "a cat", "prompt_writer": "the writer",
    }  # fmt: skip


def test_the_ai_properties_follow_a_source_type_that_says_edited(read: Read) -> None:
    given = {"i:AISystemUsed": "Model", "i:DigitalSourceType": "compositeWithTrainedAlgorithmicMedia"}

    assert {mark.claims for mark in in_jpeg(read, given).marks} == {Origin.AI_EDITED}


def test_a_captured_source_type_never_takes_the_ai_properties_back(read: Read) -> None:
    given = {"i:AISystemUsed": "Model", "i:DigitalSourceType": "digitalCapture"}

    assert Origin.AI_GENERATED in {mark.claims for mark in in_jpeg(read, given).marks}


@pytest.mark.parametrize(
    ("label", "claims"), [("1", Origin.AI_GENERATED), ("2", Origin.MAYBE_AI), ("3", Origin.MAYBE_AI)]
)
def test_a_tc260_label_is_read_as_attribute_and_as_element(read: Read, label: str, claims: Origin) -> None:
    text = f'{{"Label": "{label}", "ContentProducer": "001191110102MACQD9K64010000"}}'

    marks = [only(in_jpeg(read, {"TC260:AIGC": text})), only(in_jpeg(read, body=f"<TC260:AIGC>{text}</TC260:AIGC>"))]

    assert {(mark.claims, mark.strength, mark.says("tool")) for mark in marks} == {
        (claims, Strength.DECLARED, "Doubao")
    }


@pytest.mark.parametrize(
    ("credit", "claims"),
    [("Made with Google AI", [Origin.AI_GENERATED]), ("Edited with Google AI", [Origin.AI_EDITED]),
     ("Apple Photos Clean Up", [Origin.AI_EDITED]), ("not Made with Google AI", []), ("Reuters", [])],
)  # fmt: skip
def test_a_credit_line_counts_only_to_the_letter(read: Read, credit: str, claims: list[Origin]) -> None:
    assert [mark.claims for mark in in_jpeg(read, {"p:Credit": credit}).marks] == claims


def test_a_screenshot_may_show_anything(read: Read) -> None:
    body = '<exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">Screenshot</rdf:li></rdf:Alt></exif:UserComment>'

    assert only(in_jpeg(read, body=body)).claims is Origin.MAYBE_AI


def test_the_creator_tool_is_a_fact_and_claims_nothing(read: Read) -> None:
    found = in_jpeg(read, {"xmp:CreatorTool": "Adobe Photoshop 26.0"})

    assert only(found).claims is None
    assert found.facts == {"creator_tool": "Adobe Photoshop 26.0"}


def test_a_pointer_to_credentials_elsewhere_is_said_and_not_followed(read: Read) -> None:
    found = in_jpeg(read, {"t:provenance": "https://cai-manifests.adobe.com/x"})

    assert found.marks == ()
    assert [entry.what for entry in found.unchecked] == ["remote manifest"]


def test_identifiers_and_the_document_it_was_derived_from_are_read(read: Read) -> None:
    body = '<xmpMM:DerivedFrom stRef:documentID="xmp.did:1" stRef:instanceID="xmp.iid:2"/>'

    found = in_jpeg(read, {"xmpMM:DocumentID": "xmp.did:3", "xmpMM:InstanceID": "xmp.iid:4"}, body)

    state = Identifier("xmp.state", "xmp.did:3 xmp.iid:4")
    assert found.identifiers == (Identifier("xmp.did", "xmp.did:3"), Identifier("xmp.iid", "xmp.iid:4"), state)
    reference = found.references[0]
    assert reference.relation is Relation.PARENT
    assert reference.identifiers == (Identifier("xmp.iid", "xmp.iid:2"), Identifier("xmp.did", "xmp.did:1"))


@pytest.mark.parametrize(
    "body",
    ['<xmpMM:DerivedFrom rdf:parseType="Resource"><stRef:documentID>d</stRef:documentID></xmpMM:DerivedFrom>',
     "<xmpMM:DerivedFrom><rdf:Description stRef:documentID='d'/></xmpMM:DerivedFrom>",
     "<xmpMM:DerivedFrom stRef:originalDocumentID='d'/>"],
)  # fmt: skip
def test_derived_from_is_read_in_every_form(read: Read, body: str) -> None:
    assert in_jpeg(read, body=body).references[0].identifiers == (Identifier("xmp.did", "d"),)


def test_a_sidecar_speaks_about_the_file_beside_it(read: Read, tmp_path: Path) -> None:
    sidecar = tmp_path / "ü.dpx.xmp"
    sidecar.write_bytes(packet(TRAINED))

    mark = only(read(b"SDPX", "ü.dpx", sidecar, tmp_path / "other.c2pa"))

    assert mark.place == "sidecar:ü.dpx.xmp"


def test_a_sidecar_that_is_gone_is_a_fault(read: Read, tmp_path: Path) -> None:
    found = read(b"SDPX", "a.dpx", tmp_path / "gone.xmp")

    assert [fault.code for fault in found.faults] == ["xmp.sidecar_unreadable"]


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BOMB + packet(TRAINED), "xmp.entities"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + packet(TRAINED), "xmp.entities"),
        (packet(TRAINED)[:-60], "xmp.unreadable"),
        (b"not xml", "xmp.unreadable"),
        (b"", "xmp.unreadable"),
        (packet(body="<i:a><rdf:Bag><rdf:li>" * 40 + "</rdf:li></rdf:Bag></i:a>" * 40), "xmp.unreadable"),
        (packet(body="<i:a/>" * 20_001), "xmp.too_many"),
    ],
    ids=["bomb", "external", "cut", "text", "empty", "deep", "many"],
)
def test_a_hostile_packet_is_a_fault_with_its_code(read: Read, data: bytes, code: str) -> None:
    found = read(data, "a.xmp")

    assert found.marks == ()
    assert [fault.code for fault in found.faults] == [code]


def test_packets_in_utf_16_are_read() -> None:
    text = packet(TRAINED).decode().encode("utf-16")

    assert [item.value for item in parse_packet(text)] == [DST + "trainedAlgorithmicMedia"]


def test_a_missing_piece_of_an_extended_packet_is_a_fault(read: Read) -> None:
    data = jpeg(extended(packet(TRAINED))[: -len(packet(TRAINED)) // 2 - 79])

    assert [fault.code for fault in read(data).faults] == ["xmp.extension"]


def test_a_file_full_of_packets_is_read_up_to_a_limit(read: Read) -> None:
    found = read(jpeg(*[app1(JPEG_HEAD + packet(TRAINED))] * 70))

    assert {mark.claims for mark in found.marks} == {Origin.AI_GENERATED}
    assert [fault.code for fault in found.faults] == ["xmp.too_many"]


def test_extended_packets_without_end_are_refused(read: Read) -> None:
    piece = app1(b"http://ns.adobe.com/xmp/extension/\0" + b"G" * 32 + bytes(8) + b"x" * 65_000)

    assert [fault.code for fault in read(jpeg(*[piece] * 520)).faults] == ["xmp.extension"]


def test_a_compressed_packet_that_explodes_is_a_fault(read: Read) -> None:
    data = png(chunk(b"iTXt", PNG_HEAD + b"\1\0\0\0" + zlib.compress(bytes(9 << 20), 9)))

    assert [fault.code for fault in read(data).faults] == ["xmp.too_long"]
