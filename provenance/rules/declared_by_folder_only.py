"""A folder's name alone does not prove where its files came from.

Anyone can drop a file into `camera/`. The folder is a hint that a person, complete camera data or the
offload's hash list must agree with; which list does is said in `provenance.hashlists.vouching` (Netflix, "Production
Assets: Data Management", offload manifests: https://partnerhelp.netflixstudios.com/hc/en-us/articles/360000581207).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provenance import taint
from provenance.model import Case, Objection, Severity
from provenance.paths import argument, show

CODE: Final = "GEN-05"
REQUIRES: Final[frozenset[str]] = frozenset()


def objections(case: Case) -> Iterator[Objection]:
    """One where a clean origin rests on the folder alone."""
    if not taint.by_folder_only(case):
        return
    folders = ", ".join(dict.fromkeys(show(entry.basis) for entry in case.declarations if entry.folder))
    file = argument(case.name)
    yield Objection(
        Severity.DECIDE,
        f"{show(case.name)} counts as {case.origin} only because it was first seen in {folders}. Confirm it: "
        f"provenance declare {file} {case.origin} --by NAME --basis REASON; or accept it: "
        f"provenance decide {file} --approve --by NAME --reference REF",
    )
