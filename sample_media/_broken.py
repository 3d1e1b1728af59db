"""Broken pairs: damaged, lying and hostile files, most of them made from a sound sample next door."""

import zlib
from collections.abc import Mapping

import _marks as marks
import _pictures as pictures
from _containers import PNG_HEAD, jpeg, png, png_chunk, png_chunks

_REMOTE = "https://example.invalid/manifests/remote_only.c2pa"
_FAR_OFFSET = b"MM\0*\x7f\xff\xff\xf0"  # a TIFF header whose first directory lies 2 GB behind the file's end

Files = dict[str, bytes]


def build(sound: Mapping[str, bytes]) -> Files:
    captured, plate = sound["stills/captured.jpg"], sound["clips/plate.mp4"]
    files = {
        "truncated.jpg": captured[: len(captured) * 6 // 10],
        "tampered_signed.jpg": _tampered_jpeg(sound["stills/captured_signed.jpg"]),
        "tampered_ai.png": _tampered_png(sound["stills/ai_generated.png"]),
        "empty.png": b"",
        "wrong_extension.jpg": png(pictures.dream(90), {"parameters": marks.a1111(20260305)}),
        "lying_length.png": _lying_png(),
        "not_media.jpg": b"This is a text file with the wrong name.\n",
        "entity_bomb.jpg": jpeg(pictures.drawing(92), xmp=marks.bomb()),
        "truncated.mp4": plate[: len(plate) // 2],
        "huge_exif_offset.jpg": jpeg(pictures.photo(93), exif=_FAR_OFFSET),
        "remote_only.jpg": jpeg(pictures.photo(94), xmp=marks.xmp({"dcterms:provenance": _REMOTE})),
    }
    return {f"broken/{name}": data for name, data in files.items()}


def _tampered_jpeg(signed: bytes) -> bytes:
    """Bits flipped in the picture data, away from 0xFF so that no marker appears or goes."""
    damaged = bytearray(signed)
    for position in range(len(signed) - 400, len(signed) - 40, 30):
        if 0xFF not in signed[position - 1 : position + 2] and signed[position] != 0xFE:
            damaged[position] ^= 1
    return bytes(damaged)


def _tampered_png(signed: bytes) -> bytes:
    """Repainted rows with correct checksums: any viewer shows it, only the signature knows."""
    chunks = list(png_chunks(signed))
    rows = bytearray(zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT")))
    stride = 1 + 3 * pictures.STILL[0]
    for row in range(80, 100):
        rows[row * stride : (row + 1) * stride] = bytes(stride)
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(rows), 9))
    before = b"".join(png_chunk(kind, body) for kind, body in chunks if kind not in (b"IDAT", b"IEND"))
    return PNG_HEAD + before + pixels + png_chunk(b"IEND", b"")


def _lying_png() -> bytes:
    """A text chunk that claims two gigabytes; the pixels behind it are there and correct."""
    chunks = list(png_chunks(png(pictures.drawing(91))))
    parts = [png_chunk(kind, body) for kind, body in chunks]
    liar = b"\x7f\xff\xff\xf0" + b"tEXt" + b"parameters\0" + b"Steps: 28"
    return PNG_HEAD + parts[0] + liar + b"".join(parts[1:])
