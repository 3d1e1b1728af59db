"""Tags of recordings: ID3 in MP3 and AIFF, Vorbis comments in FLAC and Ogg, the text chunks of AIFF.

Content credentials in a GEOB frame are read by the c2pa reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from provenance.containers import aiff, id3, vorbis
from provenance.containers.inflate import TEXT_LIMIT
from provenance.containers.span import lie, read_span, read_up_to
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.media_type import sniffed
from provenance.model import Fault, Reading, bounded
from provenance.readers._av_capture import captured, named_devices
from provenance.readers._av_text import NamedText, text_marks
from provenance.readers._faults import as_fault, opened

NAME: Final = "audio_tags"
VERSION: Final = "1"

_KINDS: Final = frozenset({"audio/mpeg", "audio/flac", "application/ogg", "audio/aiff"})
_HELD: Final = 32 << 20
_AIFF_TEXTS: Final = {b"NAME": "title", b"AUTH": "author", b"ANNO": "comment", b"(c) ": "copyright"}
_FACTS: Final = {
    "TSSE": "encoder", "TENC": "encoder", "TIT2": "title", "TPE1": "author", "encoder": "encoder", "title": "title",
    "artist": "author", "date": "date",
}  # fmt: skip


def accepts(path: Path, head: bytes) -> bool:
    """True for MP3, FLAC, Ogg and AIFF, by the first bytes."""
    return sniffed(head) in _KINDS or head.startswith(id3.MAGIC)


def read(source: Source) -> Reading:
    """Marks in the tags, and plain facts. Raises UnreadableMedia where it cannot be opened."""
    texts, faults, held = list[NamedText](), list[Fault](), 0
    with opened(source.path) as file:
        for look in (_id3, _comments, _aiff):
            try:
                for text in look(file):
                    held += len(text.text)
                    if held > _HELD:
                        raise lie("tags.too_much", f"tags of more than {_HELD} characters")
                    texts.append(text)
            except UnreadableMedia as error:
                faults.append(as_fault(NAME, error, "tags.unreadable"))
    values = {text.key.lower(): (text.place, text.text) for text in reversed(texts)}
    marks = [*text_marks(NAME, VERSION, texts), *(captured(NAME, VERSION, each) for each in named_devices(values))]
    return Reading(marks=tuple(marks), faults=tuple(faults), facts=_facts(texts))


def _id3(file: BinaryIO) -> Iterator[NamedText]:
    if read_up_to(file, 0, 3) == id3.MAGIC:
        yield from _frames(file, 0, "id3:")
    comment = id3.old_comment(file)
    if comment:
        yield NamedText("id3v1", "comment", comment)


def _frames(file: BinaryIO, at: int, place: str) -> Iterator[NamedText]:
    """Frames under the name that they carry (TXXX), else under their own (WOAS); comments are comments."""
    for text in id3.texts(file, at):
        named = text.name if text.frame in ("TXXX", "WXXX") and text.name else text.frame
        yield NamedText(place + text.frame, named, text.value)


def _comments(file: BinaryIO) -> Iterator[NamedText]:
    start = id3.end_of(file)
    place = "flac:comment" if read_up_to(file, start, 4) == vorbis.FLAC else "ogg:comment"
    for name, text in vorbis.comments(file):
        yield NamedText(place, name, text)


def _aiff(file: BinaryIO) -> Iterator[NamedText]:
    if not aiff.is_aiff(read_up_to(file, 0, 12)):
        return
    for chunk in aiff.chunks(file):
        if chunk.kind in _AIFF_TEXTS:
            data = read_span(file, chunk.span, TEXT_LIMIT)
            yield NamedText("aiff:" + chunk.kind.decode().strip(), _AIFF_TEXTS[chunk.kind], _decoded(data))
        elif chunk.kind == b"COMT":
            yield from _aiff_comments(read_span(file, chunk.span, TEXT_LIMIT))
        elif chunk.kind in (b"ID3 ", b"id3 "):
            yield from _frames(file, chunk.span.offset, "aiff:ID3/")


def _aiff_comments(data: bytes) -> Iterator[NamedText]:
    """Comments: 4 bytes of time, 2 of marker, 2 of length, the text padded to even length."""
    at = 2
    for _ in range(min(int.from_bytes(data[:2], "big"), 1_000)):
        length = int.from_bytes(data[at + 6 : at + 8], "big")
        yield NamedText("aiff:COMT", "comment", _decoded(data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2


def _decoded(data: bytes) -> str:
    try:
        return data.decode().strip("\0 ")
    except UnicodeDecodeError:
        return data.decode("latin-1").strip("\0 ")


def _facts(texts: list[NamedText]) -> dict[str, str | int | float]:
    facts: dict[str, str | int | float] = {}
    for text in texts:
        name = _FACTS.get(text.key) or _FACTS.get(text.key.lower())
        if name and text.text:
            facts.setdefault(name, bounded(text.text, 200))
    return facts
