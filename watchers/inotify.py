"""What the Linux kernel says about our watches, because watchdog passes over folders it could not watch.

Source: proc(5), ``/proc/pid/fdinfo``, and inotify(7). Other systems say nothing: no descriptors there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_FDINFO: Final = Path("/proc/self/fdinfo")


def folders_below(real: bytes) -> Iterator[tuple[bytes, int]]:
    """Every folder below and including a root, with its inode, as watchdog walks it (no symlinks)."""
    with contextlib.suppress(OSError):
        yield real, os.stat(real).st_ino  # noqa: PTH116 (bytes)
    pending = [real]
    while pending:
        with contextlib.suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield entry.path, entry.inode()
                    pending.append(entry.path)


def descriptors() -> frozenset[str]:
    """The descriptors of this process that are inotify instances; none on other systems."""
    found = set()
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc/self/fd"):
            with contextlib.suppress(OSError):
                if "inotify" in os.readlink(f"/proc/self/fd/{name}"):  # noqa: PTH115 (no real path)
                    found.add(name)
    return frozenset(found)


def watched_inodes(names: frozenset[str]) -> list[int]:
    """The inode of every watch, from ``inotify wd:1 ino:2b sdev:10 ...`` (proc(5), hexadecimal)."""
    inodes = []
    for name in names:
        with contextlib.suppress(OSError):
            for line in (_FDINFO / name).read_text("ascii").splitlines():
                if line.startswith("inotify wd:"):
                    inodes.append(int(line.split("ino:")[1].split()[0], 16))
    return inodes


def watch_limit() -> int | None:
    """How many folders the kernel watches for one user at most; None where it does not say."""
    with contextlib.suppress(OSError, ValueError):
        return int(Path("/proc/sys/fs/inotify/max_user_watches").read_text("ascii"))
    return None
