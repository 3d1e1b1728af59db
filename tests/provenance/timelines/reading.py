"""What tests of timelines share: writing a small one, reading it, and showing its clips as an editor sees them."""

from __future__ import annotations

from pathlib import Path

from provenance.model import Clip, Cut, ProjectFile
from provenance.timecode import show_span
from provenance.timelines import read_project


def written(folder: Path, name: str, content: str | bytes) -> Path:
    """A file with that content."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def project(folder: Path, name: str, content: str | bytes) -> ProjectFile:
    """The timeline of that content."""
    found = read_project(written(folder, name, content))
    assert found is not None
    return found


def cut(found: ProjectFile, name: str = "") -> Cut:
    """The cut of that name, or the first."""
    return next(one for one in found.cuts if not name or one.name == name)


def event(one: Clip, cut: Cut) -> tuple[str, str, str, str]:
    """A clip as its track, name, record and source timecodes."""
    source = "" if one.source is None else show_span(one.source, cut.rate)
    return one.label, one.name, show_span(one.record, cut.rate), source


def events(found: ProjectFile, name: str = "") -> list[tuple[str, str, str, str]]:
    """All clips of a cut that are used."""
    chosen = cut(found, name)
    return [event(one, chosen) for one in chosen.clips if one.enabled]


def codes(found: ProjectFile) -> list[str]:
    """Codes of all faults."""
    return [fault.code for fault in found.faults]


def paths(found: ProjectFile, one: Clip) -> list[str]:
    """The likeliest path of every medium of a clip."""
    return [found.media[at].paths[0] if found.media[at].paths else found.media[at].name for at in one.media]
