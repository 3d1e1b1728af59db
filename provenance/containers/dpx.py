"""DPX: the texts and numbers of its fixed header (SMPTE ST 268-1:2014, section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from provenance.containers.span import lie, read_up_to

MAGICS: Final = {b"SDPX": "big", b"XPDS": "little"}
_LENGTH: Final = 1_664
"""File, image and orientation header; what film and television add says nothing about origin."""
_UNSET: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says; empty texts and 0 where it says nothing."""

    name: str
    time: str
    creator: str
    project: str
    copyright: str
    width: int
    height: int
    source_name: str
    device: str
    serial: str


def header_of(file: BinaryIO) -> Header:
    """The header. Raises UnreadableMedia where there is none or it is cut."""
    data = read_up_to(file, 0, _LENGTH)
    order: Literal["big", "little"] = "little" if data[:4] == b"XPDS" else "big"
    if data[:4] not in MAGICS or len(data) < _LENGTH:
        raise lie("dpx.no_header", "there is no DPX header, or it is cut")

    def text(at: int, length: int) -> str:
        return data[at : at + length].strip(b"\xff").partition(b"\0")[0].decode("latin-1").strip()

    def number(at: int) -> int:
        value = int.from_bytes(data[at : at + 4], order)
        return 0 if value == _UNSET else value

    return Header(
        name=text(36, 100), time=text(136, 24), creator=text(160, 100), project=text(260, 200),
        copyright=text(460, 200), width=number(772), height=number(776), source_name=text(1_432, 100),
        device=text(1_556, 32), serial=text(1_588, 32),
    )  # fmt: skip
