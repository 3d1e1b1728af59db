"""Time in FCPXML: every element has a clock of its own, set by its parent's through offset, start and retiming."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final
from xml.etree.ElementTree import Element

from provenance import timecode
from provenance.errors import UnreadableMedia
from provenance.model import Span

_ZERO: Final = Fraction(0)
_POINTS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Clock:
    """How the time inside something becomes time of the cut: ``at + pace * local``.

    Args: window is the part of the cut in which anything of it is seen; None for all. `loose` says that a change of
    speed hides which moment inside is seen when.
    """

    at: Fraction
    pace: Fraction = Fraction(1)
    window: Span | None = None
    loose: bool = False

    def span(self, start: Fraction, end: Fraction) -> Span | None:
        """The part of the cut in which this local stretch is seen; None where nothing of it is."""
        if self.loose:
            return self.window
        first, last = sorted((self.at + self.pace * start, self.at + self.pace * end))
        return self.within(Span(first, last))

    def within(self, span: Span) -> Span | None:
        """A stretch of the cut, trimmed to the window; None where nothing of it is left."""
        if self.window is None:
            return span
        first, last = max(span.start, self.window.start), min(span.end, self.window.end)
        return Span(first, last) if first < last else None

    def local(self, span: Span) -> Span:
        """The local stretch that is seen in a part of the cut."""
        first, last = sorted(((span.start - self.at) / self.pace, (span.end - self.at) / self.pace))
        return Span(first, last)


@dataclass(frozen=True, slots=True)
class Retime:
    """A time map: moments of the clip and the moments of its source that they show, in order of the clip."""

    points: tuple[tuple[Fraction, Fraction], ...]

    @property
    def speed(self) -> Fraction | None:
        """Source seconds for each second of the clip; None where that changes."""
        (first, value), (last, end) = self.points[0], self.points[-1]
        speed = (end - value) / (last - first)
        even = all(at == value + speed * (time - first) for time, at in self.points)
        return speed if even else None

    def source(self, local: Span) -> Span:
        """The stretch of the source that a stretch of the clip shows, whichever way it runs."""
        values = [self._at(local.start), self._at(local.end)]
        values += (value for time, value in self.points if local.start < time < local.end)
        return Span(min(values), max(values))

    def _at(self, time: Fraction) -> Fraction:
        """The source's moment at a moment of the clip; beyond the first and last point it goes on as between them."""
        upper = next((at for at in range(1, len(self.points) - 1) if self.points[at][0] >= time), len(self.points) - 1)
        (first, value), (last, end) = self.points[upper - 1], self.points[upper]
        return value + (end - value) * (time - first) / (last - first)

    def note(self) -> str:
        """For people."""
        speed = self.speed
        if speed is None:
            return "variable speed"
        return "freeze frame" if not speed else f"speed {float(speed * 100):.5g} %" if speed != 1 else ""


def retime_of(element: Element) -> Retime | None:
    """The time map of an element. Raises UnreadableMedia where it cannot be read; None where there is none."""
    found = element.find("timeMap")
    if found is None:
        return None
    points: dict[Fraction, Fraction] = {}
    for point in list(found.iterfind("timept"))[:_POINTS]:
        points[timecode.parse_seconds(point.get("time", ""))] = timecode.parse_seconds(point.get("value", ""))
    if len(points) < 2:
        raise UnreadableMedia("timeline.unreadable_time: a time map of less than two points")
    return Retime(tuple(sorted(points.items())))
