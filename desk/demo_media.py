"""Small media for the demo, made on the spot: a camera frame, AI stills, a comp, rendered frames.

Written with zlib and struct alone, so that the demo needs nothing beside the installed program. Nothing in them
is real: the maker is "Sample Optics", the model is "sample".
PNG: W3C PNG (third edition); TIFF 6.0; EXIF 3.0; XMP specification part 3.
"""

from __future__ import annotations

import math
import struct
import uuid
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

WIDTH: Final = 160
HEIGHT: Final = 90
_PROMPT: Final = (
    "ghost train leaving a foggy station at night, film grain\nNegative prompt: text, watermark\n"
    "Steps: 30, Sampler: Euler a, CFG scale: 7, Seed: 1234567, Size: 160x90, Model hash: 0123abcd, Model: sample"
)
_SPACES: Final = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "stRef": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
}
_AI_SOURCE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def camera_plate(path: Path) -> None:
    """A TIFF with a complete record of one exposure, as cameras write it."""
    path.write_bytes(_tiff(_pixels(3)))


def ai_still(path: Path) -> None:
    """A PNG whose generator left its text and an IPTC source type."""
    packet = _xmp(f'Iptc4xmpExt:DigitalSourceType="{_AI_SOURCE}" {_ids(path.name)}')
    path.write_bytes(_png(_pixels(1), [("parameters", _PROMPT)], packet))


def comp(path: Path, source: str) -> None:
    """A PNG that says nothing of AI; its XMP names the still `source` as what it was made from."""
    derived = f"<xmpMM:DerivedFrom {_reference(source)}/>"
    path.write_bytes(_png(_pixels(7), [], _xmp(_ids(path.name), derived)))


def stripped_copy(path: Path) -> None:
    """The pixels of the AI still, saved again without any mark, as editing programs do."""
    path.write_bytes(_png(_pixels(1), [], b""))


def frames(folder: Path, name: str, numbers: Sequence[int]) -> None:
    """A rendered image sequence: PNG frames that say nothing."""
    for number in numbers:
        (folder / f"{name}.{number:04d}.png").write_bytes(_png(_pixels(number), [], b""))


def _pixels(phase: int) -> bytes:
    """RGB rows of a soft pattern that differs with the phase."""
    rows = bytearray()
    for y in range(HEIGHT):
        for x in range(WIDTH):
            wave = math.sin((x + phase * 9) / 17) + math.cos((y - phase * 5) / 11)
            shade = int(128 + 55 * wave)
            rows += bytes(((shade + phase * 31) % 256, (shade * 2 + y) % 256, (200 - shade + x) % 256))
    return bytes(rows)


def _png(pixels: bytes, texts: Sequence[tuple[str, str]], packet: bytes) -> bytes:
    stride = 3 * WIDTH
    rows = b"".join(b"\0" + pixels[start : start + stride] for start in range(0, len(pixels), stride))
    chunks = [_chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0))]
    chunks += [_chunk(b"tEXt", key.encode("latin-1") + b"\0" + text.encode("latin-1")) for key, text in texts]
    if packet:
        chunks.append(_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet))
    chunks += [_chunk(b"IDAT", zlib.compress(rows, 9)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _ids(name: str) -> str:
    return f'xmpMM:DocumentID="{_id("did", name)}" xmpMM:InstanceID="{_id("iid", name)}"'


def _reference(name: str) -> str:
    return f'stRef:documentID="{_id("did", name)}" stRef:instanceID="{_id("iid", name)}" stRef:filePath="{name}"'


def _id(kind: str, name: str) -> str:
    return f"xmp.{kind}:{uuid.uuid5(uuid.NAMESPACE_URL, f'demo/{kind}/{name}')}"


def _xmp(attributes: str, body: str = "") -> bytes:
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _SPACES.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {spaces} {attributes}>{body}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


_ASCII, _SHORT, _LONG, _RATIONAL, _UNDEFINED = 2, 3, 4, 5, 7
_Field = tuple[int, int, int, bytes]
"""A TIFF field: tag, type, count, value."""


def _text(tag: int, value: str) -> _Field:
    raw = value.encode("ascii") + b"\0"
    return tag, _ASCII, len(raw), raw


def _short(tag: int, *values: int) -> _Field:
    return tag, _SHORT, len(values), struct.pack(f"<{len(values)}H", *values)


def _long(tag: int, value: int) -> _Field:
    return tag, _LONG, 1, struct.pack("<I", value)


def _ratio(tag: int, over: int, under: int) -> _Field:
    return tag, _RATIONAL, 1, struct.pack("<II", over, under)


def _tiff(pixels: bytes) -> bytes:
    """Pixels, then the EXIF directory, then the main directory: every offset is known when it is needed."""
    start = 8
    taken = "2026:03:02 21:14:00"
    exif_at = start + len(pixels)
    exif = _directory(
        [
            _ratio(0x829A, 1, 48), _ratio(0x829D, 28, 10), _short(0x8822, 1), _short(0x8827, 800),
            (0x9000, _UNDEFINED, 4, b"0232"), _text(0x9003, taken), _text(0x9004, taken), _ratio(0x920A, 35, 1),
            (0x927C, _UNDEFINED, 20, b"Sample Optics\0shot 3"), (0xA300, _UNDEFINED, 1, b"\x03"),
            (0xA301, _UNDEFINED, 1, b"\x01"), _text(0xA434, "SO 35mm T1.5"),
        ],
        exif_at,
    )  # fmt: skip
    main_at = exif_at + len(exif)
    main = _directory(
        [
            _long(0x0100, WIDTH), _long(0x0101, HEIGHT), _short(0x0102, 8, 8, 8), _short(0x0103, 1),
            _short(0x0106, 2), _text(0x010F, "Sample Optics"), _text(0x0110, "SO-1 Mark II"), _long(0x0111, start),
            _short(0x0115, 3), _long(0x0116, HEIGHT), _long(0x0117, len(pixels)),
            _text(0x0131, "SO-1 Mark II Ver.2.10"), _text(0x0132, taken), _long(0x8769, exif_at),
        ],
        main_at,
    )  # fmt: skip
    return b"II*\0" + struct.pack("<I", main_at) + pixels + exif + main


def _directory(fields: Sequence[_Field], at: int) -> bytes:
    """A directory that lies at an offset, the values that do not fit behind it."""
    entries, values = b"", b""
    behind = at + 2 + 12 * len(fields) + 4
    for tag, kind, count, value in sorted(fields):
        if len(value) > 4:
            place = struct.pack("<I", behind + len(values))
            values += value + b"\0" * (len(value) % 2)
        else:
            place = value.ljust(4, b"\0")
        entries += struct.pack("<HHI", tag, kind, count) + place
    return struct.pack("<H", len(fields)) + entries + struct.pack("<I", 0) + values
