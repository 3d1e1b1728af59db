"""Canonical JSON: the same value always gives the same bytes, so that it can be hashed and compared.

Keys sorted, no blanks, UTF-8 with everything beyond ASCII escaped (so that lone surrogates of undecodable
file names survive), no NaN. A subset of RFC 8785 that needs no float rules: our values hold no floats
where they are hashed.
"""

from __future__ import annotations

import hashlib
import json


def dump(value: object) -> bytes:
    """The canonical bytes of a JSON value. Raises TypeError or ValueError for what JSON cannot hold."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def digest(value: object) -> bytes:
    """SHA-256 (32 bytes) of the canonical bytes."""
    return hashlib.sha256(dump(value)).digest()
