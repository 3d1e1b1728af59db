"""Timelines and project files: which reader reads one, and what came of it.

To add a format, write a module that meets `provenance.contracts.ProjectReader` and name it in its package's tuple.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from provenance.contracts import ProjectReader
from provenance.errors import CouldNotLook, UnreadableMedia
from provenance.model import Fault, ProjectFile
from provenance.readers._faults import as_fault
from provenance.timelines import TIMELINES

PROJECT_READERS: Final[tuple[ProjectReader, ...]] = (*TIMELINES,)


def reader_of(path: Path, head: bytes, readers: Sequence[ProjectReader] = PROJECT_READERS) -> ProjectReader | None:
    """The one reader that a file is for; None for media and everything else."""
    return next((one for one in readers if _accepts(one, path, head)), None)


def read_project(path: Path, reader: ProjectReader) -> tuple[ProjectFile | None, tuple[Fault, ...]]:
    """What a timeline or project says, and what could not be read of it. Raises CouldNotLook where it is not there."""
    name = name_of(reader)
    try:
        found = reader.read(path)
    except UnreadableMedia as error:
        return None, (as_fault(name, error, f"{name}.unreadable"),)
    except CouldNotLook:
        raise
    except Exception as error:  # a reader's own mistake must not hide what the others found
        words = f"the reader failed ({type(error).__name__}); what the project uses was not looked at"
        return None, (Fault(name, "reader.failed", words),)
    return found, found.faults


def name_of(reader: ProjectReader) -> str:
    """The name under which it stands among the readers of media."""
    return f"project.{reader.NAME}"


def _accepts(reader: ProjectReader, path: Path, head: bytes) -> bool:
    try:
        return reader.accepts(path, head)
    except Exception:
        return False
