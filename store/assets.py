"""Assets and their sightings: recorded once per content, never lost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from provenance.errors import NotFound, UsageError
from provenance.model import (
    Asset,
    Declaration,
    Kind,
    Origin,
    Place,
    Sighting,
    Strength,
)
from store import codec
from store.database import Connection
from store.ledger import Ledger
from store.standing import asset_id, declarations_of


@dataclass(frozen=True, slots=True)
class Summary:
    """An asset in one line: for lists, trees and searches.

    Args: origin is what it counts as (declarations included), verdict what its own marks say; tainted is true
    where it or an ancestor is AI; name is the newest path's file name; place is the newest place, None where it was
    never sighted; live is false where it lies nowhere now.
    """

    sha256: bytes
    kind: Kind
    size: int
    media_type: str
    origin: Origin
    verdict: Origin
    strength: Strength
    ai: bool
    tainted: bool
    name: str
    place: Place | None
    live: bool


_SUMMARY: Final = """
SELECT a.sha256, a.kind, a.size, a.media_type, a.origin, a.verdict, a.strength, a.ai, a.tainted, v.uid, f.path, s.name,
  s.until IS NULL
FROM asset a
LEFT JOIN sighting s ON s.id = (
  SELECT x.id FROM sighting x WHERE x.asset_id = a.id ORDER BY x.until IS NOT NULL, x.id DESC LIMIT 1)
LEFT JOIN folder f ON f.id = s.folder_id LEFT JOIN volume v ON v.id = f.volume_id
"""

_SIGHTINGS: Final = """
SELECT a.sha256, v.uid, f.path, s.name, s.since, s.until, s.ended
FROM sighting s JOIN asset a ON a.id = s.asset_id JOIN folder f ON f.id = s.folder_id
JOIN volume v ON v.id = f.volume_id
"""


class Assets:
    """Records and finds assets and sightings."""

    def __init__(self, connection: Connection, ledger: Ledger) -> None:
        self._db = connection
        self._ledger = ledger

    def record(self, asset: Asset) -> bool:
        """Records a content once; True where it was new or newer readers said more."""
        known = self.readers(asset.sha256)
        if known is not None and known == dict(asset.description.readers):
            return False
        self.record_again(asset)
        return True

    def record_again(self, asset: Asset) -> None:
        """Records a description that says more than the known one (a sidecar came, a reader was told more)."""
        public, personal = codec.put_asset(asset)
        self._ledger.append("asset.described", public, personal)

    def readers(self, sha256: bytes) -> dict[str, str] | None:
        """Name and version of the readers that described an asset; None where it is unknown."""
        found = self._db.value(
            "SELECT d.readers FROM description d JOIN asset a ON a.id = d.asset_id WHERE a.sha256 = ?", (sha256,)
        )
        return None if found is None else dict(json.loads(found))

    def unasked(self, readers: str) -> list[tuple[bytes, Place]]:
        """Assets that another set of readers was asked about, each with every place where it lies now."""
        return [
            (row[0], Place(*row[1:]))
            for row in self._db.rows(
                "SELECT a.sha256, v.uid, f.path, s.name FROM asset a JOIN sighting s ON s.asset_id = a.id"
                " AND s.until IS NULL JOIN folder f ON f.id = s.folder_id JOIN volume v ON v.id = f.volume_id"
                " LEFT JOIN asked q ON q.asset_sha256 = a.sha256 WHERE q.readers IS NULL OR q.readers <> ?",
                (readers,),
            )
        ]

    def mark_asked(self, sha256: bytes, readers: str) -> None:
        """Notes which set of readers was asked about an asset. Local: it only saves looking again."""
        self._db.execute(
            "INSERT INTO asked VALUES (?, ?) ON CONFLICT DO UPDATE SET readers = excluded.readers", (sha256, readers)
        )

    def get(self, sha256: bytes) -> Asset:
        """All that is known of an asset. Raises NotFound."""
        row = self._db.row(_ASSET, (sha256,))
        if row is None:
            raise NotFound(f"no asset {sha256.hex()} is recorded here")
        identifier, *columns = row
        return _asset(self._db, identifier, sha256, columns)

    def summary(self, sha256: bytes) -> Summary:
        """An asset in one line. Raises NotFound."""
        row = self._db.row(_SUMMARY + "WHERE a.sha256 = ?", (sha256,))
        if row is None:
            raise NotFound(f"no asset {sha256.hex()} is recorded here")
        return _summary(row)

    def sight(self, sha256: bytes, place: Place) -> bool:
        """An asset lies at a place now; what lay there before ends as replaced. False where it was known."""
        if self.at(place) == sha256:
            return False
        self._ledger.append("sighting.began", {"asset": sha256.hex(), "place": codec.put_place(place)})
        return True

    def end(self, place: Place, reason: str, *, moved_to: Place | None = None) -> bool:
        """What lay at a place is gone: `deleted`, `moved` or `regrouped`. False where nothing lay there."""
        if self.at(place) is None:
            return False
        body = {"place": codec.put_place(place), "reason": reason}
        if moved_to is not None:
            body["to"] = codec.put_place(moved_to)
        self._ledger.append("sighting.ended", body)
        return True

    def at(self, place: Place) -> bytes | None:
        """SHA-256 of the asset that lies at a place now, or None."""
        found: bytes | None = self._db.value(
            "SELECT a.sha256 FROM sighting s JOIN asset a ON a.id = s.asset_id JOIN folder f ON f.id = s.folder_id"
            " JOIN volume v ON v.id = f.volume_id WHERE v.uid = ? AND f.path = ? AND s.name = ? AND s.until IS NULL",
            (place.volume, place.folder, place.name),
        )
        return found

    def last_at(self, place: Place) -> bytes | None:
        """SHA-256 of the asset that lay last at a place, there or not any more; or None."""
        found: bytes | None = self._db.value(
            "SELECT a.sha256 FROM sighting s JOIN asset a ON a.id = s.asset_id JOIN folder f ON f.id = s.folder_id"
            " JOIN volume v ON v.id = f.volume_id WHERE v.uid = ? AND f.path = ? AND s.name = ?"
            " ORDER BY s.until IS NOT NULL, s.id DESC LIMIT 1",
            (place.volume, place.folder, place.name),
        )
        return found

    def sightings(self, sha256: bytes) -> list[Sighting]:
        """Every sighting of an asset, oldest first."""
        return [_sighting(row) for row in self._db.rows(_SIGHTINGS + "WHERE a.sha256 = ? ORDER BY s.id", (sha256,))]

    def live_in(self, volume: str, folder: bytes, *, below: bool = True) -> list[Sighting]:
        """What lies in a folder now, and below it."""
        deeper = "OR (f.path > ? AND f.path < ?) OR ? = x''" if below else "OR (0 AND ? = ? AND ? = x'')"
        return [
            _sighting(row)
            for row in self._db.rows(
                _SIGHTINGS + f"WHERE s.until IS NULL AND v.uid = ? AND (f.path = ? {deeper}) ORDER BY f.path, s.name",
                (volume, folder, folder + b"/", folder + b"0", folder),
            )
        ]

    def first_place(self, sha256: bytes) -> Place | None:
        """Where an asset was seen first."""
        row = self._db.row(_SIGHTINGS + "WHERE a.sha256 = ? ORDER BY s.id LIMIT 1", (sha256,))
        return None if row is None else _sighting(row).place

    def declarations(self, sha256: bytes) -> tuple[Declaration, ...]:
        """What people and folders declared of an asset, oldest first."""
        return declarations_of(self._db, asset_id(self._db, sha256), sha256)

    def origin(self, sha256: bytes) -> Origin:
        """What an asset counts as. Raises NotFound."""
        return self.summary(sha256).origin

    def declare(
        self, sha256: bytes, origin: Origin, *, by: str = "", basis: str = "", folder: bool = False,
        tool: str = "", model: str = "",
    ) -> None:  # fmt: skip
        """Records what a person, or the folder it was first seen in, says of an asset. Raises UsageError."""
        if not folder and not by.strip():
            raise UsageError("a declaration needs the name of who makes it", remedy="add --by NAME")
        body = {"asset": sha256.hex(), "origin": origin.value, "folder": folder, "tool": tool, "model": model}
        if folder:
            self._ledger.append("declared", {**body, "basis": basis})
        else:
            self._ledger.append("declared", body, {"by": by, "basis": basis})

    def resolve(self, prefix: str) -> bytes:
        """The asset whose SHA-256 begins with these hex digits (8 or more). Raises NotFound, UsageError."""
        low = prefix.lower()
        if len(low) < 8 or any(digit not in "0123456789abcdef" for digit in low):
            raise NotFound(f"{prefix!r} is neither a known file nor 8 or more digits of a SHA-256")
        found = self._db.rows(
            "SELECT sha256 FROM asset WHERE substr(lower(hex(sha256)), 1, ?) = ? LIMIT 2", (len(low), low)
        )
        if len(found) > 1:
            raise UsageError(f"several assets begin with {prefix}", remedy="give more digits")
        if not found:
            raise NotFound(f"no asset {prefix} is recorded here")
        return bytes(found[0][0])

    def summaries(self, where: str = "1", values: Sequence[object] = (), *, limit: int = -1) -> list[Summary]:
        """Assets that meet a condition on `a` (asset) and `s` (newest sighting), in the order they came."""
        return [_summary(row) for row in self._db.rows(f"{_SUMMARY} WHERE {where} ORDER BY a.id LIMIT {limit}", values)]

    def count(self) -> dict[str, int]:
        """How many assets count as each origin."""
        return dict(self._db.rows("SELECT origin, count(*) FROM asset GROUP BY origin ORDER BY origin"))


_ASSET: Final = """
SELECT a.id, a.xxh128, a.kind, a.size, a.media_type, a.essence_scheme, a.essence, a.verdict, a.strength, a.proven,
  d.readers, d.facts, d.decided, d.conflicts, d.faults, d.unchecked, d.refs, d.identifiers
FROM asset a JOIN description d ON d.asset_id = a.id WHERE a.sha256 = ?"""


def _asset(db: Connection, row: int, sha256: bytes, columns: Sequence[Any]) -> Asset:
    xxh128, kind, size, media_type, scheme, essence, origin, strength, proven, *told = columns
    readers, facts, decided, conflicts, faults, unchecked, refs, identifiers = (json.loads(one) for one in told)
    marks = db.rows(
        "SELECT reader, version, place, key, value, claims, strength, detail FROM mark WHERE asset_id = ? ORDER BY n",
        (row,),
    )
    members = db.rows("SELECT frame, name, size, sha256 FROM member WHERE asset_id = ? ORDER BY frame", (row,))
    public = {
        "sha256": sha256.hex(), "xxh128": (xxh128 or b"").hex(), "kind": kind, "size": size,
        "media_type": media_type, "essence": None if scheme is None else [scheme, essence.hex()],
        "verdict": {"origin": origin, "strength": strength, "proven": bool(proven), "conflicts": conflicts},
        "faults": faults, "unchecked": unchecked, "readers": readers,
        "members": [[frame, codec.put_path(name), length, digest.hex()] for frame, name, length, digest in members],
        "identifiers": identifiers,
    }  # fmt: skip
    personal = {
        "marks": [[*mark[:7], json.loads(mark[7])] for mark in marks],
        "decided": decided, "references": refs, "facts": facts,
    }  # fmt: skip
    if (project := db.value("SELECT body FROM project WHERE asset_id = ?", (row,))) is not None:
        personal["project"] = json.loads(project)
    return codec.get_asset(public, personal)


def _summary(row: Sequence[Any]) -> Summary:
    sha256, kind, size, media_type, origin, verdict, strength, ai, tainted, volume, folder, name, live = row
    place = None if volume is None else Place(volume, folder, name)
    shown = sha256.hex()[:12] if name is None else codec.put_path(name)
    return Summary(
        sha256, Kind(kind), size, media_type, Origin(origin), Origin(verdict), Strength(strength), bool(ai),
        bool(tainted), shown, place, bool(live) and place is not None,
    )  # fmt: skip


def _sighting(row: Sequence[Any]) -> Sighting:
    sha256, volume, folder, name, since, until, ended = row
    return Sighting(sha256, Place(volume, folder, name), since, until, ended)
