"""Timelines: what a cut uses, between which timecodes, out of the files that editing programs exchange."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from provenance.contracts import ProjectReader
from provenance.model import ProjectFile
from provenance.timelines import cmx3600, fcp7_xml, fcpxml, otio
from provenance.timelines._opening import head_of

TIMELINES: Final[tuple[ProjectReader, ...]] = (otio, fcp7_xml, fcpxml, cmx3600)
"""Every reader of a timeline; exactly one accepts a file."""


def read_project(path: Path) -> ProjectFile | None:
    """What a timeline says it uses; None where the file is no timeline.

    Raises UnreadableMedia where it is one and cannot be understood, CouldNotLook where it cannot be opened.
    """
    head = head_of(path)
    return next((reader.read(path) for reader in TIMELINES if reader.accepts(path, head)), None)
