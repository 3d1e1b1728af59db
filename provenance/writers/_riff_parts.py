"""RIFF: chunks with XMP and EXIF in WebP and WAV (XMP part 3, 1.1.8; WebP container specification, RFC 9649).

In sound nothing in front of the samples moves: a packet that has grown leaves its place to `JUNK`.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from provenance.containers import riff
from provenance.containers.span import read_span, read_up_to, size_of
from provenance.contracts import Edit
from provenance.writers._spot import Spot, cannot
from provenance.writers._xmp_text import fitted

_LIMIT: Final = 32 << 20
_FLAGS: Final = {b"XMP ": 0x04, b"EXIF": 0x08}
_ALPHA: Final = 0x10
_CLASSIC_MOST: Final = 0xFFFFFFFF


def webp_xmp(file: BinaryIO) -> Spot:
    """The XMP chunk of a WebP. Raises UnreadableMedia, WriteRefused."""
    return _webp(file, b"XMP ")


def webp_exif(file: BinaryIO) -> Spot:
    """The EXIF chunk of a WebP. Raises UnreadableMedia, WriteRefused."""
    return _webp(file, b"EXIF")


def wave_xmp(file: BinaryIO) -> Spot:
    """The `_PMX` chunk of a WAV, BWF, RF64 or BW64. Raises UnreadableMedia, WriteRefused."""
    parts, end = list(riff.chunks(file)), _end(file)
    found = next((part for part in parts if part.kind == b"_PMX"), None)
    if found is None:
        return Spot(b"", lambda new: _appended(file, end, b"_PMX", new) if new else ())
    sound = next((part.span.end for part in parts if part.kind == b"data"), 0)
    data, at = read_span(file, found.span, _LIMIT), found.span.offset - 8

    def put(new: bytes) -> tuple[Edit, ...]:
        if new and (fit := fitted(new, found.span.length)) is not None:
            return (Edit(found.span.offset, found.span.length, fit),)
        if at >= sound:
            return _exchanged(file, found, _chunk(b"_PMX", new) if new else b"")
        return (Edit(at, 4, b"JUNK"), *(_appended(file, end, b"_PMX", new) if new else ()))

    return Spot(data, put)


def _webp(file: BinaryIO, kind: bytes) -> Spot:
    parts, end = list(riff.chunks(file)), _end(file)
    found = next((part for part in parts if part.kind == kind), None)
    if found is None:
        return Spot(b"", lambda new: _into_webp(file, parts, end, kind, new) if new else ())
    data = read_span(file, found.span, _LIMIT)

    def put(new: bytes) -> tuple[Edit, ...]:
        flags = () if new else _flagged(file, parts, kind, raised=False)
        return (*flags, *_exchanged(file, found, _chunk(kind, new) if new else b""))

    return Spot(data, put)


def _into_webp(file: BinaryIO, parts: list[riff.Chunk], end: int, kind: bytes, new: bytes) -> tuple[Edit, ...]:
    """A new chunk, EXIF in front of XMP, and the flag that says that it is there."""
    after = next((part for part in parts if kind == b"EXIF" and part.kind == b"XMP "), None)
    at = end if after is None else after.span.offset - 8
    if any(part.kind == b"VP8X" for part in parts):
        flags, grown = _flagged(file, parts, kind, raised=True), 0
    else:
        head = _extended_head(file, parts, _FLAGS[kind])
        flags, grown = (Edit(12, 0, head),), len(head)
    body = (b"\0" if at % 2 else b"") + _chunk(kind, new)
    return (*flags, Edit(at, 0, body), _resized(file, grown + len(body)))


def _flagged(file: BinaryIO, parts: list[riff.Chunk], kind: bytes, *, raised: bool) -> tuple[Edit, ...]:
    extended = next((part for part in parts if part.kind == b"VP8X"), None)
    if extended is None:
        return ()
    flags = read_up_to(file, extended.span.offset, 1)[0]
    flags = flags | _FLAGS[kind] if raised else flags & ~_FLAGS[kind]
    return (Edit(extended.span.offset, 1, bytes([flags])),)


def _extended_head(file: BinaryIO, parts: list[riff.Chunk], flags: int) -> bytes:
    """The VP8X chunk that a simple WebP needs before it may hold metadata (RFC 9649, 2.7)."""
    picture = next((part for part in parts if part.kind in (b"VP8 ", b"VP8L")), None)
    raw = b"" if picture is None else read_up_to(file, picture.span.offset, 10)
    if picture is not None and picture.kind == b"VP8L" and raw[:1] == b"\x2f":
        bits = int.from_bytes(raw[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags |= _ALPHA if bits >> 28 & 1 else 0
    elif raw[3:6] == b"\x9d\x01\x2a":
        width = int.from_bytes(raw[6:8], "little") & 0x3FFF
        height = int.from_bytes(raw[8:10], "little") & 0x3FFF
    else:
        raise cannot("the size of the picture cannot be told")
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return _chunk(b"VP8X", bytes([flags, 0, 0, 0]) + size)


def _end(file: BinaryIO) -> int:
    """Where the form ends, as its head says; what is glued on behind is none of it."""
    head = read_up_to(file, 0, 28)
    if head[:4] == b"RIFF":
        end = 8 + int.from_bytes(head[4:8], "little")
    elif head[12:16] == b"ds64":
        end = 8 + int.from_bytes(head[20:28], "little")
    else:
        raise cannot("its head does not say how long it is")
    last = max((part.span.end for part in riff.chunks(file)), default=0)
    # A last chunk of odd length may lack the byte behind it that makes it even
    if end > size_of(file) or end not in (last, last + last % 2):
        raise cannot("it is shorter or longer than its head says")
    return end


def _resized(file: BinaryIO, growth: int) -> Edit:
    """The new length in the head; RF64 keeps it in ds64 (EBU Tech 3306)."""
    end = _end(file) + growth
    if read_up_to(file, 0, 4) != b"RIFF":
        return Edit(20, 8, (end - 8).to_bytes(8, "little"))
    if end - 8 > _CLASSIC_MOST:
        raise cannot("it would be longer than a RIFF can be")
    return Edit(4, 4, (end - 8).to_bytes(4, "little"))


def _appended(file: BinaryIO, end: int, kind: bytes, data: bytes) -> tuple[Edit, ...]:
    body = (b"\0" if end % 2 else b"") + _chunk(kind, data)
    return (_resized(file, len(body)), Edit(end, 0, body))


def _exchanged(file: BinaryIO, old: riff.Chunk, new: bytes) -> tuple[Edit, ...]:
    start, end = old.span.offset - 8, min(old.span.end + old.span.length % 2, _end(file))
    return (_resized(file, len(new) - (end - start)), Edit(start, end - start, new))


def taken_out(file: BinaryIO, chunk: riff.Chunk) -> tuple[Edit, ...]:
    """The edits that take a chunk out of the form. Raises WriteRefused."""
    return _exchanged(file, chunk, b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)
