"""Timelines: what a cut uses, between which timecodes, out of the files that editing programs exchange."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

from provenance.contracts import ProjectReader
from provenance.errors import CouldNotLook
from provenance.model import ProjectFile
from provenance.timelines import aaf, ale, cmx3600, fcp7_xml, fcpxml, otio
from provenance.timelines._opening import head_of

TIMELINES: Final[tuple[ProjectReader, ...]] = (otio, fcp7_xml, fcpxml, aaf, cmx3600, ale)
"""Every reader of a timeline; exactly one accepts a file."""


def read_project(path: Path, fps: Fraction | None = None) -> ProjectFile | None:
    """What a timeline says it uses; None where the file is no timeline.

    Args: fps is the frame rate of formats that tell none (CMX 3600), where the caller knows it.
    Raises UnreadableMedia where it is one and cannot be understood, CouldNotLook where it cannot be opened.
    """
    head = head_of(path)
    reader = next((one for one in TIMELINES if one.accepts(path, head)), None)
    if reader is None:
        return None
    try:
        return cmx3600.read(path, fps) if reader is cmx3600 else reader.read(path)
    except CouldNotLook as error:
        error.path = error.path or path
        raise
