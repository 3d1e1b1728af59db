"""Compressed text, bounded: what explodes is cut, never unpacked whole."""

from __future__ import annotations

import zlib
from typing import Final

from provenance.containers.span import lie

TEXT_LIMIT: Final = 8 << 20
"""Bytes of inflated text that are kept; the largest graph seen in the field has 0.5 MB."""


def inflate(data: bytes, limit: int = TEXT_LIMIT) -> tuple[bytes, bool]:
    """Inflates zlib data up to `limit` bytes.

    Returns the bytes and whether there was more that was cut off. Raises UnreadableMedia for data that is
    not a zlib stream; a stream that ends early gives what it held.
    """
    machine = zlib.decompressobj()
    try:
        out = machine.decompress(data, limit)
    except zlib.error as error:
        raise lie("text.not_compressed", f"compressed text cannot be unpacked ({error})") from error
    return out, bool(machine.unconsumed_tail)
