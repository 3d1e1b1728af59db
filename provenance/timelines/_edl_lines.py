"""The lines of an edit decision list, gathered into events; times stay text until the frame rate is known.

Grammar: CMX 3600 (SMPTE 258M describes its successor), with the comments that Avid, Resolve, Premiere, Final Cut,
Nucoda, Lustre and OpenTimelineIO add.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

LONGEST_LINE: Final = 4_096
_TIME: Final = r"(-?\d\d?[:;.,]\d\d[:;.,]\d\d[:;.,]\d\d\d?)"
_CHANNELS: Final = r"(?:V\d{0,2}|A{1,2}\d{0,2}|B|NONE|AV|VA\d{0,2}|A{1,2}\d{0,2}/V\d?|V\d?/A{1,2}\d{0,2}|A12V?)"
_EVENT: Final = re.compile(
    rf"\s*(\d{{1,6}}[A-Z]?)\s+(\S.{{0,255}}?)\s+({_CHANNELS})\s+(C|D|W\d{{0,4}}|K\s?[BO]?)(?:\s+\(?F?\)?\s*(\d{{1,4}}))?\s+"
    rf"{_TIME}\s+{_TIME}\s+{_TIME}\s+{_TIME}\s*",
    re.IGNORECASE,
)
_LIKE_EVENT: Final = re.compile(r"\s*\d{1,6}[A-Z]?\s+\S.*\d\d[:;.]\d\d[:;.]\d\d")
_SPEED: Final = re.compile(rf"M2\s+(\S.{{0,255}}?)?\s+(-?\d{{1,5}}(?:\.\d{{1,4}})?)(?:\s+{_TIME})?\s*", re.IGNORECASE)
_COMMENT: Final = re.compile(r"(?:\*|>>>)?\s*(?:\*\s*)?([A-Za-z][A-Za-z _]{1,40}?)\s*(?::|\bIS\b)\s*(.*)")
_DLEDL: Final = re.compile(r"DLEDL:.{0,200}?\b(PATH):\s*(.*)", re.IGNORECASE)
_REPLACED: Final = re.compile(r"(.+?)\s+REPLACED BY:\s*(\S+)", re.IGNORECASE)
_RATE: Final = re.compile(
    r"\*?\s*(?:FRAME[ _]?RATE|FPS|TIMEBASE)\s*[:=]?\s*(\d{2,3}(?:\.\d{1,6})?)\s*(?:FPS)?\s*", re.IGNORECASE
)
_AUDIO: Final = re.compile(r"AUD\s+(\d{1,2}(?:\s+\d{1,2}){0,15})\s*", re.IGNORECASE)

_FROM_NAMES: Final = ("from clip name", "clip name", "clip")
_FROM_PATHS: Final = (
    "from clip path", "clip path", "media path", "file path", "from file", "from clip", "path", "from media path",
    "source file path", "source path", "source file", "file",
)  # fmt: skip
_TO_NAMES: Final = ("to clip name", "key clip name")
_TO_PATHS: Final = ("to clip path", "to media path", "to file", "to clip", "to source file")
_REELS: Final = ("reel name", "tape name", "source reel", "otio truncated reel name from", "tape", "reel")
_TOLD: Final = frozenset({*_FROM_NAMES, *_FROM_PATHS, *_TO_NAMES, *_TO_PATHS, *_REELS, "umid", "from umid"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an event: reel, channels, transition with its frames, four times, and where it stood."""

    reel: str
    channels: str
    transition: str
    frames: int
    times: tuple[str, str, str, str]
    drop: bool
    number: int


@dataclass(slots=True)
class Event:
    """An event: one line, or two for a transition, with what the comments below say."""

    number: str
    lines: list[Line]
    told: dict[str, str] = field(default_factory=dict)
    speeds: list[tuple[str, str]] = field(default_factory=list)
    audio: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def name(self, *, to: bool) -> str:
        """The clip's name on one side of a transition."""
        return self._first(_TO_NAMES if to else _FROM_NAMES)

    def paths(self, *, to: bool) -> tuple[str, ...]:
        """Paths of the medium on one side, as written; the most telling comment first."""
        keys = _TO_PATHS if to else _FROM_PATHS
        return tuple(self.told[key] for key in keys if self.told.get(key))

    def reel(self, short: str) -> str:
        """The whole name of a reel, where a comment tells it."""
        longer = self._first(_REELS)
        return longer if longer.upper().startswith(short.upper().rstrip(".")) else short

    def _first(self, keys: tuple[str, ...]) -> str:
        return next((self.told[key] for key in keys if self.told.get(key)), "")


@dataclass(slots=True)
class EditList:
    """One list: its title, events, the rate where a comment tells it, lines that were not understood."""

    title: str = ""
    events: list[Event] = field(default_factory=list)
    rate: str = ""
    drop: bool | None = None
    odd: list[str] = field(default_factory=list)
    reels: dict[str, str] = field(default_factory=dict)


def edit_lists(text: str) -> Iterator[EditList]:
    """The lists of a file: most hold one, some several, each behind its own title."""
    current = EditList()
    for number, raw in enumerate(_lines(text), 1):
        line = raw.rstrip()
        if not line:
            continue
        if line[:6].upper() == "TITLE:":
            if current.events:
                yield current
                current = EditList(drop=current.drop)
            current.title = line[6:].strip()
        elif line[:4].upper() == "FCM:":
            current.drop = "NON" not in line.upper()
        else:
            _take(current, line, number)
    yield current


def _lines(text: str) -> Iterator[str]:
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        yield line[:LONGEST_LINE]


def _take(current: EditList, line: str, number: int) -> None:
    event = _EVENT.fullmatch(line)
    if event is not None:
        _take_event(current, event, number)
    elif _LIKE_EVENT.match(line):
        current.odd.append(f"line {number}: {line.strip()[:120]!r}")
    elif line[:2].upper() == "M2" and current.events:
        speed = _SPEED.fullmatch(line)
        if speed is None:
            current.odd.append(f"line {number}: {line.strip()[:120]!r}")
        else:
            current.events[-1].speeds.append(((speed[1] or "").strip(), speed[2]))
    elif rate := _RATE.fullmatch(line):
        current.rate = current.rate or rate[1]
    elif current.events:
        _take_comment(current, line)


def _take_event(current: EditList, match: re.Match[str], number: int) -> None:
    line = Line(
        match[2].strip(), match[3].upper(), match[4].upper().replace(" ", ""), int(match[5] or 0),
        (match[6], match[7], match[8], match[9]), bool(current.drop), number,
    )  # fmt: skip
    last = current.events[-1] if current.events else None
    if last is not None and last.number == match[1] and len(last.lines) < 2 and line.transition[0] in "DWK":
        last.lines.append(line)
    else:
        current.events.append(Event(match[1], [line]))


def _take_comment(current: EditList, line: str) -> None:
    event = current.events[-1]
    audio = _AUDIO.fullmatch(line)
    if audio is not None:
        event.audio += audio[1].split()
        return
    found = _DLEDL.fullmatch(line) or _COMMENT.fullmatch(line)
    key = "" if found is None else " ".join(found[1].lower().split())
    if found is not None and key in ("final cut pro reel", "avid reel"):
        replaced = _REPLACED.fullmatch(found[2])
        if replaced is not None:
            current.reels[replaced[2].upper()] = replaced[1]
    elif found is not None and key in _TOLD:
        event.told.setdefault(key, found[2].strip())
    elif len(event.remarks) < 8 and line.startswith("*"):
        event.remarks.append(line.lstrip("* ")[:200])
