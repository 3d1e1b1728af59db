"""The store at size: recording, and the questions people ask."""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.machine import median_seconds, seconds
from benchmarks.table import Row, Section
from provenance.model import (
    Asset,
    Description,
    Evidence,
    Kind,
    Link,
    Mark,
    Origin,
    Place,
    Relation,
    Strength,
    Verdict,
)
from store import Store, open_store

TITLE: Final = "recording assets and asking about them"
VOLUME: Final = "benchmark"
BATCH: Final = 50
SOURCES, COMPS = 0.80, 0.15
"""Shares of the assets: sources, composites of four sources each; the rest are cuts of six composites each."""


def run(smoke: bool) -> Iterator[Section]:
    """20,000 assets; 200,000 for the real figure."""
    count = 20_000 if smoke else 200_000
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / "store.db"
        with open_store(file, station_name="benchmark") as store:
            yield _recording(store, count)
        with open_store(file, readonly=True) as store:
            yield _asking(store, count, 5 if smoke else 25)


def _recording(store: Store, count: int) -> Section:
    dice = random.Random(1)
    links = [link for child in range(count) for link in _links(child, count, dice)]
    recorded = seconds(lambda: _record(store, count))
    linked = seconds(lambda: _link(store, links))
    size = store.sizes()
    rows = (
        Row("assets recorded, each with its first sighting", count / recorded, "assets/s", note=f"{recorded:.1f} s"),
        Row("links recorded, taint following", len(links) / linked, "links/s", note=f"{len(links):,} links"),
        Row("the file", sum(size.values()) / count, "B/asset", note=f"{sum(size.values()) / 1e6:,.0f} MB"),
    )
    return Section(f"{count:,} assets in batches of {BATCH}, every batch synced to disk", rows)


def _record(store: Store, count: int) -> None:
    for first in range(0, count, BATCH):
        with store.writing():
            for number in range(first, min(first + BATCH, count)):
                asset = _asset(number)
                store.assets.record(asset)
                store.assets.sight(asset.sha256, _place(number, count))


def _link(store: Store, links: Sequence[Link]) -> None:
    for first in range(0, len(links), BATCH):
        with store.writing():
            for link in links[first : first + BATCH]:
                store.lineage.add(link)


def _asking(store: Store, count: int, times: int) -> Section:
    dice = random.Random(3)
    cuts = range(int(count * (SOURCES + COMPS)), count)
    chosen = [_sha(dice.choice(cuts)) for _ in range(times)]
    ancestors = [len(store.lineage.ancestors(one)) for one in chosen]
    tainted = [one for one in store.assets.live_in(VOLUME, b"cuts") if store.lineage.is_tainted(one.sha256)]

    def average(ask: Callable[[bytes], object]) -> float:
        return 1_000 * median_seconds(lambda: [ask(one) for one in chosen], 3) / len(chosen)

    listing = 1_000 * median_seconds(
        lambda: [store.lineage.is_tainted(one.sha256) for one in store.assets.live_in(VOLUME, b"cuts")], 3
    )
    search = 1_000 * median_seconds(lambda: store.assets.summaries("a.tainted = 1", limit=1_000), 3)
    rows = (
        Row(
            "ancestors of a cut",
            average(store.lineage.ancestors),
            "ms",
            note=f"{sum(ancestors) / len(ancestors):.0f} ancestors",
        ),
        Row("the case of a cut, all a rule may see", average(store.cases.case), "ms"),
        Row("one asset with its marks", average(store.assets.get), "ms"),
        Row("AI in a folder of cuts", listing, "ms", note=f"{len(tainted):,} of {len(cuts):,} files"),
        Row("the first 1,000 AI-derived assets", search, "ms"),
        Row("taint computed anew and compared", 1_000 * seconds(store.lineage.disagreement), "ms"),
    )
    return Section(f"{count:,} assets", rows)


def _sha(number: int) -> bytes:
    return hashlib.sha256(b"asset %d" % number).digest()


def _place(number: int, count: int) -> Place:
    folder = b"cuts" if number >= int(count * (SOURCES + COMPS)) else b"day_%03d" % (number // 500)
    return Place(VOLUME, folder, b"file_%d.png" % number)


def _asset(number: int) -> Asset:
    origin = Origin.AI_GENERATED if number % 400 == 7 else Origin.UNDECLARED
    marks = [Mark("exif", "1", "0th", "Software", "a program 1.0", None, Strength.NONE)]
    if origin.is_ai:
        marks.append(
            Mark("png_text", "1", "tEXt", "parameters", "a prompt, steps: 20", origin, Strength.TOOL_SIGNATURE)
        )
    verdict = Verdict(origin, marks[-1].strength, tuple(marks[1:]))
    facts = {"width": 1920, "height": 1080}
    readers = (("exif", "1"), ("png_text", "1"))
    described = Description("image/png", None, verdict, tuple(marks), readers=readers, facts=facts)
    return Asset(_sha(number), Kind.FILE, 1_000 + number, described, b"x" * 16)


def _links(child: int, count: int, dice: random.Random) -> Iterator[Link]:
    sources, comps = int(count * SOURCES), int(count * (SOURCES + COMPS))
    if child < sources:
        return
    below, above, fan = (0, sources, 4) if child < comps else (sources, comps, 6)
    seen = Evidence("benchmark", "1", "made up", Strength.DECLARED)
    for parent in {dice.randrange(below, above) for _ in range(fan)}:
        yield Link(_sha(child), _sha(parent), Relation.COMPONENT, seen)
