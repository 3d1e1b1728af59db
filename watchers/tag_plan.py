"""How one file is to be tagged: in which way, with what, or why not at all. Nothing is written here.

Captured media, protected places, deliverables and foreign credentials are kept from changes here, before any writer
is asked; the writers refuse them again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provenance.configuration import Settings
from provenance.contracts import Tag
from provenance.digest import stamp
from provenance.errors import ChangedMeanwhile, CouldNotLook, UsageError, WriteRefused
from provenance.mirror import sidecar_name
from provenance.model import SYMMETRIC, Identifier, Kind, Link, Place, Relation, Way
from provenance.places import Places
from provenance.sequences import parse_pattern
from provenance.statement import (
    Known,
    Wording,
    has_credentials,
    intent_of,
    is_captured,
    part_of,
    says_something,
    tag_of,
)
from provenance.writers import WRITERS, c2pa
from provenance.writers.claims import Part
from provenance.writers.protected import is_camera_original, refusal
from store import Store
from watchers import deliverables
from watchers.reconcile import family_name
from watchers.sidecars import Sidecars

if TYPE_CHECKING:
    from provenance.identity import SigningMaterial

Signing = Callable[[], "SigningMaterial | None"]
"""The production's certificate and key; None where it has no identity. Raises IdentityError."""

_CARRIED_MOST: Final = 64 << 20
"""Bytes of a parent whose embedded credentials are read to be carried forward."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants files tagged.

    Args:
        way: EMBEDDED or SIDECAR where that is asked for; None for what fits the file.
        write: kinds of statements, of ``c2pa``, ``xmp``, ``exif``, ``tc260``.
        by: who asks; empty for the daemon.
        into_deliverables: write inside a deliverables folder too.
    """

    way: Way | None
    write: tuple[str, ...]
    by: str = ""
    into_deliverables: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be written about one file.

    Args:
        place, path, sha256: the file; for an image sequence the path of its pattern, which is no file.
        way, why: how, and why this way.
        known, tag: what is known, and what of it is said.
        write: the kinds of statements.
        intent: a digest of all that is to be said, by which a second writing of the same is recognised.
        notes: what will not be written, and why.
        by: who asks.
    """

    place: Place
    path: Path
    sha256: bytes
    way: Way
    why: str
    known: Known
    tag: Tag
    write: tuple[str, ...]
    intent: str
    notes: tuple[str, ...] = ()
    by: str = ""


class Planner:
    """Decides how files of one production are tagged.

    Args: store, settings, places of the production; sidecars that lie about; signing, which says whether anything can
    be signed.
    """

    def __init__(self, store: Store, settings: Settings, places: Places, sidecars: Sidecars, signing: Signing) -> None:
        self._store, self._settings, self._places = store, settings, places
        self._sidecars, self._signing = sidecars, signing

    def plan(self, place: Place, sha256: bytes, wish: Wish) -> Plan:
        """How a file would be tagged; nothing is written.

        Raises WriteRefused, ChangedMeanwhile where the file is not as it was recorded, IdentityError.
        """
        path = self.locate(place, sha256)
        self.refuse_delivery(place, path, wish)
        known = self.known(sha256, place)
        if not says_something(known):
            raise WriteRefused(
                "nothing is known that could be written: no origin, no fields",
                path=path, remedy="say what it is: provenance declare",
            )  # fmt: skip
        way, why = self._way(known, place, path, wish)
        write, notes = self._kinds(known, wish, way)
        tagging = self._settings.tagging
        tag = tag_of(known, Wording(tagging.credit, tagging.producer, "tc260" in write))
        return Plan(place, path, sha256, way, why, known, tag, write, intent_of(known, tag, write), notes, wish.by)

    def known(self, sha256: bytes, place: Place) -> Known:
        """All that the store knows of an asset, as it is written."""
        store = self._store
        summary = store.assets.summary(sha256)
        links = store.lineage.parents(sha256)
        # What it was before we wrote into it is itself, not something that it was made from
        same = {link.parent for link in links if link.relation is Relation.SAME_ESSENCE}
        parents = [
            (link, self._part(link))
            for link in links
            if link.used and link.relation not in SYMMETRIC and link.parent not in same
        ]
        return Known(
            store.assets.get(sha256), os.fsdecode(place.name).encode("utf-8", "replace").decode(), summary.origin,
            store.assets.declarations(sha256), store.uses.of(sha256), store.fields.of(sha256), tuple(parents),
            self._derived_from(parents),
        )  # fmt: skip

    def locate(self, place: Place, sha256: bytes) -> Path:
        """Where the content lies, unchanged since it was recorded. Raises ChangedMeanwhile, CouldNotLook."""
        sequence = parse_pattern(os.fsdecode(place.name))
        names = sequence.names() if sequence is not None else (place.name,)
        known = self._store.index.folder(place.volume, place.folder)
        if self._store.assets.at(place) != sha256:
            raise ChangedMeanwhile(
                "something else lies there now", path=self._places.path_of(place), remedy="provenance scan"
            )
        for name in names:
            path = self._places.path_of(Place(place.volume, place.folder, name))
            try:
                now = stamp(path.lstat())
            except OSError as error:
                raise CouldNotLook(
                    error.strerror or "it cannot be seen", path=path, remedy="provenance scan"
                ) from error
            if name not in known or known[name].stamp != now:
                words = "it has changed since it was recorded"
                raise ChangedMeanwhile(words, path=path, remedy="look at it again: provenance scan")
        called = place.name if sequence is None else family_name(sequence)
        return self._places.path_of(Place(place.volume, place.folder, called))

    def refuse_delivery(self, place: Place, path: Path, wish: Wish) -> None:
        """Raises WriteRefused inside a deliverables folder where that was not asked for, and in a sealed delivery."""
        for delivery in self._store.decisions.deliveries():
            if not deliverables.holds(delivery, place):
                continue
            if delivery.state == "sealed":
                words = f"the delivery {delivery.name} is sealed, and nothing in it changes any more"
                raise WriteRefused(words, path=path, remedy="write about the file it came from")
            if not wish.into_deliverables:
                words = f"it lies in the deliverables folder of {delivery.name}"
                raise WriteRefused(words, path=path, remedy="if that is meant: provenance tag --into-deliverables")

    def _derived_from(self, parents: Sequence[tuple[Link, Part]]) -> tuple[Identifier, ...]:
        """XMP identifiers of the one parent that it is another state of."""
        whole = [link for link, _ in parents if link.relation in (Relation.PARENT, Relation.TRANSCODED_FROM)]
        if len(whole) != 1:
            return ()
        found = self._store.assets.get(whole[0].parent).description.identifiers
        return tuple(one for one in found if one.scheme.startswith("xmp."))

    def _part(self, link: Link) -> Part:
        summary = self._store.assets.summary(link.parent)
        sidecar, carried = b"", None
        if summary.place is not None and summary.live:
            try:
                path = self._places.path_of(summary.place)
            except UsageError:
                path = None
            if path is not None:
                sidecar = self._sidecars.bound_to(summary.place, path, link.parent)
                marks = self._store.assets.get(link.parent).description.marks
                inside = any(mark.place == "c2pa" or mark.place.startswith("c2pa:") for mark in marks)
                carried = path if inside and summary.size <= _CARRIED_MOST and not sidecar else None
        part = part_of(link, summary.name, summary.media_type, summary.origin, sidecar)
        return Part(
            part.use, part.title, part.media_type, part.sha256, carried, part.sidecar,
            "" if carried else part.source_type, part.description,
        )  # fmt: skip

    def _way(self, known: Known, place: Place, path: Path, wish: Wish) -> tuple[Way, str]:
        """How it is written, and why. Raises WriteRefused where what was asked for cannot be."""
        if words := refusal(path.resolve()):
            way, why = Way.MIRROR, words
        elif why := self._no_embedding(known, path, wish):
            way = Way.SIDECAR
        else:
            return Way.EMBEDDED, "its format can hold it"
        if wish.way is Way.EMBEDDED:
            raise WriteRefused(why, path=path, remedy="leave --embed out: a sidecar is written then")
        if way is Way.SIDECAR and len(os.fsencode(path.name)) + len(".c2pa") > len(
            os.fsencode(sidecar_name(os.fsencode(path.name), ".c2pa"))
        ):
            return Way.MIRROR, "its name is too long for a sidecar beside it"
        return way, why

    def _no_embedding(self, known: Known, path: Path, wish: Wish) -> str:
        """Why nothing is written into the file; empty where it may be."""
        asset = known.asset
        kind = asset.description.media_type
        most = self._settings.tagging.embed_megabytes * (1 << 20) / (2 if kind == "audio/wav" else 1)
        status = path.lstat() if asset.kind is Kind.FILE else path.parent.stat()
        ours = any(one.way is Way.EMBEDDED and not one.gone for one in self._store.taggings.of(asset.sha256))
        reasons = (
            (wish.way is Way.SIDECAR, "a sidecar was asked for"),
            (asset.kind is not Kind.FILE, "it is made of many files"),
            (is_captured(known) or is_camera_original(path), "it is captured media, which is never rewritten"),
            (status.st_nlink > 1, "it has several names (hard links), of which only one would change"),
            (not status.st_mode & 0o222, "it is write-protected"),
            (asset.size > most, f"it is larger than {most / (1 << 20):g} MB"),
            (
                has_credentials(asset.description) and wish.way is not Way.EMBEDDED and not ours,
                "it holds content credentials, which a change would break",
            ),
            (not any(one.can_write(kind) for one in WRITERS), f"nothing can be written into {kind}"),
        )
        return next((words for is_so, words in reasons if is_so), "")

    def _kinds(self, known: Known, wish: Wish, way: Way) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(what is written, what is not and why)."""
        write, notes = list(wish.write), []
        if "c2pa" in write and self._signing() is None:
            write.remove("c2pa")
            notes.append("no signing identity, so nothing is signed: provenance identity create")
        if way is not Way.EMBEDDED and "exif" in write:
            write.remove("exif")
        if known.asset.kind is Kind.FILE and way is Way.EMBEDDED and "c2pa" in write:
            kind, size = known.asset.description.media_type, known.asset.size
            if not c2pa.can_embed(kind, size):
                write.remove("c2pa")
                notes.append(f"no manifest is embedded in {kind}: provenance tag --sidecar writes one beside it")
        return tuple(write), tuple(notes)
