"""The canonical document as JSON, indented for people. Drops nothing; all other formats come from it.

Its JSON Schema is provenance/schemas/delivery-1.schema.json. RFC 8259.
"""

from __future__ import annotations

import json
from typing import IO, Final

NAME: Final = "json"
SUFFIX: Final = ".json"


def write(document: dict[str, object], out: IO[bytes]) -> None:
    """Writes the document: keys in the document's order, two blanks of indent, ASCII with escapes."""
    text = json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False)
    out.write(text.encode("ascii") + b"\n")
