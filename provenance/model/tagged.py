"""What was written about an asset, the fields a production knows it by, and the uses of generative tools."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from provenance.model.asset import Place


class Way(StrEnum):
    """How a tag is written."""

    EMBEDDED = "embedded"
    SIDECAR = "sidecar"
    MIRROR = "mirror"


@dataclass(frozen=True, slots=True)
class Tagged:
    """One writing about an asset.

    Args:
        sha256: the content that lies there since.
        place: where.
        way: into the file, beside it, or in the mirror tree.
        wrote: what was written, of ``c2pa``, ``xmp``, ``exif``, ``tc260``.
        files: (kind, SHA-256 of it) of each sidecar.
        was: the content that was there before; empty where it stayed the same.
        by: who asked for it; empty for the daemon.
        at: milliseconds since 1970.
        gone: it was taken back.
        intent: a digest of all that was said.
    """

    sha256: bytes
    place: Place
    way: Way
    wrote: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...] = ()
    was: bytes = b""
    by: str = ""
    at: int = 0
    gone: bool = False
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """A write that is about to happen: the content a place holds now, and the one it will hold.

    Args: tagged is what is to be recorded once it holds; `taken_back` for a write that takes a tag back.
    """

    tagged: Tagged
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One production field of an asset.

    Args: name from provenance.fields; source is ``person`` or the pattern of paths that named it; by, at who and when
    (milliseconds since 1970).
    """

    name: str
    text: str
    source: str
    by: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class UseRecord:
    """One use of a generative tool.

    Args:
        uid: its identity on every workstation; given by the ledger.
        tool, version, model: what was used.
        prompt, prompt_writer: what it was asked for, and who wrote that.
        purpose: ``ideation``, ``temporary``, ``final``, or empty where nobody said.
        by, at: who recorded it and when (milliseconds since 1970).
        assets: what came of it, by SHA-256.
    """

    tool: str
    assets: tuple[bytes, ...]
    version: str = ""
    model: str = ""
    prompt: str = ""
    prompt_writer: str = ""
    purpose: str = ""
    by: str = ""
    at: int = 0
    uid: str = ""
