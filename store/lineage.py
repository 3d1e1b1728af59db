"""Links, and the walks along them. Satisfies contracts.Shelf."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from provenance.errors import LineageCycle, NotFound, UsageError
from provenance.model import (
    SYMMETRIC,
    Essence,
    Evidence,
    Identifier,
    Link,
    Reference,
    Relation,
    Strength,
)
from store import codec, taint
from store.database import Connection
from store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Step:
    """One asset reached by a walk: how deep, and the link over which it was reached first."""

    sha256: bytes
    depth: int
    link: Link


_LINKS: Final = """
SELECT c.sha256, p.sha256, l.relation, l.used, e.source, e.version, e.method, e.strength, e.note, e.by,
  l.child, l.parent
FROM link l JOIN asset c ON c.id = l.child JOIN asset p ON p.id = l.parent
LEFT JOIN evidence e ON e.id = (SELECT x.id FROM evidence x WHERE x.relation = l.relation
  AND ((x.child = l.child AND x.parent = l.parent) OR (x.child = l.parent AND x.parent = l.child))
  ORDER BY x.strength DESC, x.id LIMIT 1)
WHERE NOT l.refused"""


_AT_ONCE: Final = 5_000
"""Assets whose links are asked for in one query."""


class Lineage:
    """Adds links and answers what was made from what."""

    def __init__(self, connection: Connection, ledger: Ledger) -> None:
        self._db = connection
        self._ledger = ledger
        self._above: dict[bytes, list[Link]] = {}
        self._below: dict[bytes, list[Link]] = {}

    def named(self, identifiers: Iterable[Identifier]) -> frozenset[bytes]:
        """Assets that carry any of these identifiers."""
        found: set[bytes] = set()
        for one in identifiers:
            found.update(
                row[0]
                for row in self._db.rows(
                    "SELECT a.sha256 FROM identifier i JOIN asset a ON a.id = i.asset_id"
                    " WHERE i.scheme = ? AND i.value = ?",
                    (one.scheme, one.value),
                )
            )
        return frozenset(found)

    def awaiting(self, identifiers: Iterable[Identifier]) -> Iterator[tuple[bytes, Reference]]:
        """(child, reference) for every stored reference that names any of these identifiers."""
        for one in identifiers:
            for sha256, n, refs in self._db.rows(
                "SELECT a.sha256, r.n, d.refs FROM reference r JOIN asset a ON a.id = r.asset_id"
                " JOIN description d ON d.asset_id = a.id WHERE r.scheme = ? AND r.value = ?",
                (one.scheme, one.value),
            ):
                yield sha256, codec.get_reference(json.loads(refs)[n])

    def first_with_essence(self, essence: Essence) -> bytes | None:
        """The asset that was recorded first of those with this essence, by the same scheme; None where none is."""
        found: bytes | None = self._db.value(
            "SELECT sha256 FROM asset WHERE essence = ? AND essence_scheme = ? ORDER BY id LIMIT 1",
            (essence.sha256, essence.scheme),
        )
        return found

    def add(self, link: Link) -> bool:
        """Adds a link; False where the same evidence said it before.

        Raises:
            NotFound: an end is not recorded.
            UsageError: a person links an asset to itself.
            LineageCycle: a person's link would close a circle. One found in evidence is kept and walked safely.
        """
        child, parent = self._row(link.child), self._row(link.parent)
        if child == parent:
            raise UsageError("an asset cannot be its own parent")
        if link.evidence.source == "person" and link.relation not in SYMMETRIC:
            self._refuse_cycle(link)
        if self._is_known(link, child, parent):
            return False
        public, personal = codec.put_link(link)
        self._ledger.append("link.added", public, personal)
        return True

    def _is_known(self, link: Link, child: int, parent: int) -> bool:
        evidence = link.evidence
        return (
            self._db.value(
                "SELECT 1 FROM evidence e JOIN link l ON l.child = e.child AND l.parent = e.parent"
                " AND l.relation = e.relation WHERE e.child = ? AND e.parent = ? AND e.relation = ?"
                " AND e.source = ? AND e.method = ? AND e.by = ? AND e.version = ? AND e.used = ?"
                " AND (l.refused = 0 OR e.source <> 'person')",
                (child, parent, link.relation, evidence.source, evidence.method, evidence.by, evidence.version,
                 int(link.used)),
            )
            is not None
        )  # fmt: skip

    def _refuse_cycle(self, link: Link) -> None:
        path = self.path(link.parent, link.child, directed=True)
        if path is not None:
            shown = [link.child, *[one.child for one in reversed(path)], link.child]
            names = (
                " <- ".join(digest.hex()[:12] for digest in dict.fromkeys(shown[:-1])) + f" <- {link.child.hex()[:12]}"
            )
            raise LineageCycle(
                f"this would make the asset its own ancestor: {names}",
                remedy="look at `provenance lineage` of both; `provenance link --remove` takes a wrong link back",
            )

    def refuse(self, child: bytes, parent: bytes, relation: Relation, *, by: str, reason: str) -> None:
        """A person says a link is wrong; it stays refused. Raises NotFound, UsageError."""
        known = self._db.value(
            "SELECT 1 FROM link WHERE child = ? AND parent = ? AND relation = ? AND NOT refused",
            (self._row(child), self._row(parent), relation),
        )
        if known is None:
            raise NotFound("there is no such link")
        if not by.strip():
            raise UsageError("taking back a link needs the name of who does it", remedy="add --by NAME")
        body = {"child": child.hex(), "parent": parent.hex(), "relation": relation.value}
        self._ledger.append("link.refused", body, {"by": by, "reason": reason})

    def complete(self, sha256: bytes, *, by: str, note: str = "", complete: bool = True) -> None:
        """A person says that the recorded inputs of an asset are all there are (or not)."""
        self._ledger.append("inputs.completed", {"asset": sha256.hex(), "complete": complete}, {"by": by, "note": note})

    def parents(self, sha256: bytes) -> list[Link]:
        """The links from an asset up."""
        if sha256 in self._above:
            return self._above[sha256]
        return [_link(row) for row in self._db.rows(_LINKS + " AND c.sha256 = ? ORDER BY l.parent", (sha256,))]

    def children(self, sha256: bytes) -> list[Link]:
        """The links from an asset down."""
        if sha256 in self._below:
            return self._below[sha256]
        return [_link(row) for row in self._db.rows(_LINKS + " AND p.sha256 = ? ORDER BY l.child", (sha256,))]

    @contextmanager
    def gathered(self, sha256: bytes, *, up: bool = True, depth: int = 1_000_000) -> Iterator[None]:
        """While it lasts, the links of all that lies above an asset (or below) are at hand, read level by level.

        For walks that ask link by link; nothing is added or refused meanwhile. Args: depth in levels. Raises NotFound.
        """
        kept = self._above if up else self._below
        fresh = self._gather(sha256, up=up, depth=depth)
        kept.update(fresh)
        try:
            yield
        finally:
            for one in fresh:
                kept.pop(one, None)

    def _gather(self, sha256: bytes, *, up: bool, depth: int) -> dict[bytes, list[Link]]:
        here, there, known = ("child", "parent", self._above) if up else ("parent", "child", self._below)
        found: dict[bytes, list[Link]] = {}
        level, seen = [(self._row(sha256), sha256)], {sha256}
        while level and depth > 0:
            depth -= 1
            found.update((digest, []) for _, digest in level)
            wanted = [row for row, digest in level if digest not in known]
            fresh: dict[bytes, int] = {}
            for first in range(0, len(wanted), _AT_ONCE):
                asked = json.dumps(wanted[first : first + _AT_ONCE])
                sql = f"{_LINKS} AND l.{here} IN (SELECT value FROM json_each(?)) ORDER BY l.{here}, l.{there}"
                for row in self._db.rows(sql, (asked,)):
                    link = _link(row)
                    mine, other, number = (row[0], row[1], row[11]) if up else (row[1], row[0], row[10])
                    found[mine].append(link)
                    if other not in seen:
                        seen.add(other)
                        fresh[other] = number
            level = [(number, digest) for digest, number in fresh.items()]
        return {digest: links for digest, links in found.items() if digest not in known}

    def ancestors(self, sha256: bytes, *, depth: int = 1_000, used_only: bool = False) -> list[Step]:
        """Everything an asset was made from, nearest first; each once, over the shortest way."""
        return self._walk(sha256, up=True, depth=depth, used_only=used_only)

    def descendants(self, sha256: bytes, *, depth: int = 1_000, used_only: bool = False) -> list[Step]:
        """Everything that was made from an asset, nearest first; each once, over the shortest way."""
        return self._walk(sha256, up=False, depth=depth, used_only=used_only)

    def _walk(self, start: bytes, *, up: bool, depth: int, used_only: bool, directed: bool = False) -> list[Step]:
        with self.gathered(start, up=up, depth=depth):
            return self._stepped(start, up=up, depth=depth, used_only=used_only, directed=directed)

    def _stepped(self, start: bytes, *, up: bool, depth: int, used_only: bool, directed: bool) -> list[Step]:
        seen, steps = {start}, []
        queue = deque([(start, 0)])
        while queue:
            here, level = queue.popleft()
            if level >= depth:
                continue
            for link in self.parents(here) if up else self.children(here):
                there = link.parent if up else link.child
                if there in seen or (used_only and not link.used) or (directed and link.relation in SYMMETRIC):
                    continue
                seen.add(there)
                steps.append(Step(there, level + 1, link))
                queue.append((there, level + 1))
        return steps

    def path(self, start: bytes, ancestor: bytes, *, directed: bool = False) -> list[Link] | None:
        """The shortest chain of links from an asset up to an ancestor; [] for itself, None where there is none.

        `directed` leaves out same_essence and looks_like, which have no direction.
        """
        if start == ancestor:
            return []
        over: dict[bytes, Link] = {}
        for step in self._walk(start, up=True, depth=1_000_000, used_only=False, directed=directed):
            over[step.sha256] = step.link
            if step.sha256 == ancestor:
                break
        return chain_to(over, start, ancestor)

    def cycles(self, sha256: bytes) -> list[list[bytes]]:
        """Circles of directed links through an asset's ancestors (evidence may hold them; people may not)."""
        found: list[list[bytes]] = []
        done: set[bytes] = set()
        trail: list[bytes] = []
        position: dict[bytes, int] = {}
        stack: list[tuple[bytes, Iterator[Link]]] = [(sha256, iter(self._directed(sha256)))]
        trail.append(sha256)
        position[sha256] = 0
        while stack:
            here, links = stack[-1]
            link = next(links, None)
            if link is None:
                stack.pop()
                done.add(here)
                trail.pop()
                del position[here]
            elif link.parent in position:
                found.append(trail[position[link.parent] :])
            elif link.parent not in done:
                position[link.parent] = len(trail)
                trail.append(link.parent)
                stack.append((link.parent, iter(self._directed(link.parent))))
        return found

    def _directed(self, sha256: bytes) -> list[Link]:
        return [link for link in self.parents(sha256) if link.relation not in SYMMETRIC]

    def is_tainted(self, sha256: bytes) -> bool:
        """True where the asset or any ancestor along carrying links is AI."""
        return bool(self._db.value("SELECT tainted FROM asset WHERE sha256 = ?", (sha256,)))

    def inputs_complete(self, sha256: bytes) -> bool:
        """True where somebody said that the recorded inputs are all there are."""
        return bool(self._db.value("SELECT inputs_complete FROM asset WHERE sha256 = ?", (sha256,)))

    def disagreement(self) -> set[int]:
        """Rows whose maintained taint differs from a computation from nothing; always empty, or a defect."""
        kept = {row[0] for row in self._db.rows("SELECT id FROM asset WHERE tainted")}
        return kept ^ taint.recompute_all(self._db)

    def _row(self, sha256: bytes) -> int:
        row = self._db.value("SELECT id FROM asset WHERE sha256 = ?", (sha256,))
        if row is None:
            raise NotFound(f"no asset {sha256.hex()} is recorded here")
        return int(row)


def chain_to(over: dict[bytes, Link], start: bytes, ancestor: bytes) -> list[Link] | None:
    """The chain from a walk's first-reached links, child first."""
    chain: list[Link] = []
    here = ancestor
    while here != start:
        link = over.get(here)
        if link is None or len(chain) > len(over):
            return None
        chain.append(link)
        here = link.child
    return chain[::-1]


def _link(row: Sequence[Any]) -> Link:
    child, parent, relation, used, source, version, method, strength, note, by = row[:10]
    evidence = Evidence(source or "", version or "", method or "", Strength(strength or 0), note or "", by or "")
    return Link(child, parent, Relation(relation), evidence, bool(used))
