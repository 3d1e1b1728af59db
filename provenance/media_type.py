"""Media type by content: the first bytes decide, the name only where they say nothing.

Types follow the IANA registry (https://www.iana.org/assignments/media-types/) where it has one. A wrong
extension is common in the field, so a name never overrules the bytes.
"""

from __future__ import annotations

import mimetypes
import re
from pathlib import PurePath
from typing import Final

UNKNOWN: Final = "application/octet-stream"

_STARTS: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"CR\x02", "image/x-canon-cr2"),
    (0, b"IIU\x00", "image/x-panasonic-rw2"),
    (0, b"IIRO", "image/x-olympus-orf"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"II+\x00", "image/tiff"),
    (0, b"MM\x00+", "image/tiff"),
    (0, b"FUJIFILMCCD-RAW", "image/x-fuji-raf"),
    (0, b"\xff\x0a", "image/jxl"),
    (0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (0, b"\x76\x2f\x31\x01", "image/x-exr"),
    (0, b"SDPX", "image/x-dpx"),
    (0, b"XPDS", "image/x-dpx"),
    (0, b"#?RADIANCE", "image/vnd.radiance"),
    (0, b"ARRI\x12\x34\x56\x78", "image/x-arriraw"),
    (4, b"RED1", "video/x-red-r3d"),
    (4, b"RED2", "video/x-red-r3d"),
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", "application/mxf"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"\x00\x00\x01\xba", "video/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "application/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"BM", "image/bmp"),
)
# ISO 14496-12 brands, https://mp4ra.org/registered-types/brands
_BRANDS: Final = {
    b"heic": "image/heic", b"heix": "image/heic", b"heim": "image/heic", b"heis": "image/heic",
    b"hevc": "image/heic-sequence", b"hevx": "image/heic-sequence",
    b"mif1": "image/heif", b"msf1": "image/heif-sequence",
    b"avif": "image/avif", b"avis": "image/avif-sequence",
    b"qt  ": "video/quicktime", b"M4A ": "audio/mp4", b"M4B ": "audio/mp4",
    b"M4V ": "video/x-m4v", b"crx ": "image/x-canon-cr3",
}  # fmt: skip
_RIFF: Final = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}
_OLD_QUICKTIME: Final = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_SVG: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml[^>]{0,400}\?>|<!--.{0,2000}?-->|<!DOCTYPE svg[^>]{0,800}>|\s)*+<svg[\s>]", re.DOTALL
)


def media_type_of(head: bytes, name: PurePath) -> str:
    """The media type of a file. Args: head is its first bytes, name where it lies.

    A name counts only for types that cannot be told by their bytes; a JPEG without a JPEG's start is none.
    """
    named = by_name(name)
    return _by_bytes(head) or (named if head and named and not is_recognised(named) else UNKNOWN)


def by_name(name: PurePath) -> str | None:
    """The media type that a file's name promises."""
    return mimetypes.guess_type(name.name, strict=False)[0]


def sniffed(head: bytes) -> str:
    """The media type by the bytes alone; UNKNOWN where they say nothing."""
    return _by_bytes(head) or UNKNOWN


def _by_bytes(head: bytes) -> str | None:
    for offset, magic, kind in _STARTS:
        if head.startswith(magic, offset):
            return kind
    return _by_chunks(head) or _by_shape(head)


def _by_chunks(head: bytes) -> str | None:
    kind = head[4:8]
    if kind == b"ftyp":
        return _by_brand(head)
    if kind in _OLD_QUICKTIME:
        return "video/quicktime"
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:4] in (b"RF64", b"BW64"):
        return "audio/x-rf64"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "audio/aiff"
    return None


def _by_brand(head: bytes) -> str:
    length = min(int.from_bytes(head[:4], "big"), 512, len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length, 4))]
    known = [_BRANDS[brand] for brand in brands if brand in _BRANDS]
    # mif1 is the general brand of every HEIF picture; the codec's own brand says more.
    specific = [kind for kind in known if not kind.startswith("image/heif")]
    if brands[0] in _BRANDS and not _BRANDS[brands[0]].startswith("image/heif"):
        return _BRANDS[brands[0]]
    if brands[0][:3] in (b"3gp", b"3g2"):
        return "video/3gpp"
    if brands[0] in (b"mif1", b"msf1"):
        return (specific or known)[0]
    return "video/mp4"


def _by_shape(head: bytes) -> str | None:
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if len(head) > 188 and head[0] == head[188] == 0x47:
        return "video/mp2t"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[1] & 0x18 != 0x08:
        return "audio/mpeg"
    if _SVG.match(head[:4096]):
        return "image/svg+xml"
    return None


def is_recognised(kind: str) -> bool:
    """True for media types that their first bytes always give away."""
    return kind in _RECOGNISED


_RECOGNISED: Final = frozenset(
    {kind for _, _, kind in _STARTS if kind != "audio/mpeg"}
    | set(_BRANDS.values())
    | set(_RIFF.values())
    | {"video/mp4", "video/webm", "video/x-matroska", "audio/aiff"}
)
