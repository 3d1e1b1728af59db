"""XMP packets: where they lie in each container, and a bounded parse of one (XMP specification, parts 1
and 3). The only module that imports defusedxml: document types and entities are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final

from provenance.containers import aiff, bmff, bmff_items, exr, gif, id3, jpeg, pdf, png, psd, riff, tiff
from provenance.containers.span import Span, lie, read_span, read_up_to, size_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element, TreeBuilder

BEHIND: Final = "png:after-IEND/"
"""How the place of a packet begins that stands behind the end of its picture."""
PACKET_LIMIT: Final = 32 << 20
_Path = tuple[tuple[str, str], ...]
_DEPTH: Final = 24
_PROPERTIES: Final = 20_000
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_ARRAYS: Final = frozenset({"Alt", "Bag", "Seq"})
_JPEG_HEAD: Final = b"http://ns.adobe.com/xap/1.0/\0"
_JPEG_MORE: Final = b"http://ns.adobe.com/xmp/extension/\0"
_UUID: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_PNG_KEY: Final = "XML:com.adobe.xmp"
_TIFF_TAG: Final = 700
_PROFILE: Final = "Raw profile type xmp"
_JP2_START: Final = b"\0\0\0\x0cjP  \r\n\x87\n"
_SVG: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:[?!].*?<)?svg[\s>]", re.DOTALL)
"""Also behind a document type with entities, which is then refused by name."""
_SVG_HEAD: Final = 4_096
_SVG_FAR: Final = 4 << 20
_ELEMENTS: Final = 50_000
_PACKED: Final = 1_000
_PIECE: Final = 64 << 10
_RIFF_KINDS: Final = frozenset({b"XMP ", b"_PMX"})


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet and where it stood."""

    place: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Property:
    """One simple value: the (namespace, name) pairs that lead to it, outermost first, its text, and its positions in
    the arrays on the way, outermost first (values of one structure in an array share theirs)."""

    path: tuple[tuple[str, str], ...]
    value: str
    at: tuple[int, ...] = ()


def find_packets(file: BinaryIO) -> Iterator[Packet]:
    """All packets of a file, by its first bytes. Raises UnreadableMedia where the container lies."""
    finder = _finder(read_up_to(file, 0, _SVG_HEAD))
    return finder(file) if finder else iter(())


def may_hold_packets(head: bytes) -> bool:
    """True for files whose container may hold packets, by their first bytes."""
    return _finder(head) is not None


def packed_kinds(file: BinaryIO) -> tuple[str, ...]:
    """What lies compressed with Brotli in a JPEG XL: the kinds of the boxes (ISO/IEC 18181-2, 9.7). Raises
    UnreadableMedia."""
    boxes = islice(bmff.top_boxes(file), _PACKED)
    found = (read_up_to(file, box.body.offset, 4) for box in boxes if box.kind == b"brob")
    return tuple(dict.fromkeys(kind.decode("latin-1").strip() for kind in found))


def _finder(head: bytes) -> Callable[[BinaryIO], Iterator[Packet]] | None:
    return next((find for fits, find in _FINDERS if fits(head)), None)


def parse_packet(data: bytes) -> tuple[Property, ...]:
    """The simple values of a packet, structures and arrays flattened.

    Raises UnreadableMedia: ``xmp.entities`` for document types and entities, ``xmp.unreadable`` for what is
    no XML or too deep, ``xmp.too_many`` for too many values.
    """
    root = parse_xml(data)
    found: list[Property] = []
    for description in _descriptions(root):
        for item in _fields(description, (), 0, ()):
            found.append(item)
            if len(found) > _PROPERTIES:
                raise lie("xmp.too_many", f"more than {_PROPERTIES} values")
    return tuple(found)


def parse_xml(data: bytes) -> Element:
    """The root of an XML document from a stranger, in UTF-8 or UTF-16, document types and entities refused.

    Raises UnreadableMedia: ``xmp.entities`` or ``xmp.unreadable``.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(_as_utf8(data).strip(b"\0 \r\n\t"), forbid_dtd=True)
    except DefusedXmlException as error:
        raise lie("xmp.entities", "it declares entities or a document type") from error
    except (ParseError, ValueError, LookupError, RecursionError, AttributeError) as error:
        raise lie("xmp.unreadable", f"it is not well-formed ({error})") from error
    return root


def _as_utf8(data: bytes) -> bytes:
    """A packet in UTF-8: XMP may also be UTF-16, told by its first bytes (part 1, section 7.1)."""
    wide = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(data[:2])
    return data.decode(wide, "replace").encode("utf-8", "replace") if wide else data


def _descriptions(root: Element) -> Iterator[Element]:
    """The top descriptions: rdf:RDF may be the root or lie a few levels below it."""
    level = [root]
    for _ in range(4):
        for element in level:
            if element.tag == f"{{{_RDF}}}RDF":
                yield from (child for child in element if isinstance(child.tag, str))
                return
        level = [child for element in level for child in element]


def _fields(element: Element, path: _Path, depth: int, at: tuple[int, ...]) -> Iterator[Property]:
    """Values in the attributes and children of a description or structure."""
    if depth > _DEPTH:
        raise lie("xmp.unreadable", f"it is nested deeper than {_DEPTH} levels")
    for name, value in element.attrib.items():
        namespace, local = _split(name)
        if namespace not in ("", _RDF, "http://www.w3.org/XML/1998/namespace"):
            yield Property((*path, (namespace, local)), value, at)
    for child in element:
        if isinstance(child.tag, str):
            yield from _value(child, (*path, _split(child.tag)), depth + 1, at)


def _value(element: Element, path: _Path, depth: int, at: tuple[int, ...]) -> Iterator[Property]:
    """What one property element holds: text, a resource, a structure, or an array of these."""
    resource = element.get(f"{{{_RDF}}}resource")
    if resource is not None:
        yield Property(path, resource, at)
    inner = [child for child in element if isinstance(child.tag, str)]
    text = (element.text or "").strip()
    if not inner and resource is None and (text or not _own_attributes(element)):
        yield Property(path, text, at)
    single = _split(inner[0].tag) if len(inner) == 1 else ("", "")
    if single[0] == _RDF and single[1] in _ARRAYS:
        if depth > _DEPTH:
            raise lie("xmp.unreadable", f"it is nested deeper than {_DEPTH} levels")
        for number, item in enumerate(inner[0]):
            yield from _value(item, path, depth + 1, (*at, number))
    elif single in ((_RDF, "Description"), (_RDF, "value")):
        yield from _fields(inner[0], path, depth + 1, at)
    else:
        yield from _fields(element, path, depth + 1, at)


def _own_attributes(element: Element) -> bool:
    return any(not name.startswith((f"{{{_RDF}}}", "{http://www.w3.org/XML")) for name in element.attrib)


def _split(name: str) -> tuple[str, str]:
    namespace, found, local = name.rpartition("}")
    return (namespace[1:], local) if found else ("", name)


# ── one finder per container ─────────────────────────────────────────────────────────────────────────────


def _in_jpeg(file: BinaryIO) -> Iterator[Packet]:
    parts: dict[bytes, dict[int, bytes]] = {}
    held = 0
    for segment in jpeg.segments(file):
        if segment.marker != jpeg.APP1:
            continue
        data = read_span(file, segment.span, 1 << 16)
        if data.startswith(_JPEG_HEAD):
            yield Packet("jpeg:APP1/xmp", data[len(_JPEG_HEAD) :])
        elif data.startswith(_JPEG_MORE):
            rest = data[len(_JPEG_MORE) :]
            held += len(rest)
            if held > PACKET_LIMIT:
                raise lie("xmp.extension", f"extended packets of more than {PACKET_LIMIT} bytes")
            parts.setdefault(rest[:32], {})[int.from_bytes(rest[36:40], "big")] = rest[40:]
    for pieces in parts.values():
        whole = _joined(pieces)
        yield Packet("jpeg:APP1/xmp-extension", whole)


def _joined(pieces: dict[int, bytes]) -> bytes:
    """Pieces of an extended packet in order. Raises UnreadableMedia where one is missing."""
    whole = bytearray()
    for offset in sorted(pieces):
        if offset != len(whole):
            raise lie("xmp.extension", "a piece of the extended packet is missing")
        whole += pieces[offset]
    return bytes(whole)


def _in_png(file: BinaryIO) -> Iterator[Packet]:
    for chunk in png.chunks(file):
        if chunk.kind in png.TEXT_KINDS and png.key_of(file, chunk) == _PROFILE and not chunk.after_end:
            yield Packet("png:raw profile/xmp", png.profile_in(chunk, read_span(file, chunk.span, PACKET_LIMIT)))
        if chunk.kind != b"iTXt" or not _starts(file, chunk.span, _PNG_KEY.encode() + b"\0"):
            continue
        text = png.parse_text(chunk, read_span(file, chunk.span, PACKET_LIMIT))
        if text is not None and text.cut:
            raise lie("xmp.too_long", "the compressed packet explodes")
        if text is not None:
            place = BEHIND + "xmp" if text.after_end else "png:iTXt/xmp"
            yield Packet(place, text.text.encode("utf-8", "replace"))


def _in_tiff(file: BinaryIO) -> Iterator[Packet]:
    for entry in tiff.entries(file):
        if entry.tag == _TIFF_TAG and entry.directory == "0":
            yield Packet("tiff:700/xmp", read_span(file, entry.span, PACKET_LIMIT))


def _in_riff(file: BinaryIO) -> Iterator[Packet]:
    for chunk in riff.chunks(file):
        if chunk.kind in _RIFF_KINDS:
            yield Packet("riff:" + chunk.kind.decode().strip(), read_span(file, chunk.span, PACKET_LIMIT))


def _in_bmff(file: BinaryIO) -> Iterator[Packet]:
    for box in bmff.top_boxes(file):
        if box.kind == b"uuid" and box.uuid == _UUID:
            yield Packet("bmff:uuid/xmp", read_span(file, box.body, PACKET_LIMIT))
        elif box.kind == b"xml ":
            yield Packet("bmff:xml/xmp", read_span(file, box.body, PACKET_LIMIT))
        elif box.kind == b"moov":
            yield from _in_movie(file, box)
    for item in bmff_items.items(file):
        if item.content_type == "application/rdf+xml":
            yield Packet("bmff:item/xmp", bmff_items.read_item(file, item, PACKET_LIMIT))


def _in_id3(file: BinaryIO) -> Iterator[Packet]:
    for data in id3.private(file, "XMP", PACKET_LIMIT):
        yield Packet("id3:PRIV/xmp", data)


def _in_aiff(file: BinaryIO) -> Iterator[Packet]:
    for chunk in aiff.chunks(file):
        if chunk.kind == b"APPL" and _starts(file, chunk.span, b"XMP "):
            span = Span(chunk.span.offset + 4, chunk.span.length - 4)
            yield Packet("aiff:APPL/xmp", read_span(file, span, PACKET_LIMIT))


def _in_movie(file: BinaryIO, movie: bmff.Box) -> Iterator[Packet]:
    for box in bmff.children(file, movie):
        if box.kind == b"uuid" and box.uuid == _UUID:
            yield Packet("bmff:moov/uuid/xmp", read_span(file, box.body, PACKET_LIMIT))
        elif box.kind == b"udta":
            for inner in bmff.children(file, box):
                if inner.kind == b"XMP_":
                    yield Packet("bmff:moov/udta/XMP_", read_span(file, inner.body, PACKET_LIMIT))


def _in_gif(file: BinaryIO) -> Iterable[Packet]:
    data = gif.xmp_of(file, PACKET_LIMIT)
    return [] if data is None else [Packet("gif:XMP Data", data)]


def _in_psd(file: BinaryIO) -> Iterator[Packet]:
    for resource in psd.resources_of(file):
        if resource.number == psd.XMP:
            yield Packet("psd:8BIM/xmp", read_span(file, resource.span, PACKET_LIMIT))


def _in_exr(file: BinaryIO) -> Iterator[Packet]:
    for entry in exr.attributes(file):
        if entry.name == "xmp":
            yield Packet("exr:xmp", read_span(file, entry.span, PACKET_LIMIT))


def _in_pdf(file: BinaryIO) -> Iterator[Packet]:
    data = pdf.xmp_of(file, PACKET_LIMIT)
    if data is not None:
        yield Packet("pdf:catalog/xmp", data)


def _in_jpeg_2000(file: BinaryIO) -> Iterator[Packet]:
    for box in bmff.boxes(file, Span(0, size_of(file))):
        if box.kind == b"uuid" and box.uuid == _UUID:
            yield Packet("jp2:uuid/xmp", read_span(file, box.body, PACKET_LIMIT))


def _in_svg(file: BinaryIO) -> Iterator[Packet]:
    data = _svg_metadata(file)
    if data is not None:
        yield Packet("svg:metadata/xmp", data)


def _svg_metadata(file: BinaryIO) -> bytes | None:
    """The first `metadata` element that holds RDF; what else is drawn is parsed and dropped."""
    from xml.etree.ElementTree import ParseError, tostring

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    target = _Metadata()
    parser = DefusedXMLParser(target=target, forbid_entities=True)
    try:
        for position in range(0, _SVG_FAR, _PIECE):
            data = read_up_to(file, position, _PIECE)
            if not data or target.found is not None:
                break
            parser.feed(data)
        else:
            raise lie("xmp.too_far", f"no metadata in the first {_SVG_FAR} bytes")
        return None if target.found is None else tostring(target.found)
    except DefusedXmlException as error:
        raise lie("xmp.entities", "it declares entities or a document type") from error
    except (ParseError, ValueError, LookupError, RecursionError, AttributeError) as error:
        raise lie("xmp.unreadable", f"it is not well-formed ({error})") from error


class _Metadata:
    """Builds the tree of one `metadata` element and lets everything around it go."""

    def __init__(self) -> None:
        from xml.etree.ElementTree import TreeBuilder

        self.found: Element | None = None
        self._new = TreeBuilder
        self._builder: TreeBuilder | None = None
        self._depth = self._seen = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._seen += 1
        if self._seen > _ELEMENTS:
            raise lie("xmp.too_far", f"no metadata among the first {_ELEMENTS} elements")
        if self._builder is None and self.found is None and tag.rpartition("}")[2] == "metadata":
            self._builder = self._new()
        if self._builder is not None:
            self._depth += 1
            if self._depth > _DEPTH * 2:
                raise lie("xmp.unreadable", f"it is nested deeper than {_DEPTH * 2} levels")
            self._builder.start(tag, attributes)

    def data(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)

    def end(self, tag: str) -> None:
        if self._builder is None:
            return
        self._builder.end(tag)
        self._depth -= 1
        if self._depth == 0:
            element = self._builder.close()
            self.found = element if element.find(f".//{{{_RDF}}}RDF") is not None else None
            self._builder = None

    def close(self) -> None:
        """Nothing is left to do: the element is taken when it ends."""


def _starts(file: BinaryIO, span: Span, prefix: bytes) -> bool:
    return span.length >= len(prefix) and read_up_to(file, span.offset, len(prefix)) == prefix


_FINDERS: Final[tuple[tuple[Callable[[bytes], bool], Callable[[BinaryIO], Iterator[Packet]]], ...]] = (
    (lambda head: head.startswith(jpeg.MAGIC), _in_jpeg),
    (lambda head: head.startswith(png.MAGIC), _in_png),
    (lambda head: head[:4] in tiff.MAGICS, _in_tiff),
    (lambda head: bool(riff.form_of(head)), _in_riff),
    (lambda head: head[:6] in gif.MAGICS, lambda file: iter(_in_gif(file))),
    (lambda head: head.startswith(psd.MAGIC), _in_psd),
    (lambda head: head.startswith(exr.MAGIC), _in_exr),
    (lambda head: head.startswith(pdf.MAGIC), _in_pdf),
    (lambda head: head.startswith(_JP2_START), _in_jpeg_2000),
    (lambda head: head.startswith(id3.MAGIC), _in_id3),
    (aiff.is_aiff, _in_aiff),
    (bmff.is_bmff, _in_bmff),
    (lambda head: bool(_SVG.match(head[:_SVG_HEAD])), _in_svg),
)
