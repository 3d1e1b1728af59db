"""Each walker finds the parts of a sound file, and names the lie of a lying one."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

import pytest
from PIL import Image

from provenance.containers import bmff, bmff_samples, gif, jpeg, png, riff, tiff
from provenance.containers.inflate import inflate
from provenance.containers.span import Span, pieces, read_span
from provenance.errors import UnreadableMedia


def image(kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.radial_gradient("L").resize((40, 30)).save(buffer, kind, **options)
    return buffer.getvalue()


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def refusal(walk: Callable[[BinaryIO], Iterable[object]], data: bytes) -> str:
    with pytest.raises(UnreadableMedia) as caught:
        list(walk(io.BytesIO(data)))
    return caught.value.message.partition(":")[0]


def test_jpeg_segments_tile_the_file_up_to_the_end_marker() -> None:
    data = image("JPEG", progressive=True)

    parts = list(jpeg.picture(io.BytesIO(data + b"trailer")))

    assert parts[-1].marker == jpeg.EOI
    assert sum(part.marker == jpeg.SCAN for part in parts) > 1
    position = 2
    for part in parts:
        position += 0 if part.marker == jpeg.SCAN else 2 if part.marker == jpeg.EOI else 4
        assert part.span.offset == position
        position = part.span.end
    assert position == len(data)


def test_a_scan_end_on_the_border_of_two_pieces_is_found() -> None:
    head = b"\xff\xd8\xff\xda\0\x02"
    for gap in range((1 << 20) - 3, (1 << 20) + 3):
        data = head + b"\x11" * gap + b"\xff\xd9"

        parts = list(jpeg.picture(io.BytesIO(data)))

        assert [part.marker for part in parts] == [jpeg.SOS, jpeg.SCAN, jpeg.EOI]
        assert parts[1].span.length == gap


@pytest.mark.parametrize(
    ("walk", "data", "code"),
    [
        (jpeg.picture, b"", "jpeg.no_start"),
        (jpeg.picture, b"\xff\xd8\xff\xe1\xff\xff", "jpeg.segment_length"),
        (jpeg.picture, b"\xff\xd8\xff\xe1\0\1", "jpeg.segment_length"),
        (jpeg.picture, b"\xff\xd8\0\0\0", "jpeg.no_marker"),
        (png.chunks, b"GIF89a", "png.no_signature"),
        (png.chunks, png.MAGIC + b"\x7f\xff\xff\xffIHDR", "png.chunk"),
        (png.chunks, png.MAGIC + b"\0\0\0\0\0\0\0\0\0\0\0\0", "png.chunk"),
        (bmff.top_boxes, b"nothing at all", "bmff.no_box"),
        (bmff.top_boxes, box(b"ftyp", b"isom") + b"\0\0\0\4moov", "bmff.box_size"),
        (riff.chunks, b"RIFF", "riff.no_form"),
        (tiff.entries, b"II", "tiff.no_header"),
        (tiff.entries, b"II*\0\xff\xff\xff\x7f", "tiff.directory"),
        (tiff.entries, b"II*\0\x08\0\0\0\xff\xff", "tiff.too_many_fields"),
    ],
)
def test_a_lie_is_named_by_its_code(walk: Callable[[BinaryIO], Iterable[object]], data: bytes, code: str) -> None:
    assert refusal(walk, data) == code


def test_png_chunks_know_what_stands_behind_the_data_and_behind_the_end() -> None:
    data = image("PNG").replace(chunk(b"IEND", b""), chunk(b"tEXt", b"a\0b") + chunk(b"IEND", b""))

    parts = list(png.chunks(io.BytesIO(data + chunk(b"tEXt", b"c\0d") + b"rubbish")))

    texts = [(part.after_data, part.after_end) for part in parts if part.kind == b"tEXt"]
    assert texts == [(True, False), (True, True)]


def test_all_three_kinds_of_png_text_are_read() -> None:
    body = (
        chunk(b"tEXt", "Author\0Zoë".encode())
        + chunk(b"tEXt", "Latin\0Zoë".encode("latin-1"))
        + chunk(b"zTXt", b"Packed\0\0" + zlib.compress(b"packed"))
        + chunk(b"iTXt", b"Plain\0\0\0en\0Titel\0" + "日本".encode())
        + chunk(b"iTXt", b"Both\0\1\0\0\0" + zlib.compress("日本".encode()))
        + chunk(b"tEXt", b"no separator")
    )

    found = {text.key: text.text for text in png.texts(io.BytesIO(png.MAGIC + body + chunk(b"IEND", b"")))}

    assert found == {"Author": "Zoë", "Latin": "Zoë", "Packed": "packed", "Plain": "日本", "Both": "日本"}


def test_text_that_explodes_is_cut() -> None:
    bomb = zlib.compress(bytes(50 << 20), 9)

    out, cut = inflate(bomb, 1000)

    assert (len(out), cut) == (1000, True)
    assert inflate(zlib.compress(b"x" * 1000), 1000) == (b"x" * 1000, False)


def test_text_that_is_not_compressed_is_refused() -> None:
    with pytest.raises(UnreadableMedia, match=r"text\.not_compressed"):
        inflate(b"plain text")


def test_boxes_of_all_three_sizes_are_walked_and_a_cut_one_is_marked() -> None:
    long = struct.pack(">I4sQ", 1, b"mdat", 20) + b"abcd"
    data = box(b"ftyp", b"isom") + long + struct.pack(">I4s", 0, b"free") + b"rest"

    found = [(b.kind, b.body.length, b.cut) for b in bmff.top_boxes(io.BytesIO(data))]

    assert found == [(b"ftyp", 4, False), (b"mdat", 4, False), (b"free", 4, False)]
    assert [b.cut for b in bmff.top_boxes(io.BytesIO(box(b"ftyp", b"isom") + box(b"mdat", b"x" * 99)[:50]))] == [
        False, True,
    ]  # fmt: skip


def test_meta_is_entered_in_its_iso_and_its_quicktime_form() -> None:
    handler = box(b"hdlr", b"x")
    for body in (bytes(4) + handler, handler):
        file = io.BytesIO(box(b"ftyp", b"isom") + box(b"meta", body))

        found = bmff.find(file, bmff.top_boxes(file), b"meta", b"hdlr")

        assert found is not None


def test_tracks_of_a_clip_know_codec_size_and_where_their_media_lies(samples: Path) -> None:
    with (samples / "clips/plate.mp4").open("rb") as file:
        movie = bmff_samples.movie_of(file)
        assert movie is not None

        track = next(bmff_samples.tracks(file, movie))
        spans = bmff_samples.chunk_spans(file, track)
        seconds = bmff_samples.duration(file, movie)

        media = bmff_samples.mdat_spans(file)
    assert track.handler == b"vide"
    assert track.codec
    assert track.width > 0
    assert seconds is not None
    assert 0 < seconds < 60
    assert all(media[0].offset <= span.offset and span.end <= media[0].end for span in spans)


def test_a_table_without_room_for_its_numbers_is_a_lie() -> None:
    table = box(b"stco", struct.pack(">II", 0, 1 << 30)) + box(b"stsz", bytes(12)) + box(b"stsc", bytes(8))
    file = io.BytesIO(box(b"stbl", table))
    parsed = next(bmff.boxes(file, Span(0, len(table) + 8)))

    with pytest.raises(UnreadableMedia, match=r"bmff\.table"):
        bmff_samples.chunk_spans(file, bmff_samples.Track(b"vide", "", parsed))


def test_riff_lists_and_further_parts_are_found() -> None:
    part = b"AVIX" + b"LIST" + struct.pack("<I", 8) + b"movi" + b"1234"
    data = b"RIFF" + struct.pack("<I", 16) + b"AVI " + b"odd " + struct.pack("<I", 3) + b"abc\0"
    data += b"RIFF" + struct.pack("<I", len(part)) + part

    found = [(c.kind, c.form, c.span.length) for c in riff.chunks(io.BytesIO(data))]

    assert found == [(b"odd ", b"", 3), (b"LIST", b"movi", 4)]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_tiff_directories_of_both_sizes_and_orders_are_read(order: str, big: bool) -> None:
    magic = b"II" if order == "<" else b"MM"
    if big:
        head = magic + struct.pack(order + "HHHQ", 43, 8, 0, 16)
        body = struct.pack(order + "QHHQ", 1, 0x010F, 2, 12) + struct.pack(order + "QQ", 52, 0)
    else:
        head = magic + struct.pack(order + "HI", 42, 8)
        body = struct.pack(order + "HHHI", 1, 0x010F, 2, 12) + struct.pack(order + "II", 26, 0)
    file = io.BytesIO(head + body + b"Some camera\0")

    found = list(tiff.entries(file))

    assert [(entry.directory, entry.tag) for entry in found] == [("0", 0x010F)]
    assert read_span(file, found[0].span, 100) == b"Some camera\0"


def test_a_loop_of_directories_ends() -> None:
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    data = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + entry + struct.pack("<I", 8)

    with pytest.raises(UnreadableMedia, match=r"tiff\.loop"):
        list(tiff.entries(io.BytesIO(data)))


def test_the_packet_in_a_gif_is_found() -> None:
    magic = bytes([1]) + bytes(range(255, -1, -1)) + b"\0"
    packet = b"!\xff\x0bXMP DataXMP<x:xmpmeta/>" + magic
    data = image("GIF")

    assert gif.xmp_of(io.BytesIO(data[:-1] + packet + b";"), 1000) == b"<x:xmpmeta/>"
    assert gif.xmp_of(io.BytesIO(data), 1000) is None


def test_a_part_longer_than_its_limit_or_the_file_is_refused() -> None:
    file = io.BytesIO(b"0123456789")

    with pytest.raises(UnreadableMedia, match=r"media\.too_long"):
        read_span(file, Span(0, 10), 9)
    with pytest.raises(UnreadableMedia, match=r"media\.truncated"):
        read_span(file, Span(5, 10), 100)
    with pytest.raises(UnreadableMedia, match=r"media\.truncated"):
        list(pieces(file, Span(5, 10)))
