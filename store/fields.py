"""Production fields of assets (title, scene, shot, ...), set by people or named by their paths."""

from __future__ import annotations

from collections.abc import Mapping

from provenance.errors import NotFound, UsageError
from provenance.model import Field
from store.database import Connection
from store.ledger import Ledger

PERSON = "person"


class Fields:
    """Sets and finds production fields."""

    def __init__(self, connection: Connection, ledger: Ledger) -> None:
        self._db = connection
        self._ledger = ledger

    def of(self, sha256: bytes) -> tuple[Field, ...]:
        """The fields of an asset, by name."""
        return tuple(
            Field(*row)
            for row in self._db.rows(
                "SELECT x.name, x.value, x.source, x.by, x.at FROM field x JOIN asset a ON a.id = x.asset_id"
                " WHERE a.sha256 = ? ORDER BY x.name",
                (sha256,),
            )
        )

    def set(self, sha256: bytes, fields: Mapping[str, str], *, by: str) -> bool:
        """A person sets fields; an empty text takes one away. False where they said so already.

        Raises NotFound, UsageError.
        """
        if not by.strip():
            raise UsageError("a field that is set needs the name of who sets it", remedy="add --by NAME")
        return self._set(sha256, fields, PERSON, {"by": by})

    def name(self, sha256: bytes, fields: Mapping[str, str], *, pattern: str) -> bool:
        """A path names fields; what a person set stays. False where nothing changed. Raises NotFound."""
        set_by_people = {one.name for one in self.of(sha256) if one.source == PERSON}
        return self._set(
            sha256, {name: text for name, text in fields.items() if name not in set_by_people}, pattern, None
        )

    def _set(self, sha256: bytes, fields: Mapping[str, str], source: str, personal: Mapping[str, str] | None) -> bool:
        if self._db.value("SELECT 1 FROM asset WHERE sha256 = ?", (sha256,)) is None:
            raise NotFound(f"no asset {sha256.hex()} is recorded here")
        known = {one.name: one for one in self.of(sha256)}
        changed = {
            name: text
            for name, text in fields.items()
            if (known[name].text if name in known else "") != text
            or (name in known and text and source == PERSON and known[name].source != PERSON)
        }
        if changed:
            self._ledger.append("fields.set", {"asset": sha256.hex(), "fields": changed, "source": source}, personal)
        return bool(changed)
