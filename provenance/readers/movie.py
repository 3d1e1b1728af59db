"""Clips in ISO base media files (MP4, MOV, M4A, 3GP): what generators, cameras, phones and editors wrote into the
movie's metadata, wherever it lies.

QuickTime File Format Specification; ISO/IEC 14496-12. The encoder (Lavf, x264, Core Media) is never evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from provenance.containers import bmff
from provenance.containers.movie_metadata import Metadata, read_metadata
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.media_type import sniffed
from provenance.model import Fault, Mark, Origin, Reading, Strength, bounded
from provenance.readers._av_capture import Evidence, android_rate, captured, named_devices
from provenance.readers._av_text import NamedText, text_marks
from provenance.readers._camera_xml import parse_device
from provenance.readers._faults import as_fault, opened
from provenance.readers._movie_makers import device_evidence, makers_evidence

NAME: Final = "movie"
VERSION: Final = "1"

_KINDS: Final = ("video/", "audio/mp4")
_SCREEN: Final = re.compile(r"ReplayKitRecording")
_VOICE_MEMO: Final = re.compile(r"com\.apple\.VoiceMemos(?: \(.{1,100}\))?")
_DJI: Final = re.compile(r"DJI ?[A-Z][\w +-]{1,40}")
_NOTE: Final = re.compile(
    r"(?:NIKON|OLYMPUS|PENTAX|KODAK|CASIO|FUJIFILM|MINOLTA|SANYO|RICOH|SAMSUNG) DIGITAL (?:STILL )?CAMERA"
    r"|GoPro(?: \w.{0,40})?"
)
_SIGNED: Final = (
    ("\xa9too", _VOICE_MEMO, "Apple Voice Memos"),
    ("com.apple.quicktime.software", _VOICE_MEMO, "Apple Voice Memos"),
    ("\xa9too", _DJI, ""),
    ("encoder", _DJI, ""),
    ("\xa9fmt", _NOTE, ""),
    ("\xa9inf", _NOTE, ""),
)
"""Recorders and cameras that sign under another name than make and model: key, the whole value, device."""
_XML_KEYS: Final = frozenset({"com.panasonic.semi-pro.metadata.xml"})
_FACTS: Final = {
    "com.apple.quicktime.software": "software", "©swr": "software", "©too": "encoder", "encoder": "encoder",
    "com.apple.quicktime.creationdate": "date", "com.apple.quicktime.make": "camera_make", "©mak": "camera_make",
    "com.apple.quicktime.model": "camera_model", "©mod": "camera_model", "com.android.version": "android_version",
    "com.android.manufacturer": "camera_make", "com.android.model": "camera_model",
    "com.arri.camera.cameramodel": "camera_model", "com.apple.quicktime.camera.lens_model": "lens",
}  # fmt: skip

Values = dict[str, tuple[str, str]]
"""(place, text) by key in lower case; of several the first."""


def accepts(path: Path, head: bytes) -> bool:
    """True for clips and recordings of this family; its stills have readers of their own."""
    return bmff.is_bmff(head) and sniffed(head).startswith(_KINDS)


def read(source: Source) -> Reading:
    """Marks of generators and cameras, and plain facts. Raises UnreadableMedia where it cannot be opened."""
    with opened(source.path) as file:
        return read_clip(file)


def read_clip(file: BinaryIO) -> Reading:
    """The reading of an open clip: only headers and metadata are touched, whatever its size."""
    found, faults, evidence = Metadata(), list[Fault](), list[Evidence]()
    try:
        read_metadata(file, found)
    except UnreadableMedia as error:
        faults.append(as_fault(NAME, error, "movie.unreadable"))
    try:
        for each in makers_evidence(file, found):
            evidence.append(each)
    except UnreadableMedia as error:
        faults.append(as_fault(NAME, error, "movie.unreadable"))
    faults += [_cut(entry.key) for entry in found.entries if entry.cut]
    values: Values = {}
    for entry in found.entries:
        values.setdefault(entry.key.lower(), (entry.place, entry.text.strip()))
    texts = (NamedText(entry.place, entry.key, entry.text) for entry in found.entries if not entry.cut)
    evidence = [*named_devices(values), *android_rate(values), *_programs(values), *_documents(values), *evidence]
    marks = [*text_marks(NAME, VERSION, texts), *(captured(NAME, VERSION, each) for each in evidence)]
    return Reading(marks=(*marks, *_screens(values)), faults=tuple(faults), facts=_facts(values))


def _programs(values: Values) -> Iterator[Evidence]:
    """Devices that sign as the encoder or in a note, each by its whole value."""
    for key, pattern, device in _SIGNED:
        place, text = values.get(key, ("", ""))
        if pattern.fullmatch(text):
            yield Evidence(place, key, text, "C2", device or text, Strength.TOOL_SIGNATURE)


def _documents(values: Values) -> Iterator[Evidence]:
    """Camera XML that stands as the value of a key."""
    for key in _XML_KEYS & values.keys():
        place, text = values[key]
        try:
            device = parse_device(text.encode("utf-8", "replace"))
        except UnreadableMedia:
            continue
        if device is not None:
            yield from device_evidence(place, key, device)


def _screens(values: Values) -> Iterator[Mark]:
    """Recordings of an iPhone's or iPad's screen: they show anything."""
    key = "com.apple.quicktime.author"
    place, text = values.get(key, ("", ""))
    if _SCREEN.fullmatch(text):
        detail = (("source_type", "screenCapture"),)
        yield Mark(NAME, VERSION, place, key, text, Origin.MAYBE_AI, Strength.TOOL_SIGNATURE, detail)


def _facts(values: Values) -> dict[str, str | int | float]:
    facts: dict[str, str | int | float] = {}
    for key, name in _FACTS.items():
        if values.get(key, ("", ""))[1]:
            facts.setdefault(name, bounded(values[key][1], 200))
    return facts


def _cut(key: str) -> Fault:
    return Fault(NAME, "movie.too_long", f"the text {bounded(key, 80)!r} is longer than any prompt; it was not read")
