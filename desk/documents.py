"""The writings that decisions rest on, kept by their hash in `.provenance/documents/`."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from provenance.digest import digest_file
from provenance.errors import CouldNotLook, UsageError

FOLDER: Final = "documents"
SIZE_LIMIT: Final = 256 << 20
"""Bytes of a document; a letter or a contract is smaller."""


def hash_document(document: Path) -> bytes:
    """SHA-256 (32 bytes) of a document. Raises CouldNotLook, and UsageError for one that is too large."""
    digests, _ = digest_file(document)
    if digests.size > SIZE_LIMIT:
        raise UsageError(f"more than {SIZE_LIMIT >> 20} MB", path=document, remedy="give the letter itself")
    return digests.sha256


def keep_document(root: Path, document: Path) -> bytes:
    """Copies a document to `.provenance/documents/<sha256>`, reads the copy back, and gives the hash.

    Args: root is the production's folder. Raises CouldNotLook, UsageError.
    """
    sha256 = hash_document(document)
    folder = root / ".provenance" / FOLDER
    kept = folder / sha256.hex()
    if kept.exists() and digest_file(kept)[0].sha256 == sha256:
        return sha256
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=".provenance-", suffix=".tmp", dir=folder)
        os.close(handle)
        try:
            shutil.copyfile(document, aside)
            if digest_file(Path(aside))[0].sha256 != sha256:
                raise CouldNotLook("it changed while it was copied", path=document, remedy="try again")
            os.replace(aside, kept)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CouldNotLook(
            f"the document cannot be kept: {error.strerror or error}",
            path=folder,
            remedy="check that you may write there",
        ) from error
    return sha256
