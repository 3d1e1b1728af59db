"""Lineage at the size of a facility: a million assets, three million links, timelines of 2,000 clips, twelve layers."""

from __future__ import annotations

import importlib
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.machine import seconds
from benchmarks.table import Row, Section, beside
from provenance.chains import ancestry, chains_to
from provenance.model import Evidence, Link, Origin, Relation, Strength
from store import Step, Store, open_store

TITLE: Final = "lineage: ancestors, descendants, taint, whole deliveries"
GROUP: Final = 2_000
"""Assets of one show: 1,000 sources, 979 comps in nine layers, a timeline, ten masters, ten deliverables."""
SOURCES, LAYERS, TIMELINE, MASTERS = 1_000, 9, 1_979, 1_980
FAN: Final = 3
AI_EVERY: Final = 11
"""One show in so many holds generated stills."""


def run(smoke: bool) -> Iterator[Section]:
    """10 shows; 500 for the real figure."""
    shows = 10 if smoke else 500
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "store.db", station_name="benchmark") as store,
    ):
        links = _links(shows)
        loaded = seconds(lambda: _load(store, shows, links))
        yield _asked(store, shows, loaded, links)
        yield _kept_current(store, shows)


def _links(shows: int) -> list[tuple[int, int]]:
    """(child, parent) by row, local to each show; a tenth of a timeline comes from the show before."""
    dice, found = random.Random(5), []
    per_layer = (TIMELINE - SOURCES) // LAYERS
    for show in range(shows):
        base = show * GROUP + 1
        for number in range(SOURCES, TIMELINE):
            layer = min((number - SOURCES) // per_layer, LAYERS - 1)
            low = 0 if layer == 0 else SOURCES + (layer - 1) * per_layer
            high = SOURCES if layer == 0 else SOURCES + layer * per_layer
            parents = {dice.randrange(low, high) for _ in range(FAN)} | {dice.randrange(SOURCES)}
            found += [(base + number, base + parent) for parent in parents]
        before = base - GROUP if show else base
        clips = {base + dice.randrange(TIMELINE) for _ in range(2_200)} | {
            before + dice.randrange(200) for _ in range(90)
        }
        found += [(base + TIMELINE, clip) for clip in clips if clip != base + TIMELINE]
        for master in range(10):
            found.append((base + MASTERS + master, base + TIMELINE))
            found.append((base + MASTERS + 10 + master, base + MASTERS + master))
    return sorted(set(found))


def _load(store: Store, shows: int, links: Sequence[tuple[int, int]]) -> None:
    """Rows as the ledger would have made them, without their history: that is measured by `store`."""
    db = store._db
    with store.writing():
        db.executemany(
            "INSERT INTO asset (id, sha256, kind, size, media_type, verdict, strength, proven, origin, ai, found_at,"
            " described_at) VALUES (?, ?, 'file', 1, 'image/png', ?, 0, 0, ?, ?, 0, 0)",
            [
                (row, row.to_bytes(32, "big"), origin, origin, int(origin is Origin.AI_GENERATED))
                for row in range(1, shows * GROUP + 1)
                for origin in (_origin(row),)
            ],
        )
        db.execute("INSERT INTO description SELECT id, '[]', '{}', '[]', '[]', '[]', '[]', '[]', '[]' FROM asset")
        db.executemany(
            "INSERT INTO link (child, parent, relation, used, carries) VALUES (?, ?, 'component', 1, 1)", links
        )
        db.executemany(
            "INSERT INTO evidence (child, parent, relation, source, version, method, strength, used, note, by, at,"
            " entry) VALUES (?, ?, 'component', 'benchmark', '1', 'made up', 3, 1, '', '', 0, '')",
            links,
        )
        db.execute(
            "WITH RECURSIVE down(id) AS (SELECT id FROM asset WHERE ai UNION SELECT l.child FROM down"
            " JOIN link l ON l.parent = down.id) UPDATE asset SET tainted = 1 WHERE id IN (SELECT id FROM down)"
        )
        db.execute("ANALYZE")


def _origin(row: int) -> Origin:
    show, number = divmod(row - 1, GROUP)
    return Origin.AI_GENERATED if show % AI_EVERY == 0 and number < 20 else Origin.UNDECLARED


def _asked(store: Store, shows: int, loaded: float, links: Sequence[tuple[int, int]]) -> Section:
    dice = random.Random(7)
    pick: dict[str, Callable[[int], int]] = {
        "comp": lambda show: show * GROUP + 1 + dice.randrange(SOURCES, TIMELINE),
        "deliverable": lambda show: show * GROUP + 1 + MASTERS + 10 + dice.randrange(10),
        "source": lambda show: show * GROUP + 1 + dice.randrange(SOURCES),
    }
    rows = [Row("assets", shows * GROUP, ""), Row("links", len(links), "", note=f"written in {loaded:.0f} s")]
    graph = _peers(links)
    for name, kind, up in (
        ("ancestors of a comp", "comp", True), ("ancestors of a deliverable", "deliverable", True),
        ("descendants of a source", "source", False),
    ):  # fmt: skip
        chosen = [pick[kind](dice.randrange(shows)) for _ in range(100)]
        took = sorted(_each(partial(_steps, store, up), chosen))
        size = len(_steps(store, up, chosen[0]))
        rows.append(Row(name, took[50], "ms", note=f"99 %: {took[98]:.1f} ms; such as {size:,}"))
        rows += [
            beside(took[50], f"  {peer}", _median(asked, chosen, up), "ms", note)
            for peer, asked, note in graph
        ]  # fmt: skip
    held = [row for show in range(min(shows, 50)) for row in range(show * GROUP + MASTERS + 11, show * GROUP + 2_001)]
    delivery = [row.to_bytes(32, "big") for row in held][:500]
    tainted = seconds(lambda: [store.lineage.is_tainted(one) for one in delivery])
    rows.append(Row(f"taint of a delivery of {len(delivery)} files", tainted, "s"))
    one = delivery[0]
    rows.append(Row("the case of one deliverable, whole", seconds(lambda: store.cases.case(one)), "s"))
    rows.append(Row("shortest and strongest chain to each AI ancestor", seconds(lambda: _why(store, one)), "s"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024)
    rows.append(Row("memory of the process at most", peak, "MB", note="the generated links and the peers included"))
    return Section(f"{shows} shows, depth 13, timelines of 2,000 clips", tuple(rows))


def _steps(store: Store, up: bool, row: int) -> list[Step]:
    ask = store.lineage.ancestors if up else store.lineage.descendants
    return ask(row.to_bytes(32, "big"))


def _why(store: Store, sha256: bytes) -> object:
    """As the command does it."""
    with store.lineage.gathered(sha256):
        above = ancestry(sha256, store.lineage.parents)
    reached = {link.parent for links in above.links.values() for link in links}
    ai = {one for one in reached if store.assets.origin(one).is_ai}
    return chains_to(above, ai, lambda one: store.assets.origin(one).is_ai)


def _each(ask: Callable[[int], object], chosen: Sequence[int]) -> list[float]:
    """Milliseconds of each question."""
    took = []
    for row in chosen:
        began = time.perf_counter()
        ask(row)
        took.append(1_000 * (time.perf_counter() - began))
    return took


def _median(ask: Callable[[int, bool], object] | None, chosen: Sequence[int], up: bool) -> float | None:
    if ask is None:
        return None
    question = ask
    return sorted(_each(lambda row: question(row, up), chosen))[len(chosen) // 2]


def _peers(links: Sequence[tuple[int, int]]) -> list[tuple[str, Callable[[int, bool], object] | None, str]]:
    found: list[tuple[str, Callable[[int, bool], object] | None, str]] = []
    for name, make in (("rustworkx", _in_rustworkx), ("networkx", _in_networkx)):
        try:
            module: Any = importlib.import_module(name)
        except ImportError:
            found.append((name, None, "not installed here"))
            continue
        began = time.perf_counter()
        found.append((name, make(module, links), f"loaded in {time.perf_counter() - began:.1f} s, all in memory"))
    return found


def _in_rustworkx(module: Any, links: Sequence[tuple[int, int]]) -> Callable[[int, bool], object]:
    graph = module.PyDiGraph()
    graph.add_nodes_from(range(max(child for child, _ in links) + 1))
    graph.add_edges_from_no_data([(parent, child) for child, parent in links])
    return lambda row, up: module.ancestors(graph, row) if up else module.descendants(graph, row)


def _in_networkx(module: Any, links: Sequence[tuple[int, int]]) -> Callable[[int, bool], object]:
    graph = module.DiGraph()
    graph.add_nodes_from(range(max(child for child, _ in links) + 1))
    graph.add_edges_from((parent, child) for child, parent in links)
    return lambda row, up: module.ancestors(graph, row) if up else module.descendants(graph, row)


def _kept_current(store: Store, shows: int) -> Section:
    """Taint follows a new link, and goes when that is refused, without computing the rest anew."""
    clean = next(show for show in range(shows) if show % AI_EVERY)
    child, parent = ((clean * GROUP + 1 + number).to_bytes(32, "big") for number in (SOURCES, 5))
    ai = (1).to_bytes(32, "big")
    for one in (child, parent, ai):
        store._db.execute("UPDATE asset SET kind = 'file' WHERE sha256 = ?", (one,))
    seen = Evidence("benchmark", "1", "made up", Strength.DECLARED)
    added = seconds(lambda: store.lineage.add(Link(child, ai, Relation.COMPONENT, seen)))
    refused = seconds(lambda: store.lineage.refuse(child, ai, Relation.COMPONENT, by="nobody", reason="measured"))
    whole = seconds(store.lineage.disagreement)
    rows = (
        Row("a link to AI added, taint spread", 1_000 * added, "ms"),
        beside(1_000 * added, "  computing all taint anew", 1_000 * whole, "ms"),
        Row("that link refused, taint taken back", 1_000 * refused, "ms"),
    )
    return Section("taint kept current", rows)
