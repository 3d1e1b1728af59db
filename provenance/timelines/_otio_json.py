"""OpenTimelineIO's JSON, read without its library: within bounds, old schemas too, times exact, metadata boiled down.

Every object says its schema and version (``Clip.2``); what matters here has kept its names through all of them
(https://opentimelineio.readthedocs.io/en/stable/tutorials/otio-file-format-specification.html).
"""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from provenance import timecode
from provenance.containers.span import lie
from provenance.digest import open_media
from provenance.errors import UnreadableMedia
from provenance.timelines._opening import whole

LARGEST: Final = 64 << 20
"""Bytes of a document: about 27,000 clips."""
CONTENT: Final = "content.otio"
_FINEST: Final = 1_000_000
_MOST_VALUE: Final = 10**15
_NODES: Final = 400
_FOUND: Final = 16
_REELS: Final = frozenset({"reel", "reel name", "reel_name", "reelname", "tape", "tape name", "tapename", "cameraroll"})
_PATHS: Final = frozenset({"unc path", "source file", "source file path", "file path", "filepath"})
_UMID: Final = "urn:smpte:umid:"
_DEAD: Final = ("markers", "color", "available_image_bounds")


@dataclass(frozen=True, slots=True)
class Time:
    """A RationalTime: exact seconds, and the rate it was told in."""

    seconds: Fraction
    fps: Fraction


@dataclass(frozen=True, slots=True)
class Range:
    """A TimeRange: where it starts and how long it lasts, in seconds, and the rate of its start."""

    start: Fraction
    duration: Fraction
    fps: Fraction


@dataclass(frozen=True, slots=True)
class Facts:
    """What metadata says that tells media apart."""

    reel: str = ""
    umids: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


class Bad:
    """Stands where a time was that is none."""


Node = dict[str, Any]


def load(path: Path) -> Node:
    """The document of a file, a zipped bundle or a bundle folder.

    Raises UnreadableMedia (``timeline.broken``, ``timeline.too_large``), CouldNotLook.
    """
    data = _document(path)
    try:
        root = json.loads(data, object_hook=_boiled)
    except (ValueError, RecursionError) as error:
        raise lie("timeline.broken", f"it is no JSON ({str(error)[:200] or 'nested without end'})") from error
    if not isinstance(root, dict) or not schema(root):
        raise lie("timeline.broken", "it is JSON and no OpenTimelineIO document")
    return root


def schema(node: object) -> str:
    """The name of an object's schema without its version; empty where it is none."""
    found = node.get("OTIO_SCHEMA") if isinstance(node, dict) else None
    return found.partition(".")[0] if isinstance(found, str) else ""


def text(node: Node, key: str) -> str:
    """A text field; empty where it is none."""
    found = node.get(key)
    return found if isinstance(found, str) else ""


def children(node: Node, key: str = "children") -> list[Any]:
    """A list field; empty where it is none."""
    found = node.get(key)
    return found if isinstance(found, list) else []


def facts(node: Node) -> Facts:
    """What the metadata of an object says."""
    found = node.get("metadata")
    return found if isinstance(found, Facts) else Facts()


def _document(path: Path) -> bytes:
    if path.is_dir():
        return whole(path / CONTENT, LARGEST)
    data = whole(path, LARGEST) if not _is_zip(path) else _zipped(path)
    return data.removeprefix(b"\xef\xbb\xbf")


def _is_zip(path: Path) -> bool:
    with open_media(path) as file:
        return file.read(4) == b"PK\3\4"


def _zipped(path: Path) -> bytes:
    """The document inside a zip, unpacked within bounds."""
    try:
        with open_media(path) as file, zipfile.ZipFile(file) as bundle, bundle.open(CONTENT) as content:
            data = content.read(LARGEST + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, RuntimeError, ValueError) as error:
        raise lie("timeline.broken", f"the bundle has no readable {CONTENT} ({error})") from error
    except NotImplementedError as error:
        raise lie("timeline.broken", f"the bundle is packed in a way unknown here ({error})") from error
    if len(data) > LARGEST:
        raise lie("timeline.too_large", f"its {CONTENT} is more than {LARGEST >> 20} MiB: export the cut alone")
    return data


def _boiled(node: Node) -> object:
    """An object as it is kept: times as values, metadata as facts, the rest as it is."""
    kind = node.get("OTIO_SCHEMA")
    if not isinstance(kind, str):
        return node
    name = kind.partition(".")[0]
    if name == "RationalTime":
        return _time(node)
    if name == "TimeRange":
        return _range(node)
    for key in _DEAD:
        node.pop(key, None)
    if "metadata" in node:
        node["metadata"] = _facts(node["metadata"])
    return node


def _time(node: Node) -> Time | Bad:
    value, rate = node.get("value"), node.get("rate")
    try:
        fps = _fps(rate)
        return Time(timecode.seconds_of(_exact(value), fps), fps)
    except (UnreadableMedia, ValueError, OverflowError):
        return Bad()


def _range(node: Node) -> Range | Bad:
    start, duration = node.get("start_time"), node.get("duration")
    if not isinstance(duration, Time) or isinstance(start, Bad) or duration.seconds < 0:
        return Bad()
    if not isinstance(start, Time):
        return Range(Fraction(0), duration.seconds, duration.fps)
    return Range(start.seconds, duration.seconds, start.fps)


def _exact(value: object) -> int | Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_MOST_VALUE < value < _MOST_VALUE:
        raise ValueError
    whole = int(value)
    return whole if whole == value else Fraction(value).limit_denominator(_FINEST)


def _fps(rate: object) -> Fraction:
    """A rate, known by its number: a document has few, and repeats them in every time."""
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < _FINEST:
        raise ValueError
    return _rate(float(rate))


@lru_cache(maxsize=64)
def _rate(rate: float) -> Fraction:
    return timecode.parse_rate(f"{rate:.9f}")


def _facts(metadata: object) -> Facts:
    reels: list[str] = []
    umids: list[str] = []
    paths: list[str] = []
    waiting = [("", metadata)]
    for _ in range(_NODES):
        if not waiting:
            break
        key, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend((name.lower(), inner) for name, inner in list(value.items())[:_NODES])
        elif isinstance(value, list):
            waiting.extend((key, inner) for inner in value[:_FOUND])
        elif isinstance(value, str) and value:
            _sort(key, value, reels, umids, paths)
    return Facts(reels[-1] if reels else "", tuple(dict.fromkeys(umids))[:_FOUND], tuple(paths[:_FOUND]))


def _sort(key: str, value: str, reels: list[str], umids: list[str], paths: list[str]) -> None:
    if value.startswith(_UMID):
        digits = value[len(_UMID) :].replace(".", "").lower()
        if len(digits) == 64 and digits.strip("0"):
            umids.append(digits)
    elif key in _REELS and len(value) <= 256:
        reels.append(value)
    elif key in _PATHS and ("/" in value or "\\" in value):
        paths.append(value)
