"""Comments of JPEG and GIF, and labels in JPEG application segments, by the table of `provenance.marks`.

JPEG COM (ITU-T T.81, B.2.4.5), the GIF comment extension (GIF89a, section 24), and ``AIGC{...}``, the label of
GB 45438-2025 that some write bare into an APP segment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from provenance.containers import gif, jpeg
from provenance.containers.span import read_span, read_up_to
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.marks import recognise
from provenance.model import Fault, Mark, Reading, bounded
from provenance.readers._exif_fields import plain_text
from provenance.readers._faults import as_fault, opened

NAME: Final = "comments"
VERSION: Final = "1"

_SEGMENT: Final = 1 << 16
_TEXT_LIMIT: Final = 8 << 20
_COMMENTS: Final = 1_000
_APPS: Final = range(jpeg.APP0, jpeg.APP0 + 16)
_LABEL: Final = b"AIGC"
_LABELLED: Final = re.compile(rb"AIGC[\0:= ]{0,4}\{")

Comment = tuple[str, str, str]
"""Place, key, text."""


def accepts(path: Path, head: bytes) -> bool:
    """True for JPEG and GIF, by their first bytes."""
    return head.startswith((jpeg.MAGIC, *gif.MAGICS))


def read(source: Source) -> Reading:
    """Marks of generators, and the first comment as a fact. Raises UnreadableMedia where it cannot be opened."""
    found: list[Comment] = []
    faults: list[Fault] = []
    with opened(source.path) as file:
        try:
            for comment in _comments(file):
                found.append(comment)
                if len(found) >= _COMMENTS:
                    raise UnreadableMedia(f"comments.too_many: more than {_COMMENTS} comments, the rest is not read")
        except UnreadableMedia as error:
            faults.append(as_fault(NAME, error, "comments.unreadable"))
    marks = tuple(mark for comment in found for mark in _marks(*comment))
    first = next((text for _, key, text in found if key == "comment" and text.isprintable()), "")
    return Reading(marks=marks, faults=tuple(faults), facts={"comment": bounded(first, 200)} if first else {})


def _marks(place: str, key: str, text: str) -> Iterator[Mark]:
    for said in recognise([(key, text)]):
        signature = said.signature
        yield Mark(NAME, VERSION, place, said.key, said.value, signature.origin, signature.strength, signature.detail)


def _comments(file: BinaryIO) -> Iterator[Comment]:
    if read_up_to(file, 0, 3) != jpeg.MAGIC:
        for data in gif.comments_of(file, _TEXT_LIMIT):
            yield "gif:comment", "comment", plain_text(data)
        return
    for segment in jpeg.segments(file):
        if segment.marker == jpeg.COM:
            yield "jpeg:COM", "comment", plain_text(read_span(file, segment.span, _SEGMENT))
        elif segment.marker in _APPS and read_up_to(file, segment.span.offset, len(_LABEL)) == _LABEL:
            data = read_span(file, segment.span, _SEGMENT)
            if _LABELLED.match(data):
                yield f"jpeg:APP{segment.marker - jpeg.APP0}", "AIGC", plain_text(data[data.index(b"{") :])
