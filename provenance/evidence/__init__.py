"""All evidence sources. To add one: write the module, then name it here."""

from __future__ import annotations

from typing import Final

from provenance.contracts import EvidenceSource
from provenance.evidence import c2pa_ingredients, same_essence, xmp_derived_from

EVIDENCE: Final[tuple[EvidenceSource, ...]] = (c2pa_ingredients, xmp_derived_from, same_essence)
