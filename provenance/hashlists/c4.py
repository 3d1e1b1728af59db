"""C4 identifiers: SHA-512 in base 58, 90 characters (SMPTE ST 2114:2017; what ASC MHL's chain is made of)."""

from __future__ import annotations

import hashlib
from typing import BinaryIO, Final

LENGTH: Final = 90
_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PIECE: Final = 256 * 1024


def c4_of_digest(sha512: bytes) -> str:
    """The identifier behind a SHA-512 of 64 bytes."""
    number, digits = int.from_bytes(sha512, "big"), []
    while number:
        number, digit = divmod(number, 58)
        digits.append(_ALPHABET[digit])
    return "c4" + "".join(reversed(digits)).rjust(LENGTH - 2, _ALPHABET[0])


def c4_of(file: BinaryIO) -> str:
    """The identifier of what an open file holds, from where it stands to its end."""
    sha = hashlib.sha512()
    while piece := file.read(_PIECE):
        sha.update(piece)
    return c4_of_digest(sha.digest())


def is_c4(text: str) -> bool:
    """True for what may be an identifier."""
    return len(text) == LENGTH and text.startswith("c4") and all(one in _ALPHABET for one in text[2:])
