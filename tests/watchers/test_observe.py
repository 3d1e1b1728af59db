"""Against the real operating system: every wait is for a condition, up to a deadline."""

from __future__ import annotations

import inspect
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.observers import Observer as SystemObserver

from watchers import observe
from watchers.observe import OVERFLOW_MESSAGE, WANTED, Observer

DEADLINE = 20.0
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


def wait_for(condition: Callable[[], bool]) -> bool:
    """True as soon as the condition holds; false when the deadline passed."""
    until = time.monotonic() + DEADLINE
    pause = threading.Event()
    while not condition():
        if time.monotonic() > until:
            return False
        pause.wait(0.01)
    return True


class Watched:
    """An observer on roots, and all that it has handed out so far."""

    def __init__(self, *roots: Path) -> None:
        self.observer = Observer(tuple(os.fsencode(root) for root in roots))
        self.taken: dict[tuple[bytes, bytes], bool] = {}

    def sees(self, root: Path, folder: bytes, *, deep: bool = False) -> bool:
        return wait_for(lambda: self._has(os.fsencode(root), folder, deep))

    def _has(self, root: bytes, folder: bytes, deep: bool) -> bool:
        for each in self.observer.take(0):
            key = (each.root, each.folder)
            self.taken[key] = self.taken.get(key, False) or each.deep
        return (root, folder) in self.taken and (self.taken[root, folder] or not deep)


@pytest.fixture
def watch() -> Iterator[Callable[..., Watched]]:
    started: list[Watched] = []

    def begin(*roots: Path) -> Watched:
        started.append(Watched(*roots))
        started[-1].observer.start()
        return started[-1]

    yield begin
    for each in started:
        each.observer.stop()


def test_marks_the_folder_of_a_new_file(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    (tmp_path / "day 1").mkdir()
    watched = watch(tmp_path)

    (tmp_path / "day 1" / "a.png").write_bytes(b"1")

    assert watched.sees(tmp_path, b"day 1")


def test_marks_the_folder_of_a_file_written_in_place(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.mov").write_bytes(b"1")
    watched = watch(tmp_path)

    with (tmp_path / "a" / "x.mov").open("ab") as file:
        file.write(b"2")

    assert watched.sees(tmp_path, b"a")


def test_marks_the_folder_of_a_deleted_file(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.mov").write_bytes(b"1")
    watched = watch(tmp_path)

    (tmp_path / "a" / "x.mov").unlink()

    assert watched.sees(tmp_path, b"a")


def test_marks_both_folders_of_a_move(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "to").mkdir()
    (tmp_path / "from" / "x.mov").write_bytes(b"1")
    watched = watch(tmp_path)

    (tmp_path / "from" / "x.mov").rename(tmp_path / "to" / "y.mov")

    assert watched.sees(tmp_path, b"from")
    assert watched.sees(tmp_path, b"to")


def test_marks_both_roots_of_a_move_across_roots(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    work, out = tmp_path / "work", tmp_path / "deliverables"
    (work / "a").mkdir(parents=True)
    out.mkdir()
    (work / "a" / "x.mov").write_bytes(b"1")
    watched = watch(work, out)

    (work / "a" / "x.mov").rename(out / "x.mov")

    assert watched.sees(work, b"a")
    assert watched.sees(out, b"")


def test_marks_a_moved_in_tree_as_a_whole(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    (outside / "cam" / "clip").mkdir(parents=True)
    (outside / "cam" / "clip" / "x.mov").write_bytes(b"1")
    watched = watch(root)

    outside.rename(root / "card")

    assert watched.sees(root, b"")
    assert watched.sees(root, b"card", deep=True)


def test_sees_what_happens_in_a_folder_made_later(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    watched = watch(tmp_path)
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert watched.sees(tmp_path, b"a")
    assert watched.sees(tmp_path, b"a/b")
    watched.taken.clear()

    (tmp_path / "a" / "b" / "x.mov").write_bytes(b"1")

    assert watched.sees(tmp_path, b"a/b")


@linux_only
def test_keeps_folder_names_that_are_not_utf8(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    root = os.path.join(os.fsencode(tmp_path), b"ro\xffot")
    os.makedirs(os.path.join(root, b"caf\xe9"))
    path = Path(os.fsdecode(root))
    watched = watch(path)

    with open(os.path.join(root, b"caf\xe9", b"\xfe.png"), "wb"):
        pass

    assert watched.sees(path, b"caf\xe9")


@pytest.mark.skipif(os.name != "posix", reason="needs symlinks")
def test_watches_a_root_that_is_a_symlink(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    watched = watch(tmp_path / "link")

    (tmp_path / "link" / "x.mov").write_bytes(b"1")

    assert watched.sees(tmp_path / "link", b"")


@linux_only
def test_does_not_report_our_own_reading(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    (tmp_path / "read").mkdir()
    (tmp_path / "read" / "x.mov").write_bytes(b"1")
    (tmp_path / "end").mkdir()
    watched = watch(tmp_path)

    (tmp_path / "read" / "x.mov").read_bytes()
    os.listdir(tmp_path / "read")
    (tmp_path / "end" / "mark").write_bytes(b"")

    assert watched.sees(tmp_path, b"end")
    assert (os.fsencode(tmp_path), b"read") not in watched.taken


def test_starts_and_stops_any_number_of_times(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    watched = watch(tmp_path)
    watched.observer.start()
    watched.observer.stop()
    watched.observer.stop()
    watched.observer.start()

    (tmp_path / "x.mov").write_bytes(b"1")

    assert watched.sees(tmp_path, b"")


def test_a_stopped_observer_leaves_no_listener_and_no_descriptor(tmp_path: Path) -> None:
    listeners = len(logging.getLogger("watchdog").handlers)
    observer = Observer((os.fsencode(tmp_path),))
    before = observe.inotify.descriptors()

    observer.start()
    observer.stop()

    assert len(logging.getLogger("watchdog").handlers) == listeners
    assert observe.inotify.descriptors() == before
    assert not observer.health().alive


def test_says_which_root_is_missing_and_takes_it_up_when_it_comes(
    tmp_path: Path, watch: Callable[..., Watched]
) -> None:
    here, later = tmp_path / "here", tmp_path / "later"
    here.mkdir()
    watched = watch(here, later)
    observer = watched.observer

    assert observer.health().unarmed == ((os.fsencode(later), os.strerror(2)),)
    assert observer.health().blind
    assert observer.mend() == ()

    later.mkdir()
    assert observer.mend() == (os.fsencode(later),)
    (later / "x.mov").write_bytes(b"1")
    assert watched.sees(later, b"")
    assert not observer.health().blind


def test_takes_a_root_up_again_after_it_was_removed(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    root = tmp_path / "root"
    root.mkdir()
    watched = watch(root)
    shutil.rmtree(root)

    assert watched.sees(root, b"")
    assert watched.observer.mend() == ()
    assert watched.observer.health().unarmed[0][0] == os.fsencode(root)

    root.mkdir()
    assert watched.observer.mend() == (os.fsencode(root),)
    watched.taken.clear()
    (root / "x.mov").write_bytes(b"1")
    assert watched.sees(root, b"")


@pytest.mark.skipif(os.name != "posix", reason="Windows does not move a watched folder away")
def test_watches_anew_a_root_that_was_swapped(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    root = tmp_path / "root"
    root.mkdir()
    watched = watch(root)
    root.rename(tmp_path / "moved")
    root.mkdir()

    assert watched.observer.mend() == (os.fsencode(root),)

    watched.taken.clear()
    (root / "x.mov").write_bytes(b"1")
    assert watched.sees(root, b"")


def test_starts_a_dead_observing_thread_again(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    watched = watch(tmp_path)
    threads = [each for each in threading.enumerate() if isinstance(each, SystemObserver)]  # type: ignore[arg-type]
    for thread in threads:
        thread.stop()
        thread.join(DEADLINE)

    assert threads
    assert not watched.observer.health().alive
    assert watched.observer.mend() == (os.fsencode(tmp_path),)
    assert watched.observer.health().alive
    (tmp_path / "x.mov").write_bytes(b"1")
    assert watched.sees(tmp_path, b"")


@linux_only
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_starts_a_reader_again_that_died_of_an_error(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    watched = watch(tmp_path)
    reader = watched.observer._system._inotify_fd  # type: ignore[union-attr]
    group = next(iter(watched.observer._system.emitters))._inotify  # type: ignore[union-attr, attr-defined]
    group.on_event = lambda event: 1 / 0
    (tmp_path / "x.mov").write_bytes(b"1")
    reader.join(DEADLINE)

    assert not watched.observer.health().alive
    assert watched.observer.mend() == (os.fsencode(tmp_path),)

    assert watched.observer.health().alive
    (tmp_path / "y.mov").write_bytes(b"1")
    assert watched.sees(tmp_path, b"")


@linux_only
def test_survives_watchdogs_warning_about_a_folder_seen_twice(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    watched = watch(tmp_path)
    (tmp_path / "a").mkdir()
    assert watched.sees(tmp_path, b"a")
    group = next(iter(watched.observer._system.emitters))._inotify  # type: ignore[union-attr, attr-defined]

    group._add_callback(os.fsencode(tmp_path / "a"))  # what the race of mkdir -p does on the reading thread

    assert watched.observer.health().alive


@linux_only
def test_counts_the_folders_that_the_kernel_watches(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    for number in range(30):
        (tmp_path / f"{number}" / "below").mkdir(parents=True)

    health = watch(tmp_path).observer.health()

    assert (health.watched, health.expected, health.unwatched) == (61, 61, ())
    assert health.limit
    assert not health.blind


@linux_only
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() == 0, reason="root may read every folder")
def test_names_a_folder_it_may_not_watch(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    (tmp_path / "closed").mkdir(mode=0)

    health = watch(tmp_path).observer.health()

    (tmp_path / "closed").chmod(0o700)
    assert health.unwatched == (os.fsencode(tmp_path / "closed"),)
    assert health.blind


@linux_only
def test_names_folders_that_watchdog_passed_over(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    # A folder mounted or moved where no event tells of it; here: watched, then its watch is taken away.
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    watched = watch(tmp_path)
    group = next(iter(watched.observer._system.emitters))._inotify  # type: ignore[union-attr, attr-defined]
    group._remove_callbacks([group._active_callbacks_by_path[os.fsencode(tmp_path / "b")]])

    health = watched.observer.health()

    assert (health.watched, health.expected) == (2, 3)
    assert health.unwatched == (os.fsencode(tmp_path / "b"),)
    assert health.blind


def test_never_asks_for_the_events_that_drown_watchdog() -> None:
    names = {each.__name__ for each in WANTED}

    assert "FileOpenedEvent" not in names
    assert "FileClosedNoWriteEvent" not in names
    assert "DirModifiedEvent" not in names
    assert ("FileModifiedEvent" in names) == (sys.platform != "linux")


def test_hears_watchdogs_word_for_an_overflow(tmp_path: Path, watch: Callable[..., Watched]) -> None:
    observer = watch(tmp_path).observer
    log = logging.getLogger("watchdog.observers.inotify_c")
    log.warning("Something else")
    assert not observer.take_overflow()

    log.warning("Inotify queue overflowed; filesystem events were lost")

    assert observer.take_overflow()
    assert observer.health().overflows == 1


@linux_only
def test_watchdog_still_says_what_we_listen_for() -> None:
    from watchdog.observers import inotify, inotify_c

    assert f'logger.warning("{OVERFLOW_MESSAGE}' in inspect.getsource(inotify_c)
    assert f'logger.warning("{OVERFLOW_MESSAGE}' in inspect.getsource(inotify.InotifyWatchGroup.on_queue_overflow)


OBSERVE = """
import logging, os, sys, time
sys.path[:] = {path!r}
from watchers.observe import Observer
logging.getLogger("watchdog").setLevel(sys.argv[2])
observer = Observer((os.fsencode(sys.argv[1]),))
observer.start()
print("watching", flush=True)
sys.stdin.readline()
until = time.monotonic() + 20
while not observer.health().overflows and time.monotonic() < until:
    time.sleep(0.01)
print(observer.health().overflows > 0, observer.take_overflow(), flush=True)
observer.stop()
"""


@linux_only
@pytest.mark.parametrize("level", ["WARNING", "CRITICAL"])
def test_notices_a_real_overflow_of_the_kernels_queue_with_and_without_the_log(tmp_path: Path, level: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", OBSERVE.format(path=sys.path), str(tmp_path), level],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "watching\n"
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)  # it has stopped, not only been told to
    # Each new file is two events (created, closed) that nobody reads now: twice what the queue holds.
    queued = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    for number in range(queued):
        os.close(os.open(tmp_path / str(number), os.O_CREAT | os.O_WRONLY))
    process.send_signal(signal.SIGCONT)

    answer, _ = process.communicate("\n", timeout=DEADLINE * 2)

    assert answer == "True True\n"
