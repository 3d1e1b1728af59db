"""The tree of errors. Each names what happened, to which file, and what to do next.

ProvenanceError
├── ConfigurationError      provenance.toml is missing, or a key, type or value in it is wrong
├── UsageError              the question makes no sense as asked (a decision for nothing, a bad date)
├── NotFound                the asset, delivery or finding asked about is not known here
├── CouldNotLook            a file or folder exists and could not be read: never a pass
│   └── UnreadableMedia     a reader could not make sense of a file (becomes a fault, never a verdict)
├── WriteRefused            nothing is written into this file or place, on purpose
├── WriteFailed             a file could not be written; it is as it was before
├── ChangedMeanwhile        the file changed while it was being read; it is looked at again later
├── IdentityError           the signing identity cannot be made, opened or used as asked
├── LineageCycle            a link typed by a person would make an asset its own ancestor
├── AlreadyWatching         another daemon watches this production
├── StoreError              the store could not do what was asked
│   ├── StoreUnreachable    no file, no permission, or a place where SQLite cannot work
│   ├── StoreLocked         another program holds it
│   ├── StoreFull           no room left on the disk
│   ├── StoreTooNew         written by a newer version of this program
│   └── StoreDamaged        SQLite says the file is not a sound database
└── LedgerBroken            the recorded history was changed outside this program

Errors of libraries are translated at the one module that imports the library; only `desk` prints them.
"""

from __future__ import annotations

import os
from pathlib import Path


class ProvenanceError(Exception):
    """What every error of ours is.

    Args:
        message: what happened, in a sentence without the path.
        path: the file or folder it happened to, where there is one.
        remedy: what a user can do next.
    """

    def __init__(self, message: str, *, path: str | bytes | Path | None = None, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = None if path is None else Path(os.fsdecode(path))
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions with keyword arguments do not survive pickling on their own; ours cross process borders.
        return _rebuild, (type(self), self.message, self.path, self.remedy)

    def __str__(self) -> str:
        where = "" if self.path is None else f"{self.path}: "
        then = f" ({self.remedy})" if self.remedy else ""
        return f"{where}{self.message}{then}"


def _rebuild(kind: type[ProvenanceError], message: str, path: Path | None, remedy: str) -> ProvenanceError:
    return kind(message, path=path, remedy=remedy)


class ConfigurationError(ProvenanceError):
    """provenance.toml is missing, or a key, type or value in it is wrong."""


class UsageError(ProvenanceError):
    """The question makes no sense as asked."""


class NotFound(ProvenanceError):
    """The asset, delivery or finding asked about is not known here."""


class CouldNotLook(ProvenanceError):
    """A file or folder exists and could not be read."""


class UnreadableMedia(CouldNotLook):
    """A reader could not make sense of a file."""


class WriteRefused(ProvenanceError):
    """Nothing is written into this file or place, on purpose."""


class WriteFailed(ProvenanceError):
    """A file could not be written; it is as it was before."""


class ChangedMeanwhile(ProvenanceError):
    """The file changed while it was being read."""


class IdentityError(ProvenanceError):
    """The signing identity cannot be made, opened or used as asked."""


class LineageCycle(ProvenanceError):
    """A link typed by a person would make an asset its own ancestor."""


class AlreadyWatching(ProvenanceError):
    """Another daemon watches this production."""


class StoreError(ProvenanceError):
    """The store could not do what was asked."""


class StoreUnreachable(StoreError):
    """The store's file is missing, forbidden, or in a place where SQLite cannot work."""


class StoreLocked(StoreError):
    """Another program holds the store."""


class StoreFull(StoreError):
    """No room left where the store lies."""


class StoreTooNew(StoreError):
    """The store was written by a newer version of this program."""


class StoreDamaged(StoreError):
    """SQLite says the store is not a sound database."""


class LedgerBroken(ProvenanceError):
    """The recorded history was changed outside this program."""
