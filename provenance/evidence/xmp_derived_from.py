"""XMP DerivedFrom and Ingredients: what an editor wrote down when it saved one document out of others.

XMP specification part 2 (2016), XMP Media Management namespace; ISO 16684-1. Joins by InstanceID, then by DocumentID.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provenance.contracts import Shelf
from provenance.evidence import _references
from provenance.model import Asset, Link

NAME: Final = "xmp_derived_from"
VERSION: Final = "1"


def links(asset: Asset, shelf: Shelf) -> Iterator[Link]:
    """Links by XMP identifiers."""
    return _references.resolve(asset, shelf, "xmp", (NAME, VERSION))
