"""ExifTool's tags as marks: texts through the table of generators, cameras through the ranks of capture.

Tags come grouped by where they stood (family 1: ``PNG``, ``IFD0``, ``XMP-iptcExt``, ``Keys``, ``CBOR``). Of what is
said inside content credentials only AI counts, because exiftool validates nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from provenance.marks import Statement, recognise
from provenance.model import Mark, Origin, Strength, bounded
from provenance.readers._av_capture import captured, named_devices
from provenance.readers._camera import Shot, judge_shot

Tags = Mapping[str, object]
"""Values by ``Group:Name``, as exiftool -j -G1 -struct gives them."""

TEXTS: Final = 5_000
_TEXT_LIMIT: Final = 8 << 20
_DEPTH: Final = 6
_CREDENTIALS: Final = frozenset({"CBOR", "JUMBF", "JSON"})
_OF_THE_FILE: Final = frozenset({"ExifTool", "System", "File", "Composite"})
"""Groups that say nothing from inside the file: its name, its dates, what exiftool computed."""
_OTHER_NAMES: Final = {"SourceURL": "WOAS", "WebPageURL": "url", "Caption-Abstract": "description"}
_MOVIE_GROUPS: Final = ("Keys", "UserData", "ItemList", "QuickTime", "Track1", "Sony", "MIE")
_MOVIE_NAMES: Final = {
    "Make": "make", "Model": "model", "AndroidMake": "com.android.manufacturer",
    "AndroidManufacturer": "com.android.manufacturer", "AndroidModel": "com.android.model",
}  # fmt: skip
_USER_TEXT: Final = re.compile(r"\((?P<key>[^()]{1,200})\) (?P<text>.*)", re.DOTALL)
_NUMBER: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(?:/(\d{1,9}(?:\.\d{1,9})?))?(?: mm)?")
_EXPOSURE: Final = ("ExposureTime", "FNumber", "ISO", "FocalLength")
_SOURCES: Final = {"Film Scanner": 1.0, "Reflection Print Scanner": 2.0, "Digital Camera": 3.0}
_NOT_CHECKED: Final = ("note", "said somewhere in the credentials: exiftool tells neither depth nor validity")
_FACTS: Final = {"camera_make": "Make", "camera_model": "Model", "lens": "LensModel", "software": "Software"}


def marks_of(tags: Tags, reader: str, version: str, exiftool: str) -> tuple[Mark, ...]:
    """The marks in the tags of one file. Args: exiftool is its own version, kept in each mark."""
    asked = ("exiftool", exiftool)
    found = [
        Mark(reader, version, place, said.key, said.value, said.signature.origin, said.signature.strength,
             (*said.signature.detail, asked))
        for place, said in _statements(tags)
    ]  # fmt: skip
    found += [replace(mark, detail=(*mark.detail, asked)) for mark in _captures(tags, reader, version)]
    return tuple(found)


def facts_of(tags: Tags) -> dict[str, str | int | float]:
    """Camera, lens and software, for people and search."""
    named = {name.rpartition(":")[2]: value for name, value in reversed(list(tags.items()))}
    return {ours: bounded(str(named[name]), 200) for ours, name in _FACTS.items() if named.get(name)}


def _statements(tags: Tags) -> Iterator[tuple[str, Statement]]:
    for group, texts in _by_group(tags).items():
        if group in _CREDENTIALS:
            yield from _admissions(group, texts)
            continue
        for said in recognise(texts):
            yield f"exiftool:{group}", said


def _admissions(group: str, texts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Statement]]:
    """What credentials say of AI. The place is that of credentials, so that no second witness is counted."""
    for said in recognise([pair for pair in texts if pair[0].casefold() == "digitalsourcetype"]):
        if said.signature.origin is not None and said.signature.origin.is_ai:
            # AI at an unknown depth is AI in a part, at least; our own reader of credentials knows more.
            detail = (*said.signature.detail, _NOT_CHECKED)
            signature = replace(said.signature, origin=Origin.AI_COMPOSITE, detail=detail)
            yield f"c2pa:exiftool/{group}", replace(said, signature=signature)


def _by_group(tags: Tags) -> dict[str, list[tuple[str, str]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for number, (group, key, text) in enumerate(_texts(tags)):
        if number >= TEXTS:
            break
        groups.setdefault(group, []).append((key, text))
    if samsung := {key: text for key, text in groups.get("Samsung", []) if key in _EDITED}:
        # exiftool takes the JSON apart; the table knows it whole.
        said = {_EDITED[key]: int(text) if text.isdecimal() else text for key, text in samsung.items()}
        groups["Samsung"].append(("PEg_Info", json.dumps(said)))
    return groups


_EDITED: Final = {"GenImageVersion": "genImageVersion", "ConnectorType": "connectorType", "GenAIType": "genAIType"}


def _texts(tags: Tags) -> Iterator[tuple[str, str, str]]:
    """(group, key, text) of every value, those inside structures too."""
    for name, value in tags.items():
        group, _, tag = name.rpartition(":")
        if group and group not in _OF_THE_FILE:
            for key, text in _flat(_OTHER_NAMES.get(tag, tag), value, _DEPTH):
                own = _USER_TEXT.fullmatch(text) if key == "UserDefinedText" else None
                yield (group, own["key"], own["text"]) if own else (group, key, text)


def _flat(key: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and depth:
        for name, inner in value.items():
            yield from _flat(str(name), inner, depth - 1)
    elif isinstance(value, list) and depth:
        for inner in value:
            yield from _flat(key, inner, depth - 1)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield key, str(value)[:_TEXT_LIMIT]


def _captures(tags: Tags, reader: str, version: str) -> Iterator[Mark]:
    shot = _shot(tags)
    if found := judge_shot(shot) if shot.texts else None:
        yield Mark(reader, version, "exiftool:IFD0", found.key, bounded(found.value), Origin.CAPTURED,
                   min(found.strength, Strength.DECLARED), found.detail)  # fmt: skip
    devices = {
        key: (f"exiftool:{group}", str(tags[f"{group}:{name}"]))
        for group in reversed(_MOVIE_GROUPS)
        for name, key in _MOVIE_NAMES.items()
        if f"{group}:{name}" in tags
    }
    for device in named_devices(devices):
        yield captured(reader, version, device)


def _shot(tags: Tags) -> Shot:
    texts = {name: str(tags[f"IFD0:{name}"]) for name in ("Make", "Model", "Software") if f"IFD0:{name}" in tags}
    if (taken := tags.get("ExifIFD:DateTimeOriginal")) and texts:
        texts["DateTimeOriginal"] = str(taken)
    numbers = {name: _number(tags.get(f"ExifIFD:{name}")) for name in _EXPOSURE}
    source = _SOURCES.get(str(tags.get("ExifIFD:FileSource")))
    return Shot(texts, {name: number for name, number in {**numbers, "FileSource": source}.items() if number})


def _number(value: object) -> float | None:
    match = _NUMBER.fullmatch(str(value)) if value is not None else None
    if match is None:
        return None
    below = float(match[2]) if match[2] else 1.0
    return float(match[1]) / below if below else None
