"""Where a production's store lies: beside provenance.toml, unless SQLite could not work there.

SQLite's WAL needs shared memory between processes of one host, and its locks fail on many network shares
(https://sqlite.org/wal.html, "all processes using a database must be on the same host computer"). So a
production that lies on a share keeps its store in this workstation's data folder, keyed by the production.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provenance.errors import StoreUnreachable

FOLDER: Final = ".provenance"
FILE: Final = "store.db"

NETWORK_KINDS: Final = frozenset(
    {
        "nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "webdav", "davfs", "ncpfs", "9p",
        "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "acfs", "stornext", "cvfs", "fuse.sshfs",
        "fuse.glusterfs", "fuse.rclone", "fuse.davfs2", "fuse.s3fs", "fuse.juicefs", "vboxsf", "vmhgfs",
        "fuse.vmhgfs-fuse",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Location:
    """Where the store lies, and why there."""

    file: Path
    reason: str


def file_system_kind(path: Path) -> str:
    """The kind of file system a path lies on, in the operating system's word; empty where it does not say."""
    best, kind = -1, ""
    real = os.path.realpath(path)
    for mount_point, file_system, options in _mounts():
        mount = mount_point.rstrip("/\\") or mount_point
        inside = real == mount or real.startswith(mount if mount.endswith(("/", "\\")) else mount + os.sep)
        if inside and len(mount) >= best:
            best, kind = len(mount), file_system.lower()
            if "remote" in options.split(",") and not is_network(kind):
                kind = "remote"  # a Windows share calls itself NTFS
    return "remote" if is_unc(real) else kind


def is_unc(real: str) -> bool:
    """True for a path that names a server (Windows): ``\\\\server\\share``, ``\\\\?\\UNC\\server\\share``."""
    return real.startswith("\\\\") and (real.upper().startswith("\\\\?\\UNC\\") or real[2:3] not in ("?", "."))


def _mounts() -> list[tuple[str, str, str]]:
    """(mount point, file system, options) of everything mounted."""
    if sys.platform == "linux":
        # What psutil reads too; importing it costs every question on the command line a tenth of its time
        with contextlib.suppress(OSError):
            text = os.fsdecode(Path("/proc/self/mounts").read_bytes())
            lines = [line.split(" ") for line in text.splitlines()]
            return [(_OCTAL.sub(_unescaped, line[1]), line[2], line[3]) for line in lines if len(line) >= 4]
    import psutil

    return [(one.mountpoint, one.fstype, one.opts) for one in psutil.disk_partitions(all=True)]


# proc(5), fstab(5): blank, tab, newline and backslash stand there as three octal digits
_OCTAL: Final = re.compile(r"\\([0-7]{3})")


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 8))


def is_network(kind: str) -> bool:
    """True for a kind of file system where another computer holds the files."""
    return kind in NETWORK_KINDS or kind == "remote" or kind.startswith(("fuse.ssh", "nfs", "smb"))


def locate(root: Path, production: str, configured: str = "", *, kind_of: object = None) -> Location:
    """Where the store of the production at `root` lies.

    Args:
        root: the production's folder.
        production: its id.
        configured: `store.path` of provenance.toml; empty for the default.
        kind_of: how to ask for a file-system kind (tests hand in their own).

    Raises:
        StoreUnreachable: the configured path lies on a network share.
    """
    ask = kind_of if callable(kind_of) else file_system_kind
    if configured:
        file = (root / Path(configured).expanduser()).resolve()
        kind = ask(_nearest(file))
        if is_network(kind):
            raise StoreUnreachable(
                f"`store.path` lies on a network share ({kind}), where SQLite loses data",
                path=file,
                remedy="choose a folder on a local disk, or leave it empty",
            )
        return Location(file / FILE if file.is_dir() or not file.suffix else file, "configured")
    kind = ask(root)
    if is_network(kind):
        import platformdirs

        data = Path(platformdirs.user_data_dir("provenance", appauthor=False))
        return Location(data / "productions" / production / FILE, f"the production lies on a network share ({kind})")
    return Location(root / FOLDER / FILE, "beside provenance.toml")


def _nearest(path: Path) -> Path:
    """The path itself, or the nearest folder above it that exists."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
