"""Uses of generative tools: what was made with which tool, from which prompt, and why."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from provenance.errors import UsageError
from provenance.model import UseRecord
from store.database import Connection
from store.ledger import Ledger


class Uses:
    """Records and finds uses of tools."""

    def __init__(self, connection: Connection, ledger: Ledger) -> None:
        self._db = connection
        self._ledger = ledger

    def record(self, use: UseRecord) -> UseRecord:
        """Records one use; its uid and time are given by the ledger. Raises UsageError."""
        if not use.by.strip():
            raise UsageError("a use of a tool needs the name of who records it", remedy="add --by NAME")
        if not use.tool.strip() and not use.model.strip():
            raise UsageError("a use names the tool or the model", remedy="add --tool NAME")
        body = {
            "assets": sorted({one.hex() for one in use.assets}), "tool": use.tool, "version": use.version,
            "model": use.model, "purpose": use.purpose,
        }  # fmt: skip
        personal = {"by": use.by, "prompt": use.prompt, "prompt_writer": use.prompt_writer}
        entry = self._ledger.append("use.recorded", body, personal)
        return replace(use, uid=entry.uid, at=entry.at)

    def of(self, sha256: bytes) -> tuple[UseRecord, ...]:
        """The uses that an asset came of, oldest first."""
        return tuple(
            self._use(*row)
            for row in self._db.rows(
                "SELECT u.id, u.uid, u.at, u.body FROM ai_use u JOIN ai_use_asset x ON x.use_id = u.id"
                " JOIN asset a ON a.id = x.asset_id WHERE a.sha256 = ? ORDER BY u.id",
                (sha256,),
            )
        )

    def _use(self, row: int, uid: str, at: int, body: str) -> UseRecord:
        told: dict[str, Any] = json.loads(body)
        assets = self._db.rows(
            "SELECT a.sha256 FROM ai_use_asset x JOIN asset a ON a.id = x.asset_id WHERE x.use_id = ? ORDER BY a.id",
            (row,),
        )
        return UseRecord(uid=uid, at=at, assets=tuple(one[0] for one in assets), **told)
