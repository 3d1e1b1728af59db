"""Readers: each reads one kind of statement, and all that accept a file run on it.

A reader is a module that meets `provenance.contracts.Reader`. It may also declare ``SIDECARS``, a frozen set
of lower-case suffixes: it is then asked about every file that has such a sidecar, whatever its bytes are.
"""

from __future__ import annotations

from typing import Final

from provenance.contracts import Reader
from provenance.readers import c2pa, comments, exif, iptc_iim, media_facts, png_text, samsung_trailer, xmp

READERS: Final[tuple[Reader, ...]] = (
    c2pa,
    exif,
    xmp,
    iptc_iim,
    png_text,
    comments,
    samsung_trailer,
    media_facts,
)

__all__ = ["READERS"]
