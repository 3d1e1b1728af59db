"""Assets: one content each, and what describing one yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from provenance.model.cut import ProjectFile
from provenance.model.identifier import Identifier
from provenance.model.link import Relation
from provenance.model.mark import Fault, Mark, Unchecked, Verdict
from provenance.model.origin import Strength


class Kind(StrEnum):
    """What makes up the asset on disk."""

    FILE = "file"
    SEQUENCE = "sequence"
    CARD = "card"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What the file system says of a file; unchanged while all of it is equal.

    Args: size in bytes, mtime_ns and ctime_ns in nanoseconds since 1970, inode number (0 where none).
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Digests:
    """Hashes of a whole file, from one read. `sha256` is the identity (the hash C2PA binds to); `xxh128`
    (XXH3, 16 bytes) is for ASC MHL and change detection only, never for identity. `others` are (name, hex digits)
    of hashes that a hash list asked to be compared with.
    """

    size: int
    sha256: bytes
    xxh128: bytes
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Essence:
    """Hash of the picture and sound bytes without metadata.

    Args: scheme names what was hashed and how (``jpeg-scan/1``), so that only like is compared with
    like; sha256 is 32 bytes.
    """

    scheme: str
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Member:
    """One frame of an image sequence: frame number, file name (bytes), size, SHA-256 of the file."""

    frame: int
    name: bytes
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Reference:
    """What a file says it was made from: raw material for a link, once the other asset is known.

    Args:
        relation: how the other one was used.
        identifiers: the names given for it, any of which may match.
        title: what the file calls it, for people.
        reader, version, place: who read it and where.
        strength: how far the statement can be believed.
        used: false where the other one was only present.
    """

    relation: Relation
    identifiers: tuple[Identifier, ...]
    title: str
    reader: str
    version: str
    place: str
    strength: Strength
    used: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader found in one file."""

    marks: tuple[Mark, ...] = ()
    faults: tuple[Fault, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    references: tuple[Reference, ...] = ()
    facts: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Description:
    """Everything all readers found in one file, and the verdict.

    Args:
        media_type: by content, e.g. ``image/jpeg``; ``application/octet-stream`` where unknown.
        essence: None where the container is not one whose essence we can separate, and where there is so little in
            it that files which have nothing to do with each other share it.
        readers: (name, version) of every reader that looked.
        facts: width, height, duration, codec, software, camera, ...: for people and search.
        project: where it is a timeline or a project file, what that says.
    """

    media_type: str
    essence: Essence | None
    verdict: Verdict
    marks: tuple[Mark, ...] = ()
    faults: tuple[Fault, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    references: tuple[Reference, ...] = ()
    readers: tuple[tuple[str, str], ...] = ()
    facts: Mapping[str, str | int | float] = field(default_factory=dict)
    project: ProjectFile | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """One content.

    Args:
        sha256: 32 bytes; for a sequence the SHA-256 of the canonical JSON of its sorted members.
        kind: what makes it up.
        size: bytes, of all members together.
        description: what is known of it.
        xxh128: 16 bytes; empty for a sequence.
        members: frames, sorted by frame number; empty for a file.
    """

    sha256: bytes
    kind: Kind
    size: int
    description: Description
    xxh128: bytes = b""
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A path that means the same on every workstation.

    Args: volume is the id of a watched root (not of a mount point); folder and name are bytes relative to
    it, with ``/`` between folders, folder empty for the root itself. A sequence's name is its pattern
    (``shot.%04d.exr 1001-1240``).
    """

    volume: str
    folder: bytes
    name: bytes


@dataclass(frozen=True, slots=True)
class Sighting:
    """An asset at a place, from one time to another (milliseconds since 1970; until None = still there)."""

    sha256: bytes
    place: Place
    since: int
    until: int | None = None
    ended: str | None = None
