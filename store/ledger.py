"""The ledger: append-only, hash-chained history. Every other lasting row follows from its entries.

An entry's hash covers the one before it, its own head, its public body, and a salted commitment to its
personal payload. The payload (names, prompts, the raw marks of a file, which may hold both) lies beside in
`personal` and can be erased by a recorded redaction; the chain stays whole, because it holds only the
commitment.

One chain per station. A chain proves nothing against someone who can rewrite the whole file; signed
checkpoints kept elsewhere do (a later version writes them).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from provenance import canonical
from provenance.errors import LedgerBroken, UsageError
from store.database import Connection, Row

ENTRY_DOMAIN: Final = b"media-provenance-tracker/ledger/1\0"
PERSONAL_DOMAIN: Final = b"media-provenance-tracker/personal/1\0"
START: Final = bytes(32)
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `personal` is None where there is none, or where it was redacted (`redacted` tells)."""

    seq: int
    station: str
    number: int
    at: int
    kind: str
    version: int
    body: Body
    personal: Body | None = None
    redacted: bool = False
    hash: bytes = b""

    @property
    def uid(self) -> str:
        """Its identity on every workstation."""
        return f"{self.station}/{self.number}"

    def told(self, name: str, default: Any = "") -> Any:
        """A personal field, or `default` where it was redacted or never given."""
        return default if self.personal is None else self.personal.get(name, default)


@dataclass(frozen=True, slots=True)
class Audit:
    """What `audit` found: entries per station, redactions, heads, and the first thing that is broken."""

    entries: int
    redacted: int
    heads: Mapping[str, str] = field(default_factory=dict)
    broken: str = ""


def commitment_of(salt: bytes, body: bytes) -> bytes:
    """The salted commitment to a personal payload, 32 bytes."""
    return hashlib.sha256(PERSONAL_DOMAIN + salt + body).digest()


def hash_of(prev: bytes, head: tuple[str, int, int, str, int], body: bytes, commitment: bytes | None) -> bytes:
    """The chained hash of an entry, 32 bytes; head is (station, number, at, kind, version)."""
    committed = None if commitment is None else commitment.hex()
    sealed = canonical.dump([*head, committed, hashlib.sha256(body).hexdigest()])
    return hashlib.sha256(ENTRY_DOMAIN + prev + sealed).digest()


class Ledger:
    """Appends entries and checks the chain.

    Args:
        connection: the store.
        station: id of this workstation's station.
        apply: writes the rows that follow from an entry; called in the same transaction.
        clock: milliseconds since 1970.
    """

    def __init__(
        self,
        connection: Connection,
        station: str,
        apply: Callable[[Connection, Entry], None],
        clock: Callable[[], int],
    ) -> None:
        self._db = connection
        self._station = station
        self._apply = apply
        self._clock = clock

    def append(
        self, kind: str, body: Body, personal: Body | None = None, *, version: int = 1, at: int | None = None
    ) -> Entry:
        """Adds an entry and the rows that follow from it, in one transaction. Raises StoreError."""
        with self._db.writing():
            station_id, number, prev = self._tail()
            moment = self._clock() if at is None else at
            entry = Entry(0, self._station, number, moment, kind, version, body, personal)
            text = canonical.dump(body)
            salt, secret = secrets.token_bytes(16), canonical.dump(personal or {})
            commitment = None if personal is None else commitment_of(salt, secret)
            sealed = hash_of(prev, (entry.station, number, moment, kind, version), text, commitment)
            seq = self._db.insert(
                "INSERT INTO ledger (station_id, number, uid, at, kind, version, body, commitment, prev, hash)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (station_id, number, entry.uid, moment, kind, version, text.decode(), commitment, prev, sealed),
            )
            if personal is not None:
                self._db.execute("INSERT INTO personal VALUES (?, ?, ?)", (seq, salt, secret.decode()))
            entry = Entry(seq, self._station, number, moment, kind, version, body, personal, False, sealed)
            self._apply(self._db, entry)
            return entry

    def _tail(self) -> tuple[int, int, bytes]:
        station_id = self._db.value("SELECT id FROM station WHERE uid = ?", (self._station,))
        if station_id is None:
            station_id = self._db.insert("INSERT INTO station (uid, name) VALUES (?, '')", (self._station,))
        last = self._db.row(
            "SELECT number, hash FROM ledger WHERE station_id = ? ORDER BY number DESC LIMIT 1", (station_id,)
        )
        return (station_id, 1, START) if last is None else (station_id, last[0] + 1, last[1])

    def redact(self, uid: str, reason: str, by: str) -> None:
        """Erases the personal payload of an entry; that it was erased stays. Raises UsageError."""
        seq = self._db.value("SELECT seq FROM ledger WHERE uid = ?", (uid,))
        if seq is None or self._db.value("SELECT 1 FROM personal WHERE seq = ?", (seq,)) is None:
            raise UsageError(
                f"entry {uid} holds no personal data", remedy="`provenance audit --list` shows the entries"
            )
        self.append("redacted", {"entry": uid, "reason": reason}, {"by": by})

    def entries(self, *, kind: str = "", after: int = 0) -> Iterator[Entry]:
        """All entries in the order they came, or those of one kind. Raises StoreError."""
        for row in self._db.iterate(_ENTRIES + " ORDER BY l.seq", {"kind": kind, "after": after}):
            yield _entry(row)

    def raw(self) -> Iterator[tuple[Entry, Row, Row | None]]:
        """(entry, ledger row, personal row) as they lie in the database, oldest first; for a rebuild."""
        for entry in self.entries():
            row = self._db.row(_RAW, (entry.seq,)) or ()
            yield entry, row, self._db.row("SELECT * FROM personal WHERE seq = ?", (entry.seq,))

    def head(self) -> tuple[int, str]:
        """(number of entries, hex hash of the newest of this station)."""
        count = int(self._db.value("SELECT count(*) FROM ledger"))
        newest = self._db.value(
            "SELECT l.hash FROM ledger l JOIN station s ON s.id = l.station_id"
            " WHERE s.uid = ? ORDER BY l.number DESC LIMIT 1",
            (self._station,),
        )
        return count, (newest or START).hex()

    def audit(self) -> Audit:
        """Re-derives every chain and every commitment; names the first entry that does not fit."""
        tails: dict[str, tuple[int, bytes]] = {}
        count = redacted = 0
        for row in self._db.iterate(_AUDIT):
            count += 1
            station, gone = row[1], row[10] is not None
            problem = _check(row, *tails.get(station, (0, START)))
            if problem:
                heads = {name: tail.hex() for name, (_, tail) in tails.items()}
                return Audit(count, redacted, heads, f"entry {row[3]} ({row[5]}): {problem}")
            tails[station] = (row[2], row[9])
            redacted += gone
        missing = self._db.value("SELECT count(*) FROM personal p LEFT JOIN ledger l USING (seq) WHERE l.seq IS NULL")
        heads = {name: tail.hex() for name, (_, tail) in tails.items()}
        return Audit(count, redacted, heads, "personal data without an entry" if missing else "")

    def verify(self) -> Audit:
        """As `audit`, but a broken chain raises LedgerBroken."""
        found = self.audit()
        if found.broken:
            raise LedgerBroken(
                f"the history was changed outside this program: {found.broken}",
                path=self._db.file,
                remedy="keep this file, and compare it with a backup",
            )
        return found


def copy_row(db: Connection, row: Row, personal: Row | None) -> None:
    """Writes a ledger row and its payload as they are into another store."""
    seq, station, *columns = row
    station_id = db.value("SELECT id FROM station WHERE uid = ?", (station,))
    if station_id is None:
        station_id = db.insert("INSERT INTO station (uid, name) VALUES (?, '')", (station,))
    db.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (seq, station_id, *columns))
    if personal is not None:
        db.execute("INSERT INTO personal VALUES (?, ?, ?)", personal)


_RAW: Final = """
SELECT l.seq, s.uid, l.number, l.uid, l.at, l.kind, l.version, l.body, l.commitment, l.prev, l.hash
FROM ledger l JOIN station s ON s.id = l.station_id WHERE l.seq = ?"""

_ENTRIES: Final = """
SELECT l.seq, s.uid, l.number, l.at, l.kind, l.version, l.body, p.body, r.seq, l.hash
FROM ledger l JOIN station s ON s.id = l.station_id
LEFT JOIN personal p ON p.seq = l.seq LEFT JOIN redaction r ON r.seq = l.seq
WHERE l.seq > :after AND (:kind = '' OR l.kind = :kind)"""

_AUDIT: Final = """
SELECT l.seq, s.uid, l.number, l.uid, l.at, l.kind, l.version, l.body, l.prev, l.hash, r.seq, l.commitment,
  p.salt, p.body
FROM ledger l JOIN station s ON s.id = l.station_id
LEFT JOIN personal p ON p.seq = l.seq
LEFT JOIN redaction r ON r.seq = l.seq AND EXISTS (SELECT 1 FROM ledger k WHERE k.seq = r.by_seq
  AND k.kind = 'redacted' AND json_valid(k.body) AND json_extract(k.body, '$.entry') = l.uid)
ORDER BY l.station_id, l.number"""


def _entry(row: tuple[Any, ...]) -> Entry:
    seq, station, number, at, kind, version, body, personal, redacted, sealed = row
    told = None if personal is None else json.loads(personal)
    return Entry(seq, station, number, at, kind, version, json.loads(body), told, redacted is not None, sealed)


def _check(row: tuple[Any, ...], number: int, tail: bytes) -> str:
    """Why an entry does not fit behind the one before it, or an empty text."""
    _, station, at_number, uid, at, kind, version, body, prev, sealed, gone, commitment, salt, secret = row
    if at_number != number + 1:
        return f"the entry before it is missing (number {number + 1})"
    if prev != tail:
        return "it does not follow the entry before it"
    if uid != f"{station}/{at_number}":
        return "its identity was changed"
    if sealed != hash_of(prev, (station, at_number, at, kind, version), body.encode(), commitment):
        return "its content was changed"
    if secret is None:
        return "" if commitment is None or gone is not None else "its personal data was removed without a redaction"
    if commitment is None or commitment_of(salt, secret.encode()) != commitment:
        return "its personal data was changed"
    return ""
