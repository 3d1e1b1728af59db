"""EXIF: what cameras and generators write there. The only module that imports exifread.

Camera evidence has ranks (C3, a signature, is not ours to give): C2 is a complete, consistent record of an
exposure, C1 a make or model alone, which anyone can write and many tools carry over.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from provenance.containers.span import read_up_to
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.model import Fault, Mark, Origin, Reading, Strength, bounded
from provenance.readers._exif_block import Block, accepts_exif, find_blocks, texts_of
from provenance.readers._faults import as_fault, opened
from provenance.readers._generators import recognise

NAME: Final = "exif"
VERSION: Final = "1"

_EXPOSURE: Final = ("EXIF ExposureTime", "EXIF FNumber", "EXIF ISOSpeedRatings", "EXIF FocalLength")
_FACTS: Final = {
    "camera_make": "Image Make", "camera_model": "Image Model", "lens": "EXIF LensModel",
    "software": "Image Software", "date": "EXIF DateTimeOriginal",
}  # fmt: skip
_NOT_CAMERAS: Final = frozenset({"ideogram ai", "aphrodite ai", "canva"})
_SCANNERS: Final = re.compile(
    r"scan|perfection|\bsp-?(?:1500|2000|2500|3000)\b|\bhr\d{3}\b|noritsu|frontier|opticfilm|flextight"
    r"|imacon|\bgt-x?\d|primefilm|reflecta|plustek",
    re.IGNORECASE,
)
"""Names of film scanners, flatbeds and minilabs, some of which claim FileSource 3 (digital camera)."""
_NAME_LIMIT: Final = 64
_READS: Final = 12_000
"""Ten times what the richest camera file takes; every read costs exifread some 4 µs."""
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
    return accepts_exif(head)


def read(source: Source) -> Reading:
    """Marks and facts. Raises UnreadableMedia where the file cannot be opened."""
    marks: list[Mark] = []
    faults: list[Fault] = []
    tags: dict[str, Any] = {}
    place = ""
    with opened(source.path) as file:
        try:
            for block in find_blocks(file):
                place = place or block.place
                marks += _text_marks(block, faults)
                tags = _tags(block, faults) | tags
        except UnreadableMedia as error:
            faults.append(as_fault(NAME, error, "exif.unreadable"))
    values = {name: _text(tag) for name, tag in tags.items() if hasattr(tag, "printable")}
    marks += _camera_marks(values, _number(tags.get("EXIF FileSource")), place)
    facts = {name: bounded(values[key], 200) for name, key in _FACTS.items() if values.get(key)}
    return Reading(marks=tuple(marks), faults=tuple(faults), facts=facts)


def _tags(block: Block, faults: list[Fault]) -> dict[str, Any]:
    """exifread's tags; whatever it leaks (it leaks everything) becomes a fault."""
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
        # Canon's CR3 keeps the EXIF directory in a block of its own.
        return {_renamed(name) if block.place == "cr3:CMT2" else name: tag for name, tag in tags.items()}
    return {}


def _renamed(name: str) -> str:
    return name.replace("Image ", "EXIF ", 1)


def _text_marks(block: Block, faults: list[Fault]) -> list[Mark]:
    texts, errors = texts_of(block)
    faults += [as_fault(NAME, error, "exif.unreadable") for error in errors]
    marks = [
        Mark(NAME, VERSION, block.place, said.key, said.value, said.signature.origin, said.signature.strength,
             said.signature.detail)
        for said in recognise(texts)
    ]  # fmt: skip
    comment = dict(texts).get("UserComment", "")
    if comment.strip() == "Screenshot":
        detail = (("source_type", "screenCapture"),)
        marks.append(Mark(NAME, VERSION, block.place, "UserComment", comment, Origin.MAYBE_AI,
                          Strength.TOOL_SIGNATURE, detail))  # fmt: skip
    return marks


def _camera_marks(values: Mapping[str, str], file_source: int | None, place: str) -> list[Mark]:
    make, model = values.get("Image Make", ""), values.get("Image Model", "")
    camera = f"{make} {model}".strip()
    scanned = file_source in (1, 2) or _SCANNERS.search(camera)
    if scanned and (file_source in (1, 2) or _sane(model)):
        certain = Strength.DECLARED if file_source in (1, 2) else Strength.HEURISTIC
        return [_captured(place, "FileSource", str(file_source or camera), certain, "digitised", camera)]
    if not (_sane(make) or _sane(model)) or not all(_sane(name) for name in (make, model) if name):
        return []
    shot = [name for name in _EXPOSURE if _measured(values.get(name, ""))]
    if _sane(make) and _sane(model) and shot:
        return [_captured(place, "Make, Model, exposure", camera, Strength.DECLARED, "C2", camera)]
    return [_captured(place, "Make, Model", camera, Strength.HEURISTIC, "C1", camera)]


def _captured(place: str, key: str, value: str, strength: Strength, rank: str, camera: str) -> Mark:
    detail = (("rank", rank), ("camera", camera)) if rank != "digitised" else (
        ("rank", "C2" if strength is Strength.DECLARED else "C1"), ("digitised", "scan"), ("camera", camera)
    )  # fmt: skip
    return Mark(NAME, VERSION, place, key, bounded(value), Origin.CAPTURED, strength, detail)


def _sane(name: str) -> bool:
    """True for what may be the name of a camera: generators put graphs and their own names there."""
    low = name.strip().lower()
    return (
        0 < len(low) <= _NAME_LIMIT
        and "{" not in low
        and not low.startswith(("workflow:", "prompt:"))
        and low not in _NOT_CAMERAS
        and any(letter.isalnum() for letter in low)
    )


def _measured(text: str) -> bool:
    """True for a number other than zero: some tools write empty exposure fields."""
    return bool(re.search(r"[1-9]", text)) and text not in ("0/0",)


def _text(tag: Any) -> str:
    values = tag.values
    return (values if isinstance(values, str) else str(tag.printable)).strip("\0 ")


def _number(tag: Any) -> int | None:
    values = getattr(tag, "values", None)
    return values[0] if isinstance(values, list) and values and isinstance(values[0], int) else None
