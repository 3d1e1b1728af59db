"""AAF, as Avid, Resolve and Premiere write it.

Compositions are cuts. Of a selector only the selected is used; inputs of effects are used; segments overlap by the
length of the transition between them. A clip carries the identifiers of its master and its file (SMPTE ST 330).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from provenance import timecode
from provenance.model import Clip, ProjectFile, Rate, Span, Track
from provenance.timelines._aaf_chain import Sources, primary_timecode
from provenance.timelines._aaf_objects import Mob, Segment, Slot, mobs_of
from provenance.timelines._gathering import Gathering, clip, notes
from provenance.timelines._recognition import AAF, recognise

NAME: Final = AAF
VERSION: Final = "1"

_TOP: Final = "Usage_TopLevel"
_TRACKS: Final = {"picture": (Track.VIDEO, "V"), "sound": (Track.AUDIO, "A")}
_SILENT: Final = frozenset({"timecode", "edgecode", "edge", "descriptivemetadata", "descriptive metadata"})
_NOTHING: Final = frozenset({"Filler", "ScopeReference", "Timecode", "EdgeCode", "Transition"})
_MOTION: Final = ("motion", "speed", "timewarp", "time warp", "retime", "strobe", "freeze")
_ASSUMED: Final = Fraction(24)
_ZERO: Final = Fraction(0)


def accepts(path: Path, head: bytes) -> bool:
    """True for structured storage that is signed as AAF or named so."""
    return recognise(path, head) == NAME


def read(path: Path) -> ProjectFile:
    """Raises UnreadableMedia, CouldNotLook."""
    mobs = mobs_of(path)
    document = _Document(mobs)
    return document.project()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a segment lies in its cut: its first moment, seconds of the cut for each second inside, what is known."""

    begin: Fraction
    scale: Fraction = Fraction(1)
    enabled: bool = True
    exact: bool = True
    note: str = ""


class _Document:
    """One file: its sources, then each composition."""

    def __init__(self, mobs: tuple[Mob, ...]) -> None:
        self._gathering = Gathering(NAME)
        self._sources = Sources(mobs, self._gathering)
        self._compositions = [mob for mob in mobs if mob.kind == "composition"]
        self._mobs = mobs
        self._clips: list[Clip] = []
        self._cut_name = ""

    def project(self) -> ProjectFile:
        """Everything in it."""
        for mob in self._mobs:
            for fault in mob.faults:
                self._gathering.fault("unreadable_track", f"{mob.kind} {mob.name!r}: {fault}")
        for mob in self._compositions:
            self._gathering.name_cut(mob.umid or id(mob), mob.name)
        nested = {shown for mob in self._compositions for slot in mob.slots for shown in _shown(slot.segment)}
        labelled = any(mob.usage == _TOP for mob in self._compositions)
        for mob in self._compositions:
            top = mob.usage == _TOP if labelled else mob.umid not in nested
            self._composition(mob, top)
        self._sources.gather()
        return self._gathering.project("AAF")

    def _composition(self, mob: Mob, top: bool) -> None:
        name = self._gathering.name_cut(mob.umid or id(mob), mob.name)
        rate, start = self._clock(mob, name)
        self._clips, self._cut_name = [], name
        counted = {Track.VIDEO: 0, Track.AUDIO: 0, Track.OTHER: 0}
        for slot in mob.slots:
            data = slot.data.lower()
            if data in _SILENT or primary_timecode(slot.segment):
                continue
            kind, letter = next((found for word, found in _TRACKS.items() if word in data), (Track.OTHER, "D"))
            counted[kind] += 1
            label = f"{letter}{slot.track or counted[kind]}"
            self._segment(slot.segment, _Place(start), slot, kind, label)
        self._gathering.cut(name, rate, start, self._clips, top=top)

    def _clock(self, mob: Mob, name: str) -> tuple[Rate, Fraction]:
        """The rate of a composition and where its timecode begins."""
        pictures = [slot for slot in mob.slots if "picture" in slot.data.lower()]
        fps = next((slot.rate for slot in (*pictures, *mob.slots)), None)
        if fps is None:
            fps = _ASSUMED
            self._gathering.fault("rate_assumed", f"cut {name!r} tells no frame rate: {fps} is taken")
        for slot in sorted(mob.slots, key=lambda one: one.track):
            told = primary_timecode(slot.segment)
            if told is not None and told[1] == timecode.timebase(fps):
                return Rate(fps, told[2] and timecode.can_drop(fps)), told[0] / fps
        return Rate(fps), _ZERO

    # ── segments ─────────────────────────────────────────────────────────────────────────────────────────

    def _segment(self, segment: Segment, place: _Place, slot: Slot, kind: Track, label: str) -> None:
        if segment.kind in _NOTHING:
            return
        if segment.kind == "SourceClip":
            self._source_clip(segment, place, slot, kind, label)
        elif segment.kind == "Sequence":
            self._sequence(segment, place, slot, kind, label)
        elif segment.kind == "Selector":
            for number, choice in enumerate(segment.inner):
                shown = place if not number else replace(place, enabled=False, note=notes(place.note, "not selected"))
                self._segment(choice, shown, slot, kind, label)
        elif segment.kind == "OperationGroup":
            self._operation(segment, place, slot, kind, label)
        elif segment.inner:
            for inner in segment.inner:
                self._segment(inner, place, slot, kind, label)
        else:
            what = (
                "is nested without end" if segment.kind == "TooDeep" else f"of kind {segment.kind!r} is not understood"
            )
            self._gathering.fault("unknown_object", f"a segment on {label} of {self._cut_name!r} {what}")
            self._add(segment, place, slot, kind, label, kind_="missing", name=segment.kind)

    def _sequence(self, segment: Segment, place: _Place, slot: Slot, kind: Track, label: str) -> None:
        position = 0
        for component in segment.inner:
            length = max(component.length, 0)
            if component.kind == "Transition":
                position -= length  # its neighbours overlap by it
                continue
            begin = place.begin + position / slot.rate * place.scale
            self._segment(component, replace(place, begin=begin), slot, kind, label)
            position += length

    def _operation(self, segment: Segment, place: _Place, slot: Slot, kind: Track, label: str) -> None:
        """An effect: its inputs are used; without any it is an adjustment of what lies below."""
        if not any(map(_shows, segment.inner)):
            if kind is Track.VIDEO:
                self._add(segment, place, slot, kind, label, kind_="adjustment", name=segment.name)
            return
        moves = any(word in segment.name.lower() for word in _MOTION)
        for inner in segment.inner:
            inside = replace(place, note=notes(place.note, segment.name))
            if inner.length > 0 and segment.length > 0 and inner.length != segment.length:
                inside = replace(inside, scale=place.scale * Fraction(segment.length, inner.length))
            elif moves and segment.speed and segment.speed > 0:
                inside = replace(inside, note=notes(inside.note, f"speed {float(segment.speed * 100):.5g} %"))
                inner = _stretched(inner, segment.speed)
                inside = replace(inside, scale=place.scale / segment.speed)
            elif moves:
                inside = replace(inside, exact=False, note=notes(inside.note, "source not told"))
            self._segment(inner, inside, slot, kind, label)

    def _source_clip(self, segment: Segment, place: _Place, slot: Slot, kind: Track, label: str) -> None:
        where = f"a clip on {label} of {self._cut_name!r}"
        shown = self._sources.mobs.get(segment.mob)
        moment, length = segment.start / slot.rate, segment.length / slot.rate
        if shown is None:
            self._gathering.fault("missing_media", f"{where}: its source {segment.mob or '(none)'} is not in the file")
            self._add(segment, place, slot, kind, label, kind_="missing", name="")
        elif shown.kind == "composition":
            cut = self._gathering.name_cut(shown.umid, shown.name)
            begin = self._clock(shown, cut)[1] + moment
            self._add(segment, place, slot, kind, label, kind_="cut", name=shown.name, cut=cut,
                      source=Span(begin, begin + length))  # fmt: skip
        else:
            chain = self._sources.follow(segment.mob, segment.slot, moment)
            start = moment if chain.moment is None else chain.moment
            known = bool(chain.media) and any(self._gathering.told(at).paths for at in chain.media)
            if not known:
                self._gathering.fault(
                    "missing_media", f"clip {shown.name!r} on {label} of {self._cut_name!r}: no file is told"
                )
            self._add(segment, place, slot, kind, label, kind_="media" if known else "missing", name=shown.name,
                      media=tuple(chain.media), source=Span(start, start + length))  # fmt: skip

    def _add(
        self, segment: Segment, place: _Place, slot: Slot, kind: Track, label: str, *, kind_: str, name: str,
        media: tuple[int, ...] = (), cut: str = "", source: Span | None = None,
    ) -> None:  # fmt: skip
        length = max(segment.length, 0) / slot.rate * place.scale
        record = Span(place.begin, place.begin + length)
        self._clips.append(
            clip(name, kind, label, record, source=source if place.exact else None, media=media, cut=cut, kind=kind_,
                 enabled=place.enabled, note=place.note)
        )  # fmt: skip


def _shown(segment: Segment) -> list[str]:
    """Identifiers of all mobs in a segment."""
    return [segment.mob] * bool(segment.mob) + [umid for inner in segment.inner for umid in _shown(inner)]


def _shows(segment: Segment) -> bool:
    """True where a segment shows something itself."""
    if segment.kind in _NOTHING:
        return False
    return segment.kind == "SourceClip" or not segment.inner or any(map(_shows, segment.inner))


def _stretched(segment: Segment, speed: Fraction) -> Segment:
    """A segment as long as what a faster or slower effect takes of it."""
    return replace(
        segment, length=int(segment.length * speed), inner=tuple(_stretched(one, speed) for one in segment.inner)
    )
