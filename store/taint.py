"""The maintained taint flag: an asset is tainted where it or any ancestor along carrying links is AI.

Kept current in the transaction that changes an origin or a link, so that "what in this delivery is AI" is an
index look-up. The recursive filters stand where SQLite's planner leaves them alone after ANALYZE (a JOIN or a
WHERE inside the recursive step costs up to 2,000 times more on 3.40, see docs/benchmarks.md).
"""

from __future__ import annotations

from typing import Final

from provenance.model import Origin
from store.database import Connection

_SPREAD: Final = """
WITH RECURSIVE down(id) AS (
  VALUES (:source)
  UNION
  SELECT CASE WHEN l.carries THEN l.child END FROM down JOIN link l ON l.parent = down.id
  WHERE (SELECT a.tainted FROM asset a WHERE a.id = down.id) = 0
)
UPDATE asset SET tainted = 1 WHERE tainted = 0 AND id IN (SELECT id FROM down WHERE id IS NOT NULL)"""

_BELOW: Final = """
WITH RECURSIVE down(id) AS (
  VALUES (:source)
  UNION
  SELECT l.child FROM down JOIN link l ON l.parent = down.id
)
SELECT id FROM down"""


def spread(db: Connection, source: int) -> None:
    """Taints an asset and all that carries on from it, stopping where it is tainted already."""
    db.execute(_SPREAD, {"source": source})


def spread_over_link(db: Connection, child: int, parent: int) -> None:
    """After a link was added: the child takes over its parent's taint where the link carries it."""
    if db.value(
        "SELECT 1 FROM link l JOIN asset p ON p.id = l.parent WHERE l.child = ? AND l.parent = ? AND l.carries"
        " AND p.tainted LIMIT 1",
        (child, parent),
    ):
        spread(db, child)


def refresh_origin(db: Connection, asset: int, origin: Origin) -> None:
    """Writes what an asset counts as, and lets taint follow."""
    before, known = db.row("SELECT ai, origin FROM asset WHERE id = ?", (asset,)) or (0, "")
    if origin == known and bool(before) == origin.is_ai:
        return
    db.execute("UPDATE asset SET origin = ?, ai = ? WHERE id = ?", (origin, int(origin.is_ai), asset))
    if origin.is_ai:
        spread(db, asset)
    elif before:
        recompute_below(db, asset)


def recompute_below(db: Connection, asset: int) -> None:
    """Takes taint back where nothing above carries it any more: after a claim or a link was withdrawn."""
    below = [row[0] for row in db.rows(_BELOW, {"source": asset})]
    db.executemany("UPDATE asset SET tainted = 0 WHERE id = ?", [(one,) for one in below])
    for one in below:
        again = db.value(
            "SELECT 1 FROM asset a WHERE a.id = :id AND (a.ai OR EXISTS (SELECT 1 FROM link l JOIN asset p"
            " ON p.id = l.parent WHERE l.child = :id AND l.carries AND p.tainted))",
            {"id": one},
        )
        if again:
            spread(db, one)


def recompute_all(db: Connection) -> set[int]:
    """Ids of all tainted assets, from nothing: what the maintained flag must agree with."""
    return {
        row[0]
        for row in db.rows(
            "WITH RECURSIVE down(id) AS (SELECT id FROM asset WHERE ai UNION SELECT l.child FROM down"
            " JOIN link l ON l.parent = down.id WHERE l.carries) SELECT id FROM down"
        )
    }
