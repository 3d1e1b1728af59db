"""Where we keep what we know: SQLite through sqlite-utils. One writer, one transaction per asset.

`open_store` opens, backs up before a migration, and migrates; the Store is then passed down as a value.
Every lasting row follows from an entry of the ledger (store.rows); the journal and the stat index are local.
"""

from __future__ import annotations

from store.assets import Assets, Summary
from store.cases import Cases, name_in
from store.decisions import Decisions
from store.journal import Journal, Known, StatIndex, Waiting
from store.ledger import Audit, Entry, Ledger
from store.lineage import Lineage, Step
from store.location import Location, locate
from store.opening import Store, open_store, rebuild

__all__ = [
    "Assets", "Audit", "Cases", "Decisions", "Entry", "Journal", "Known", "Ledger", "Lineage", "Location",
    "StatIndex", "Step", "Store", "Summary", "Waiting", "locate", "name_in", "open_store", "rebuild",
]  # fmt: skip
