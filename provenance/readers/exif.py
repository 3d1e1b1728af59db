"""EXIF: what cameras and generators write there. The only module that imports exifread.

Camera evidence has ranks (C3, a signature, is not ours to give): C2 is a complete, consistent record of an
exposure, C1 a make or model alone, which anyone can write and many tools carry over. A scan was captured once
and digitised by a machine that says so without a signature: a hint, whatever FileSource claims.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from provenance.containers.span import read_up_to
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.marks import recognise
from provenance.model import Fault, Mark, Origin, Reading, Strength, bounded
from provenance.readers._camera import Shot, is_sane, judge_shot
from provenance.readers._exif_block import Block, accepts_exif, find_blocks
from provenance.readers._exif_fields import Fields, fields_of
from provenance.readers._faults import as_fault, opened
from provenance.readers._raw_fields import is_raw, raw_fields
from provenance.readers._screenshot import screenshot_of

NAME: Final = "exif"
VERSION: Final = "2"

_FACTS: Final = {
    "camera_make": "Make", "camera_model": "Model", "lens": "LensModel", "software": "Software",
    "date": "DateTimeOriginal",
}  # fmt: skip
_EXIFREAD_NAMES: Final = {
    "Make": "Image Make", "Model": "Image Model", "LensModel": "EXIF LensModel", "Software": "Image Software",
    "DateTimeOriginal": "EXIF DateTimeOriginal",
}  # fmt: skip
_STATEMENTS: Final = frozenset(
    {"ImageDescription", "Make", "Model", "Software", "Artist", "UserComment", "XPTitle", "XPComment", "XPAuthor",
     "XPKeywords", "XPSubject", "MakerNote"}
)  # fmt: skip
_RAW_STARTS: Final = (b"IIRO", b"IIRS", b"IIU\0")
_READS: Final = 12_000
_CLASSIC: Final = b"II*\0"
_BIG: Final = (b"II+\0", b"MM\0+")
_VARIANTS: Final = (b"IIRO", b"IIRS", b"IIU\0")


class _Metered:
    """A TIFF for exifread that gives up after so many reads, as a lying directory can make it spin for
    minutes, and that hides the magic numbers of Olympus and Panasonic, which are TIFFs in all else."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._reads = file, 0

    def read(self, size: int = -1) -> bytes:
        self._reads += 1
        if self._reads > _READS:
            raise UnreadableMedia("exif.endless: its directories send the reader round and round")
        is_start = self._file.tell() == 0
        data = self._file.read(min(size, 1 << 20) if size >= 0 else 1 << 20)
        return _CLASSIC + data[4:] if is_start and data[:4] in _VARIANTS else data

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def accepts(path: Path, head: bytes) -> bool:
    """True for containers that may hold EXIF, by their first bytes."""
    return accepts_exif(head) or is_raw(head)


def read(source: Source) -> Reading:
    """Marks and facts. Raises UnreadableMedia where the file cannot be opened."""
    marks: list[Mark] = []
    faults: list[Fault] = []
    blocks: list[tuple[Block, Fields]] = []
    with opened(source.path) as file:
        try:
            native = raw_fields(file)
            found = ((block, fields_of(block)) for block in find_blocks(file))
            for block, fields in found if native is None else (native,):
                blocks.append((block, fields))
                marks += _text_marks(block, fields)
        except UnreadableMedia as error:
            faults.append(as_fault(NAME, error, "exif.unreadable"))
        texts = _texts([fields for _, fields in blocks])
        for block, fields in blocks:
            faults += [as_fault(NAME, error, "exif.unreadable") for error in fields.errors]
            if fields.errors or any(name == "Make" for name, _ in fields.texts):
                # exifread has the word on a camera's tags. It is spared the blocks without a camera, it drops long
                # values, and where it gives up on what our own walk could follow, that is no fault of the file.
                texts |= _through_exifread(block, faults if fields.errors else [])
    if blocks:
        marks += _camera_marks(blocks, texts, source.head)
    facts: dict[str, str | int | float] = {
        name: bounded(texts[key], 200) for name, key in _FACTS.items() if texts.get(key) and _is_fact(key, texts[key])
    }
    return Reading(marks=tuple(marks), faults=tuple(faults), facts=facts)


def _texts(found: list[Fields]) -> dict[str, str]:
    """The first text of each name that is not empty."""
    texts: dict[str, str] = {}
    for fields in found:
        for name, text in fields.texts:
            if text:
                texts.setdefault(name, text)
    return texts


def _is_fact(key: str, text: str) -> bool:
    """False for a make or model that is none: generators put graphs there."""
    return key not in ("Make", "Model") or is_sane(text)


def _through_exifread(block: Block, faults: list[Fault]) -> dict[str, str]:
    """exifread's texts; whatever it leaks (it leaks everything) becomes a fault."""
    if read_up_to(block.file, 0, 4) in _BIG:
        # exifread takes it for a classic TIFF and reads nonsense; no camera writes it.
        return {}
    import exifread

    logging.getLogger("exifread").setLevel(logging.CRITICAL)
    try:
        metered = cast(BinaryIO, _Metered(block.file))
        tags = exifread.process_file(metered, details=False, extract_thumbnail=False)
    except UnreadableMedia as error:
        faults.append(as_fault(NAME, error, "exif.unreadable"))
    except Exception as error:
        faults.append(Fault(NAME, "exif.unreadable", f"{block.place} is damaged ({type(error).__name__})"))
    else:
        said = {name: _text(tags[key]) for name, key in _EXIFREAD_NAMES.items() if hasattr(tags.get(key), "values")}
        return {name: text for name, text in said.items() if text}
    return {}


def _text(tag: Any) -> str:
    values = tag.values
    return (values if isinstance(values, str) else str(tag.printable)).strip("\0 ")


def _text_marks(block: Block, fields: Fields) -> Iterator[Mark]:
    texts = [(name, text) for name, text in fields.texts if name in _STATEMENTS]
    if fields.note.isascii():
        # Fooocus names its scheme there; a camera's note is never plain text alone.
        texts.append(("MakerNote", fields.note.decode("ascii")))
    for said in recognise(texts):
        signature = said.signature
        yield Mark(NAME, VERSION, block.place, said.key, said.value, signature.origin, signature.strength,
                   signature.detail)  # fmt: skip
    for name, text in texts:
        if detail := screenshot_of(name, text):
            yield Mark(NAME, VERSION, block.place, name, bounded(text), Origin.MAYBE_AI, Strength.TOOL_SIGNATURE,
                       detail)  # fmt: skip


def _camera_marks(blocks: list[tuple[Block, Fields]], texts: dict[str, str], head: bytes) -> Iterator[Mark]:
    numbers: dict[str, float] = {}
    for _, fields in reversed(blocks):
        numbers |= fields.numbers or {}
    place = blocks[0][0].place
    raw = place.startswith(("raf:", "cr3:", "mrw:")) or head[:4] in _RAW_STARTS or head[8:10] == b"CR"
    note = next((fields.note for _, fields in blocks if fields.note), b"")
    shot = Shot(texts, numbers, note, raw or any(fields.mosaic for _, fields in blocks))
    found = judge_shot(shot)
    if found is not None:
        yield Mark(NAME, VERSION, place, found.key, bounded(found.value), Origin.CAPTURED, found.strength, found.detail)
