"""What an asset counts as, and the rows that everything else hangs on: its own, and that of a folder."""

from __future__ import annotations

from typing import Final

from provenance.model import Declaration, Origin, Place, Verdict
from provenance.verdict import combine
from store.database import Connection

REDACTED: Final = "(redacted)"
"""What stands where a person's words were erased."""


def asset_id(db: Connection, sha256: bytes | str) -> int:
    """The row of an asset that the ledger has already named."""
    raw = bytes.fromhex(sha256) if isinstance(sha256, str) else sha256
    return int(db.value("SELECT id FROM asset WHERE sha256 = ?", (raw,)))


def standing_origin(db: Connection, row: int) -> Origin:
    """What an asset counts as: its verdict and what was declared of it."""
    told, digest = db.row("SELECT verdict, sha256 FROM asset WHERE id = ?", (row,)) or ("undeclared", b"")
    return combine(Verdict(Origin(told)), declarations_of(db, row, digest))


def declarations_of(db: Connection, row: int, digest: bytes) -> tuple[Declaration, ...]:
    """What people and folders declared of an asset, oldest first."""
    return tuple(
        Declaration(digest, Origin(origin), by, basis, bool(folder), at, tool, model)
        for origin, by, basis, folder, tool, model, at in db.rows(
            "SELECT origin, by, basis, folder, tool, model, at FROM declaration WHERE asset_id = ? ORDER BY id", (row,)
        )
    )


def folder_row(db: Connection, place: Place) -> int:
    """The row of a place's folder, made where it is new."""
    volume = db.value("SELECT id FROM volume WHERE uid = ?", (place.volume,))
    if volume is None:
        volume = db.insert("INSERT INTO volume (uid, label) VALUES (?, '')", (place.volume,))
    found = db.value("SELECT id FROM folder WHERE volume_id = ? AND path = ?", (volume, place.folder))
    if found is None:
        return db.insert("INSERT INTO folder (volume_id, path) VALUES (?, ?)", (volume, place.folder))
    return int(found)
