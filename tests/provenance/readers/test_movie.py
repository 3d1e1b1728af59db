"""Clips: what generators, phones, cameras and editors write into the movie, and what is not believed."""

from __future__ import annotations

import io
import json
import os
import struct
from pathlib import Path

import pytest

from provenance.contracts import Source
from provenance.model import Mark, Origin, Reading, Strength
from provenance.readers import movie

FTYP = b"ftypqt  \0\0\0\0qt  "
GRAPH = json.dumps({"3": {"class_type": "KSampler", "inputs": {"seed": 7}}})
RESIZE = json.dumps({"1": {"class_type": "LoadImage", "inputs": {}}, "2": {"class_type": "ImageScale", "inputs": {}}})
LABEL = json.dumps({"Label": "1", "ContentProducer": "someone", "ProduceID": "1"})
NRTM = (
    b'<?xml version="1.0"?><NonRealTimeMeta xmlns="urn:schemas-professionalDisc:nonRealTimeMeta:ver.2.00">'
    b'<CreationDate value="2026-03-02"/><Device manufacturer="Sony" modelName="ILCE-7SM3" serialNo="1"/>'
    b"</NonRealTimeMeta>"
)


class Counted(io.FileIO):
    """A file that counts what is read of it."""

    taken = 0

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        count = super().readinto(buffer) or 0
        self.taken += count
        return count


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def data(text: bytes, kind: int = 1) -> bytes:
    return box(b"data", struct.pack(">II", kind, 0), text)


def keys_meta(values: dict[str, str | bytes], *, iso: bool = False) -> bytes:
    names = b"".join(box(b"mdta", name.encode()) for name in values)
    items = (
        box(struct.pack(">I", number), data(text if isinstance(text, bytes) else text.encode()))
        for number, text in enumerate(values.values(), 1)
    )
    handler = box(b"hdlr", bytes(8) + b"mdta" + bytes(13))
    inner = handler + box(b"keys", struct.pack(">II", 0, len(values)), names) + box(b"ilst", *items)
    return box(b"meta", bytes(4) if iso else b"", inner)


def udta_text(kind: bytes, text: str) -> bytes:
    return box(kind, struct.pack(">HH", len(text.encode()), 0x55C4), text.encode())


def clip(*inside: bytes, behind: bool = False, brand: bytes = FTYP) -> bytes:
    moov, media = box(b"moov", box(b"mvhd", bytes(100)), *inside), box(b"mdat", bytes(64))
    return box(brand[:4], brand[4:]) + (media + moov if behind else moov + media)


def track(codec: bytes) -> bytes:
    table = box(b"stsd", struct.pack(">II", 0, 1), box(codec, bytes(78)))
    return box(b"trak", box(b"mdia", box(b"hdlr", bytes(24)), box(b"minf", box(b"stbl", table))))


def reading(content: bytes) -> Reading:
    return movie.read_clip(io.BytesIO(content))


def only(content: bytes) -> Mark:
    marks = reading(content).marks
    assert len(marks) == 1, marks
    return marks[0]


def counted(path: Path) -> tuple[Reading, int]:
    """The reading of a file, and how many bytes it took."""
    raw = Counted(path)
    with io.BufferedReader(raw, 64 * 1024) as file:
        return movie.read_clip(file), raw.taken


PHONE: dict[str, str | bytes] = {"com.apple.quicktime.make": "Apple", "com.apple.quicktime.model": "iPhone 15 Pro"}


GRAPHS = {
    "moov/meta": clip(keys_meta({"prompt": GRAPH})),
    "iso meta": clip(keys_meta({"prompt": GRAPH}, iso=True)),
    "udta behind media": clip(box(b"udta", keys_meta({"prompt": GRAPH}, iso=True)), behind=True),
    "bare at the top": clip() + keys_meta({"prompt": GRAPH}),
    "in a track": clip(box(b"trak", keys_meta({"prompt": GRAPH}))),
    "user data": clip(box(b"udta", udta_text(b"\xa9cmt", json.dumps({"prompt": json.loads(GRAPH)})))),
    "item list": clip(
        box(
            b"udta", box(b"meta", bytes(4), box(b"ilst", box(b"\xa9cmt", data(json.dumps({"prompt": GRAPH}).encode()))))
        )
    ),
}


@pytest.mark.parametrize("content", GRAPHS.values(), ids=GRAPHS)
def test_finds_a_graph_wherever_the_movie_keeps_it(content: bytes) -> None:
    mark = only(content)

    assert mark.claims is Origin.AI_GENERATED
    assert mark.strength is Strength.TOOL_SIGNATURE
    assert mark.says("tool") == "ComfyUI"


def test_a_graph_that_only_scales_claims_nothing() -> None:
    assert only(clip(keys_meta({"prompt": RESIZE}))).claims is None


LABELS = {
    "key": clip(keys_meta({"AIGC": LABEL})),
    "four letters": clip(
        box(b"meta", box(b"hdlr", bytes(8) + b"mdir" + bytes(13)), box(b"ilst", box(b"AIGC", data(LABEL.encode()))))
    ),
    "item without its key": clip(
        box(
            b"meta",
            box(b"hdlr", bytes(25)),
            box(b"ilst", box(bytes(3) + b"\x01", data(json.dumps({"AIGC": json.loads(LABEL)}).encode()))),
        )
    ),
}


@pytest.mark.parametrize("content", LABELS.values(), ids=LABELS)
def test_reads_a_label_of_the_chinese_standard(content: bytes) -> None:
    mark = only(content)

    assert (mark.claims, mark.strength) == (Origin.AI_GENERATED, Strength.DECLARED)


def test_an_editors_flags_count_whatever_type_they_say_they_are() -> None:
    said = json.dumps({"data": {"is_use_ai_image_generation": 1, "product": "lv"}}).encode()
    handler, names = box(b"hdlr", bytes(8) + b"mdta" + bytes(13)), box(b"mdta", b"com.apple.quicktime.artwork")
    keys, items = box(b"keys", struct.pack(">II", 0, 1), names), box(b"ilst", box(b"\0\0\0\x01", data(said, 13)))

    assert only(clip(box(b"meta", handler, keys, items))).claims is Origin.AI_COMPOSITE


@pytest.mark.parametrize(("raised", "claims"), [(1, Origin.AI_COMPOSITE), (0, None)])
def test_an_editors_flags_count_only_where_one_is_raised(raised: int, claims: Origin | None) -> None:
    said = {"data": {"editType": "default", "is_use_ai_image_generation": raised, "is_ai_lyric": 0, "product": "lv"}}

    assert only(clip(keys_meta({"com.apple.quicktime.artwork": json.dumps(said)}))).claims is claims


CAMERAS = {
    "phone keys": clip(keys_meta(PHONE), behind=True),
    "user data": clip(box(b"udta", udta_text(b"\xa9mak", "Apple"), udta_text(b"\xa9mod", "iPhone 3GS"))),
    "android": clip(keys_meta({"com.android.manufacturer": "Google", "com.android.model": "Pixel 8"})),
    "android rate": clip(keys_meta({"com.android.version": "14", "com.android.capture.fps": "30.0"})),
    "arri": clip(keys_meta({"com.arri.camera.CameraModel": "ALEXA Mini LF"})),
    "braw keys": clip(keys_meta({"manufacturer": "Blackmagic Design", "camera_type": "Blackmagic URSA Mini Pro 12K"})),
    "sony xml": clip(
        box(b"meta", bytes(4), box(b"hdlr", bytes(8) + b"nrtm" + bytes(13)), box(b"xml ", bytes(4), NRTM))
    ),
    "canon model": clip(box(b"udta", box(b"CNMN", b"Canon EOS 5D Mark II\0"))),
    "canon thumbnail": clip(box(b"udta", box(b"CNTH", box(b"CNDA", bytes(40))))),
    "canon block": clip(
        box(b"uuid", bytes.fromhex("85c0b687820f11e08111f4ce462b6a48"), box(b"CNCV", b"CanonHEVC001/10.00.00\0"))
    ),
    "gopro firmware": clip(box(b"udta", box(b"FIRM", b"HD8.01.01.20.00\0\0\0"))),
    "gopro gpmf": clip(
        box(
            b"udta",
            box(b"GPMF", b"DEVC\0\x01\0\x28" + b"MINFc\x0c\0\x01HERO8 Black\0" + b"FMWRc\x0f\0\x01HD8.01.01.20.00\0"),
        )
    ),
    "dji track": clip(track(b"djmd")),
    "braw track": clip(track(b"brxq")),
    "nikon": clip(
        box(
            b"udta",
            box(
                b"NCDT",
                box(
                    b"NCTG",
                    struct.pack(">IHH", 1, 2, 18),
                    b"NIKON CORPORATION\0",
                    struct.pack(">IHH", 2, 2, 11),
                    b"NIKON Z 6 \0",
                ),
            ),
        )
    ),
    "olympus": clip(box(b"udta", box(b"TAGS", b"OLYMPUS DIGITAL CAMERA\0" + bytes(60)))),
    "voice memo": clip(box(b"udta", udta_text(b"\xa9too", "com.apple.VoiceMemos (iPhone Version 15.1 (Build 19B74))"))),
    "dji as encoder": clip(
        box(b"udta", box(b"meta", bytes(4), box(b"ilst", box(b"\xa9too", data(b"DJI OsmoPocket3")))))
    ),
    "gopro format": clip(box(b"udta", udta_text(b"\xa9fmt", "GoPro"))),
    "pentax": clip(box(b"udta", box(b"PENT", b"PENTAX K-7\0" + bytes(80)))),
    "insta360": clip() + bytes(40) + b"8db42d694ccc418790edff439fe026bf",
}


@pytest.mark.parametrize("content", CAMERAS.values(), ids=CAMERAS)
def test_believes_what_only_cameras_write(content: bytes) -> None:
    mark = only(content)

    assert mark.claims is Origin.CAPTURED
    assert mark.strength in (Strength.DECLARED, Strength.TOOL_SIGNATURE)
    assert mark.says("rank") == "C2"


@pytest.mark.parametrize(
    "values",
    [
        {"com.apple.quicktime.make": "Apple", "com.apple.quicktime.model": "Mac15,9"},
        {"com.apple.quicktime.make": "Apple", "com.apple.quicktime.model": "MacBookPro18,3"},
        {"com.apple.quicktime.model": "iPhone 15"},
    ],
    ids=["a computer", "another computer", "model alone"],
)
def test_keeps_a_weak_hint_a_hint(values: dict[str, str | bytes]) -> None:
    mark = only(clip(keys_meta(values)))

    assert (mark.claims, mark.strength, mark.says("rank")) == (Origin.CAPTURED, Strength.HEURISTIC, "C1")


NO_CAMERAS = {
    "lavf": clip(keys_meta({"encoder": "Lavf60.16.100"})),
    "lavf in user data": clip(box(b"udta", udta_text(b"\xa9too", "Lavf58.76.100"))),
    "android muxer": clip(keys_meta({"com.android.version": "14"})),
    "a live recorder": clip(
        keys_meta(
            {"com.blackmagic-design.camera.dateRecorded": "2021:12:12", "com.blackmagic-design.camera.uuid": "76A2"}
        )
    ),
    "a graph as make": clip(
        keys_meta({"com.apple.quicktime.make": "prompt:" + GRAPH, "com.apple.quicktime.model": "workflow:{}"}),
        brand=b"ftypmp42\0\0\0\0",
    ),
    "no firmware": clip(box(b"udta", box(b"FIRM", b"anything at all"))),
    "no note": clip(box(b"udta", box(b"TAGS", b"A DIGITAL CAMERA PICTURE"))),
    "h264": clip(track(b"avc1"), track(b"mp4a")),
}


@pytest.mark.parametrize("content", NO_CAMERAS.values(), ids=NO_CAMERAS)
def test_what_anyone_writes_is_no_capture(content: bytes) -> None:
    assert [mark for mark in reading(content).marks if mark.claims is Origin.CAPTURED] == []


def test_a_recording_of_a_phones_screen_leaves_it_open() -> None:
    mark = only(clip(keys_meta({"com.apple.quicktime.author": "ReplayKitRecording"})))

    assert (mark.claims, mark.says("source_type")) == (Origin.MAYBE_AI, "screenCapture")


def test_a_phones_clip_with_a_graph_says_both() -> None:
    claims = {mark.claims for mark in reading(clip(keys_meta({**PHONE, "prompt": GRAPH}))).marks}

    assert claims == {Origin.CAPTURED, Origin.AI_GENERATED}


def test_keeps_what_stood_in_front_of_a_broken_box() -> None:
    content = clip(keys_meta({"prompt": GRAPH})) + struct.pack(">I", 3) + b"udta" + bytes(40)

    said = reading(content)

    assert [mark.claims for mark in said.marks] == [Origin.AI_GENERATED]
    assert [fault.code for fault in said.faults] == ["bmff.box_size"]


def test_a_prompt_of_many_megabytes_is_named_and_not_read(tmp_path: Path) -> None:
    length = 100 << 20
    handler, names = box(b"hdlr", bytes(8) + b"mdta" + bytes(13)), box(b"mdta", b"prompt")
    front = [b"moov", b"meta" + handler + box(b"keys", struct.pack(">II", 0, 1), names), b"ilst", b"\0\0\0\1", b"data"]
    content, behind = struct.pack(">II", 1, 0), length
    for part in reversed(front):
        content = struct.pack(">I", 4 + len(part) + len(content) + behind) + part + content
    path = tmp_path / "long.mov"
    path.write_bytes(box(FTYP[:4], FTYP[4:]) + content)
    os.truncate(path, path.stat().st_size + length)

    said, taken = counted(path)

    assert [fault.code for fault in said.faults] == ["movie.too_long"]
    assert taken < 10 << 20


def test_movies_nested_a_thousand_deep_end_soon() -> None:
    content = b""
    for _ in range(1_000):
        content = box(b"moov", box(b"udta", content))

    assert reading(box(FTYP[:4], FTYP[4:]) + content).marks == ()


def test_a_movie_of_20_gb_costs_a_few_reads(samples: Path, tmp_path: Path) -> None:
    small = (samples / "clips" / "plate_camera.mov").read_bytes()
    at = small.index(b"moov") - 4
    path = tmp_path / "plate.mov"
    size = 20 << 30
    path.write_bytes(box(FTYP[:4], FTYP[4:]) + struct.pack(">I4sQ", 1, b"mdat", size))
    os.truncate(path, len(FTYP) + 4 + size)
    with path.open("ab") as file:
        file.write(small[at:])

    said, taken = counted(path)

    assert [mark.says("camera") for mark in said.marks] == ["Sample Optics SO-1 Mark II"]
    assert taken < 512 * 1024


def test_leaves_stills_of_the_family_to_their_readers() -> None:
    assert not movie.accepts(Path("a.heic"), b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    assert movie.accepts(Path("a.mov"), b"\0\0\0\x14ftypqt  \0\0\0\0qt  ")


def test_reads_a_phone_of_the_corpus(corpus: Path) -> None:
    path = corpus / "marks/metadata-extractor-images/mov/with-gps.mov"

    said = movie.read(Source(path, path.read_bytes()[:65536], path.stat().st_size))

    assert [(mark.claims, mark.says("rank")) for mark in said.marks] == [(Origin.CAPTURED, "C2")]
