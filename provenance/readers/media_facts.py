"""Plain facts for people and search: dimensions, format, frames, duration, codec; and whether the file is
whole. The only module that imports PIL. Nothing here claims an origin.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from itertools import islice, takewhile
from pathlib import Path
from typing import BinaryIO, Final

from provenance.containers import bmff, bmff_pictures, bmff_samples, jpeg, png, riff, tiff
from provenance.containers.span import read_span, read_up_to, size_of
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.model import Fault, Reading
from provenance.readers._faults import as_fault, opened

NAME: Final = "media_facts"
VERSION: Final = "2"

Facts = dict[str, str | int | float]

_PIXELS: Final = 1_000_000_000
"""Pictures beyond a gigapixel are reported, not opened: their size is a lie or a bomb."""
_PICTURES: Final = (
    jpeg.MAGIC, png.MAGIC, b"GIF8", b"II*\0", b"MM\0*", b"BM", b"DDS ", b"P6", b"P5",
    b"\x00\x00\x00\x0cjP  ", b"\xff\x4f\xff\x51",
)  # fmt: skip
_TAIL: Final = 4_096
_PARTS: Final = 3_000
_LONGEST: Final = 32 << 20


def accepts(path: Path, head: bytes) -> bool:
    """True for stills, and for BMFF and RIFF files, by their first bytes."""
    return head.startswith(_PICTURES) or bmff.is_bmff(head) or bool(riff.form_of(head))


def read(source: Source) -> Reading:
    """Facts, and faults where the file is truncated or a bomb. Raises UnreadableMedia where it cannot be
    opened."""
    facts: Facts = {}
    faults: list[Fault] = []
    with opened(source.path) as file:
        head = read_up_to(file, 0, 16)
        for look in _looks(head):
            try:
                look(file, facts, faults)
            except UnreadableMedia as error:
                faults.append(as_fault(NAME, error, "media.unreadable"))
    return Reading(faults=tuple(faults), facts=facts)


def _looks(head: bytes) -> Iterator[Callable[[BinaryIO, Facts, list[Fault]], None]]:
    form = riff.form_of(head)
    if head.startswith(_PICTURES) or form == b"WEBP" or head[8:12] in (b"avif", b"avis"):
        yield _picture
    if head.startswith(jpeg.MAGIC):
        yield _whole_jpeg
    elif head.startswith(png.MAGIC):
        yield _whole_png
    elif form:
        yield _whole_riff
    elif bmff.is_bmff(head) and head[4:8] != b"JXL ":
        yield _movie


def _picture(file: BinaryIO, facts: Facts, faults: list[Fault]) -> None:
    """What Pillow reads from the header; no pixel is decoded."""
    from PIL import Image, UnidentifiedImageError

    if not _is_bounded(file):
        faults.append(Fault(NAME, "media.too_many", "its header has more or longer parts than any picture; not opened"))
        return
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    is_tiff = read_up_to(file, 0, 4) in tiff.MAGICS
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file) as image:
                facts |= {"width": image.width, "height": image.height, "mode": image.mode}
                facts |= {"format": image.format or "", "frames": _frames(image)}
    except Image.DecompressionBombError:
        faults.append(Fault(NAME, "media.bomb", "it says it has more pixels than any picture; not opened"))
    except UnidentifiedImageError:
        # Camera raw files are TIFFs with pictures only their maker decodes.
        if not is_tiff:
            faults.append(Fault(NAME, "media.unreadable", "the header of the picture makes no sense"))
    except Exception as error:
        faults.append(Fault(NAME, "media.unreadable", f"the picture is damaged ({type(error).__name__})"))
    if int(facts.get("width", 0)) * int(facts.get("height", 0)) > _PIXELS:
        faults.append(Fault(NAME, "media.bomb", "it says it has more than a billion pixels"))


def _is_bounded(file: BinaryIO) -> bool:
    """False for JPEG and PNG whose header has more, or longer, parts than our own walkers take: Pillow would
    read them all."""
    head = read_up_to(file, 0, 3)
    try:
        if head == jpeg.MAGIC:
            return sum(1 for _ in islice(jpeg.segments(file), _PARTS)) < _PARTS
        if png.MAGIC.startswith(head):
            front = takewhile(lambda chunk: not chunk.after_data, png.chunks(file))
            lengths = [chunk.span.length for chunk in islice(front, _PARTS)]
            return len(lengths) < _PARTS and max(lengths, default=0) <= _LONGEST
    except UnreadableMedia:
        # Damaged it may be, but not endless: Pillow says what it makes of it.
        return True
    return True


def _frames(image: object) -> int:
    # Counting the frames of a TIFF or GIF walks the whole file: only what the header says.
    return int(getattr(image, "n_frames", 1)) if getattr(image, "format", "") in ("WEBP", "PNG") else 1


def _whole_jpeg(file: BinaryIO, facts: Facts, faults: list[Fault]) -> None:
    """The end marker is nearly always last; only where it is not, the whole picture is walked."""
    if read_up_to(file, max(0, size_of(file) - _TAIL), _TAIL).rstrip(b"\0").endswith(b"\xff\xd9"):
        return
    if not any(part.marker == jpeg.EOI for part in jpeg.picture(file)):
        faults.append(_truncated("the JPEG has no end marker"))


def _whole_png(file: BinaryIO, facts: Facts, faults: list[Fault]) -> None:
    end = next((chunk for chunk in png.chunks(file) if chunk.kind == b"IEND"), None)
    if end is None:
        faults.append(_truncated("the PNG has no IEND chunk"))
    elif behind := size_of(file) - end.span.end - 4:
        # It belongs to nobody's picture: an editor, a phone or a person glued it on.
        facts["bytes_behind_end"] = max(0, behind)


def _whole_riff(file: BinaryIO, facts: Facts, faults: list[Fault]) -> None:
    rate = 0
    for chunk in riff.chunks(file):
        if chunk.cut:
            faults.append(_truncated(f"the chunk {chunk.kind.decode('latin-1')!r} runs past the end"))
        if chunk.kind == b"fmt " and chunk.span.length >= 16:
            rate = _wave_format(read_span(file, chunk.span, 1 << 16), facts)
        elif chunk.kind == b"data" and rate:
            facts["duration"] = round(chunk.span.length / rate, 3)


def _wave_format(data: bytes, facts: Facts) -> int:
    """Facts of a `fmt ` chunk; returns bytes a second."""

    def number(at: int, width: int) -> int:
        return int.from_bytes(data[at : at + width], "little")

    names = {1: "pcm", 3: "pcm float", 0xFFFE: "pcm extensible", 0x55: "mp3"}
    facts |= {
        "codec": names.get(number(0, 2), f"0x{number(0, 2):04x}"), "channels": number(2, 2),
        "sample_rate": number(4, 4), "bits": number(14, 2),
    }  # fmt: skip
    return number(8, 4)


def _movie(file: BinaryIO, facts: Facts, faults: list[Fault]) -> None:
    for box in bmff.top_boxes(file):
        if box.cut:
            faults.append(_truncated(f"the box {box.kind.decode('latin-1')!r} runs past the end"))
        if box.kind == b"moov":
            _tracks(file, box, facts)
        elif box.kind == b"ftyp":
            facts["brand"] = read_up_to(file, box.body.offset, 4).decode("latin-1").strip()
        elif box.kind == b"meta" and "width" not in facts and (size := bmff_pictures.picture_size(file)):
            facts |= {"width": size[0], "height": size[1]}


def _tracks(file: BinaryIO, movie: bmff.Box, facts: Facts) -> None:
    seconds = bmff_samples.duration(file, movie)
    if seconds is not None:
        facts["duration"] = round(seconds, 3)
    for track in bmff_samples.tracks(file, movie):
        if track.handler == b"vide" and "codec" not in facts:
            facts["codec"] = track.codec
            if track.width and track.height:
                facts |= {"width": track.width, "height": track.height}
        elif track.handler == b"soun" and "audio_codec" not in facts:
            facts["audio_codec"] = track.codec


def _truncated(text: str) -> Fault:
    return Fault(NAME, "media.truncated", f"{text}; it was cut off or is still being written")
