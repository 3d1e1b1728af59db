"""Cuts: what a timeline or a project file says it uses, between which timecodes, and what it writes.

Times are exact: seconds as fractions, with the frame rate beside them; `provenance.timecode` shows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from provenance.model.identifier import Identifier
from provenance.model.mark import Fault


@dataclass(frozen=True, slots=True)
class Rate:
    """A frame rate: exact frames for each second (``Fraction(30000, 1001)``), and whether its timecode drops."""

    fps: Fraction
    drop: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to `end`, in seconds (`end` not included)."""

    start: Fraction
    end: Fraction


@dataclass(frozen=True, slots=True)
class MediaName:
    """A file as a timeline or project calls it.

    Args:
        name: of the file or the clip, for people and for matching by name.
        paths: as written, decoded from URLs and escapes, the likeliest first; of whatever system wrote them
            (``/Volumes/SHOW/a.mov``, ``N:\\a.mov``, ``\\\\server\\share\\a.mov``, relative ones too). An image
            sequence is its pattern: ``shot.%04d.exr``.
        reel: tape, roll or card.
        umids: SMPTE 330M identifiers, as hex digits in lower case without separators.
        identifiers: other exact names (XMP ids, hashes).
        available: where in the file it has picture or sound, as timecode of the source; None where not told.
        rate: of the source, None where not told.
        size: bytes, 0 where not told.
    """

    name: str
    paths: tuple[str, ...] = ()
    reel: str = ""
    umids: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    available: Span | None = None
    rate: Rate | None = None
    size: int = 0


class Track(StrEnum):
    """What a clip lies on."""

    VIDEO = "video"
    AUDIO = "audio"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Clip:
    """One use of something in a cut.

    Args:
        number: as an editor counts events, from 1; the two sides of a dissolve in an EDL share one.
        name: of the clip.
        track: kind; label: its name (``V1``, ``A2``).
        record: where it lies in the cut, in seconds of the cut's own timecode.
        source: which part of the media, in seconds of its timecode; None where not told.
        media: positions in ProjectFile.media; several where a clip offers several (proxy and original, channels).
            None at all: a title, a generator, a gap filler, named by `kind`. Handles that a transition shows belong
            to `record` and `source`.
        cut: name of the cut nested here, or empty.
        kind: ``media``, ``cut``, ``generator``, ``title``, ``adjustment``, ``missing`` (what it showed is not told,
            or only by name).
        enabled: false where it is muted or switched off: then it is present and not used.
        note: speed changes, comments, effects, for people.
    """

    number: int
    name: str
    track: Track
    label: str
    record: Span
    source: Span | None = None
    media: tuple[int, ...] = ()
    cut: str = ""
    kind: str = "media"
    enabled: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """One timeline, sequence or composition.

    Args:
        name: of this cut alone in its file: a second one of a name has a number behind it.
        rate: frames for each second, of its timecode.
        start: the timecode at which it begins, in seconds.
        clips: in record order.
        top: false where it is only made to lie in others (a compound clip, an angle of a multicam).
    """

    name: str
    rate: Rate
    start: Fraction
    clips: tuple[Clip, ...]
    top: bool = True


@dataclass(frozen=True, slots=True)
class Render:
    """A file that a project says it writes, and out of what.

    Args:
        paths: of the output, as MediaName.paths.
        media: positions in ProjectFile.media that reach this output.
        cut: name of the cut it renders, or empty.
        name: of the node, the render-queue item.
    """

    paths: tuple[str, ...]
    media: tuple[int, ...] = ()
    cut: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """A timeline or project file, read.

    Args:
        format: for people, with its version (``FCPXML 1.11``).
        media: every file it names, used or only present, each once.
        cuts: what it holds; a clip's media is used in that cut.
        renders: what it says it writes.
        faults: what could not be read, each clip by name; nothing is guessed in silence.
        complete: true where the format names everything that is seen and heard (a timeline), false where other
            inputs may be hidden (plug-ins, scripts, binary blobs).
    """

    format: str
    media: tuple[MediaName, ...] = ()
    cuts: tuple[Cut, ...] = ()
    renders: tuple[Render, ...] = ()
    faults: tuple[Fault, ...] = ()
    complete: bool = False
