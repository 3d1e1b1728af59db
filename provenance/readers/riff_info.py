"""WAV, BWF, RF64 and AVI: who recorded or mixed it (bext, iXML, dText), INFO texts, tags and labels.

EBU Tech 3285 (bext), EBU Tech 3306 (RF64), iXML specification 2.10, Exif 2.32 section 5 (audio files).
A recorder's signature is capture; a workstation's says that it was made there, by people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from provenance.containers import id3, riff
from provenance.containers.inflate import TEXT_LIMIT
from provenance.containers.riff import Chunk
from provenance.containers.span import lie, read_up_to
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.model import Fault, Mark, Origin, Reading, Strength, bounded
from provenance.readers._av_capture import Evidence, captured, named_devices
from provenance.readers._av_text import NamedText, text_marks
from provenance.readers._faults import as_fault, opened
from provenance.readers._sound_makers import recorder_of, workstation_of
from provenance.readers._xmp_packet import parse_xml

NAME: Final = "riff_info"
VERSION: Final = "1"

_FORMS: Final = frozenset({b"WAVE", b"AVI "})
_TEXTS: Final = 2_000
_HELD: Final = 32 << 20
_BEXT: Final = 602
_XML_LIMIT: Final = 4 << 20
_LISTS: Final = frozenset({b"INFO", b"hdrl", b"exif", b"ncdt", b"hydt"})
_CAMERA_PROGRAMS: Final = re.compile(
    r"(CanonMVI\d{2}|NIKON [A-Z]\w*.{0,20}|OLYMPUS.{0,30}|PENTAX.{0,30}|FUJIFILM.{0,30}|SONY DSC.{0,20}"
    r"|KODAK.{0,30}CAMERA.{0,20}|Panasonic.{0,30}|CASIO.{0,30}|SANYO.{0,30}|Minolta.{0,30})"
)
"""ISFT of cameras that record AVI, as a whole."""
_SLATE: Final = ("SCENE", "TAKE", "TAPE")
_FACTS: Final = {"ISFT": "software", "INAM": "title", "IART": "author", "ICRD": "date", "IDIT": "date"}


@dataclass(slots=True)
class _Found:
    texts: list[NamedText] = field(default_factory=list)
    bext: bytes = b""
    ixml: bytes = b""
    held: int = 0

    def keep(self, place: str, key: str, text: str) -> None:
        """Adds a text. Raises UnreadableMedia where there are too many or too long ones."""
        self.held += len(text)
        if len(self.texts) >= _TEXTS or self.held > _HELD:
            raise lie("riff.too_much", f"more than {_TEXTS} texts or {_HELD} characters")
        if text:
            self.texts.append(NamedText(place, key, text))


def accepts(path: Path, head: bytes) -> bool:
    """True for sound and video in RIFF, by the first bytes."""
    return riff.form_of(head) in _FORMS


def read(source: Source) -> Reading:
    """Marks of recorders, workstations, cameras and generators. Raises UnreadableMedia where it cannot be opened."""
    found, faults = _Found(), list[Fault]()
    with opened(source.path) as file:
        if riff.form_of(read_up_to(file, 0, 12)) not in _FORMS:
            return Reading()
        try:
            for chunk in riff.chunks(file):
                _chunk(file, chunk, found, 0)
        except UnreadableMedia as error:
            faults.append(as_fault(NAME, error, "riff.unreadable"))
    slate = _slate(found.ixml, faults)
    marks = [
        *text_marks(NAME, VERSION, found.texts),
        *_originator(found, slate),
        *(captured(NAME, VERSION, each) for each in _cameras(found.texts)),
    ]
    return Reading(marks=tuple(marks), faults=tuple(faults), facts=_facts(found, slate))


def _chunk(file: BinaryIO, chunk: Chunk, found: _Found, depth: int) -> None:
    if chunk.kind == b"LIST" and chunk.form in _LISTS and depth < 3:
        place = "riff:LIST/" + chunk.form.decode()
        for member in riff.members(file, chunk):
            if member.kind == b"LIST":
                _chunk(file, member, found, depth + 1)
            elif chunk.form != b"hdrl" or member.kind in (b"IDIT", b"ISFT"):
                found.keep(place, member.kind.decode("latin-1"), _text(file, member, TEXT_LIMIT))
    elif chunk.kind == b"bext":
        found.bext = read_up_to(file, chunk.span.offset, min(chunk.span.length, 1 << 16))
    elif chunk.kind == b"iXML":
        found.ixml = read_up_to(file, chunk.span.offset, min(chunk.span.length, _XML_LIMIT))
    elif chunk.kind in (b"id3 ", b"ID3 "):
        for text in id3.texts(file, chunk.span.offset):
            found.keep("riff:id3", text.name or text.frame, text.value)
    elif chunk.kind in (b"AIGC", b"IDIT"):
        found.keep("riff", chunk.kind.decode(), _text(file, chunk, TEXT_LIMIT))


def _text(file: BinaryIO, chunk: Chunk, limit: int) -> str:
    data = read_up_to(file, chunk.span.offset, min(chunk.span.length, limit)).split(b"\0")[0]
    try:
        return data.decode().strip()
    except UnicodeDecodeError:
        return data.decode("latin-1").strip()


def _originator(found: _Found, slate: dict[str, str]) -> Iterator[Mark]:
    """What bext and iXML say: a recorder, a workstation, or a slate that only hints at a recorder."""
    originator = _field(found.bext, 256, 32)
    reference, history = _field(found.bext, 288, 32), _field(found.bext, _BEXT, 4_000)
    description = _field(found.bext, 0, 256)
    extra = tuple((name, text) for name, text in (("reference", reference), *slate.items()) if text)
    recorder, workstation = recorder_of(originator), workstation_of(originator)
    if workstation is not None:
        detail = (("tool", workstation), *extra)
        yield Mark(NAME, VERSION, "riff:bext", "Originator", originator, Origin.HUMAN_MADE,
                   Strength.TOOL_SIGNATURE, detail)  # fmt: skip
    elif recorder is not None:
        detail = (("rank", "C2"), ("recorder", f"{recorder}: {originator}"), *extra)
        yield Mark(NAME, VERSION, "riff:bext", "Originator", originator, Origin.CAPTURED,
                   Strength.TOOL_SIGNATURE, detail)  # fmt: skip
    elif all(slate.get(name.lower()) for name in _SLATE) or _is_dtext(description):
        sure = bool(slate.get("timecode") and history and originator)
        strength = Strength.TOOL_SIGNATURE if sure else Strength.HEURISTIC
        detail = (("rank", "C2" if sure else "C1"), ("recorder", originator or "not named"), *extra)
        place, value = ("riff:iXML", slate.get("scene", "")) if slate else ("riff:bext", description)
        yield Mark(NAME, VERSION, place, "SCENE, TAKE, TAPE", bounded(value), Origin.CAPTURED, strength, detail)


def _is_dtext(description: str) -> bool:
    """True for the lines that field recorders keep in Description: ``sSCENE=...``, ``sTAKE=...``, ``sTAPE=...``."""
    return all(re.search(rf"(?:^|[\r\n])[sdz]?{name}=\S", description) for name in _SLATE)


def _field(data: bytes, offset: int, length: int) -> str:
    return data[offset : offset + length].split(b"\0")[0].decode("utf-8", "replace").strip()


def _slate(ixml: bytes, faults: list[Fault]) -> dict[str, str]:
    """Project, scene, take and tape of iXML, and its timecode rate; empty where there is none."""
    data = ixml.rstrip(b"\0 \r\n\t")
    if not data:
        return {}
    try:
        root = parse_xml(data)
    except UnreadableMedia as error:
        fault = as_fault(NAME, error, "riff.ixml")
        faults.append(Fault(NAME, "riff.ixml", f"the iXML chunk: {fault.text}"))
        return {}
    names = {"project": "PROJECT", "scene": "SCENE", "take": "TAKE", "tape": "TAPE", "timecode": "SPEED/TIMECODE_RATE"}
    said = {ours: (root.findtext(theirs) or "").strip() for ours, theirs in names.items()}
    return {name: bounded(text, 200) for name, text in said.items() if text}


def _cameras(texts: list[NamedText]) -> Iterator[Evidence]:
    """Cameras that record AVI, and EXIF of sound that a camera recorded (`ecor`, `emdl`)."""
    for each in texts:
        if each.key == "ISFT" and (match := _CAMERA_PROGRAMS.fullmatch(each.text)):
            yield Evidence(each.place, "ISFT", match[1], "C2", match[1], Strength.TOOL_SIGNATURE)
    names = {"ecor": "make", "emdl": "model"}
    values = {names[each.key]: (each.place, each.text) for each in reversed(texts) if each.key in names}
    yield from named_devices(values)


def _facts(found: _Found, slate: dict[str, str]) -> dict[str, str | int | float]:
    facts: dict[str, str | int | float] = {}
    for each in found.texts:
        if each.key in _FACTS:
            facts.setdefault(_FACTS[each.key], bounded(each.text, 200))
    originator = _field(found.bext, 256, 32)
    if originator:
        facts["originator"] = originator
    return facts | {name: slate[name] for name in ("scene", "take", "tape") if name in slate}
