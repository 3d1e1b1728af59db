"""REDCODE RAW (R3D): the directory of the first block, by what is publicly known of it.

Each entry: 2 bytes of length (itself included), 2 of tag, whose top four bits are the type (1 is text). Layout as
ExifTool documents it, https://exiftool.org/TagNames/Red.html
"""

from __future__ import annotations

from typing import BinaryIO, Final

from provenance.containers.span import lie, read_up_to

_BLOCK_LIMIT: Final = 1 << 20
_SERIAL, _CAMERA, _FIRMWARE, _MODEL = 0x1006, 0x1019, 0x1025, 0x1071
_NAMES: Final = {_SERIAL: "serial", _CAMERA: "camera_type", _FIRMWARE: "firmware", _MODEL: "model"}


def is_r3d(head: bytes) -> bool:
    """True for the first bytes of an R3D file."""
    return head[4:8] in (b"RED1", b"RED2") and 8 <= int.from_bytes(head[:4], "big") <= _BLOCK_LIMIT


def camera(file: BinaryIO) -> dict[str, str]:
    """What the header says of the camera: serial, camera_type, firmware, model, as far as given.

    Raises UnreadableMedia where the directory cannot be found.
    """
    head = read_up_to(file, 0, 8)
    size = int.from_bytes(head[:4], "big")
    if not is_r3d(head):
        raise lie("redcode.header", "the first block is none of R3D")
    if head[4:8] == b"RED1":
        block = read_up_to(file, size, 1 << 16)
        at = 0x22
    else:
        block = read_up_to(file, 0, size)
        at = 0x44 + 0x18 * (block[0x40] if len(block) > 0x40 else 0)
    length = int.from_bytes(block[at : at + 2], "big")
    if not 4 <= length <= 4_096 or at + 2 + length > len(block):
        raise lie("redcode.directory", "the directory of the header cannot be found")
    return _directory(block[at + 2 : at + 2 + length])


def _directory(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at + 4 <= len(data):
        length, tag = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 4 or at + length > len(data):
            break
        if tag in _NAMES:
            found[_NAMES[tag]] = data[at + 4 : at + length].split(b"\0")[0].decode("latin-1").strip()
        at += length
    return found
