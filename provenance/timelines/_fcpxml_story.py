"""Going through the story of one FCPXML sequence: storylines, connected clips, containers, what each shows and when.

An element lies at `offset` of its parent's clock for `duration`; inside, its own clock shows `start` at that moment.
What has a lane is connected and may outlast its parent; what has none is the content of a container, trimmed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final
from xml.etree.ElementTree import Element

from provenance.errors import UnreadableMedia
from provenance.model import Clip, Span, Track
from provenance.timecode import settled
from provenance.timelines._fcpxml_resources import DROPPED, Resources
from provenance.timelines._fcpxml_time import Clock, Retime, retime_of
from provenance.timelines._gathering import Gathering, clip, notes

_DEPTH: Final = 48
_ZERO: Final = Fraction(0)
_CONTAINERS: Final = frozenset({"clip", "sync-clip"})
_LEAVES: Final = frozenset({"asset-clip", "video", "audio", "title", "caption", "ref-clip", "mc-clip", "live-drawing"})
_STORY: Final = frozenset({*_CONTAINERS, *_LEAVES, "gap", "audition", "spine"})
_BESIDE: Final = frozenset({
    *DROPPED, "note", "conform-rate", "timeMap", "metadata", "mc-source", "sync-source", "transition",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element lies: clock of its parent, its moment there, lane, whether all around it is switched on."""

    clock: Clock
    offset: Fraction
    lead: Fraction = _ZERO
    tail: Fraction = _ZERO
    lane: int = 0
    enabled: bool = True
    depth: int = 0
    note: str = ""
    name: str = ""


NestedName = Callable[[Element, str], str]
"""Gives the name of the cut that a ``ref-clip`` or an angle of an ``mc-clip`` shows; empty where there is none."""


class Story:
    """Collects the clips of one cut.

    Args: nested names the cut behind a reference; frame is the length of one of the cut's frames in seconds.
    """

    def __init__(
        self, resources: Resources, gathering: Gathering, nested: NestedName, cut: str, frame: Fraction
    ) -> None:
        self.clips: list[Clip] = []
        self._resources = resources
        self._gathering = gathering
        self._nested = nested
        self._cut = cut
        self._frame = frame

    def line(self, spine: Element, place: Place) -> None:
        """A storyline: one item behind the other, transitions showing handles of both neighbours."""
        if place.depth > _DEPTH:
            self._gathering.fault("too_deep", f"{spine.tag} in {self._cut!r} is nested deeper than {_DEPTH} levels")
            return
        items = [one for one in spine if self._known(one)]
        position = place.offset
        for at, item in enumerate(items):
            if item.tag == "transition":
                continue
            inner = item[0] if item.tag == "audition" and len(item) else item
            offset = self._resources.time(item, "offset", position)
            length = self._length(inner)
            lead = self._handle(items[at - 1], offset, before=True) if at else _ZERO
            tail = self._handle(items[at + 1], offset + length, before=False) if at + 1 < len(items) else _ZERO
            self._item(item, replace(place, offset=offset, lead=lead, tail=tail))
            position = settled(offset + length)

    def _handle(self, neighbour: Element, edit: Fraction, *, before: bool) -> Fraction:
        """How much a transition beside an item shows of it beyond its edit."""
        if neighbour.tag != "transition":
            return _ZERO
        start = self._resources.time(neighbour, "offset", edit)
        end = start + self._resources.time(neighbour, "duration")
        return max(_ZERO, edit - start if before else end - edit)

    def _item(self, item: Element, place: Place) -> None:
        enabled = place.enabled and item.get("enabled") != "0"
        place = replace(place, enabled=enabled, depth=place.depth + 1)
        if place.depth > _DEPTH:
            self._gathering.fault("too_deep", f"{item.tag} in {self._cut!r} is nested deeper than {_DEPTH} levels")
        elif item.tag == "audition":
            for number, choice in enumerate(one for one in item if one.tag in _STORY):
                picked = replace(
                    place, enabled=enabled and not number, note="" if not number else "audition, not picked"
                )
                self._item(choice, picked)
        elif item.tag == "spine":
            start = self._resources.time(item, "offset", place.offset)
            clock = replace(place.clock, at=place.clock.at + place.clock.pace * start)
            self.line(item, replace(place, clock=clock, offset=_ZERO))
        else:
            self._timed(item, place)

    def _timed(self, item: Element, place: Place) -> None:
        """A clip, container or gap: what it shows, what is in it, what is connected to it."""
        clock, length = place.clock, self._length(item)
        first = place.offset - place.lead
        record = clock.span(first, place.offset + length + place.tail)
        start = self._start(item)
        own = replace(clock, at=clock.at + clock.pace * (place.offset - start))
        try:
            retime = retime_of(item)
        except UnreadableMedia as error:
            self._gathering.fault_of(self._where(item), error)
            retime = Retime(((_ZERO, _ZERO), (Fraction(1), _ZERO)))
        if item.tag in _LEAVES:
            self._leaf(item, place, own, record, retime)
            self._split(item, place, own, start, length, retime)
        elif record is not None and item.tag in _CONTAINERS:
            self._content(item, place, _inside(own, retime, record, start), retime)
        self._connected(item, place, own, start)

    def _content(self, item: Element, place: Place, clock: Clock, retime: Retime | None) -> None:
        note = notes(place.note, retime.note() if retime else "")
        start, name = self._start(item), item.get("name") or place.name
        inner = replace(place, clock=clock, offset=start, lead=_ZERO, tail=_ZERO, note=note, name=name)
        for child in item:
            if child.tag in _STORY and "lane" not in child.attrib:
                offset = _ZERO if child.tag == "spine" else self._resources.time(child, "offset", inner.offset)
                self._item(child, replace(inner, offset=offset))

    def _connected(self, item: Element, place: Place, own: Clock, start: Fraction) -> None:
        """What hangs on an item; in a clip that is content too, beside the line without a lane."""
        bare = item.tag in _CONTAINERS
        for child in item:
            if not self._known(child) or (bare and "lane" not in child.attrib):
                continue
            lane = place.lane + _number(child.get("lane", ""))
            offset = self._resources.time(child, "offset", start)
            self._item(child, replace(place, clock=own, offset=offset, lead=_ZERO, tail=_ZERO, lane=lane))

    # ── what is shown ────────────────────────────────────────────────────────────────────────────────────

    def _split(
        self, item: Element, place: Place, own: Clock, start: Fraction, length: Fraction, retime: Retime | None
    ) -> None:
        """Sound that begins or ends beside its picture."""
        if "audioStart" not in item.attrib and "audioDuration" not in item.attrib:
            return
        first = self._resources.time(item, "audioStart", start)
        record = own.span(first, first + max(_ZERO, self._resources.time(item, "audioDuration", length)))
        self._leaf(item, place, own, record, retime, sound=True)

    def _leaf(
        self, item: Element, place: Place, own: Clock, record: Span | None, retime: Retime | None, sound: bool = False
    ) -> None:
        if record is None:
            return
        local = None if own.loose else own.local(record)
        source = local if retime is None or local is None else retime.source(local)
        if source is not None and source.start == source.end:
            source = Span(source.start, source.start + self._frame)
        conform = item.find("conform-rate")
        conformed = "" if conform is None else f"conformed from {conform.get('srcFrameRate', 'another')} fps"
        role = item.get("videoRole") or item.get("role") or item.get("audioRole") or ""
        note = notes(place.note, retime.note() if retime else "", conformed, role and f"role {role}")
        for kind, track, media, cut, said in self._shown(item):
            track = Track.AUDIO if sound else track
            told = self._gathering.told(media[0]).name if media else cut or item.tag
            name = item.get("name") or place.name or told
            self.clips.append(
                clip(
                    name, track, _label(track, place.lane), record, source=source, media=media, cut=cut, kind=kind,
                    enabled=place.enabled, note=notes(note, said),
                )
            )  # fmt: skip

    def _shown(self, item: Element) -> Iterator[tuple[str, Track, tuple[int, ...], str, str]]:
        """Kind, track, media, nested cut and a note for each thing that an item shows."""
        enable = item.get("srcEnable", "all")
        track = Track.AUDIO if item.tag == "audio" or enable == "audio" else Track.VIDEO
        reference = item.get("ref", "")
        if item.tag == "mc-clip":
            yield from self._angles(item, track)
        elif item.tag == "ref-clip":
            name = self._nested(item, "")
            if not name:
                self._gathering.fault("missing_cut", f"{self._where(item)}: {reference!r} is nowhere told")
            yield ("cut" if name else "missing"), track, (), name, ""
        elif item.tag in ("title", "caption", "live-drawing"):
            kind = "adjustment" if self._adjusts(item) else "title" if item.tag != "live-drawing" else "generator"
            yield kind, Track.OTHER if item.tag == "caption" else track, (), "", ""
        elif self._resources.kind(reference) == "effect":
            yield "generator", track, (), "", ""
        else:
            yield self._asset(item, reference, track)

    def _asset(self, item: Element, reference: str, track: Track) -> tuple[str, Track, tuple[int, ...], str, str]:
        found = self._resources.medium(reference)
        if found is None:
            self._gathering.fault("missing_media", f"{self._where(item)}: {reference!r} is nowhere told")
            return "missing", track, (), "", ""
        at, medium = found
        asset = self._resources.get(reference)
        if asset is not None and asset.get("hasVideo") != "1" and asset.get("hasAudio") == "1":
            track = Track.AUDIO
        if not medium.paths:
            self._gathering.fault("missing_media", f"{self._where(item)}: no file is told")
            return "missing", track, (at,), "", ""
        return "media", track, (at,), "", ""

    def _angles(self, item: Element, track: Track) -> Iterator[tuple[str, Track, tuple[int, ...], str, str]]:
        """The angles of a multicam that are switched on, pictures and sound apart."""
        sources = list(item.iterfind("mc-source"))
        if not sources:
            name = self._nested(item, "")
            self._gathering.fault("angle_assumed", f"{self._where(item)}: no angle is chosen, the first is taken")
            yield ("cut" if name else "missing"), track, (), name, "multicam"
        for source in sources:
            enable, angle = source.get("srcEnable", "all"), source.get("angleID", "")
            if enable == "none":
                continue
            name = self._nested(item, angle)
            if not name:
                self._gathering.fault("missing_cut", f"{self._where(item)}: its angle {angle!r} is nowhere told")
            yield ("cut" if name else "missing"), Track.AUDIO if enable == "audio" else track, (), name, "multicam"

    def _adjusts(self, item: Element) -> bool:
        effect = self._resources.get(item.get("ref", ""))
        words = item.get("name", "") if effect is None else f"{effect.get('name', '')} {effect.get('uid', '')}"
        return "adjustment" in words.lower()

    # ── times and names ──────────────────────────────────────────────────────────────────────────────────

    def _length(self, item: Element) -> Fraction:
        """Seconds that an item lasts; an asset's own where it tells none."""
        if "duration" in item.attrib:
            return max(_ZERO, self._resources.time(item, "duration"))
        found = self._resources.medium(item.get("ref", ""))
        if found is not None and found[1].available is not None:
            return found[1].available.end - found[1].available.start
        if item.tag in _LEAVES:
            self._gathering.fault("unreadable_time", f"{self._where(item)}: how long it is, is not told")
        return _ZERO

    def _start(self, item: Element) -> Fraction:
        """The moment that an item's own clock shows where it begins."""
        if "start" in item.attrib:
            return self._resources.time(item, "start")
        found = self._resources.medium(item.get("ref", ""))
        if found is not None and found[1].available is not None:
            return found[1].available.start
        inner = self._resources.get(item.get("ref", ""))
        sequence = None if inner is None else next((one for one in inner if one.tag in ("sequence", "multicam")), None)
        return self._resources.time(item if sequence is None else sequence, "tcStart")

    def _known(self, item: Element) -> bool:
        """True for what is part of the story; what nobody knows here is named."""
        if item.tag in _STORY or item.tag == "transition":
            return True
        if item.tag not in _BESIDE and not item.tag.startswith(("adjust-", "filter-")):
            self._gathering.fault("unknown_object", f"an element {item.tag!r} in {self._cut!r} is not understood")
        return False

    def _where(self, item: Element) -> str:
        return f"{item.tag} {item.get('name', '')!r} in {self._cut!r}"


def _inside(own: Clock, retime: Retime | None, record: Span, start: Fraction) -> Clock:
    """The clock of a container's content, seen only while the container is."""
    if retime is None or own.loose:
        return replace(own, window=record)
    speed = retime.speed
    if not speed:
        return replace(own, window=record, loose=True)
    (first, value) = retime.points[0]
    # local = first + (inner - value) / speed
    return Clock(own.at + own.pace * (first - value / speed), own.pace / speed, record)


def _label(track: Track, lane: int) -> str:
    if track is Track.AUDIO:
        return f"A{abs(lane) or 1}"
    return f"{'C' if track is Track.OTHER else 'V'}{lane + 1 if lane >= 0 else lane}"


def _number(lane: str) -> int:
    return int(lane) if lane.removeprefix("-").isdecimal() and len(lane) < 6 else 0
