"""Puts marks into containers byte by byte: JPEG, PNG, TIFF, WebP, RIFF, BMFF; makes small EXIF and DPX too.

Written by hand where a library would choose types, order or dates for us: the samples must say exactly what
their names promise, and say it again on the next build.
"""

import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PIL import Image, PngImagePlugin

EXIF_HEAD = b"Exif\0\0"
XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
PNG_HEAD = b"\x89PNG\r\n\x1a\n"

_EXIF_IFD = 0x8769
_ASCII, _SHORT, _LONG, _RATIONAL, _UNDEFINED = 2, 3, 4, 5, 7


class Field(NamedTuple):
    """One EXIF field, its value already in big-endian bytes."""

    tag: int
    kind: int
    items: int
    value: bytes


def text_field(tag: int, text: str) -> Field:
    value = text.encode("ascii") + b"\0"
    return Field(tag, _ASCII, len(value), value)


def short_field(tag: int, number: int) -> Field:
    return Field(tag, _SHORT, 1, struct.pack(">H", number))


def ratio_field(tag: int, over: int, under: int) -> Field:
    return Field(tag, _RATIONAL, 1, struct.pack(">II", over, under))


def raw_field(tag: int, value: bytes) -> Field:
    return Field(tag, _UNDEFINED, len(value), value)


def exif_block(main: Sequence[Field], shot: Sequence[Field] = ()) -> bytes:
    """A TIFF block with IFD0 and, if there are shot fields, the EXIF directory behind it."""
    if not shot:
        return b"MM\0*" + struct.pack(">I", 8) + _directory(main, 8)
    measured = _directory([*main, Field(_EXIF_IFD, _LONG, 1, bytes(4))], 8)
    pointer = Field(_EXIF_IFD, _LONG, 1, struct.pack(">I", 8 + len(measured)))
    first = _directory([*main, pointer], 8)
    return b"MM\0*" + struct.pack(">I", 8) + first + _directory(shot, 8 + len(first))


def _directory(fields: Sequence[Field], start: int) -> bytes:
    entries, overflow = b"", b""
    overflow_start = start + 2 + 12 * len(fields) + 4
    for field in sorted(fields):
        value = field.value.ljust(4, b"\0")
        if len(value) > 4:
            value = struct.pack(">I", overflow_start + len(overflow))
            overflow += field.value + b"\0" * (len(field.value) % 2)
        entries += struct.pack(">HHI", field.tag, field.kind, field.items) + value
    return struct.pack(">H", len(fields)) + entries + bytes(4) + overflow


def jpeg(picture: Image.Image, *, exif: bytes = b"", xmp: bytes = b"") -> bytes:
    """A JPEG whose APP1 segments stand right after the JFIF header, EXIF first, as cameras order them."""
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=86)
    plain = buffer.getvalue()
    split = 4 + struct.unpack(">H", plain[4:6])[0]
    segments = b""
    for head, body in ((EXIF_HEAD, exif), (XMP_HEAD, xmp)):
        if body:
            segments += b"\xff\xe1" + struct.pack(">H", 2 + len(head) + len(body)) + head + body
    return plain[:split] + segments + plain[split:]


def png(picture: Image.Image, texts: dict[str, str] | None = None, *, xmp: bytes = b"") -> bytes:
    """A PNG with tEXt chunks (iTXt for text outside Latin-1) and an XMP packet if given."""
    info = PngImagePlugin.PngInfo()
    for key, text in (texts or {}).items():
        info.add_text(key, text)
    if xmp:
        info.add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8"))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", pnginfo=info, compress_level=9)
    return buffer.getvalue()


def tiff(picture: Image.Image, xmp: bytes) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "TIFF", compression="tiff_lzw", tiffinfo={700: xmp})
    return buffer.getvalue()


def webp(picture: Image.Image, xmp: bytes) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=82, method=4, xmp=xmp)
    return buffer.getvalue()


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(PNG_HEAD)
    while position < len(data):
        (length,) = struct.unpack(">I", data[position : position + 4])
        yield data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
        position += 12 + length


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def riff_with_chunk(data: bytes, kind: bytes, body: bytes) -> bytes:
    """A RIFF file with one more chunk at its end, padded to even length, the RIFF size corrected."""
    grown = data + kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    return grown[:4] + struct.pack("<I", len(grown) - 8) + grown[8:]


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes on one level; only 32-bit sizes, which is all that a two-second clip needs."""
    position = 0
    while position < len(data):
        (size,) = struct.unpack(">I", data[position : position + 4])
        if size < 8 or position + size > len(data):
            raise ValueError(f"box of {size} bytes at {position} does not fit into {len(data)}")
        yield data[position + 4 : position + 8], data[position + 8 : position + size]
        position += size


def bmff_with_xmp_box(data: bytes, xmp: bytes) -> bytes:
    """XMP in a top-level uuid box at the end: nothing before it moves, so chunk offsets stay right."""
    return data + box(b"uuid", XMP_UUID + xmp)


def bmff_with_udta_xmp(data: bytes, xmp: bytes) -> bytes:
    """XMP in moov/udta/XMP_, the QuickTime way. moov must follow mdat, or chunk offsets would shift."""
    parts = list(boxes(data))
    kinds = [kind for kind, _ in parts]
    if kinds.index(b"moov") < kinds.index(b"mdat"):
        raise ValueError("moov stands before mdat: growing it would break the chunk offsets")
    return b"".join(box(kind, _with_udta(body, xmp) if kind == b"moov" else body) for kind, body in parts)


def _with_udta(moov: bytes, xmp: bytes) -> bytes:
    parts = list(boxes(moov))
    kept = b"".join(body for kind, body in parts if kind == b"udta")
    others = b"".join(box(kind, body) for kind, body in parts if kind != b"udta")
    return others + box(b"udta", kept + box(b"XMP_", xmp))


def dpx(picture: Image.Image, name: str) -> bytes:
    """A 10-bit RGB DPX 1.0, big-endian, unset fields filled with ones as SMPTE 268M asks."""
    wide, high = picture.size
    header = bytearray(b"\xff" * 2048)
    total = 2048 + wide * high * 4
    struct.pack_into(">4sI8sIIIII", header, 0, b"SDPX", 2048, b"V1.0", total, 1, 1664, 384, 0)
    about = (name.encode(), b"2026:03:02:09:30:00", b"sample", b"", b"", 2**32 - 1)
    struct.pack_into(">100s24s100s200s200sI", header, 36, *about)
    struct.pack_into(">HHII", header, 768, 0, 1, wide, high)
    # unsigned, code values 0 to 1023, RGB, linear, 10 bit, filled to 32-bit words, not run-length coded
    element = (0, 0, 0.0, 1023, 2.0, 50, 2, 2, 10, 1, 0, 2048, 0, 0, b"")
    struct.pack_into(">IIfIfBBBBHHIII32s", header, 780, *element)
    words = bytearray()
    levels = [level * 1023 // 255 for level in picture.convert("RGB").tobytes()]
    for red, green, blue in zip(levels[::3], levels[1::3], levels[2::3], strict=True):
        words += struct.pack(">I", red << 22 | green << 12 | blue << 2)
    return bytes(header) + bytes(words)
