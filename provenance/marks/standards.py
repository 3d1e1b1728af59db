"""What standards declare, whatever tool wrote it: IPTC Digital Source Type, IPTC 2025.1, the Chinese label.

IPTC Photo Metadata Standard 2025.1, https://iptc.org/std/photometadata/specification/; GB 45438-2025 and
TC260-PG-20257A, https://www.tc260.org.cn/upload/2025-03-15/1742009439794081593.pdf
"""

from __future__ import annotations

import re
from typing import Final

from provenance.marks.grammar import Found, Parsed, Pattern, Row, Signature, Text, Texts, details, load_json, raw_of
from provenance.marks.stable_diffusion import COMMENTS
from provenance.model import SOURCE_TYPES, Origin, Strength, source_type
from provenance.own_marks import COMMENT, DETAIL, OURSELVES

FAMILY: Final = "Standards"

SOURCE_TYPE_NAMES: Final = ("DigitalSourceType", "DigitalSourceFileType", "DigitalSourcefileType")
"""The name of the standard, and two that were misspelt in the field."""

AI_PROPERTIES: Final = {
    "tool": "AISystemUsed", "version": "AISystemVersionUsed", "prompt": "AIPromptInformation",
    "prompt_writer": "AIPromptWriterName",
}  # fmt: skip
"""Details by our names, and the properties of IPTC 2025.1 that give them."""

_ORIGINS: Final = tuple(dict.fromkeys(term.origin for term in SOURCE_TYPES))
_LABELLED: Final = (Origin.AI_GENERATED, Origin.MAYBE_AI)
_FIELDS: Final = frozenset(
    {"ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2",
     "ServiceProvider", "ServiceUser"}
)  # fmt: skip
_PRODUCERS: Final = {
    "91110102MACQD9K640": "Doubao", "DOUBAO": "Doubao", "9144030008867405X2": "Jimeng", "JIMENG": "Jimeng",
    "91440101MA9Y9T4H7A": "Qwen", "91110108335469089C": "Kling", "91440300708461136T": "Tencent Yuanbao",
    "91110000802100433B": "Baidu", "91340100MAEB4N8H76": "RunningHub", "91110105MACJ6K1C8A": "LibLib",
}  # fmt: skip
"""Who made it, by the unified social credit code of the company, or by its bare name."""

_PRODUCER: Final = re.compile(r"001\d([0-9A-Z]{18})[0-9A-Za-z]{0,20}")
_LABEL_ABOUT: Final = (
    "JSON with `Label` (1 generated; 2 possibly, 3 suspected) and another field of the standard filled"
)


def _source_type(text: Text, texts: Texts) -> Found | None:
    term = source_type(text.raw[:300])
    if term is None:
        return None
    said: dict[str, object] = {"source_type": term.term, "step": "yes" if term.is_step else None, **_properties(texts)}
    weak = Strength.HEURISTIC if term.origin in (Origin.CAPTURED, None) else None
    return Found(said, _ORIGINS.index(term.origin), weak)


def _ai_property(text: Text, texts: Texts) -> Found | None:
    if not text.raw:
        return None
    types = (source_type(raw_of(texts, name)[:300]) for name in SOURCE_TYPE_NAMES)
    stated = next((term.origin for term in types if term and term.origin and term.origin.is_ai), Origin.AI_GENERATED)
    return Found(_properties(texts), _AI.index(stated))


_AI: Final = (Origin.AI_GENERATED, Origin.AI_EDITED, Origin.AI_COMPOSITE)


def _properties(texts: Texts) -> dict[str, object]:
    return {ours: raw_of(texts, theirs) for ours, theirs in AI_PROPERTIES.items()}


_OWN: Final = tuple(origin for origin in Origin if origin is not Origin.UNDECLARED)


def _own_comment(text: Text, texts: Texts) -> Found | None:
    match = COMMENT.fullmatch(text.raw[:400])
    claim = next((n for n, origin in enumerate(_OWN) if match and origin.value == match["origin"]), None)
    if match is None or claim is None:
        return None
    return Found({"source_type": match["source_type"], DETAIL: OURSELVES}, claim)


def _label(text: Text, texts: Texts) -> Found | None:
    return read_label(Text(text.raw.removeprefix("AIGC")).json if text.raw.startswith("AIGC{") else text.json)


def read_label(value: object) -> Found | None:
    """A label of GB 45438-2025 in parsed JSON: Label 1 is generated, 2 and 3 are possibly so.

    At least one other field of the standard must be filled: anyone may call something AIGC. A label without
    a number we know is a question.
    """
    if isinstance(value, dict) and isinstance(value.get("AIGC"), dict | str):
        inner = value["AIGC"]
        value = inner if isinstance(inner, dict) else load_json(inner)
    if not isinstance(value, dict) or not any(value.get(name) for name in _FIELDS):
        return None
    label = str(value.get("Label", value.get("AIGCLabel", "")))[:40]
    producer = str(value.get("ContentProducer") or value.get("ServiceProvider") or "")[:200]
    said = {"tool": producer_name(producer), "label": label, "producer": producer, "produce_id": value.get("ProduceID")}
    return Found(said, 0 if label.strip() == "1" else 1)


def producer_name(producer: str) -> str:
    """The vendor behind a producer's code (`001`, a digit, the credit code, more) or name; else as it stands."""
    coded = _PRODUCER.fullmatch(producer)
    return _PRODUCERS.get((coded[1] if coded else producer).strip().upper(), producer)


def label_signature(value: object) -> Signature | None:
    """`read_label` as a signature, for containers in which the label is found parsed."""
    found = read_label(value)
    if found is None:
        return None
    said = {**found.said, "row": "tc260.label"}
    return Signature(str(found.said["tool"]), _LABELLED[found.claim], details(said), Strength.DECLARED)


TABLE: Final = (
    Row(
        "iptc.source_type", "", "XMP Iptc4xmpExt; C2PA actions; any metadata under this name", SOURCE_TYPE_NAMES,
        Parsed("a term of the vocabulary, as address, QCode, bare term or schema.org name; `captured` without a "
               "signature is a hint", _source_type),
        _ORIGINS, Strength.DECLARED, "https://cv.iptc.org/newscodes/digitalsourcetype/ (2024-10-23)",
    ),
    Row(
        "iptc.ai_properties", "", "XMP Iptc4xmpExt", tuple(AI_PROPERTIES.values()),
        Parsed("any text; the Digital Source Type beside it says whether all or part is AI", _ai_property),
        _AI, Strength.DECLARED, "IPTC Photo Metadata Standard 2025.1",
    ),
    Row(
        "tc260.label", "",
        "XMP TC260; PNG text; MP4 and MOV keys; Matroska tags; AVI INFO; FLV onMetaData; ID3; an APP segment",
        ("AIGC",), Parsed(_LABEL_ABOUT, _label),
        _LABELLED, Strength.DECLARED, "GB 45438-2025, TC260-PG-20257A; measured in XMP (Doubao, Jimeng)",
    ),
    Row(
        "tc260.comment", "", "EXIF UserComment and ImageDescription; other comments", COMMENTS,
        Parsed(_LABEL_ABOUT + ", or such under `AIGC`", _label),
        _LABELLED, Strength.DECLARED, "GB 45438-2025; remove-ai-watermarks metadata.py",
    ),
    Row(
        "provenance.comment", "", "EXIF UserComment", ("UserComment",),
        Parsed("`provenance: origin=<class>[; source-type=<address>][; software]`, whole", _own_comment),
        _OWN, Strength.DECLARED, "this program (provenance/writers/exif.py); a clean class decides nothing",
    ),
    Row(
        "facebook.instructions", "Facebook", "IPTC IIM 2:40 and XMP photoshop:Instructions",
        ("SpecialInstructions", "Instructions"), Pattern(r"FBMD[0-9a-f]{8,}"),
        (None,), Strength.HEURISTIC, "came through Facebook, which is no statement on origin; measured on 1 file",
    ),
)  # fmt: skip
