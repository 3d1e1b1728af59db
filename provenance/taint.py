"""Taint: how AI travels from an ancestor to what was made of it, and when the opposite is shown.

DESIGN's rules that everything shares, *taint by relation* and *explained*. Pure functions over links and
ancestors; the store walks, this judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from provenance.model import (
    CARRIES_TAINT,
    CLEAN_ORIGINS,
    SYMMETRIC,
    Ancestor,
    Case,
    Link,
    Origin,
    Relation,
)
from provenance.paths import show

Chain = tuple[Link, ...]


def carries(link: Link, child_is_ai: bool) -> bool:
    """True where AI in the link's parent makes its child AI-derived."""
    if not link.used:
        return False
    return link.relation in CARRIES_TAINT or (link.relation is Relation.INPUT and child_is_ai)


def is_tainted(case: Case) -> bool:
    """True where the asset, or anything it was made from, is AI."""
    return case.origin.is_ai or any(ancestor.origin.is_ai for ancestor in case.ancestors)


def tell(chain: Chain, names: Mapping[bytes, str]) -> str:
    """A chain in words: ``B.mov rendered_from A.mov (render log, declared by standard)``, one link after
    the other, child first. An asset without a name is told by the start of its hash.
    """
    return "; ".join(_tell_link(child, parent, link, names) for child, parent, link in _walk(chain))


def _tell_link(child: bytes, parent: bytes, link: Link, names: Mapping[bytes, str]) -> str:
    evidence = link.evidence
    method = show(evidence.method or evidence.source)
    by = f" by {show(evidence.by)}" if evidence.by else ""
    unused = "" if link.used else ", present but not used"
    words = f"{method}{by}, {evidence.strength.words}{unused}"
    return f"{_name(child, names)} {link.relation} {_name(parent, names)} ({words})"


def _walk(chain: Chain) -> Iterator[tuple[bytes, bytes, Link]]:
    """(nearer, farther, link): a symmetric link is walked in whichever direction the chain goes."""
    for position, link in enumerate(chain):
        nearer, farther = link.child, link.parent
        if link.relation in SYMMETRIC and _runs_backwards(chain, position, link):
            nearer, farther = farther, nearer
        yield nearer, farther, link


def _runs_backwards(chain: Chain, position: int, link: Link) -> bool:
    if position > 0:
        before = chain[position - 1]
        return link.child not in (before.child, before.parent)
    if len(chain) > 1:
        after = chain[1]
        return link.parent not in (after.child, after.parent)
    return False


def _name(sha256: bytes, names: Mapping[bytes, str]) -> str:
    name = names.get(sha256)
    return show(name) if name else f"sha256 {sha256.hex()[:12]}…"


def names_of(case: Case) -> dict[bytes, str]:
    """The names of everything a case speaks of, by SHA-256."""
    ancestors = (*case.ancestors, *case.doubtful)
    return {ancestor.sha256: ancestor.name for ancestor in reversed(ancestors)} | {case.sha256: case.name}


def shortest(chains: Iterable[Chain]) -> Chain:
    """The chain with the fewest links; among those the best supported; then always the same one.

    Raises ValueError where there is none.
    """
    return min(chains, key=_rank)


def _rank(chain: Chain) -> tuple[int, int, list[tuple[bytes, bytes, str]]]:
    support = min((link.evidence.strength for link in chain), default=0)
    return len(chain), -support, [(link.child, link.parent, link.relation.value) for link in chain]


def weakest(chains: Iterable[Chain]) -> Link | None:
    """The link that an explanation rests on least safely; None where there is no link."""
    links = {link for chain in chains for link in chain}
    return min(links, key=lambda link: (link.evidence.strength, link.child, link.parent, link.relation), default=None)


def by_folder_only(judged: Case | Ancestor) -> bool:
    """True where a clean origin rests on nothing but the folder an asset was first seen in.

    An offload hash list that vouches for a captured asset agrees with its folder; it says nothing of other origins.
    """
    if judged.origin not in CLEAN_ORIGINS or judged.verdict.origin in CLEAN_ORIGINS:
        return False
    if judged.offload and judged.origin is Origin.CAPTURED:
        return False
    agreeing = [declaration for declaration in judged.declarations if declaration.origin in CLEAN_ORIGINS]
    return bool(agreeing) and all(declaration.folder for declaration in agreeing)


def ends(case: Case) -> tuple[Ancestor, ...]:
    """The ancestors that nothing further is recorded of: where the paths of a case end."""
    inner = {nearer for ancestor in case.ancestors for nearer, _, _ in _walk(ancestor.chain)}
    return tuple(ancestor for ancestor in case.ancestors if ancestor.sha256 not in inner)


def unexplained(case: Case, *, known_ai: bool = False) -> Iterator[str]:
    """Why a case's ancestry does not explain it; nothing where it does.

    Args: with known_ai, ancestors that are AI are no reason: they are known, and another rule's.
    """
    if not case.ancestors:
        yield "nothing is recorded of what it was made from"
    elif not case.inputs_complete:
        yield "nobody said that its recorded inputs are all of them"
    if case.cycles:
        yield "its lineage runs in a circle"
    if case.doubtful:
        yield "part of its lineage is only a question"
    last = {ancestor.sha256 for ancestor in ends(case)}
    for ancestor in case.ancestors:
        if not (known_ai and ancestor.origin.is_ai):
            yield from _unexplained_ancestor(ancestor, ancestor.sha256 in last)


def _unexplained_ancestor(ancestor: Ancestor, is_end: bool) -> Iterator[str]:
    name = _name(ancestor.sha256, {ancestor.sha256: ancestor.name})
    if ancestor.origin.is_ai or ancestor.origin is Origin.MAYBE_AI:
        yield f"{name} is {ancestor.origin}"
    elif is_end and ancestor.origin not in CLEAN_ORIGINS:
        yield f"the origin of {name} is {ancestor.origin}"
    elif ancestor.origin not in CLEAN_ORIGINS and not ancestor.inputs_complete:
        yield f"nobody said that the recorded inputs of {name} are all of them"
    elif is_end and by_folder_only(ancestor):
        yield f"{name} is {ancestor.origin} only because of the folder it came in"


def explained(case: Case) -> bool:
    """True where recorded, complete inputs all end in material that is not AI.

    Complete inputs are asked of every undeclared asset on the way, not of the case alone. Explaining changes
    no origin.
    """
    return next(unexplained(case), None) is None
