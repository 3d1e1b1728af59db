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


def decoded(data: bytes) -> str:
    """Text of unknown encoding: by its byte order mark, as UTF-8, else as Windows writes Western names."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
