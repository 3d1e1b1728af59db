"""Origin: the class of an asset, and the vocabulary that leads to it.

Source of the vocabulary: IPTC Digital Source Type NewsCodes, release 2024-10-23,
https://cv.iptc.org/newscodes/digitalsourcetype/ (20 terms, 3 of them retired), and the two terms that
exist in C2PA only (C2PA specification 2.4, http://c2pa.org/digitalsourcetype/).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Origin(StrEnum):
    """Where the content of an asset came from, as far as anything says."""

    CAPTURED = "captured"
    HUMAN_MADE = "human_made"
    ENHANCED = "enhanced"
    PROCEDURAL = "procedural"
    AI_GENERATED = "ai_generated"
    AI_EDITED = "ai_edited"
    AI_COMPOSITE = "ai_composite"
    MAYBE_AI = "maybe_ai"
    UNDECLARED = "undeclared"

    @property
    def is_ai(self) -> bool:
        """True where generative AI is certain; `maybe_ai` is not."""
        return self in AI_ORIGINS


AI_ORIGINS: Final = frozenset({Origin.AI_GENERATED, Origin.AI_EDITED, Origin.AI_COMPOSITE})
CLEAN_ORIGINS: Final = frozenset({Origin.CAPTURED, Origin.HUMAN_MADE, Origin.ENHANCED, Origin.PROCEDURAL})


class Strength(IntEnum):
    """How far a mark can be believed; the higher the stronger."""

    NONE = 0
    HEURISTIC = 1
    TOOL_SIGNATURE = 2
    DECLARED = 3
    SIGNED = 4
    SIGNED_TRUSTED = 5

    @property
    def words(self) -> str:
        """The name people and JSON see."""
        return _STRENGTH_WORDS[self]


_STRENGTH_WORDS: Final = {
    Strength.NONE: "none",
    Strength.HEURISTIC: "heuristic",
    Strength.TOOL_SIGNATURE: "tool signature",
    Strength.DECLARED: "declared by standard",
    Strength.SIGNED: "signed",
    Strength.SIGNED_TRUSTED: "signed and trusted",
}


def parse_strength(words: str) -> Strength:
    """The strength behind its printed words. Raises KeyError for unknown words."""
    return {text: strength for strength, text in _STRENGTH_WORDS.items()}[words]


@dataclass(frozen=True, slots=True)
class SourceType:
    """One term of the Digital Source Type vocabulary.

    Args:
        term: the last path segment of its address, e.g. ``trainedAlgorithmicMedia``.
        origin: what it says of the whole asset; None where it says nothing (an empty canvas).
        is_step: true where it names a step of work (an edit, an upscale) rather than an origin, so that
            it never outweighs a statement about where the content came from.
        uri: the full address.
    """

    term: str
    origin: Origin | None
    is_step: bool = False
    uri: str = ""


_IPTC: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_C2PA: Final = "http://c2pa.org/digitalsourcetype/"


def _term(name: str, origin: Origin | None, *, step: bool = False, base: str = _IPTC) -> SourceType:
    return SourceType(name, origin, step, base + name)


SOURCE_TYPES: Final[tuple[SourceType, ...]] = (
    _term("digitalCapture", Origin.CAPTURED),
    _term("computationalCapture", Origin.CAPTURED),
    _term("compositeCapture", Origin.CAPTURED),
    _term("negativeFilm", Origin.CAPTURED),
    _term("positiveFilm", Origin.CAPTURED),
    _term("print", Origin.CAPTURED),
    _term("humanEdits", Origin.HUMAN_MADE, step=True),
    _term("minorHumanEdits", Origin.HUMAN_MADE, step=True),
    _term("algorithmicallyEnhanced", Origin.ENHANCED, step=True),
    _term("digitalCreation", Origin.HUMAN_MADE),
    _term("digitalArt", Origin.HUMAN_MADE),
    _term("dataDrivenMedia", Origin.HUMAN_MADE),
    _term("algorithmicMedia", Origin.PROCEDURAL),
    _term("softwareImage", None),
    _term("screenCapture", Origin.MAYBE_AI),
    _term("virtualRecording", Origin.MAYBE_AI),
    _term("composite", Origin.MAYBE_AI, step=True),
    _term("compositeSynthetic", Origin.AI_COMPOSITE),
    _term("compositeWithTrainedAlgorithmicMedia", Origin.AI_EDITED),
    _term("trainedAlgorithmicMedia", Origin.AI_GENERATED),
    _term("empty", None, base=_C2PA),
    _term("trainedAlgorithmicData", Origin.AI_GENERATED, base=_C2PA),
)

# schema.org spells the same ideas as ...DigitalSource, once with another stem.
# https://schema.org/IPTCDigitalSourceEnumeration
_SCHEMA_ORG: Final = {"multiframecomputationalcapture": "computationalcapture"}
_BY_TERM: Final = {entry.term.lower(): entry for entry in SOURCE_TYPES}
_SPELLING: Final = re.compile(
    r"(?:https?://(?:cv\.iptc\.org/newscodes|c2pa\.org|www\.c2pa\.org)/digitalsourcetype/"
    r"|https?://schema\.org/|digsrctype:)?([A-Za-z]{3,60})/?",
    re.IGNORECASE,
)


def source_type(raw: str) -> SourceType | None:
    """The vocabulary term behind a raw value, in every spelling seen in the wild.

    Accepts http and https, a trailing slash, any case, the QCode (``digsrctype:``), the bare term, the
    schema.org name and surrounding blanks. Anything else is no claim: None.
    """
    match = _SPELLING.fullmatch(raw.strip())
    if match is None:
        return None
    term = match[1].lower().removesuffix("digitalsource")
    return _BY_TERM.get(_SCHEMA_ORG.get(term, term))
