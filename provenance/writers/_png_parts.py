"""PNG: the chunks that hold XMP and EXIF (PNG third edition, 11.3.3.5 and 11.3.4.5; XMP part 3, 1.1.5)."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import BinaryIO, Final

from provenance.containers import png
from provenance.containers.span import lie, read_span
from provenance.contracts import Edit
from provenance.writers._spot import Spot, cannot

_KEY: Final = b"XML:com.adobe.xmp"
_PLAIN: Final = _KEY + bytes(5)
"""The keyword, then: not compressed, no language, no translated keyword."""
_LIMIT: Final = 32 << 20
_OLD_EXIF: Final = frozenset({"Raw profile type exif", "Raw profile type APP1"})


def xmp(file: BinaryIO) -> Spot:
    """The XMP packet. Raises UnreadableMedia."""
    return _spot(file, _is_xmp, _packet_of, lambda new: _chunk(b"iTXt", _PLAIN + new))


def exif(file: BinaryIO) -> Spot:
    """The EXIF block. Raises UnreadableMedia, WriteRefused."""
    for chunk in png.chunks(file):
        if chunk.kind in png.TEXT_KINDS and png.key_of(file, chunk) in _OLD_EXIF:
            raise cannot("its EXIF block stands in a text, as ImageMagick once wrote it")
    return _spot(
        file,
        lambda _, chunk: chunk.kind == b"eXIf",
        lambda file, chunk: read_span(file, chunk.span, _LIMIT),
        lambda new: _chunk(b"eXIf", new),
    )


def _spot(
    file: BinaryIO,
    fits: Callable[[BinaryIO, png.Chunk], bool],
    held: Callable[[BinaryIO, png.Chunk], bytes],
    packed: Callable[[bytes], bytes],
) -> Spot:
    insert_at = 0
    for chunk in png.chunks(file):
        at, length = chunk.span.offset - 8, chunk.span.length + 12
        if chunk.after_end:
            break
        if fits(file, chunk):
            return _filled(held(file, chunk), at, length, packed)
        if chunk.kind == b"IDAT" and not insert_at:
            insert_at = at
    if not insert_at:
        raise lie("png.no_image", "there is no picture in it")
    return Spot(b"", lambda new: (Edit(insert_at, 0, packed(new)),) if new else ())


def _filled(data: bytes, at: int, length: int, packed: Callable[[bytes], bytes]) -> Spot:
    return Spot(data, lambda new: (Edit(at, length, packed(new) if new else b""),))


def _is_xmp(file: BinaryIO, chunk: png.Chunk) -> bool:
    return chunk.kind == b"iTXt" and png.key_of(file, chunk) == _KEY.decode()


def _packet_of(file: BinaryIO, chunk: png.Chunk) -> bytes:
    data = read_span(file, chunk.span, _LIMIT)
    if data.startswith(_PLAIN):
        return data[len(_PLAIN) :]
    text = png.parse_text(chunk, data)
    if text is None or text.cut:
        raise lie("xmp.too_long", "the compressed packet explodes")
    return text.text.encode("utf-8", "replace")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
