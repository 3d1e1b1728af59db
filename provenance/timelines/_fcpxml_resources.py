"""What FCPXML tells at its beginning and refers to by id: assets, formats, effects, compound clips and multicams.

https://developer.apple.com/documentation/professional-video-applications/fcpxml-reference . Up to 1.8 an asset has its
file in ``src``, since 1.9 in ``media-rep``, the original and perhaps a proxy.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final
from xml.etree.ElementTree import Element

from provenance import timecode
from provenance.errors import UnreadableMedia
from provenance.media_paths import base_name, decode_paths, is_relative
from provenance.model import Identifier, MediaName, Rate, Span
from provenance.timelines._gathering import Gathering

DROPPED: Final = frozenset({
    "filter-video", "filter-video-mask", "filter-audio", "param", "marker", "chapter-marker", "rating", "keyword",
    "analysis-marker", "text", "text-style-def", "audio-channel-source", "audio-role-source", "mute", "object-tracker",
    "data", "reserved", "bookmark", "array", "smart-collection", "keyword-collection", "collection-folder", "locator",
    "adjust-crop", "adjust-corners", "adjust-conform", "adjust-transform", "adjust-blend", "adjust-stabilization",
    "adjust-rollingShutter", "adjust-360-transform", "adjust-reorient", "adjust-orientation", "adjust-cinematic",
    "adjust-loudness", "adjust-noiseReduction", "adjust-humReduction", "adjust-EQ", "adjust-matchEQ", "adjust-volume",
    "adjust-panner", "adjust-colorConform", "adjust-stereo-3D", "adjust-voiceIsolation", "hidden-clip-marker",
})  # fmt: skip
"""Elements that show no media: effects, keywords, markers, positions, levels."""
_REELS: Final = ("com.apple.proapps.studio.reel", "com.apple.proapps.studio.cameraName")
_ZERO: Final = Fraction(0)


class Resources:
    """The resources of a document by their ids.

    Args:
        root: of the document; gathering: where media go; bundle: folder that relative paths count from, or empty.
    """

    def __init__(self, root: Element, gathering: Gathering, bundle: str) -> None:
        self._gathering = gathering
        self._bundle = bundle
        self._all = {one.get("id", ""): one for one in root.iterfind("resources/*")}
        self._media: dict[str, tuple[int, MediaName]] = {}
        for asset in root.iterfind("resources/asset"):
            self.medium(asset.get("id", ""))

    def get(self, reference: str) -> Element | None:
        """A resource; None where no such id is told."""
        return self._all.get(reference)

    def kind(self, reference: str) -> str:
        """Element name of a resource; empty where there is none."""
        found = self._all.get(reference)
        return "" if found is None else found.tag

    def medium(self, reference: str) -> tuple[int, MediaName] | None:
        """The position of an asset and what it is; None where the id is none of an asset."""
        if reference not in self._media:
            asset = self._all.get(reference)
            if asset is None or asset.tag != "asset":
                return None
            told = self._told(asset)
            self._media[reference] = self._gathering.medium(reference, lambda: told), told
        return self._media[reference]

    def rate(self, element: Element) -> Rate | None:
        """The rate of what has a format; None where that tells none (stills, variable rates)."""
        chosen = self._all.get(element.get("format", ""))
        frame = None if chosen is None else chosen.get("frameDuration")
        try:
            seconds = timecode.parse_seconds(frame) if frame else _ZERO
        except UnreadableMedia:
            return None
        if not 0 < seconds <= 3_600:
            return None
        fps = 1 / seconds
        return Rate(fps, element.get("tcFormat") == "DF" and timecode.can_drop(fps))

    def time(self, element: Element, name: str, default: Fraction = _ZERO) -> Fraction:
        """A time in an attribute; the default where there is none, and where it cannot be read, with a fault."""
        text = element.get(name)
        if text is None:
            return default
        try:
            return timecode.parse_seconds(text)
        except UnreadableMedia:
            what = f"{element.tag} {element.get('name', '')!r}"
            self._gathering.fault("unreadable_time", f"{what}: {name} is {text[:40]!r}, no time")
            return default

    def _told(self, asset: Element) -> MediaName:
        files = sorted(asset.iterfind("media-rep"), key=lambda one: one.get("kind", "") != "original-media")
        written = [one.get("src", "") for one in (asset, *files)]
        paths = decode_paths(*(one for one in written if one))
        if self._bundle:
            inside = tuple(f"{self._bundle}/{path}" for path in paths if is_relative(path))
            paths = inside + paths
        start, duration = self.time(asset, "start"), self.time(asset, "duration")
        uid = asset.get("uid", "")
        return MediaName(
            name=base_name(paths[0]) if paths else asset.get("name", ""),
            paths=paths,
            reel=reel_of(asset),
            identifiers=(Identifier("fcpx.uid", uid),) if uid else (),
            available=Span(start, start + duration) if duration > 0 else None,
            rate=self.rate(asset),
        )


def reel_of(element: Element) -> str:
    """The reel that metadata below tells; metadata are boiled down to it when they are read."""
    found = element.find("metadata")
    return "" if found is None else found.get("reel", "")


def boil_metadata(element: Element) -> None:
    """Keeps of metadata the reel alone, as an attribute."""
    told = {one.get("key", ""): one.get("value", "") for one in element.iterfind("md")}
    reel = next((told[key] for key in _REELS if told.get(key)), "")
    if reel:
        element.set("reel", reel)
