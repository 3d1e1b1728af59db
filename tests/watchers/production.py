"""A small production in a temporary folder, its store, and clocks that the test moves by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provenance.configuration import Settings, initial_text, load_settings, read_trust
from provenance.contracts import TrustList
from provenance.describe import describe, versions
from provenance.hashlists import Listed
from provenance.identity import FOLDER, Home, SigningMaterial, create_identity
from provenance.marks import Row
from provenance.model import Description, Place, Tagged, Way
from provenance.places import Places, production_volumes
from store import Store, open_store
from watchers.clocks import Clocks
from watchers.crawl import ScanReport, scan_once
from watchers.event import Event
from watchers.ingest import Ingest
from watchers.signing import open_signing
from watchers.tag_plan import Wish
from watchers.tagger import Tagger

ID = "5a3c6b0e-7f1d-4c8e-9b53-0d2f6f0a1b2c"


def describe_here(
    path: Path,
    *,
    sha256: bytes = b"",
    trust: tuple[TrustList, ...] = (),
    full: bool = False,
    rows: tuple[Row, ...] = (),
    beside: tuple[Path, ...] = (),
    listed: Listed | None = None,
) -> Description:
    """The real describing function, in this process: for tests that are not about the worker."""
    return describe(path, sha256=sha256, trust=trust, full=full, rows=rows, beside=beside, listed=listed)


class HandClocks:
    """Time that passes only when somebody waits for it; the wall clock runs an hour ahead of the files."""

    def __init__(self) -> None:
        self.now = 0.0
        self.start_ns = time.time_ns() + 3600 * 10**9

    def monotonic(self) -> float:
        self.now += 0.001
        return self.now

    def wall(self) -> float:
        return self.wall_ns() / 1e9

    def wall_ns(self) -> int:
        return self.start_ns + int(self.now * 1e9)

    @property
    def clocks(self) -> Clocks:
        return Clocks(self.monotonic, self.wall, self.wall_ns)


class Passing:
    """A stop event whose waiting moves the hand clock on instead of sleeping."""

    def __init__(self, hand: HandClocks) -> None:
        self.hand = hand

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float) -> bool:
        self.hand.now += max(seconds, 0.5)
        return False


class Day:
    """One production under test."""

    def __init__(self, root: Path, store: Store, settings: Settings, places: Places) -> None:
        self.root, self.store, self.settings, self.places = root, store, settings, places
        self.hand = HandClocks()
        self.events: list[Event] = []

    def scan(self, *folders: Path) -> ScanReport:
        return scan_once(
            self.store, self.places, self.settings, folders=folders, tell=self.events.append,
            stop=Passing(self.hand),  # type: ignore[arg-type]
            describe=describe_here, clocks=self.hand.clocks, signing=self.signing,
        )  # fmt: skip

    def signing(self) -> SigningMaterial | None:
        return open_signing(self.store.file.parent, self.settings, time.time_ns() // 1_000_000, {})

    def make_identity(self) -> None:
        home = Home(self.store.file.parent / FOLDER, self.root)
        create_identity(home, "Night Train Films", time.time_ns() // 1_000_000)

    def tagger(self) -> Tagger:
        ingest = Ingest(
            self.store, self.places, self.settings, describe_here, trust=read_trust(self.settings),
            versions=versions(), wall_ns=time.time_ns,
        )  # fmt: skip
        return Tagger(self.store, self.settings, self.places, ingest, self.signing)

    def tag(self, name: str, way: Way | None = None, *, into_deliverables: bool = False) -> Tagged | None:
        sha256, tagger = self.at(name), self.tagger()
        assert sha256 is not None
        wish = Wish(way, self.settings.tagging.write, "the assistant editor", into_deliverables)
        return tagger.tag(tagger.plan(self.place(name), sha256, wish))

    def untag(self, name: str) -> Tagged | None:
        sha256 = self.at(name)
        assert sha256 is not None
        return self.tagger().untag(self.place(name), sha256, Wish(None, (), "the assistant editor"))

    def place(self, name: str) -> Place:
        return self.places.place_of(self.root / name)

    def at(self, name: str) -> bytes | None:
        return self.store.assets.at(self.place(name))

    def live(self) -> list[str]:
        found = self.store.assets.live_in(ID, b"")
        return sorted(
            (one.place.folder + b"/" + one.place.name).decode("utf-8", "replace").lstrip("/") for one in found
        )

    def put(self, name: str, content: bytes = b"something") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


@contextmanager
def a_production(root: Path, *changes: tuple[str, str]) -> Iterator[Day]:
    """A production at `root`; changes are (old, new) in the text that `init` writes."""
    root.mkdir(parents=True, exist_ok=True)
    text = initial_text(ID, "A Show")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (root / "provenance.toml").write_text(text, encoding="utf-8")
    settings = load_settings(root)
    places = Places(production_volumes(ID, root, (*settings.folders.working, *settings.folders.deliverables)))
    with open_store(root / ".provenance" / "store.db") as store:
        yield Day(root, store, settings, places)
