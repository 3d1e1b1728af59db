"""The frame rate of an edit decision list, which never tells it: what fits its frame numbers and lengths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from provenance import timecode
from provenance.errors import UnreadableMedia
from provenance.model import Rate
from provenance.timelines._edl_lines import EditList, Event

_BASES: Final = (24, 25, 30, 48, 50, 60, 100, 120)
_NUMBERS: Final = re.compile(r"\d+")
_Fields = tuple[int, int, int, int]
_SAMPLE: Final = 2_000
"""Events that are looked at."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A rate, and in words why it was taken; no words where it was told."""

    rate: Rate
    why: str = ""


def choose_rate(edits: EditList, told: Fraction | None) -> Chosen:
    """The rate that the caller or a comment tells, else the lowest usual one that fits best."""
    times = [time for event in edits.events[:_SAMPLE] for line in event.lines for time in line.times]
    drop = bool(edits.drop) or any(map(timecode.says_drop, times))
    fps = told or _commented(edits.rate)
    if fps is not None:
        dropping = timecode.ntsc_rate(timecode.timebase(fps)) if drop else fps
        fps = dropping if timecode.can_drop(dropping) else fps
        return Chosen(Rate(fps, drop and timecode.can_drop(fps)))
    fields = [[_fields(time) for time in line.times] for event in _unhurried(edits) for line in event.lines]
    least = max((_fields(time)[3] for time in times), default=0)
    if drop:
        base = 30 if least < 30 else 60
        why = f"no frame rate is told, and frame numbers drop: {base * 1000 / 1001:.2f} is taken"
        return Chosen(Rate(timecode.ntsc_rate(base), True), why)
    return _fitting(fields, least)


def _fitting(lines: list[list[_Fields]], least: int) -> Chosen:
    bases = [base for base in _BASES if base > least] or [_BASES[-1]]
    misfits = {base: _misfits(lines, base) for base in bases}
    best = min(misfits.values())
    fitting = [base for base in bases if misfits[base] == best]
    others = [str(base) for base in fitting[1:] if base <= 30]
    also = f"; {' and '.join(others)} would fit as well" if others else ""
    why = f"no frame rate is told: {fitting[0]} is taken as the lowest that fits best"
    return Chosen(Rate(Fraction(fitting[0])), f"{why} (a rate of NTSC looks the same){also}")


def _unhurried(edits: EditList) -> list[Event]:
    """Events whose speed nothing changes: their source is as long as their record."""
    return [event for event in edits.events[:_SAMPLE] if not event.speeds]


def _misfits(lines: list[list[_Fields]], base: int) -> int:
    """Lines whose source and record differ in length at a rate."""
    count = 0
    for source_in, source_out, record_in, record_out in lines:
        source = _frame(source_out, base) - _frame(source_in, base)
        count += source != _frame(record_out, base) - _frame(record_in, base)
    return count


def _frame(fields: _Fields, base: int) -> int:
    hours, minutes, seconds, frames = fields
    return ((hours * 60 + minutes) * 60 + seconds) * base + frames


def _fields(time: str) -> _Fields:
    hours, minutes, seconds, frames = map(int, _NUMBERS.findall(time))
    return hours, minutes, seconds, frames


def _commented(text: str) -> Fraction | None:
    try:
        return timecode.parse_rate(text) if text else None
    except UnreadableMedia:
        return None
