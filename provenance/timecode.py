"""Timecode and exact time: SMPTE ST 12-1 text, rational seconds and frame counts, without a rounding anywhere.

A time is a fraction of a second: the number of its frame over the exact rate, so that 01:00:00:00 at 23.976 is
86,400 frames and 3,603.6 seconds. Drop-frame timecode leaves out numbers, never frames: two at the start of each minute
but every tenth at 29.97, four at 59.94 (SMPTE ST 12-1, https://doi.org/10.5594/SMPTE.ST12-1.2014).
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

from provenance.containers.span import lie
from provenance.errors import UnreadableMedia
from provenance.model.cut import Rate, Span

_TIMECODE: Final = re.compile(r"(-?)(\d{1,3})([:;.,])([0-5]?\d)([:;.,])([0-5]?\d)([:;.,])(\d{1,3})", re.ASCII)
_RATIONAL: Final = re.compile(r"(-?\d{1,20})(?:/(\d{1,20})|\.(\d{1,12}))?s?", re.ASCII)
_DECIMAL: Final = re.compile(r"\d{1,9}(?:\.\d{1,20})?|\d{1,9}/\d{1,9}", re.ASCII)
_FASTEST: Final = 1_000_000
"""Frames or samples for each second, at most."""
_NEAR: Final = Fraction(45, 10_000)
"""How far 23.98 lies from 24000/1001; 29.97 and the others lie nearer."""
_LEAST_NTSC: Final = 12
_NTSC: Final = Fraction(1000, 1001)
_HONEST_BITS: Final = 256
_PICOSECONDS: Final = 10**12
_SHOWN: Final = 1_000_000
"""Hours that are shown; beyond them no honest time lies."""


def parse_timecode(text: str, rate: Rate) -> Fraction:
    """Seconds of a timecode: ``01:00:00:00``, ``01:00:00;00``, ``01;00;00;00``, with a minus too.

    Numbers drop where the rate says so or where the last separator is ``;`` or ``,``. Raises UnreadableMedia
    (``timecode.unreadable``): no timecode, a frame number that the rate does not have or that dropping leaves out,
    dropping at a rate that knows none.
    """
    return seconds_of(frame_number(text, rate), rate.fps)


def frame_number(text: str, rate: Rate) -> int:
    """The frame that a timecode names, counted from 00:00:00:00. Raises as `parse_timecode`."""
    match = _TIMECODE.fullmatch(text.strip())
    if match is None:
        raise _unreadable(text, "is no timecode")
    hours, minutes, seconds, frames = (int(match[group]) for group in (2, 4, 6, 8))
    base = timebase(rate.fps)
    if frames >= base:
        raise _unreadable(text, f"has a frame {frames} at {base} frames for each second")
    number = ((hours * 60 + minutes) * 60 + seconds) * base + frames
    if rate.drop or match[7] in ";,":
        number -= _left_out(text, hours * 60 + minutes, seconds, frames, rate.fps)
    return -number if match[1] else number


def seconds_of(frames: int | Fraction, fps: Fraction) -> Fraction:
    """Seconds of a count of frames; of a whole one several times as fast as a division of fractions."""
    if isinstance(frames, int):
        return Fraction(frames * fps.denominator, fps.numerator)
    return frames / fps


def says_drop(text: str) -> bool:
    """True where the timecode itself says that its numbers drop."""
    match = _TIMECODE.fullmatch(text.strip())
    return match is not None and match[7] in ";,"


def _left_out(text: str, minutes: int, seconds: int, frames: int, fps: Fraction) -> int:
    """How many numbers were left out before this one."""
    if not can_drop(fps):
        raise _unreadable(text, f"drops frames at {float(fps):.6g}, which has no such timecode")
    each = timebase(fps) // 15
    if minutes % 10 and not seconds and frames < each:
        raise _unreadable(text, "is a number that drop-frame timecode leaves out")
    return each * (minutes - minutes // 10)


def show_timecode(seconds: Fraction, rate: Rate) -> str:
    """A time as timecode, of the frame it lies in; ``;`` before the frames where numbers drop."""
    number = seconds * rate.fps // 1
    sign, number = ("-", -number) if number < 0 else ("", number)
    base = timebase(rate.fps)
    drop = rate.drop and can_drop(rate.fps)
    if drop:
        number = _with_left_out(number, base)
    whole, frames = divmod(number, base)
    hours = min(whole // 3600, _SHOWN)
    mark = ";" if drop else ":"
    return f"{sign}{hours:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{mark}{frames:0{_digits(base)}d}"


def show_span(span: Span, rate: Rate) -> str:
    """A span as two timecodes, the second one not included any more: ``01:00:00:00-01:00:02:12``."""
    return f"{show_timecode(span.start, rate)}-{show_timecode(span.end, rate)}"


def _with_left_out(number: int, base: int) -> int:
    """The number on the clock of a frame counted without gaps."""
    each = base // 15
    minute, ten = base * 60 - each, base * 600 - each * 9
    tens, rest = divmod(number, ten)
    # The first minute of ten is whole; each of the other nine lacks its first numbers.
    minutes = 0 if rest < each else (rest - each) // minute
    return number + each * (tens * 9 + minutes)


def _digits(base: int) -> int:
    return max(2, len(str(base - 1)))


@lru_cache(maxsize=64)
def timebase(fps: Fraction) -> int:
    """The whole number of frames that timecode counts for each second: 24 for 23.976."""
    return max(1, -(-fps.numerator // fps.denominator))


@lru_cache(maxsize=64)
def can_drop(fps: Fraction) -> bool:
    """True for 29.97 and its multiples, the only rates with drop-frame timecode."""
    base = timebase(fps)
    return base % 30 == 0 and fps == base * _NTSC


def parse_seconds(text: str) -> Fraction:
    """Rational seconds as FCPXML writes them: ``3600/24s``, ``5s``, ``0.5s``. Raises UnreadableMedia."""
    match = _RATIONAL.fullmatch(text.strip())
    if match is None or (match[2] and not int(match[2])):
        raise _unreadable(text, "is no time")
    if match[3]:
        return Fraction(f"{match[1]}.{match[3]}")
    return Fraction(int(match[1]), int(match[2] or 1))


@lru_cache(maxsize=256)
def parse_rate(text: str) -> Fraction:
    """Exact frames for each second from what programs write: ``24``, ``23.976``, ``23.98``, ``29.97``, ``30000/1001``.

    Decimals near a rate of NTSC (n x 1000/1001) are that rate. Raises UnreadableMedia (``timecode.rate``).
    """
    match = _DECIMAL.fullmatch(text.strip())
    if match is None:
        raise lie("timecode.rate", f"{text[:40]!r} is no frame rate")
    try:
        fps = Fraction(match[0])
    except ZeroDivisionError:
        fps = Fraction(0)
    if not 0 < fps <= _FASTEST:
        raise lie("timecode.rate", f"{text[:40]!r} is no frame rate")
    return _snapped(fps)


def _snapped(fps: Fraction) -> Fraction:
    base = -(-fps.numerator // fps.denominator)
    ntsc = base * _NTSC
    if fps != base and base >= _LEAST_NTSC and abs(fps - ntsc) <= _NEAR:
        return ntsc
    return fps.limit_denominator(10_000)


def ntsc_rate(base: int) -> Fraction:
    """The rate of NTSC under a timebase: 30000/1001 for 30."""
    return base * _NTSC


def settled(time: Fraction) -> Fraction:
    """A sum of many times: exact while it is of an honest size, else to the picosecond, so that it stays cheap."""
    if time.denominator.bit_length() <= _HONEST_BITS:
        return time
    return Fraction(round(time * _PICOSECONDS), _PICOSECONDS)


def _unreadable(text: str, why: str) -> UnreadableMedia:
    return lie("timecode.unreadable", f"{text[:40]!r} {why}")
