"""Edit decision lists: CMX 3600 and the dialects of Avid (File 16, 32, 129), Resolve, Premiere, Final Cut, Nucoda.

A list names reels and, in comments, clips and sometimes files; it holds one line of pictures, so it is never taken for
complete. Both sides of a dissolve or wipe are used for as long as it lasts. It does not tell its frame rate: the caller
may, else what fits is taken and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from provenance import timecode
from provenance.errors import UnreadableMedia
from provenance.media_paths import base_name, decode_paths, pattern_of_frame
from provenance.model import Clip, MediaName, ProjectFile, Rate, Span, Track
from provenance.timelines._edl_lines import EditList, Event, Line, edit_lists
from provenance.timelines._edl_rate import choose_rate
from provenance.timelines._gathering import Gathering, notes
from provenance.timelines._opening import decoded, whole
from provenance.timelines._recognition import EDL, recognise

NAME: Final = EDL
VERSION: Final = "1"

LARGEST: Final = 32 << 20
"""Bytes of a list: more than 200,000 events."""
_BLACK: Final = frozenset({"BL", "BLACK", "BLK"})
_MADE: Final = frozenset({"BARS", "TONE", "SLUG", "MATTE"})
_NO_REEL: Final = frozenset({"AX", "AUX", "NONE", "NONAME", "UNKNOWN"})
_AUDIO: Final = re.compile(r"A(A?)(\d{0,2})")


def accepts(path: Path, head: bytes) -> bool:
    """True for text with events of an edit decision list in it."""
    return recognise(path, head) == NAME


def read(path: Path, fps: Fraction | None = None) -> ProjectFile:
    """What a list uses.

    Args: fps is the frame rate where it is known.
    Raises UnreadableMedia (``timeline.broken`` without one event), CouldNotLook.
    """
    gathering = Gathering(NAME)
    lists = list(edit_lists(decoded(whole(path, LARGEST))))
    if not any(edits.events for edits in lists):
        odd = [one for edits in lists for one in edits.odd]
        raise UnreadableMedia(f"timeline.broken: no event of an edit decision list in it {odd[:1] or ''}".rstrip())
    for number, edits in enumerate(lists):
        _gather(gathering, edits, number, fps, path.stem)
    return gathering.project("CMX 3600 EDL", complete=False)


def _gather(gathering: Gathering, edits: EditList, number: int, fps: Fraction | None, stem: str) -> None:
    name = gathering.name_cut(number, edits.title or stem)
    chosen = choose_rate(edits, fps)
    if chosen.why:
        gathering.fault("rate_assumed", f"cut {name!r}: {chosen.why}")
    for odd in edits.odd:
        gathering.fault("unreadable_event", f"cut {name!r}, {odd}")
    gathering.count(len(edits.events))
    reader = _Events(gathering, edits, chosen.rate, name)
    clips = reader.clips()
    start = min((clip.record.start for clip in clips), default=Fraction(0))
    gathering.count(-len(edits.events))
    gathering.cut(name, chosen.rate, start, clips)


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of an event."""

    line: Line
    record: Span
    source: Span | None
    to: bool
    note: str


class _Events:
    """Makes clips of the events of one list."""

    def __init__(self, gathering: Gathering, edits: EditList, rate: Rate, cut: str) -> None:
        self._gathering = gathering
        self._edits = edits
        self._rate = rate
        self._cut = cut

    def clips(self) -> list[Clip]:
        """The clips of all events; those whose times cannot be read are named as faults."""
        found: list[Clip] = []
        before: list[Clip] = []
        for position, event in enumerate(self._edits.events, 1):
            try:
                sides = self._sides(event)
            except UnreadableMedia as error:
                self._gathering.fault_of(f"event {event.number} of {self._cut!r}", error)
                sides = [_unplaced(line) for line in event.lines]
            if len(event.lines) == 1 and event.lines[0].frames and before:
                tail = event.lines[0].frames / self._rate.fps
                found[-len(before) :] = [_until(clip, sides[0].record.start + tail) for clip in before]
            before = [one for side in sides for one in self._of_side(event, side, position)]
            found += before
        return found

    def _sides(self, event: Event) -> list[_Side]:
        """The line of an event, or the two sides of its transition."""
        lines = event.lines
        if len(lines) == 1:
            return [self._side(event, lines[0], to=False)]
        to = self._side(event, lines[1], to=True)
        out = self._side(event, lines[0], to=False)
        tail = lines[1].frames / self._rate.fps
        if out.record.start == out.record.end:
            record = Span(to.record.start, to.record.start + tail)
            source = None if out.source is None else Span(out.source.start, out.source.start + tail)
            out = replace(out, record=record, source=source)
        return [out, to]

    def _side(self, event: Event, line: Line, *, to: bool) -> _Side:
        rate = Rate(self._rate.fps, line.drop and timecode.can_drop(self._rate.fps))
        source_in, source_out, record_in, record_out = (timecode.frame_number(time, rate) for time in line.times)
        if record_out < record_in:  # a list that runs past midnight
            record_out += timecode.frame_number("24:00:00:00", rate)
        record = Span(timecode.seconds_of(record_in, rate.fps), timecode.seconds_of(record_out, rate.fps))
        source = Span(timecode.seconds_of(source_in, rate.fps), timecode.seconds_of(source_out, rate.fps))
        speed = self._speed(event, line)
        if speed is not None:
            retimed, note = self._retimed(record, source, speed)
            return _Side(line, record, retimed, to, notes(note, _named(line)))
        if source_out < source_in:
            self._gathering.fault("unreadable_time", f"{self._where(event)}: the source ends before it begins")
            return _Side(line, record, None, to, _named(line))
        if source_out - source_in != record_out - record_in:
            self._gathering.fault("lengths_differ", f"{self._where(event)}: source and record differ in length")
        return _Side(line, record, source, to, _named(line))

    def _speed(self, event: Event, line: Line) -> Fraction | None:
        """Frames of the source for each second, where an M2 line of this reel tells them."""
        for reel, speed in event.speeds:
            if len(event.lines) == 1 or not reel or reel.upper().rstrip(".") == line.reel.upper().rstrip("."):
                return Fraction(speed)
        return None

    def _retimed(self, record: Span, source: Span, speed: Fraction) -> tuple[Span | None, str]:
        length = record.end - record.start
        if not speed:
            return Span(source.start, source.start + 1 / self._rate.fps), "freeze frame"
        percent = float(100 * speed / self._rate.fps)
        note = f"speed {percent:.5g} %"
        if source.end < source.start or speed < 0:
            return None, f"{note}, backwards: source not told"
        if source.end - source.start == length:
            return Span(source.start, source.start + length * speed / self._rate.fps), note
        return source, note

    # ── clips ────────────────────────────────────────────────────────────────────────────────────────────

    def _of_side(self, event: Event, side: _Side, position: int) -> Iterator[Clip]:
        kind, name, media = self._shown(event, side)
        number = int(event.number) if event.number.isdigit() and int(event.number) else position
        note = notes(side.note, *event.remarks)
        for track, label in _tracks(side.line.channels, event.audio):
            yield Clip(number, name, track, label, side.record, side.source, media, "", kind, True, note)

    def _shown(self, event: Event, side: _Side) -> tuple[str, str, tuple[int, ...]]:
        """Kind, name and media of one side of an event."""
        reel, name = side.line.reel, event.name(to=side.to)
        if reel.upper() in _BLACK:
            return "generator", "black", ()
        if reel.upper() in _MADE:
            return "generator", name or reel.lower(), ()
        paths = decode_paths(*event.paths(to=side.to))
        whole_reel = self._edits.reels.get(reel.upper(), event.reel(reel))
        known_reel = "" if reel.upper() in _NO_REEL else whole_reel
        if not (paths or name or known_reel):
            self._gathering.fault("missing_media", f"{self._where(event)}: neither reel nor clip is told")
            return "missing", name or reel, ()
        length = side.record.end - side.record.start
        pattern = pattern_of_frame(paths[0]) if paths and length * self._rate.fps > 1 else None
        told = MediaName(
            base_name(paths[0]) if paths else name or known_reel,
            (*paths, pattern) if pattern else paths, known_reel, rate=None,
        )  # fmt: skip
        at = self._gathering.medium((told.name, told.paths, told.reel.upper()), lambda: told)
        return "media", name or told.name, (at,)

    def _where(self, event: Event) -> str:
        return f"event {event.number} (line {event.lines[0].number}) of {self._cut!r}"


def _tracks(channels: str, more: list[str]) -> list[tuple[Track, str]]:
    """Kind and label of every track that an event lies on."""
    found: list[tuple[Track, str]] = []
    if "V" in channels or channels == "B":
        number = re.search(r"V(\d{1,2})", channels)
        found.append((Track.VIDEO, f"V{number[1]}" if number and not channels.startswith("VA") else "V1"))
    audio = _AUDIO.search(channels)
    if channels == "B":
        found.append((Track.AUDIO, "A1"))
    elif audio is not None and channels != "NONE":
        numbers = "12" if audio[1] or audio[2] == "12" else audio[2] or "1"
        labels = list(numbers) if numbers == "12" else [numbers]
        found += [(Track.AUDIO, f"A{number}") for number in labels]
    found += [(Track.AUDIO, f"A{number}") for number in more]
    return list(dict.fromkeys(found)) or [(Track.OTHER, channels)]


def _named(line: Line) -> str:
    kind = {"D": "dissolve", "W": "wipe", "K": "key"}.get(line.transition[0], "")
    return f"{kind} of {line.frames} frames" if kind and line.frames else kind


def _unplaced(line: Line) -> _Side:
    """A side whose times are not readable: it is used, nobody knows where."""
    return _Side(line, Span(Fraction(0), Fraction(0)), None, line.transition != "C", "times not readable")


def _until(clip: Clip, end: Fraction) -> Clip:
    """The clip before a transition that tells only its incoming side, shown until the transition is over."""
    more = end - clip.record.end
    if more <= 0:
        return clip
    source = None if clip.source is None else Span(clip.source.start, clip.source.end + more)
    return replace(clip, record=Span(clip.record.start, end), source=source)
