"""Generator text in PNG chunks: tEXt, zTXt and iTXt, by the table of `provenance.marks`.

Text behind IEND does not belong to the picture (an editor glued it on): it is noted and claims nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from provenance.containers import png
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.marks import Statement, recognise
from provenance.model import Fault, Mark, Reading, Strength, bounded
from provenance.readers._faults import as_fault, opened

NAME: Final = "png_text"
VERSION: Final = "1"

_FACTS: Final = {"software": "software", "author": "author", "creation time": "date", "title": "title"}


def accepts(path: Path, head: bytes) -> bool:
    """True for PNG, by its signature."""
    return head.startswith(png.MAGIC)


def read(source: Source) -> Reading:
    """Marks of generators and plain facts. Raises UnreadableMedia where the file cannot be opened."""
    texts: list[png.Text] = []
    faults: list[Fault] = []
    with opened(source.path) as file:
        try:
            # Texts in front of a broken chunk still count.
            for text in png.texts(file):
                texts.append(text)
        except UnreadableMedia as error:
            faults.append(as_fault(NAME, error, "png.unreadable"))
    faults += [_cut(text) for text in texts if text.cut]
    inside = [text for text in texts if not text.after_end]
    behind = [text for text in texts if text.after_end]
    marks = [*_marks(inside, "png:"), *map(_disowned, _marks(behind, "png:after-IEND/"))]
    return Reading(marks=tuple(marks), faults=tuple(faults), facts=_facts(inside))


def _marks(texts: Sequence[png.Text], place: str) -> list[Mark]:
    kinds = {text.key: text.kind for text in reversed(texts)}
    found = recognise((text.key, text.text) for text in texts)
    return [_mark(statement, place + kinds[statement.key]) for statement in found]


def _mark(statement: Statement, place: str) -> Mark:
    said = statement.signature
    return Mark(NAME, VERSION, place, statement.key, statement.value, said.origin, said.strength, said.detail)


def _disowned(mark: Mark) -> Mark:
    detail = (*mark.detail, ("note", "stands behind the end of the picture and is ignored"))
    return Mark(NAME, VERSION, mark.place, mark.key, mark.value, None, Strength.HEURISTIC, detail)


def _cut(text: png.Text) -> Fault:
    return Fault(NAME, "text.exploded", f"the compressed text {bounded(text.key, 80)!r} was cut, it explodes")


def _facts(texts: Iterable[png.Text]) -> dict[str, str | int | float]:
    return {_FACTS[text.key.lower()]: bounded(text.text, 200) for text in texts if text.key.lower() in _FACTS}
