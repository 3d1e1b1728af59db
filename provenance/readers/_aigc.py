"""The label for generated content that Chinese law asks for; its grammar stands in `provenance.marks.standards`."""

from __future__ import annotations

from provenance.marks.standards import label_signature as aigc_signature

__all__ = ["aigc_signature"]
