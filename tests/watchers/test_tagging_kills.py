"""kill -9 at any instant of tagging in a production: every file is whole and the record knows it for the same thing."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provenance.describe import describe
from provenance.model import Relation
from store import Store
from tests.conftest import SAMPLES
from tests.watchers.production import Day, a_production

ROOT = Path(__file__).resolve().parents[2]
FILES = {"ai/still.jpg": "stills/stripped.jpg", "ai/shot.mp4": "clips/plate.mp4", "ai/tone.wav": "clips/tone.wav",
         "camera/plate.jpg": "stills/captured.jpg"}  # fmt: skip
TAGS_FOR_EVER = """
import itertools, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.watchers.production import a_production
with a_production(Path({show!r})) as day:
    day.scan()
    print("ready", flush=True)
    for n in itertools.count():
        for name in {names!r}:
            day.store.fields.set(day.at(name), {{"shot": str(n)}}, by="nobody")
            day.tag(name)
            if n % 2:
                day.untag(name)
"""


def same_thing(store: Store, one: bytes, other: bytes) -> bool:
    """True where two contents are one group of the same essence."""
    group, queue = {one}, [one]
    while queue:
        for link in store.lineage.parents(queue.pop()):
            if link.relation is Relation.SAME_ESSENCE and link.parent not in group:
                group.add(link.parent)
                queue.append(link.parent)
    return other in group


def killed(show: Path, times: int) -> None:
    with a_production(show) as day:
        day.make_identity()
        for name, sample in FILES.items():
            (show / name).parent.mkdir(exist_ok=True)
            shutil.copy2(SAMPLES / sample, show / name)
        day.scan()
        first = {name: day.at(name) or b"" for name in FILES}
    essence = {name: describe(show / name).essence for name in FILES}
    chance = random.Random(7)
    code = TAGS_FOR_EVER.format(root=str(ROOT), show=str(show), names=list(FILES))
    for _ in range(times):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(chance.random() * 0.4)  # the kill may come at any instant
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    with a_production(show) as day:
        day.scan()
        assert_whole(day, first)
    assert {name: describe(show / name).essence for name in FILES} == essence


def assert_whole(day: Day, first: dict[str, bytes]) -> None:
    for name, sha256 in first.items():
        now = day.at(name)
        assert now is not None
        assert same_thing(day.store, now, sha256), name
    assert [path for path in day.root.rglob(".provenance-*") if path.is_file()] == []
    assert day.store.taggings.pending() == []
    assert day.store.ledger.audit().broken == ""
    assert not day.store.lineage.disagreement()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_twenty_kills_while_tagging_leave_every_file_whole_and_known(tmp_path: Path) -> None:
    killed(tmp_path / "show", 20)


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_two_hundred_kills_while_tagging_leave_every_file_whole_and_known(tmp_path: Path) -> None:
    killed(tmp_path / "show", 200)
