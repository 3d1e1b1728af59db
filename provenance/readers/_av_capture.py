"""What cameras and recorders write into clips, and how far it can be believed (ranks C1 and C2).

C2, which decides: make and model, both sane, or a structure that only a maker's cameras write. C1, a hint: one of
the two, or a computer that records its own screen under the same keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from provenance.model import Mark, Origin, Strength, bounded
from provenance.readers._camera import is_sane

_COMPUTER: Final = re.compile(r"(?:iMac|Mac|VirtualMac|Apple Vision)\w*(?:[ ,\d].*)?", re.IGNORECASE)
"""QuickTime Player writes make and model of the computer into recordings of its screen."""
_NUMBER: Final = re.compile(r"\d{1,4}(?:\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Names:
    """Keys (lower case) under which one family of devices names its maker and model; `maker` where only one
    maker uses them."""

    family: str
    make: str
    model: str
    maker: str = ""


FAMILIES: Final[tuple[Names, ...]] = (
    Names("QuickTime keys", "com.apple.quicktime.make", "com.apple.quicktime.model"),
    Names("QuickTime user data", "©mak", "©mod"),
    Names("Android keys", "com.android.manufacturer", "com.android.model"),
    Names("user data", "manu", "modl"),
    Names("ARRI keys", "", "com.arri.camera.cameramodel", "ARRI"),
    Names("Blackmagic RAW keys", "manufacturer", "camera_type"),
    Names("Blackmagic keys", "", "com.blackmagic-design.camera.cameratype", "Blackmagic Design"),
    Names("plain keys", "make", "model"),
)
"""Pairs of keys; `plain keys` are what remuxing leaves of the others."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing a device wrote: where, under which key, what, its rank, and the device's name."""

    place: str
    key: str
    value: str
    rank: str
    camera: str
    strength: Strength = Strength.DECLARED
    note: str = ""


def named_devices(values: Mapping[str, tuple[str, str]]) -> Iterator[Evidence]:
    """Devices named in pairs of keys. Args: values are (place, text) by key in lower case."""
    for names in FAMILIES:
        place, make = values.get(names.make, ("", names.maker)) if names.make else ("", names.maker)
        place_of_model, model = values.get(names.model, ("", ""))
        found = [text for text in (make, model) if text.strip() and text != names.maker]
        if not found or not all(is_sane(text) for text in found):
            continue
        camera = " ".join(text.strip() for text in (make, model) if text.strip())
        key = ", ".join(name for name in (names.make, names.model) if name and values.get(name))
        where = place or place_of_model
        if not (make.strip() and model.strip()):
            yield Evidence(where, key, camera, "C1", camera, Strength.HEURISTIC)
        elif make.strip().lower() == "apple" and _COMPUTER.fullmatch(model.strip()):
            note = "a computer: it may have recorded its camera or its screen"
            yield Evidence(where, key, camera, "C1", camera, Strength.HEURISTIC, note)
        else:
            yield Evidence(where, key, camera, "C2", camera)


def android_rate(values: Mapping[str, tuple[str, str]]) -> Iterator[Evidence]:
    """`com.android.capture.fps`: written by Android's recorder for its cameras, not by what only muxes."""
    place, rate = values.get("com.android.capture.fps", ("", ""))
    if _NUMBER.fullmatch(rate):
        yield Evidence(place, "com.android.capture.fps", rate, "C2", "Android device", Strength.TOOL_SIGNATURE)


def captured(reader: str, version: str, found: Evidence) -> Mark:
    """The mark of a piece of evidence."""
    note = (("note", found.note),) if found.note else ()
    detail = (("rank", found.rank), ("camera", bounded(found.camera, 200)), *note)
    place, value = found.place, bounded(found.value)
    return Mark(reader, version, place, found.key, value, Origin.CAPTURED, found.strength, detail)
