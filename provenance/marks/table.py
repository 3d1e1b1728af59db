"""The catalogue: every row of every family. `provenance marks` prints it, docs/marks.md is written from it.

To add a generator, add a row to the family it belongs to, an example to tests/provenance/marks/examples.py, and a
sample. Order matters within one key: of several rows that fit, the first that claims AI is taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from provenance.marks import comfyui, credentials, interfaces, services, stable_diffusion, standards
from provenance.marks.grammar import Row

FAMILIES: Final[Mapping[str, tuple[Row, ...]]] = {
    module.FAMILY: module.TABLE for module in (standards, interfaces, comfyui, stable_diffusion, services, credentials)
}
TABLE: Final = tuple(row for rows in FAMILIES.values() for row in rows)


def keyed(rows: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    """The rows by the keys they stand under, in lower case."""
    found: dict[str, tuple[Row, ...]] = {}
    for row in rows:
        for key in dict.fromkeys(key.lower() for key in row.keys):
            found[key] = (*found.get(key, ()), row)
    return found


def fingerprint(rows: Iterable[Row]) -> str:
    """A few digits that change when a row does, so that files are read again by the new table."""
    told = repr([(row.name, row.tool, row.keys, row.grammar.about, row.claims, row.strength) for row in rows])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:12]


BY_KEY: Final = keyed(TABLE)
VERSION: Final = fingerprint(TABLE)
