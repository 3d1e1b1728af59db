"""Final Cut Pro 7 XML (xmeml 4 and 5), as Premiere, Resolve, Hiero and others write it.

Tracks are read one after the other and let go, so that a long timeline costs little memory. `start` and `end` are
frames of the sequence, `in` and `out` frames of the clip; -1 stands for the edge of the transition beside it, and then
`in` and `out` hold the handle that the transition shows
(https://developer.apple.com/library/archive/documentation/AppleApplications/Reference/FinalCutPro_XML/).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from provenance import timecode
from provenance.containers.span import lie
from provenance.model import Clip, MediaName, ProjectFile, Rate, Span, Track
from provenance.timelines._fcp7_items import Frames, Item, Line, Sequence, item_of, medium_of, placed, rate_of, start_of
from provenance.timelines._gathering import Gathering, clip
from provenance.timelines._recognition import FCP7_XML, recognise
from provenance.timelines._xml import Plan, elements, said

NAME: Final = FCP7_XML
VERSION: Final = "1"

_DROPPED: Final = frozenset({
    "link", "labels", "logginginfo", "colorinfo", "samplecharacteristics", "format", "marker", "keyframe", "codec",
    "appspecificdata", "itemhistory", "comments", "sourcetrack", "outputs", "filmdata", "metadata", "timelinemetadata",
})  # fmt: skip
_ITEMS: Final = ("clipitem", "generatoritem", "transitionitem")
_KEPT: Final = frozenset({"file", "filter", "track", "sequence", "clip", "multiclip"})
_PLAN: Final = Plan(wanted=_KEPT.union(_ITEMS, {"xmeml"}), emptied=_KEPT, removed=frozenset(_ITEMS), dropped=_DROPPED)
_ASSUMED: Final = Rate(Fraction(25))


def accepts(path: Path, head: bytes) -> bool:
    """True for documents whose root is ``xmeml``."""
    return recognise(path, head) == NAME


def read(path: Path) -> ProjectFile:
    """Raises UnreadableMedia, CouldNotLook."""
    document = _Document()
    version = ""
    for element, parent in elements(path, _PLAN):
        version = document.take(element, parent) or version
    return document.project(version)


@dataclass(frozen=True, slots=True)
class _File:
    """Of a medium: the timecode at which it begins in seconds, and what makes it where it is no file."""

    start: Fraction
    source: str = ""


class _Document:
    """What was read so far: sequences and media by their ids, tracks of sequences that have not ended yet."""

    def __init__(self) -> None:
        self._gathering = Gathering(NAME)
        self._sequences: dict[str, Sequence] = {}
        self._tracks: dict[Element, list[Item]] = {}
        self._files: dict[str, _File] = {}
        self._angles: dict[str, str] = {}
        self._nested: set[str] = set()
        self._unnamed = 0

    def take(self, element: Element, parent: Element | None) -> str:
        """One element that has ended; of the root, its version."""
        if element.tag == "xmeml":
            return f"FCP7 XML {element.get('version', '')}".strip()
        if element.tag in _ITEMS:
            self._take_item(element, parent)
        else:
            _TAKERS[element.tag](self, element)
        return ""

    def take_file(self, element: Element) -> None:
        """A medium: the first mention of an id tells what it is, later ones only repeat the id."""
        key = self._key(element)
        if len(element) == 0:
            return
        rate = rate_of(element)
        start = start_of(element, rate)
        medium = medium_of(element, rate, start)
        if not medium.paths and said(element, "mediaSource"):
            self._files.setdefault(key, _File(start, said(element, "mediaSource")))
            return
        at = self._gathering.medium(key, lambda: medium)
        if medium.paths and not self._gathering.told(at).paths:
            self._gathering.tell(at, medium)
        self._files.setdefault(key, _File(start))

    def take_filter(self, element: Element) -> None:
        """Of all effects only a change of speed matters: it is kept in the attributes."""
        effect = element.find("effect")
        if effect is None or said(effect, "effectid").lower() != "timeremap":
            return
        told = {said(one, "parameterid"): said(one, "value") for one in effect.iterfind("parameter")}
        variable = told.get("variablespeed", "0").upper() in ("1", "TRUE")
        reverse = told.get("reverse", "").upper() == "TRUE"
        element.set("speed", "variable" if variable else ("-" if reverse else "") + told.get("speed", ""))

    def take_clip(self, element: Element) -> None:
        """A clip in a bin, or an angle's: only its media count."""
        keys = [self._key(file) for file in element.iterfind("file")]
        for track in element.iter("track"):
            keys += (key for item in self._tracks.pop(track, ()) for key in item.files)
        element.set("files", "\n".join(dict.fromkeys(keys)))

    def take_multiclip(self, element: Element) -> None:
        """A multicam: the active angles are used, the others only present."""
        key = element.get("id", "")
        active: list[str] = []
        for angle in element.iterfind("angle"):
            if "TRUE" in (said(angle, "activevideoangle").upper(), said(angle, "activeaudioangle").upper()):
                active += (one.get("files", "") for one in angle.iterfind("clip"))
                active += (self._key(one) for one in angle.iterfind("file"))
        files = "\n".join(one for one in active if one) or self._angles.get(key, "")
        self._angles.setdefault(key, files)
        element.set("files", files)

    def _take_item(self, element: Element, track: Element | None) -> None:
        """An item of a track, boiled down at once: a track may hold tens of thousands."""
        sequence, file = element.find("sequence"), element.find("file")
        keys = ("" if one is None else self._key(one) for one in (sequence, file))
        item = item_of(element, *keys)
        if item.sequence:
            self._nested.add(item.sequence)
        if track is not None:
            self._tracks.setdefault(track, []).append(item)

    def take_track(self, element: Element) -> None:
        """A track that has ended: its items are known, and whether it is switched on."""
        element.set("enabled", said(element, "enabled").upper() or "TRUE")

    def take_sequence(self, element: Element) -> None:
        """A sequence whose tracks have all been read; a mention by id alone tells nothing."""
        key = self._key(element)
        if len(element) == 0 or key in self._sequences:
            return
        rate = rate_of(element)
        lines = []
        for kind, name in ((Track.VIDEO, "video"), (Track.AUDIO, "audio")):
            for number, track in enumerate(element.iterfind(f"media/{name}/track"), 1):
                enabled = track.get("enabled") != "FALSE"
                lines.append(Line(kind, f"{name[0].upper()}{number}", enabled, self._tracks.pop(track, [])))
        self._sequences[key] = Sequence(said(element, "name"), rate, start_of(element, rate), lines)

    def _key(self, element: Element) -> str:
        """The id of an element; one without gets its own."""
        if "id" not in element.attrib:
            self._unnamed += 1
            element.set("id", f"\0{self._unnamed}")
        return element.attrib["id"]

    def project(self, version: str) -> ProjectFile:
        """Everything, once the document has ended."""
        if not version:
            raise lie("timeline.broken", "no xmeml element is around it")
        for key, sequence in self._sequences.items():
            self._gathering.name_cut(key, sequence.name)
        for key, sequence in self._sequences.items():
            self._cut(key, sequence)
        return self._gathering.project(version)

    def _cut(self, key: str, sequence: Sequence) -> None:
        name = self._gathering.name_cut(key, sequence.name)
        rate = sequence.rate
        if rate is None:
            rate = _ASSUMED
            self._gathering.fault("rate_assumed", f"cut {name!r} tells no frame rate: 25 is taken")
        clips = [
            self._clip(item, _span(sequence.start, start, end, rate.fps), rate, line, name)
            for line in sequence.lines
            for item, start, end in placed(line.items)
        ]
        self._gathering.cut(name, rate, sequence.start, clips, top=key not in self._nested)

    def _clip(self, item: Item, record: Span, rate: Rate, line: Line, cut_name: str) -> Clip:
        where = f"clip {item.name!r} on {line.label} of {cut_name!r}"
        if item.faults:
            self._gathering.fault("unreadable_time", f"{where}: {'; '.join(item.faults)}")
        what, media, cut = self._shown(item, where)
        source = self._source(item, rate)
        enabled = line.enabled and item.enabled
        return clip(
            item.name, line.kind, line.label, record,
            source=source, media=media, cut=cut, kind=what, enabled=enabled, note=item.note,
        )  # fmt: skip

    def _shown(self, item: Item, where: str) -> tuple[str, tuple[int, ...], str]:
        """Kind, media and nested cut of an item."""
        if item.sequence:
            if item.sequence in self._sequences:
                return "cut", (), self._gathering.name_cut(item.sequence, "")
            self._gathering.fault("missing_cut", f"{where}: the sequence {item.sequence!r} is nowhere told")
            return "missing", (), ""
        if item.kind != "media":
            return item.kind, (), ""
        source = next((self._files[key].source for key in item.files if key in self._files), "")
        if source:
            return _kind_of_source(source), (), ""
        media = tuple(self._gathering.medium(key, lambda: MediaName(item.name)) for key in item.files)
        if not media or not any(self._gathering.told(at).paths for at in media):
            self._gathering.fault("missing_media", f"{where}: no file is told")
            media = media or (self._gathering.medium(("", item.name), lambda: MediaName(item.name)),)
            return "missing", media, ""
        return "media", media, ""

    def _source(self, item: Item, rate: Rate) -> Span | None:
        """Which part of the medium is shown, in its own timecode; None where a change of speed hides it."""
        if item.source is None or item.speed is None or item.kind != "media":
            return None
        fps = (item.rate or rate).fps
        begin = Fraction(0)
        if item.sequence in self._sequences:
            begin = self._sequences[item.sequence].start
        elif item.files and item.files[0] in self._files:
            begin = self._files[item.files[0]].start
        first, last = item.source if item.speed == 1 else (frames * item.speed for frames in item.source)
        return _span(begin, first, last, fps)


_TAKERS: Final = {
    "file": _Document.take_file,
    "filter": _Document.take_filter,
    "clip": _Document.take_clip,
    "multiclip": _Document.take_multiclip,
    "track": _Document.take_track,
    "sequence": _Document.take_sequence,
}


def _span(begin: Fraction, first: Frames, last: Frames, fps: Fraction) -> Span:
    start, end = timecode.seconds_of(first, fps), timecode.seconds_of(last, fps)
    return Span(begin + start, begin + end) if begin else Span(start, end)


def _kind_of_source(source: str) -> str:
    low = source.lower()
    if "adjust" in low:
        return "adjustment"
    return "title" if "graphic" in low or "title" in low or "text" in low else "generator"
