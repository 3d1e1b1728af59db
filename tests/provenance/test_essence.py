"""Essence survives retagging and remuxing, and changes with the picture."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from provenance.errors import UnreadableMedia
from provenance.essence import hash_essence, telling_essence
from provenance.model import Essence

EXIF = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 0) + bytes(4)


def picture(shade: int = 90) -> Image.Image:
    return Image.radial_gradient("L").resize((64, 48)).point(lambda value: (value + shade) % 256).convert("RGB")


def encoded(kind: str, shade: int = 90, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture(shade).save(buffer, kind, **options)
    return buffer.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.fixture
def essence(tmp_path: Path) -> Callable[[bytes, str], Essence | None]:
    def hash_bytes(data: bytes, media_type: str) -> Essence | None:
        path = tmp_path / "media.bin"
        path.write_bytes(data)
        return hash_essence(path, media_type)

    return hash_bytes


Hash = Callable[[bytes, str], Essence | None]


@pytest.mark.parametrize(
    "added",
    [segment(0xE1, EXIF), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"), segment(0xFE, b"hello"),
     segment(0xEB, b"JP" + bytes(30)), segment(0xED, b"Photoshop 3.0\0")],
    ids=["exif", "xmp", "comment", "c2pa", "iptc"],
)  # fmt: skip
def test_a_retagged_jpeg_keeps_its_essence(essence: Hash, added: bytes) -> None:
    plain = encoded("JPEG")

    tagged = plain[:2] + added + plain[2:]

    assert essence(tagged, "image/jpeg") == essence(plain, "image/jpeg")


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 2}])
def test_a_trailer_or_second_image_is_no_part_of_a_jpeg(essence: Hash, options: dict[str, object]) -> None:
    plain = encoded("JPEG", **options)

    assert essence(plain + encoded("JPEG", 10), "image/jpeg") == essence(plain, "image/jpeg")


def test_another_picture_or_another_colour_transform_changes_the_essence_of_a_jpeg(essence: Hash) -> None:
    plain = encoded("JPEG")
    adobe = plain[:2] + segment(0xEE, b"Adobe\0\x64\0\0\0\0\1") + plain[2:]

    found = {essence(data, "image/jpeg") for data in (plain, encoded("JPEG", 91), adobe)}

    assert len(found) == 3


def test_a_jpeg_without_a_picture_has_no_essence(essence: Hash) -> None:
    with pytest.raises(UnreadableMedia, match=r"jpeg\."):
        essence(b"\xff\xd8\xff\xd9", "image/jpeg")


def test_a_retagged_png_keeps_its_essence_also_when_its_data_is_divided_again(essence: Hash) -> None:
    plain = encoded("PNG")
    at = plain.index(b"IDAT") - 4
    length = int.from_bytes(plain[at : at + 4], "big")
    data = plain[at + 8 : at + 8 + length]
    tagged = (
        plain[:at] + chunk(b"tEXt", b"parameters\0x") + chunk(b"eXIf", EXIF[6:]) + chunk(b"caBX", b"x")
        + chunk(b"IDAT", data[:9]) + chunk(b"IDAT", data[9:]) + chunk(b"tIME", bytes(7)) + chunk(b"IEND", b"")
    )  # fmt: skip

    assert essence(tagged, "image/png") == essence(plain, "image/png")


def test_chunks_behind_the_end_are_no_part_of_a_png(essence: Hash) -> None:
    plain = encoded("PNG")

    assert essence(plain + chunk(b"IDAT", b"x"), "image/png") == essence(plain, "image/png")


def test_another_picture_or_transparency_changes_the_essence_of_a_png(essence: Hash) -> None:
    found = {essence(encoded("PNG", shade), "image/png") for shade in (1, 2)}
    clear = encoded("PNG", 1, transparency=(1, 2, 3))

    assert len(found | {essence(clear, "image/png")}) == 3


def test_the_stripped_sample_has_the_essence_of_the_picture_it_was(samples: Path) -> None:
    marked = hash_essence(samples / "stills/ai_generated.png", "image/png")

    assert hash_essence(samples / "stills/stripped.png", "image/png") == marked


def remux(source: Path, target: Path, options: dict[str, str] | None = None) -> None:
    with av.open(str(source)) as given, av.open(str(target), "w", options=options or {}) as made:
        streams = {s.index: made.add_stream_from_template(s) for s in given.streams if s.type in ("video", "audio")}
        for packet in given.demux():
            if packet.dts is not None and packet.stream.index in streams:
                packet.stream = streams[packet.stream.index]
                made.mux(packet)


@pytest.mark.parametrize(("name", "options"), [("b.mov", {}), ("b.mp4", {"movflags": "faststart"}), ("b.m4v", {})])
def test_a_remuxed_clip_keeps_its_essence(samples: Path, tmp_path: Path, name: str, options: dict[str, str]) -> None:
    source = samples / "clips/ai_clip.mp4"
    remux(source, tmp_path / name, options)

    made = hash_essence(tmp_path / name, "video/mp4")

    assert made == hash_essence(source, "video/mp4")
    assert made is not None
    assert made.scheme == "bmff-samples/1"


def test_two_clips_with_other_pictures_differ(samples: Path) -> None:
    found = {hash_essence(samples / "clips" / name, "video/mp4") for name in ("ai_clip.mp4", "plate.mp4")}

    assert len(found) == 2


def test_a_fragmented_clip_falls_back_to_its_media_data(samples: Path, tmp_path: Path) -> None:
    remux(samples / "clips/plate.mp4", tmp_path / "b.mp4", {"movflags": "frag_keyframe+empty_moov"})

    made = hash_essence(tmp_path / "b.mp4", "video/mp4")

    assert made is not None
    assert made.scheme == "bmff-mdat/1"


def test_tracks_of_metadata_are_no_part_of_a_clip(essence: Hash) -> None:
    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body) + 8) + kind + body

    def track(handler: bytes, offset: int) -> bytes:
        tables = [(b"stsc", (0, 1, 1, 1, 1)), (b"stsz", (0, 4, 1)), (b"stco", (0, 1, offset))]
        table = b"".join(box(kind, struct.pack(f">{len(n)}I", *n)) for kind, n in tables)
        name = box(b"hdlr", bytes(8) + handler + bytes(12))
        return box(b"trak", box(b"mdia", name + box(b"minf", box(b"stbl", table))))

    media = box(b"ftyp", b"isom0000") + box(b"mdat", b"abcdefgh")

    plain = essence(media + box(b"moov", track(b"vide", 24)), "video/mp4")
    timed = essence(media + box(b"moov", track(b"vide", 24) + track(b"meta", 28)), "video/mp4")
    other = essence(media + box(b"moov", track(b"vide", 28)), "video/mp4")

    assert plain is not None
    assert plain.scheme == "bmff-samples/1"
    assert plain == timed
    assert plain != other


@pytest.mark.timeout(20)
def test_tables_that_point_at_the_same_bytes_over_and_over_do_not_keep_us_reading(essence: Hash) -> None:
    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body) + 8) + kind + body

    count = 200_000
    table = box(
        b"stbl",
        box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1))
        + box(b"stsz", struct.pack(">III", 0, 0x7FFFFFFF, count))
        + box(b"stco", struct.pack(">II", 0, count) + struct.pack(">I", 8) * count),
    )
    media = box(b"mdia", box(b"hdlr", bytes(8) + b"vide" + bytes(12)) + box(b"minf", table))
    data = box(b"ftyp", b"isom0000") + box(b"mdat", b"x" * 100) + box(b"moov", box(b"trak", media))

    made = essence(data, "video/mp4")

    assert made is not None
    assert made.scheme == "bmff-mdat/1"


@pytest.mark.skipif("AVIF" not in Image.registered_extensions().values(), reason="Pillow without AVIF")
def test_a_retagged_avif_keeps_its_essence(essence: Hash) -> None:
    plain = essence(encoded("AVIF"), "image/avif")
    tagged = essence(encoded("AVIF", exif=EXIF[6:], xmp=b"<x/>"), "image/avif")

    assert plain == tagged
    assert plain is not None
    assert plain.scheme == "bmff-items/1"
    assert essence(encoded("AVIF", 10), "image/avif") != plain


def wave(data: bytes, *more: tuple[bytes, bytes]) -> bytes:
    parts = [(b"fmt ", struct.pack("<HHIIHH", 1, 1, 48_000, 96_000, 2, 16)), *more, (b"data", data)]
    body = b"".join(k + struct.pack("<I", len(d)) + d + b"\0" * (len(d) % 2) for k, d in parts)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


def test_a_retagged_wave_keeps_its_essence_and_another_sound_has_its_own(essence: Hash) -> None:
    plain = essence(wave(b"1234"), "audio/wav")

    assert essence(wave(b"1234", (b"bext", b"abc"), (b"_PMX", b"<x/>")), "audio/wav") == plain
    assert essence(wave(b"1235"), "audio/wav") != plain


def test_a_wave_beyond_four_gigabytes_is_read_by_its_long_length(essence: Hash) -> None:
    small = wave(b"1234")
    sizes = b"ds64" + struct.pack("<IQQQI", 28, 0, 4, 2, 0)
    long = b"RF64" + b"\xff" * 4 + b"WAVE" + sizes + small[12:-12] + b"data" + b"\xff" * 4 + b"1234"

    assert essence(long + b"LIST" + struct.pack("<I", 4) + b"INFO", "audio/x-rf64") == essence(small, "audio/wav")


def test_a_retagged_webp_keeps_its_essence(essence: Hash) -> None:
    plain = essence(encoded("WEBP"), "image/webp")

    assert essence(encoded("WEBP", exif=EXIF, xmp=b"<x/>"), "image/webp") == plain
    assert essence(encoded("WEBP", 10), "image/webp") != plain


def test_an_avi_is_its_movie_list(essence: Hash) -> None:
    def avi(frame: bytes, note: bytes = b"") -> bytes:
        movie = b"movi" + b"00dc" + struct.pack("<I", len(frame)) + frame
        lists = b"".join(b"LIST" + struct.pack("<I", len(b)) + b for b in (b"hdrl", b"INFO" + note, movie))
        return b"RIFF" + struct.pack("<I", len(lists) + 4) + b"AVI " + lists

    assert essence(avi(b"abcd"), "video/x-msvideo") == essence(avi(b"abcd", b"note"), "video/x-msvideo")
    assert essence(avi(b"abcd"), "video/x-msvideo") != essence(avi(b"abce"), "video/x-msvideo")


@pytest.mark.parametrize("media_type", ["image/x-exr", "application/pdf", "application/octet-stream"])
def test_other_media_have_no_essence_of_their_own(essence: Hash, media_type: str) -> None:
    assert essence(b"whatever", media_type) is None


def flat(path: Path, kind: str, size: tuple[int, int]) -> Path:
    Image.new("RGB", size, (16, 16, 16)).save(path, kind)
    return path


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("size", [(16, 16), (1920, 1080)])
def test_a_black_frame_tells_nobody_apart(tmp_path: Path, kind: str, size: tuple[int, int]) -> None:
    path = flat(tmp_path / "black", kind, size)
    media_type = f"image/{kind.lower()}"

    assert hash_essence(path, media_type) is not None
    assert telling_essence(path, media_type) is None


@pytest.mark.parametrize("period", [1, 48], ids=["silence", "a test tone"])
def test_silence_and_a_test_tone_tell_nobody_apart(tmp_path: Path, period: int) -> None:
    path = tmp_path / "still.wav"
    path.write_bytes(wave(b"".join(struct.pack("<h", number % period * 500) for number in range(480_000))))

    assert hash_essence(path, "audio/wav") is not None
    assert telling_essence(path, "audio/wav") is None


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("stills/ai_generated.png", "image/png"), ("stills/captured.jpg", "image/jpeg"), ("clips/plate.mp4", "video/mp4"),
     ("clips/recorder.wav", "audio/wav"), ("stills/ai_xmp.webp", "image/webp")],
)  # fmt: skip
def test_pictures_and_sounds_of_something_tell(samples: Path, name: str, media_type: str) -> None:
    found = telling_essence(samples / name, media_type)

    assert found is not None
    assert found == hash_essence(samples / name, media_type)


def test_speech_after_long_silence_tells(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    path.write_bytes(wave(bytes(400_000) + random.Random(1).randbytes(100_000)))

    assert telling_essence(path, "audio/wav") is not None


def tag_in_front(data: bytes) -> bytes:
    body = b"TIT2" + (6).to_bytes(4, "big") + b"\0\0" + b"\0title"
    size = len(body)
    return b"ID3\x04\0\0" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127]) + body + data


def ape(items: bytes) -> bytes:
    return items + b"APETAGEX" + (2000).to_bytes(4, "little") + (len(items) + 32).to_bytes(4, "little") + bytes(16)


def retagged_flac(data: bytes) -> bytes:
    assert data[:4] == b"fLaC"
    assert not data[4] & 0x80
    comment = b"\x04" + (14).to_bytes(3, "big") + (6).to_bytes(4, "little") + b"nobody" + bytes(4)
    return data[:42] + comment + data[42:]


def noise(kind: str, path: Path, **more: object) -> bytes:
    Image.effect_noise((96, 64), 60).convert("P" if kind == "GIF" else "RGB").save(path, kind, **more)
    return path.read_bytes()


SOUNDS = [
    ("clips/ai_tone.flac", "audio/flac", retagged_flac),
    ("clips/ai_tone.flac", "audio/flac", lambda data: data + b"TAG" + bytes(125)),
    ("clips/ai_song.mp3", "audio/mpeg", tag_in_front),
    ("clips/ai_song.mp3", "audio/mpeg", lambda data: data + ape(b"x" * 40)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "retag"), SOUNDS)
def test_tags_around_the_sound_change_nothing(samples: Path, tmp_path: Path, name: str, kind: str, retag) -> None:
    before, after = samples / name, tmp_path / "after"
    after.write_bytes(retag(before.read_bytes()))

    assert hash_essence(after, kind) == hash_essence(before, kind)
    assert hash_essence(before, kind) is not None


@pytest.mark.parametrize(("name", "kind"), dict.fromkeys((name, kind) for name, kind, _ in SOUNDS))
def test_a_changed_sample_changes_the_essence_of_a_sound(samples: Path, tmp_path: Path, name: str, kind: str) -> None:
    data = bytearray((samples / name).read_bytes())
    data[-200] ^= 1
    after = tmp_path / "after"
    after.write_bytes(data)

    assert hash_essence(after, kind) != hash_essence(samples / name, kind)


def test_a_comment_in_a_gif_changes_nothing_and_a_pixel_does(tmp_path: Path) -> None:
    one, other, third = (tmp_path / name for name in ("one.gif", "other.gif", "third.gif"))
    data = noise("GIF", one)
    screen = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    other.write_bytes(data[:screen] + b"!\xfe\x05hello\0" + data[screen:])
    third.write_bytes(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])

    assert hash_essence(other, "image/gif") == hash_essence(one, "image/gif")
    assert hash_essence(third, "image/gif") != hash_essence(one, "image/gif")


def test_a_description_in_a_tiff_changes_nothing_and_a_pixel_does(tmp_path: Path) -> None:
    one, other, third = (tmp_path / name for name in ("one.tif", "other.tif", "third.tif"))
    picture = Image.effect_noise((96, 64), 60).convert("RGB")
    picture.save(one, "TIFF")
    picture.save(other, "TIFF", description="a long description " * 20, software="a program")
    picture.putpixel((3, 3), (1, 2, 3))
    picture.save(third, "TIFF")

    assert hash_essence(other, "image/tiff") == hash_essence(one, "image/tiff")
    assert hash_essence(third, "image/tiff") != hash_essence(one, "image/tiff")


def test_other_chunks_of_an_aiff_change_nothing_and_a_sample_does(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return kind + len(data).to_bytes(4, "big") + data + b"\0" * (len(data) % 2)

    form, sound = chunk(b"COMM", bytes(range(18))), chunk(b"SSND", bytes(8) + bytes(range(256)) * 9)
    paths = [tmp_path / name for name in "abc"]
    for path, body in zip(paths, (form + sound, chunk(b"NAME", b"a name") + form + sound, form + sound[:-1] + b"x"),
                          strict=True):  # fmt: skip
        path.write_bytes(b"FORM" + (len(body) + 4).to_bytes(4, "big") + b"AIFF" + body)
    hashes = [hash_essence(path, "audio/aiff") for path in paths]

    assert hashes[0] == hashes[1] != hashes[2]


def directory(at: int, number: int, *, following: int, subs: tuple[int, ...] = (), strip: int = 0) -> bytes:
    """A directory of a grey strip of 16 bytes, laid out for `at`; pointers of `subs` come right after it."""
    fields = [(256, 4), (257, 4), (258, 8), (259, 1), (262, 1), (273, strip), (277, 1), (278, 4), (279, 16)]
    rows = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in fields]
    if subs:
        where = at + 2 + (len(rows) + 1) * 12 + 4
        rows.append(struct.pack("<HHII", 330, 4, len(subs), subs[0] if len(subs) == 1 else where))
    written = struct.pack("<H", len(rows)) + b"".join(rows) + struct.pack("<I", following)
    return written + (struct.pack(f"<{len(subs)}I", *subs) if len(subs) > 1 else b"")


ROOM = 512
"""Bytes from one directory to the next; its strip lies in the last 16 of them."""


def paged(chain: int, subs: int) -> bytearray:
    """A TIFF of a chain of pages, of which the first points to smaller pictures."""
    places = [ROOM * (1 + number) for number in range(chain + subs)]
    pages, smaller = places[:chain], tuple(places[chain:])
    data = bytearray(ROOM * (1 + len(places)))
    data[:8] = b"II*\0" + struct.pack("<I", pages[0])
    for number, at in enumerate(places):
        following = pages[number + 1] if number + 1 < chain else 0
        held = directory(
            at, number, following=following, subs=smaller if number == 0 else (), strip=at + ROOM - 16
        )  # fmt: skip
        data[at : at + len(held)] = held
        data[at + ROOM - 16 : at + ROOM] = bytes([number % 250 + 1]) * 16
    return data


@pytest.mark.parametrize(("chain", "subs"), [(1, 3), (90, 0), (70, 2)])
def test_every_picture_of_a_tiff_counts(essence: Hash, chain: int, subs: int) -> None:
    data = paged(chain, subs)
    found = {essence(bytes(data), "image/tiff")}
    for number in range(chain + subs):
        changed = data.copy()
        changed[ROOM * (2 + number) - 1] ^= 0xFF
        found.add(essence(bytes(changed), "image/tiff"))

    assert None not in found
    assert len(found) == 1 + chain + subs


def test_a_tiff_whose_smaller_pictures_cannot_be_found_has_no_essence(essence: Hash) -> None:
    data = paged(1, 1)
    at = bytes(data).index(struct.pack("<HHI", 330, 4, 1))
    data[at + 2 : at + 4] = struct.pack("<H", 2)

    with pytest.raises(UnreadableMedia):
        essence(bytes(data), "image/tiff")


@given(st.sampled_from(["audio/flac", "audio/mpeg", "audio/aiff", "image/gif", "image/tiff"]), st.binary(max_size=400),
       st.sampled_from([b"fLaC", b"ID3\x04", b"FORM\0\0\0\0AIFF", b"GIF89a", b"II*\0", b"MM\0*", b""]))  # fmt: skip
def test_garbage_is_an_error_of_ours_or_has_no_essence(kind: str, data: bytes, head: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(head + data)
        file.flush()
        with contextlib.suppress(UnreadableMedia):
            hash_essence(Path(file.name), kind)
