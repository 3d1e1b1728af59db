"""The marks of generators as data: one table per family, and the door through which every reader recognises them."""

from __future__ import annotations

from provenance.marks.grammar import Row, Signature
from provenance.marks.recognition import Statement, recognise, rows_of_production
from provenance.marks.table import FAMILIES, TABLE, VERSION, fingerprint

__all__ = [
    "FAMILIES", "TABLE", "VERSION", "Row", "Signature", "Statement", "fingerprint", "recognise", "rows_of_production",
]  # fmt: skip
