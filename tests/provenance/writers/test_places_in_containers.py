"""Odd shapes of containers: nothing that something points at may move."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from provenance.containers import bmff, jpeg, riff, tiff
from provenance.contracts import Edit, Tag
from provenance.errors import UnreadableMedia, WriteRefused
from provenance.readers._xmp_packet import find_packets
from provenance.writers import exif, xmp
from provenance.writing import splice


def box(kind: bytes, body: bytes = b"") -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def form(kind: bytes, *chunks: bytes) -> bytes:
    body = kind + b"".join(chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def changed(data: bytes, edits: tuple[Edit, ...]) -> bytes:
    target = io.BytesIO()
    splice(io.BytesIO(data), target, edits)
    return target.getvalue()


def written(data: bytes, kind: str, tag: Tag) -> bytes:
    return changed(data, xmp.edits(io.BytesIO(data), kind, tag))


def packets(data: bytes) -> list[bytes]:
    return [packet.data for packet in find_packets(io.BytesIO(data))]


HEAD = box(b"ftyp", b"isom\0\0\0\0isom")
MOVIE = box(b"moov", box(b"mvhd", bytes(20)))


def test_nothing_in_front_of_the_end_of_a_movie_moves(tag: Tag) -> None:
    data = HEAD + box(b"mdat", b"samples") + MOVIE

    new = written(data, "video/mp4", tag)

    assert new.startswith(data)
    assert changed(new, xmp.erasures(io.BytesIO(new), "video/mp4")) == data


def test_a_last_box_that_reaches_to_the_end_is_measured(tag: Tag) -> None:
    data = HEAD + MOVIE + (0).to_bytes(4, "big") + b"mdat" + b"samples"

    new = written(data, "video/mp4", tag)

    kinds = [one.kind for one in bmff.top_boxes(io.BytesIO(new))]
    assert kinds == [b"ftyp", b"moov", b"mdat", b"uuid"]
    assert new[len(HEAD + MOVIE) :][:4] == (15).to_bytes(4, "big")


def test_the_index_of_a_fragmented_movie_stays_last(tag: Tag) -> None:
    data = HEAD + MOVIE + box(b"moof") + box(b"mdat", b"a") + box(b"mfra", b"index")

    new = written(data, "video/mp4", tag)

    assert new.startswith(data[: -len(box(b"mfra", b"index"))])
    assert new.endswith(box(b"mfra", b"index"))
    assert len(packets(new)) == 1


def test_a_packet_that_grew_in_front_of_the_samples_leaves_free_space(tag: Tag) -> None:
    small = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + packet_of_another())
    data = HEAD + small + MOVIE + box(b"mdat", b"samples")

    new = written(data, "video/mp4", tag)

    assert new.index(b"samples") == data.index(b"samples")
    assert [one.kind for one in bmff.top_boxes(io.BytesIO(new))] == [b"ftyp", b"free", b"moov", b"mdat", b"uuid"]
    assert b'q:a="1"' in packets(new)[0]


def packet_of_another() -> bytes:
    return (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:q="urn:q" q:a="1"/></rdf:RDF>'
    )


@pytest.mark.parametrize(
    "data", [HEAD + MOVIE + box(b"mdat", b"abc") + b"junk", HEAD + MOVIE + box(b"mdat", b"abc")[:-1]]
)
def test_a_movie_with_bytes_behind_it_or_cut_is_left_alone(data: bytes, tag: Tag) -> None:
    with pytest.raises((WriteRefused, UnreadableMedia)):
        written(data, "video/mp4", tag)


def test_bext_and_ixml_stay_and_the_sound_does_not_move(sample, tag: Tag) -> None:
    path: Path = sample("clips/recorder.wav")
    data = path.read_bytes()

    new = written(data, "audio/wav", tag)

    old_chunks = [(one.kind, data[one.span.offset : one.span.end]) for one in riff.chunks(io.BytesIO(data))]
    new_chunks = [(one.kind, new[one.span.offset : one.span.end]) for one in riff.chunks(io.BytesIO(new))]
    assert new_chunks[:-1] == old_chunks
    assert new_chunks[-1][0] == b"_PMX"
    assert {b"bext", b"iXML"} & {kind for kind, _ in old_chunks}
    assert int.from_bytes(new[4:8], "little") == len(new) - 8
    assert new.index(b"data") == data.index(b"data")


def test_a_packet_in_front_of_the_sound_that_grew_leaves_junk(tag: Tag) -> None:
    data = form(b"WAVE", chunk(b"fmt ", bytes(16)), chunk(b"_PMX", packet_of_another()), chunk(b"data", b"sound!"))

    new = written(data, "audio/wav", tag)

    assert [one.kind for one in riff.chunks(io.BytesIO(new))] == [b"fmt ", b"JUNK", b"data", b"_PMX"]
    assert new.index(b"sound!") == data.index(b"sound!")


def test_the_long_length_of_rf64_grows(tag: Tag) -> None:
    sizes = (4 + 36 + 24 + 14).to_bytes(8, "little") + (6).to_bytes(8, "little") + bytes(12)
    data = (
        b"RF64\xff\xff\xff\xffWAVE" + chunk(b"ds64", sizes) + chunk(b"fmt ", bytes(16)) + b"data\xff\xff\xff\xffsound!"
    )

    new = written(data, "audio/x-rf64", tag)

    assert int.from_bytes(new[20:28], "little") == len(new) - 8
    assert new[28:].startswith(data[28:])
    assert len(packets(new)) == 1


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF, 20])
def test_a_wav_whose_head_lies_is_left_alone(length: int, tag: Tag) -> None:
    data = form(b"WAVE", chunk(b"fmt ", bytes(16)), chunk(b"data", b"sound!"))
    data = data[:4] + length.to_bytes(4, "little") + data[8:]

    with pytest.raises(WriteRefused):
        written(data, "audio/wav", tag)


def test_the_index_of_further_pictures_in_a_jpeg_is_not_shifted(tag: Tag) -> None:
    def segment(marker: int, body: bytes) -> bytes:
        return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body

    xmp_head, index = b"http://ns.adobe.com/xap/1.0/\0", segment(0xE2, b"MPF\0MM\0*")
    end = segment(0xDA, b"\1") + b"scan\xff\xd9"
    front = b"\xff\xd8" + segment(0xE0, b"JFIF\0")

    new = written(front + index + end, "image/jpeg", tag)
    assert new.startswith(front)
    assert new.endswith(index + end)
    with pytest.raises(WriteRefused, match="further pictures"):
        written(front + index + segment(0xE1, xmp_head + packet_of_another()) + end, "image/jpeg", tag)


def test_a_packet_longer_than_a_segment_is_refused(sample, tag: Tag) -> None:
    from dataclasses import replace

    data = sample("stills/stripped.jpg").read_bytes()

    with pytest.raises(WriteRefused, match="more than one segment"):
        written(data, "image/jpeg", replace(tag, prompt="x" * 70_000))


@pytest.mark.parametrize(("order", "big"), [("little", False), ("big", False), ("little", True), ("big", True)])
def test_every_kind_of_tiff_keeps_its_fields_where_they_lie(order: str, big: bool, tag: Tag) -> None:
    data = small_tiff(order, big)

    new = written(data, "image/tiff", tag)
    new = changed(new, exif.edits(io.BytesIO(new), "image/tiff", tag))

    old = {(one.directory, one.tag): one.span for one in tiff.entries(io.BytesIO(data)) if one.span.length > 8}
    found = {(one.directory, one.tag): one.span for one in tiff.entries(io.BytesIO(new))}
    assert old.items() <= found.items()
    assert ("exif", 0x9286) in found
    assert new[16 : len(data)] == data[16:]
    assert len(packets(new)) == 1
    back = changed(new, exif.erasures(io.BytesIO(new), "image/tiff"))
    back = changed(back, xmp.erasures(io.BytesIO(back), "image/tiff"))
    assert b"harbour" not in back
    assert {one.tag for one in tiff.entries(io.BytesIO(back))} == {one.tag for one in tiff.entries(io.BytesIO(data))}


def small_tiff(order: str, big: bool) -> bytes:
    """A directory with a maker's name and a next directory, which must stay reachable."""
    number = lambda value, width: value.to_bytes(width, order)  # type: ignore[arg-type]  # noqa: E731
    pointer, counts = (8, 8) if big else (4, 2)
    head = (b"II" if order == "little" else b"MM") + (
        number(43, 2) + number(8, 2) + number(0, 2) if big else number(42, 2)
    )
    name = b"A maker of cameras\0"
    first = len(head) + pointer
    size = counts + (4 + 2 * pointer) + pointer
    second = first + size

    def directory(tag: int, at: int, following: int) -> bytes:
        entry = number(tag, 2) + number(2, 2) + number(len(name), pointer) + number(at, pointer)
        return number(1, counts) + entry + number(following, pointer)

    values = second + size
    return (
        head
        + number(first, pointer)
        + directory(271, values, second)
        + directory(305, values + len(name), 0)
        + name * 2
    )


def test_a_simple_webp_becomes_an_extended_one_of_the_same_size(tag: Tag) -> None:
    from PIL import Image

    for options in ({"lossless": True}, {"quality": 80}):
        out = io.BytesIO()
        Image.new(
            "RGBA" if "lossless" in options else "RGB", (37, 11), (9, 200, 30, 128)[: 4 if "lossless" in options else 3]
        ).save(out, "WEBP", **options)
        data = out.getvalue()

        new = written(data, "image/webp", tag)
        new = changed(new, exif.edits(io.BytesIO(new), "image/webp", tag))

        with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(new)) as after:
            assert after.size == (37, 11)
            assert after.tobytes() == before.tobytes()
        kinds = [one.kind for one in riff.chunks(io.BytesIO(new))]
        assert kinds.index(b"EXIF") < kinds.index(b"XMP ")
        assert int.from_bytes(new[4:8], "little") == len(new) - 8


def test_a_comment_of_another_program_is_not_overwritten_and_names_stay(sample, tag: Tag) -> None:
    data = sample("stills/ai_usercomment.jpg").read_bytes()

    with pytest.raises(WriteRefused, match="another program"):
        exif.edits(io.BytesIO(data), "image/jpeg", tag)


def test_make_model_and_software_are_never_touched(sample, tag: Tag) -> None:
    data = sample("stills/captured.jpg").read_bytes()

    new = changed(data, exif.edits(io.BytesIO(data), "image/jpeg", tag))

    def names(content: bytes) -> dict[int, bytes]:
        segment = next(one for one in jpeg.segments(io.BytesIO(content)) if content[one.span.offset :][:4] == b"Exif")
        block = content[segment.span.offset + 6 : segment.span.end]
        return {
            one.tag: block[one.span.offset : one.span.end]
            for one in tiff.entries(io.BytesIO(block))
            if one.tag != 0x8769
        }

    before, after = names(data), names(new)
    assert {0x010F, 0x0110, 0x0131} <= before.keys()
    assert before.items() <= after.items()
    assert b"; software" not in after[0x9286]


def test_the_comment_follows_its_grammar(sample, tag: Tag) -> None:
    data = sample("stills/stripped.jpg").read_bytes()

    new = changed(data, exif.edits(io.BytesIO(data), "image/jpeg", tag))

    start = new.index(b"provenance: ")
    match = exif.COMMENT.match(new[start : start + 300].decode("latin-1"))
    assert match is not None
    assert (match["origin"], match["source_type"], match["software"]) == ("ai_generated", tag.source_type, "; software")
