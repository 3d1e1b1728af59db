"""Where one block of metadata stands in a container, and how another takes its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from provenance.contracts import Edit
from provenance.errors import WriteRefused


@dataclass(frozen=True, slots=True)
class Spot:
    """The block that is there, and the edits that put another in its place.

    Args:
        data: what stands there now; empty where nothing does.
        put: the edits for a new block; an empty one takes the old away. Raises WriteRefused where the
            container cannot take it.
    """

    data: bytes
    put: Callable[[bytes], tuple[Edit, ...]]


def cannot(words: str) -> WriteRefused:
    """The refusal of a container, with what can be done instead."""
    return WriteRefused(words, remedy="write a sidecar instead")
