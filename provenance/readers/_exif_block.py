"""EXIF blocks: where they lie in each container, and the texts in one, read byte by byte.

exifread does not look into WebP, PNG and several HEIC variants, and drops long comments: those that
generators write. So blocks are found, and their texts read, here (Exif 3.0, section 4.6).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers import bmff, bmff_items, jpeg, png, riff, tiff
from provenance.containers.span import Span, lie, read_span, read_up_to
from provenance.errors import UnreadableMedia

BLOCK_LIMIT: Final = 32 << 20
_TEXT_LIMIT: Final = 8 << 20
_HEAD: Final = b"Exif\0\0"
_CR3: Final = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_TEXT_TAGS: Final = {
    0x010E: "ImageDescription", 0x010F: "Make", 0x0110: "Model", 0x0131: "Software", 0x013B: "Artist",
    0x9286: "UserComment", 0x9C9B: "XPTitle", 0x9C9C: "XPComment", 0x9C9E: "XPKeywords",
}  # fmt: skip
_WIDE_TAGS: Final = frozenset({0x9C9B, 0x9C9C, 0x9C9E})
_COMMENT_TAG: Final = 0x9286
_DIRECTORIES: Final = frozenset({"0", "exif"})


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


def texts_of(block: Block) -> tuple[list[tuple[str, str]], list[UnreadableMedia]]:
    """The (field name, text) pairs of a block, and what kept others from being read."""
    found: list[tuple[str, str]] = []
    held = 0
    errors: list[UnreadableMedia] = []
    try:
        order = tiff.order_of(block.file)
        for entry in tiff.entries(block.file):
            if entry.tag in _TEXT_TAGS and entry.directory in _DIRECTORIES:
                held += entry.span.length
                if held > BLOCK_LIMIT:
                    raise lie("exif.too_long", f"more than {BLOCK_LIMIT} bytes of text")
                try:
                    data = read_span(block.file, entry.span, _TEXT_LIMIT)
                except UnreadableMedia as error:
                    errors.append(error)
                else:
                    found.append((_TEXT_TAGS[entry.tag], _decode(entry.tag, data, order)))
    except UnreadableMedia as error:
        errors.append(error)
    return found, errors


def _decode(tag: int, data: bytes, order: str) -> str:
    if tag in _WIDE_TAGS:
        return data.decode("utf-16-le", "replace").strip("\0")
    if tag == _COMMENT_TAG:
        return _comment(data, order)
    return _plain(data)


def _comment(data: bytes, order: str) -> str:
    """UserComment: eight bytes name the character code. Tools disagree about the byte order of UNICODE."""
    code, body = data[:8], data[8:]
    if code == b"UNICODE\0":
        return _wide(body, order)
    if code in (b"ASCII\0\0\0", b"JIS\0\0\0\0\0", bytes(8)):
        return _plain(body)
    return _plain(data)


def _wide(body: bytes, order: str) -> str:
    if body[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return body.decode("utf-16", "replace").strip("\0")
    even, odd = body[0:400:2].count(0), body[1:400:2].count(0)
    if even == odd:
        # No Latin letters to tell by: some wrote UTF-8 under this code, the rest follow the block.
        if even == 0 and _is_utf8(body):
            return body.decode("utf-8")
        big = order == "big"
    else:
        big = even > odd
    return body.decode("utf-16-be" if big else "utf-16-le", "replace").strip("\0")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _plain(data: bytes) -> str:
    data = data.strip(b"\0 ")
    return data.decode("utf-8" if _is_utf8(data) else "latin-1")


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
        if chunk.kind == b"eXIf" and not chunk.after_end:
            yield _block("png:eXIf", read_span(file, chunk.span, BLOCK_LIMIT))
            return


def _in_riff(file: BinaryIO) -> Iterator[Block]:
    for chunk in riff.chunks(file):
        if chunk.kind == b"EXIF":
            yield _block("webp:EXIF", read_span(file, chunk.span, BLOCK_LIMIT))
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
    for box in bmff.top_boxes(file):
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


_FINDERS: Final[tuple[tuple[Callable[[bytes], bool], Callable[[BinaryIO], Iterator[Block]]], ...]] = (
    (lambda head: head.startswith(jpeg.MAGIC), _in_jpeg),
    (lambda head: head.startswith(png.MAGIC), _in_png),
    (lambda head: head[:4] in tiff.MAGICS, _in_tiff),
    (lambda head: riff.form_of(head) == b"WEBP", _in_riff),
    (lambda head: head.startswith(b"FUJIFILMCCD-RAW"), _in_raf),
    (bmff.is_bmff, _in_bmff),
)
