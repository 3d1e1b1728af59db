"""The alpha channel of a WebP. Beside media_facts the only module that imports Pillow: libwebp unpacks the picture.

WebP keeps alpha without loss even in a lossy picture (RFC 9649, section 2.7.1.2), so hidden text survives there.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Final

from provenance.containers.png_alpha import Size
from provenance.containers.span import lie

PIXELS: Final = 4 << 20
"""Pictures with more pixels are not unpacked: generators' are smaller, and it would take a quarter of a second."""

_ALPHA_FLAG: Final = 0x10
_LOSSLESS: Final = 0x2F


def webp_size(head: bytes) -> Size | None:
    """The size of a WebP that has an alpha channel, by its first 30 bytes; None for all others."""
    if len(head) < 30 or head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None
    if head[12:16] == b"VP8X" and head[20] & _ALPHA_FLAG:
        return Size(1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little"))
    if head[12:16] == b"VP8L" and head[20] == _LOSSLESS:
        bits = int.from_bytes(head[21:25], "little")
        return Size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)) if bits >> 28 & 1 else None
    return None


def webp_columns(path: Path, size: Size) -> list[bytearray]:
    """Alpha of all columns, each from the top down. Raises UnreadableMedia where libwebp cannot unpack it."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=("WEBP",)) as picture:
                if picture.size != (size.width, size.height) or picture.mode != "RGBA":
                    return []
                # Turned about its diagonal, a column of the picture is a row of bytes
                turned = picture.getchannel("A").transpose(Image.Transpose.TRANSPOSE).tobytes()
    except Exception as error:  # Pillow leaks whatever its decoders raise
        raise lie("stealth.unreadable", f"the picture cannot be unpacked ({type(error).__name__})") from error
    return [bytearray(turned[start : start + size.height]) for start in range(0, len(turned), size.height)]
