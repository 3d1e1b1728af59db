"""The published JSON Schemas (draft 2020-12), shipped with the program. A change that would break a reader
of the old shape gets a new number and a new file.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final

SCHEMAS: Final = ("delivery-1", "inspect-1")


def schema(name: str) -> dict[str, Any]:
    """The schema of that name. Raises KeyError where there is none."""
    if name not in SCHEMAS:
        raise KeyError(name)
    content: dict[str, Any] = json.loads(files(__package__).joinpath(f"{name}.schema.json").read_text("utf-8"))
    return content
