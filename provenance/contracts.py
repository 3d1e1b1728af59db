"""What a plug-in offers: one small Protocol for each kind. Modules satisfy them; no class is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Protocol, runtime_checkable

from provenance.hashlists import Listed
from provenance.model import Asset, Case, Essence, Identifier, Link, Objection, Origin, ProjectFile, Reading, Reference


@dataclass(frozen=True, slots=True)
class TrustList:
    """Certificates whose signatures count as trusted.

    Args:
        name: what a verdict calls it.
        anchors: PEM text of the certificate authorities.
        own: true for a production's own identity, which never proves a capture.
        allowed: PEM text of single trusted signers, or empty.
    """

    name: str
    anchors: str
    own: bool = False
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A file handed to a reader.

    Args:
        path: where it lies.
        head: its first bytes (up to HEAD_SIZE of provenance.describe), read once for all readers.
        size: bytes.
        sha256: of the whole file where already known, else empty.
        trust: trust lists for signatures.
        full: check hash bindings however large the file is.
        sidecars: files beside it that speak about it.
        listed: what hash lists around it say of it; None where nobody looked them up.
    """

    path: Path
    head: bytes
    size: int
    sha256: bytes = b""
    trust: tuple[TrustList, ...] = ()
    full: bool = False
    sidecars: tuple[Path, ...] = ()
    listed: Listed | None = None


@runtime_checkable
class Reader(Protocol):
    """Reads one kind of statement. All readers that accept a file run on it."""

    @property
    def NAME(self) -> str: ...
    @property
    def VERSION(self) -> str: ...
    def accepts(self, path: Path, head: bytes) -> bool:
        """True where there may be something to read. Looks at the bytes first, the name second."""

    def read(self, source: Source) -> Reading:
        """What the file says. Raises UnreadableMedia only."""


@runtime_checkable
class ProjectReader(Protocol):
    """Reads one kind of timeline or project file. Exactly one accepts a file."""

    @property
    def NAME(self) -> str: ...
    @property
    def VERSION(self) -> str: ...
    def accepts(self, path: Path, head: bytes) -> bool:
        """True for its own format. Looks at the bytes first, the name second."""

    def read(self, path: Path) -> ProjectFile:
        """What it uses and writes. Raises UnreadableMedia, CouldNotLook."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a file: `length` bytes at `offset` (of the old one) give way to `data`."""

    offset: int
    length: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Tag:
    """What is to be written about one asset; what is empty is not written.

    Args:
        origin: its class, for the marks that have a word of ours for it.
        source_type: full address of the Digital Source Type.
        tool: the system that made it: engine, model or both.
        version: of the tool.
        prompt: what it was asked for; prompt_writer: who wrote that.
        credit: the credit line; contributor: who or what contributed (for AI the generator, never a creator).
        document, instance: XMP identifiers; written only where the file has none.
        parent_document, parent_instance: XMP identifiers of what it was derived from; likewise.
        fields: production fields, (name, text), of provenance.fields.
        label: JSON text of the implicit label of GB 45438-2025; empty for none.
    """

    origin: Origin
    source_type: str = ""
    tool: str = ""
    version: str = ""
    prompt: str = ""
    prompt_writer: str = ""
    credit: str = ""
    contributor: str = ""
    document: str = ""
    instance: str = ""
    parent_document: str = ""
    parent_instance: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    label: str = ""


@runtime_checkable
class Writer(Protocol):
    """Writes one kind of statement into one file, without touching picture or sound.

    Both functions say what would change, as edits of the old file; none where it already says so. They raise
    WriteRefused where another program's statement would be overwritten or the container cannot take it, and
    UnreadableMedia where the container lies.
    """

    @property
    def NAME(self) -> str: ...
    @property
    def VERSION(self) -> str: ...
    def can_write(self, media_type: str) -> bool:
        """True for containers that this writer changes."""

    def edits(self, file: BinaryIO, media_type: str, tag: Tag) -> tuple[Edit, ...]:
        """The edits that make the file say what the tag says."""

    def erasures(self, file: BinaryIO, media_type: str) -> tuple[Edit, ...]:
        """The edits that take back what this writer wrote, and nothing else."""


class Shelf(Protocol):
    """What an evidence source may ask of the store. All answers are by SHA-256."""

    def named(self, identifiers: Iterable[Identifier]) -> frozenset[bytes]:
        """Assets that carry any of these identifiers."""

    def awaiting(self, identifiers: Iterable[Identifier]) -> Iterator[tuple[bytes, Reference]]:
        """(child, reference) for every stored reference that names any of these identifiers."""

    def first_with_essence(self, essence: Essence) -> bytes | None:
        """The asset that was recorded first of those with this essence, by the same scheme; None where none is."""


@runtime_checkable
class EvidenceSource(Protocol):
    """Finds links between a new asset and those on the shelf."""

    @property
    def NAME(self) -> str: ...
    @property
    def VERSION(self) -> str: ...
    def links(self, asset: Asset, shelf: Shelf) -> Iterator[Link]:
        """Links in which the asset is child or parent. Never links an asset to itself."""


@runtime_checkable
class Rule(Protocol):
    """One demand of a distributor. Its module docstring is the demand in a sentence; silence is a pass."""

    @property
    def CODE(self) -> str: ...
    @property
    def REQUIRES(self) -> frozenset[str]: ...
    def objections(self, case: Case) -> Iterator[Objection]:
        """What stands against the case."""


@runtime_checkable
class ManifestFormat(Protocol):
    """One way to write a delivery down. Its docstring says which fields it drops."""

    @property
    def NAME(self) -> str: ...
    @property
    def SUFFIX(self) -> str: ...
    def write(self, document: dict[str, object], out: IO[bytes]) -> None:
        """Writes the canonical document. The same document gives the same bytes."""
