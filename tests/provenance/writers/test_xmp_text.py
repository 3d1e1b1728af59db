"""Packets changed in their text: other people's properties stay to the byte."""

from __future__ import annotations

import pytest

from provenance.contracts import Tag
from provenance.errors import UnreadableMedia, WriteRefused
from provenance.model import Origin
from provenance.readers._xmp_packet import parse_packet
from provenance.writers import xmp
from provenance.writers._xmp_text import fitted, ours_in, values_in

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
TAG = Tag(Origin.AI_GENERATED, GENERATED, tool="Generator", contributor="Generator", credit="AI")
LINES = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    f' <rdf:RDF xmlns:rdf="{RDF}">',
    '  <rdf:Description rdf:about="">',
    '   <q:a xmlns:q="urn:q"><!-- kept --><rdf:Seq><rdf:li>ä</rdf:li></rdf:Seq></q:a>',
    "  </rdf:Description>",
    " </rdf:RDF>",
    "</x:xmpmeta>",
)
HEAD = '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>'
ABOUT = '<r:Description r:about="uuid:1" xmlns:q="urn:q" q:a="1 &gt; 0" q:b=\'>\'/>'
PACKETS = {
    "attributes": f'<r:RDF xmlns:r="{RDF}">{ABOUT}</r:RDF>',
    "elements": "\n".join(LINES),
    "empty": f'<rdf:RDF xmlns:rdf="{RDF}"/>',
    "padded": f'{HEAD}<rdf:RDF xmlns:rdf="{RDF}"></rdf:RDF>{" " * 900}<?xpacket end="w"?>',
    "default namespace": f'<RDF xmlns="{RDF}"><Description xmlns:q="urn:q"><q:a>1</q:a></Description></RDF>',
}


@pytest.mark.parametrize("kind", PACKETS)
def test_what_was_there_stays_to_the_byte_and_comes_back(kind: str) -> None:
    packet = PACKETS[kind].encode()

    written = xmp.changed(packet, TAG)

    start = next((at for at, (a, b) in enumerate(zip(packet, written, strict=False)) if a != b), len(packet))
    rest = len(packet) - start
    assert packet[start:] == written[len(written) - rest :] or kind == "empty"
    assert {item.path[-1][1] for item in parse_packet(written)} >= {"DigitalSourceType", "AISystemUsed", "contributor"}
    assert xmp.erased(written) in (packet, b"")
    assert values_in(packet).items() <= values_in(written).items()


def test_a_packet_of_ours_alone_goes_entirely() -> None:
    assert xmp.erased(xmp.changed(b"", TAG)) == b""


def test_a_property_that_someone_changed_after_us_is_theirs() -> None:
    packet = PACKETS["elements"].encode()
    theirs = xmp.changed(packet, TAG).replace(
        b"<Iptc4xmpExt:AISystemUsed>Generator", b"<Iptc4xmpExt:AISystemUsed>Corrected"
    )

    left = xmp.erased(theirs)

    assert b"Corrected" in left
    assert b"DigitalSourceType" not in left
    assert b"wrote" not in left


def test_properties_merged_into_one_description_by_another_program_are_still_taken_back() -> None:
    written = xmp.changed(b"", Tag(Origin.AI_GENERATED, GENERATED, tool="Generator"))
    values = values_in(written)
    wrote = next(texts[0] for name, texts in values.items() if name[1] == "wrote")
    own = next(name[0] for name in values if name[1] == "wrote")
    merged = (
        f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        f'xmlns:m="{own}" xmlns:q="urn:q" q:a="1" Iptc4xmpExt:DigitalSourceType="{GENERATED}" '
        f'Iptc4xmpExt:AISystemUsed="Generator" m:wrote="{wrote}"/></rdf:RDF>'
    ).encode()

    left = xmp.erased(merged)

    assert len(ours_in(values_in(merged))) == 2
    assert set(values_in(left)) == {("urn:q", "a")}


def test_what_another_program_wrote_is_kept_and_ours_left_out() -> None:
    packet = (
        f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
        'photoshop:Credit="The agency"/></rdf:RDF>'
    ).encode()

    written = values_in(xmp.changed(packet, TAG))

    assert written["http://ns.adobe.com/photoshop/1.0/", "Credit"] == ["The agency"]


@pytest.mark.parametrize("theirs", ["digitalCapture", "compositeWithTrainedAlgorithmicMedia", "nonsense"])
def test_a_source_type_of_another_program_that_says_something_else_is_never_overwritten(theirs: str) -> None:
    packet = PACKETS["empty"].encode()
    packet = xmp.changed(packet, Tag(Origin.AI_GENERATED, GENERATED.replace("trainedAlgorithmicMedia", theirs)))
    packet = packet.replace(b":wrote>", b":said>")

    with pytest.raises(WriteRefused, match="not overwritten"):
        xmp.changed(packet, TAG)


@pytest.mark.parametrize(
    "packet",
    [
        b"<rdf:RDF", b"<a/>", b"\xff\xfe<\0a\0/\0>\0",
        b'<!DOCTYPE a [<!ENTITY b "c">]><rdf:RDF xmlns:rdf="' + RDF.encode() + b'">&b;</rdf:RDF>',
    ],
)  # fmt: skip
def test_what_is_no_packet_is_refused(packet: bytes) -> None:
    with pytest.raises(UnreadableMedia):
        xmp.changed(packet, TAG)


def test_a_packet_fits_by_its_padding() -> None:
    packet = PACKETS["padded"].encode()

    assert fitted(packet, len(packet) + 50).endswith(b' <?xpacket end="w"?>')
    assert len(fitted(packet, len(packet) - 800)) == len(packet) - 800
    assert fitted(packet, len(packet) - 901) is None
    assert fitted(b"<a/>", 9) == b"<a/>     "
