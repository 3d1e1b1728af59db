"""The one door to SQLite: opening, transactions, and the translation of its errors.

Which SQLite: `pysqlite3` (a wheel with a current SQLite) where it is installed, else the one Python brings.
sqlite-utils makes the same choice, so both always speak through one library: two SQLite libraries on one
file in one process lose commits, because POSIX locks do not act within a process.

Journal mode: WAL, except on a SQLite with the WAL-reset bug (3.7.0 to 3.51.2 save the back-ported fixes,
https://sqlite.org/wal.html#walresetbug). There the rollback journal is used: it is slower and makes readers
wait for a commit, but it has no such bug, and the command line still works beside the daemon.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from provenance.errors import (
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreUnreachable,
)

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # no wheel for this platform: Python's own
    import sqlite3 as sqlite

if TYPE_CHECKING:
    from sqlite_utils import Database

BUSY_SECONDS: Final = 30.0
JOURNAL_LIMIT: Final = 64 * 1024 * 1024
_PAUSE_SECONDS: Final = 0.02
Row = tuple[Any, ...]


def wal_reset_fixed(version: tuple[int, int, int]) -> bool:
    """True for a SQLite without the WAL-reset bug."""
    return (
        (version >= (3, 51, 3) and version != (3, 52, 0))
        or (3, 50, 7) <= version < (3, 51, 0)
        or (3, 44, 6) <= version < (3, 45, 0)
    )


def sqlite_version() -> tuple[int, int, int]:
    """The version of the SQLite in use."""
    major, minor, patch = (int(part) for part in sqlite.sqlite_version.split("."))
    return major, minor, patch


class Connection:
    """One connection to a store, bound to the thread that opened it.

    Args:
        file: the database file; it is created where it is missing, unless `readonly`.
        readonly: refuse every write.
        busy_seconds: how long to wait for another writer.
        version: the SQLite version to judge by (tests hand in an affected one).
    """

    def __init__(
        self,
        file: Path,
        *,
        readonly: bool = False,
        busy_seconds: float = BUSY_SECONDS,
        version: tuple[int, int, int] | None = None,
    ) -> None:
        self.file = file
        self.readonly = readonly
        self.wal = wal_reset_fixed(version or sqlite_version())
        self._depth = 0
        with self.translated():
            self._raw = self._open(busy_seconds)
            self._prepare(busy_seconds)

    def _open(self, busy_seconds: float) -> Any:
        if self.readonly and not self.file.exists():
            raise StoreUnreachable(
                "there is no store here yet", path=self.file, remedy="run `provenance scan` or `provenance watch`"
            )
        # isolation_level None: transactions begin where we say, never behind our back (always IMMEDIATE)
        uri = self.file.absolute().as_uri() + f"?mode={self._mode()}"
        return sqlite.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None)

    def _mode(self) -> str:
        if not self.readonly:
            return "rwc"
        if os.access(self.file, os.W_OK) and os.access(self.file.parent, os.W_OK):
            return "rw"  # the index of the write-ahead log lies beside the store and is shared by all readers
        # Somebody who may only read: without a write-ahead log nobody is writing, and the file can be taken as it is
        wal = self.file.with_name(self.file.name + "-wal")
        return "ro" if wal.exists() and wal.stat().st_size else "ro&immutable=1"

    def _prepare(self, busy_seconds: float) -> None:
        for pragma in ("foreign_keys = ON", "recursive_triggers = ON", "synchronous = FULL", "temp_store = MEMORY"):
            self._raw.execute(f"PRAGMA {pragma}")
        if self.readonly:
            self._raw.execute("PRAGMA query_only = ON")
            return
        self._set_journal_mode("wal" if self.wal else "delete", time.monotonic() + busy_seconds)
        self._raw.execute(f"PRAGMA journal_size_limit = {JOURNAL_LIMIT}")

    def _set_journal_mode(self, mode: str, until: float) -> None:
        # SQLite does not wait for others here, whatever the timeout: a store that several programs open for the
        # first time at once is locked for an instant
        while self._raw.execute("PRAGMA journal_mode").fetchone()[0] != mode:
            try:
                self._raw.execute(f"PRAGMA journal_mode = {mode}").fetchone()
            except sqlite.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(_PAUSE_SECONDS)
            else:
                return

    @property
    def utils(self) -> Database:
        """The same connection as a sqlite-utils Database: for migrations, schema, reports and exports."""
        from sqlite_utils import Database

        return Database(self._raw, execute_plugins=False)

    def execute(self, sql: str, values: Sequence[object] | dict[str, object] = ()) -> Any:
        """Runs one statement; the cursor. Raises StoreError."""
        with self.translated():
            return self._run(sql, values)

    def _run(self, sql: str, values: Sequence[object] | dict[str, object]) -> Any:
        try:
            return self._raw.execute(sql, values)
        except UnicodeEncodeError:  # a name that is not UTF-8 in a text column: shown with escapes there
            return self._raw.execute(sql, _writable(values))

    def executemany(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Runs one statement for many rows. Raises StoreError."""
        with self.translated():
            self._raw.executemany(sql, map(_writable, rows))

    def rows(self, sql: str, values: Sequence[object] | dict[str, object] = ()) -> list[Row]:
        """All rows of a query. Raises StoreError."""
        with self.translated():
            return list(self._run(sql, values).fetchall())

    def iterate(self, sql: str, values: Sequence[object] | dict[str, object] = ()) -> Iterator[Row]:
        """The rows of a query one by one, in bounded memory. Raises StoreError."""
        with self.translated():
            yield from self._run(sql, values)

    def row(self, sql: str, values: Sequence[object] | dict[str, object] = ()) -> Row | None:
        """The first row of a query, or None. Raises StoreError."""
        with self.translated():
            found: Row | None = self._run(sql, values).fetchone()
            return found

    def value(self, sql: str, values: Sequence[object] | dict[str, object] = ()) -> Any:
        """The first column of the first row, or None. Raises StoreError."""
        found = self.row(sql, values)
        return None if found is None else found[0]

    def insert(self, sql: str, values: Sequence[object]) -> int:
        """Runs one INSERT; the new row's id. Raises StoreError."""
        with self.translated():
            return int(self._run(sql, values).lastrowid)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, begun IMMEDIATE: a deferred one that reads and then writes fails at once when
        another writer is there, whatever the timeout. Inside another it is part of that one.
        """
        if self._depth:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            self._rollback()
            raise
        self._depth -= 1
        try:
            self.execute("COMMIT")
        except BaseException:
            self._rollback()
            raise

    def _rollback(self) -> None:
        # SQLITE_FULL and friends roll back by themselves; a second ROLLBACK would hide the first error
        if self._raw.in_transaction:
            with contextlib.suppress(sqlite.Error):
                self._raw.execute("ROLLBACK")

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """A consistent view over several queries."""
        if self._depth:
            yield
            return
        self.execute("BEGIN")
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            self._rollback()

    def backup(self, target: Path) -> None:
        """Writes a sound copy beside, by SQLite's own backup, then moves it in. Raises StoreError."""
        aside = target.with_name(target.name + ".part")
        with self.translated(), contextlib.closing(sqlite.connect(aside)) as copy:
            self._raw.backup(copy)
        os.replace(aside, target)

    def close(self) -> None:
        """Closes; safe to call twice."""
        self._raw.close()

    @contextlib.contextmanager
    def translated(self) -> Iterator[None]:
        """Turns SQLite's errors into ours. Raises StoreError."""
        try:
            yield
        except sqlite.Error as error:
            raise _translate(error, self.file) from error
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise StoreFull("the disk is full", path=self.file, remedy=_ROOM) from error
            raise StoreUnreachable(str(error), path=self.file, remedy=_PERMISSION) from error


def _writable(values: Any) -> Any:
    """The values with escapes for what UTF-8 cannot hold (names in any bytes arrive as lone surrogates)."""
    if isinstance(values, dict):
        return {name: _text(value) for name, value in values.items()}
    return [_text(value) for value in values]


def _text(value: object) -> object:
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


_ROOM: Final = "make room there, then run the command again; nothing already recorded is lost"
_PERMISSION: Final = "check that the folder exists and that you may write there"
_DAMAGED: Final = "keep the file, and restore the newest copy from the `backups` folder beside it"


def _translate(error: Exception, file: Path) -> StoreError:
    text = str(error)
    low = text.lower()
    if "locked" in low or "busy" in low:
        return StoreLocked(
            "another program is writing to the store and did not finish in time",
            path=file,
            remedy="try again; `provenance status` says whether a daemon runs",
        )
    if "full" in low:
        return StoreFull("the disk is full", path=file, remedy=_ROOM)
    if "malformed" in low or "not a database" in low or "corrupt" in low:
        return StoreDamaged(f"the store is damaged: {text}", path=file, remedy=_DAMAGED)
    if "unable to open" in low or "readonly" in low or "i/o error" in low:
        return StoreUnreachable(f"the store cannot be used: {text}", path=file, remedy=_PERMISSION)
    return StoreError(f"the store refused: {text}", path=file)
