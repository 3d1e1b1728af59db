"""What Samsung's editors write behind a picture: whether Galaxy AI took part, and that it was edited at all.

Blocks 0x0d91 ``PEg_Info`` and 0x0ba1 ``PhotoEditor_Re_Edit_Data`` (ExifTool, Samsung.pm, 13.42 and newer).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from provenance.containers import bmff, jpeg, png, sef
from provenance.containers.span import read_span, read_up_to, size_of
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.marks import recognise
from provenance.model import Fault, Mark, Reading
from provenance.readers._faults import as_fault, opened

NAME: Final = "samsung_trailer"
VERSION: Final = "1"

_TOLD: Final = frozenset({(0x0D91, "PEg_Info"), (0x0BA1, "PhotoEditor_Re_Edit_Data")})
"""Blocks whose JSON says how the picture was edited; what it says is read by the table of marks."""
_TEXT_LIMIT: Final = 1 << 20


def accepts(path: Path, head: bytes) -> bool:
    """True for the containers that Samsung's phones write: the trailer itself lies at the other end."""
    return head.startswith((jpeg.MAGIC, png.MAGIC)) or (bmff.is_bmff(head) and head[8:11] in (b"hei", b"mif"))


def read(source: Source) -> Reading:
    """Marks of the trailer. Raises UnreadableMedia where the file cannot be opened."""
    marks: list[Mark] = []
    faults: list[Fault] = []
    with opened(source.path) as file:
        try:
            for block in _blocks(file):
                if (block.number, block.name) in _TOLD:
                    marks += _marks(block.name, read_span(file, block.span, _TEXT_LIMIT).decode("utf-8", "replace"))
        except UnreadableMedia as error:
            faults.append(as_fault(NAME, error, "sef.unreadable"))
    return Reading(marks=tuple(marks), faults=tuple(faults))


def _blocks(file: BinaryIO) -> Iterator[sef.Block]:
    size = size_of(file)
    yield from sef.blocks(file, size)
    if bmff.is_bmff(read_up_to(file, 0, 16)):
        for box in bmff.top_boxes(file):
            if box.kind == b"sefd":
                yield from sef.blocks(file, box.body.end)


def _marks(name: str, text: str) -> Iterator[Mark]:
    for said in recognise([(name, text)]):
        signature = said.signature
        yield Mark(NAME, VERSION, "sef", name, said.value, signature.origin, signature.strength, signature.detail)
