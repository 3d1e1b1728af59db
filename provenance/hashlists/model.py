"""Values of hash lists: what a list says of each file, and who made it when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from provenance.model import Fault


class Action(StrEnum):
    """What was done when a hash was taken (ASC MHL, `action`); classic lists do not say."""

    ORIGINAL = "original"
    VERIFIED = "verified"
    FAILED = "failed"
    UNSAID = ""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One file as a hash list names it.

    Args:
        path: relative to the folder the list speaks of, ``/`` between folders, never out of that folder.
        size: bytes, None where the list does not say.
        hashes: (algorithm, value) pairs: ``md5``, ``sha1``, ``xxh32``, ``xxh64``, ``xxh3``, ``xxh128`` in hex digits
            of the canonical (big-endian) form, ``c4`` as its identifier.
        hash_date: when the hash was taken, as written (ISO 8601).
        action: what was done then; of several hashes the gravest: failed, verified, original.
        previous_path: where the file lay before it was renamed, or empty.
        modified: its modification time, as written.
    """

    path: str
    size: int | None
    hashes: tuple[tuple[str, str], ...]
    hash_date: str = ""
    action: Action = Action.UNSAID
    previous_path: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """Who made a list, when and how.

    Args:
        format: for people, with its version (``ASC MHL 2.0``, ``MHL 1.1``).
        created: as written (ISO 8601).
        tool: name and version of the program.
        process: ``transfer``, ``in-place``, ``flatten``; empty for classic lists, which do not say.
    """

    format: str
    created: str = ""
    tool: str = ""
    process: str = ""


@dataclass(frozen=True, slots=True)
class HashList:
    """A hash list, read whole.

    Args:
        name: of its file; header: who made it.
        entries: the files in it, in its order.
        faults: what could not be read or is not to be followed; each entry by name.
        generation: number in its history, 0 for classic lists.
        references: (path, c4) of lists of nested histories that it vouches for.
    """

    name: str
    header: Header
    entries: tuple[ListedFile, ...] = ()
    faults: tuple[Fault, ...] = ()
    generation: int = 0
    references: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Generation:
    """One manifest of an ASC MHL history.

    Args: number as in the chain; name and path of its file; intact where it is what the chain recorded.
    """

    number: int
    name: str
    path: Path
    intact: bool


@dataclass(frozen=True, slots=True)
class History:
    """The ``ascmhl`` folder of a folder: its manifests in order, and what is wrong with the chain.

    `nested` are the folders, relative to `folder`, whose own histories the newest manifest refers to.
    """

    folder: Path
    generations: tuple[Generation, ...]
    faults: tuple[Fault, ...] = ()
    nested: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        """True where every manifest is there and is what the chain recorded."""
        return not self.faults and all(one.intact for one in self.generations)


@dataclass(frozen=True, slots=True)
class Listing:
    """What one list or history says of one file on disk.

    Args:
        name: of the list's file, for people.
        header: who made it; generation: its number, 0 for classic lists.
        intact: false where the chain says that the list was changed, or the list is only half readable.
        entry: the file in it.
        failed: a later generation found other content under this name.
        earlier: paths under which it was listed before, oldest first.
    """

    name: str
    header: Header
    generation: int
    intact: bool
    entry: ListedFile
    failed: bool = False
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """What all hash lists around a file say of it, and what is known of its content to compare with.

    Args:
        listings: the nearest list first; none where lists are there and do not name it.
        faults: what is wrong with those lists.
        size: bytes, None where unknown; hashes: (algorithm, value) as in lists, of its content.
    """

    listings: tuple[Listing, ...] = ()
    faults: tuple[Fault, ...] = ()
    size: int | None = None
    hashes: tuple[tuple[str, str], ...] = ()

    def compared_with(self, size: int, hashes: tuple[tuple[str, str], ...]) -> Listed:
        """The same with what is known of the content."""
        return replace(self, size=size, hashes=hashes)
