"""All rules. To add one: write the module, name it here, and give it a section in docs/rules.md."""

from __future__ import annotations

from typing import Final

from provenance.contracts import Rule
from provenance.rules import (
    ai_in_deliverable,
    could_not_look,
    credentials_invalid,
    declared_by_folder_only,
    marks_disagree,
    origin_undeclared,
)

RULES: Final[tuple[Rule, ...]] = (
    ai_in_deliverable,
    origin_undeclared,
    marks_disagree,
    credentials_invalid,
    declared_by_folder_only,
    could_not_look,
)
