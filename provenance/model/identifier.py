"""Identifiers: names by which files refer to each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name by which other files may refer to this one.

    Schemes: ``sha256`` (hex), ``xmp.did``, ``xmp.iid``, ``xmp.state`` (both of one saved state of a document),
    ``c2pa.manifest`` (label of a manifest).
    """

    scheme: str
    value: str
