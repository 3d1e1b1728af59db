"""The one door to pyaaf2: what an AAF holds, as plain values, within bounds. Nothing of the library gets out of here.

AAF Object Specification 1.1 (https://static.amwa.tv/ms-01-aaf-object-spec.pdf). A file is a set of mobs: compositions
(timelines), masters (clips), sources (files, imports, tapes), tied together by source clips that name the next mob.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO, Final

from provenance.containers.span import lie
from provenance.digest import open_media
from provenance.errors import CouldNotLook
from provenance.timelines._aaf_container import check_container

_MOBS: Final = 200_000
_SEGMENTS: Final = 1_000_000
_DEPTH: Final = 40
_COMMENTS: Final = 400
_LOCATORS: Final = 16
_TEXT: Final = 4_096
_LONGEST: Final = 1 << 48
_URN: Final = "urn:smpte:umid:"
_KINDS: Final = {"CompositionMob": "composition", "MasterMob": "master", "SourceMob": "source"}
_INPUTS: Final = {"OperationGroup": "InputSegments", "NestedScope": "Slots", "EssenceGroup": "Choices"}


@dataclass(frozen=True, slots=True)
class Segment:
    """One component of a slot.

    Args:
        kind: name of its class: ``SourceClip``, ``Sequence``, ``Transition``, ``Filler``, ``OperationGroup``, ...
        length: edit units of its slot.
        mob, slot, start: of a source clip, what it shows: an identifier, a slot's number, edit units into it.
        name: of an operation.
        inner: what is in it; of a selector the selected one first, then those that are not shown.
        speed: of an operation, where it tells a constant one.
        timecode: of a timecode: first frame, frames for each second, whether it drops.
    """

    kind: str
    length: int
    mob: str = ""
    slot: int = 0
    start: int = 0
    name: str = ""
    inner: tuple[Segment, ...] = ()
    speed: Fraction | None = None
    timecode: tuple[int, int, bool] | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One track of a mob: what kind of data, its edit rate, its number for people, its content."""

    number: int
    name: str
    data: str
    rate: Fraction
    track: int
    segment: Segment


@dataclass(frozen=True, slots=True)
class Mob:
    """A composition, a clip or a source, with its identifier (64 hex digits), locators and comments."""

    kind: str
    umid: str
    name: str
    usage: str
    slots: tuple[Slot, ...]
    descriptor: str = ""
    locators: tuple[str, ...] = ()
    comments: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()


def mobs_of(path: Path) -> tuple[Mob, ...]:
    """All mobs of an AAF. Raises UnreadableMedia (``timeline.broken``, ``timeline.too_many``), CouldNotLook."""
    try:
        with open_media(path) as file:
            check_container(file)
            found = _gathered(file)
    except CouldNotLook:
        raise
    except _TooMany as error:
        raise lie("timeline.too_many", f"more than {_SEGMENTS} components") from error
    except Exception as error:
        # The library meets bad files with whatever its parts raise: struct, index, key, attribute, recursion errors.
        raise lie(
            "timeline.broken", f"it is no AAF that can be read ({type(error).__name__}: {str(error)[:200]})"
        ) from error
    if len(found) > _MOBS:
        raise lie("timeline.too_many", f"more than {_MOBS} mobs")
    return tuple(found)


def _gathered(file: BinaryIO) -> list[Mob]:
    with _opened(file) as opened:
        reading = _Reading()
        return list(islice((reading.mob(mob) for mob in opened.content.mobs), _MOBS + 1))


class _TooMany(Exception):
    """More components than an honest file has."""


def _opened(file: BinaryIO) -> Any:
    import aaf2
    from aaf2 import cfb, components, types
    from aaf2 import file as opening

    # It speaks through print and the root logger, which would then write on a user's terminal; and what it opens
    # itself stays open where the content is no AAF.
    for module in (cfb, components, types):
        module.print = _unsaid
    cfb.logging = _SILENT
    if not hasattr(cfb.Stream.read, "believes"):
        cfb.Stream.read = _bounded(cfb.Stream.read)
    opening.io = SimpleNamespace(open=_open, BytesIO=io.BytesIO)
    return aaf2.open(file, "r")


def _bounded(read: Callable[..., Any]) -> Callable[..., Any]:
    """Reading that refuses a stream which claims more bytes than it has sectors: the library would take the memory."""

    def bounded(stream: Any, n: int = -1) -> Any:
        if stream.dir.byte_size > len(stream.fat_chain) * stream.sector_size():
            raise ValueError(f"a stream of {stream.dir.byte_size} bytes in {len(stream.fat_chain)} sectors")
        return read(stream, n)

    bounded.believes = read  # type: ignore[attr-defined]
    return bounded


def _open(file: Any, mode: str, buffering: int) -> Any:
    """A file that is open already, as it is; else what the library wants."""
    return io.open(file, mode, buffering=buffering) if isinstance(file, str | os.PathLike) else file  # noqa: UP020


def _unsaid(*_: object, **__: object) -> None:
    pass


_SILENT: Final = SimpleNamespace(debug=_unsaid, info=_unsaid, warning=_unsaid, error=_unsaid)


class _Reading:
    """Turns objects of the library into values and keeps count."""

    def __init__(self) -> None:
        self._count = 0

    def mob(self, mob: Any) -> Mob:
        faults: list[str] = []
        descriptor = _value(mob, "EssenceDescription")
        slots = [slot for one in _listed(mob, "Slots") if (slot := self._slot(one, faults)) is not None]
        return Mob(
            kind=_KINDS.get(_class(mob), ""),
            umid=_umid(_value(mob, "MobID")),
            name=_text(_value(mob, "Name")),
            usage=_text(_value(mob, "UsageCode")),
            slots=tuple(slots),
            descriptor=_class(descriptor) if descriptor is not None else "",
            locators=tuple(_locators(descriptor)),
            comments=tuple(_comments(mob)),
            faults=tuple(faults),
        )

    def _slot(self, slot: Any, faults: list[str]) -> Slot | None:
        if _class(slot) not in ("TimelineMobSlot", "StaticMobSlot", "MobSlot"):
            return None  # events lie on slots of their own: markers, descriptive metadata
        number = _number(_value(slot, "SlotID"))
        try:
            segment = slot.segment
            rate = _fraction(_value(slot, "EditRate"))
            if segment is None or not rate:
                return None
            content = self._segment(segment, 0)
            return Slot(number, _text(_value(slot, "SlotName")), _data(segment), rate, _track(slot), content)
        except _TooMany:
            raise
        except Exception as error:  # one track that cannot be read is a fault, the others still count
            faults.append(f"slot {number}: {type(error).__name__}: {str(error)[:120]}")
            return None

    def _segment(self, segment: Any, depth: int) -> Segment:
        self._count += 1
        if self._count > _SEGMENTS:
            raise _TooMany
        kind, length = _class(segment), _number(_value(segment, "Length"))
        if depth > _DEPTH:
            return Segment("TooDeep", length)
        if kind == "SourceClip":
            mob, start = _umid(_value(segment, "SourceID")), _number(_value(segment, "StartTime"))
            return Segment(kind, length, mob, _number(_value(segment, "SourceMobSlotID")), start)
        if kind == "Timecode":
            told = tuple(_number(_value(segment, name)) for name in ("Start", "FPS"))
            return Segment(kind, length, timecode=(told[0], told[1], bool(_value(segment, "Drop"))))
        inner = tuple(self._segment(one, depth + 1) for one in _inner(segment, kind))
        if kind == "OperationGroup":
            return Segment(kind, length, name=_operation(segment), inner=inner, speed=_speed(segment))
        return Segment(kind, length, inner=inner)


def _inner(segment: Any, kind: str) -> Iterator[Any]:
    if kind == "Sequence":
        yield from _listed(segment, "Components")
    elif kind == "Selector":
        yield _value(segment, "Selected")
        yield from _listed(segment, "Alternates")
    elif kind == "Pulldown":
        yield _value(segment, "InputSegment")
    elif kind in _INPUTS:
        yield from _listed(segment, _INPUTS[kind])


def _class(thing: Any) -> str:
    """The name of a class in AAF: of the library's own, else as the file's dictionary tells it."""
    name = type(thing).__name__
    return name if name != "AAFObject" else _text(getattr(thing.classdef, "class_name", ""))


def _value(thing: Any, name: str) -> Any:
    """The value of a property; None where the object has none of it."""
    found = thing.get(name)
    return None if found is None else found.value


def _listed(thing: Any, name: str) -> Iterator[Any]:
    found = _value(thing, name)
    return iter(()) if found is None else iter(found)


def _number(value: Any) -> int:
    return value if isinstance(value, int) and -_LONGEST < value < _LONGEST else 0


def _fraction(value: Any) -> Fraction:
    """An edit rate; zero for what is none. The library's own fractions are not reduced and may have a zero below."""
    numerator, denominator = (getattr(value, name, 0) for name in ("numerator", "denominator"))
    usable = isinstance(numerator, int) and isinstance(denominator, int) and numerator > 0 and denominator > 0
    return Fraction(numerator, denominator) if usable else Fraction(0)


def _text(value: Any) -> str:
    return value[:_TEXT].rstrip("\0") if isinstance(value, str) else ""


def _umid(value: Any) -> str:
    """An identifier as hex digits; empty for none and for zero."""
    digits = str(value).removeprefix(_URN).replace(".", "").lower() if value is not None else ""
    return digits if len(digits) == 64 and digits.strip("0") else ""


def _data(segment: Any) -> str:
    with suppress(Exception):  # a kind of data that its dictionary does not define
        return _text(segment.media_kind)
    return ""


def _track(slot: Any) -> int:
    return _number(_value(slot, "PhysicalTrackNumber"))


def _operation(segment: Any) -> str:
    with suppress(Exception):  # an operation that its dictionary does not define
        return _text(segment.operation.name)
    return ""


def _speed(segment: Any) -> Fraction | None:
    """The constant speed of a motion effect, where a parameter tells it."""
    with suppress(Exception):  # parameters of plug-ins have types of their own
        for parameter in islice(_listed(segment, "Parameters"), 64):
            if _class(parameter) == "ConstantValue" and "SpeedRatio" in _text(parameter.name):
                value = parameter.value
                return Fraction(value.numerator, value.denominator) if value else None
    return None


def _locators(descriptor: Any) -> Iterator[str]:
    if descriptor is None:
        return
    with suppress(Exception):  # a locator of a kind of its own
        for locator in islice(_listed(descriptor, "Locator"), _LOCATORS):
            url = _text(_value(locator, "URLString") or _value(locator, "LocatorName"))
            if url:
                yield url


def _comments(mob: Any) -> Iterator[tuple[str, str]]:
    with suppress(Exception):  # a value of a kind of its own
        for tagged in islice(_listed(mob, "UserComments"), _COMMENTS):
            name, value = _text(tagged.name), tagged.value
            if name and isinstance(value, str):
                yield name, _text(value)
