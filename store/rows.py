"""The rows that follow from ledger entries: one function for each kind of entry.

This is the only place that writes lasting rows, so replaying the ledger into an empty store gives the same
rows. Nothing here reads a clock or a file; everything comes from the entry.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from provenance.errors import StoreTooNew
from provenance.model import CARRIES_TAINT, SYMMETRIC, Asset, Origin
from store import codec, cut_rows, tagging_rows, taint
from store.database import Connection
from store.ledger import Entry
from store.standing import REDACTED, asset_id, folder_row, standing_origin


def apply(db: Connection, entry: Entry) -> None:
    """Writes the rows that follow from an entry. Raises StoreTooNew for a kind this version does not know."""
    write = KINDS.get(entry.kind)
    if write is None:
        raise StoreTooNew(
            f"the history holds an entry of the unknown kind {entry.kind!r}",
            path=db.file,
            remedy="update this program",
        )
    write(db, entry)


def _station_joined(db: Connection, entry: Entry) -> None:
    db.execute("UPDATE station SET name = ? WHERE uid = ?", (entry.body["name"], entry.body["station"]))


def _volume_named(db: Connection, entry: Entry) -> None:
    db.execute(
        "INSERT INTO volume (uid, label) VALUES (?, ?) ON CONFLICT (uid) DO UPDATE SET label = excluded.label",
        (entry.body["volume"], entry.body["label"]),
    )


def _asset_described(db: Connection, entry: Entry) -> None:
    """A new asset, or a known one described again by newer readers."""
    asset = codec.get_asset(entry.body, entry.personal or {})
    row = _asset_row(db, asset, entry.at)
    _description_rows(db, row, asset)
    _identifier_rows(db, row, asset)
    cut_rows.write_project(db, row, asset.description.project)
    taint.refresh_origin(db, row, standing_origin(db, row))


def _asset_row(db: Connection, asset: Asset, at: int) -> int:
    known, verdict = asset.description, asset.description.verdict
    scheme = None if known.essence is None else known.essence.scheme
    essence = None if known.essence is None else known.essence.sha256
    values = (
        asset.xxh128, asset.kind, asset.size, known.media_type, scheme, essence,
        verdict.origin, int(verdict.strength), int(verdict.proven), at,
    )  # fmt: skip
    row = db.value("SELECT id FROM asset WHERE sha256 = ?", (asset.sha256,))
    if row is not None:
        db.execute(
            "UPDATE asset SET xxh128 = ?, kind = ?, size = ?, media_type = ?, essence_scheme = ?, essence = ?,"
            " verdict = ?, strength = ?, proven = ?, described_at = ? WHERE id = ?",
            (*values, row),
        )
        for table in ("mark", "description", "identifier", "reference", "member"):
            db.execute(f"DELETE FROM {table} WHERE asset_id = ?", (row,))
        return int(row)
    return db.insert(
        "INSERT INTO asset (xxh128, kind, size, media_type, essence_scheme, essence, verdict, strength, proven,"
        " described_at, sha256, origin, found_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*values, asset.sha256, Origin.UNDECLARED, at),
    )


def _description_rows(db: Connection, row: int, asset: Asset) -> None:
    public, personal = codec.put_asset(asset)
    db.execute(
        "INSERT INTO description VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row, codec.text(public["readers"]), codec.text(personal["facts"]), codec.text(personal["decided"]),
            codec.text(public["verdict"]["conflicts"]), codec.text(public["faults"]),
            codec.text(public["unchecked"]), codec.text(personal["references"]),
            codec.text(public["identifiers"]),
        ),
    )  # fmt: skip
    db.executemany(
        "INSERT INTO mark VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(row, n, *told[:7], codec.text(told[7])) for n, told in enumerate(personal["marks"])],
    )
    db.executemany(
        "INSERT INTO member VALUES (?, ?, ?, ?, ?)",
        [(row, m.frame, m.name, m.size, m.sha256) for m in asset.members],
    )


def _identifier_rows(db: Connection, row: int, asset: Asset) -> None:
    own = {(one.scheme, one.value) for one in asset.description.identifiers}
    own.add(("sha256", asset.sha256.hex()))
    db.executemany("INSERT INTO identifier VALUES (?, ?, ?)", [(*one, row) for one in sorted(own)])
    named = {
        (one.scheme, one.value, n)
        for n, reference in enumerate(asset.description.references)
        for one in reference.identifiers
    }
    db.executemany(
        "INSERT INTO reference VALUES (?, ?, ?, ?)", [(scheme, value, row, n) for scheme, value, n in sorted(named)]
    )


def _sighting_began(db: Connection, entry: Entry) -> None:
    place = codec.get_place(entry.body["place"])
    row, folder = asset_id(db, entry.body["asset"]), folder_row(db, place)
    db.execute(
        "UPDATE sighting SET until = ?, ended = 'replaced' WHERE folder_id = ? AND name = ? AND until IS NULL",
        (entry.at, folder, place.name),
    )
    db.insert(
        "INSERT INTO sighting (folder_id, name, asset_id, since) VALUES (?, ?, ?, ?)",
        (folder, place.name, row, entry.at),
    )


def _sighting_ended(db: Connection, entry: Entry) -> None:
    place = codec.get_place(entry.body["place"])
    db.execute(
        "UPDATE sighting SET until = ?, ended = ? WHERE folder_id = ? AND name = ? AND until IS NULL",
        (entry.at, entry.body["reason"], folder_row(db, place), place.name),
    )


def _link_added(db: Connection, entry: Entry) -> None:
    link = codec.get_link(entry.body, entry.personal or {})
    child, parent = asset_id(db, link.child), asset_id(db, link.parent)
    carries = int(link.relation in CARRIES_TAINT and link.used)
    evidence = link.evidence
    by = evidence.by or (REDACTED if entry.redacted else "")
    # Symmetric relations have no direction: one row each way keeps every query a plain walk
    both = [(child, parent), (parent, child)] if link.relation in SYMMETRIC else [(child, parent)]
    for lower, upper in both:
        db.execute(
            "INSERT INTO link (child, parent, relation, used, carries) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET used = max(used, excluded.used),"
            " carries = CASE WHEN refused THEN 0 ELSE max(carries, excluded.carries) END",
            (lower, upper, link.relation, int(link.used), carries),
        )
        if evidence.source == "person":
            db.execute(
                "UPDATE link SET refused = 0, carries = ? WHERE child = ? AND parent = ? AND relation = ?",
                (carries, lower, upper, link.relation),
            )
        taint.spread_over_link(db, lower, upper)
    db.execute(
        "INSERT INTO evidence (child, parent, relation, source, version, method, strength, used, note, by, at,"
        " entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version,"
        " strength = excluded.strength, used = excluded.used, note = excluded.note",
        (child, parent, link.relation, evidence.source, evidence.version, evidence.method,
         int(evidence.strength), int(link.used), evidence.note, by, entry.at, entry.uid),
    )  # fmt: skip


def _link_refused(db: Connection, entry: Entry) -> None:
    """A person says the link is wrong. It stays refused, whatever evidence says again."""
    child, parent = asset_id(db, entry.body["child"]), asset_id(db, entry.body["parent"])
    pairs = [(child, parent), (parent, child)] if entry.body["relation"] in SYMMETRIC else [(child, parent)]
    for lower, upper in pairs:
        db.execute(
            "UPDATE link SET refused = 1, carries = 0 WHERE child = ? AND parent = ? AND relation = ?",
            (lower, upper, entry.body["relation"]),
        )
        taint.recompute_below(db, lower)


def _inputs_completed(db: Connection, entry: Entry) -> None:
    db.execute(
        "UPDATE asset SET inputs_complete = ? WHERE sha256 = ?",
        (int(entry.body["complete"]), bytes.fromhex(entry.body["asset"])),
    )


def _declared(db: Connection, entry: Entry) -> None:
    row = asset_id(db, entry.body["asset"])
    by = entry.told("by", REDACTED if entry.redacted else "")
    db.insert(
        "INSERT INTO declaration (asset_id, origin, by, basis, folder, tool, model, at, entry)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row, entry.body["origin"], by, entry.told("basis", entry.body.get("basis", "")),
         int(entry.body["folder"]), entry.body.get("tool", ""), entry.body.get("model", ""), entry.at,
         entry.uid),
    )  # fmt: skip
    taint.refresh_origin(db, row, standing_origin(db, row))


def _delivery_opened(db: Connection, entry: Entry) -> None:
    told = entry.body.get("folder")
    folder = None if told is None else folder_row(db, codec.get_place(told))
    db.insert(
        "INSERT INTO delivery (name, folder_id, state, opened) VALUES (?, ?, 'open', ?)",
        (entry.body["name"], folder, entry.at),
    )


def _delivery_placed(db: Connection, entry: Entry) -> None:
    folder = folder_row(db, codec.get_place(entry.body["folder"]))
    db.execute("UPDATE delivery SET folder_id = ? WHERE name = ?", (folder, entry.body["name"]))


def _delivery_filled(db: Connection, entry: Entry) -> None:
    delivery = db.value("SELECT id FROM delivery WHERE name = ?", (entry.body["delivery"],))
    rows = [(delivery, asset_id(db, one)) for one in entry.body["assets"]]
    db.executemany("INSERT INTO delivery_asset VALUES (?, ?) ON CONFLICT DO NOTHING", rows)


def _finding_opened(db: Connection, entry: Entry) -> None:
    body = entry.body
    delivery = db.value("SELECT id FROM delivery WHERE name = ?", (body["delivery"],))
    db.insert(
        "INSERT INTO finding (uid, delivery_id, asset_id, name, code, severity, text, ancestor, decision, opened)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (entry.uid, delivery, asset_id(db, body["asset"]), codec.put_name(body["name"]), body["code"],
         body["severity"], codec.put_name(body["text"]), bytes.fromhex(body["ancestor"]), body["decision"], entry.at),
    )  # fmt: skip


def _finding_closed(db: Connection, entry: Entry) -> None:
    db.execute("UPDATE finding SET closed = ? WHERE uid = ?", (entry.at, entry.body["finding"]))


def _finding_answered(db: Connection, entry: Entry) -> None:
    db.execute("UPDATE finding SET decision = ? WHERE uid = ?", (entry.body["decision"], entry.body["finding"]))


def _decided(db: Connection, entry: Entry) -> None:
    body, gone = entry.body, REDACTED if entry.redacted else ""
    db.insert(
        "INSERT INTO decision (uid, asset_id, codes, answer, by, role, reference, document, note, delivery, at,"
        " expires, causes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (entry.uid, asset_id(db, body["asset"]), codec.text(body["codes"]), body["answer"],
         entry.told("by", gone), entry.told("role"), entry.told("reference"), bytes.fromhex(body["document"]),
         entry.told("note"), body["delivery"], entry.at, body["expires"], codec.text(body["causes"])),
    )  # fmt: skip


def _decision_revoked(db: Connection, entry: Entry) -> None:
    db.execute("UPDATE decision SET revoked = ? WHERE uid = ?", (entry.at, entry.body["decision"]))


def _redacted(db: Connection, entry: Entry) -> None:
    """Erases the payload, and every row that repeats it."""
    seq = db.value("SELECT seq FROM ledger WHERE uid = ?", (entry.body["entry"],))
    db.execute("INSERT INTO redaction VALUES (?, ?) ON CONFLICT DO NOTHING", (seq, entry.seq))
    db.execute("DELETE FROM personal WHERE seq = ?", (seq,))
    kind, body = db.row("SELECT kind, body FROM ledger WHERE seq = ?", (seq,)) or ("", "")
    erase = _ERASERS.get(kind)
    if erase is not None:
        erase(db, entry.body["entry"], body)


def _erase_words_of_file(db: Connection, uid: str, body: str) -> None:
    row = asset_id(db, json.loads(body)["sha256"])
    db.execute("DELETE FROM mark WHERE asset_id = ?", (row,))
    cut_rows.write_project(db, row, None)
    db.execute("DELETE FROM reference WHERE asset_id = ?", (row,))
    db.execute("UPDATE description SET facts = '{}', decided = '[]', refs = '[]' WHERE asset_id = ?", (row,))


def _erase_decider(db: Connection, uid: str, body: str) -> None:
    db.execute("UPDATE decision SET by = ?, role = '', reference = '', note = '' WHERE uid = ?", (REDACTED, uid))


def _erase_declarer(db: Connection, uid: str, body: str) -> None:
    db.execute("UPDATE declaration SET by = ?, basis = '' WHERE entry = ?", (REDACTED, uid))


def _erase_linker(db: Connection, uid: str, body: str) -> None:
    db.execute("UPDATE evidence SET by = ?, note = '' WHERE entry = ?", (REDACTED, uid))


_ERASERS: Final[dict[str, Callable[[Connection, str, str], None]]] = {
    "asset.described": _erase_words_of_file,
    "decided": _erase_decider,
    "declared": _erase_declarer,
    "link.added": _erase_linker,
    **tagging_rows.ERASERS,
    **cut_rows.ERASERS,
}

KINDS: Final[dict[str, Callable[[Connection, Entry], None]]] = {
    "station.joined": _station_joined,
    "volume.named": _volume_named,
    "asset.described": _asset_described,
    "sighting.began": _sighting_began,
    "sighting.ended": _sighting_ended,
    "link.added": _link_added,
    "link.refused": _link_refused,
    "inputs.completed": _inputs_completed,
    "declared": _declared,
    "delivery.opened": _delivery_opened,
    "delivery.placed": _delivery_placed,
    "delivery.filled": _delivery_filled,
    "finding.opened": _finding_opened,
    "finding.answered": _finding_answered,
    "finding.closed": _finding_closed,
    "decided": _decided,
    "decision.revoked": _decision_revoked,
    "redacted": _redacted,
    **tagging_rows.KINDS,
    **cut_rows.KINDS,
}
