"""Deliveries, findings and the decisions that answer them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from provenance.errors import NotFound, UsageError
from provenance.model import Answer, Decision, Delivery, Finding, Place, Severity
from store import codec
from store.database import Connection
from store.ledger import Ledger
from store.standing import asset_id

_DELIVERY: Final = """
SELECT d.name, v.uid, f.path, d.state, d.opened FROM delivery d
LEFT JOIN folder f ON f.id = d.folder_id LEFT JOIN volume v ON v.id = f.volume_id"""

_FINDING: Final = """
SELECT x.uid, x.code, x.severity, x.text, a.sha256, x.name, d.name, x.ancestor, x.decision, x.opened
FROM finding x JOIN delivery d ON d.id = x.delivery_id JOIN asset a ON a.id = x.asset_id"""

_DECISION: Final = """
SELECT x.uid, a.sha256, x.codes, x.answer, x.by, x.at, x.role, x.reference, x.document, x.note, x.delivery,
  x.expires, x.revoked, x.causes
FROM decision x JOIN asset a ON a.id = x.asset_id"""


class Decisions:
    """Records what is handed over, what stands against it, and who answered."""

    def __init__(self, connection: Connection, ledger: Ledger) -> None:
        self._db = connection
        self._ledger = ledger

    def open_delivery(self, name: str, folder: Place | None = None) -> Delivery:
        """Opens a delivery, or takes up the one of that name; its folder may lie elsewhere now. Raises UsageError."""
        if not name.strip():
            raise UsageError("a delivery needs a name")
        told = None if folder is None else codec.put_place(folder)
        with self._db.writing():  # another process may open it at the same time
            row = self._db.row(_DELIVERY + " WHERE d.name = ?", (name,))
            if row is None:
                self._ledger.append("delivery.opened", {"name": name, "folder": told})
            elif folder is not None and _delivery(row).folder != folder:
                self._ledger.append("delivery.placed", {"name": name, "folder": told})
            return self.delivery(name)

    def delivery(self, name: str) -> Delivery:
        """One delivery by name. Raises NotFound."""
        row = self._db.row(_DELIVERY + " WHERE d.name = ?", (name,))
        if row is None:
            raise NotFound(f"there is no delivery {name!r}", remedy="`provenance delivery list` names them")
        return _delivery(row)

    def deliveries(self) -> list[Delivery]:
        """All deliveries, oldest first."""
        return [_delivery(row) for row in self._db.rows(_DELIVERY + " ORDER BY d.id")]

    def fill(self, delivery: str, assets: Iterable[bytes]) -> None:
        """Names the assets of a delivery that is not a folder. Raises NotFound."""
        self.delivery(delivery)
        listed = sorted({one.hex() for one in assets})
        self._ledger.append("delivery.filled", {"delivery": delivery, "assets": listed})

    def listed(self, delivery: str) -> list[bytes]:
        """The assets named for a delivery by `fill`."""
        return [
            row[0]
            for row in self._db.rows(
                "SELECT a.sha256 FROM delivery_asset x JOIN delivery d ON d.id = x.delivery_id"
                " JOIN asset a ON a.id = x.asset_id WHERE d.name = ? ORDER BY a.id",
                (delivery,),
            )
        ]

    def record(self, delivery: str, sha256: bytes, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Brings the recorded findings of an asset in line with what the gate says now.

        New ones are opened, gone ones closed, answered ones answered. Returns those newly opened.
        """
        with self._db.writing():
            known = {_key(finding): (uid, finding) for uid, finding in self._open(delivery, sha256)}
            now = {_key(finding): finding for finding in findings}
            for key, (uid, _) in known.items():
                if key not in now:
                    self._ledger.append("finding.closed", {"finding": uid, "reason": "no longer holds"})
            fresh = [finding for key, finding in now.items() if key not in known]
            for finding in fresh:
                self._ledger.append("finding.opened", _put_finding(finding))
            for key in now.keys() & known.keys():
                self._answer(*known[key], now[key])
            return tuple(fresh)

    def _answer(self, uid: str, known: Finding, now: Finding) -> None:
        answered = None if now.decision is None else now.decision.uid
        before = None if known.decision is None else known.decision.uid
        if answered != before:
            self._ledger.append("finding.answered", {"finding": uid, "decision": answered})

    def withdraw(self, delivery: str, sha256: bytes, reason: str) -> None:
        """Closes all findings of an asset that left a delivery."""
        with self._db.writing():
            for uid, _ in self._open(delivery, sha256):
                self._ledger.append("finding.closed", {"finding": uid, "reason": reason})

    def _open(self, delivery: str, sha256: bytes) -> list[tuple[str, Finding]]:
        found = self._db.rows(
            _FINDING + " WHERE x.closed IS NULL AND d.name = ? AND a.sha256 = ? ORDER BY x.id", (delivery, sha256)
        )
        return [(row[0], self._finding(row)) for row in found]

    def findings(self, delivery: str = "", sha256: bytes = b"") -> list[Finding]:
        """Findings that still hold (answered or not), gravest first; of one delivery or asset where given."""
        found = self._db.rows(
            _FINDING + " WHERE x.closed IS NULL AND (? = '' OR d.name = ?) AND (? = x'' OR a.sha256 = ?)"
            " ORDER BY CASE x.severity WHEN 'BLOCK' THEN 0 WHEN 'DECIDE' THEN 1 ELSE 2 END, d.name, x.name, x.id",
            (delivery, delivery, sha256, sha256),
        )
        return [self._finding(row) for row in found]

    def assets_with_findings(self, delivery: str) -> list[bytes]:
        """Assets of a delivery with findings that still hold."""
        return [
            row[0]
            for row in self._db.rows(
                "SELECT DISTINCT a.sha256 FROM finding x JOIN delivery d ON d.id = x.delivery_id"
                " JOIN asset a ON a.id = x.asset_id WHERE x.closed IS NULL AND d.name = ?",
                (delivery,),
            )
        ]

    def named(self, delivery: str, name: str) -> list[bytes]:
        """Assets with findings that hold under one name of a delivery."""
        return [
            row[0]
            for row in self._db.rows(
                "SELECT DISTINCT a.sha256 FROM finding x JOIN delivery d ON d.id = x.delivery_id"
                " JOIN asset a ON a.id = x.asset_id WHERE x.closed IS NULL AND d.name = ? AND x.name = ?",
                (delivery, codec.put_name(name)),
            )
        ]

    def _finding(self, row: Sequence[Any]) -> Finding:
        _, code, severity, text, sha256, name, delivery, ancestor, decision, _ = row
        answered = None
        if decision is not None:
            told = self._db.row(_DECISION + " WHERE x.uid = ?", (decision,))
            answered = None if told is None else _decision(told)
        words, called = codec.get_name(text), codec.get_name(name)
        return Finding(code, Severity(severity), words, sha256, called, delivery, ancestor, answered)

    def decide(self, decision: Decision) -> Decision:
        """Records a person's answer. Its uid and time are given by the ledger. Raises UsageError, NotFound."""
        if not decision.by.strip():
            raise UsageError("a decision needs the name of who makes it", remedy="add --by NAME")
        if not decision.codes:
            raise UsageError("a decision names the findings it answers", remedy="add --finding CODE")
        if self._db.value("SELECT 1 FROM asset WHERE sha256 = ?", (decision.sha256,)) is None:
            raise NotFound(f"no asset {decision.sha256.hex()} is recorded here")
        entry = self._ledger.append(
            "decided",
            {
                "asset": decision.sha256.hex(), "codes": sorted(decision.codes), "answer": decision.answer.value,
                "document": decision.document.hex(), "delivery": decision.delivery, "expires": decision.expires,
                "causes": sorted(one.hex() for one in decision.causes),
            },
            {"by": decision.by, "role": decision.role, "reference": decision.reference, "note": decision.note},
        )  # fmt: skip
        return replace(
            decision,
            uid=entry.uid,
            at=entry.at,
            codes=tuple(sorted(decision.codes)),
            causes=tuple(sorted(decision.causes)),
        )

    def revoke(self, uid: str, *, by: str, reason: str) -> None:
        """Takes a decision back; its findings stand again at the next look. Raises NotFound, UsageError."""
        if not by.strip():
            raise UsageError("taking back a decision needs the name of who does it", remedy="add --by NAME")
        if self._db.value("SELECT 1 FROM decision WHERE uid = ? AND revoked IS NULL", (uid,)) is None:
            raise NotFound(f"there is no decision {uid!r} in force")
        self._ledger.append("decision.revoked", {"decision": uid}, {"by": by, "reason": reason})

    def about(self, sha256: bytes) -> tuple[Decision, ...]:
        """Decisions about an asset and about those that share its essence, oldest first."""
        return tuple(
            _decision(row)
            for row in self._db.rows(
                _DECISION + " WHERE x.asset_id IN (WITH RECURSIVE same(id) AS (VALUES (?) UNION SELECT l.parent"
                " FROM same JOIN link l ON l.child = same.id WHERE l.relation = 'same_essence' AND NOT l.refused)"
                " SELECT id FROM same) ORDER BY x.id",
                (asset_id(self._db, sha256),),
            )
        )

    def all(self) -> list[Decision]:
        """Every decision, oldest first."""
        return [_decision(row) for row in self._db.rows(_DECISION + " ORDER BY x.id")]


def _key(finding: Finding) -> tuple[str, str, str, str, bytes]:
    return finding.code, finding.severity, finding.text, finding.name, finding.ancestor


def _put_finding(finding: Finding) -> dict[str, Any]:
    return {
        "delivery": finding.delivery,
        "asset": finding.sha256.hex(),
        "name": finding.name,
        "code": finding.code,
        "severity": finding.severity.value,
        "text": finding.text,
        "ancestor": finding.ancestor.hex(),
        "decision": None if finding.decision is None else finding.decision.uid,
    }


def _delivery(row: Sequence[Any]) -> Delivery:
    name, volume, folder, state, opened = row
    return Delivery(name, None if volume is None else Place(volume, folder, b""), state, opened)


def _decision(row: Sequence[Any]) -> Decision:
    uid, sha256, codes, answer, by, at, role, reference, document, note, delivery, expires, revoked, causes = row
    return Decision(
        uid, sha256, tuple(json.loads(codes)), Answer(answer), by, at, role, reference, document, note, delivery,
        expires, revoked, tuple(bytes.fromhex(one) for one in json.loads(causes)),
    )  # fmt: skip
