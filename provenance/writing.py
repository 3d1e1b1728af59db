"""Changing a file so that at every instant it is either the old one or the whole new one.

The new content goes to a file beside it, reaches the disk, is checked there, and takes the old one's place in
one step (``os.replace``). Whatever fails, the original is as it was and the new file is gone; what a kill
leaves behind is named ``.provenance-*.tmp``, is locked by nobody, and goes with the next write or with
`clear_leftovers`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from provenance.containers.span import Span, pieces, size_of
from provenance.contracts import Edit
from provenance.digest import open_media, stamp
from provenance.errors import ChangedMeanwhile, WriteFailed, WriteRefused
from provenance.model import FileStamp

PREFIX: Final = ".provenance-"
SUFFIX: Final = ".tmp"
_REMEDIES: Final = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room: the quota is used up",
    errno.EACCES: "give the user who runs this the right to write in this folder",
    errno.EPERM: "give the user who runs this the right to write in this folder",
    errno.EROFS: "the disk is mounted read-only; keep what is to be said in a sidecar elsewhere",
}


def splice(source: BinaryIO, target: BinaryIO, edits: Sequence[Edit]) -> None:
    """Copies a file with its edits made. Raises ValueError for edits that overlap or lie past the end."""
    position, size = 0, size_of(source)
    for edit in sorted(edits, key=lambda one: (one.offset, one.length)):
        if edit.offset < position or edit.offset + edit.length > size:
            raise ValueError(f"an edit of {edit.length} bytes at {edit.offset} does not fit")
        _copy(source, target, Span(position, edit.offset - position))
        target.write(edit.data)
        position = edit.offset + edit.length
    _copy(source, target, Span(position, size - position))


def replace_file(path: Path, write: Callable[[BinaryIO, BinaryIO], None], check: Callable[[Path], None]) -> FileStamp:
    """Gives a file new content, or leaves it exactly as it is.

    Args:
        path: a regular file with one name; a symbolic link is followed.
        write: is given the old content and an empty file to fill.
        check: is given the new file, complete and on disk; raises where it must not take the old one's place.
    Returns the stamp of the file that now stands there. Mode, times and extended attributes are the old one's.
    Raises ChangedMeanwhile, WriteRefused, WriteFailed, CouldNotLook, and whatever `write` and `check` raise.
    """
    path = _real(path)
    with open_media(path) as source:
        before = os.fstat(source.fileno())
        _must_be_ours_to_change(path, before, source.fileno())
        with _failures_named(path), _beside(path) as (target, new):
            write(source, target)
            target.flush()
            os.fsync(target.fileno())
            check(new)
            _keep_attributes(path, new, before)
            if stamp(path.stat()) != stamp(before):
                raise ChangedMeanwhile("it changed while it was being tagged", path=path, remedy="try again later")
            if os.name == "nt":
                # Windows replaces no file that anybody holds open, ourselves included
                source.close()
                target.close()
            os.replace(new, path)
    with suppress(OSError):
        sync_folder(path.parent)
    return stamp(path.stat())


def create_file(path: Path, data: bytes, check: Callable[[Path], None] | None = None) -> None:
    """Writes a small file in one step, over one of the same name if there is one (a sidecar of ours).

    Raises WriteFailed, and whatever `check` raises of the complete new file.
    """
    with _failures_named(path), _beside(path) as (target, new):
        target.write(data)
        target.flush()
        os.fsync(target.fileno())
        if check is not None:
            check(new)
        if os.name == "nt":
            target.close()
        else:
            new.chmod(_usual_mode(path))
        os.replace(new, path)
    with suppress(OSError):
        sync_folder(path.parent)


def clear_leftovers(folder: Path, name: str | None = None) -> tuple[Path, ...]:
    """Removes what writes that were killed left in a folder, and says what that was.

    Args: name limits it to those of one file. A file that a living process is still writing stays.
    """
    wanted = PREFIX if name is None else _prefix(name)
    gone: list[Path] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(wanted) and entry.name.endswith(SUFFIX) and _remove_unheld(Path(entry.path)):
                gone.append(Path(entry.path))
    return tuple(gone)


def sync_folder(folder: Path) -> None:
    """Has a rename reach the disk. Windows has no such thing for folders and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(source: BinaryIO, target: BinaryIO, span: Span) -> None:
    for piece in pieces(source, span):
        target.write(piece)


def _real(path: Path) -> Path:
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise WriteFailed(f"it cannot be found: {error}", path=path, remedy="check the path") from error


def _must_be_ours_to_change(path: Path, status: os.stat_result, descriptor: int) -> None:
    if status.st_nlink > 1:
        words = f"it has {status.st_nlink} names (hard links), and only one of them would change"
        raise WriteRefused(words, path=path, remedy="write a sidecar, or copy the file")
    if not status.st_mode & 0o222:
        raise WriteRefused("it is write-protected", path=path, remedy="write a sidecar, or lift the protection")
    if is_open_for_writing(descriptor):
        words = "another program has it open for writing"
        raise ChangedMeanwhile(words, path=path, remedy="close it there, then try again")


def is_open_for_writing(descriptor: int) -> bool:
    """True where Linux says that somebody has the file open for writing; False where nobody can tell.

    A read lease is granted only on a file without writers (fcntl(2), F_SETLEASE). On Windows the replacement
    itself fails; on macOS nothing can be asked, and the comparison of stamps must do.
    """
    if sys.platform != "linux":
        return False
    import fcntl
    import signal

    try:
        # Whoever opens it while we hold the lease makes the kernel signal us: SIGIO would end the process
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


@contextmanager
def _failures_named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, "close it in other programs, then try again")
        raise WriteFailed(f"it could not be written: {error.strerror or error}", path=path, remedy=remedy) from error


@contextmanager
def _beside(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A new, locked, empty file in the same folder; gone again unless it was moved away."""
    clear_leftovers(path.parent, path.name)
    new = path.parent / f"{_prefix(path.name)}{secrets.token_hex(6)}{SUFFIX}"
    try:
        with new.open("x+b") as target:
            _lock(target.fileno())
            yield target, new
    finally:
        new.unlink(missing_ok=True)


def _prefix(name: str) -> str:
    return f"{PREFIX}{hashlib.sha256(os.fsencode(name)).hexdigest()[:12]}-"


def _keep_attributes(old: Path, new: Path, before: os.stat_result) -> None:
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(new, before.st_uid, before.st_gid)
    shutil.copystat(old, new)


def _usual_mode(path: Path) -> int:
    """The mode of the sidecar that stood there, or that of the folder's files: readable as the folder is."""
    with suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    with suppress(OSError):
        return stat.S_IMODE(path.parent.stat().st_mode) & 0o666
    return 0o644


def _lock(descriptor: int) -> bool:
    """Takes the file's lock; False where another process holds it or there are no locks."""
    if os.name == "nt":
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove_unheld(path: Path) -> bool:
    """Removes a leftover unless somebody is still writing it; Windows refuses that by itself."""
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    try:
        free = _lock(descriptor)
    finally:
        if os.name == "nt":
            os.close(descriptor)
    try:
        if free:
            path.unlink()
    except OSError:
        free = False
    finally:
        if os.name != "nt":
            os.close(descriptor)
    return free
