"""One read of a file: SHA-256 (identity) and XXH3-128 (ASC MHL) together, and proof that it held still."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat as modes
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final, Protocol

import xxhash

from provenance import canonical
from provenance.errors import ChangedMeanwhile, CouldNotLook
from provenance.model import Digests, FileStamp, Member

BUFFER: Final = 256 * 1024
"""Bytes read at once: measured fastest for both hashes together (docs/benchmarks.md)."""

_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    # A FIFO without a writer would block the open for ever.
    | getattr(os, "O_NONBLOCK", 0)
)
_REMEDIES: Final = {
    errno.ENOENT: "it was moved or deleted; it is looked at again when it comes back",
    errno.EACCES: "give the user who runs this the right to read it",
    errno.EPERM: "give the user who runs this the right to read it",
    errno.ELOOP: "the link points at itself; remove it",
    errno.EIO: "the disk or the network share failed; check it and look again",
    errno.ENAMETOOLONG: "shorten the name or the folders above it",
    errno.EMFILE: "too many files are open; close programs or raise the limit",
}


def open_media(path: Path) -> io.BufferedReader:
    """Opens a regular file for reading, never blocking: the one door to media for readers.

    Raises CouldNotLook, with a remedy, for everything that is no readable regular file.
    """
    return io.BufferedReader(_open(path), 64 * 1024)


def stamp(status: os.stat_result) -> FileStamp:
    """What the file system says of a file, from `os.stat` or `os.fstat`."""
    return FileStamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


class Hash(Protocol):
    """What hashlib and xxhash offer alike."""

    def update(self, data: memoryview, /) -> None: ...
    def digest(self) -> bytes: ...


HASHES: Final[dict[str, Callable[[], Hash]]] = {
    "md5": partial(hashlib.md5, usedforsecurity=False),
    "sha1": partial(hashlib.sha1, usedforsecurity=False),
    "sha256": hashlib.sha256,
    "sha512": hashlib.sha512,
    "xxh32": xxhash.xxh32,
    "xxh64": xxhash.xxh64,
    "xxh3": xxhash.xxh3_64,
    "xxh128": xxhash.xxh3_128,
}
"""The hashes that can be taken of a file, by the names that hash lists give them."""


def digest_file(
    path: Path, progress: Callable[[int], None] | None = None, also: Iterable[str] = ()
) -> tuple[Digests, FileStamp]:
    """Both hashes of a file, and its stamp while it was read.

    Args:
        progress: called with the number of bytes after each piece.
        also: names of HASHES that are taken in the same read.
    Raises CouldNotLook where it cannot be read, ChangedMeanwhile where it did not hold still.
    """
    names = dict.fromkeys((*also, "sha256", "xxh128"))
    taken, found = hash_file(path, names, progress)
    others = tuple((name, taken[name].hex()) for name in names if name not in ("sha256", "xxh128"))
    return Digests(found.size, taken["sha256"], taken["xxh128"], others), found


def hash_file(
    path: Path, names: Iterable[str], progress: Callable[[int], None] | None = None
) -> tuple[dict[str, bytes], FileStamp]:
    """Some hashes of a file out of one read, by name of HASHES, and its stamp while it was read.

    Args, raises: as `digest_file`.
    """
    hashes = {name: HASHES[name]() for name in names}
    with _open(path) as file:
        before = _stamp_of(file, path)
        size = 0
        buffer = memoryview(bytearray(min(before.size + 1, BUFFER)))
        while read := _fill(file, buffer, path):
            for one in hashes.values():
                one.update(buffer[:read])
            size += read
            if progress is not None:
                progress(read)
            if size > before.size:
                break
        after = _stamp_of(file, path)
    if before != after or size != before.size:
        raise ChangedMeanwhile(
            "it changed while it was being read", path=path, remedy="it is looked at again when it is still"
        )
    return {name: one.digest() for name, one in hashes.items()}, after


def sequence_digest(members: Iterable[Member]) -> bytes:
    """Identity (32 bytes) of an image sequence: SHA-256 of the canonical JSON of its sorted
    ``[frame, size, sha256 in hex]`` list. Names do not count, so a renamed sequence stays itself."""
    return canonical.digest(sorted([member.frame, member.size, member.sha256.hex()] for member in members))


def _open(path: Path) -> io.FileIO:
    try:
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise _could_not(path, error) from error
    try:
        regular = modes.S_ISREG(os.fstat(descriptor).st_mode)
    except OSError as error:
        os.close(descriptor)
        raise _could_not(path, error) from error
    if not regular:
        os.close(descriptor)
        raise CouldNotLook(
            "it is not a regular file",
            path=path,
            remedy="folders, pipes and devices hold no media; leave it out",
        )
    return io.FileIO(descriptor, "rb")


def _stamp_of(file: io.FileIO, path: Path) -> FileStamp:
    try:
        return stamp(os.fstat(file.fileno()))
    except OSError as error:
        raise _could_not(path, error) from error


def _fill(file: io.FileIO, buffer: memoryview, path: Path) -> int:
    try:
        return file.readinto(buffer) or 0
    except OSError as error:
        raise _could_not(path, error) from error


def _could_not(path: Path, error: OSError | ValueError) -> CouldNotLook:
    number = getattr(error, "errno", None) or 0
    text = getattr(error, "strerror", None) or str(error)
    return CouldNotLook(
        f"it could not be read: {text}",
        path=str(path).replace("\0", "?"),
        remedy=_REMEDIES.get(number, "check that it opens in another program"),
    )
