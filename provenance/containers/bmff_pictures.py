"""Sizes of the pictures in HEIC and AVIF (ISO/IEC 23008-12, section 6.5.3, property `ispe`)."""

from __future__ import annotations

from typing import BinaryIO, Final

from provenance.containers.bmff import children, find, inside, top_boxes
from provenance.containers.span import read_up_to

_PROPERTIES: Final = 4_096


def picture_size(file: BinaryIO) -> tuple[int, int] | None:
    """Width and height in pixels of the largest picture, or None. Raises UnreadableMedia.

    The tiles of a grid, thumbnails and depth maps are smaller than the picture that is shown, always.
    """
    meta = find(file, top_boxes(file), b"meta")
    properties = find(file, inside(file, meta), b"iprp", b"ipco") if meta else None
    if properties is None:
        return None
    sizes = []
    for count, box in enumerate(children(file, properties)):
        if count >= _PROPERTIES:
            break
        if box.kind == b"ispe" and box.body.length >= 12:
            data = read_up_to(file, box.body.offset, 12)
            sizes.append((int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")))
    return max(sizes, key=lambda size: size[0] * size[1], default=None)
