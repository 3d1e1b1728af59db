"""MPEG transport streams (TS, and M2TS of AVCHD and Blu-ray): the first payloads, and what cameras write there.

ISO/IEC 13818-1, section 2.4.3; the modified digital video pack (MDPM) in H.264 user data as ExifTool documents it,
https://exiftool.org/TagNames/H264.html
"""

from __future__ import annotations

from typing import BinaryIO, Final

from provenance.containers.span import read_up_to

_SYNC: Final = 0x47
_PACKET: Final = 188
_LOOK: Final = 256 * 1024
"""Bytes from the start that are looked at: the pack stands in front of the first picture."""
_PACK: Final = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM"
_ENTRIES: Final = 64


def is_transport(head: bytes) -> bool:
    """True where packets of 188 bytes, bare or each with a time stamp of 4, begin the file."""
    return _stamp(head) is not None


def camera_pack(file: BinaryIO) -> dict[int, bytes]:
    """The entries of the first MDPM: tag to its 4 bytes; empty where there is none. Raises UnreadableMedia."""
    head = read_up_to(file, 0, _LOOK)
    stamp = _stamp(head)
    streams: dict[int, bytearray] = {}
    for at in range(stamp, len(head) - _PACKET, _PACKET + stamp) if stamp is not None else ():
        packet = head[at : at + _PACKET]
        if packet[0] != _SYNC:
            break
        # The adaptation field, where there is one, says how long it is.
        start = 5 + packet[4] if packet[3] & 0x20 else 4
        if packet[3] & 0x10:
            streams.setdefault(int.from_bytes(packet[1:3], "big") & 0x1FFF, bytearray()).extend(packet[start:])
    return next((pack for stream in streams.values() if (pack := _pack(bytes(stream)))), {})


def _stamp(head: bytes) -> int | None:
    """Bytes in front of each packet: 0 or 4; None where it is no transport stream."""
    for stamp in (0, 4):
        places = (stamp + n * (_PACKET + stamp) for n in range(4))
        if all(head[at : at + 1] == bytes([_SYNC]) for at in places):
            return stamp
    return None


def _pack(stream: bytes) -> dict[int, bytes]:
    at = stream.find(_PACK)
    if at < 0:
        return {}
    # H.264 breaks runs of zeros with a 3.
    data = stream[at + len(_PACK) : at + len(_PACK) + 8 * _ENTRIES].replace(b"\0\0\3", b"\0\0")
    count = min(data[0], _ENTRIES) if data else 0
    entries = (data[1 + 5 * number : 6 + 5 * number] for number in range(count))
    return {entry[0]: entry[1:] for entry in entries if len(entry) == 5}
