"""What was seen and is not yet done, on disk before anything acts on it.

An item leaves in the transaction that records its asset, so a kill at any instant costs repeated work at
most. The journal and the stat index are local: a scan can make both again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from provenance.model import FileStamp, Place
from store.database import Connection


@dataclass(frozen=True, slots=True)
class Waiting:
    """One item: the place, why it was noted, when first (ms), how often it was tried, the last fault."""

    place: Place
    reason: str
    first_seen: int
    tries: int
    not_before: int
    fault: str


@dataclass(frozen=True, slots=True)
class Known:
    """A line of the stat index: the stamp, the SHA-256 of that file (None: not hashed), when hashed (ns)."""

    stamp: FileStamp
    sha256: bytes | None
    hashed_ns: int


class Journal:
    """Paths seen and not yet ingested."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def note(self, places: Iterable[Place], reason: str, at: int) -> None:
        """Notes places in one transaction; one that waits already keeps its first time and its tries."""
        with self._db.writing():
            rows = [(scanned_folder(self._db, one.volume, one.folder), one.name, reason, at) for one in places]
            self._db.executemany(
                "INSERT INTO journal (folder_id, name, reason, first_seen) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                rows,
            )

    def waiting(self, now: int, limit: int = 1_000_000) -> list[Waiting]:
        """What may be tried at `now` (ms), oldest first."""
        return self._waiting("j.not_before <= ?", (now, limit), " LIMIT ?")

    def _waiting(self, where: str, values: tuple[int, ...], limit: str = "") -> list[Waiting]:
        rows = self._db.rows(
            "SELECT f.volume, f.path, j.name, j.reason, j.first_seen, j.tries, j.not_before, j.fault"
            f" FROM journal j JOIN scanned_folder f ON f.id = j.folder_id WHERE {where}"
            f" ORDER BY j.first_seen, f.path, j.name{limit}",
            values,
        )
        return [Waiting(Place(*row[:3]), *row[3:]) for row in rows]

    def done(self, place: Place) -> None:
        """Takes a place out; call it in the transaction that records what it was."""
        self._db.execute(
            "DELETE FROM journal WHERE name = ? AND folder_id ="
            " (SELECT id FROM scanned_folder WHERE volume = ? AND path = ?)",
            (place.name, place.volume, place.folder),
        )

    def failed(self, place: Place, fault: str, not_before: int) -> None:
        """Keeps a place for a later try, with the reason for people."""
        self._db.execute(
            "UPDATE journal SET tries = tries + 1, fault = ?, not_before = ? WHERE name = ? AND folder_id ="
            " (SELECT id FROM scanned_folder WHERE volume = ? AND path = ?)",
            (fault, not_before, place.name, place.volume, place.folder),
        )

    def tries(self, place: Place) -> int:
        """How often a place failed; 0 where it does not wait."""
        return int(
            self._db.value(
                "SELECT j.tries FROM journal j JOIN scanned_folder f ON f.id = j.folder_id"
                " WHERE f.volume = ? AND f.path = ? AND j.name = ?",
                (place.volume, place.folder, place.name),
            )
            or 0
        )

    def faults(self) -> list[Waiting]:
        """Items that failed at least once, oldest first."""
        return self._waiting("j.fault <> ''", ())

    def depth(self) -> tuple[int, int | None]:
        """(number of items, first_seen of the oldest)."""
        count, oldest = self._db.row("SELECT count(*), min(first_seen) FROM journal") or (0, None)
        return count, oldest


class StatIndex:
    """What the last look at each file saw, so that an unchanged file is never read again."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def folder(self, volume: str, folder: bytes) -> dict[bytes, Known]:
        """Every file known in a folder (not below it), by name."""
        rows = self._db.rows(
            "SELECT s.name, s.size, s.mtime_ns, s.ctime_ns, s.inode, s.sha256, s.hashed_ns FROM stat_index s"
            " JOIN scanned_folder f ON f.id = s.folder_id WHERE f.volume = ? AND f.path = ?",
            (volume, folder),
        )
        return {name: Known(FileStamp(*stamp), sha256, hashed) for name, *stamp, sha256, hashed in rows}

    def one(self, place: Place) -> Known | None:
        """What is known of one file, or None."""
        row = self._db.row(
            "SELECT s.size, s.mtime_ns, s.ctime_ns, s.inode, s.sha256, s.hashed_ns FROM stat_index s"
            " JOIN scanned_folder f ON f.id = s.folder_id WHERE f.volume = ? AND f.path = ? AND s.name = ?",
            (place.volume, place.folder, place.name),
        )
        return None if row is None else Known(FileStamp(*row[:4]), row[4], row[5])

    def folders(self, volume: str, below: bytes = b"", *, limit: int = -1) -> list[bytes]:
        """Folders of a volume that hold known or waiting files, at and below a folder; all where limit is -1."""
        rows = self._db.rows(
            "SELECT path FROM scanned_folder f WHERE volume = ? AND (? = x'' OR path = ? OR (path > ? AND path < ?))"
            " AND (EXISTS (SELECT 1 FROM stat_index s WHERE s.folder_id = f.id)"
            " OR EXISTS (SELECT 1 FROM journal j WHERE j.folder_id = f.id)) ORDER BY path LIMIT ?",
            (volume, below, below, below + b"/", below + b"0", limit),
        )
        return [row[0] for row in rows]

    def put(self, place: Place, stamp: FileStamp, sha256: bytes | None, hashed_ns: int) -> None:
        """Remembers a look at a file."""
        self.put_all(place.volume, place.folder, {place.name: Known(stamp, sha256, hashed_ns)})

    def put_all(self, volume: str, folder: bytes, looks: Mapping[bytes, Known]) -> None:
        """Remembers looks at files of one folder."""
        with self._db.writing():
            row = scanned_folder(self._db, volume, folder)
            self._db.executemany(
                "INSERT INTO stat_index VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " size = excluded.size, mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns,"
                " inode = excluded.inode, sha256 = excluded.sha256, hashed_ns = excluded.hashed_ns",
                [
                    (row, name, s.size, s.mtime_ns, s.ctime_ns, s.inode, look.sha256, look.hashed_ns)
                    for name, look in looks.items()
                    for s in (look.stamp,)
                ],
            )

    def drop(self, volume: str, folder: bytes, names: Iterable[bytes]) -> None:
        """Forgets files that are gone."""
        with self._db.writing():
            row = scanned_folder(self._db, volume, folder)
            self._db.executemany(
                "DELETE FROM stat_index WHERE folder_id = ? AND name = ?", [(row, name) for name in names]
            )

    def count(self) -> int:
        """Number of files known."""
        return int(self._db.value("SELECT count(*) FROM stat_index"))


def scanned_folder(db: Connection, volume: str, folder: bytes) -> int:
    """The local row of a folder, made where it is new."""
    found = db.value("SELECT id FROM scanned_folder WHERE volume = ? AND path = ?", (volume, folder))
    if found is not None:
        return int(found)
    return db.insert("INSERT INTO scanned_folder (volume, path) VALUES (?, ?)", (volume, folder))
