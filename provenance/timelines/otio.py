"""OpenTimelineIO: .otio, and its bundles .otioz (zip) and .otiod (folder).

Read with own code: the library takes 0.1 s to load, refuses schemas older than itself, and has no wheel for some of the
machines this runs on. Stacks and tracks inside a track are cuts of their own; a transition lends its neighbours the
handles it shows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from provenance.model import Clip, ProjectFile, Rate, Span, Track
from provenance.timecode import settled
from provenance.timelines._gathering import Gathering, clip, notes
from provenance.timelines._otio_json import Bad, Node, Range, Time, children, load, schema, text
from provenance.timelines._otio_media import Shown, shown
from provenance.timelines._recognition import OTIO, recognise

NAME: Final = OTIO
VERSION: Final = "1"

_TRACKS: Final = frozenset({"Track", "Sequence"})
_NESTED: Final = frozenset({"Stack", *_TRACKS})
_GAPS: Final = frozenset({"Gap", "Filler"})
_COLLECTIONS: Final = frozenset({"SerializableCollection", "SerializeableCollection"})
_REFERENCE: Final = "SerializableObjectRef"
_DEPTH: Final = 60
_LOOKS: Final = 200_000
"""Items of a document that are asked for a rate beyond their own cut's first."""
_ASSUMED: Final = Fraction(24)
_ZERO: Final = Fraction(0)


def accepts(path: Path, head: bytes) -> bool:
    """True for JSON that names a schema of OpenTimelineIO, and for its bundles."""
    return recognise(path, head) == NAME


def read(path: Path) -> ProjectFile:
    """Raises UnreadableMedia, CouldNotLook."""
    root = load(path)
    bundle = path.name if path.suffix.lower() in (".otiod", ".otioz") else ""
    document = _Document(root, bundle)
    document.walk()
    return document.gathering.project(f"OpenTimelineIO {root['OTIO_SCHEMA']}")


class _Document:
    """One document: cuts wait in a queue, so that nesting costs no stack."""

    def __init__(self, root: Node, bundle: str) -> None:
        self.gathering = Gathering(NAME)
        self._root = root
        self._bundle = bundle
        self._waiting: deque[tuple[Node, bool, Fraction | None]] = deque()
        self._queued: set[int] = set()
        self._looks = _LOOKS
        self._lengths: dict[int, Fraction] = {}
        self._by_reference = dict(_referenced(root))

    def walk(self) -> None:
        """Gathers every cut, outermost first."""
        for node in self._tops(self._root, 0):
            self._queue(node, top=True)
        while self._waiting:
            node, top, fps = self._waiting.popleft()
            self._cut(node, top, fps)

    def _tops(self, node: Any, depth: int) -> Iterator[Node]:
        """Timelines (or bare stacks and tracks) of a document; bare clips are only present."""
        kind = schema(node)
        if kind == "Timeline" or kind in _NESTED:
            yield node
        elif kind in _COLLECTIONS and depth < _DEPTH:
            for child in children(node):
                yield from self._tops(child, depth + 1)
        elif kind == "Clip":
            shown(node, self.gathering, self._bundle)
        else:
            self.gathering.fault("unknown_object", f"an object of kind {kind[:40]!r} where timelines are expected")

    def _queue(self, node: Node, *, top: bool, fps: Fraction | None = None, wanted: str = "") -> str:
        name = self.gathering.name_cut(id(node), text(node, "name") or wanted)
        if id(node) not in self._queued:
            self._queued.add(id(node))
            self._waiting.append((node, top, fps))
        return name

    # ── cuts ─────────────────────────────────────────────────────────────────────────────────────────────

    def _cut(self, node: Node, top: bool, around: Fraction | None) -> None:
        name = self.gathering.name_cut(id(node), "")
        stack = node.get("tracks") if schema(node) == "Timeline" else node
        start = node.get("global_start_time")
        begin = start if isinstance(start, Time) else None
        if not isinstance(stack, dict):
            self.gathering.fault("no_tracks", f"cut {name!r} has no tracks")
            stack = {}
        fps = begin.fps if begin else self._fps(stack) or around
        if fps is None:
            fps = _ASSUMED
            if children(stack):
                self.gathering.fault("rate_assumed", f"cut {name!r} tells no frame rate: {fps} is taken")
        zero = begin.seconds if begin else _ZERO
        clips = [one for line, track, label in self._lines(stack) for one in self._line(line, track, label, fps, name)]
        if top:
            clips = self._shown_part(clips, stack, f"cut {name!r}")
        self.gathering.cut(name, Rate(fps), zero, [_moved(one, zero) for one in clips], top=top)
        if not clips and not top and self._length(node, 0):
            self.gathering.fault("empty_cut", f"cut {name!r} is nested and its content is not told")

    def _lines(self, stack: Node) -> Iterator[tuple[Node, Track, str]]:
        """The tracks of a stack with their kind and label; what lies in it bare is a track of its own."""
        members = [stack] if schema(stack) in _TRACKS else [self._solid(child) for child in children(stack)]
        numbers = {Track.VIDEO: 0, Track.AUDIO: 0, Track.OTHER: 0}
        for member in members:
            line: Node = member if schema(member) in _TRACKS else {"children": [member]}
            kind = {"Video": Track.VIDEO, "Audio": Track.AUDIO}.get(text(line, "kind") or "Video", Track.OTHER)
            numbers[kind] += 1
            yield line, kind, f"{kind.value[0].upper()}{numbers[kind]}"

    def _line(self, line: Node, track: Track, label: str, fps: Fraction, cut: str) -> list[Clip]:
        """The clips of a track; transitions lengthen their neighbours."""
        where = f"{label} of {cut!r}"
        found: list[Clip | None] = []
        position, waiting = _ZERO, _ZERO
        for child in map(self._solid, children(line)):
            kind = schema(child)
            if kind == "Transition":
                lead, tail = (_offset(child, key) for key in ("in_offset", "out_offset"))
                last = found[-1] if found else None
                if last is not None:
                    found[-1] = _longer(last, _ZERO, tail)
                waiting = min(lead, position)
                continue
            one, length = self._item(child, kind, position, track, label, fps, where)
            found.append(_longer(one, waiting, _ZERO) if one is not None and waiting else one)
            position, waiting = settled(position + length), _ZERO
        if line.get("enabled") is False:
            found = [None if one is None else replace(one, enabled=False) for one in found]
        clips = [one for one in found if one is not None]
        # What shows a part of a nested cut says so where it nests it: here the cut is told whole.
        return clips if id(line) in self._queued else self._shown_part(clips, line, where)

    def _shown_part(self, clips: list[Clip], line: Node, where: str) -> list[Clip]:
        """What a range of a track or stack leaves of its clips, moved to where that part begins."""
        window = self._range(line, where)
        if window is None:
            return clips
        shown_ = [_moved(found, -window.start) for one in clips if (found := _within(one, window)) is not None]
        if clips and not shown_:
            self.gathering.fault("unreadable_time", f"{where}: its range shows nothing of it, and is left aside")
            return clips
        return shown_

    def _item(
        self, child: Node, kind: str, position: Fraction, track: Track, label: str, fps: Fraction, where: str
    ) -> tuple[Clip | None, Fraction]:
        """One item of a track and how long it lasts; gaps are no clips."""
        length = self._length(child, 0)
        if kind in _GAPS:
            return None, length
        name = text(child, "name")
        where = f"{kind or 'item'} {name!r} on {where}"
        record = Span(position, position + length)
        enabled = child.get("enabled") is not False
        told = self._range(child, where)
        if kind == "Clip":
            seen = shown(child, self.gathering, self._bundle)
            source, note = _source(child, told or seen.available)
            self._missed(seen, told, where)
            return clip(
                name or seen.name, track, label, record,
                source=source, media=seen.media, kind=seen.kind, enabled=enabled, note=note,
            ), length  # fmt: skip
        if kind in _NESTED:
            inner = self._queue(child, top=False, fps=fps, wanted=f"{kind} on {label}")
            source, note = _source(child, told or Range(_ZERO, length, fps))
            return clip(
                name or inner, track, label, record, source=source, cut=inner, kind="cut", enabled=enabled, note=note
            ), length
        self.gathering.fault("unknown_object", f"{where}: an object of kind {kind[:40]!r}")
        return clip(name, track, label, record, kind="missing", enabled=enabled), length

    def _missed(self, seen: Shown, told: Range | None, where: str) -> None:
        if seen.kind == "missing":
            self.gathering.fault("missing_media", f"{where}: no file is told")
        if told is None and seen.available is None:
            self.gathering.fault("unreadable_time", f"{where}: how long it is, is not told")

    # ── times ────────────────────────────────────────────────────────────────────────────────────────────

    def _range(self, node: Node, where: str) -> Range | None:
        told = node.get("source_range")
        if isinstance(told, Bad) or (told is not None and not isinstance(told, Range)):
            self.gathering.fault("unreadable_time", f"{where}: its range cannot be read")
        return told if isinstance(told, Range) else None

    def _length(self, node: Node, depth: int) -> Fraction:
        """Seconds that an item lasts."""
        told = node.get("source_range")
        if isinstance(told, Range):
            return told.duration
        key, kind = id(node), schema(node)
        if key in self._lengths:
            return self._lengths[key]
        self._lengths[key] = _ZERO  # what holds itself adds nothing
        if kind == "Clip":
            length = shown(node, self.gathering, self._bundle).available
            self._lengths[key] = length.duration if length else _ZERO
        elif kind in _NESTED and depth >= _DEPTH:
            self.gathering.fault("too_deep", f"{text(node, 'name')!r} is nested deeper than {_DEPTH} levels")
        elif kind in _NESTED:
            each = [self._length(child, depth + 1) for child in map(self._solid, children(node))]
            self._lengths[key] = _summed(each) if kind in _TRACKS else max(each, default=_ZERO)
        return self._lengths[key]

    def _fps(self, stack: Node) -> Fraction | None:
        """The rate of the first item that tells one, outer ones before nested, pictures before sound."""
        waiting, seen = deque([stack]), {id(stack)}
        while waiting and self._looks > 0:
            lines = sorted(self._lines(waiting.popleft()), key=lambda line: line[1] is not Track.VIDEO)
            for child in (self._solid(child) for line, _, _ in lines for child in children(line)):
                self._looks -= 1
                told = child.get("source_range")
                if isinstance(told, Range):
                    return told.fps
                if schema(child) in _NESTED and id(child) not in seen:
                    seen.add(id(child))
                    waiting.append(child)
        return None

    def _solid(self, node: Any) -> Node:
        """An object, where only a reference to it stands; an empty one for what is none."""
        if schema(node) == _REFERENCE:
            node = self._by_reference.get(text(node, "id"))
        return node if isinstance(node, dict) else {}


def _referenced(root: Node) -> Iterator[tuple[str, Node]]:
    """Objects that others refer to by id."""
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("OTIO_REF_ID"), str):
                yield node["OTIO_REF_ID"], node
            waiting.extend(one for one in (node.get("tracks"), *children(node)) if isinstance(one, dict))


def _summed(lengths: list[Fraction]) -> Fraction:
    total = _ZERO
    for length in lengths:
        total = settled(total + length)
    return total


def _offset(transition: Node, key: str) -> Fraction:
    told = transition.get(key)
    return max(told.seconds, _ZERO) if isinstance(told, Time) else _ZERO


def _source(node: Node, told: Range | None) -> tuple[Span | None, str]:
    """Which part of the medium is shown, and what changes its speed."""
    speed, said = Fraction(1), []
    for effect in children(node, "effects"):
        kind = schema(effect)
        if kind not in ("LinearTimeWarp", "FreezeFrame", "TimeEffect"):
            continue
        scalar = effect.get("time_scalar")
        usable = isinstance(scalar, int | float) and -1_000 < scalar < 1_000
        if kind == "FreezeFrame" or (usable and scalar == 0):
            speed = _ZERO
            said.append("freeze frame")
        elif usable and scalar > 0:
            speed *= Fraction(scalar).limit_denominator(100_000)
            said.append(f"speed {scalar * 100:g} %")
        else:
            return None, notes(*said, f"{kind}: source not told")
    if told is None:
        return None, notes(*said)
    shown_for = told.duration * speed if speed else 1 / told.fps
    return Span(told.start, told.start + shown_for), notes(*said)


def _longer(one: Clip, lead: Fraction, tail: Fraction) -> Clip:
    """A clip with the handles that a transition shows."""
    record = Span(one.record.start - lead, one.record.end + tail)
    length = one.record.end - one.record.start
    if one.source is None or not length:
        return replace(one, record=record)
    speed = (one.source.end - one.source.start) / length
    source = Span(one.source.start - lead * speed, one.source.end + tail * speed)
    return replace(one, record=record, source=source)


def _within(one: Clip, window: Range) -> Clip | None:
    """A clip trimmed to the part of its line that is shown; None where nothing of it is."""
    first, last = max(one.record.start, window.start), min(one.record.end, window.start + window.duration)
    if first >= last:
        return None
    return _longer(one, one.record.start - first, last - one.record.end)


def _moved(one: Clip, by: Fraction) -> Clip:
    if not by:
        return one
    return replace(one, record=Span(one.record.start + by, one.record.end + by))
