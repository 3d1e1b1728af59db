"""What Final Cut Pro 7 XML says of one clip, one medium, one rate; frames stay frames until their rate is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final
from xml.etree.ElementTree import Element

from provenance import timecode
from provenance.errors import UnreadableMedia
from provenance.media_paths import base_name, decode_path, pattern_of_frame
from provenance.model import MediaName, Rate, Span, Track
from provenance.timelines._xml import said

_NUMBER: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?", re.ASCII)
_TITLES: Final = frozenset({"text", "title", "titles", "graphic", "lower third"})
_LEAST_PERCENT: Final = 10
"""Slower speeds than this may be factors: some programs write 0.25 for a quarter."""
Frames = int | Fraction
"""A count of frames: whole nearly always, and then cheap."""
_EDGE: Final = -1
"""Stands for the edge of the transition beside it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a track.

    Args:
        kind: ``media``, ``generator``, ``title``, ``adjustment``, ``transition``.
        start, end: frames of the sequence; None where a transition decides.
        source: frames of the clip, in and out; None where not told.
        rate: of the clip; None for that of the sequence.
        speed: frames of the medium for each frame of the clip; None where that changes or runs backwards.
        files: ids of media; sequence: id of a nested sequence.
        faults: what could not be read.
    """

    kind: str
    name: str
    enabled: bool
    start: Frames | None
    end: Frames | None
    source: tuple[Frames, Frames] | None
    rate: Rate | None
    speed: Fraction | None = Fraction(1)
    files: tuple[str, ...] = ()
    sequence: str = ""
    note: str = ""
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One track of a sequence."""

    kind: Track
    label: str
    enabled: bool
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence whose clips are not made yet."""

    name: str
    rate: Rate | None
    start: Fraction
    lines: list[Line]


def item_of(element: Element, sequence: str, file: str) -> Item:
    """An item of a track; ids of what it shows are told by the caller."""
    faults: list[str] = []
    told = texts(element)
    start, end = (_edge(told.get(tag, ""), tag, faults) for tag in ("start", "end"))
    first, last = (_frames(told.get(tag, ""), tag, faults) for tag in ("in", "out"))
    source = None if first is None or last is None or _EDGE in (first, last) or last < first else (first, last)
    speed, note = _speed(element) if "filter" in told else (Fraction(1), "")
    files: tuple[str, ...] = (file,) if file else ()
    if "multiclip" in told:
        files = tuple(key for one in element.iterfind("multiclip") for key in one.get("files", "").split("\n") if key)
        note = f"{note}; multicam" if note else "multicam"
    return Item(
        _kind(element, told), _name(element, told), told.get("enabled", "").upper() != "FALSE", start, end, source,
        rate_of(element), speed, files, sequence, note, tuple(faults),
    )  # fmt: skip


def texts(element: Element) -> dict[str, str]:
    """The texts of all children by their names, stripped; of several of one name the first."""
    found: dict[str, str] = {}
    for child in element:
        if child.tag not in found:
            found[child.tag] = child.text.strip() if child.text else ""
    return found


def placed(items: list[Item]) -> list[tuple[Item, Frames, Frames]]:
    """Items with their first frame and the one behind their last; transitions give their edges and are left out."""
    found: list[tuple[Item, Frames, Frames]] = []
    for at, item in enumerate(items):
        if item.kind == "transition":
            continue
        before = items[at - 1] if at and items[at - 1].kind == "transition" else None
        after = items[at + 1] if at + 1 < len(items) and items[at + 1].kind == "transition" else None
        start = item.start if item.start is not None or before is None else before.start
        end = item.end if item.end is not None or after is None else after.end
        length = 0 if item.source is None else item.source[1] - item.source[0]
        if start is None:
            start = (end or length) - length
        end = start + length if end is None else end
        found.append((item, start, max(start, end)))
    return found


def rate_of(element: Element) -> Rate | None:
    """The ``rate`` below an element (or below its timecode, with its drop-frame); None where there is none."""
    rate = element.find("rate")
    inner = element.find("timecode/rate")
    rate = inner if rate is None else rate
    if rate is None:
        return None
    ntsc, drop = said(rate, "ntsc").upper() == "TRUE", said(element, "timecode/displayformat").upper() == "DF"
    return _rate(said(rate, "timebase"), ntsc, drop)


@lru_cache(maxsize=64)
def _rate(base: str, ntsc: bool, drop: bool) -> Rate | None:
    try:
        fps = timecode.parse_rate(base)
    except UnreadableMedia:
        return None
    if ntsc and fps.denominator == 1:
        fps = timecode.ntsc_rate(int(fps))
    return Rate(fps, drop and timecode.can_drop(fps))


def start_of(element: Element, rate: Rate | None) -> Fraction:
    """The timecode at which a sequence or a medium begins, in seconds; 0 where none is told."""
    inner = element.find("timecode")
    if inner is None:
        return Fraction(0)
    own = rate_of(inner) or rate
    own = None if own is None else Rate(own.fps, rate is not None and rate.drop)
    frame = said(inner, "frame")
    if own is None:
        return Fraction(0)
    if _NUMBER.fullmatch(frame):
        return (int(frame) if "." not in frame else Fraction(frame)) / own.fps
    try:
        return timecode.parse_timecode(said(inner, "string"), own)
    except UnreadableMedia:
        return Fraction(0)


def medium_of(element: Element, rate: Rate | None, start: Fraction) -> MediaName:
    """A ``file`` element."""
    told = texts(element)
    paths = decode_path(told.get("pathurl", ""))
    duration = told.get("duration", "")
    available = None
    if rate is not None and _NUMBER.fullmatch(duration) and Fraction(duration) > 0:
        available = Span(start, start + Fraction(duration) / rate.fps)
        pattern = pattern_of_frame(paths[0]) if paths and Fraction(duration) > 1 else None
        # Programs name an image sequence by its first frame; a still that is held looks the same.
        paths = (*paths, pattern) if pattern else paths
    name = told.get("name") or (base_name(paths[0]) if paths else "")
    return MediaName(name, paths, said(element, "timecode/reel/name"), available=available, rate=rate)


def _kind(element: Element, told: dict[str, str]) -> str:
    if element.tag == "transitionitem":
        return "transition"
    if told.get("adjustmentlayer", "").upper() == "TRUE":
        return "adjustment"
    if element.tag == "generatoritem":
        category, name = (said(element, f"effect/{tag}").lower() for tag in ("effectcategory", "effectid"))
        return "title" if category in _TITLES or "text" in name or "title" in name else "generator"
    return "media"


def _name(element: Element, told: dict[str, str]) -> str:
    return told.get("name", "") or said(element, "effect/name") or element.attrib.get("id", "")


def _speed(element: Element) -> tuple[Fraction | None, str]:
    """Speed as a factor and as a note; None where it cannot be told which frames are shown."""
    for one in element.iterfind("filter"):
        told = one.get("speed")
        if told is None:
            continue
        if told == "variable":
            return None, "variable speed: source not told"
        if not _NUMBER.fullmatch(told):
            return None, "speed not told: source not told"
        percent = Fraction(told)
        if 0 < percent < _LEAST_PERCENT:
            return None, f"speed {told}, a factor or percent: source not told"
        if percent <= 0:
            return None, f"speed {float(percent):g} %, backwards or frozen: source not told"
        return percent / 100, "" if percent == 100 else f"speed {float(percent):g} %"
    return Fraction(1), ""


def _edge(text: str, tag: str, faults: list[str]) -> Frames | None:
    frames = _frames(text, tag, faults)
    return None if frames == _EDGE else frames


def _frames(text: str, tag: str, faults: list[str]) -> Frames | None:
    if _NUMBER.fullmatch(text):
        return int(text) if "." not in text else Fraction(text)
    faults.append(f"{tag} is {text[:40]!r}, no number of frames" if text else f"{tag} is not told")
    return None
