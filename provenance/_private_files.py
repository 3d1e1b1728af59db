"""Files that nobody but their owner may read, written so that a kill leaves the whole of them or nothing.

POSIX: mode 0600 in folders of mode 0700, from the first byte on. Windows: an access list with one entry, set by
`icacls` (learn.microsoft.com/windows-server/administration/windows-commands/icacls) before anything is written.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provenance.writing import sync_folder

LEFT_OVER: Final = ".new-"
"""How names of things that are being written begin."""

_SECONDS: Final = 30


def _run(command: list[str]) -> int:
    """The exit code of a program, started without a shell and without a window to ask in."""
    try:
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        ).returncode  # fmt: skip
    except subprocess.TimeoutExpired:
        return -1


@dataclass(frozen=True, slots=True)
class System:
    """What of the operating system matters here; tests hand in another one.

    Args: run starts a program and gives its exit code.
    """

    name: str = sys.platform
    environment: Mapping[str, str] | None = None
    run: Callable[[list[str]], int] = _run

    @property
    def is_windows(self) -> bool:
        return self.name == "win32"

    def user(self) -> str:
        """The user as Windows names it: DOMAIN\\name. Raises OSError where it does not say."""
        known = os.environ if self.environment is None else self.environment
        name, domain = known.get("USERNAME", ""), known.get("USERDOMAIN", "")
        if not name:
            raise PermissionError("USERNAME is not set, so no access list can be written")
        return f"{domain}\\{name}" if domain else name


HERE: Final = System()


def keep_private(path: Path, system: System = HERE) -> None:
    """Takes every right from everybody but the owner. Raises OSError where the system refuses."""
    if system.is_windows:
        rights = "(OI)(CI)F" if path.is_dir() else "F"
        command = ["icacls", str(path), "/inheritance:r", "/grant:r", f"{system.user()}:{rights}", "/q"]
        if code := system.run(command):
            raise PermissionError(f"icacls could not give the file to its owner alone (exit code {code})")
    else:
        path.chmod(0o700 if path.is_dir() else 0o600)


def is_private(path: Path, system: System = HERE) -> bool:
    """True where nobody else may read it; on Windows, where the folder's access list says so, always."""
    return system.is_windows or not stat.S_IMODE(path.stat().st_mode) & 0o077


def write_new(path: Path, data: bytes, *, private: bool, system: System = HERE) -> None:
    """Writes a file that must not be there yet, down to the disk. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o600 if private else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        if private:
            keep_private(path, system)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def new_folder(target: Path, system: System = HERE) -> Iterator[Path]:
    """A private folder to write into, which becomes `target` in one step when all is written, or vanishes.

    Raises OSError; FileExistsError where the target is there already.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    clear_left_over(target.parent)
    if target.exists():
        raise FileExistsError(f"{target.name} is there already")
    aside = target.parent / f"{LEFT_OVER}{secrets.token_hex(8)}"
    try:
        aside.mkdir(mode=0o700)
        keep_private(aside, system)
        yield aside
        sync_folder(aside)
        aside.rename(target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    sync_folder(target.parent)


def clear_left_over(folder: Path) -> None:
    """Removes what a killed run has left half written."""
    for path in folder.glob(f"{LEFT_OVER}*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink()
