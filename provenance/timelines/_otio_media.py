"""Media references of OpenTimelineIO: files, image sequences, generators, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from provenance.media_paths import base_name, decode_paths, is_relative, join_sequence
from provenance.model import MediaName, Rate, Span
from provenance.timelines._gathering import Gathering
from provenance.timelines._otio_json import Facts, Node, Range, facts, schema, text

_DEFAULT: Final = "DEFAULT_MEDIA"
_MOST_REFERENCES: Final = 32


@dataclass(frozen=True, slots=True)
class Shown:
    """What a clip shows: its kind, the media it offers (the active first), the active reference itself."""

    kind: str
    media: tuple[int, ...] = ()
    available: Range | None = None
    name: str = ""


def shown(clip: Node, gathering: Gathering, bundle: str) -> Shown:
    """What a clip shows. Media are gathered; `bundle` is the folder that relative paths count from, or empty."""
    references = _references(clip)
    if not references:
        return Shown("missing", _nameless(clip, gathering))
    active = references[0]
    available = active.get("available_range")
    span = available if isinstance(available, Range) else None
    if schema(active) == "GeneratorReference":
        return Shown(_kind(active), (), span, text(active, "name") or text(active, "generator_kind"))
    media = [_medium(one, clip, gathering, bundle) for one in references]
    found = tuple(dict.fromkeys(at for at in media if at is not None))
    if media[0] is None or not gathering.told(media[0]).paths:
        return Shown("missing", found or _nameless(clip, gathering), span)
    return Shown("media", found, span)


def _references(clip: Node) -> list[Node]:
    """The media references of a clip, the active one first: one in Clip.1, several by key in Clip.2."""
    several = clip.get("media_references")
    if not isinstance(several, dict):
        one = clip.get("media_reference")
        return [one] if isinstance(one, dict) else []
    key = text(clip, "active_media_reference_key") or _DEFAULT
    named = dict(list(several.items())[:_MOST_REFERENCES])
    ordered = [several.get(key), *(one for name, one in named.items() if name != key)]
    return [one for one in ordered if isinstance(one, dict)]


def _medium(reference: Node, clip: Node, gathering: Gathering, bundle: str) -> int | None:
    """The position of a file or an image sequence; None for what is neither."""
    kind = schema(reference)
    if kind == "ExternalReference":
        written = text(reference, "target_url")
    elif kind == "ImageSequenceReference":
        padding = reference.get("frame_zero_padding")
        written = join_sequence(
            text(reference, "target_url_base"),
            text(reference, "name_prefix"),
            padding if isinstance(padding, int) else 0,
            text(reference, "name_suffix"),
        )
    else:
        if kind != "MissingReference":
            gathering.fault("unknown_reference", f"clip {text(clip, 'name')!r}: a reference of kind {kind[:40]!r}")
        return None
    own, around = facts(reference), facts(clip)
    key = (written, own, around.reel, text(clip, "name") if not written else "")
    return gathering.medium(key, lambda: _told(reference, clip, written, own, around, bundle))


def _told(reference: Node, clip: Node, written: str, own: Facts, around: Facts, bundle: str) -> MediaName:
    paths = decode_paths(written, *own.paths, *around.paths)
    if bundle and paths and is_relative(paths[0]):
        paths = (f"{bundle}/{paths[0]}", *paths)
    name = base_name(paths[0]) if paths else text(reference, "name") or text(clip, "name")
    available: Any = reference.get("available_range")
    span, rate = None, None
    if isinstance(available, Range):
        span = Span(available.start, available.start + available.duration)
        rate = Rate(available.fps)
    umids = tuple(dict.fromkeys((*own.umids, *around.umids)))
    return MediaName(name, paths, own.reel or around.reel, umids, available=span, rate=rate)


def _nameless(clip: Node, gathering: Gathering) -> tuple[int, ...]:
    """A medium of which only the clip's name (and perhaps its reel) is told."""
    name, around = text(clip, "name"), facts(clip)
    if not name and around == Facts():
        return ()
    return (
        gathering.medium(
            ("", name, around), lambda: MediaName(name, decode_paths(*around.paths), around.reel, around.umids)
        ),
    )


def _kind(reference: Node) -> str:
    words = f"{text(reference, 'generator_kind')} {text(reference, 'name')}".lower()
    if "adjust" in words:
        return "adjustment"
    return "title" if "text" in words or "title" in words or "graphic" in words else "generator"
