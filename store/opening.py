"""Opening a store: create, back up, migrate, and put its parts together."""

from __future__ import annotations

import contextlib
import os
import platform
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from provenance.errors import StoreTooNew, StoreUnreachable
from store import migrations, rows
from store.assets import Assets
from store.cases import Cases
from store.cuts import Cuts
from store.database import Connection, sqlite_version
from store.decisions import Decisions
from store.fields import Fields
from store.journal import Journal, StatIndex
from store.ledger import Ledger, copy_row
from store.lineage import Lineage
from store.tagging import Taggings
from store.uses import Uses

BACKUPS: Final = "backups"


def now_ms() -> int:
    """Milliseconds since 1970, by this workstation's clock."""
    return time.time_ns() // 1_000_000


class Store:
    """A production's memory on this workstation. Bound to the thread that opened it.

    Attributes: journal and index (local); assets, lineage, decisions, cases, cuts, fields, uses, taggings, ledger
    (lasting);
    station is this workstation's id; warnings are sentences for `status`.
    """

    def __init__(self, connection: Connection, station: str, clock: Callable[[], int]) -> None:
        self._db = connection
        self.file = connection.file
        self.station = station
        self.clock = clock
        self.ledger = Ledger(connection, station, rows.apply, clock)
        self.journal = Journal(connection)
        self.index = StatIndex(connection)
        self.assets = Assets(connection, self.ledger)
        self.lineage = Lineage(connection, self.ledger)
        self.decisions = Decisions(connection, self.ledger)
        self.cuts = Cuts(connection, self.ledger)
        self.fields = Fields(connection, self.ledger)
        self.uses = Uses(connection, self.ledger)
        self.taggings = Taggings(connection, self.ledger, self.lineage)
        self.cases = Cases(connection, self.assets, self.lineage, self.decisions)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What `status` should say about the store itself."""
        if self._db.wal:
            return ()
        version = ".".join(map(str, sqlite_version()))
        return (
            f"SQLite {version} has the WAL-reset bug (fixed in 3.51.3), and no wheel with a newer one exists for"
            " this platform: the store uses the slower rollback journal instead",
        )

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction over everything inside. Raises StoreError; then nothing of it was written."""
        with self._db.writing():
            yield

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """One consistent view over everything inside."""
        with self._db.reading():
            yield

    def check(self) -> str:
        """SQLite's own word on the file: `ok`, or what is wrong. Raises StoreError."""
        return str(self._db.value("PRAGMA quick_check"))

    def sizes(self) -> dict[str, int]:
        """Bytes of the database file and of its write-ahead log."""
        wal = self.file.with_name(self.file.name + "-wal")
        return {"store": self.file.stat().st_size, "wal": wal.stat().st_size if wal.exists() else 0}

    def name_station(self, name: str) -> None:
        """Records what people call this workstation."""
        self.ledger.append("station.joined", {"station": self.station, "name": name})

    def name_volume(self, volume: str, label: str) -> None:
        """Records what people call a volume, once."""
        if self._db.value("SELECT label FROM volume WHERE uid = ?", (volume,)) != label:
            self.ledger.append("volume.named", {"volume": volume, "label": label})

    def backup(self, target: Path) -> None:
        """Writes a sound copy of the whole store. Raises StoreError."""
        self._db.backup(target)

    def close(self) -> None:
        """Closes; safe to call twice."""
        self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(
    file: Path,
    *,
    readonly: bool = False,
    clock: Callable[[], int] = now_ms,
    station_name: str = "",
    busy_seconds: float = 30.0,
) -> Store:
    """Opens a store, creating or migrating it where needed; a backup is made before a migration.

    Args:
        file: the database file.
        readonly: for questions; never creates and never migrates an empty place.
        clock: milliseconds since 1970.
        station_name: what people call this workstation; the host's name where empty.
        busy_seconds: how long to wait for another writer.

    Raises:
        StoreUnreachable, StoreLocked, StoreFull, StoreDamaged: as their names say.
        StoreTooNew: a newer version of this program wrote it.
    """
    if not readonly:
        _make_folder(file)
    connection = _current(file, readonly=readonly, busy_seconds=busy_seconds)
    try:
        store = Store(connection, _station(connection, readonly=readonly), clock)
        if not readonly and not connection.value("SELECT name FROM station WHERE uid = ?", (store.station,)):
            store.name_station(station_name or platform.node() or "workstation")
    except BaseException:
        connection.close()
        raise
    return store


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnreachable(
            f"the folder for the store cannot be made: {error.strerror}",
            path=file.parent,
            remedy="check that you may write there, or set `store.path` in provenance.toml",
        ) from error


def _current(file: Path, *, readonly: bool, busy_seconds: float) -> Connection:
    """A connection to a store of the current schema."""
    connection = Connection(file, readonly=readonly, busy_seconds=busy_seconds)
    try:
        version = int(connection.value("PRAGMA user_version"))
        if version > migrations.SCHEMA_VERSION:
            raise StoreTooNew(
                f"the store was written by a newer version of this program (schema {version}, this one knows"
                f" {migrations.SCHEMA_VERSION})",
                path=file,
                remedy="update this program on this workstation",
            )
        if version < migrations.SCHEMA_VERSION and readonly:
            connection.close()
            _current(file, readonly=False, busy_seconds=busy_seconds).close()
            return Connection(file, readonly=True, busy_seconds=busy_seconds)
        if version < migrations.SCHEMA_VERSION:
            _migrate(connection, version)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: Connection, version: int) -> None:
    if version:
        backups = connection.file.parent / BACKUPS
        with connection.translated():
            backups.mkdir(exist_ok=True)
        connection.backup(backups / f"{connection.file.stem}-before-schema-{migrations.SCHEMA_VERSION}.db")
    # All steps in one transaction: of two processes that open a new store at once, the second finds it made
    with connection.writing(), connection.translated():
        if int(connection.value("PRAGMA user_version")) < migrations.SCHEMA_VERSION:
            migrations.apply_steps(connection.utils)


def _station(connection: Connection, *, readonly: bool) -> str:
    found = connection.value("SELECT value FROM local WHERE key = 'station'")
    if found is None and not readonly:
        with connection.writing():
            found = connection.value("SELECT value FROM local WHERE key = 'station'")
            if found is None:
                found = str(uuid.uuid4())
                connection.execute("INSERT INTO local VALUES ('station', ?)", (found,))
    return str(found or "")


def rebuild(store: Store, target: Path) -> Store:
    """A new store whose every lasting row was made again from this one's ledger. Raises StoreError."""
    aside = target.with_name(target.name + ".part")
    aside.unlink(missing_ok=True)
    connection = Connection(aside)
    with connection.translated():
        migrations.apply_steps(connection.utils)
    with connection.writing():
        connection.execute("INSERT INTO local VALUES ('station', ?)", (store.station,))
        for entry, row, personal in store.ledger.raw():
            copy_row(connection, row, personal)
            rows.apply(connection, entry)
    connection.close()
    os.replace(aside, target)
    return open_store(target, clock=store.clock)
