"""The planner trap: where the filter of a recursive query stands decides what it costs on an older SQLite.

In memory, so that no store is ever opened by two SQLite libraries. Why `store/taint.py` is written as it is.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator
from typing import Any, Final

from benchmarks.machine import median_seconds
from benchmarks.table import Row, Section, beside

TITLE: Final = "spreading AI to a few descendants, after ANALYZE, by the place of the filter"
LIBRARIES: Final = ("pysqlite3.dbapi2", "sqlite3")

_STEP: Final = "WITH RECURSIVE down(id) AS (VALUES (:source) UNION {step}) SELECT count(id) FROM down"
FORMS: Final = {
    "tested on the row it comes from (ours)": (
        "SELECT CASE WHEN l.carries THEN l.child END FROM down JOIN link l ON l.parent = down.id"
        " WHERE (SELECT a.tainted FROM asset a WHERE a.id = down.id) = 0"
    ),
    "JOIN asset in the recursive step": (
        "SELECT l.child FROM down JOIN link l ON l.parent = down.id JOIN asset a ON a.id = l.child"
        " WHERE l.carries AND a.tainted = 0"
    ),
    "WHERE on the link in the recursive step": (
        "SELECT l.child FROM down JOIN link l ON l.parent = down.id WHERE l.carries"
    ),
}


def run(smoke: bool) -> Iterator[Section]:
    """20,000 assets; 300,000 for the real figure; each with three links."""
    count, times = (20_000, 3) if smoke else (300_000, 9)
    for name in LIBRARIES:
        try:
            library = importlib.import_module(name)
        except ImportError:
            yield Section(name, (Row(name, None, note="no wheel on this machine"),))
            continue
        yield _measure(library, count, times)


def _measure(library: Any, count: int, times: int) -> Section:
    db = library.connect(":memory:")
    _fill(db, count)

    def cost(step: str) -> float:
        sql = _STEP.format(step=step)
        return 1_000 * median_seconds(lambda: db.execute(sql, {"source": count * 9 // 10}).fetchall(), times)

    (ours, form), *others = FORMS.items()
    figure = cost(form)
    rows = [Row(ours, figure, "ms"), *(beside(figure, name, cost(step), "ms") for name, step in others)]
    db.close()
    return Section(f"SQLite {library.sqlite_version}, {count:,} assets, three links each", tuple(rows))


def _fill(db: Any, count: int) -> None:
    dice = random.Random(2)
    layer = count // 12
    db.execute("CREATE TABLE asset (id INTEGER PRIMARY KEY, tainted INTEGER NOT NULL)")
    db.execute(
        "CREATE TABLE link (child INTEGER, parent INTEGER, carries INTEGER NOT NULL,"
        " PRIMARY KEY (child, parent)) WITHOUT ROWID"
    )
    db.execute("CREATE INDEX link_down ON link (parent, child)")
    db.executemany("INSERT INTO asset VALUES (?, 0)", ((n,) for n in range(count)))
    db.executemany(
        "INSERT OR IGNORE INTO link VALUES (?, ?, 1)",
        ((n, n - layer - dice.randrange(-3, 4)) for n in range(layer + 3, count) for _ in range(3)),
    )
    db.execute("ANALYZE")
