"""Opening a timeline: its first bytes, its whole text within bounds, the document inside a bundle."""

from __future__ import annotations

from pathlib import Path

from provenance.containers.span import lie, read_up_to, size_of
from provenance.digest import open_media
from provenance.errors import CouldNotLook
from provenance.timelines._recognition import HEAD_SIZE


def head_of(path: Path) -> bytes:
    """The first bytes of a file; none of a folder. Raises CouldNotLook."""
    try:
        if path.is_dir():
            return b""
    except (OSError, ValueError) as error:
        raise CouldNotLook(f"it cannot be looked at ({error})", path=path) from error
    with open_media(path) as file:
        return read_up_to(file, 0, HEAD_SIZE)


def whole(path: Path, limit: int) -> bytes:
    """All bytes of a file. Raises UnreadableMedia (``timeline.too_large``) beyond `limit` bytes, CouldNotLook."""
    with open_media(path) as file:
        if size_of(file) > limit:
            raise lie("timeline.too_large", f"more than {limit >> 20} MiB: export the cut without its bins")
        return read_up_to(file, 0, limit)
