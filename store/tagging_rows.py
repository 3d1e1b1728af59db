"""The rows of tagging: what was written where, production fields, uses of tools; and what a retagged content inherits.

A file that we wrote into is a new content of the same thing: what people said of the old one holds for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from store import codec, taint
from store.database import Connection
from store.ledger import Entry
from store.standing import REDACTED, asset_id, folder_row, standing_origin

_INHERITED: Final = (
    "INSERT INTO declaration (asset_id, origin, by, basis, folder, tool, model, at, entry)"
    " SELECT :new, origin, by, basis, folder, tool, model, at, entry FROM declaration d WHERE asset_id = :old"
    " AND NOT EXISTS (SELECT 1 FROM declaration x WHERE x.asset_id = :new AND x.entry = d.entry) ORDER BY id",
    "INSERT INTO field SELECT :new, name, value, source, by, at, entry FROM field WHERE asset_id = :old"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO ai_use_asset SELECT use_id, :new FROM ai_use_asset WHERE asset_id = :old ON CONFLICT DO NOTHING",
    "INSERT INTO delivery_asset SELECT delivery_id, :new FROM delivery_asset WHERE asset_id = :old"
    " ON CONFLICT DO NOTHING",
    "UPDATE asset SET inputs_complete = max(inputs_complete, (SELECT inputs_complete FROM asset WHERE id = :old))"
    " WHERE id = :new",
)
"""Declarations keep their entry, so that an erasure reaches every row that repeats it. Links need no copy: both are
one group of the same essence. Decisions are shared by that group too."""


def _tagged(db: Connection, entry: Entry) -> None:
    body = entry.body
    row = asset_id(db, body["asset"])
    place = codec.get_place(body["place"])
    db.insert(
        "INSERT INTO tagging (asset_id, folder_id, name, way, wrote, files, was, by, at, entry,"
        " intent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row, folder_row(db, place), place.name, body["way"], codec.text(body["wrote"]), codec.text(body["files"]),
         bytes.fromhex(body["was"]), _by(entry), entry.at, entry.uid, body["intent"]),
    )  # fmt: skip
    if body["was"]:
        _inherit(db, row, asset_id(db, body["was"]))


def _untagged(db: Connection, entry: Entry) -> None:
    body = entry.body
    place = codec.get_place(body["place"])
    row, was = asset_id(db, body["asset"]), asset_id(db, body["was"] or body["asset"])
    db.execute(
        "UPDATE tagging SET gone = 1 WHERE asset_id = ? AND folder_id = ? AND name = ?",
        (was, folder_row(db, place), place.name),
    )
    if row != was:
        _inherit(db, row, was)


def _inherit(db: Connection, new: int, old: int) -> None:
    for statement in _INHERITED:
        db.execute(statement, {"new": new, "old": old})
    taint.refresh_origin(db, new, standing_origin(db, new))


def _fields_set(db: Connection, entry: Entry) -> None:
    row = asset_id(db, entry.body["asset"])
    for name, text in sorted(entry.body["fields"].items()):
        db.execute("DELETE FROM field WHERE asset_id = ? AND name = ?", (row, name))
        if text:
            db.execute(
                "INSERT INTO field VALUES (?, ?, ?, ?, ?, ?, ?)",
                (row, name, text, entry.body["source"], _by(entry), entry.at, entry.uid),
            )


def _use_recorded(db: Connection, entry: Entry) -> None:
    told = {**entry.body, **(entry.personal or {}), **({"by": REDACTED} if entry.redacted else {})}
    use = db.insert(
        "INSERT INTO ai_use (uid, state, at, body) VALUES (?, 'recorded', ?, ?)",
        (entry.uid, entry.at, _use_text(told)),
    )
    db.executemany(
        "INSERT INTO ai_use_asset VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(use, asset_id(db, one)) for one in entry.body["assets"]],
    )


def _use_text(told: dict[str, Any]) -> str:
    return codec.text({name: value for name, value in told.items() if name != "assets"})


def _by(entry: Entry) -> str:
    return str(entry.told("by", REDACTED if entry.redacted else ""))


def _erase_tagger(db: Connection, uid: str, body: str) -> None:
    db.execute("UPDATE tagging SET by = ? WHERE entry = ?", (REDACTED, uid))


def _erase_field_author(db: Connection, uid: str, body: str) -> None:
    db.execute("UPDATE field SET by = ? WHERE entry = ?", (REDACTED, uid))


def _erase_use(db: Connection, uid: str, body: str) -> None:
    told = {**json.loads(body), "by": REDACTED}
    db.execute("UPDATE ai_use SET body = ? WHERE uid = ?", (_use_text(told), uid))


KINDS: Final[dict[str, Callable[[Connection, Entry], None]]] = {
    "tagged": _tagged,
    "untagged": _untagged,
    "fields.set": _fields_set,
    "use.recorded": _use_recorded,
}

ERASERS: Final[dict[str, Callable[[Connection, str, str], None]]] = {
    "tagged": _erase_tagger,
    "fields.set": _erase_field_author,
    "use.recorded": _erase_use,
}
