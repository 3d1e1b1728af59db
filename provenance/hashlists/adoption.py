"""Adopting a hash from a list instead of reading the file, and what that is worth.

An asset is identified by SHA-256, which no hash list holds, so a list alone never gives a new file its identity: it
must be read once. What a list can spare is reading a *copy*: ASC MHL's xxh128 is the hash that we take beside SHA-256.
Where exactly one recorded asset has that xxh128 and that size, the list says that the file is that asset.

It proves this much and no more: whoever made the list read these bytes from this path, then. Not that they lie there
still (the bytes were not read; a date of change after the hash refuses it), and nothing against intent: xxh128 is no
cryptographic hash, and the list is not signed. So it is asked for, never done by itself, and what is adopted says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from provenance.hashlists.model import Action, Listing
from provenance.model import FileStamp

ALGORITHM: Final = "xxh128"
_SLACK_NS: Final = 2_000_000_000
"""File systems and lists round dates to two seconds at the most (FAT)."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """The asset that a file is taken for without reading it, and on whose word."""

    sha256: bytes
    xxh128: bytes
    word: str


def adopt(listing: Listing, stamp: FileStamp, assets_with: Callable[[bytes, int], Iterable[bytes]]) -> Adopted | None:
    """The recorded asset that a listed file is, by the list's word alone; None where that word is not enough.

    Args:
        listing: what the list says of the file.
        stamp: of the file as it lies there now.
        assets_with: SHA-256 of the recorded assets with an xxh128 (16 bytes) and a size in bytes.

    Not enough: a list that was changed, a generation that failed, no xxh128 or size in it, another size on disk, a
    file that was changed after its hash was taken or whose hash has no date, no such asset or more than one.
    """
    entry = listing.entry
    value = dict(entry.hashes).get(ALGORITHM, "")
    if not listing.intact or listing.failed or entry.action is Action.FAILED or not value:
        return None
    if entry.size != stamp.size or not _unchanged_since(entry.hash_date or listing.header.created, stamp):
        return None
    xxh128 = bytes.fromhex(value)
    found = set(assets_with(xxh128, stamp.size))
    if len(found) != 1:
        return None
    word = f"adopted from {listing.name}: xxh128 {value} of {entry.hash_date or listing.header.created}, not read"
    return Adopted(found.pop(), xxh128, word)


def _unchanged_since(when: str, stamp: FileStamp) -> bool:
    try:
        taken = datetime.fromisoformat(when)
    except ValueError:
        return False
    if taken.tzinfo is None:
        taken = taken.replace(tzinfo=UTC)
    return stamp.mtime_ns <= int(taken.timestamp() * 1e9) + _SLACK_NS
