"""XMP Media Management: what an editor wrote down when it saved one document out of others, or anew.

DerivedFrom, RenditionOf, ManagedFrom; Ingredients (used) and Pantry (present); History joins a document to earlier
states of itself only, by InstanceID and DocumentID together. The others join by InstanceID, then by DocumentID.
XMP specification part 2 (2016), XMP Media Management namespace; ISO 16684-1. Finding nothing means nothing: most
programs write none of it, and every other one strips it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provenance.contracts import Shelf
from provenance.evidence import _references
from provenance.model import Asset, Link

NAME: Final = "xmp_derived_from"
VERSION: Final = "2"


def links(asset: Asset, shelf: Shelf) -> Iterator[Link]:
    """Links by XMP identifiers."""
    return _references.resolve(asset, shelf, "xmp", (NAME, VERSION))
