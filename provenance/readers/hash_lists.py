"""Hash lists that name the file: when it was listed first, under which name, and whether this is still that content.

An offload list is evidence of a content at a date under a path, and of renames. It claims no origin. The lists lie in
the file's folder or above it; where nobody handed in what they say, they are looked for here, and the hashes stay
uncompared. https://github.com/ascmitc/mhl-specification and https://mediahashlist.org/
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from provenance.contracts import Source
from provenance.hashlists import Listed, Listing, agreeing, differs, look_up
from provenance.hashlists.vouching import READER, UNSAID
from provenance.model import Fault, Mark, Reading, Strength, bounded
from provenance.paths import show

NAME: Final = READER
VERSION: Final = "1"
BY_LIST: Final = True
"""It is asked by what lists say, not by what the bytes are (see `provenance.readers`)."""

_MARKS: Final = 8


def accepts(path: Path, head: bytes) -> bool:
    """True where a hash list in its folder or above names the file, or is there and cannot be read."""
    listed = look_up(path)
    return listed is not None and bool(listed.listings or listed.faults)


def read(source: Source) -> Reading:
    """A mark for each list that names the file; another content than was listed is a fault."""
    listed = source.listed if source.listed is not None else (look_up(source.path) or Listed())
    listings = listed.listings[:_MARKS]
    marks = tuple(_mark(one, listed) for one in listings)
    mismatches = (_mismatch(one, listed) for one in listings)
    faults = (*listed.faults, *(fault for fault in mismatches if fault is not None))
    facts = {"offload": _sentence(listings[0], listed)} if listings else {}
    return Reading(marks=marks, faults=tuple(dict.fromkeys(faults)), facts=facts)


def _mark(listing: Listing, listed: Listed) -> Mark:
    entry, header = listing.entry, listing.header
    known = dict(listed.hashes)
    match = "" if differs(entry, listed.size, known) else agreeing(entry, known)
    said = {
        "format": header.format, "tool": header.tool, "process": header.process,
        "time": entry.hash_date or header.created,
        "generation": str(listing.generation) if listing.generation else "",
        "hashes": ", ".join(f"{name} {value}" for name, value in entry.hashes),
        "match": match,
        "renamed_from": " < ".join(reversed(listing.earlier)),
        "broken": "" if listing.intact else "yes",
        "failed": "yes" if listing.failed else "",
    }  # fmt: skip
    detail = tuple((name, bounded(text, 500)) for name, text in said.items() if text)
    strength = Strength.DECLARED if match and listing.intact and not listing.failed else Strength.HEURISTIC
    return Mark(
        NAME, VERSION, _place(listing), entry.action.value or UNSAID, bounded(entry.path), None, strength, detail
    )


def _mismatch(listing: Listing, listed: Listed) -> Fault | None:
    why = differs(listing.entry, listed.size, dict(listed.hashes))
    if not why:
        return None
    words = f"{listing.name} lists other content as {show(listing.entry.path)}: {why}"
    return Fault(NAME, "hashlist.mismatch", bounded(words, 600))


def _sentence(listing: Listing, listed: Listed) -> str:
    """What the nearest list says, for people: ``listed by A001.mhl, 2026-05-01, md5 matches``."""
    known, entry = dict(listed.hashes), listing.entry
    matches = agreeing(entry, known)
    if differs(entry, listed.size, known):
        compared = "with other content"
    elif matches:
        compared = f"{matches} matches"
    else:
        compared = f"{entry.hashes[0][0]} not compared" if entry.hashes else "without a hash"
    parts = [f"listed by {listing.name}", (entry.hash_date or listing.header.created)[:10], compared]
    parts += [f"renamed from {listing.earlier[-1]}"] if listing.earlier else []
    parts += ["the list was changed"] if not listing.intact else []
    return bounded(", ".join(show(part) for part in parts if part), 300)


def _place(listing: Listing) -> str:
    return f"mhl:{listing.name}"
