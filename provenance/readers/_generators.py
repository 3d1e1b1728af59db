"""How generators sign their work in text: the table and its door are `provenance.marks`."""

from __future__ import annotations

from provenance.marks import Statement, recognise

__all__ = ["Statement", "recognise"]
