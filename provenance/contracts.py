"""What a plug-in offers: one small Protocol for each kind. Modules satisfy them; no class is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, runtime_checkable

from provenance.model import Asset, Case, Identifier, Link, Objection, Reading, Reference


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
    """

    path: Path
    head: bytes
    size: int
    sha256: bytes = b""
    trust: tuple[TrustList, ...] = ()
    full: bool = False
    sidecars: tuple[Path, ...] = ()


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


class Shelf(Protocol):
    """What an evidence source may ask of the store. Both answers are by SHA-256."""

    def named(self, identifiers: Iterable[Identifier]) -> frozenset[bytes]:
        """Assets that carry any of these identifiers."""

    def awaiting(self, identifiers: Iterable[Identifier]) -> Iterator[tuple[bytes, Reference]]:
        """(child, reference) for every stored reference that names any of these identifiers."""


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
