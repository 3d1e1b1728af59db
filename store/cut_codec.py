"""How timelines and projects look in the ledger and in the database: plain JSON values, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from provenance.model import (
    Clip,
    Cut,
    Fault,
    Identifier,
    MediaName,
    ProjectFile,
    Rate,
    Render,
    Span,
    Track,
)

Json = dict[str, Any]


def put_project(project: ProjectFile) -> Json:
    """A read timeline or project file as JSON."""
    return {
        "format": project.format,
        "complete": project.complete,
        "media": [_put_media(one) for one in project.media],
        "cuts": [_put_cut(one) for one in project.cuts],
        "renders": [[list(one.paths), list(one.media), one.cut, one.name] for one in project.renders],
        "faults": [[one.reader, one.code, one.text] for one in project.faults],
    }


def get_project(told: Mapping[str, Any]) -> ProjectFile:
    """The project behind `put_project`."""
    return ProjectFile(
        told["format"],
        tuple(_get_media(one) for one in told["media"]),
        tuple(_get_cut(one) for one in told["cuts"]),
        tuple(Render(tuple(paths), tuple(media), cut, name) for paths, media, cut, name in told["renders"]),
        tuple(Fault(*one) for one in told["faults"]),
        told["complete"],
    )


def _put_media(media: MediaName) -> Json:
    told: Json = {"name": media.name, "paths": list(media.paths)}
    if media.reel:
        told["reel"] = media.reel
    if media.umids:
        told["umids"] = list(media.umids)
    if media.identifiers:
        told["identifiers"] = [[one.scheme, one.value] for one in media.identifiers]
    if media.available is not None:
        told["available"] = _put_span(media.available)
    if media.rate is not None:
        told["rate"] = _put_rate(media.rate)
    if media.size:
        told["size"] = media.size
    return told


def _get_media(told: Mapping[str, Any]) -> MediaName:
    return MediaName(
        told["name"], tuple(told["paths"]), told.get("reel", ""), tuple(told.get("umids", ())),
        tuple(Identifier(scheme, value) for scheme, value in told.get("identifiers", ())),
        _get_span(told.get("available")), _get_rate(told.get("rate")), told.get("size", 0),
    )  # fmt: skip


def _put_cut(cut: Cut) -> Json:
    told: Json = {
        "name": cut.name, "rate": _put_rate(cut.rate), "start": str(cut.start),
        "clips": [_put_clip(one) for one in cut.clips],
    }  # fmt: skip
    if not cut.top:
        told["top"] = False
    return told


def _get_cut(told: Mapping[str, Any]) -> Cut:
    rate = _get_rate(told["rate"])
    assert rate is not None
    clips = tuple(_get_clip(one) for one in told["clips"])
    return Cut(told["name"], rate, Fraction(told["start"]), clips, told.get("top", True))


def _put_clip(clip: Clip) -> list[Any]:
    source = None if clip.source is None else _put_span(clip.source)
    return [
        clip.number, clip.name, clip.track.value, clip.label, _put_span(clip.record), source, list(clip.media),
        clip.cut, clip.kind, clip.enabled, clip.note,
    ]  # fmt: skip


def _get_clip(told: Sequence[Any]) -> Clip:
    number, name, track, label, record, source, media, cut, kind, enabled, note = told
    span = _get_span(record)
    assert span is not None
    return Clip(number, name, Track(track), label, span, _get_span(source), tuple(media), cut, kind, enabled, note)


def _put_span(span: Span) -> list[str]:
    return [str(span.start), str(span.end)]


def _get_span(told: Sequence[str] | None) -> Span | None:
    return None if told is None else Span(Fraction(told[0]), Fraction(told[1]))


def _put_rate(rate: Rate) -> list[Any]:
    return [str(rate.fps), rate.drop]


def _get_rate(told: Sequence[Any] | None) -> Rate | None:
    return None if told is None else Rate(Fraction(told[0]), told[1])
