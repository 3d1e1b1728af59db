"""The mirror tree: sidecars of files in places that are not to be touched, at the same path in a folder of their own.

``<mirror>/<volume>/<folder>/<name>.c2pa``. A name too long for a suffix is told by its hash. A sidecar that gave way
to another is kept in ``<mirror>/history`` under the hash of its bytes, so that it can be put back.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from provenance.model import Place

SUFFIXES: Final = (".c2pa", ".xmp")
_LONGEST_NAME: Final = 255
_HISTORY: Final = "history"


def sidecar_name(name: bytes, suffix: str) -> str:
    """What a sidecar of a file is called: its whole name and the suffix, or its hash where that is too long."""
    if len(name) + len(suffix) <= _LONGEST_NAME:
        return os.fsdecode(name) + suffix
    return f"sha256-{hashlib.sha256(name).hexdigest()}{suffix}"


def mirrored(mirror: Path, place: Place, suffix: str) -> Path:
    """Where a file's sidecar lies in the mirror tree, whether it is there or not."""
    return mirror / place.volume / os.fsdecode(place.folder) / sidecar_name(place.name, suffix)


def sidecars_in(mirror: Path, place: Place) -> Iterator[Path]:
    """The sidecars of a file that lie in the mirror tree."""
    for suffix in SUFFIXES:
        path = mirrored(mirror, place, suffix)
        if path.is_file():
            yield path


def kept(mirror: Path, sidecar: bytes, suffix: str) -> Path:
    """Where a sidecar with these bytes is kept after it gave way to another."""
    return mirror / _HISTORY / (hashlib.sha256(sidecar).hexdigest() + suffix)
