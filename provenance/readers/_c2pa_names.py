"""Generators by the names they sign with; the table is `provenance.marks.credentials`."""

from __future__ import annotations

from provenance.marks.credentials import generating_signer, generator, says_generated

__all__ = ["generating_signer", "generator", "says_generated"]
