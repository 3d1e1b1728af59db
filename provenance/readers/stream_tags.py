"""Tags of Matroska, WebM and Flash video. The application that muxed is never evidence."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

from provenance.containers import flv, matroska
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.model import Fault, Reading, Unchecked, bounded
from provenance.readers._av_capture import android_rate, captured, named_devices
from provenance.readers._av_text import NamedText, text_marks
from provenance.readers._faults import as_fault, opened

NAME: Final = "stream_tags"
VERSION: Final = "1"


def accepts(path: Path, head: bytes) -> bool:
    """True for Matroska, WebM and Flash video, by the first bytes."""
    return head.startswith((matroska.MAGIC, flv.MAGIC))


def read(source: Source) -> Reading:
    """Marks in the tags, and plain facts. Raises UnreadableMedia where it cannot be opened."""
    contents, faults = matroska.Contents(), list[Fault]()
    texts: list[NamedText] = []
    with opened(source.path) as file:
        try:
            if source.head.startswith(flv.MAGIC):
                _flash(file, texts)
            elif source.head.startswith(matroska.MAGIC):
                matroska.read_contents(file, contents)
        except UnreadableMedia as error:
            faults.append(as_fault(NAME, error, "stream.unreadable"))
    texts += [NamedText("matroska:Tags", name, text) for name, text in contents.tags]
    values = {text.key.lower(): (text.place, text.text) for text in reversed(texts)}
    evidence = (*named_devices(values), *android_rate(values))
    marks = [*text_marks(NAME, VERSION, texts), *(captured(NAME, VERSION, each) for each in evidence)]
    facts = {name: bounded(text, 200) if isinstance(text, str) else text for name, text in contents.facts.items()}
    return Reading(marks=tuple(marks), faults=tuple(faults), unchecked=_gaps(contents), facts=facts)


def _flash(file: BinaryIO, texts: list[NamedText]) -> None:
    for name, text in flv.texts(file):
        texts.append(NamedText("flv:onMetaData", name, text))


def _gaps(contents: matroska.Contents) -> tuple[Unchecked, ...]:
    if not contents.given_up:
        return ()
    return (Unchecked("tags behind the media", "the file has no index and too many clusters to step over"),)
