"""One settled file, from its bytes to its row: digest → describe → link → store, in one transaction.

The stat is compared before and after reading, so that a file that changed meanwhile is looked at again and
never recorded half. What cannot be read is a fault with a name; the line goes on.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from provenance import plugins
from provenance.configuration import Settings, declared_origin, inside_working
from provenance.contracts import EvidenceSource, TrustList
from provenance.describe import accepting_readers, sidecars_of
from provenance.digest import digest_file
from provenance.errors import ChangedMeanwhile, CouldNotLook, ProvenanceError
from provenance.fields import fields_from_path
from provenance.hashlists import Listed, look_up, wanted_hashes
from provenance.marks import Row
from provenance.mirror import sidecars_in
from provenance.model import (
    Asset,
    Description,
    Digests,
    Fault,
    FileStamp,
    Kind,
    Mark,
    Origin,
    Place,
    Unchecked,
    Verdict,
)
from provenance.own_marks import DETAIL, OURSELVES
from provenance.places import Places
from provenance.verdict import judge
from store import Known, Store
from watchers.conforming import Conforming
from watchers.describer import DescribeFailed
from watchers.listed import compared, covers, remembered, still_listed
from watchers.sweep import as_listed, look_at, racy

EMPTY: Final = hashlib.sha256().digest()
UNKNOWN_TYPE: Final = "application/octet-stream"


class Describes(Protocol):
    """What `watchers.describer.Describer` offers."""

    def __call__(
        self,
        path: Path,
        *,
        sha256: bytes = b"",
        trust: tuple[TrustList, ...] = (),
        full: bool = False,
        rows: tuple[Row, ...] = (),
        beside: tuple[Path, ...] = (),
        listed: Listed | None = None,
    ) -> Description: ...


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a place: the asset there now (None: nothing is there), whether its content is new here,
    whether anything was learned that its descendants' findings may depend on, and the contents that gave way to it
    (frames to their sequence, a sequence to its next state).
    """

    place: Place
    sha256: bytes | None
    new: bool = False
    learned: bool = False
    gave_way: frozenset[bytes] = frozenset()


class Ingest:
    """Ingests files and records them.

    Args:
        store, places, settings: of the production.
        describe: reads marks; may raise DescribeFailed.
        trust: the trust lists.
        rows: marks of the team's own.
        versions: name and version of all readers in use, to know which assets to ask about again.
        wall_ns: nanoseconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        places: Places,
        settings: Settings,
        describe: Describes,
        *,
        trust: tuple[TrustList, ...] = (),
        rows: tuple[Row, ...] = (),
        versions: dict[str, str],
        wall_ns: Callable[[], int],
    ) -> None:
        self._store = store
        self._places = places
        self._settings = settings
        self._describe = describe
        self._trust = trust
        self._rows = rows
        self._versions = versions
        self._conforming = Conforming(store, places)
        self.asked = json.dumps(versions, sort_keys=True)
        self._wall_ns = wall_ns

    def ingest(self, place: Place, moved_from: Callable[[bytes], Place | None]) -> Ingested:
        """Takes in the file at a place.

        Args: moved_from says of a content which place it seems to have come from.

        Raises:
            ChangedMeanwhile: look again later.
            CouldNotLook: unreadable now; the journal keeps it.
        """
        path = self._places.path_of(place)
        now = look_at(os.fsencode(path))
        if now is None:
            return self.end(place, "deleted")
        began = self._wall_ns()
        listed = look_up(path)
        wanted = wanted_hashes(listed)
        # Whoever compares with a list needs a hash that was not kept: then an unchanged file is read again too
        known_digests = self._known_digests(place, now, listed, wanted)
        digests, found = known_digests or (digest_file(path, also=wanted) if wanted else digest_file(path))
        stamp = as_listed(found)
        known = self._store.assets.readers(digests.sha256)
        asset = None
        beside = self.mirrored(place)
        spoken_of = beside or sidecars_of(path) or (listed is not None and listed.listings)
        if known is None or spoken_of or self._readers_of(path) != known:
            asset = self.describe(path, digests, beside, compared(listed, digests))
            if look_at(os.fsencode(path)) != stamp:
                raise ChangedMeanwhile("it changed while it was read", path=path)
        with self._store.writing():
            self._store.assets.mark_asked(digests.sha256, self.asked)
            origin = moved_from(digests.sha256)
            ingested = self.record(place, digests.sha256, asset, moved_from=origin)
            look = {place.name: Known(stamp, digests.sha256, began)}
            self._store.index.put_all(place.volume, place.folder, look)
            self._store.journal.done(place)
        return ingested

    @property
    def _has_mirror(self) -> bool:
        return self._settings.mirror_folder.is_dir()

    def _readers_of(self, path: Path) -> dict[str, str]:
        return accepting_readers(path, rows=self._rows, deep=self._settings.readers.exiftool)

    def _known_digests(
        self, place: Place, now: FileStamp, listed: Listed | None, wanted: tuple[str, ...]
    ) -> tuple[Digests, FileStamp] | None:
        """The hashes of an unchanged file that is only read again (a newer reader, a sidecar), or None: also where a
        hash list wants one that nobody took of it."""
        known = self._store.index.one(place)
        if known is None or known.sha256 is None or known.stamp != now or racy(known.stamp, known.hashed_ns):
            return None
        if self._store.assets.readers(known.sha256) is None:  # a frame that was only looked at ahead
            return None
        asset = self._store.assets.get(known.sha256)
        others = remembered(listed, asset.description.marks)
        if not covers(others, wanted):
            return None
        return Digests(now.size, known.sha256, asset.xxh128, others), now

    def now_ns(self) -> int:
        """Nanoseconds since 1970, of the clock handed in."""
        return self._wall_ns()

    def mirrored(self, place: Place) -> tuple[Path, ...]:
        """Sidecars of a file that lie in the mirror tree."""
        return tuple(sidecars_in(self._settings.mirror_folder, place)) if self._has_mirror else ()

    def describe(
        self, path: Path, digests: Digests, beside: tuple[Path, ...] = (), listed: Listed | None = None
    ) -> Asset:
        """The asset that a file is; a describer that failed leaves a fault instead of marks."""
        description = self.description(path, digests.sha256, beside, listed)
        known = self._store.assets.readers(digests.sha256)
        if known is not None:
            before = self._store.assets.get(digests.sha256).description
            description = still_listed(before, remembering(before, description))
        return Asset(digests.sha256, Kind.FILE, digests.size, description, digests.xxh128)

    def description(
        self, path: Path, sha256: bytes, beside: tuple[Path, ...] = (), listed: Listed | None = None
    ) -> Description:
        """What the readers say of a file, or a fault where they were stopped or died over it."""
        try:
            return self._describe(
                path, sha256=sha256, trust=self._trust, rows=self._rows, beside=beside, listed=listed
            )  # fmt: skip
        except DescribeFailed as error:
            fault = Fault("describe", error.CODE.replace("-", ".", 1), error.message)
            unchecked = (Unchecked("all marks", error.message),)
            verdict = Verdict(Origin.UNDECLARED, faults=(fault,), unchecked=unchecked)
            readers = tuple(sorted(self._versions.items()))
            return Description(UNKNOWN_TYPE, None, verdict, faults=(fault,), unchecked=unchecked, readers=readers)

    def record(self, place: Place, sha256: bytes, asset: Asset | None, *, moved_from: Place | None = None) -> Ingested:
        """Writes down what lies at a place; call it inside a transaction.

        Args: asset is None where the content is known and nothing new was read.
        """
        assets = self._store.assets
        new = assets.readers(sha256) is None
        learned = asset is not None and self._record_asset(asset)
        first_time = assets.first_place(sha256) is None
        if moved_from is not None:
            assets.end(moved_from, "moved", moved_to=place)
        expected = self._store.taggings.expected(place, sha256)
        if expected is not None:  # a write of ours: the same thing as what lay there before, never a replacement
            assets.end(place, "untagged" if expected.taken_back else "tagged")
            self._store.taggings.settle(expected)
            learned = True
        assets.sight(sha256, place)
        learned = self._name_fields(sha256, place) or learned
        if learned or new:
            learned = self._conforming.take_in(sha256) or learned
        self._conforming.offer(place)
        if first_time and self._declare_by_folder(sha256, place):
            learned = True
        return Ingested(place, sha256, new, learned)

    def _record_asset(self, asset: Asset) -> bool:
        if not self._store.assets.record(asset):
            known = self._store.assets.get(asset.sha256)
            if known.description == asset.description:
                return False
            self._store.assets.record_again(asset)
        for source in plugins.evidence_sources():
            self._link(source, asset)
        return True

    def _link(self, source: EvidenceSource, asset: Asset) -> None:
        try:
            for link in source.links(asset, self._store.lineage):
                self._store.lineage.add(link)
        except ProvenanceError:
            raise
        except Exception as error:  # other people's code; the file is not done while its lineage is not looked for
            raise CouldNotLook(f"the evidence source {source.NAME} failed: {type(error).__name__}: {error}") from error

    def _name_fields(self, sha256: bytes, place: Place) -> bool:
        """Records the production fields that the path of a place names; True where that was news."""
        patterns = self._settings.fields.paths
        inside = (
            inside_working(self._settings, self._places.folder_path(place.volume, place.folder)) if patterns else None
        )
        if inside is None or sha256 == EMPTY:
            return False
        path = f"{inside}/{os.fsdecode(place.name)}".lstrip("/")
        for pattern in patterns:
            found = fields_from_path(pattern, path)
            if found is not None:
                shown = {name: text.encode("utf-8", "replace").decode() for name, text in found.items()}
                return self._store.fields.name(sha256, shown, pattern=pattern)
        return False

    def declares_ai(self, place: Place) -> bool:
        """True where the folder of a place is declared to hold AI."""
        declared = self._declared(place)
        return declared is not None and declared[1].is_ai

    def _declare_by_folder(self, sha256: bytes, place: Place) -> bool:
        declared = self._declared(place)
        # All empty files are one content: what a folder says of one would be said of every other
        if declared is None or sha256 == EMPTY:
            return False
        name, origin = declared
        self._store.assets.declare(sha256, origin, basis=name, folder=True)
        return True

    def _declared(self, place: Place) -> tuple[str, Origin] | None:
        inside = inside_working(self._settings, self._places.folder_path(place.volume, place.folder))
        return None if inside is None else declared_origin(self._settings, inside)

    def end(self, place: Place, reason: str) -> Ingested:
        """Nothing lies at a place any more."""
        with self._store.writing():
            self._store.assets.end(place, reason)
            self._store.index.drop(place.volume, place.folder, [place.name])
            self._store.journal.done(place)
        return Ingested(place, None)


def remembering(before: Description, now: Description) -> Description:
    """The newer description of the same content, with what a sidecar said that is no longer there.

    The bytes are the same, so what the file itself says cannot have got less; but a sidecar can be deleted, and
    an AI claim once seen is not forgotten by deleting it. What a sidecar of ours said, the store knows anyway.
    """
    if _was_stopped(now) and not _was_stopped(before):
        # A reader that was stopped or died takes nothing back; that nobody could look this time is kept beside
        faults, unchecked = (*before.faults, *now.faults), (*before.unchecked, *now.unchecked)
        verdict = replace(before.verdict, faults=faults, unchecked=unchecked)
        return replace(before, verdict=verdict, faults=faults, unchecked=unchecked, readers=now.readers)
    here = set(now.marks)
    kept = tuple(
        replace(mark, detail=(*mark.detail, ("gone", "yes")) if mark.says("gone") is None else mark.detail)
        for mark in before.marks
        if _is_sidecars(mark) and _bare(mark) not in {_bare(one) for one in here}
    )
    if not kept:
        return now
    marks = (*now.marks, *kept)
    return replace(now, marks=marks, verdict=judge(marks, now.faults, now.unchecked))


def _is_sidecars(mark: Mark) -> bool:
    """True for what a sidecar said that is not ours."""
    return "sidecar:" in mark.place and mark.says(DETAIL) != OURSELVES


def _was_stopped(description: Description) -> bool:
    return any(fault.reader == "describe" for fault in description.faults)


def _bare(mark: Mark) -> Mark:
    return replace(mark, detail=tuple(pair for pair in mark.detail if pair[0] != "gone"))
