"""FCPXML, versions 1.0 to 1.13, and its bundle .fcpxmld (a folder with ``Info.fcpxml``).

Compound clips and the angles of multicams are cuts of their own; what lies in an event is only present. Of an audition
the first choice is used (https://developer.apple.com/documentation/professional-video-applications/fcpxml-reference).
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from provenance.containers.span import lie
from provenance.model import ProjectFile, Rate
from provenance.timelines._fcpxml_resources import DROPPED, Resources, boil_metadata
from provenance.timelines._fcpxml_story import Place, Story
from provenance.timelines._fcpxml_time import Clock
from provenance.timelines._gathering import Gathering
from provenance.timelines._recognition import FCPXML, recognise
from provenance.timelines._xml import Plan, elements

NAME: Final = FCPXML
VERSION: Final = "1"

CONTENT: Final = "Info.fcpxml"
_PLAN: Final = Plan(frozenset({"metadata", "fcpxml"}), emptied=frozenset({"metadata"}), dropped=DROPPED)
_CUTS: Final = ("sequence", "multicam")
_ASSUMED: Final = Fraction(24)


def accepts(path: Path, head: bytes) -> bool:
    """True for documents whose root is ``fcpxml``, and for bundles by name."""
    return recognise(path, head) == NAME


def read(path: Path) -> ProjectFile:
    """Raises UnreadableMedia, CouldNotLook."""
    bundle = path.name if path.is_dir() else ""
    root = None
    for element, _ in elements(path / CONTENT if bundle else path, _PLAN):
        if element.tag == "metadata":
            boil_metadata(element)
        elif element.tag == "fcpxml":
            root = element
    if root is None:
        raise lie("timeline.broken", "no fcpxml element is around it")
    return _Document(root, bundle).project()


class _Document:
    """One document: its resources first, then every sequence in it."""

    def __init__(self, root: Element, bundle: str) -> None:
        self._root = root
        self._gathering = Gathering(NAME)
        self._resources = Resources(root, self._gathering, bundle)

    def project(self) -> ProjectFile:
        """Everything in it."""
        projects = [
            (holder.get("name", ""), holder.find("sequence"))
            for holder in self._root.iter("project")
            if holder.find("sequence") is not None
        ]
        projects += (("", one) for one in self._root.iterfind("sequence"))
        for name, sequence in projects:
            assert sequence is not None  # the list above holds only those that have one
            self._cut(id(sequence), name or "sequence", sequence, sequence.find("spine"), top=True)
        shown = set() if projects else self._in_events()
        for media in self._root.iterfind("resources/media"):
            self._media(media, top=media.get("id", "") in shown)
        return self._gathering.project(f"FCPXML {self._root.get('version', '')}".strip())

    def _in_events(self) -> set[str]:
        """Compound clips that lie open in an event: what was exported where no project was."""
        holders = [self._root, *self._root.iter("event")]
        return {one.get("ref", "") for holder in holders for one in holder if one.tag in ("ref-clip", "mc-clip")}

    def _media(self, media: Element, *, top: bool) -> None:
        """A compound clip, or each angle of a multicam."""
        reference, name = media.get("id", ""), media.get("name", "")
        sequence, multicam = (media.find(tag) for tag in _CUTS)
        if sequence is not None:
            self._cut((reference, ""), name, sequence, sequence.find("spine"), top=top)
        for number, angle in enumerate(() if multicam is None else multicam.iterfind("mc-angle")):
            key = (reference, angle.get("angleID", ""))
            assert multicam is not None  # it has angles
            self._cut(key, _angle_name(name, angle, number), multicam, angle, top=top and not number)

    def _cut(self, key: object, name: str, timed: Element, line: Element | None, *, top: bool) -> None:
        """A cut out of one storyline; `timed` tells its rate and where its timecode begins."""
        name = self._gathering.name_cut(key, name)
        rate = self._resources.rate(timed)
        if rate is None:
            rate = Rate(_ASSUMED)
            self._gathering.fault("rate_assumed", f"cut {name!r} tells no frame rate: {_ASSUMED} is taken")
        start = self._resources.time(timed, "tcStart")
        story = Story(self._resources, self._gathering, self._nested, name, 1 / rate.fps)
        if line is not None:
            story.line(line, Place(Clock(Fraction(0)), start))
        self._gathering.cut(name, rate, start, story.clips, top=top)

    def _nested(self, item: Element, angle: str) -> str:
        """The name of the cut that a ref-clip or an angle of an mc-clip shows; of no angle, the first."""
        reference = item.get("ref", "")
        media = self._resources.get(reference)
        if media is None or media.tag != "media":
            return ""
        name = media.get("name", "")
        if item.tag == "ref-clip":
            return self._gathering.name_cut((reference, ""), name) if media.find("sequence") is not None else ""
        for number, one in enumerate(media.iterfind("multicam/mc-angle")):
            told = one.get("angleID", "")
            if told == angle or not angle:
                return self._gathering.name_cut((reference, told), _angle_name(name, one, number))
        return ""


def _angle_name(name: str, angle: Element, number: int) -> str:
    return f"{name}, angle {angle.get('name') or number + 1}"
