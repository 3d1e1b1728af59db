"""Opening a store, and what happens where it cannot be opened or written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from provenance.errors import StoreDamaged, StoreFull, StoreLocked, StoreTooNew, StoreUnreachable
from provenance.model import Origin
from store import locate, migrations, open_store
from store.database import Connection, sqlite, wal_reset_fixed
from tests.store.conftest import an_asset, sha


def test_speaks_through_the_same_sqlite_as_sqlite_utils() -> None:
    from sqlite_utils.utils import sqlite3 as theirs

    assert theirs.sqlite_version == sqlite.sqlite_version
    assert theirs.__name__.split(".")[0] == sqlite.__name__.split(".")[0]


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 0), False), ((3, 50, 7), True),
        ((3, 51, 2), False), ((3, 51, 3), True), ((3, 52, 0), False), ((3, 53, 4), True),
    ],
)  # fmt: skip
def test_knows_which_sqlite_has_the_wal_reset_bug(version: tuple[int, int, int], fixed: bool) -> None:
    assert wal_reset_fixed(version) is fixed


@pytest.mark.parametrize(("version", "mode"), [((3, 40, 1), "delete"), ((3, 53, 4), "wal")])
def test_uses_the_rollback_journal_where_wal_is_not_safe(
    tmp_path: Path, version: tuple[int, int, int], mode: str
) -> None:
    connection = Connection(tmp_path / "store.db", version=version)

    found = connection.value("PRAGMA journal_mode")

    assert found == mode
    connection.close()


def test_always_writes_through_to_the_disk_and_keeps_foreign_keys(tmp_path: Path) -> None:
    connection = Connection(tmp_path / "store.db")

    found = [connection.value(f"PRAGMA {name}") for name in ("synchronous", "foreign_keys", "recursive_triggers")]

    assert found == [2, 1, 1]
    connection.close()


def test_refuses_a_store_of_a_newer_version(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    open_store(file).close()
    connection = Connection(file)
    connection.execute(f"PRAGMA user_version = {migrations.SCHEMA_VERSION + 1}")
    connection.close()

    for readonly in (False, True):
        with pytest.raises(StoreTooNew, match="newer version") as error:
            open_store(file, readonly=readonly)
        assert (error.value.path, bool(error.value.remedy)) == (file, True)


def test_makes_a_backup_before_it_migrates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "store.db"
    with open_store(file) as store:
        store.assets.record(an_asset("kept"))

    def one_more(db: object) -> None:
        db.execute("CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT")  # type: ignore[attr-defined]

    monkeypatch.setattr(migrations, "SCHEMA_VERSION", migrations.SCHEMA_VERSION + 1)
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, one_more))
    with open_store(file) as store:
        kept = store.assets.get(sha("kept")).size

    (backup,) = (tmp_path / "backups").iterdir()
    assert kept == 4
    monkeypatch.undo()
    with open_store(backup) as store:
        assert store.assets.get(sha("kept")).size == 4


def test_a_question_to_a_place_without_a_store_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="no store here"):
        open_store(tmp_path / "nowhere" / "store.db", readonly=True)

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    file.write_bytes(b"this is a letter, not a database" * 200)

    with pytest.raises(StoreDamaged) as error:
        open_store(file)

    assert error.value.path == file
    assert file.read_bytes().startswith(b"this is a letter")


def test_a_locked_store_is_named_after_waiting(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    with open_store(file) as first, open_store(file, busy_seconds=0.05) as second, first.writing():
        first.assets.record(an_asset("mine"))

        with pytest.raises(StoreLocked, match="another program"):
            second.assets.record(an_asset("theirs"))


def test_another_process_writes_beside_us_without_loss(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    code = (
        "import sys; from pathlib import Path; from store import open_store\n"
        "from tests.store.conftest import an_asset\n"
        "with open_store(Path(sys.argv[1])) as store:\n"
        "    for n in range(100): store.assets.record(an_asset(f'theirs {n}'))\n"
    )
    with open_store(file) as store:
        other = subprocess.Popen([sys.executable, "-c", code, str(file)], env={**os.environ, "PYTHONPATH": os.getcwd()})
        for n in range(100):
            store.assets.record(an_asset(f"mine {n}"))
        assert other.wait(60) == 0

        assert len(store.assets.summaries()) == 200
        assert store.ledger.verify().broken == ""


def test_nothing_of_a_failed_transaction_stays(tmp_path: Path) -> None:
    with open_store(tmp_path / "store.db") as store:
        before = store.ledger.head()

        def write_half() -> None:
            with store.writing():
                store.assets.record(an_asset("lost"))
                raise RuntimeError("the power goes")

        with pytest.raises(RuntimeError):
            write_half()

        assert store.ledger.head() == before
        assert store.assets.summaries() == []


def _private_mounts() -> bool:
    tool = shutil.which("unshare")
    if tool is None:
        return False
    test = [tool, "-rm", "sh", "-c", "mount -t tmpfs -o size=1m none /mnt"]
    return subprocess.run(test, capture_output=True, check=False).returncode == 0


FILL = """
import sys
from pathlib import Path
from provenance.errors import StoreFull
from provenance.model import Origin
from store import open_store
from tests.store.conftest import an_asset
kept = 0
store = open_store(Path("/mnt/store.db"))
try:
    for n in range(100_000):
        store.assets.record(an_asset(f"{n} " + "x" * 400, Origin.CAPTURED))
        kept += 1
except StoreFull as error:
    assert str(error.path) == "/mnt/store.db" and error.remedy, error
else:
    sys.exit("the disk never filled")
store.close()
again = open_store(Path("/mnt/store.db"), readonly=True)
assert len(again.assets.summaries()) == kept, (kept, len(again.assets.summaries()))
assert again.check() == "ok" and not again.ledger.audit().broken
print("kept", kept)
"""


@pytest.mark.skipif(not _private_mounts(), reason="needs `unshare -rm` and tmpfs (Linux) to fill a disk")
def test_a_full_disk_loses_nothing_that_was_recorded() -> None:
    script = f'mount -t tmpfs -o size=3m none /mnt && exec "{sys.executable}" -c "$FILL"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, timeout=100, check=False,
        env={**os.environ, "PYTHONPATH": os.getcwd(), "FILL": FILL},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[1]) > 10


def test_a_full_disk_is_told_as_such() -> None:
    from store.database import _translate

    error = _translate(Exception("database or disk is full"), Path("store.db"))

    assert isinstance(error, StoreFull)


def test_a_store_belongs_to_the_thread_that_opened_it(tmp_path: Path) -> None:
    caught: list[BaseException] = []
    with open_store(tmp_path / "store.db") as store:

        def use() -> None:
            try:
                store.assets.summaries()
            except BaseException as error:
                caught.append(error)

        thread = threading.Thread(target=use)
        thread.start()
        thread.join()

    assert len(caught) == 1


def test_lies_beside_the_configuration_by_default(tmp_path: Path) -> None:
    found = locate(tmp_path, "id", kind_of=lambda path: "ext4")

    assert found.file == tmp_path / ".provenance" / "store.db"


def test_lies_in_the_data_folder_where_the_production_is_on_a_share(tmp_path: Path) -> None:
    found = locate(tmp_path, "production-1", kind_of=lambda path: "cifs")

    assert tmp_path not in found.file.parents
    assert "production-1" in found.file.parts
    assert "cifs" in found.reason


def test_refuses_a_configured_path_on_a_share_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="network share"):
        locate(tmp_path, "id", "elsewhere", kind_of=lambda path: "nfs4")


def test_a_configured_folder_gets_the_store_inside(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()

    found = locate(tmp_path, "id", "elsewhere", kind_of=lambda path: "ext4")

    assert found.file == (tmp_path / "elsewhere" / "store.db").resolve()


def test_redescribing_keeps_one_asset(tmp_path: Path) -> None:
    with open_store(tmp_path / "store.db") as store:
        first = store.assets.record(an_asset("a", Origin.UNDECLARED))
        again = store.assets.record(an_asset("a", Origin.UNDECLARED))
        newer = store.assets.record(an_asset("a", Origin.AI_GENERATED, reader_version="2"))

        assert (first, again, newer) == (True, False, True)
        assert [one.origin for one in store.assets.summaries()] == [Origin.AI_GENERATED]
        assert store.assets.get(sha("a")) == an_asset("a", Origin.AI_GENERATED, reader_version="2")


def test_several_programs_may_open_a_new_store_at_the_same_moment(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from store import open_store\n"
        "while time.time() < float(sys.argv[2]): pass\n"
        "open_store(Path(sys.argv[1])).close()\n"
    )
    for round_ in range(3):
        at = str(time.time() + 1.5)
        file = str(tmp_path / f"{round_}.db")
        others = [subprocess.Popen([sys.executable, "-c", code, file, at], stderr=subprocess.PIPE) for _ in range(4)]

        said = [one.communicate()[1] for one in others]

        assert said == [b""] * 4


def test_whoever_may_only_read_can_still_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "store.db"
    with open_store(file) as store:
        store.assets.record(an_asset("kept"))
    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)

    with open_store(file, readonly=True) as store:
        found = len(store.assets.summaries())

    assert found == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before
