"""Avid Log Exchange: a bin as a table. It says which clips there are and where they come from, never that one is used.

A heading of names and values, then ``Column`` with the names of the columns, then ``Data`` with one clip in a line,
parted by tabs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

from provenance import timecode
from provenance.containers.span import lie
from provenance.errors import UnreadableMedia
from provenance.media_paths import base_name, decode_paths
from provenance.model import MediaName, ProjectFile, Rate, Span
from provenance.timelines._gathering import Gathering
from provenance.timelines._opening import decoded, whole
from provenance.timelines._recognition import ALE, recognise

NAME: Final = ALE
VERSION: Final = "1"

LARGEST: Final = 64 << 20
_ASSUMED: Final = "24"
_PATHS: Final = ("unc path", "source file path", "file path", "source path", "source file", "sourcefile", "filename",
                 "file name", "clip file name")  # fmt: skip
_REELS: Final = (
    "tape",
    "source tape",
    "tape name",
    "reel",
    "reel name",
    "reel_name",
    "camroll",
    "labroll",
    "soundroll",
)
_NAMES: Final = ("name", "clip name", "display name", "asc_name")
_STARTS: Final = ("start", "start tc", "src start")
_ENDS: Final = ("end", "end tc", "src end")
_RATES: Final = ("fps", "source fps", "shoot fps")
_UMIDS: Final = ("umid", "mob id", "mobid", "source umid")


def accepts(path: Path, head: bytes) -> bool:
    """True for text that begins with the heading of a log."""
    return recognise(path, head) == NAME


def read(path: Path) -> ProjectFile:
    """Raises UnreadableMedia (``timeline.broken`` without a table), CouldNotLook."""
    table = _table(decoded(whole(path, LARGEST)))
    if not table.columns:
        raise lie("timeline.broken", "no table of clips is in it")
    gathering = Gathering(NAME)
    rate = _rate(table.heading.get("fps", ""), gathering)
    for number, line in enumerate(table.lines, 1):
        values = dict(zip(table.columns, (value.strip() for value in line.split("\t")), strict=False))
        _medium(gathering, values, rate, number)
    return gathering.project("Avid Log Exchange", complete=False)


@dataclass(slots=True)
class _Table:
    """The parts of a log; names of columns and of the heading in lower case."""

    heading: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def _table(text: str) -> _Table:
    table, part = _Table(), ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        word = line.strip().lower()
        if word in ("heading", "column", "data") and part != "data":
            part = word
        elif not word:
            continue
        elif part == "heading":
            name, _, value = line.partition("\t")
            table.heading[name.strip().lower()] = value.strip()
        elif part == "column" and not table.columns:
            table.columns = [name.strip().lower() for name in line.split("\t")]
        elif part == "data":
            table.lines.append(line)
    return table


def _rate(told: str, gathering: Gathering) -> Rate:
    try:
        return Rate(timecode.parse_rate(told))
    except UnreadableMedia:
        gathering.fault("rate_assumed", f"the heading tells no frame rate ({told[:20]!r}): {_ASSUMED} is taken")
        return Rate(Fraction(_ASSUMED))


def _medium(gathering: Gathering, values: dict[str, str], rate: Rate, number: int) -> None:
    """One line of the table: a clip that is present."""
    name, reel = _first(values, _NAMES), _first(values, _REELS)
    paths = decode_paths(*(values[key] for key in _PATHS if values.get(key)))
    if not (name or reel or paths):
        gathering.fault("unreadable_clip", f"clip {number}: neither name nor reel nor file is told")
        return
    own = _first(values, _RATES)
    try:
        rate = Rate(timecode.parse_rate(own)) if own else rate
        span, rate = _extent(_first(values, _STARTS), _first(values, _ENDS), rate)
    except UnreadableMedia as error:
        gathering.fault_of(f"clip {number} ({name or reel!r})", error)
        span = None
    umids = tuple(digits for key in _UMIDS if len(digits := _hex(values.get(key, ""))) == 64)
    told = MediaName(base_name(paths[0]) if paths else name, paths, reel, umids, available=span, rate=rate)
    gathering.medium(number, lambda: told)


def _extent(start: str, end: str, rate: Rate) -> tuple[Span | None, Rate]:
    """From and to where a clip runs in its timecode, and whether that drops."""
    if not (start and end):
        return None, rate
    drops = timecode.says_drop(start) or timecode.says_drop(end)
    if drops and not timecode.can_drop(rate.fps):
        rate = Rate(timecode.ntsc_rate(timecode.timebase(rate.fps)))
    rate = Rate(rate.fps, drops)
    first, last = (timecode.parse_timecode(one, rate) for one in (start, end))
    return (Span(first, last) if last >= first else None), rate


def _first(values: dict[str, str], names: tuple[str, ...]) -> str:
    return next((values[name] for name in names if values.get(name)), "")


def _hex(text: str) -> str:
    return "".join(one for one in text.lower().removeprefix("urn:smpte:umid:") if one in "0123456789abcdef")
