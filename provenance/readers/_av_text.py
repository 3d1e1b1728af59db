"""Texts of clips and recordings, turned into marks: shared by all readers of sound and moving pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from provenance.marks import recognise
from provenance.model import Mark, bounded

_BLANKS: Final = "\0 \r\n\t"
_KEYLESS: Final = "comment"
"""A text without a key (an item list without its keys) is read as what tools write anywhere."""


@dataclass(frozen=True, slots=True)
class NamedText:
    """A text as it stood: place from the outside in, the container's own name for it, the text."""

    place: str
    key: str
    text: str


def text_marks(reader: str, version: str, texts: Iterable[NamedText]) -> list[Mark]:
    """The marks of generators in the texts of one file; a text that stands in several places counts once."""
    known: dict[tuple[str, str], NamedText] = {}
    for each in texts:
        text = each.text.strip(_BLANKS)
        if text:
            known.setdefault((each.key or _KEYLESS, text), each)
    # A statement holds an excerpt: the place is found again by key and excerpt, of several the first.
    places = {(key, bounded(text)): each for (key, text), each in reversed(known.items())}
    marks = []
    for said in recognise(known):
        each, what = places[said.key, said.value], said.signature
        marks.append(Mark(reader, version, each.place, said.key, said.value, what.origin, what.strength, what.detail))
    return marks
