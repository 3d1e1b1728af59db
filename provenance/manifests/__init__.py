"""All manifest formats. To add one: write the module, then name it here."""

from __future__ import annotations

from typing import Final

from provenance.contracts import ManifestFormat
from provenance.manifests import csv_sheet, json_document

MANIFESTS: Final[tuple[ManifestFormat, ...]] = (json_document, csv_sheet)
