"""Chains: how AI reached an asset, over the fewest links and over the best supported ones.

One walk over all that an asset was made from collects the links; then the shortest chain to each ancestor by breadth,
and the strongest by the widest path: of all chains the one whose weakest link is strongest, then the shortest.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from provenance.model import CARRIES_TAINT, Link, Relation
from provenance.paths import show

MOST: Final = 200_000
"""Links that are walked; what lies beyond is said to be cut."""

Chain = tuple[Link, ...]
_VERBS: Final = {
    Relation.PARENT: "was made from", Relation.COMPONENT: "contains", Relation.INPUT: "was made with the input",
    Relation.USED_IN: "uses", Relation.RENDERED_FROM: "was rendered from",
    Relation.TRANSCODED_FROM: "was transcoded from", Relation.SAME_ESSENCE: "has the same picture and sound as",
    Relation.LOOKS_LIKE: "looks like",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chains:
    """The chains from an asset to one ancestor, child first.

    Args: certain is false where every chain runs over a link that is a question (an input, a likeness).
    """

    shortest: Chain
    strongest: Chain
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Ancestry:
    """All links above an asset that are used, by child. Args: cut is true where there were more than MOST."""

    start: bytes
    links: Mapping[bytes, tuple[Link, ...]]
    cut: bool = False


def ancestry(start: bytes, parents: Callable[[bytes], Iterable[Link]]) -> Ancestry:
    """Collects the used links above an asset. Args: parents gives the links from an asset up, symmetric ones too."""
    links: dict[bytes, tuple[Link, ...]] = {}
    queue, count = deque([start]), 0
    seen = {start}
    while queue and count < MOST:
        here = queue.popleft()
        links[here] = tuple(link for link in parents(here) if link.used)
        count += len(links[here])
        for link in links[here]:
            if link.parent not in seen:
                seen.add(link.parent)
                queue.append(link.parent)
    return Ancestry(start, links, bool(queue))


def chains_to(above: Ancestry, wanted: Collection[bytes], is_ai: Callable[[bytes], bool]) -> dict[bytes, Chains]:
    """The chains to each wanted ancestor that is reached, nearest first.

    Args: is_ai tells whether an asset is AI itself: an input carries AI only into such a child.
    """

    def sure(link: Link) -> bool:
        return link.relation in CARRIES_TAINT or (link.relation is Relation.INPUT and is_ai(link.child))

    found: dict[bytes, Chains] = {}
    for certain in (True, False):
        usable = {
            child: tuple(link for link in links if not certain or sure(link)) for child, links in above.links.items()
        }
        shortest, strongest = _shortest(above.start, usable), _strongest(above.start, usable)
        for one in shortest:
            if one in wanted and one not in found:
                found[one] = Chains(_chain(shortest, above.start, one), _chain(strongest, above.start, one), certain)
    return found


def _shortest(start: bytes, links: Mapping[bytes, tuple[Link, ...]]) -> dict[bytes, Link]:
    """The link over which each ancestor is reached first, in the order of their distance."""
    over: dict[bytes, Link] = {}
    queue = deque([start])
    while queue:
        for link in links.get(queue.popleft(), ()):
            if link.parent != start and link.parent not in over:
                over[link.parent] = link
                queue.append(link.parent)
    return over


def _strongest(start: bytes, links: Mapping[bytes, tuple[Link, ...]]) -> dict[bytes, Link]:
    """The link over which each ancestor is reached best: by the weakest link of the way, then by its length."""
    over: dict[bytes, Link] = {}
    ways: list[Link] = []
    queue = [(-99, 0, start, -1)]
    done: set[bytes] = set()
    while queue:
        weakness, length, here, way = heapq.heappop(queue)
        if here in done:
            continue
        done.add(here)
        if way >= 0:
            over[here] = ways[way]
        for following in links.get(here, ()):
            if following.parent not in done:
                weakest = max(weakness, -int(following.evidence.strength))
                ways.append(following)
                heapq.heappush(queue, (weakest, length + 1, following.parent, len(ways) - 1))
    return over


def _chain(over: Mapping[bytes, Link], start: bytes, ancestor: bytes) -> Chain:
    chain: list[Link] = []
    here = ancestor
    while here != start:
        chain.append(over[here])
        here = over[here].child
    return tuple(reversed(chain))


def sentences(chain: Chain, names: Mapping[bytes, str]) -> list[str]:
    """A chain in sentences: what, made from what, who saw it, how, and how far that can be believed."""
    return [_sentence(link, names) for link in chain]


def _sentence(link: Link, names: Mapping[bytes, str]) -> str:
    evidence = link.evidence
    verb = _VERBS.get(link.relation, link.relation.value)
    who = f"{show(evidence.by)} says so" if evidence.by else f"seen by {show(evidence.method or evidence.source)}"
    note = f": {show(evidence.note)}" if evidence.note else ""
    return f"{_name(link.child, names)} {verb} {_name(link.parent, names)} ({who}, {evidence.strength.words}{note})"


def _name(sha256: bytes, names: Mapping[bytes, str]) -> str:
    name = names.get(sha256)
    return show(name) if name else f"sha256 {sha256.hex()[:12]}…"
