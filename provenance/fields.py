"""Production fields."""

from __future__ import annotations

from typing import Final

FIELDS: Final = ("title", "episode", "scene", "shot", "take", "unit", "vendor", "department", "version")
