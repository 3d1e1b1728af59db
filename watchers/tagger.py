"""Tags one file: decides how, writes, and has it recorded so that the watcher knows the new content for our own.

What is known of an asset is in the store; `provenance.statement` says what of it is written. The expected hash is in
the store's journal before a file is replaced, so a kill at any instant leaves either the old file or a recognised one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from provenance.configuration import Settings, read_trust
from provenance.contracts import Writer
from provenance.digest import open_media
from provenance.model import (
    Digests,
    Expected,
    Kind,
    Place,
    Relation,
    Tagged,
    Way,
)
from provenance.places import Places
from provenance.statement import (
    claim_of,
    has_credentials,
    is_captured,
)
from provenance.writers import WRITERS, c2pa, tagging
from provenance.writers.claims import Claim, Part, Use
from store import Store
from watchers.ingest import Ingest
from watchers.sidecars import Sidecars
from watchers.tag_plan import Plan, Planner, Signing, Wish

if TYPE_CHECKING:
    from provenance.identity import SigningMaterial


class Tagger:
    """Tags the files of one production.

    Args:
        store, settings, places: of the production.
        ingest: reads and records a file that was written.
        signing: the production's certificate and key; None where it has no identity. Raises IdentityError.
    """

    def __init__(self, store: Store, settings: Settings, places: Places, ingest: Ingest, signing: Signing) -> None:
        self._store, self._settings, self._places = store, settings, places
        self._ingest, self._signing = ingest, signing
        self._own = tuple(one for one in read_trust(settings) if one.own)
        self._sidecars = Sidecars(settings.mirror_folder, self._own)
        self._planner = Planner(store, settings, places, self._sidecars, signing)

    def plan(self, place: Place, sha256: bytes, wish: Wish) -> Plan:
        """How a file would be tagged. Raises as `Planner.plan`."""
        return self._planner.plan(place, sha256, wish)

    def changes(self, plan: Plan) -> tuple[tagging.Change, ...]:
        """What each writer would change inside the file. Raises CouldNotLook."""
        return tagging.planned(plan.path, plan.tag, self._writers(plan)) if plan.way is Way.EMBEDDED else ()

    def targets(self, plan: Plan) -> tuple[Path, ...]:
        """The files that would be written."""
        if plan.way is Way.EMBEDDED:
            return (plan.path,)
        return tuple(dict.fromkeys(self._sidecars.at(plan.place, plan.path, kind, plan.way) for kind in plan.write))

    def tag(self, plan: Plan) -> Tagged | None:
        """Writes what was planned, records it, and reads it back; None where all of it stood there already.

        Raises WriteRefused, WriteFailed, ChangedMeanwhile, UnreadableMedia, IdentityError; the file is as it was then.
        """
        if self.stands(plan):
            return None
        with self._store.taggings.at_work(plan.place, self._store.clock()):
            tagged = self._embed(plan) if plan.way is Way.EMBEDDED else self._write_beside(plan)
        if plan.known.asset.kind is Kind.FILE:
            self._ingest.ingest(plan.place, lambda _: None)
        return tagged

    def stands(self, plan: Plan) -> bool:
        """True where exactly this was written before, and still lies there."""
        standing = self._store.taggings.standing(plan.sha256, plan.place)
        if standing is None or standing.intent != plan.intent or standing.way is not plan.way:
            return False
        return plan.way is Way.EMBEDDED or all(one.is_file() for one in self.targets(plan))

    def untag(self, place: Place, sha256: bytes, wish: Wish) -> Tagged | None:
        """Takes back what was written into or beside a file, and nothing else; None where nothing of ours is there.

        Raises as `tag`.
        """
        path = self._planner.locate(place, sha256)
        self._planner.refuse_delivery(place, path, wish)
        back: Tagged | None = None
        with self._store.taggings.at_work(place, self._store.clock()):
            gone = self._sidecars.erase(place, path, self._store.taggings.of(sha256))
            if self._store.assets.get(sha256).kind is Kind.FILE:
                back = self._erase_inside(place, path, sha256, wish.by)
        if back is None and gone:
            standing = self._store.taggings.standing(sha256, place)
            way = standing.way if standing else Way.SIDECAR
            back = Tagged(sha256, place, way, gone, by=wish.by)
            self._store.taggings.take_back(back)
        if back is not None and path.is_file():
            self._ingest.ingest(place, lambda _: None)
        return back

    def _writers(self, plan: Plan) -> tuple[Writer, ...]:
        # The label of tc260 stands in the XMP packet
        wanted = {"xmp" if one == "tc260" else one for one in plan.write}
        return tuple(one for one in WRITERS if one.NAME in wanted)

    def _embed(self, plan: Plan) -> Tagged | None:
        written: list[Tagged] = []

        def announce(new: Digests) -> None:
            tagged = Tagged(
                new.sha256, plan.place, Way.EMBEDDED, plan.write, was=plan.sha256, by=plan.by, intent=plan.intent
            )
            self._store.taggings.expect(Expected(tagged), self._store.clock())
            written.append(tagged)

        sealing = None
        if "c2pa" in plan.write and (signing := self._signing()) is not None:
            claim = claim_of(plan.known, plan.tag, self._original(plan))
            sealing = tagging.Sealing(claim, signing, known=self._knows_credentials(plan.sha256))
        tagging.tag_file(
            plan.path, plan.tag, writers=self._writers(plan), sealing=sealing,
            captured=is_captured(plan.known), announce=announce,
        )  # fmt: skip
        return written[0] if written else None

    def _knows_credentials(self, sha256: bytes) -> bool:
        """True where credentials were ever read of this content or of one that shares its essence."""
        same = {link.parent for link in self._store.lineage.parents(sha256) if link.relation is Relation.SAME_ESSENCE}
        return any(has_credentials(self._store.assets.get(one).description) for one in {sha256, *same})

    def _original(self, plan: Plan, sidecar: bytes = b"") -> Part:
        path = plan.path if plan.known.asset.kind is Kind.FILE else None
        media_type = plan.known.asset.description.media_type
        return Part(Use.PARENT, plan.known.name, media_type, plan.sha256, None if sidecar else path, sidecar)

    def _write_beside(self, plan: Plan) -> Tagged:
        files: list[tuple[str, bytes]] = []
        if {"xmp", "tc260"} & {*plan.write}:
            files += self._sidecars.put_packet(plan.place, plan.path, plan.tag, plan.way, plan.sha256)
        if "c2pa" in plan.write and (signing := self._signing()) is not None:
            old = self._sidecars.bound_to(plan.place, plan.path, plan.sha256)
            claim = claim_of(plan.known, plan.tag, self._original(plan, old))
            files += self._sidecars.put_manifest(
                plan.place, plan.path, plan.way, plan.sha256, claim, lambda: self._signed(plan, claim, signing)
            )
        tagged = Tagged(plan.sha256, plan.place, plan.way, plan.write, tuple(files), by=plan.by, intent=plan.intent)
        self._store.taggings.record(tagged)
        return tagged

    def _signed(self, plan: Plan, claim: Claim, signing: SigningMaterial) -> bytes:
        known = self._knows_credentials(plan.sha256)
        if plan.known.asset.kind is not Kind.FILE:
            return c2pa.sign_sidecar(claim, plan.sha256, signing, known=known)
        with open_media(plan.path) as file:
            return c2pa.sign_sidecar(claim, plan.sha256, signing, asset=file, known=known)

    def _erase_inside(self, place: Place, path: Path, sha256: bytes, by: str) -> Tagged | None:
        written: list[Tagged] = []

        def announce(new: Digests) -> None:
            back = Tagged(new.sha256, place, Way.EMBEDDED, (), was=sha256, by=by)
            self._store.taggings.expect(Expected(back, taken_back=True), self._store.clock())
            written.append(back)

        tagging.untag_file(path, own=self._own, announce=announce)
        return written[0] if written else None
