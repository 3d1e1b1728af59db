"""What was written about assets, and what is about to be: the journal that lets a watcher recognise our own writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from provenance.model import Evidence, Expected, Link, Origin, Place, Relation, Strength, Tagged, Way
from store import codec
from store.database import Connection
from store.journal import scanned_folder
from store.ledger import Ledger
from store.lineage import Lineage

SOURCE: Final = "tagging"
"""The evidence source of links between a content and its retagged self."""

VERSION: Final = "1"

_TAGGED: Final = """
SELECT a.sha256, v.uid, f.path, t.name, t.way, t.wrote, t.files, t.was, t.by, t.at, t.gone, t.intent
FROM tagging t JOIN asset a ON a.id = t.asset_id JOIN folder f ON f.id = t.folder_id
JOIN volume v ON v.id = f.volume_id"""


class Taggings:
    """Records what was written into or beside files."""

    def __init__(self, connection: Connection, ledger: Ledger, lineage: Lineage) -> None:
        self._db = connection
        self._ledger = ledger
        self._lineage = lineage

    def expect(self, expected: Expected, at: int) -> None:
        """Notes a write before it happens, on disk when this returns. Local: a scan tells what became of it."""
        tagged = expected.tagged
        told = {"way": tagged.way.value, "wrote": list(tagged.wrote), "by": tagged.by, "back": expected.taken_back,
                "intent": tagged.intent}  # fmt: skip
        with self._db.writing():
            folder = scanned_folder(self._db, tagged.place.volume, tagged.place.folder)
            self._db.execute(
                "INSERT OR REPLACE INTO tag_journal VALUES (?, ?, ?, ?, ?, ?)",
                (folder, tagged.place.name, tagged.was, tagged.sha256, codec.text(told), at),
            )

    @contextmanager
    def at_work(self, place: Place, at: int) -> Iterator[None]:
        """Notes, while it lasts, that something is written into or beside a file: what a kill leaves is found by it."""
        with self._db.writing():
            folder = scanned_folder(self._db, place.volume, place.folder)
            values = (folder, place.name, b"", b"", "{}", at)
            self._db.execute("INSERT OR REPLACE INTO tag_journal VALUES (?, ?, ?, ?, ?, ?)", values)
        try:
            yield
        finally:
            self.forget(place, b"")

    def expected(self, place: Place, sha256: bytes) -> Expected | None:
        """The write of ours that explains why this content lies there now, or None."""
        row = self._db.row(
            "SELECT j.was, j.body FROM tag_journal j JOIN scanned_folder f ON f.id = j.folder_id"
            " WHERE f.volume = ? AND f.path = ? AND j.name = ? AND j.sha256 = ?",
            (place.volume, place.folder, place.name, sha256),
        )
        if row is None:
            return None
        was, told = row[0], json.loads(row[1])
        tagged = Tagged(
            sha256, place, Way(told["way"]), tuple(told["wrote"]), was=was, by=told["by"], intent=told["intent"]
        )
        return Expected(tagged, told["back"])

    def forget(self, place: Place, sha256: bytes) -> None:
        """A content is expected at a place no more: it was recorded, or it never came. Empty: nobody is at work."""
        with self._db.writing():
            self._db.execute(
                "DELETE FROM tag_journal WHERE name = ? AND sha256 = ? AND folder_id ="
                " (SELECT id FROM scanned_folder WHERE volume = ? AND path = ?)",
                (place.name, sha256, place.volume, place.folder),
            )

    def pending(self) -> list[tuple[Place, bytes, bytes]]:
        """(place, content before, content expected) of writes that nobody has seen the end of; both contents are empty
        where somebody was at work and expected nothing yet."""
        rows = self._db.rows(
            "SELECT f.volume, f.path, j.name, j.was, j.sha256 FROM tag_journal j"
            " JOIN scanned_folder f ON f.id = j.folder_id ORDER BY j.at"
        )
        return [(Place(*row[:3]), row[3], row[4]) for row in rows]

    def settle(self, expected: Expected) -> None:
        """Records an expected write that holds: history, link, and what the new content inherits.

        Call it in the transaction that records the content.
        """
        if expected.taken_back:
            self.take_back(expected.tagged)
        else:
            self.record(expected.tagged)
        self.forget(expected.tagged.place, expected.tagged.sha256)

    def record(self, tagged: Tagged) -> None:
        """Records one writing. Raises NotFound where a content is not recorded."""
        with self._db.writing():
            body = {
                "asset": tagged.sha256.hex(), "place": codec.put_place(tagged.place), "way": tagged.way.value,
                "wrote": list(tagged.wrote), "files": [[kind, digest.hex()] for kind, digest in tagged.files],
                "was": tagged.was.hex(), "intent": tagged.intent,
            }  # fmt: skip
            self._ledger.append("tagged", body, {"by": tagged.by} if tagged.by else None)
            self._join(tagged)

    def take_back(self, tagged: Tagged) -> None:
        """Records that what was written at a place was taken back; `was` is the tagged content."""
        with self._db.writing():
            body = {
                "asset": tagged.sha256.hex(), "place": codec.put_place(tagged.place), "was": tagged.was.hex(),
                "wrote": list(tagged.wrote),
            }  # fmt: skip
            self._ledger.append("untagged", body, {"by": tagged.by} if tagged.by else None)
            self._join(tagged)

    def _join(self, tagged: Tagged) -> None:
        if tagged.was and tagged.was != tagged.sha256:
            method = "written by this program, picture and sound compared"
            evidence = Evidence(SOURCE, VERSION, method, Strength.DECLARED)
            self._lineage.add(Link(tagged.sha256, tagged.was, Relation.SAME_ESSENCE, evidence))

    def of(self, sha256: bytes) -> list[Tagged]:
        """What was written about an asset, oldest first."""
        return [_tagged(row) for row in self._db.rows(_TAGGED + " WHERE a.sha256 = ? ORDER BY t.id", (sha256,))]

    def untagged(self) -> list[tuple[bytes, Place]]:
        """(content, place) of everything that lies somewhere, says or is said something, and was never tagged there."""
        rows = self._db.rows(
            "SELECT a.sha256, v.uid, f.path, s.name FROM sighting s JOIN asset a ON a.id = s.asset_id"
            " JOIN folder f ON f.id = s.folder_id JOIN volume v ON v.id = f.volume_id WHERE s.until IS NULL"
            " AND (a.origin <> ? OR EXISTS (SELECT 1 FROM field x WHERE x.asset_id = a.id))"
            " AND NOT EXISTS (SELECT 1 FROM tagging t WHERE t.asset_id = a.id"
            " AND (t.way = ? OR (t.folder_id = s.folder_id AND t.name = s.name))) ORDER BY s.id",
            (Origin.UNDECLARED, Way.EMBEDDED),
        )
        return [(row[0], Place(*row[1:])) for row in rows]

    def standing(self, sha256: bytes, place: Place) -> Tagged | None:
        """The newest writing about a content that stands at a place, or None. What is in the file stands anywhere."""
        found = [
            one for one in self.of(sha256) if not one.gone and (one.way is Way.EMBEDDED or one.place == place)
        ]  # fmt: skip
        return found[-1] if found else None


def _tagged(row: Sequence[Any]) -> Tagged:
    sha256, volume, folder, name, way, wrote, files, was, by, at, gone, intent = row
    sidecars = tuple((kind, bytes.fromhex(digest)) for kind, digest in json.loads(files))
    place = Place(volume, folder, name)
    return Tagged(sha256, place, Way(way), tuple(json.loads(wrote)), sidecars, was, by, at, bool(gone), intent)
