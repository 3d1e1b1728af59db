"""A signature that a text was found to be, and what reading JSON from strangers takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from provenance.model import Origin, Strength, bounded

_JSON_LIMIT: Final = 8 << 20


@dataclass(frozen=True, slots=True)
class Signature:
    """What a text says: the tool, what it claims (None: the tool was used and nothing follows), how far it
    can be believed, and what else it says."""

    tool: str
    origin: Origin | None
    detail: tuple[tuple[str, str], ...] = ()
    strength: Strength = Strength.TOOL_SIGNATURE


def load_json(text: str) -> object:
    """The JSON value in a text, or None where it is none, too long or too deep."""
    if len(text) > _JSON_LIMIT or not text.lstrip().startswith(("{", "[")):
        return None
    try:
        # ComfyUI writes NaN, which JSON forbids and Python reads.
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def details(values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Details of a mark: bounded text, empty values left out."""
    return tuple((name, bounded(str(value))) for name, value in values.items() if value not in (None, ""))


def pick(source: Mapping[str, object], **names: str) -> dict[str, object]:
    """Details under our names from a tool's own names, separated by blanks where it has several."""
    return {
        ours: next((source[name] for name in theirs.split() if source.get(name) is not None), None)
        for ours, theirs in names.items()
    }


def parse_object(text: str) -> dict[str, object]:
    """The JSON object in a text; empty where it holds none."""
    value = load_json(text)
    return value if isinstance(value, dict) else {}


def parse_nested(value: object) -> object:
    """JSON inside JSON: several tools write it as a string."""
    return load_json(value) if isinstance(value, str) else value
