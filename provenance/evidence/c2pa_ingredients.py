"""C2PA ingredients: what a manifest says an asset was made from (parentOf, componentOf, inputTo).

C2PA specification 2.4, "Ingredient", https://spec.c2pa.org/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provenance.contracts import Shelf
from provenance.evidence import _references
from provenance.model import Asset, Link

NAME: Final = "c2pa_ingredients"
VERSION: Final = "1"


def links(asset: Asset, shelf: Shelf) -> Iterator[Link]:
    """Links by hash and manifest label, with the strength of the manifest that states them."""
    return _references.resolve(asset, shelf, "c2pa", (NAME, VERSION))
