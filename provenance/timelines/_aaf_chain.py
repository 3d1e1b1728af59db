"""From a clip in an AAF to its files and their timecode: along the chain of mobs, master, file, import or tape.

Every file source is a medium with its own identifier and those of the masters that show it: join on these, the locators
are unreliable (hosts, drives and escapes of other workstations).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from provenance import timecode
from provenance.media_paths import base_name, decode_paths
from provenance.model import MediaName, Rate, Span
from provenance.timelines._aaf_objects import Mob, Segment, Slot
from provenance.timelines._gathering import Gathering

_LONGEST_CHAIN: Final = 16
_BRANCHES: Final = 64
_STEPS: Final = 1_000
_PATHS: Final = ("UNC Path", "Source Path", "Source File", "File Path", "Original Path", "Source File Path")
_REELS: Final = ("Tape", "TapeID", "Reel", "Camroll", "Source Tape")
_TAPES: Final = frozenset({"TapeDescriptor", "FilmDescriptor"})
_ZERO: Final = Fraction(0)


@dataclass(slots=True)
class Chain:
    """What was found along a chain: positions of media, the moment in the source's timecode, its reel."""

    media: list[int] = field(default_factory=list)
    moment: Fraction | None = None
    rate: Rate | None = None
    name: str = ""


class Sources:
    """The masters and sources of a file."""

    def __init__(self, mobs: Iterable[Mob], gathering: Gathering) -> None:
        self._gathering = gathering
        self.mobs = {mob.umid: mob for mob in mobs if mob.umid}
        self._slots = {(mob.umid, slot.number): slot for mob in self.mobs.values() for slot in mob.slots}
        self._above: dict[str, list[Mob]] = {}
        self._lines: dict[int, tuple[list[int], list[Segment]]] = {}
        for mob in self.mobs.values():
            for shown in _shown_by(mob):
                self._above.setdefault(shown, []).append(mob)

    def gather(self) -> None:
        """Every file that the AAF names, whether used or not."""
        for mob in self.mobs.values():
            if _is_file(mob) or self._is_lone(mob):
                self._medium(mob)

    def follow(self, umid: str, number: int, moment: Fraction) -> Chain:
        """What a source clip shows: `moment` is in seconds from the start of that slot of that mob."""
        chain = Chain()
        waiting = [(umid, number, moment, 0)]
        seen: set[tuple[str, int]] = set()
        while waiting and len(seen) < _BRANCHES:
            umid, number, moment, depth = waiting.pop()
            mob = self.mobs.get(umid)
            if mob is None or (umid, number) in seen or depth > _LONGEST_CHAIN:
                continue
            seen.add((umid, number))
            self._visit(mob, number, moment, chain)
            slot = self._slots.get((umid, number))
            if slot is not None:
                onward = self.shown_at(slot.segment, slot.rate, moment)
                waiting += ((*one, depth + 1) for one in reversed(onward))
        return chain

    def _visit(self, mob: Mob, number: int, moment: Fraction, chain: Chain) -> None:
        chain.name = chain.name or mob.name
        if _is_file(mob) or self._is_lone(mob):
            at = self._medium(mob)
            if at not in chain.media:
                chain.media.append(at)
        told = _timecode(mob, number)
        if told is not None:
            start, chain.rate = told
            chain.moment = start + moment

    def _is_lone(self, mob: Mob) -> bool:
        """True for a master whose sources are not in the file: its own word is all there is."""
        return mob.kind == "master" and not any(umid in self.mobs for umid in _shown_by(mob))

    def _medium(self, mob: Mob) -> int:
        return self._gathering.medium(mob.umid, lambda: self._told(mob))

    def _told(self, mob: Mob) -> MediaName:
        masters = self._masters(mob)
        comments = {name: text for one in (mob, *masters) for name, text in reversed(one.comments)}
        # A path in a clip's comments is that of the file it was made from: the end of the chain, or the only file.
        imported = not _is_import(mob) and any(map(_is_import, self._below(mob)))
        written = () if imported else tuple(comments[name] for name in _PATHS if comments.get(name))
        paths = decode_paths(*mob.locators, *written)
        reel = next((one.name for one in self._below(mob) if one.descriptor in _TAPES), "")
        reel = reel or next((comments[name] for name in _REELS if comments.get(name)), "")
        start, rate, length = self._extent(mob)
        return MediaName(
            name=base_name(paths[0]) if paths else mob.name,
            paths=paths,
            reel=reel,
            umids=tuple(dict.fromkeys(one.umid for one in (mob, *masters))),
            available=Span(start, start + length) if start is not None and length else None,
            rate=rate,
        )

    def _masters(self, mob: Mob) -> list[Mob]:
        """The masters that show a source, through whatever lies between."""
        found, waiting, seen = [], [mob], {mob.umid}
        while waiting and len(seen) < _BRANCHES:
            for above in self._above.get(waiting.pop().umid, ()):
                if above.umid not in seen and above.kind != "composition":
                    seen.add(above.umid)
                    waiting.append(above)
                    if above.kind == "master":
                        found.append(above)
        return found

    def _below(self, mob: Mob) -> list[Mob]:
        """The sources that a source was made from, nearest first."""
        found, waiting, seen = [], [mob], {mob.umid}
        while waiting and len(seen) < _BRANCHES:
            for umid in _shown_by(waiting.pop(0)):
                below = self.mobs.get(umid)
                if below is not None and umid not in seen:
                    seen.add(umid)
                    found.append(below)
                    waiting.append(below)
        return found

    def _extent(self, mob: Mob) -> tuple[Fraction | None, Rate | None, Fraction]:
        """Where a file begins in its timecode, its rate, and how long it is."""
        content = next((slot for slot in mob.slots if slot.segment.timecode is None and slot.segment.length > 0), None)
        if content is None:
            return None, None, _ZERO
        chain = Chain()
        for umid, number, moment, depth in _walk(self, mob.umid, content.number):
            found = self.mobs.get(umid)
            told = _timecode(found, number) if found is not None and depth <= _LONGEST_CHAIN else None
            if told is not None:
                chain.moment, chain.rate = told[0] + moment, told[1]
        rate = chain.rate or Rate(content.rate)
        return chain.moment, rate, content.segment.length / content.rate

    def shown_at(self, segment: Segment, rate: Fraction, moment: Fraction) -> list[tuple[str, int, Fraction]]:
        """What a slot shows at a moment: mobs, slots and the moments in them; several where it offers a choice."""
        found: list[tuple[str, int, Fraction]] = []
        waiting = [(segment, moment)]
        for _ in range(_STEPS):
            if not waiting or len(found) >= _BRANCHES:
                break
            one, moment = waiting.pop()
            if one.kind == "SourceClip":
                if one.mob:
                    found.append((one.mob, one.slot, one.start / rate + moment))
            elif one.kind == "Sequence":
                waiting += self._component(one, rate, moment)
            else:
                waiting += ((inner, moment) for inner in reversed(one.inner[:_BRANCHES]))
        return found

    def _component(self, sequence: Segment, rate: Fraction, moment: Fraction) -> list[tuple[Segment, Fraction]]:
        """The component of a sequence that lies at a moment, and the moment in it; the last one beyond the end."""
        if id(sequence) not in self._lines:
            self._lines[id(sequence)] = _line(sequence)
        begins, components = self._lines[id(sequence)]
        at = max(0, bisect_right(begins, moment * rate) - 1)
        return [(components[at], moment - begins[at] / rate)] if components else []

    def slot(self, umid: str, number: int) -> Slot | None:
        """One slot of one mob."""
        return self._slots.get((umid, number))


def _is_file(mob: Mob) -> bool:
    return mob.kind == "source" and mob.descriptor not in _TAPES and bool(mob.locators or mob.descriptor)


def _is_import(mob: Mob) -> bool:
    return mob.descriptor == "ImportDescriptor"


def _walk(sources: Sources, umid: str, number: int) -> Iterable[tuple[str, int, Fraction, int]]:
    """The chain below a slot from its start, one way only."""
    moment, depth = _ZERO, 0
    seen: set[tuple[str, int]] = set()
    while (umid, number) not in seen and depth <= _LONGEST_CHAIN:
        seen.add((umid, number))
        yield umid, number, moment, depth
        slot = sources.slot(umid, number)
        onward = [] if slot is None else sources.shown_at(slot.segment, slot.rate, moment)
        if not onward:
            return
        umid, number, moment = onward[0]
        depth += 1


def _shown_by(mob: Mob) -> list[str]:
    """Identifiers of the mobs that a mob shows, each once."""
    found: dict[str, None] = {}
    waiting = [slot.segment for slot in mob.slots]
    while waiting:
        segment = waiting.pop()
        if segment.mob:
            found[segment.mob] = None
        waiting += segment.inner
    return list(found)


def _line(sequence: Segment) -> tuple[list[int], list[Segment]]:
    """The components of a sequence that show something, and the edit units at which they begin."""
    begins: list[int] = []
    components: list[Segment] = []
    begin = 0
    for component in sequence.inner:
        if component.kind == "Transition":
            begin -= component.length
            continue
        if component.kind != "Filler":
            begins.append(begin)
            components.append(component)
        begin += component.length
    return begins, components


def _timecode(mob: Mob, number: int) -> tuple[Fraction, Rate] | None:
    """Where the timecode of a mob begins, in seconds, beside the slot of that number; None where it has none."""
    beside = next((slot.rate for slot in mob.slots if slot.number == number), None)
    for slot in mob.slots:
        told = primary_timecode(slot.segment)
        if told is not None and told[1] > 0:
            start, fps, drop = told
            same = beside is not None and timecode.timebase(slot.rate) == fps
            rate = slot.rate if same or timecode.timebase(slot.rate) == fps else Fraction(fps)
            return start / rate, Rate(rate, drop and timecode.can_drop(rate))
    return None


def primary_timecode(segment: Segment) -> tuple[int, int, bool] | None:
    """The timecode that a slot holds, of a sequence the first."""
    if segment.kind == "Sequence":
        return next((one.timecode for one in segment.inner if one.timecode), None)
    return segment.timecode
