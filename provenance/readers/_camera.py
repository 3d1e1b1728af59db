"""How much a camera's record is worth: the ranks of capture, the sanity of names, scanners, computation.

Rank C2 needs a sane make and model, and one of: a measured exposure, a maker's note of that maker with the time
of the shot, unprocessed sensor data. Everything else is C1: a hint that decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from provenance.model import Strength

_NAME_LIMIT: Final = 64
_NOT_CAMERAS: Final = frozenset({"ideogram ai", "aphrodite ai", "canva"})
_SCANNERS: Final = re.compile(
    r"scan|perfection|\bsp-?(?:1500|2000|2500|3000)\b|\bhr\d{3}\b|noritsu|\bqss-?\d|frontier|opticfilm|flextight"
    r"|imacon|\bgt-x?\d|primefilm|reflecta|plustek|pakon|microtek|\bls-?(?:30|40|50|[2458]000)\b|duoscan",
    re.IGNORECASE,
)
"""Names of film scanners, flatbeds and minilabs, some of which claim FileSource 3 (digital camera)."""
_SCAN_SOFTWARE: Final = re.compile(
    r"(?:VueScan|SilverFast|EPSON Scan|FDi V|EZ Controller|Nikon Scan|hp scanner|FlexColor|CanoScan)\b", re.IGNORECASE
)
"""Programs that only scan, at the start of Software."""
_EXPOSURE: Final = ("ExposureTime", "FNumber", "ISO", "FocalLength", "ShutterSpeedValue", "ApertureValue")
_NOTES: Final = (
    (b"Apple iOS\0", re.compile("apple", re.IGNORECASE)),
    (b"Nikon\0", re.compile("nikon", re.IGNORECASE)),
    (b"SONY ", re.compile("sony|hasselblad", re.IGNORECASE)),
    (b"Panasonic\0", re.compile("panasonic|leica", re.IGNORECASE)),
    (b"OLYMPUS\0", re.compile("olympus|om digital", re.IGNORECASE)),
    (b"PENTAX \0", re.compile("pentax|asahi|ricoh|samsung", re.IGNORECASE)),
    (b"SIGMA\0", re.compile("sigma", re.IGNORECASE)),
)
"""Beginnings of notes that only these makers write. Others lend theirs to whoever builds for them."""
_NOTE_SIZE: Final = 8
_MERGED: Final = frozenset({2, 3, 4, 6, 7, 8})
"""Apple's values of CustomRendered: several exposures became one, or depth was computed."""
_DATE: Final = re.compile(r"[12]\d{3}[:-]\d{2}[:-]\d{2}")


@dataclass(frozen=True, slots=True)
class Shot:
    """What EXIF says of one picture: texts and numbers by field name, the first bytes of the maker's note,
    whether the file holds unprocessed sensor data."""

    texts: Mapping[str, str]
    numbers: Mapping[str, float]
    note: bytes = b""
    raw: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A mark of capture in the making: key, value, strength, details."""

    key: str
    value: str
    strength: Strength
    detail: tuple[tuple[str, str], ...]


def judge_shot(shot: Shot) -> Finding | None:
    """What a record of a camera or scanner is worth, or None where it is none."""
    make, model = shot.texts.get("Make", "").strip(), shot.texts.get("Model", "").strip()
    camera = f"{make} {model}".strip()
    if found := _scan(shot, camera, model):
        return found
    names = [name for name in (make, model) if name]
    if not names or not all(is_sane(name) for name in names):
        return None
    if foreign := _foreign_note(shot.note, make):
        why = ("note", f"the maker's note is by {foreign}")
        return Finding("Make, Model", camera, Strength.HEURISTIC, (("rank", "C1"), ("camera", camera), why))
    how = _evidence(shot) if len(names) == 2 else ""
    if not how:
        return Finding("Make, Model", camera, Strength.HEURISTIC, (("rank", "C1"), ("camera", camera)))
    detail = (("rank", "C2"), ("camera", camera), *_computed(shot, make))
    return Finding(f"Make, Model, {how}", camera, Strength.DECLARED, detail)


def is_sane(name: str) -> bool:
    """True for what may be the name of a camera: generators put graphs and their own names there."""
    low = name.strip().lower()
    return (
        0 < len(low) <= _NAME_LIMIT
        and "{" not in low
        and not low.startswith(("workflow:", "prompt:"))
        and low not in _NOT_CAMERAS
        and any(letter.isalnum() for letter in low)
    )


def _scan(shot: Shot, camera: str, model: str) -> Finding | None:
    """A scan is what FileSource calls film or print, or what a scanner's or minilab's name stands on."""
    source = shot.numbers.get("FileSource")
    software = shot.texts.get("Software", "")
    said = source in (1, 2)
    named = is_sane(model) and bool(_SCANNERS.search(camera))
    if not said and not named and not _SCAN_SOFTWARE.match(software):
        return None
    key, value = ("FileSource", str(int(source))) if source and said else ("Make, Model, Software", camera or software)
    detail = (("rank", "C1"), ("digitised", "scan"), ("camera", camera))
    return Finding(key, value, Strength.HEURISTIC, detail)


def _evidence(shot: Shot) -> str:
    """What lifts a sane make and model to C2; empty where nothing does."""
    if any(shot.numbers.get(name) for name in _EXPOSURE):
        return "exposure"
    if shot.raw:
        return "sensor data"
    dated = _DATE.match(shot.texts.get("DateTimeOriginal", ""))
    return "maker's note" if len(shot.note) >= _NOTE_SIZE and dated else ""


def _foreign_note(note: bytes, make: str) -> str:
    """Whose note it is where it cannot be by the maker named; empty where it may be."""
    for start, makers in _NOTES:
        if note.startswith(start) and make and not makers.search(make):
            return start.strip(b"\0 ").decode("ascii")
    return ""


def _computed(shot: Shot, make: str) -> tuple[tuple[str, str], ...]:
    """Phones merge exposures: computational capture, which is capture (IPTC computationalCapture)."""
    merged = make == "Apple" and shot.numbers.get("CustomRendered") in _MERGED
    computed = merged or shot.texts.get("Software", "").startswith("HDR+ ")
    return (("source_type", "computationalCapture"),) if computed else ()
