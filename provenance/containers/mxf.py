"""MXF: who wrote the file, from the header partition (SMPTE ST 377-1:2019, sections 6, 9 and A.3).

Only the header metadata is walked: a few kilobytes at the start, whatever the size of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.span import Span, lie, read_span, read_up_to

_KEY: Final = b"\x06\x0e\x2b\x34"
_PARTITION: Final = b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01"
_IDENTIFICATION: Final = b"\x06\x0e\x2b\x34\x02\x53\x01\x01\x0d\x01\x01\x01\x01\x01\x30\x00"
_RUN_IN: Final = 65_536
_SETS: Final = 20_000
_SET_LIMIT: Final = 1 << 16
_COMPANY, _PRODUCT, _VERSION, _PLATFORM = 0x3C01, 0x3C02, 0x3C04, 0x3C08


@dataclass(frozen=True, slots=True)
class Identification:
    """One application or device that wrote the file: who made it, what it is called, its version, the platform."""

    company: str
    product: str
    version: str
    platform: str


def starts_like_mxf(head: bytes) -> bool:
    """True where a partition pack begins the file; a run-in of up to 64 KiB is allowed."""
    return _PARTITION in head[: _RUN_IN + len(_PARTITION)]


def identifications(file: BinaryIO) -> Iterator[Identification]:
    """All identifications of the header, in the order of the file. Raises UnreadableMedia where it lies."""
    start = read_up_to(file, 0, _RUN_IN + 16).find(_PARTITION)
    if start < 0:
        raise lie("mxf.no_header", "there is no partition at the start")
    pack = _packet(file, start)
    fields = read_span(file, Span(pack.span.offset, min(pack.span.length, 88)), 88)
    end = pack.span.end + int.from_bytes(fields[32:40], "big")
    at = pack.span.end
    for _ in range(_SETS):
        packet = _packet(file, at) if at < end else None
        if packet is None or not packet.key:
            return
        if _same_set(packet.key):
            yield _identification(read_span(file, packet.span, _SET_LIMIT))
        at = packet.span.end
    raise lie("mxf.too_many_sets", f"more than {_SETS} sets in the header")


@dataclass(frozen=True, slots=True)
class _Packet:
    key: bytes
    span: Span


def _same_set(key: bytes) -> bool:
    # Byte 8 is the version of the registry and may differ.
    return key[:7] == _IDENTIFICATION[:7] and key[8:] == _IDENTIFICATION[8:]


def _packet(file: BinaryIO, at: int) -> _Packet:
    head = read_up_to(file, at, 25)
    if len(head) < 17 or head[:4] != _KEY:
        return _Packet(b"", Span(at, 0))
    if head[16] < 0x80:
        return _Packet(head[:16], Span(at + 17, head[16]))
    width = head[16] & 0x7F
    if width > 8 or len(head) < 17 + width:
        raise lie("mxf.length", f"the length of the packet at {at} makes no sense")
    return _Packet(head[:16], Span(at + 17 + width, int.from_bytes(head[17 : 17 + width], "big")))


def _identification(data: bytes) -> Identification:
    """The fields of a local set: 2 bytes of tag, 2 of length, the value."""
    texts: dict[int, str] = {}
    at = 0
    while at + 4 <= len(data):
        tag, length = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 4], "big")
        if tag in (_COMPANY, _PRODUCT, _VERSION, _PLATFORM):
            texts[tag] = data[at + 4 : at + 4 + length].decode("utf-16-be", "replace").split("\0")[0].strip()
        at += 4 + length
    return Identification(*(texts.get(tag, "") for tag in (_COMPANY, _PRODUCT, _VERSION, _PLATFORM)))
