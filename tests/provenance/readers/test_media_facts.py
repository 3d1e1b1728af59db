"""Plain facts, and whether a file is whole, on tiny files made here."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from provenance.contracts import Reader, Source
from provenance.model import Reading
from provenance.readers import media_facts


def image(kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 10)).save(buffer, kind, **options)
    return buffer.getvalue()


def wave(seconds: int = 1, cut: int = 0) -> bytes:
    data = bytes(8_000 * 2 * seconds)
    fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8_000, 16_000, 2, 16)
    whole = b"WAVE" + fmt + b"data" + struct.pack("<I", len(data)) + data
    whole = b"RIFF" + struct.pack("<I", len(whole)) + whole
    return whole[: len(whole) - cut]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Reading]:
    def read_bytes(data: bytes) -> Reading:
        path = tmp_path / "a.bin"
        path.write_bytes(data)
        return media_facts.read(Source(path, data[:4096], len(data)))

    return read_bytes


Read = Callable[[bytes], Reading]


def codes(found: Reading) -> list[str]:
    return [fault.code for fault in found.faults]


def test_it_is_a_reader() -> None:
    assert isinstance(media_facts, Reader)
    assert not media_facts.accepts(Path("a.txt"), b"some text, no media")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_a_whole_picture_has_its_size_and_no_fault(read: Read, kind: str) -> None:
    data = image(kind)

    found = read(data)

    assert media_facts.accepts(Path("a"), data[:64])
    assert {name: found.facts[name] for name in ("width", "height", "format", "frames")} == {
        "width": 20, "height": 10, "format": kind, "frames": 1,
    }  # fmt: skip
    assert found.faults == ()
    assert found.marks == ()


def test_frames_of_an_animation_are_counted(read: Read) -> None:
    more = [Image.new("RGB", (20, 10), shade) for shade in ("red", "blue")]

    assert read(image("PNG", save_all=True, append_images=more)).facts["frames"] == 3


@pytest.mark.parametrize(
    ("data", "ends"),
    [(image("JPEG"), -2), (image("PNG"), -12), (image("WEBP"), -20), (wave(), -100)],
    ids=["jpeg", "png", "webp", "wave"],
)
def test_a_file_cut_short_is_truncated(read: Read, data: bytes, ends: int) -> None:
    assert "media.truncated" in codes(read(data[:ends]))


def test_a_jpeg_with_a_trailer_is_whole(read: Read) -> None:
    assert codes(read(image("JPEG") + b"trailer of some phone")) == []


def test_a_truncated_jpeg_with_a_whole_thumbnail_is_truncated(read: Read) -> None:
    thumbnail = b"Exif\0\0" + image("JPEG")
    data = image("JPEG")
    data = data[:2] + b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail + data[2:]

    assert codes(read(data[:-2])) == ["media.truncated"]


def test_a_picture_that_says_it_is_enormous_is_a_bomb_and_is_not_opened(read: Read) -> None:
    data = bytearray(image("PNG"))
    data[16:24] = struct.pack(">II", 200_000, 200_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))

    assert "media.bomb" in codes(read(bytes(data)))


def test_a_camera_raw_file_that_pillow_does_not_know_is_no_fault(read: Read) -> None:
    assert codes(read(b"II*\0\x08\0\0\0\0\0\0\0\0\0")) == []


def test_a_wave_has_its_duration(read: Read) -> None:
    found = read(wave(3))

    assert found.facts == {
        "codec": "pcm", "channels": 1, "sample_rate": 8_000, "bits": 16, "duration": 3.0,
    }  # fmt: skip
    assert found.faults == ()


def test_a_clip_has_duration_codec_and_size(samples: Path) -> None:
    found = media_facts.read(Source(samples / "clips/plate.mp4", b"", 0))

    assert found.faults == ()
    assert float(found.facts["duration"]) > 0
    assert found.facts["codec"]
    assert int(found.facts["width"]) > 0


@pytest.mark.parametrize("name", ["truncated.mp4", "truncated.jpg"])
def test_the_truncated_samples_are_truncated(samples: Path, name: str) -> None:
    assert codes(media_facts.read(Source(samples / "broken" / name, b"", 0))) == ["media.truncated"]


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def test_the_largest_picture_of_a_heic_gives_its_size(read: Read) -> None:
    sizes = [box(b"ispe", struct.pack(">III", 0, *size)) for size in ((512, 512), (4_032, 3_024), (320, 240))]
    meta = box(b"meta", bytes(4) + box(b"hdlr", bytes(20)) + box(b"iprp", box(b"ipco", b"".join(sizes))))

    found = read(box(b"ftyp", b"heic\0\0\0\0mif1heic") + meta)

    assert (found.facts["width"], found.facts["height"]) == (4_032, 3_024)


def test_bytes_behind_the_end_of_a_png_are_noted(read: Read) -> None:
    found = read(image("PNG") + b"glued on")

    assert found.facts["bytes_behind_end"] == 8
    assert found.faults == ()


def test_a_picture_of_many_pieces_keeps_its_facts(read: Read) -> None:
    plain = image("PNG")
    empty = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    at = plain.index(b"IDAT") - 4

    assert read(plain[:at] + empty * 4_000 + plain[at:]).facts["width"] == 20


def test_a_header_of_more_parts_than_anyone_writes_is_not_given_to_the_library(read: Read) -> None:
    plain = image("JPEG")

    found = read(plain[:2] + b"\xff\xfe\0\x04ab" * 3_500 + plain[2:])

    assert "width" not in found.facts
    assert codes(found) == ["media.too_many"]
