"""Where the sound lies in FLAC, MPEG audio and AIFF, between the tags around it.

RFC 9639 (FLAC); ID3v1, ID3v2.4 (https://id3.org/id3v2.4.0-structure); APEv2
(https://wiki.hydrogenaudio.org/index.php?title=APE_Tag_Header); AIFF 1.3.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from provenance.containers import aiff, id3
from provenance.containers.span import Span, lie, read_span, read_up_to, size_of

_BLOCKS: Final = 1_024
_STREAM_INFO: Final = 34
_FORMAT: Final = slice(10, 18)
"""Of STREAMINFO the rate, channels, depth and number of samples. Not its MD5, which some encoders leave out."""
_OLD_TAG: Final = 128
_APE: Final = b"APETAGEX"
_APE_FOOT: Final = 32
_HAS_HEADER: Final = 1 << 31


def flac(file: BinaryIO) -> tuple[bytes, list[Span]]:
    """(how it is stored, where its frames lie) of a FLAC file. Raises UnreadableMedia."""
    at, form = id3.end_of(file) + 4, b""
    for _ in range(_BLOCKS):
        head = read_up_to(file, at, 4)
        if len(head) < 4:
            raise lie("flac.truncated", "the file ends inside the list of metadata blocks")
        length = int.from_bytes(head[1:], "big")
        if head[0] & 0x7F == 0 and length == _STREAM_INFO:
            form = read_span(file, Span(at + 4, length), length)[_FORMAT]
        at += 4 + length
        if head[0] & 0x80:
            return form, [Span(at, max(0, _end(file) - at))]
    raise lie("flac.too_many_blocks", f"more than {_BLOCKS} metadata blocks")


def mpeg(file: BinaryIO) -> tuple[bytes, list[Span]]:
    """(nothing, where the frames lie) of an MP3: all between the tags in front and behind."""
    start = id3.end_of(file)
    return b"", [Span(start, max(0, _end(file) - start))]


def aiff_sound(file: BinaryIO) -> tuple[bytes, list[Span]]:
    """(the format chunk, where the samples lie) of an AIFF or AIFF-C file. Raises UnreadableMedia."""
    parts = list(aiff.chunks(file))
    form = b"".join(read_span(file, one.span, 1 << 16) for one in parts if one.kind == b"COMM")
    return form, [one.span for one in parts if one.kind == b"SSND"]


def _end(file: BinaryIO) -> int:
    """Where the sound ends: in front of an ID3v1 tag, and of an APE tag in front of that."""
    end = size_of(file)
    if read_up_to(file, end - _OLD_TAG, 3) == b"TAG" and end >= _OLD_TAG:
        end -= _OLD_TAG
    foot = read_up_to(file, end - _APE_FOOT, _APE_FOOT) if end >= _APE_FOOT else b""
    if foot[:8] == _APE:
        length = int.from_bytes(foot[12:16], "little")
        length += _APE_FOOT if int.from_bytes(foot[20:24], "little") & _HAS_HEADER else 0
        end -= min(length, end)
    return end
