"""Recognising: which rows of the table fit the texts of a file. Every reader that finds text comes through here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from provenance.marks.grammar import Row, Signature, Text
from provenance.marks.table import BY_KEY, keyed
from provenance.model import AI_ORIGINS, bounded

TEXTS: Final = 2_000
"""Texts of one block that are looked at; a file with more is hostile."""

_KEY_LENGTH: Final = 400
_OURS: ContextVar[tuple[Row, ...]] = ContextVar("rows of a production", default=())
"""Rows of the production whose file is being described. Not handed on from reader to reader, so that none, of
ours or of another distribution, can forget it."""

_ALIASES: Final = {
    "\xa9cmt": "comment", "cmt": "comment", "comm": "comment", "icmt": "comment", "comments": "comment",
    "\xa9des": "description", "\xa9inf": "description", "desc": "description", "subject": "description",
    "\xa9too": "software", "\xa9swr": "software", "isft": "software", "tsse": "software", "encoder": "software",
    "\xa9mak": "make", "manufacturer": "make", "\xa9mod": "model", "\xa9art": "artist", "\xa9aut": "artist",
    "iart": "artist", "\xa9nam": "title", "inam": "title", "tit2": "title", "\xa9src": "source", "isrc": "source",
    "user comment": "usercomment", "image description": "imagedescription", "creator tool": "creatortool",
    "\xa9url": "url", "purl": "url", "woaf": "url",
}  # fmt: skip
"""The names that containers give to what the table calls by its common name."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A signature with the key and the raw text it came from."""

    key: str
    value: str
    signature: Signature


@contextmanager
def rows_of_production(rows: Sequence[Row]) -> Iterator[None]:
    """While it lasts, `recognise` knows these rows besides the table."""
    token = _OURS.set(tuple(rows))
    try:
        yield
    finally:
        _OURS.reset(token)


def recognise(texts: Iterable[tuple[str, str]]) -> tuple[Statement, ...]:
    """The statements in the (key, text) pairs of one file: for each text the first row that fits and
    claims AI, else the first that fits, so that no row hides the claim of another.

    Args: a key is as the container spells it: ``prompt``, ``TXXX:prompt``, ``com.apple.quicktime.artwork``.
    """
    pairs = [(key, Text(text.strip("\0 \r\n\t"))) for _, (key, text) in zip(range(TEXTS), texts, strict=False)]
    by_name: dict[str, Text] = {}
    for key, text in pairs:
        for name in names(key):
            by_name.setdefault(name, text)
    ours = _OURS.get()
    extra = keyed(ours) if ours else {}
    found: list[tuple[Row, Statement]] = []
    for key, text in pairs:
        rows = dict.fromkeys(_rows(key, extra))
        fitting = [(row, said) for row in rows if (said := row.read(text, by_name)) is not None]
        text.forget()
        if fitting:
            row, best = next((pair for pair in fitting if pair[1].origin in AI_ORIGINS), fitting[0])
            found.append((row, Statement(key, bounded(text.raw), best)))
    telling = {said.signature.tool for row, said in found if not row.name_only}
    return tuple(said for row, said in found if not (row.name_only and said.signature.tool in telling))


def names(key: str) -> tuple[str, ...]:
    """The names under which the table knows a key: without the prefixes of containers, and by the common name."""
    whole = key[:_KEY_LENGTH].strip().lower().removeprefix("com.apple.quicktime.")
    parts = (whole, whole.rpartition(":")[2], whole.partition(":")[0])
    return tuple(dict.fromkeys(_ALIASES.get(part, part) for part in parts if part))


def _rows(key: str, extra: dict[str, tuple[Row, ...]]) -> Iterator[Row]:
    for name in names(key):
        yield from BY_KEY.get(name, ())
        yield from extra.get(name, ())
