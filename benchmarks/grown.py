"""Media of any size to measure with: valid containers whose picture or sound is noise, so nothing compresses."""

from __future__ import annotations

import io
import os
import struct
import wave
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from PIL import Image

BLOCK: Final = 8 << 20
_DPX_HEADER: Final = 2048
_PARTITION: Final = bytes.fromhex("060e2b34020501010d01020101020400")  # header partition, open and complete
_ESSENCE: Final = bytes.fromhex("060e2b34010201010d01030115010500")  # picture element


def grow(path: Path, kind: str, size: int) -> None:
    """Writes a file of about `size` bytes. Args: kind is its suffix, one of KINDS."""
    KINDS[kind](path, size)


def noise(size: int) -> Iterator[bytes]:
    """So many bytes, in blocks: one random block, over and over, each time turned by another byte."""
    block = os.urandom(min(BLOCK, size))
    for number in range(0, size, max(1, len(block))):
        turn = number % max(1, len(block) - 1)
        yield (block[turn:] + block[:turn])[: size - number]


def _picture(size: int) -> Image.Image:
    wide = max(16, int((size / 3) ** 0.5))
    return Image.frombytes("RGB", (wide, wide), b"".join(noise(wide * wide * 3)))


def _jpeg(path: Path, size: int) -> None:
    _picture(int(size * 0.73)).save(path, "JPEG", quality=100, subsampling=0)  # noise grows by a third


def _png(path: Path, size: int) -> None:
    _picture(size).save(path, "PNG", compress_level=0)


def _tiff(path: Path, size: int) -> None:
    _picture(size).save(path, "TIFF")


def _webp(path: Path, size: int) -> None:
    _picture(size).save(path, "WEBP", lossless=True, method=0, quality=0)


def _bmff(container: str) -> Callable[[Path, int], None]:
    def write(path: Path, size: int) -> None:
        small = _encoded(container, sound=container == "ipod")
        at = 0
        with path.open("wb") as file:
            while at < len(small):
                length = int.from_bytes(small[at : at + 4], "big")
                if small[at + 4 : at + 8] == b"mdat":  # what follows the samples belongs to none of them
                    more = max(0, size - len(small))
                    file.write((length + more).to_bytes(4, "big") + small[at + 4 : at + length])
                    file.writelines(noise(more))
                else:
                    file.write(small[at : at + length])
                at += length

    return write


def _encoded(container: str, *, sound: bool) -> bytes:
    import av

    out = io.BytesIO()
    with av.open(out, "w", format=container) as opened:
        if sound:
            voice = opened.add_stream("aac", rate=48_000)
            frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            frame.sample_rate, frame.pts = 48_000, 0
            for plane in frame.planes:
                heights = array("f", (each / 255 - 0.5 for each in os.urandom(plane.buffer_size // 4)))
                plane.update(heights.tobytes())
            packets = [*voice.encode(frame), *voice.encode(None)]
        else:
            picture = opened.add_stream("mpeg4", rate=24)
            picture.width, picture.height, picture.pix_fmt = 320, 180, "yuv420p"
            drawn = av.VideoFrame(320, 180, "yuv420p")
            for area in drawn.planes:
                area.update(os.urandom(area.buffer_size))
            packets = [*picture.encode(drawn), *picture.encode(None)]
        opened.mux(packets)
    return out.getvalue()


def _frames(container: str) -> Callable[[Path, int], None]:
    """Uncompressed frames: in AVI and Matroska the noise is the picture."""

    def write(path: Path, size: int) -> None:
        import av

        wide = 320 if size < BLOCK else 1920
        high = wide * 9 // 16
        with av.open(str(path), "w", format=container) as opened:
            stream = opened.add_stream("rawvideo", rate=24)
            stream.width, stream.height, stream.pix_fmt = wide, high, "yuv420p"
            for data in noise(size):
                for at in range(0, len(data), wide * high * 3 // 2):
                    piece = data[at : at + wide * high * 3 // 2].ljust(wide * high * 3 // 2, b"\0")
                    frame = av.VideoFrame(wide, high, "yuv420p")
                    for plane, start in zip(frame.planes, (0, wide * high, wide * high * 5 // 4), strict=True):
                        plane.update(piece[start:].ljust(plane.buffer_size, b"\0")[: plane.buffer_size])
                    opened.mux(stream.encode(frame))
            opened.mux(stream.encode(None))

    return write


def _wave(path: Path, size: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(3)
        file.setframerate(48_000)
        file.setnframes(size // 6)
        for block in noise(size - size % 6):
            file.writeframesraw(block)


def _rf64(path: Path, size: int) -> None:
    sizes = struct.pack("<QQQI", size + 72, size, size // 6, 0)
    form = struct.pack("<HHIIHH", 1, 2, 48_000, 288_000, 6, 24)
    head = b"RF64\xff\xff\xff\xffWAVEds64" + struct.pack("<I", len(sizes)) + sizes
    _written(path, head + b"fmt \x10\0\0\0" + form + b"data\xff\xff\xff\xff", size)


def _mxf(path: Path, size: int) -> None:
    pack = struct.pack(">HHIQQQQQIQI", 1, 3, 1, 0, 0, 0, 0, 0, 0, 0, 1) + _ESSENCE + bytes(8)
    head = _PARTITION + bytes([0x83]) + len(pack).to_bytes(3, "big") + pack
    _written(path, head + _ESSENCE + bytes([0x88]) + size.to_bytes(8, "big"), size)


def _dpx(path: Path, size: int) -> None:
    wide = max(16, int((size / 4) ** 0.5))
    head = bytearray(_DPX_HEADER)
    struct.pack_into(">4sI8sI", head, 0, b"SDPX", _DPX_HEADER, b"V1.0", _DPX_HEADER + wide * wide * 4)
    struct.pack_into(">HHII", head, 768, 0, 1, wide, wide)
    struct.pack_into(">BBBBHHI", head, 800, 50, 2, 2, 10, 1, 0, _DPX_HEADER)  # RGB, 10 bits, filled
    _written(path, bytes(head), wide * wide * 4)


def _psd(path: Path, size: int) -> None:
    wide = max(16, min(30_000, int((size / 3) ** 0.5)))
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 3, wide, wide, 8, 3)
    _written(path, head + bytes(12) + b"\0\0", wide * wide * 3)


def _exr(path: Path, size: int) -> None:
    wide = max(16, int((size / 6) ** 0.5))
    window = struct.pack("<iiii", 0, 0, wide - 1, wide - 1)
    channels = b"".join(name + b"\0" + struct.pack("<iB3xii", 1, 0, 1, 1) for name in (b"B", b"G", b"R")) + b"\0"
    head = b"\x76\x2f\x31\x01\x02\0\0\0" + b"".join(
        name + b"\0" + kind + b"\0" + struct.pack("<i", len(value)) + value
        for name, kind, value in (
            (b"channels", b"chlist", channels),
            (b"compression", b"compression", b"\0"),
            (b"dataWindow", b"box2i", window),
            (b"displayWindow", b"box2i", window),
            (b"lineOrder", b"lineOrder", b"\0"),
            (b"pixelAspectRatio", b"float", struct.pack("<f", 1)),
            (b"screenWindowCenter", b"v2f", struct.pack("<ff", 0, 0)),
            (b"screenWindowWidth", b"float", struct.pack("<f", 1)),
        )
    )
    first, line = len(head) + 1 + 8 * wide, 8 + 6 * wide
    offsets = b"".join(struct.pack("<Q", first + row * line) for row in range(wide))
    data = b"".join(noise(6 * wide * wide))
    with path.open("wb") as file:
        file.write(head + b"\0" + offsets)
        for row in range(wide):
            file.write(struct.pack("<ii", row, 6 * wide) + data[row * 6 * wide : (row + 1) * 6 * wide])


def _written(path: Path, head: bytes, size: int) -> None:
    with path.open("wb") as file:
        file.write(head)
        file.writelines(noise(size))


KINDS: Final[dict[str, Callable[[Path, int], None]]] = {
    "jpg": _jpeg, "png": _png, "tiff": _tiff, "webp": _webp, "mp4": _bmff("mp4"), "mov": _bmff("mov"),
    "m4a": _bmff("ipod"), "wav": _wave, "avi": _frames("avi"), "mkv": _frames("matroska"), "mxf": _mxf, "exr": _exr,
    "dpx": _dpx, "psd": _psd, "rf64": _rf64,
}  # fmt: skip
