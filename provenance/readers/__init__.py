"""Readers: each reads one kind of statement, and all that accept a file run on it.

A reader is a module that meets `provenance.contracts.Reader`. It may also declare ``SIDECARS``, a frozen set
of lower-case suffixes: it is then asked about every file that has such a sidecar, whatever its bytes are. One that
declares ``BY_LIST`` reads what hash lists say of a file, not what is in it.
"""

from __future__ import annotations

from typing import Final

from provenance.contracts import Reader
from provenance.readers import (
    audio_tags,
    c2pa,
    cinema,
    comments,
    exif,
    hash_lists,
    image_headers,
    iptc_iim,
    media_facts,
    movie,
    neighbours,
    png_text,
    riff_info,
    samsung_trailer,
    stealth,
    stream_tags,
    xmp,
)

READERS: Final[tuple[Reader, ...]] = (
    c2pa,
    exif,
    xmp,
    iptc_iim,
    png_text,
    comments,
    samsung_trailer,
    stealth,
    image_headers,
    movie,
    riff_info,
    audio_tags,
    stream_tags,
    cinema,
    neighbours,
    hash_lists,
    media_facts,
)

__all__ = ["READERS"]
