"""XMP in the file or in a sidecar: Digital Source Type, the IPTC 2025.1 AI properties, TC260 labels, credit
lines, and XMP Media Management: identifiers, history, sources, ingredients and what the pantry says of them.

IPTC Photo Metadata Standard 2025.1; XMP specification part 2, section 2.8; GB 45438-2025.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.fields import PROPERTIES, TAKE_IN_WORDS
from provenance.marks import Statement, recognise
from provenance.marks.grammar import load_json
from provenance.marks.standards import label_signature
from provenance.model import (
    Fault,
    Mark,
    Origin,
    Reading,
    SourceType,
    Strength,
    Unchecked,
    bounded,
    source_type,
)
from provenance.own_marks import CONTENT, DETAIL, OURSELVES, WROTE
from provenance.readers import _xmp_media as media
from provenance.readers._c2pa_claims import of_asset
from provenance.readers._faults import as_fault, opened
from provenance.readers._screenshot import screenshot_of
from provenance.readers._xmp_media import MM
from provenance.readers._xmp_packet import (
    BEHIND,
    PACKET_LIMIT,
    Packet,
    Property,
    find_packets,
    may_hold_packets,
    packed_kinds,
    parse_packet,
)

NAME: Final = "xmp"
VERSION: Final = "4"
SIDECARS: Final = frozenset({".xmp"})

_PACKETS: Final = 64
_PANTRY_MARKS: Final = 100
_IPTC: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_XMP: Final = "http://ns.adobe.com/xap/1.0/"
_PHOTOSHOP: Final = "http://ns.adobe.com/photoshop/1.0/"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_EXIF: Final = "http://ns.adobe.com/exif/1.0/"
_TIFF: Final = "http://ns.adobe.com/tiff/1.0/"
_TERMS: Final = "http://purl.org/dc/terms/"
_TC260: Final = "http://www.tc260.org.cn/ns/AIGC/1.0/"

_PREFIXES: Final = {_IPTC: "Iptc4xmpExt", MM: "xmpMM"}
_SOURCE_TYPES: Final = frozenset(
    (_IPTC, name) for name in ("DigitalSourceType", "DigitalSourceFileType", "DigitalSourcefileType")
)
"""The name of the standard, and two that were misspelt in the field."""
_AI_DETAILS: Final = {
    "tool": "AISystemUsed", "version": "AISystemVersionUsed", "prompt": "AIPromptInformation",
    "prompt_writer": "AIPromptWriterName",
}  # fmt: skip
_GENERATOR_TEXT: Final = {
    (_EXIF, "UserComment"): "UserComment", (_TIFF, "ImageDescription"): "ImageDescription",
    (_PHOTOSHOP, "Credit"): "Credit", (_DC, "description"): "Description", (_DC, "source"): "Source",
    (_TIFF, "Make"): "Make", (_TIFF, "Software"): "Software", (_XMP, "CreatorTool"): "CreatorTool",
}  # fmt: skip
_FACTS: Final = {
    (_XMP, "CreatorTool"): "creator_tool", (_XMP, "CreateDate"): "date", (_TIFF, "Model"): "camera_model",
    (_TIFF, "Make"): "camera_make", (MM, "OriginalDocumentID"): "original_document",
}  # fmt: skip

_ABOUT: Final = "sidecar.content"
_FIELD_OF: Final = {**{key: name for name, key in PROPERTIES.items()}, TAKE_IN_WORDS: "take"}

Values = Mapping[tuple[str, str], str]
"""Top-level values of a packet by (namespace, name); of several the first."""


def accepts(path: Path, head: bytes) -> bool:
    """True for containers in which packets are looked for, and for a lone ``.xmp`` file."""
    return may_hold_packets(head) or path.suffix.lower() in SIDECARS


def read(source: Source) -> Reading:
    """Marks, identifiers and references of the file's packets and of the sidecars handed in.

    Raises UnreadableMedia where the file itself cannot be opened.
    """
    faults: list[Fault] = []
    # One packet at a time: a hostile file may hold many large ones.
    parts = [_describe(packet, faults) for packet in _own_packets(source.path, faults)]
    packed = _packed(source.path) if source.head[4:8] == b"JXL " else ()
    for sidecar in source.sidecars:
        if sidecar.suffix.lower() in SIDECARS:
            parts += [_of_content(_describe(packet, faults), source.sha256) for packet in _sidecar(sidecar, faults)]
    return Reading(
        marks=tuple(mark for part in parts for mark in part.marks),
        faults=tuple(faults),
        unchecked=tuple(dict.fromkeys((*packed, *(entry for part in parts for entry in part.unchecked)))),
        identifiers=tuple(dict.fromkeys(name for part in parts for name in part.identifiers)),
        references=tuple(dict.fromkeys(entry for part in parts for entry in part.references)),
        facts={name: fact for part in reversed(parts) for name, fact in part.facts.items()},
    )


def _own_packets(path: Path, faults: list[Fault]) -> Iterator[Packet]:
    with opened(path) as file:
        if path.suffix.lower() in SIDECARS:
            yield Packet("xmp", file.read(PACKET_LIMIT))
            return
        try:
            for count, packet in enumerate(find_packets(file), start=1):
                if count > _PACKETS:
                    raise UnreadableMedia(f"xmp.too_many: more than {_PACKETS} packets in one file")
                yield packet
        except UnreadableMedia as error:
            faults.append(as_fault(NAME, error, "xmp.unreadable"))


def _packed(path: Path) -> tuple[Unchecked, ...]:
    """Boxes of JPEG XL that only Brotli can open, which is no part of this program."""
    with opened(path) as file:
        try:
            kinds = packed_kinds(file)
        except UnreadableMedia:
            return ()
    return tuple(
        Unchecked(f"the packed box {kind!r}", "it is compressed with Brotli, which is not read") for kind in kinds
    )


def _sidecar(path: Path, faults: list[Fault]) -> list[Packet]:
    try:
        with opened(path) as file:
            name = path.name.encode("utf-8", "replace").decode()
            return [Packet(f"sidecar:{name}", file.read(PACKET_LIMIT))]
    except UnreadableMedia as error:
        faults.append(as_fault(NAME, error, "xmp.sidecar_unreadable"))
        return []


def _of_content(part: Reading, sha256: bytes) -> Reading:
    """A sidecar's reading without what we wrote in it about other content than this."""
    about = part.facts.get(_ABOUT)
    facts = {name: fact for name, fact in part.facts.items() if name != _ABOUT}
    if about is None or not sha256 or about == sha256.hex():
        return replace(part, facts=facts)
    why = "this program wrote it about other content, and that does not describe this one"
    foreign = tuple(mark for mark in part.marks if mark.says(DETAIL) != OURSELVES)
    return Reading(marks=foreign, unchecked=(*part.unchecked, Unchecked("what the XMP sidecar says of it", why)))


def _describe(packet: Packet, faults: list[Fault]) -> Reading:
    """What one packet says. A packet that cannot be parsed is a fault."""
    try:
        properties = parse_packet(packet.data)
    except UnreadableMedia as error:
        faults.append(as_fault(NAME, error, "xmp.unreadable"))
        return Reading()
    values, entries = media.first_values(properties), media.pantry(properties)
    own = [item for item in properties if item.path[0] != (MM, "Pantry")]
    wrote = frozenset(entry.partition("=")[0] for entry in values.get(WROTE, "").split())
    said = (_owned(mark, wrote) for mark in _marks(packet.place, own, values))
    marks = dict.fromkeys((*said, *_pantry_marks(packet.place, entries)))
    if packet.place.startswith(BEHIND):
        # Glued on: it is shown, and claims nothing, derives from nothing, names nothing.
        return Reading(marks=tuple(map(_disowned, marks)))
    return Reading(
        marks=tuple(marks),
        unchecked=(*_remote(values), *_not_followed(properties)),
        identifiers=tuple(media.identifiers(values)),
        references=tuple(media.references(packet.place, own, entries, (NAME, VERSION))),
        facts=_facts(own, values),
    )


def _marks(place: str, properties: Iterable[Property], values: Values) -> Iterator[Mark]:
    # Not from `values`: of two source types that contradict each other both must be seen.
    kinds = [item for item in properties if item.path[-1] in _SOURCE_TYPES and item.value]
    for item in kinds:
        yield _source_type_mark(place, item, values)
    own = [source_type(item.value) for item in kinds if len(item.path) == 1]
    yield from _ai_marks(place, values, own)
    yield from _label_marks(place, values)
    comment = values.get((_EXIF, "UserComment"), "")
    if detail := screenshot_of("UserComment", comment):
        yield _mark(place, "exif:UserComment", comment.strip(), Origin.MAYBE_AI, Strength.TOOL_SIGNATURE, detail)
    texts = [(key, values[name]) for name, key in _GENERATOR_TEXT.items() if name in values]
    yield from (_statement_mark(place, said) for said in recognise(texts))
    maker = values.get((_XMP, "CreatorTool"))
    if maker:
        yield _mark(place, "xmp:CreatorTool", maker, None, Strength.HEURISTIC, (("tool", bounded(maker, 200)),))


def _owned(mark: Mark, wrote: frozenset[str]) -> Mark:
    """The mark, said to be our own where the packet names its property among those that we wrote."""
    if mark.key not in wrote:
        return mark
    return replace(mark, detail=(*mark.detail, (DETAIL, OURSELVES)))


def _pantry_marks(place: str, entries: Iterable[media.Entry]) -> Iterator[Mark]:
    """What the packet says of the documents that went into it, as far as it bears on the file: AI in a part that was
    used makes it a composite, in a source it stands; where nothing says that it was used the question stays open."""
    told = 0
    for entry in entries:
        values = media.first_values(entry.properties)
        inner = media.pantry(entry.properties)
        own = [item for item in entry.properties if item.path[0] != (MM, "Pantry")]
        name = next((name.value for name in entry.names), "")
        for mark in (*_marks(place, own, values), *_pantry_marks(place, inner)):
            if mark.claims is None or not (mark.claims.is_ai or mark.claims is Origin.MAYBE_AI):
                continue
            told += 1
            if told > _PANTRY_MARKS:
                return
            claims = of_asset(mark.claims, entry.reached) if entry.reached else Origin.MAYBE_AI
            word = "went into this one" if entry.reached else "lies in its pantry; nothing says that it was used"
            detail = (*mark.detail, ("note", f"said of a document that {word}"), ("ingredient", name))
            key = mark.key if mark.key.startswith("xmpMM:Pantry/") else f"xmpMM:Pantry/{mark.key}"
            yield replace(mark, key=key, claims=claims, detail=tuple(pair for pair in detail if pair[1]))


def _facts(properties: Sequence[Property], values: Values) -> dict[str, str | int | float]:
    facts: dict[str, str | int | float] = {
        name: bounded(values[key], 200) for key, name in _FACTS.items() if key in values
    }
    facts.update(_fields(properties))
    if CONTENT in values:
        facts[_ABOUT] = bounded(values[CONTENT], 64)
    if events := media.history_words(properties):
        facts["history"] = bounded(events, 500)
    return facts


def _not_followed(properties: Iterable[Property]) -> Iterator[Unchecked]:
    if media.too_many(properties):
        yield Unchecked("ingredients", f"more than {media.INGREDIENTS} went into it; the others were not followed")


def _disowned(mark: Mark) -> Mark:
    detail = (*mark.detail, ("note", "stands behind the end of the picture and is ignored"))
    return Mark(NAME, VERSION, mark.place, mark.key, mark.value, None, Strength.HEURISTIC, detail)


def _source_type_mark(place: str, item: Property, values: Values) -> Mark:
    """The mark of a Digital Source Type. Unsigned, "captured" is only a hint: anyone can type it.

    Inside a structure it speaks of something else that may or may not have gone into it.
    """
    kind, key = source_type(item.value), "/".join(f"{_PREFIXES.get(s, s)}:{n}" for s, n in item.path)
    origin = kind.origin if kind else None
    if kind is None or (len(item.path) > 1 and not (origin and origin.is_ai)):
        return _mark(place, key, item.value, None, Strength.HEURISTIC, ())
    detail: tuple[tuple[str, str], ...] = (("source_type", kind.term),)
    if len(item.path) > 1:
        note = ("note", "said of a document that went into this one")
        return _mark(place, key, item.value, Origin.MAYBE_AI, Strength.DECLARED, (*detail, note))
    strength = Strength.DECLARED
    detail += _ai_details(values)
    if kind.is_step:
        detail += (("step", "true"),)
    if origin is Origin.CAPTURED:
        strength = Strength.HEURISTIC
        detail += (("rank", "C1"),)
    return _mark(place, key, item.value, origin, strength, detail)


def _ai_marks(place: str, values: Values, kinds: Iterable[SourceType | None]) -> Iterator[Mark]:
    """The IPTC 2025.1 properties: AI was used; the whole is generated unless a source type says edited."""
    used = [(name, values[_IPTC, name]) for name in _AI_DETAILS.values() if (_IPTC, name) in values]
    if not used:
        return
    stated = next((k.origin for k in kinds if k and k.origin and k.origin.is_ai), None)
    name, text = used[0]
    yield _mark(place, f"Iptc4xmpExt:{name}", text, stated or Origin.AI_GENERATED, Strength.DECLARED,
                _ai_details(values))  # fmt: skip


def _ai_details(values: Values) -> tuple[tuple[str, str], ...]:
    return tuple(
        (ours, bounded(values[_IPTC, theirs])) for ours, theirs in _AI_DETAILS.items() if (_IPTC, theirs) in values
    )


def _label_marks(place: str, values: Values) -> Iterator[Mark]:
    for (space, name), text in values.items():
        if space == _TC260 and name.upper() == "AIGC":
            said = label_signature(load_json(text))
            if said is not None:
                yield _mark(place, "TC260:AIGC", text, said.origin, said.strength, said.detail)


def _statement_mark(place: str, said: Statement) -> Mark:
    return _mark(place, said.key, said.value, said.signature.origin, said.signature.strength, said.signature.detail)


def _mark(
    place: str, key: str, value: str, claims: Origin | None, strength: Strength,
    detail: tuple[tuple[str, str], ...],
) -> Mark:  # fmt: skip
    return Mark(NAME, VERSION, place, key, bounded(value), claims, strength, detail)


def _remote(values: Values) -> Iterator[Unchecked]:
    """A pointer to credentials kept elsewhere: said, never followed."""
    address = values.get((_TERMS, "provenance"))
    if address:
        yield Unchecked("remote manifest", f"it lies at {bounded(address, 300)}; nothing is fetched")


def _fields(properties: Iterable[Property]) -> Iterator[tuple[str, str]]:
    """Production fields, whoever wrote them: of a structure the first value in it."""
    seen: set[str] = set()
    for item in properties:
        name = _FIELD_OF.get(item.path[0])
        if name and item.value and name not in seen:
            seen.add(name)
            yield f"field.{name}", bounded(item.value, 200)
