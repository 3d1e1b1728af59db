"""What reading JSON from strangers takes; see `provenance.marks.grammar`."""

from __future__ import annotations

from collections.abc import Mapping

from provenance.marks.grammar import Signature, details, load_json, parse_nested

__all__ = ["Signature", "details", "load_json", "parse_nested", "parse_object", "pick"]


def parse_object(text: str) -> dict[str, object]:
    """The JSON object in a text; empty where it holds none."""
    value = load_json(text)
    return value if isinstance(value, dict) else {}


def pick(source: Mapping[str, object], **names: str) -> dict[str, object]:
    """Details under our names from a tool's own names, separated by blanks where it has several."""
    return {
        ours: next((source[name] for name in theirs.split() if source.get(name) is not None), None)
        for ours, theirs in names.items()
    }
