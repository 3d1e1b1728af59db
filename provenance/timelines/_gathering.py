"""What a reader gathers while it goes through a timeline: media once each, cuts by name, faults, all within bounds."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Final

from provenance.containers.span import lie
from provenance.errors import CouldNotLook
from provenance.model import Clip, Cut, Fault, MediaName, ProjectFile, Rate, Span, Track, bounded

MOST_CLIPS: Final = 200_000
"""Clips and media of one file; what holds more is refused."""
MOST_CUTS: Final = 20_000
_FAULTS: Final = 1_000
_NAME: Final = 1_000
_NOTE: Final = 2_000
_PATHS: Final = 32
_TRACKS: Final = {Track.VIDEO: 0, Track.AUDIO: 1, Track.OTHER: 2}


class Gathering:
    """Everything read so far of one timeline.

    Args: reader is the name that faults carry.
    """

    def __init__(self, reader: str) -> None:
        self._reader = reader
        self._media: list[MediaName] = []
        self._known: dict[Hashable, int] = {}
        self._cuts: list[Cut] = []
        self._names: dict[Hashable, str] = {}
        self._taken: dict[str, int] = {}
        self._faults: list[Fault] = []
        self._unsaid = 0
        self._clips = 0

    def medium(self, key: Hashable, tell: Callable[[], MediaName]) -> int:
        """The position of the medium that `key` stands for; told once, at the first call with this key."""
        at = self._known.get(key)
        if at is None:
            if len(self._media) >= MOST_CLIPS:
                raise lie("timeline.too_many", f"more than {MOST_CLIPS} media")
            at = self._known[key] = len(self._media)
            self._media.append(MediaName(""))
            self._media[at] = tidy(tell())
        return at

    def tell(self, at: int, medium: MediaName) -> None:
        """Puts a better account of a medium in the place of the first."""
        self._media[at] = tidy(medium)

    def told(self, at: int) -> MediaName:
        """What is known of a medium."""
        return self._media[at]

    def name_cut(self, key: Hashable, name: str) -> str:
        """The name of the cut that `key` stands for, of that cut alone."""
        if key not in self._names:
            wanted = _plain(name, _NAME) or "unnamed"
            self._taken[wanted] = count = self._taken.get(wanted, 0) + 1
            unique = wanted if count == 1 else f"{wanted} ({count})"
            while unique != wanted and unique in self._taken:
                self._taken[wanted] = count = count + 1
                unique = f"{wanted} ({count})"
            self._taken.setdefault(unique, 1)
            self._names[key] = unique
        return self._names[key]

    def cut(self, name: str, rate: Rate, start: Fraction, clips: Iterable[Clip], *, top: bool = True) -> None:
        """Adds a cut, its clips in record order; those that have no number yet are numbered from 1."""
        if len(self._cuts) >= MOST_CUTS:
            raise lie("timeline.too_many", f"more than {MOST_CUTS} cuts")
        ordered = sorted(clips, key=lambda clip: (clip.record.start, _TRACKS[clip.track], clip.label, clip.number))
        self.count(len(ordered))
        numbered = (_trim(clip, number) for number, clip in enumerate(ordered, 1))
        self._cuts.append(Cut(name, rate, start, tuple(numbered), top))

    def count(self, clips: int) -> None:
        """Counts clips. Raises UnreadableMedia (``timeline.too_many``) beyond MOST_CLIPS."""
        self._clips += clips
        if self._clips > MOST_CLIPS:
            raise lie("timeline.too_many", f"more than {MOST_CLIPS} clips")

    def fault(self, code: str, text: str) -> None:
        """Names something that could not be understood."""
        if len(self._faults) < _FAULTS:
            self._faults.append(Fault(self._reader, f"timeline.{code}", _plain(text, _NOTE)))
        else:
            self._unsaid += 1

    def fault_of(self, what: str, error: CouldNotLook) -> None:
        """Names what an error kept from being understood."""
        code, _, why = error.message.rpartition(": ")
        self.fault(code.partition(".")[2] or "unreadable", f"{what}: {why}")

    def project(self, format_name: str, *, complete: bool = True) -> ProjectFile:
        """All of it. Cuts that are nested in themselves are named as a fault; outermost cuts come first."""
        cuts = sorted(self._cuts, key=lambda cut: not cut.top)
        for name in _circles(cuts):
            self.fault("cycle", f"{name!r} lies in itself: what it shows there has no end")
        if self._unsaid:
            self._faults.append(Fault(self._reader, "timeline.more_faults", f"{self._unsaid} more faults"))
        return ProjectFile(
            format_name, tuple(self._media), tuple(cuts), (), tuple(self._faults), complete and not self._faults
        )


def clip(
    name: str,
    track: Track,
    label: str,
    record: Span,
    *,
    source: Span | None = None,
    media: tuple[int, ...] = (),
    cut: str = "",
    kind: str = "media",
    enabled: bool = True,
    note: str = "",
) -> Clip:
    """A clip that has no number yet: `Gathering.cut` gives it one."""
    return Clip(0, name, track, label, record, source, media, cut, kind, enabled, note)


def notes(*said: str) -> str:
    """Notes for people, joined; empty ones and repetitions left out."""
    return "; ".join(dict.fromkeys(one for one in (" ".join(said_.split()) for said_ in said) if one))


def tidy(medium: MediaName) -> MediaName:
    """A medium with its texts bounded."""
    name, reel = _plain(medium.name, _NAME), _plain(medium.reel, _NAME)
    if (name, reel) == (medium.name, medium.reel) and len(medium.paths) <= _PATHS:
        return medium
    return replace(medium, name=name, reel=reel, paths=medium.paths[:_PATHS])


def _trim(found: Clip, number: int) -> Clip:
    return Clip(
        found.number or number,
        _plain(found.name, _NAME),
        found.track,
        _plain(found.label, _NAME),
        found.record,
        found.source,
        found.media,
        found.cut,
        found.kind,
        found.enabled,
        _plain(found.note, _NOTE),
    )


def _plain(text: str, limit: int) -> str:
    return bounded(text.replace("\0", "").strip(), limit)


def _circles(cuts: list[Cut]) -> list[str]:
    """Names of cuts from which a way leads back to themselves, one for each circle found."""
    inside = {cut.name: tuple(dict.fromkeys(clip.cut for clip in cut.clips if clip.cut)) for cut in cuts}
    done: set[str] = set()
    found: list[str] = []
    for root in inside:
        trail: dict[str, int] = {}
        waiting = [(root, 0)]
        while waiting:
            name, depth = waiting.pop()
            while trail and len(trail) > depth:
                done.add(trail.popitem()[0])
            if name in trail:
                found.append(name)
            elif name not in done and name in inside:
                trail[name] = depth
                waiting.extend((inner, depth + 1) for inner in inside[name])
        done.update(trail)
    return list(dict.fromkeys(found))
