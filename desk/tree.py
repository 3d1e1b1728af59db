"""Lineage on paper: a walked part of the graph as a text tree, as Graphviz DOT and as JSON. Pure.

Circles and shared ancestors are shown once and referred to afterwards, so every walk ends.
DOT: https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from provenance.model import SYMMETRIC, Link, Origin
from provenance.paths import named, show

NODE_LIMIT: Final = 20_000
"""Assets of one walk; beyond it the walk stops and says so."""

INDENT_LIMIT: Final = 12
"""Levels drawn as lines; deeper ones are numbered, so that lines stay readable."""

Neighbours = Callable[[bytes], Iterable[Link]]


@dataclass(frozen=True, slots=True)
class Node:
    """One asset as a tree shows it: hash, name, what it counts as, whether AI is in it or above it, whether
    it still lies somewhere.
    """

    sha256: bytes
    name: str
    origin: Origin
    tainted: bool
    live: bool

    @property
    def words(self) -> str:
        """What is said behind its name; AI is said loudly."""
        if self.origin.is_ai:
            said = f"*** AI: {self.origin.value} ***"
        elif self.tainted:
            said = f"{self.origin.value}, MADE FROM AI"
        else:
            said = self.origin.value
        return said if self.live else f"{said}, no longer on disk"


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk in one direction found.

    Args:
        start: where it began.
        up: true towards what things were made from.
        links: for each asset the links to its neighbours in that direction.
        cut: assets whose neighbours were left out (depth, or NODE_LIMIT).
    """

    start: bytes
    up: bool
    links: Mapping[bytes, tuple[Link, ...]]
    cut: frozenset[bytes] = field(default_factory=frozenset)

    @property
    def reached(self) -> frozenset[bytes]:
        """Every asset in it, the start too."""
        ends = {end for links in self.links.values() for link in links for end in (link.child, link.parent)}
        return frozenset(ends | {self.start})


def walk(start: bytes, neighbours: Neighbours, *, up: bool, depth: int, used_only: bool = False) -> Walk:
    """Follows links from an asset, nearest first.

    Args: neighbours gives the links up (or down) of an asset; depth is the number of levels followed.
    """
    found: dict[bytes, tuple[Link, ...]] = {}
    cut: set[bytes] = set()
    level, seen = [start], {start}
    for step in range(depth + 1):
        below: list[bytes] = []
        for here in level:
            links = tuple(link for link in neighbours(here) if link.used or not used_only)
            if step == depth or len(seen) >= NODE_LIMIT:
                if any(_other(link, here) not in seen for link in links):
                    cut.add(here)
                continue
            found[here] = links
            fresh = [there for there in (_other(link, here) for link in links) if there not in seen]
            below.extend(dict.fromkeys(fresh))
            seen.update(fresh)
        level = below
    return Walk(start, up, found, frozenset(cut))


def _other(link: Link, here: bytes) -> bytes:
    return link.parent if link.child == here else link.child


def draw(found: Walk, nodes: Mapping[bytes, Node]) -> Iterator[str]:
    """The walk as lines, without the start itself: each asset on one line, its evidence on the next."""
    stack = [(found.start, iter(_edges(found, found.start)), "")]
    expanded, trail = {found.start}, [found.start]
    while stack:
        here, edges, bars = stack[-1]
        edge = next(edges, None)
        if edge is None:
            stack.pop()
            trail.pop()
            continue
        link, is_last = edge
        there = _other(link, here)
        is_circle, is_known = there in trail, there in expanded
        yield from _lines(link, nodes[there], bars, is_last, _note(found, there, is_circle, is_known))
        if not is_circle and not is_known:
            expanded.add(there)
            trail.append(there)
            stack.append((there, iter(_edges(found, there, link)), _deeper(bars, is_last)))


def _edges(found: Walk, here: bytes, came: Link | None = None) -> list[tuple[Link, bool]]:
    """The links of an asset, each with whether it is the last; never the symmetric one it was reached by."""
    links = [
        link
        for link in found.links.get(here, ())
        if came is None or link.relation not in SYMMETRIC or {link.child, link.parent} != {came.child, came.parent}
    ]
    return [(link, number == len(links)) for number, link in enumerate(links, start=1)]


def _note(found: Walk, there: bytes, is_circle: bool, is_known: bool) -> str:
    if is_circle:
        return " (CIRCLE: it stands above in its own lineage)"
    if is_known:
        return " (shown above)" if found.links.get(there) else ""
    return " (more beyond: --depth)" if there in found.cut else ""


def _lines(link: Link, node: Node, bars: str, is_last: bool, note: str) -> Iterator[str]:
    before = bars if len(bars) <= 3 * INDENT_LIMIT else f"({len(bars) // 3}) " + bars[-3 * INDENT_LIMIT :]
    unused = "" if link.used else ", present but not used"
    branch, under = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
    yield f"{before}{branch}{show(node.name)}  {node.words}{note}"
    yield f"{before}{under}   {link.relation.value}{unused}: {evidence_words(link)}"


def _deeper(bars: str, is_last: bool) -> str:
    return bars + ("   " if is_last else "│  ")


def evidence_words(link: Link) -> str:
    """Who says so, how, and how far it can be believed."""
    evidence = link.evidence
    by = f" ({show(evidence.by)})" if evidence.by else ""
    how = f", {show(evidence.method)}" if evidence.method else ""
    return f"{show(evidence.source)}{by}{how}, {evidence.strength.words}"


def dot(walks: Iterable[Walk], nodes: Mapping[bytes, Node], start: bytes) -> Iterator[str]:
    """The walks together as a Graphviz digraph: arrows run from what was used to what was made of it."""
    links = unique_links(walks)
    yield "digraph lineage {"
    yield '  rankdir=LR; node [shape=box, style="rounded", fontname="sans-serif"]; edge [fontname="sans-serif"];'
    for sha256 in sorted({start, *(end for link in links for end in (link.child, link.parent))}):
        node = nodes[sha256]
        loud = ', color="#b3261e", fontcolor="#b3261e", penwidth=2' if node.origin.is_ai or node.tainted else ""
        bold = ", peripheries=2" if sha256 == start else ""
        yield f"  {_id(sha256)} [label={_quoted(node.name, node.words, sha256.hex()[:12])}{loud}{bold}];"
    for link in links:
        looks = ", style=dashed" if not link.used else ""
        looks += ", dir=none" if link.relation in SYMMETRIC else ""
        label = _quoted(link.relation.value, f"{link.evidence.source}, {link.evidence.strength.words}")
        yield f"  {_id(link.parent)} -> {_id(link.child)} [label={label}{looks}];"
    yield "}"


def _id(sha256: bytes) -> str:
    return f'"{sha256.hex()}"'


def _quoted(*lines: str) -> str:
    shown = (show(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(shown) + '"'


def unique_links(walks: Iterable[Walk]) -> tuple[Link, ...]:
    """Every link of the walks once; a symmetric one, which is kept both ways, in one direction."""
    found: dict[tuple[bytes, bytes, str], Link] = {}
    for one in walks:
        for link in (link for links in one.links.values() for link in links):
            ends = sorted((link.child, link.parent)) if link.relation in SYMMETRIC else (link.child, link.parent)
            found.setdefault((ends[0], ends[1], link.relation.value), link)
    return tuple(found[key] for key in sorted(found))


def node_json(node: Node) -> dict[str, Any]:
    """An asset for JSON."""
    return {
        "sha256": node.sha256.hex(),
        **named("name", node.name),
        "origin": node.origin.value,
        "ai": node.origin.is_ai,
        "ai_or_made_from_ai": node.tainted or node.origin.is_ai,
        "live": node.live,
    }
