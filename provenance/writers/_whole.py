"""Whether a file is all there: half a file would be tagged and signed as readily as a whole one."""

from __future__ import annotations

from typing import BinaryIO

from provenance.containers import bmff, jpeg, png, riff, tiff_strips
from provenance.errors import WriteRefused


def must_be_whole(file: BinaryIO, media_type: str) -> None:
    """Raises WriteRefused for a file that ends too early, UnreadableMedia for one that cannot be followed."""
    family = media_type.partition("/")[0]
    if media_type == "image/jpeg":
        whole = any(part.marker == jpeg.EOI for part in jpeg.picture(file))
    elif media_type == "image/png":
        whole = any(chunk.kind == b"IEND" for chunk in png.chunks(file))
    elif media_type in ("image/webp", "audio/wav", "audio/x-rf64", "video/x-msvideo"):
        whole = not any(chunk.cut for chunk in riff.chunks(file))
    elif media_type == "image/tiff":
        whole = any(spans for _, spans in tiff_strips.pictures(file))
    elif family in ("video", "audio") or media_type in ("image/heic", "image/heif", "image/avif"):
        whole = not any(box.cut for box in bmff.top_boxes(file))
    else:
        whole = True
    if not whole:
        raise WriteRefused("it ends too early: it is not complete", remedy="fetch it again, or wait until it is")
