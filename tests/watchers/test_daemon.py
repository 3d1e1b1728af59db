"""The real daemon with the real watchdog: found, judged, flagged; killed, restarted, refused twice."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provenance.errors import AlreadyWatching
from provenance.model import Origin
from store import open_store
from tests.watchers.production import Day, a_production
from watchers.daemon import Daemon
from watchers.event import Event, EventKind
from watchers.heartbeat import read_heartbeat

DEADLINE = 60.0
FAST = (
    ("settle_seconds = 2.0", "settle_seconds = 0.2"),
    ("sequence_settle_seconds = 60.0", "sequence_settle_seconds = 1.0"),
)

RUN = """
import sys, threading
from pathlib import Path
from provenance.configuration import load_settings
from provenance.places import Places, production_volumes
from watchers.daemon import Daemon
import signal
root = Path(sys.argv[1])
settings = load_settings(root)
places = Places(production_volumes(settings.production.id, root, settings.folders.working))
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
def tell(event):
    print(event.kind.value, event.path, flush=True)
Daemon(settings, places, root / ".provenance" / "store.db", tell=tell).run(stop)
"""


class Running:
    """A daemon in a thread, and everything it told."""

    def __init__(self, day: Day) -> None:
        self.events: list[Event] = []
        self.heard = threading.Condition()
        self.stop = threading.Event()
        self.error: BaseException | None = None
        self.daemon = Daemon(day.settings, day.places, day.store.file, tell=self.tell)
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        try:
            self.daemon.run(self.stop)
        except BaseException as error:
            self.error = error
        with self.heard:
            self.heard.notify_all()

    def tell(self, event: Event) -> None:
        with self.heard:
            self.events.append(event)
            self.heard.notify_all()

    def until(self, wanted: Callable[[Event], bool]) -> Event:
        def found() -> Event | None:
            return next((event for event in self.events if wanted(event)), None)

        with self.heard:
            assert self.heard.wait_for(lambda: found() or self.error, DEADLINE), self.events
        event = found()
        assert event is not None, self.error
        return event

    def until_named(self, kind: EventKind, name: str) -> Event:
        return self.until(lambda event: event.kind is kind and event.path is not None and event.path.name == name)


@contextmanager
def running(day: Day) -> Iterator[Running]:
    found = Running(day)
    found.thread.start()
    try:
        found.until(lambda event: event.kind is EventKind.STARTED)
        yield found
    finally:
        found.stop.set()
        found.thread.join(DEADLINE)
        assert not found.thread.is_alive()


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with a_production(tmp_path / "SHOW", *FAST) as found:
        (found.root / "deliverables").mkdir()
        yield found


def test_finds_judges_and_flags_an_ai_still_copied_into_the_deliverables(day: Day, samples: Path) -> None:
    with running(day) as daemon:
        (day.root / "stills").mkdir()
        shutil.copy(samples / "stills" / "ai_generated.png", day.root / "stills" / "poster.png")
        found = daemon.until_named(EventKind.FOUND, "poster.png")
        shutil.copy(day.root / "stills" / "poster.png", day.root / "deliverables" / "final.png")
        flag = daemon.until_named(EventKind.FLAGGED, "final.png")

    page = (day.root / "PROVENANCE-FLAGS.txt").read_text(encoding="utf-8")
    assert found.data["origin"] == "ai_generated"
    assert (flag.data["code"], flag.data["severity"]) == ("NFX-01", "BLOCK")
    assert "final.png" in page
    assert (day.root / "PROVENANCE-FLAGS.html").is_file()
    assert not list((day.root / "deliverables").glob("PROVENANCE*"))


def test_waits_for_a_file_that_is_still_being_written(day: Day, samples: Path) -> None:
    whole = (samples / "stills" / "ai_xmp.jpg").read_bytes()
    with running(day) as daemon:
        with (day.root / "slow.jpg").open("wb") as file:
            for start in range(0, len(whole), len(whole) // 5):
                file.write(whole[start : start + len(whole) // 5])
                file.flush()
                daemon.stop.wait(0.1)
        daemon.until_named(EventKind.FOUND, "slow.jpg")

    sha256 = day.at("slow.jpg")
    assert sha256 is not None
    assert day.store.assets.get(sha256).size == len(whole)
    assert day.live() == ["slow.jpg"]
    assert [one.sha256 for one in day.store.assets.summaries()] == [sha256]


def test_takes_in_a_tree_that_is_moved_in_and_follows_it_out(day: Day, tmp_path: Path) -> None:
    outside = tmp_path / "card"
    for n in range(30):
        (outside / f"reel{n % 3}").mkdir(parents=True, exist_ok=True)
        (outside / f"reel{n % 3}" / f"clip{n}.bin").write_bytes(b"%d" % n)
    with running(day) as daemon:
        outside.rename(day.root / "card")
        for n in range(30):
            daemon.until_named(EventKind.FOUND, f"clip{n}.bin")
        (day.root / "card").rename(outside)
        for n in range(30):
            daemon.until_named(EventKind.GONE, f"clip{n}.bin")

    assert day.live() == []


def test_refuses_a_second_daemon_on_the_same_production(day: Day) -> None:
    with running(day):
        second = Daemon(day.settings, day.places, day.store.file, tell=lambda event: None)

        with pytest.raises(AlreadyWatching):
            second.run(threading.Event())


def test_the_heartbeat_says_that_it_runs_and_that_it_stopped(day: Day) -> None:
    with running(day):
        alive = read_heartbeat(day.store.file)
    after = read_heartbeat(day.store.file)

    assert alive is None or alive["state"] == "running"
    assert after is not None
    assert (after["state"], after["pid"], after["roots"]) == ("stopped", os.getpid(), [str(day.root)])


def test_goes_on_beside_another_writer_that_holds_the_store_for_a_while(day: Day) -> None:
    with running(day) as daemon:
        with day.store.writing():
            day.put("one.bin", b"one")
            daemon.stop.wait(1.0)
        daemon.until_named(EventKind.FOUND, "one.bin")

    assert daemon.error is None


def start(root: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(root)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM; the desk's tests stop it there")
def test_sigterm_finishes_cleanly(day: Day) -> None:
    process = start(day.root)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("started")

    process.terminate()

    out, _ = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0
    assert out.splitlines()[-1].startswith("stopped")


def test_loses_nothing_to_kills_at_random_moments(day: Day) -> None:
    dice = random.Random(7)
    for n in range(200):
        day.put(f"f{n % 7}/file{n}.bin", b"content %d" % (n % 150))
    for _ in range(20):
        process = start(day.root)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(dice.uniform(0.0, 0.35))  # the moment of the kill is the input of this test, not a wait for luck
        process.kill()
        process.wait(DEADLINE)
        process.stdout.close()

    report = day.scan()

    assert report.waiting == 0
    assert day.live() == sorted(f"f{n % 7}/file{n}.bin" for n in range(200))
    assert len(day.store.assets.summaries()) == 150
    assert day.store.ledger.verify().broken == ""
    assert day.store.check() == "ok"
    assert day.store.journal.depth() == (0, None)


def test_a_captured_plate_is_left_alone(day: Day, samples: Path) -> None:
    with running(day) as daemon:
        shutil.copy(samples / "stills" / "captured.jpg", day.root / "deliverables" / "plate.jpg")
        found = daemon.until_named(EventKind.FOUND, "plate.jpg")

    assert found.data["origin"] == Origin.CAPTURED
    with open_store(day.store.file, readonly=True) as store:
        assert store.decisions.findings() == []
