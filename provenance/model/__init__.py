"""The nouns, as frozen values. DESIGN's words: asset, essence, sighting, mark, origin, verdict, link,
declaration, finding, decision, delivery. Nothing here reads a file, a clock or a database.
"""

from __future__ import annotations

from provenance.model.asset import (
    Asset,
    Description,
    Digests,
    Essence,
    FileStamp,
    Kind,
    Member,
    Place,
    Reading,
    Reference,
    Sighting,
)
from provenance.model.case import (
    Ancestor,
    Answer,
    Case,
    Decision,
    Declaration,
    Delivery,
    Finding,
    Objection,
    Severity,
)
from provenance.model.cut import Clip, Cut, MediaName, ProjectFile, Rate, Render, Span, Track
from provenance.model.identifier import Identifier
from provenance.model.link import CARRIES_TAINT, SYMMETRIC, Evidence, Link, Relation
from provenance.model.mark import VALUE_LIMIT, Conflict, Fault, Mark, Unchecked, Verdict, bounded
from provenance.model.origin import (
    AI_ORIGINS,
    CLEAN_ORIGINS,
    SOURCE_TYPES,
    Origin,
    SourceType,
    Strength,
    parse_strength,
    source_type,
)
from provenance.model.tagged import Expected, Field, Tagged, UseRecord, Way

__all__ = [
    "AI_ORIGINS", "CARRIES_TAINT", "CLEAN_ORIGINS", "SOURCE_TYPES", "SYMMETRIC", "VALUE_LIMIT",
    "Ancestor", "Answer", "Asset", "Case", "Clip", "Conflict", "Cut", "Decision", "Declaration", "Delivery",
    "Description", "Digests", "Essence", "Evidence", "Expected", "Fault", "Field", "FileStamp", "Finding", "Identifier",
    "Kind", "Link", "Mark", "MediaName", "Member", "Objection", "Origin", "Place", "ProjectFile", "Rate",
    "Reading", "Reference", "Relation", "Render", "Severity", "Sighting", "SourceType", "Span", "Strength",
    "Tagged", "Track", "Unchecked", "UseRecord", "Verdict", "Way",
    "bounded", "parse_strength", "source_type",
]  # fmt: skip
