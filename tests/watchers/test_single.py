from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from provenance.errors import AlreadyWatching, CouldNotLook
from watchers.single import LOCKS, Holder, TryLock, holder, only_one

HOLD = """
import sys
from pathlib import Path
sys.path[:] = {path!r}
from watchers.single import LOCKS, only_one
with only_one(Path(sys.argv[1]), locks=LOCKS[int(sys.argv[2]):]):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(lock_file: Path, way: int = 0) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(path=sys.path), str(lock_file), str(way)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_refuses_a_second_daemon_and_names_the_first(tmp_path: Path) -> None:
    lock_file = tmp_path / "a b" / "daemon.lock"
    first = hold(lock_file)

    with pytest.raises(AlreadyWatching) as refusal, only_one(lock_file):
        pass

    end(first)
    assert str(first.pid) in refusal.value.message
    assert socket.gethostname() in refusal.value.message
    assert refusal.value.path == lock_file
    assert refusal.value.remedy


@pytest.mark.parametrize("way", range(len(LOCKS)))
def test_a_killed_daemon_leaves_no_lock(tmp_path: Path, way: int) -> None:
    lock_file = tmp_path / "daemon.lock"
    first = hold(lock_file, way)
    with pytest.raises(AlreadyWatching), only_one(lock_file, locks=LOCKS[way:]):
        pass

    end(first)

    with only_one(lock_file, locks=LOCKS[way:]):
        assert lock_file.read_text().split()[0] == str(os.getpid())


def test_keeps_out_a_second_daemon_in_the_same_process(tmp_path: Path) -> None:
    lock_file = tmp_path / "daemon.lock"

    with only_one(lock_file):
        with pytest.raises(AlreadyWatching), only_one(lock_file):
            pass
        assert holder(lock_file) == Holder(os.getpid(), socket.gethostname())

    assert holder(lock_file) is None


def test_frees_the_lock_when_the_daemon_fails(tmp_path: Path) -> None:
    lock_file = tmp_path / "daemon.lock"
    with pytest.raises(RuntimeError, match="fell"), only_one(lock_file):
        raise RuntimeError("fell over")

    with only_one(lock_file):
        assert lock_file.exists()


def test_asking_who_watches_never_keeps_a_daemon_out(tmp_path: Path) -> None:
    lock_file = tmp_path / "daemon.lock"
    lock_file.touch()
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            holder(lock_file)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for _ in range(200):
            with only_one(lock_file):
                pass
    finally:
        done.set()
        asking.join()


def test_nobody_holds_a_lock_that_was_never_made(tmp_path: Path) -> None:
    assert holder(tmp_path / "daemon.lock") is None


def test_takes_the_next_way_where_the_disk_knows_no_lock_of_the_first_kind(tmp_path: Path) -> None:
    lock_file = tmp_path / "daemon.lock"

    with only_one(lock_file, locks=(unsupported, *LOCKS)):
        assert holder(lock_file) is not None


def test_fails_closed_where_the_disk_cannot_lock(tmp_path: Path) -> None:
    ways: tuple[TryLock, ...] = (unsupported,)

    with pytest.raises(CouldNotLook, match="cannot lock"), only_one(tmp_path / "daemon.lock", locks=ways):
        pass


def unsupported(file: int) -> bool:
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


def test_names_the_file_where_it_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(CouldNotLook) as refusal, only_one(tmp_path / "file" / "daemon.lock"):
        pass

    assert refusal.value.path == tmp_path / "file" / "daemon.lock"


@pytest.mark.parametrize("text", [b"", b"rubbish", b"\xff\xfe", b"9" * 5_000, b"-3 host"])
def test_refuses_too_where_the_lock_says_nonsense_of_its_holder(tmp_path: Path, text: bytes) -> None:
    lock_file = tmp_path / "daemon.lock"

    with only_one(lock_file):
        lock_file.write_bytes(text)
        with pytest.raises(AlreadyWatching, match="another process"), only_one(lock_file):
            pass
