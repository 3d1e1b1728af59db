"""Boxes in clips that only the cameras of one maker write: Canon, GoPro, DJI, Nikon, Fujifilm, Sony, Panasonic,
Blackmagic, Insta360, and the note of older compact cameras.

Kinds and layouts as ExifTool documents them (https://exiftool.org/TagNames/QuickTime.html, GoPro.html), and
https://github.com/gopro/gpmf-parser for GPMF.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from provenance.containers.bmff import boxes
from provenance.containers.movie_metadata import Metadata, Part
from provenance.containers.span import read_up_to, size_of
from provenance.errors import UnreadableMedia
from provenance.model import Strength
from provenance.readers._av_capture import Evidence
from provenance.readers._camera import is_sane
from provenance.readers._camera_xml import XML_LIMIT, Device, parse_device

_CODECS: Final = {
    b"gpmd": "GoPro", b"fdsc": "GoPro", b"djmd": "DJI", b"dbgi": "DJI",
    b"brst": "Blackmagic RAW", b"brhq": "Blackmagic RAW", b"brxq": "Blackmagic RAW", b"brlt": "Blackmagic RAW",
    b"brvn": "Blackmagic RAW", b"brs2": "Blackmagic RAW", b"brxh": "Blackmagic RAW", b"CRAW": "Canon RAW",
    b"aprn": "ProRes RAW", b"aprh": "ProRes RAW",
}  # fmt: skip
"""Sample entries of tracks that only cameras and the recorders on their outputs write."""
_CANON_UUID: Final = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_NOTES: Final = re.compile(
    r"(EASTMAN KODAK COMPANY|KONICA MINOLTA DIGITAL CAMERA|MINOLTA DIGITAL CAMERA|NIKON DIGITAL CAMERA"
    r"|OLYMPUS DIGITAL CAMERA|PENTAX (?:DIGITAL CAMERA|[KQMX]\S{0,20})|SAMSUNG DIGIMAX"
    r"|SANYO DIGITAL CAMERA|RICOH DIGITAL CAMERA"
    r"|CASIO COMPUTER CO\.,LTD)\b"
)
_GOPRO_FIRMWARE: Final = re.compile(r"(?:HD\d|H\d\d|HX|FS|FE|GP)[\w.]{0,4}\.\d{2}\.[\w.]{2,30}")
_INSTA360: Final = b"8db42d694ccc418790edff439fe026bf"
_HEAD: Final = 4_096

Look = Callable[[BinaryIO, Part], Iterator[Evidence]]


def makers_evidence(file: BinaryIO, found: Metadata) -> Iterator[Evidence]:
    """What the boxes, the tracks and the end of a clip say of the camera. Raises UnreadableMedia."""
    for codec in dict.fromkeys(found.codecs):
        if codec in _CODECS:
            name, maker = codec.decode("latin-1"), _CODECS[codec]
            yield Evidence("bmff:moov/trak/stsd", "sample entry", name, "C2", maker, Strength.TOOL_SIGNATURE)
    for part in found.parts:
        look = _LOOKS.get(part.kind)
        if look is not None:
            yield from look(file, part)
    if b"XAVC" in found.brands:
        note = "a format of Sony's cameras, which software writes too"
        yield Evidence("bmff:ftyp", "brand", "XAVC", "C1", "Sony", Strength.HEURISTIC, note)
    if read_up_to(file, max(0, size_of(file) - 32), 32) == _INSTA360:
        yield Evidence("trailer", "signature", "Insta360", "C2", "Insta360", Strength.TOOL_SIGNATURE)


def device_evidence(place: str, key: str, device: Device) -> Iterator[Evidence]:
    """The device named in a camera's XML: C2 with a maker and a model."""
    names = [name for name in (device.maker, device.model) if name]
    if not names or not all(is_sane(name) for name in names):
        return
    camera = " ".join(names)
    rank, strength = ("C2", Strength.DECLARED) if len(names) == 2 else ("C1", Strength.HEURISTIC)
    yield Evidence(place, key, camera, rank, camera, strength)


def _structure(part: Part, camera: str, value: str) -> Evidence:
    key = part.kind.decode("latin-1")
    return Evidence(part.place, key, value, "C2", camera, Strength.TOOL_SIGNATURE)


def _head(file: BinaryIO, part: Part, limit: int = _HEAD) -> bytes:
    return read_up_to(file, part.span.offset, min(part.span.length, limit))


def _xml(file: BinaryIO, part: Part) -> Iterator[Evidence]:
    data = _head(file, part, XML_LIMIT).lstrip(b"\0")
    try:
        device = parse_device(data)
    except UnreadableMedia:
        # XML of another purpose, or padded by its writer: nothing is claimed, nothing is lost.
        device = None
    if device is not None:
        yield from device_evidence(part.place + "/xml", "Device", device)


def _canon_model(file: BinaryIO, part: Part) -> Iterator[Evidence]:
    name = _head(file, part, 128).split(b"\0")[0].decode("latin-1").strip()
    if name.startswith("Canon ") and is_sane(name):
        yield _structure(part, name, name)


def _canon_thumbnail(file: BinaryIO, part: Part) -> Iterator[Evidence]:
    kinds = {box.kind for box in boxes(file, part.span)}
    if b"CNDA" in kinds:
        yield _structure(part, "Canon", "CNDA")


def _canon_block(file: BinaryIO, part: Part) -> Iterator[Evidence]:
    if part.uuid != _CANON_UUID:
        return
    for box in boxes(file, part.span):
        if box.kind == b"CNCV":
            version = read_up_to(file, box.body.offset, min(box.body.length, 64)).split(b"\0")[0].decode("latin-1")
            if version.startswith("Canon"):
                yield Evidence(part.place, "CNCV", version, "C2", "Canon", Strength.TOOL_SIGNATURE)


def _nikon(file: BinaryIO, part: Part) -> Iterator[Evidence]:
    """NCTG tags: 4 bytes of tag, 2 of type, 2 of count, the value; 1 is make and 2 is model."""
    for box in boxes(file, part.span):
        if box.kind != b"NCTG":
            continue
        data, at, names = read_up_to(file, box.body.offset, min(box.body.length, _HEAD)), 0, {}
        while at + 8 <= len(data):
            tag, kind, count = (int.from_bytes(data[at + a : at + b], "big") for a, b in ((0, 4), (4, 6), (6, 8)))
            size = count * {2: 1, 3: 2, 4: 4, 5: 8, 7: 1}.get(kind, 1)
            names[tag] = data[at + 8 : at + 8 + size].split(b"\0")[0].decode("latin-1").strip()
            at += 8 + size
        camera = names.get(2, "") if names.get(1, "").upper().startswith("NIKON") else ""
        if camera and is_sane(camera):
            yield _structure(part, camera, f"{names[1]} {camera}")


def _fujifilm(file: BinaryIO, part: Part) -> Iterator[Evidence]:
    if _head(file, part, 16).startswith((b"FUJIFILM", b"Fujifilm")):
        yield _structure(part, "Fujifilm", "MVTG")


def _compact(file: BinaryIO, part: Part) -> Iterator[Evidence]:
    match = _NOTES.match(_head(file, part, 64).decode("latin-1"))
    if match is not None:
        yield _structure(part, match[1].title(), match[1])


def _panasonic(file: BinaryIO, part: Part) -> Iterator[Evidence]:
    if _head(file, part, 16)[:16].strip(b"\0").startswith((b"Panasonic", b"LEICA", b"PANASONIC")):
        yield _structure(part, "Panasonic", "PANA")


def _gopro_firmware(file: BinaryIO, part: Part) -> Iterator[Evidence]:
    text = _head(file, part, 64).split(b"\0")[0].decode("latin-1").strip()
    if _GOPRO_FIRMWARE.fullmatch(text):
        yield _structure(part, "GoPro", text)


def _gopro_metadata(file: BinaryIO, part: Part) -> Iterator[Evidence]:
    names = gpmf_texts(_head(file, part, 1 << 16))
    model = names.get("MINF") or names.get("DVNM")
    if model and ("FMWR" in names or "CASN" in names or "MINF" in names):
        yield _structure(part, f"GoPro {model}", model)


def gpmf_texts(data: bytes) -> dict[str, str]:
    """The texts of a GPMF block by key, nested ones included: 4 letters, type, size, repeat, value padded to 4."""
    found: dict[str, str] = {}
    at = 0
    for _ in range(_HEAD):
        head = data[at : at + 8]
        if len(head) < 8 or not head[:4].isalnum():
            break
        kind, length = head[4:5], head[5] * int.from_bytes(head[6:8], "big")
        at += 8
        if kind == b"\0":
            # A container: its members follow on the same walk.
            continue
        if kind == b"c":
            text = data[at : at + length].split(b"\0")[0].decode("latin-1").strip()
            found.setdefault(head[:4].decode("latin-1"), text)
        at += length + -length % 4
    return found


_LOOKS: Final[dict[bytes, Look]] = {
    b"xml ": _xml,
    b"CNMN": _canon_model,
    b"CNTH": _canon_thumbnail,
    b"uuid": _canon_block,
    b"NCDT": _nikon,
    b"MVTG": _fujifilm,
    b"TAGS": _compact,
    b"PENT": _compact,
    b"PXTH": _compact,
    b"PANA": _panasonic,
    b"FIRM": _gopro_firmware,
    b"GPMF": _gopro_metadata,
}
