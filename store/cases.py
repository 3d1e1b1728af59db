"""Builds the case of an asset: all that the gate may see, read in one consistent view."""

from __future__ import annotations

import json
from collections import deque

from provenance.hashlists import READER as LISTS
from provenance.hashlists import vouching_list
from provenance.model import (
    CARRIES_TAINT,
    Ancestor,
    Asset,
    Case,
    Delivery,
    Link,
    Origin,
    Place,
    Relation,
    Sighting,
    Strength,
    Verdict,
)
from store import codec
from store.assets import Assets
from store.database import Connection
from store.decisions import Decisions
from store.lineage import Lineage, chain_to


class Cases:
    """Puts together what the store knows of an asset for one delivery."""

    def __init__(self, connection: Connection, assets: Assets, lineage: Lineage, decisions: Decisions) -> None:
        self._db = connection
        self._assets = assets
        self._lineage = lineage
        self._decisions = decisions

    def case(self, sha256: bytes, *, delivery: str = "", name: str = "") -> Case:
        """The case of an asset. Raises NotFound, StoreError (which must never count as a pass)."""
        with self._db.reading(), self._lineage.gathered(sha256):
            asset = self._assets.get(sha256)
            summary = self._assets.summary(sha256)
            certain, doubtful, alike = self._above(sha256)
            return Case(
                sha256,
                name or summary.name,
                asset.kind,
                asset.description.verdict,
                summary.origin,
                self._assets.declarations(sha256),
                certain,
                doubtful,
                self._lineage.inputs_complete(sha256),
                unlooked=_unlooked(asset),
                cycles=tuple(
                    " <- ".join(self._assets.summary(one).name for one in (*circle, circle[0]))
                    for circle in self._lineage.cycles(sha256)
                ),
                delivery=delivery,
                alike=alike,
                offload=vouching_list(asset.description.marks),
            )

    def _above(self, start: bytes) -> tuple[tuple[Ancestor, ...], tuple[Ancestor, ...], tuple[frozenset[bytes], ...]]:
        """Ancestors along used links that carry taint, those reached only over a link that is a question, and the
        groups of one essence among all of them.

        What lies above a doubtful ancestor is doubtful too.
        """
        over: dict[bytes, Link] = {}
        questions: list[Link] = []
        pairs: list[Link] = []
        certain = self._climb(deque([start]), {start}, over, questions, pairs)
        doubts = dict(over)
        reached = {start, *certain}
        doubtful: list[bytes] = []
        for link in questions:
            if link.parent not in reached:
                reached.add(link.parent)
                doubts[link.parent] = link
                doubtful.append(link.parent)
                doubtful.extend(self._climb(deque([link.parent]), reached, doubts, None, pairs))
        return (
            tuple(self._ancestor(one, chain_to(over, start, one) or []) for one in certain),
            tuple(self._ancestor(one, chain_to(doubts, start, one) or []) for one in doubtful),
            _groups(pairs),
        )

    def _climb(
        self,
        queue: deque[bytes],
        reached: set[bytes],
        over: dict[bytes, Link],
        questions: list[Link] | None,
        pairs: list[Link],
    ) -> list[bytes]:
        """Everything above, nearest first. Links that are questions are put aside, or followed where None; links of
        one essence are kept in `pairs` too."""
        order: list[bytes] = []
        while queue:
            for link in self._lineage.parents(queue.popleft()):
                if link.relation is Relation.SAME_ESSENCE:
                    pairs.append(link)
                if not link.used or link.parent in reached:
                    continue
                carries = link.relation in CARRIES_TAINT or self._carries_input(link)
                if not carries and questions is not None:
                    questions.append(link)
                    continue
                reached.add(link.parent)
                over[link.parent] = link
                order.append(link.parent)
                queue.append(link.parent)
        return order

    def _carries_input(self, link: Link) -> bool:
        return link.relation is Relation.INPUT and self._assets.origin(link.child).is_ai

    def _ancestor(self, sha256: bytes, chain: list[Link]) -> Ancestor:
        summary = self._assets.summary(sha256)
        if summary.ai:  # whoever asks why wants to see the marks that decided
            verdict = self._assets.get(sha256).description.verdict
        else:
            row = self._db.row("SELECT verdict, strength, proven FROM asset WHERE sha256 = ?", (sha256,))
            origin, strength, proven = row or (Origin.UNDECLARED, 0, 0)
            verdict = Verdict(Origin(origin), Strength(strength), proven=bool(proven))
        return Ancestor(
            sha256, summary.name, verdict, summary.origin, tuple(chain),
            self._assets.declarations(sha256), self._lineage.inputs_complete(sha256), self._offload(sha256),
        )  # fmt: skip

    def _offload(self, sha256: bytes) -> str:
        """The offload list that vouches for an asset, without reading all that is known of it."""
        return vouching_list(
            codec.get_mark([*row[:7], json.loads(row[7])])
            for row in self._db.rows(
                "SELECT m.reader, m.version, m.place, m.key, m.value, m.claims, m.strength, m.detail FROM mark m"
                " JOIN asset a ON a.id = m.asset_id WHERE a.sha256 = ? AND m.reader = ? ORDER BY m.n",
                (sha256, LISTS),
            )
        )

    def contents(self, delivery: Delivery) -> list[Sighting]:
        """What lies in a delivery now: its folder's live sightings, or the files named for it."""
        if delivery.folder is not None:
            return self._assets.live_in(delivery.folder.volume, delivery.folder.folder)
        found: list[Sighting] = []
        for sha256 in self._decisions.listed(delivery.name):
            # One place stands for a listed content, the newest where it lies: copies elsewhere are not handed over
            seen = self._assets.sightings(sha256)
            live = [one for one in seen if one.until is None]
            found.extend((live or seen)[-1:])
        return found


def _groups(pairs: list[Link]) -> tuple[frozenset[bytes], ...]:
    """The groups that links of one essence join, as disjoint sets."""
    group: dict[bytes, set[bytes]] = {}
    for link in pairs:
        joined = group.get(link.child, {link.child}) | group.get(link.parent, {link.parent})
        for one in joined:
            group[one] = joined
    return tuple({id(one): frozenset(one) for one in group.values()}.values())


def name_in(delivery: Delivery, place: Place) -> str:
    """What an asset is called inside a delivery: its path relative to the delivery's folder."""
    folder = place.folder
    if delivery.folder is not None and place.volume == delivery.folder.volume:
        folder = folder.removeprefix(delivery.folder.folder).lstrip(b"/")
    return codec.put_path(folder + b"/" + place.name if folder else place.name)


def _unlooked(asset: Asset) -> tuple[str, ...]:
    """Why an asset counts as not looked at: a reader that failed or was stopped, or a file that is no media."""
    return tuple(
        f"{fault.reader}: {fault.text}"
        for fault in asset.description.faults
        if fault.code.startswith(("reader.", "describe.", "file."))
    )
