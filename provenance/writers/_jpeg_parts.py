"""JPEG: the segments that hold XMP and EXIF (XMP part 3, section 1.1.3; Exif 3.0, section 4.7.2).

Only the standard packet is changed; an extended one behind it keeps its digest in the standard one and stays.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from provenance.containers import jpeg
from provenance.containers.span import Span, read_span, read_up_to
from provenance.contracts import Edit
from provenance.writers._spot import Spot, cannot

_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF: Final = b"Exif\0\0"
_PICTURES: Final = b"MPF\0"
_MOST: Final = 0xFFFF - 2
_HEAD: Final = 4
"""Bytes of a segment in front of what it holds: its marker and its length."""
_APP2: Final = 0xE2


def xmp(file: BinaryIO) -> Spot:
    """The standard XMP packet. Raises UnreadableMedia, WriteRefused."""
    return _spot(file, _XMP, after_exif=True)


def exif(file: BinaryIO) -> Spot:
    """The EXIF block, from its TIFF header on. Raises UnreadableMedia, WriteRefused."""
    return _spot(file, _EXIF, after_exif=False)


def _spot(file: BinaryIO, head: bytes, *, after_exif: bool) -> Spot:
    leading, insert_at, pictures = True, 2, False
    for segment in jpeg.segments(file):
        start = read_up_to(file, segment.span.offset, len(_XMP))
        if segment.marker == jpeg.APP1 and start.startswith(head):
            if pictures:
                # Their index counts from where it stands to the end of this picture
                raise cannot("an index of further pictures stands in front of what would change")
            return _filled(file, segment.span, head)
        pictures = pictures or (segment.marker == _APP2 and start.startswith(_PICTURES))
        is_front = segment.marker == jpeg.APP0 or (
            after_exif and segment.marker == jpeg.APP1 and start.startswith(_EXIF)
        )
        leading = leading and is_front
        if leading:
            insert_at = segment.span.end
    return Spot(b"", lambda new: (Edit(insert_at, 0, _segment(head, new)),) if new else ())


def _filled(file: BinaryIO, span: Span, head: bytes) -> Spot:
    data = read_span(file, span, 1 << 16)[len(head) :]
    at, length = span.offset - _HEAD, span.length + _HEAD
    return Spot(data, lambda new: (Edit(at, length, _segment(head, new)),))


def _segment(head: bytes, data: bytes) -> bytes:
    if not data:
        return b""
    if len(head) + len(data) > _MOST:
        raise cannot(f"{len(data)} bytes are more than one segment of a JPEG can hold")
    return b"\xff\xe1" + (len(head) + len(data) + 2).to_bytes(2, "big") + head + data
