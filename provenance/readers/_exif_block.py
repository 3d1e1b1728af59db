"""EXIF blocks: where they lie in each container (Exif 3.0, section 4.7; CIPA DC-007 for what lies behind).

Only blocks of the primary picture are found: second pictures (MPO), previews, motion photos and whatever else
is glued on speak of themselves. exifread is blind in WebP, PNG, CR3, JPEG 2000 and several HEIC variants.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final

from provenance.containers import bmff, bmff_items, jpeg, png, psd, riff, tiff
from provenance.containers.span import Span, read_span, read_up_to, size_of

BLOCK_LIMIT: Final = 32 << 20
_HEAD: Final = b"Exif\0\0"
_CR3: Final = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_JP2: Final = b"JpgTiffExif->JP2"
_JP2_START: Final = b"\0\0\0\x0cjP  \r\n\x87\n"
_TOP_BOXES: Final = 1_000
"""Boxes among which EXIF is looked for: fragmented films go on with hundreds of thousands."""
_MRW: Final = b"\0MRM"
_MRW_BLOCKS: Final = 64
_PROFILES: Final = frozenset({"Raw profile type exif", "Raw profile type APP1"})


@dataclass(frozen=True, slots=True)
class Block:
    """One EXIF block: where it stood, and a file that begins with its TIFF header."""

    place: str
    file: BinaryIO


def accepts_exif(head: bytes) -> bool:
    """True for files whose container may hold EXIF."""
    return any(fits(head) for fits, _ in _FINDERS)


def find_blocks(file: BinaryIO) -> Iterator[Block]:
    """All blocks of the primary picture. Raises UnreadableMedia where the container lies."""
    head = read_up_to(file, 0, 16)
    finder = next((find for fits, find in _FINDERS if fits(head)), None)
    return finder(file) if finder else iter(())


# ── one finder per container ─────────────────────────────────────────────────────────────────────────────


def _block(place: str, data: bytes) -> Block:
    return Block(place, io.BytesIO(data.removeprefix(_HEAD)))


def _in_jpeg(file: BinaryIO) -> Iterator[Block]:
    for segment in jpeg.segments(file):
        if segment.marker == jpeg.APP1 and read_up_to(file, segment.span.offset, 6) == _HEAD:
            yield _block("jpeg:APP1/exif", read_span(file, segment.span, BLOCK_LIMIT))
            return


def _in_png(file: BinaryIO) -> Iterator[Block]:
    for chunk in png.chunks(file):
        if chunk.after_end:
            return
        if chunk.kind == b"eXIf":
            yield _block("png:eXIf", read_span(file, chunk.span, BLOCK_LIMIT))
            return
        if chunk.kind in png.TEXT_KINDS and png.key_of(file, chunk) in _PROFILES:
            # ImageMagick's way from before the chunk eXIf was in the standard.
            data = png.profile_in(chunk, read_span(file, chunk.span, BLOCK_LIMIT))
            if data.startswith(_HEAD) or data[:4] in tiff.MAGICS:
                yield _block("png:raw profile/exif", data)
                return


def _in_riff(file: BinaryIO) -> Iterator[Block]:
    for chunk in riff.chunks(file):
        if chunk.kind == b"EXIF":
            yield _block("webp:EXIF", read_span(file, chunk.span, BLOCK_LIMIT))
            return


def _in_psd(file: BinaryIO) -> Iterator[Block]:
    for resource in psd.resources_of(file):
        if resource.number == psd.EXIF:
            yield _block("psd:8BIM/exif", read_span(file, resource.span, BLOCK_LIMIT))
            return


def _in_tiff(file: BinaryIO) -> Iterator[Block]:
    yield Block("tiff:IFD", file)


def _in_bmff(file: BinaryIO) -> Iterator[Block]:
    for item in bmff_items.items(file):
        if item.kind == b"Exif":
            data = bmff_items.read_item(file, item, BLOCK_LIMIT)
            # Four bytes say how far behind them the TIFF header begins (ISO/IEC 23008-12, A.2.1).
            yield _block("bmff:item/exif", data[4 + int.from_bytes(data[:4], "big") :])
            return
    for box in islice(bmff.top_boxes(file), _TOP_BOXES):
        if box.kind == b"Exif":
            data = read_span(file, box.body, BLOCK_LIMIT)
            yield _block("jxl:Exif", data[4 + int.from_bytes(data[:4], "big") :])
            return
        if box.kind == b"moov":
            yield from _in_canon(file, box)


def _in_canon(file: BinaryIO, movie: bmff.Box) -> Iterator[Block]:
    for box in bmff.children(file, movie):
        if box.kind == b"uuid" and box.uuid == _CR3:
            for inner in bmff.children(file, box):
                if inner.kind in (b"CMT1", b"CMT2"):
                    place = "cr3:" + inner.kind.decode()
                    yield _block(place, read_span(file, inner.body, BLOCK_LIMIT))


def _in_raf(file: BinaryIO) -> Iterator[Block]:
    place = read_up_to(file, 84, 8)
    span = Span(int.from_bytes(place[:4], "big"), int.from_bytes(place[4:], "big"))
    for block in _in_jpeg(io.BytesIO(read_span(file, span, BLOCK_LIMIT))):
        yield Block("raf:" + block.place, block.file)


def _in_jpeg_2000(file: BinaryIO) -> Iterator[Block]:
    for box in bmff.boxes(file, Span(0, size_of(file))):
        if box.kind == b"uuid" and box.uuid == _JP2:
            yield _block("jp2:uuid/exif", read_span(file, box.body, BLOCK_LIMIT))
            return


def _in_minolta(file: BinaryIO) -> Iterator[Block]:
    position = 8
    for _ in range(_MRW_BLOCKS):
        head = read_up_to(file, position, 8)
        length = int.from_bytes(head[4:], "big")
        if head[:4] == b"\0TTW":
            yield _block("mrw:TTW", read_span(file, Span(position + 8, length), BLOCK_LIMIT))
        if len(head) < 8 or head[:4] == b"\0TTW":
            return
        position += 8 + length


_FINDERS: Final[tuple[tuple[Callable[[bytes], bool], Callable[[BinaryIO], Iterator[Block]]], ...]] = (
    (lambda head: head.startswith(jpeg.MAGIC), _in_jpeg),
    (lambda head: head.startswith(png.MAGIC), _in_png),
    (lambda head: head[:4] in tiff.MAGICS, _in_tiff),
    (lambda head: riff.form_of(head) == b"WEBP", _in_riff),
    (lambda head: head.startswith(b"FUJIFILMCCD-RAW"), _in_raf),
    (lambda head: head.startswith(psd.MAGIC), _in_psd),
    (lambda head: head.startswith(_JP2_START), _in_jpeg_2000),
    (lambda head: head.startswith(_MRW), _in_minolta),
    (bmff.is_bmff, _in_bmff),
)
