"""One daemon per production: a lock that the operating system holds, and frees when its holder dies.

A file that merely exists would survive a kill and lock everybody out; here only the lock on it counts, and
the text in it (process id, host) only tells people who holds it.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provenance.errors import AlreadyWatching, CouldNotLook

TryLock = Callable[[int], bool]

_UNSUPPORTED: Final = frozenset(
    {errno.ENOLCK, errno.ENOSYS, errno.EINVAL}
    | {getattr(errno, name) for name in ("ENOTSUP", "EOPNOTSUPP") if hasattr(errno, name)}
)
_TEXT_LIMIT: Final = 500
_TRIES: Final = 5
_PAUSE_SECONDS: Final = 0.02

if sys.platform == "win32":
    import msvcrt

    def lock_bytes(file: int) -> bool:
        """Locks one byte far behind the text, because a locked range cannot be read by others on Windows."""
        os.lseek(file, 1 << 30, os.SEEK_SET)
        return _took(lambda: msvcrt.locking(file, msvcrt.LK_NBLCK, 1))

    LOCKS: Final[tuple[TryLock, ...]] = (lock_bytes,)
else:
    import fcntl

    def lock_open_file(file: int) -> bool:
        """flock: bound to the open file, so it also keeps out a second daemon within this process."""
        return _took(lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB))

    def lock_process(file: int) -> bool:
        """POSIX record lock, for network file systems that know no flock. Holds between processes only."""
        return _took(lambda: fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB))

    LOCKS: Final[tuple[TryLock, ...]] = (lock_open_file, lock_process)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock: process id (0 where it could not be read) and host name."""

    pid: int
    host: str


@contextmanager
def only_one(lock_file: Path, *, locks: tuple[TryLock, ...] = LOCKS) -> Iterator[None]:
    """Holds the lock while the block runs.

    Args: lock_file is made where missing, with its folder, and never removed (removing it would let two
    daemons lock two files of the same name); locks are ways to lock, the first that the disk supports counts.
    Raises AlreadyWatching, naming the other daemon; CouldNotLook where the file cannot be written or locked.
    """
    file = _open(lock_file)
    try:
        if not _lock_patiently(file, lock_file, locks):
            raise _refusal(lock_file, _read(file))
        _write(file, f"{os.getpid()} {socket.gethostname()}\n")
        try:
            yield
        finally:
            _write(file, "")
    finally:
        os.close(file)


def holder(lock_file: Path) -> Holder | None:
    """Who watches this production, or None where nobody does. For `status`; takes the lock for an instant.

    Raises CouldNotLook where the file is there and cannot be opened.
    """
    if not lock_file.exists():
        return None
    file = _open(lock_file)
    try:
        return None if _lock(file, lock_file, LOCKS) else _read(file)
    finally:
        os.close(file)


def _open(lock_file: Path) -> int:
    try:
        lock_file.parent.mkdir(parents=True, exist_ok=True)
        return os.open(lock_file, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
    except OSError as error:
        raise CouldNotLook(
            f"the lock file cannot be opened: {error.strerror}",
            path=lock_file,
            remedy="check that you may write to this folder",
        ) from error


def _lock_patiently(file: int, lock_file: Path, locks: tuple[TryLock, ...]) -> bool:
    # A holder without a name is one who only asks (`holder`), or is about to write its name.
    for _ in range(_TRIES):
        if _lock(file, lock_file, locks):
            return True
        if _read(file).pid:
            return False
        time.sleep(_PAUSE_SECONDS)
    return False


def _lock(file: int, lock_file: Path, locks: tuple[TryLock, ...]) -> bool:
    cause: OSError | None = None
    for take in locks:
        try:
            return take(file)
        except OSError as error:
            cause = error
            if error.errno not in _UNSUPPORTED:
                break
    raise CouldNotLook(
        "this disk cannot lock files, so a second daemon could not be kept out",
        path=lock_file,
        remedy="put the store on a local disk",
    ) from cause


def _took(lock: Callable[[], object]) -> bool:
    try:
        lock()
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            return False
        raise
    return True


def _read(file: int) -> Holder:
    os.lseek(file, 0, os.SEEK_SET)
    pid, _, host = os.read(file, _TEXT_LIMIT).decode("utf-8", "replace").strip().partition(" ")
    return Holder(int(pid) if pid.isdecimal() and len(pid) < 20 else 0, host)


def _write(file: int, text: str) -> None:
    # The lock is what counts: a full disk must not keep the daemon from running.
    with suppress(OSError):
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, text.encode("utf-8", "replace"))


def _refusal(lock_file: Path, other: Holder) -> AlreadyWatching:
    who = f"process {other.pid} on {other.host}" if other.pid else "another process"
    how = f" (kill {other.pid})" if other.pid else ""
    return AlreadyWatching(
        f"{who} already watches this production",
        path=lock_file,
        remedy=f"stop it first{how}, or ask it with 'provenance status'",
    )
