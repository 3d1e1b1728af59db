"""lineage: what a file was made from, and what was made from it, with the evidence for every step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from desk import output
from desk.options import file_argument, json_option, production_option
from desk.production import Production, open_production
from desk.selection import Chosen, Selection
from desk.tree import Node, Walk, dot, draw, node_json, unique_links, walk
from provenance import taint
from provenance.errors import UsageError
from provenance.manifests.document import link_json
from provenance.model import Ancestor, Case, Link

DEPTH = 1_000


@dataclass(frozen=True, slots=True)
class Family:
    """All that is shown: the asset, its case, the walks, the assets in them, and circles by name."""

    chosen: Chosen
    case: Case
    walks: tuple[Walk, ...]
    nodes: dict[bytes, Node]
    circles: tuple[tuple[bytes, ...], ...]


@click.command(short_help="What a file was made from, and what from it.")
@file_argument
@click.option("--ancestors", is_flag=True, help="Only what it was made from.")
@click.option("--descendants", is_flag=True, help="Only what was made from it.")
@click.option("--depth", type=click.IntRange(1), default=DEPTH, metavar="N", help="Follow N steps at most.")
@click.option("--used-only", is_flag=True, help="Leave out what was merely present in a project.")
@click.option("--dot", "as_dot", is_flag=True, help="Graphviz DOT, for: dot -Tsvg")
@json_option
@production_option
def command(
    file: str,
    ancestors: bool,
    descendants: bool,
    depth: int,
    used_only: bool,
    as_dot: bool,
    as_json: bool,
    production: Path | None,
) -> None:
    """Shows what FILE was made from and what was made from it, as far as it is recorded: each step with the
    evidence for it, AI named loudly. FILE is a path or 8 and more digits of a SHA-256.

    \b
    provenance lineage deliverables/sh010.mov
    provenance lineage deliverables/sh010.mov --ancestors --dot | dot -Tsvg > sh010.svg
    """
    if as_dot and as_json:
        raise UsageError("--dot and --json exclude each other")
    ways = [way for way, wanted in ((True, ancestors), (False, descendants)) if wanted] or [True, False]
    with open_production(production, readonly=True) as opened, opened.store.reading():
        chosen = Selection(opened).one(file)
        family = _family(opened, chosen, ways, depth, used_only)
    if as_dot:
        for line in dot(family.walks, family.nodes, chosen.sha256):
            output.say(line)
    elif as_json:
        output.emit(_json(family))
    else:
        _print(family)


def _family(opened: Production, chosen: Chosen, ways: Iterable[bool], depth: int, used_only: bool) -> Family:
    store = opened.store
    neighbours: dict[bool, Callable[[bytes], list[Link]]] = {True: store.lineage.parents, False: store.lineage.children}
    walks = tuple(walk(chosen.sha256, neighbours[up], up=up, depth=depth, used_only=used_only) for up in ways)
    reached = frozenset[bytes]().union(*(one.reached for one in walks))
    circles = tuple(tuple(one) for one in store.lineage.cycles(chosen.sha256))
    wanted = reached | {one for circle in circles for one in circle}
    return Family(chosen, store.cases.case(chosen.sha256), walks, {one: _node(opened, one) for one in wanted}, circles)


def _node(opened: Production, sha256: bytes) -> Node:
    found = opened.store.assets.summary(sha256)
    return Node(sha256, found.name, found.origin, found.tainted, found.live)


def _ai(case: Case) -> list[Ancestor]:
    return [ancestor for ancestor in case.ancestors if ancestor.origin.is_ai]


def _print(family: Family) -> None:
    start = family.nodes[family.chosen.sha256]
    output.answer(f"{family.chosen.name}: {start.words}", "BLOCK" if start.tainted else start.origin.value)
    names = taint.names_of(family.case)
    for ancestor in _ai(family.case):
        output.prose(f"AI: {ancestor.name}, {taint.tell(ancestor.chain, names)}", indent=2, tone=output.BAD)
    for one in family.walks:
        output.heading("made from" if one.up else "made of it")
        lines = list(draw(one, family.nodes))
        for line in lines:
            output.say(line, tone=output.BAD if "*** AI" in line else "")
        if not lines:
            output.say("nothing is recorded" if one.up else "nothing")
    if family.walks[0].up and family.case.inputs_complete:
        output.say("These inputs are said to be all there are.")
    for circle in family.circles:
        shown = " <- ".join(family.nodes[one].name for one in (*circle, circle[0]))
        output.prose(f"The evidence runs in a circle: {shown}", tone=output.DOUBT)


def _json(family: Family) -> dict[str, object]:
    names = taint.names_of(family.case)
    up = [one for one in family.walks if one.up]
    down = [one for one in family.walks if not one.up]
    start = family.chosen.sha256
    return {
        "asset": node_json(family.nodes[start]),
        "inputs_complete": family.case.inputs_complete,
        "ancestors": _hashes(up, start) if up else None,
        "descendants": _hashes(down, start) if down else None,
        "nodes": [node_json(family.nodes[one]) for one in sorted(family.nodes)],
        "links": [link_json(link) for link in unique_links(family.walks)],
        "ai_ancestors": [
            {
                "sha256": ancestor.sha256.hex(),
                "origin": ancestor.origin.value,
                "chain": [link_json(link) for link in ancestor.chain],
                "told": taint.tell(ancestor.chain, names),
            }
            for ancestor in _ai(family.case)
        ],
        "cycles": [[one.hex() for one in circle] for circle in family.circles],
        "cut": sorted(one.hex() for each in family.walks for one in each.cut),
    }


def _hashes(walks: Iterable[Walk], start: bytes) -> list[str]:
    return sorted(one.hex() for each in walks for one in each.reached - {start})
