"""A settled image sequence: every frame hashed and read, one asset recorded.

Until a sequence settles, each frame that looks finished is read alone, so that AI in a frame is known at once:
such a frame is recorded as an asset of its own, and gives way to the sequence when that settles.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from provenance.digest import digest_file, sequence_digest
from provenance.errors import ChangedMeanwhile
from provenance.mirror import SUFFIXES
from provenance.model import (
    Asset,
    Description,
    Evidence,
    FileStamp,
    Kind,
    Link,
    Member,
    Place,
    Relation,
    Sighting,
    Strength,
)
from provenance.places import Places
from provenance.sequence_verdict import FrameWord, describe_sequence, with_sidecars, word_of
from provenance.sequences import ImageSequence, faults, parse_pattern, pattern
from store import Known, Store
from watchers.ingest import Ingest, Ingested
from watchers.reconcile import SEEN, family_name, family_of
from watchers.sweep import as_listed, look_at, racy

REMEMBERED_FRAMES: Final = 200_000
VERSION: Final = "1"


class SequenceIngest:
    """Ingests image sequences frame by frame.

    Args: store, places of the production; ingest for single files, whose describing and recording it shares.
    """

    def __init__(self, store: Store, places: Places, ingest: Ingest) -> None:
        self._store = store
        self._places = places
        self._ingest = ingest
        # What frames said, by content: a late frame does not make the whole shot be read again
        self._words: OrderedDict[bytes, FrameWord] = OrderedDict()

    def look_ahead(self, place: Place, frame: int) -> Ingested | None:
        """Reads one finished frame of an unfinished sequence; recorded only where it is AI.

        Raises ChangedMeanwhile, CouldNotLook as `Ingest.ingest`.
        """
        path = self._places.path_of(place)
        stamp = look_at(os.fsencode(path))
        known = self._store.index.one(place)
        if stamp is None or (known is not None and known.stamp == stamp):
            return None
        member, word, look = self._read(place, frame, known)
        asset = None
        if word.verdict.origin.is_ai:
            asset = self._ingest.describe(path, digest_file(path)[0])
        with self._store.writing():
            self._store.index.put(place, look.stamp, look.sha256, look.hashed_ns)
            return None if asset is None else self._ingest.record(place, member.sha256, asset)

    def ingest(
        self,
        folder: Place,
        sequence: ImageSequence,
        stamps: Mapping[bytes, FileStamp],
        moved_from: Callable[[bytes], Place | None],
    ) -> Ingested:
        """Takes in a whole settled sequence.

        Args: folder is any place in its folder; stamps are those it settled with; moved_from as `Ingest.ingest`.

        Raises ChangedMeanwhile, CouldNotLook as `Ingest.ingest`.
        """
        members, words, looks = [], [], {}
        known = self._store.index.folder(folder.volume, folder.folder)
        for number, name in zip(sequence.frames, sequence.names(), strict=True):
            place = Place(folder.volume, folder.folder, name)
            member, word, looks[name] = self._read(place, number, known.get(name))
            members.append(member)
            words.append(word)
        sizes = {word.frame: (int(word.facts["width"]), int(word.facts["height"])) for word in words if _sized(word)}
        description = describe_sequence(words, faults(sequence, sizes))
        identity = sequence_digest(members)
        if told := list(self._sidecars(folder, sequence, identity)):
            description = with_sidecars(description, told)
        asset = Asset(
            identity, Kind.SEQUENCE, sum(one.size for one in members), description, b"",
            tuple(members),
        )  # fmt: skip
        for name, stamp in stamps.items():
            if look_at(os.fsencode(self._places.path_of(Place(folder.volume, folder.folder, name)))) != stamp:
                raise ChangedMeanwhile("a frame changed while the sequence was read")
        with self._store.writing():
            self._store.index.put_all(folder.volume, folder.folder, looks)
            return self._record(folder, sequence, asset, moved_from)

    def _sidecars(self, folder: Place, sequence: ImageSequence, identity: bytes) -> Iterator[Description]:
        """What sidecars of the whole say, beside it or in the mirror tree; they are called after its pattern."""
        family = Place(folder.volume, folder.folder, family_name(sequence))
        beside = self._places.path_of(family)
        paths = [beside.with_name(beside.name + suffix) for suffix in SUFFIXES]
        for path in (*filter(Path.is_file, paths), *self._ingest.mirrored(family)):
            told = self._ingest.description(path, identity, (path,) if path.suffix == ".c2pa" else ())
            about = told.facts.get("sidecar.content", identity.hex())
            marks = told.marks if about == identity.hex() else ()
            placed = tuple(replace(one, place=f"sidecar:{path.name}") if one.place == "xmp" else one for one in marks)
            yield replace(told, marks=placed, facts=told.facts if marks else {})

    def _record(
        self,
        folder: Place,
        sequence: ImageSequence,
        asset: Asset,
        moved_from: Callable[[bytes], Place | None],
    ) -> Ingested:
        place = Place(folder.volume, folder.folder, pattern(sequence).encode("utf-8", "surrogateescape"))
        before = self._earlier(place, sequence)
        self._store.assets.mark_asked(asset.sha256, self._ingest.asked)
        ingested = self._ingest.record(place, asset.sha256, asset, moved_from=moved_from(asset.sha256))
        gave_way = {old for _, old in before if old != asset.sha256}
        for member in asset.members:
            if self._store.assets.end(Place(place.volume, place.folder, member.name), "regrouped", moved_to=place):
                gave_way.add(member.sha256)
            self._store.journal.done(Place(place.volume, place.folder, member.name))
        for old_place, old in before:
            if old_place != place:
                self._store.assets.end(old_place, "regrouped", moved_to=place)
            if old != asset.sha256:
                self._link_to_earlier(asset.sha256, old)
        return replace(ingested, gave_way=frozenset(gave_way))

    def _earlier(self, place: Place, sequence: ImageSequence) -> list[tuple[Place, bytes]]:
        """Live sightings of earlier states of the same sequence in this folder."""
        found = []
        for sighting in self._store.assets.live_in(place.volume, place.folder, below=False):
            other = parse_pattern(sighting.place.name.decode("utf-8", "surrogateescape"))
            if other is not None and _is_earlier(other, sequence):
                found.append((sighting.place, sighting.sha256))
        return found

    def dissolve(self, family: Place, at: int) -> list[Sighting]:
        """A family of which too few frames are left: its frames are to be looked at anew, one by one.

        Returns what lay there. Each waits in the journal until it is known to have moved or gone.
        Args: at, milliseconds since 1970.
        """
        known = self._store.index.folder(family.volume, family.folder)
        names = {name for name in known if family_of(name) == family.name}
        left = []
        for sighting in self._store.assets.live_in(family.volume, family.folder, below=False):
            sequence = parse_pattern(sighting.place.name.decode("utf-8", "surrogateescape"))
            if sequence is not None and family_name(sequence) == family.name:
                names.update(sequence.names())
                left.append(sighting)
        with self._store.writing():
            self._store.index.drop(family.volume, family.folder, names)
            self._store.journal.note([one.place for one in left], SEEN, at)
        return left

    def forget_family(self, family: Place) -> None:
        """What the frames said is to be read anew: a sidecar speaks about one of them."""
        for name, known in self._store.index.folder(family.volume, family.folder).items():
            if family_of(name) == family.name and known.sha256 is not None:
                self._words.pop(known.sha256, None)

    def _link_to_earlier(self, new: bytes, old: bytes) -> None:
        evidence = Evidence("sequence", VERSION, "the same frames' pattern, changed", Strength.TOOL_SIGNATURE)
        # Present, not used: replaced frames do not hand their AI on to the frames that replaced them
        self._store.lineage.add(Link(new, old, Relation.PARENT, evidence, used=False))

    def _read(self, place: Place, frame: int, known: Known | None) -> tuple[Member, FrameWord, Known]:
        """Hash and word of one frame, from memory where its file is unchanged."""
        path = self._places.path_of(place)
        if known is not None and known.sha256 is not None and self._is_unchanged(known, path):
            word = self._words.get(known.sha256)
            if word is not None:
                member = Member(frame, place.name, known.stamp.size, known.sha256)
                return member, replace(word, frame=frame), known
        began = self._ingest.now_ns()
        digests, found = digest_file(path)
        stamp = as_listed(found)
        word = self._words.get(digests.sha256)
        if word is None:
            word = word_of(frame, self._ingest.description(path, digests.sha256))
        if look_at(os.fsencode(path)) != stamp:
            raise ChangedMeanwhile("it changed while it was read", path=path)
        self._words[digests.sha256] = word
        while len(self._words) > REMEMBERED_FRAMES:
            self._words.popitem(last=False)
        member = Member(frame, place.name, digests.size, digests.sha256)
        return member, replace(word, frame=frame), Known(stamp, digests.sha256, began)

    def _is_unchanged(self, known: Known, path: Path) -> bool:
        return known.stamp == look_at(os.fsencode(path)) and not racy(known.stamp, known.hashed_ns)


def _is_earlier(other: ImageSequence, now: ImageSequence) -> bool:
    """True for an earlier state of the same sequence: of two paddings in one folder, each is a sequence by itself,
    unless a frame is in both (``.998`` joins ``.1000``)."""
    if (other.prefix, other.suffix) != (now.prefix, now.suffix):
        return False
    return other.padding == now.padding or not set(other.names()).isdisjoint(now.names())


def _sized(word: FrameWord) -> bool:
    return isinstance(word.facts.get("width"), int) and isinstance(word.facts.get("height"), int)
