"""Same essence: another file holds exactly the same picture and sound, whatever its metadata says.

That is what is left of a file whose marks were stripped, that was tagged anew, or into which an editing program wrote
its identifiers on import. It says nothing of which came from which: the relation is symmetric, and its bearers are
one group that shares taint and decisions.

Every bearer is linked to the one that was recorded first. That is enough: links of this relation are walked both
ways and across, so a star reaches what a net of all pairs would, with n - 1 links instead of n·(n - 1) / 2. Where a
person refuses one link, that one file leaves the group and the others stay.

Finding nothing means little: another encoding, or one frame more, is another essence. Files with hardly any picture
or sound in them have none that tells (`provenance.essence.telling_essence`), so that black frames group nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provenance.contracts import Shelf
from provenance.model import Asset, Essence, Evidence, Link, Relation, Strength

NAME: Final = "same_essence"
VERSION: Final = "1"

_WHOLE_BOXES: Final = frozenset({"bmff-mdat/1"})
"""Schemes that hash whole boxes where the tables were not understood: what is equal may not be what is shown."""


def links(asset: Asset, shelf: Shelf) -> Iterator[Link]:
    """One link to the first recorded bearer of the same essence, where there is another one."""
    essence = asset.description.essence
    first = None if essence is None else shelf.first_with_essence(essence)
    if essence is None or first is None or first == asset.sha256:
        return
    # No direction, so always written the same way round: whoever is looked at, it is one link
    child, parent = sorted((asset.sha256, first))
    yield Link(child, parent, Relation.SAME_ESSENCE, _evidence(essence))


def _evidence(essence: Essence) -> Evidence:
    strength = Strength.TOOL_SIGNATURE if essence.scheme in _WHOLE_BOXES else Strength.DECLARED
    note = f"picture and sound are equal byte for byte, sha256 {essence.sha256.hex()[:16]}…"
    return Evidence(NAME, VERSION, f"same essence {essence.scheme}", strength, note)
