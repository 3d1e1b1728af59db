"""EXIF of cameras, scanners and generators, on tiny files made here."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from provenance.contracts import Reader, Source
from provenance.model import Mark, Origin, Reading, Strength
from provenance.readers import exif

MAKE, MODEL, SOFTWARE, ARTIST, DESCRIPTION, XP_COMMENT = 0x010F, 0x0110, 0x0131, 0x013B, 0x010E, 0x9C9C
EXPOSURE, ISO, COMMENT, FILE_SOURCE, DATE, NOTE = 0x829A, 0x8827, 0x9286, 0xA300, 0x9003, 0x927C
A1111 = "a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 64x64"
GRAPH = json.dumps({"3": {"class_type": "KSampler", "inputs": {"seed": 1}}})
CAMERA = {MAKE: "Sample Optics", MODEL: "SO-1"}
Fields = dict[int, object]


def field(tag: int, value: object) -> tuple[int, int, int, bytes]:
    """(tag, type, count, bytes) of a field, big-endian."""
    if isinstance(value, str):
        data = value.encode() + b"\0"
        return tag, 2, len(data), data
    if isinstance(value, bytes):
        return tag, 7, len(value), value
    if isinstance(value, tuple):
        return tag, 5, 1, struct.pack(">II", *value)
    assert isinstance(value, int)
    return tag, 3, 1, struct.pack(">H", value)


def directory(fields: list[tuple[int, int, int, bytes]], start: int) -> bytes:
    entries, more = b"", b""
    place = start + 6 + 12 * len(fields)
    for tag, kind, count, data in sorted(fields):
        inline = data.ljust(4, b"\0")
        if len(data) > 4:
            inline, more = struct.pack(">I", place + len(more)), more + data
        entries += struct.pack(">HHI", tag, kind, count) + inline
    return struct.pack(">H", len(fields)) + entries + bytes(4) + more


def block(main: Fields, shot: Fields | None = None) -> bytes:
    first = [field(tag, value) for tag, value in main.items()]
    size = len(directory([*first, (0x8769, 4, 1, bytes(4))], 8))
    pointer = (0x8769, 4, 1, struct.pack(">I", 8 + size))
    second = directory([field(tag, value) for tag, value in (shot or {}).items()], 8 + size)
    return b"MM\0*" + struct.pack(">I", 8) + directory([*first, pointer], 8) + second


def jpeg(data: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG")
    body = b"Exif\0\0" + data
    return buffer.getvalue()[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + buffer.getvalue()[2:]


def saved(kind: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, kind, exif=data)
    return buffer.getvalue()


def png(data: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    plain = buffer.getvalue()
    chunk = struct.pack(">I", len(data)) + b"eXIf" + data + struct.pack(">I", zlib.crc32(b"eXIf" + data))
    return plain[:33] + chunk + plain[33:]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Reading]:
    def read_bytes(data: bytes) -> Reading:
        path = tmp_path / "a.bin"
        path.write_bytes(data)
        return exif.read(Source(path, data[:4096], len(data)))

    return read_bytes


Read = Callable[[bytes], Reading]


def only(found: Reading) -> Mark:
    assert len(found.marks) == 1
    return found.marks[0]


def test_it_is_a_reader() -> None:
    assert isinstance(exif, Reader)
    assert not exif.accepts(Path("a.jpg"), b"RIFF\0\0\0\0WAVE")


@pytest.mark.parametrize(
    ("kind", "wrap"),
    [("JPEG", jpeg), ("PNG", png), ("WEBP", lambda data: saved("WEBP", data)), ("TIFF", lambda data: data),
     ("AVIF", lambda data: saved("AVIF", data))],
)  # fmt: skip
def test_a_complete_record_of_an_exposure_is_a_declared_capture(
    read: Read, kind: str, wrap: Callable[[bytes], bytes]
) -> None:
    if kind not in Image.registered_extensions().values():
        pytest.skip(f"this Pillow writes no {kind}")
    data = wrap(block(CAMERA, {EXPOSURE: (1, 250)}))

    found = read(data)

    mark = only(found)
    assert exif.accepts(Path("a"), data[:4096])
    assert (mark.claims, mark.strength, mark.says("rank")) == (Origin.CAPTURED, Strength.DECLARED, "C2")
    assert found.facts["camera_model"] == "SO-1"
    assert found.faults == ()


@pytest.mark.parametrize("magic", [b"II*\0", b"IIRO", b"IIRS", b"IIU\0"])
def test_raw_files_with_a_magic_number_of_their_own_are_read(read: Read, magic: bytes) -> None:
    names = b"Some maker\0\0Some model\0\0"
    entries = struct.pack("<HHII", MAKE, 2, 12, 38) + struct.pack("<HHII", MODEL, 2, 12, 50)
    data = magic + struct.pack("<IH", 8, 2) + entries + bytes(4) + names

    assert only(read(data)).says("camera") == "Some maker Some model"


def test_a_big_tiff_is_read_for_its_texts_and_not_misread_as_a_classic_one(read: Read) -> None:
    head = b"II" + struct.pack("<HHHQ", 43, 8, 0, 16)
    entry = struct.pack("<QHHQ", 1, MAKE, 2, 12) + struct.pack("<QQ", 52, 0)

    found = read(head + entry + b"Ideogram AI\0")

    assert only(found).says("tool") == "Ideogram"
    assert found.facts == {}
    assert found.faults == ()


@pytest.mark.parametrize("shot", [{}, {EXPOSURE: (0, 1)}, {ISO: 0}])
def test_make_and_model_without_an_exposure_are_a_hint(read: Read, shot: Fields) -> None:
    mark = only(read(jpeg(block(CAMERA, shot))))

    assert (mark.claims, mark.strength, mark.says("rank")) == (Origin.CAPTURED, Strength.HEURISTIC, "C1")


def test_the_time_and_a_makers_note_make_a_capture_without_an_exposure(read: Read) -> None:
    mark = only(read(jpeg(block(CAMERA, {DATE: "2026:03:02 09:30:00", NOTE: b"Sample Optics note 1"}))))

    assert (mark.key, mark.says("rank")) == ("Make, Model, maker's note", "C2")


@pytest.mark.parametrize("shot", [{NOTE: b"Sample Optics note 1"}, {DATE: "2026:03:02 09:30:00"},
                                  {DATE: "2026:03:02 09:30:00", NOTE: bytes(64)}])  # fmt: skip
def test_a_note_without_a_time_or_a_time_without_a_note_is_a_hint(read: Read, shot: Fields) -> None:
    assert only(read(jpeg(block(CAMERA, shot)))).says("rank") == "C1"


def test_a_note_by_another_maker_makes_the_record_a_hint(read: Read) -> None:
    mark = only(read(jpeg(block(CAMERA, {ISO: 100, NOTE: b"Apple iOS\0\0\1MM\0\1"}))))

    assert (mark.says("rank"), mark.strength) == ("C1", Strength.HEURISTIC)
    assert "Apple iOS" in (mark.says("note") or "")


def test_an_aperture_in_apex_units_is_an_exposure(read: Read) -> None:
    assert only(read(jpeg(block(CAMERA, {0x9202: (60, 10)})))).says("rank") == "C2"


@pytest.mark.parametrize(("main", "shot"), [({MAKE: "Apple", MODEL: "iPhone 15 Pro"}, {0xA401: 3, ISO: 100}),
                                            ({**CAMERA, SOFTWARE: "HDR+ 1.0.585804376zd"}, {ISO: 100})])  # fmt: skip
def test_a_phone_that_merges_exposures_is_a_computational_capture(read: Read, main: Fields, shot: Fields) -> None:
    mark = only(read(jpeg(block(main, shot))))

    assert (mark.says("rank"), mark.says("source_type")) == ("C2", "computationalCapture")


def test_a_mosaic_of_sensor_data_needs_no_exposure(read: Read) -> None:
    assert only(read(block({**CAMERA, 0x0106: 32_803}))).key == "Make, Model, sensor data"


@pytest.mark.parametrize("software", ["VueScan 9 x64 (9.8.22)", "SilverFast 8.8.0", "EPSON Scan"])
def test_a_program_that_only_scans_makes_a_scan(read: Read, software: str) -> None:
    mark = only(read(jpeg(block({SOFTWARE: software}, {ISO: 100}))))

    assert (mark.says("digitised"), mark.strength) == ("scan", Strength.HEURISTIC)


def test_a_make_and_model_outside_the_first_directory_are_nobodys(read: Read) -> None:
    assert read(jpeg(block({}, {MAKE: "Sample Optics", MODEL: "SO-1", ISO: 100}))).marks == ()


def test_what_stands_behind_the_end_of_a_name_is_no_part_of_it(read: Read) -> None:
    found = read(jpeg(block({MAKE: "Sample Optics\0\0\0Gemini", MODEL: "SO-1"}, {ISO: 100})))

    assert found.facts["camera_make"] == "Sample Optics"


def test_a_screenshot_tool_named_in_software_leaves_the_origin_open(read: Read) -> None:
    assert only(read(jpeg(block({SOFTWARE: "gnome-screenshot"})))).says("source_type") == "screenCapture"


def photoshop(data: bytes) -> bytes:
    resource = b"8BIM" + struct.pack(">HHI", 0x0422, 0, len(data)) + data + bytes(len(data) % 2)
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 8, 8, 8, 3)
    return head + struct.pack(">I", 0) + struct.pack(">I", len(resource)) + resource


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def raw_profile(data: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    text = f"\nexif\n{len(data) + 6:8}\n{(b'Exif' + bytes(2) + data).hex()}\n".encode()
    body = b"Raw profile type exif\0\0" + zlib.compress(text)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    return buffer.getvalue()[:33] + chunk + buffer.getvalue()[33:]


def canon_raw(data: bytes) -> bytes:
    shot = b"MM\0*" + struct.pack(">I", 8) + directory([field(EXPOSURE, (1, 250))], 8)
    uuid = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48") + box(b"CMT1", data) + box(b"CMT2", shot)
    return box(b"ftyp", b"crx \0\0\0\1crx isom") + box(b"moov", box(b"uuid", uuid))


def fuji_raw(data: bytes) -> bytes:
    inner = jpeg(data)
    return b"FUJIFILMCCD-RAW ".ljust(84, b"0") + struct.pack(">II", 92, len(inner)) + inner


@pytest.mark.parametrize(
    ("wrap", "place"),
    [
        (photoshop, "psd:8BIM/exif"),
        (lambda data: b"\0\0\0\x0cjP  \r\n\x87\n" + box(b"uuid", b"JpgTiffExif->JP2" + data), "jp2:uuid/exif"),
        (raw_profile, "png:raw profile/exif"),
        (canon_raw, "cr3:CMT1"),
        (fuji_raw, "raf:jpeg:APP1/exif"),
        (lambda data: b"\0MRM\0\0\0\0\0PRD\0\0\0\2xx\0TTW" + struct.pack(">I", len(data)) + data, "mrw:TTW"),
        (lambda data: box(b"JXL ", b"\r\n\x87\n") + box(b"Exif", bytes(4) + data), "jxl:Exif"),
    ],
    ids=["psd", "jp2", "png profile", "cr3", "raf", "mrw", "jxl"],
)
def test_a_block_is_found_in_containers_where_the_library_is_blind(
    read: Read, wrap: Callable[[bytes], bytes], place: str
) -> None:
    data = wrap(block(CAMERA, {EXPOSURE: (1, 250)}))

    mark = only(read(data))

    assert exif.accepts(Path("a"), data[:4096])
    assert (mark.place, mark.says("rank")) == (place, "C2")


def crw() -> bytes:
    exposure = struct.pack("<fff", 0, 7.5, 5.25)
    names = b"Canon\0Canon EOS 300D\0".ljust(32, b"\0")
    inner = names + exposure
    table = struct.pack("<H", 2) + struct.pack("<HII", 0x080A, 32, 0) + struct.pack("<HII", 0x1818, 12, 32)
    heap = inner + table + struct.pack("<I", len(inner))
    outer = heap + struct.pack("<H", 1) + struct.pack("<HII", 0x300A, len(heap), 0) + struct.pack("<I", len(heap))
    return b"II" + struct.pack("<I", 26) + b"HEAPCCDR".ljust(20, b"\0") + outer


def sigma() -> bytes:
    pairs = [("CAMMANUF", "SIGMA"), ("CAMMODEL", "SIGMA DP2"), ("EXPTIME", "8000"), ("ISO", "100")]
    table, text = b"", ""
    for name, value in pairs:
        table += struct.pack("<II", len(text), len(text) + len(name) + 1)
        text += f"{name}\0{value}\0"
    section = b"SECp" + struct.pack("<IIIII", 0x20000, len(pairs), 0, 0, len(text)) + table + text.encode("utf-16-le")
    start = b"FOVb".ljust(256, b"\0")
    directory = b"SECd" + struct.pack("<II", 0x20000, 1) + struct.pack("<II", 256, len(section)) + b"PROP"
    return start + section + directory + struct.pack("<I", 256 + len(section))


@pytest.mark.parametrize(("data", "camera"), [(crw(), "Canon Canon EOS 300D"), (sigma(), "SIGMA SIGMA DP2")])
def test_raw_files_without_exif_are_read_too(read: Read, data: bytes, camera: str) -> None:
    mark = only(read(data))

    assert exif.accepts(Path("a"), data[:4096])
    assert (mark.key, mark.says("rank"), mark.says("camera")) == ("Make, Model, exposure", "C2", camera)


@pytest.mark.parametrize("data", [crw(), sigma()], ids=["crw", "x3f"])
@given(edits=st.lists(st.tuples(st.integers(0, 800), st.integers(0, 255)), min_size=1, max_size=6))
@settings(max_examples=60, deadline=2_000)
def test_damaged_raw_files_give_a_reading(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, edits: list[tuple[int, int]]
) -> None:
    content = bytearray(data)
    for position, value in edits:
        content[position % len(content)] = value
    path = tmp_path_factory.mktemp("raw") / "a.bin"
    path.write_bytes(content)

    assert isinstance(exif.read(Source(path, bytes(content[:64]), len(content))), Reading)


def test_the_second_picture_of_a_pair_speaks_for_itself_alone(read: Read) -> None:
    plain = jpeg(block({}))

    assert read(plain + jpeg(block(CAMERA, {ISO: 100, COMMENT: b"ASCII\0\0\0" + A1111.encode()}))).marks == ()


@pytest.mark.parametrize("main", [{MODEL: "SO-1"}, {MAKE: "Sample Optics"}])
def test_half_a_name_with_an_exposure_is_a_hint(read: Read, main: Fields) -> None:
    assert only(read(jpeg(block(main, {ISO: 100})))).says("rank") == "C1"


@pytest.mark.parametrize(
    "main",
    [{MAKE: "Canva", MODEL: "Canva"}, {MAKE: "x" * 65, MODEL: "y"}, {MAKE: "workflow:x", MODEL: "prompt:y"},
     {MAKE: '{"a": 1}', MODEL: '{"b": 2}'}, {MAKE: " ", MODEL: "--"}],
)  # fmt: skip
def test_names_no_camera_bears_are_no_capture(read: Read, main: Fields) -> None:
    assert read(jpeg(block(main, {ISO: 100}))).marks == ()


@pytest.mark.parametrize(
    ("main", "shot", "strength"),
    [
        (CAMERA, {FILE_SOURCE: b"\1"}, Strength.HEURISTIC),
        (CAMERA, {FILE_SOURCE: b"\2", ISO: 100}, Strength.HEURISTIC),
        ({MAKE: "EPSON", MODEL: "PerfectionV800"}, {ISO: 100}, Strength.HEURISTIC),
        ({MAKE: "FUJI PHOTO FILM CO., LTD.", MODEL: "SP-2500"}, {FILE_SOURCE: b"\3"}, Strength.HEURISTIC),
        ({MAKE: "KODAK", MODEL: "HR200"}, {}, Strength.HEURISTIC),
    ],
)
def test_a_scan_is_captured_and_says_so(read: Read, main: Fields, shot: Fields, strength: Strength) -> None:
    mark = only(read(jpeg(block(main, shot))))

    assert (mark.claims, mark.strength, mark.says("digitised")) == (Origin.CAPTURED, strength, "scan")


@pytest.mark.parametrize("name", ["SP-350", "SP500UZ", "GT-I9000"])
def test_a_camera_with_a_name_like_a_scanner_is_a_camera(read: Read, name: str) -> None:
    assert only(read(jpeg(block({MAKE: "Maker", MODEL: name}, {ISO: 100})))).says("rank") == "C2"


@pytest.mark.parametrize(
    "comment",
    [b"UNICODE\0" + A1111.encode("utf-16-be"), b"UNICODE\0" + A1111.encode("utf-16-le"),
     b"UNICODE\0" + A1111.encode("utf-16"), b"ASCII\0\0\0" + A1111.encode(), bytes(8) + A1111.encode(),
     A1111.encode(), b"UNICODE\0" + ("日本" * 300 + "\n" + A1111).encode("utf-16-be")],
    ids=["be", "le", "bom", "ascii", "undefined", "bare", "cjk"],
)  # fmt: skip
def test_generator_text_in_a_comment_is_read_in_every_encoding(read: Read, comment: bytes) -> None:
    assert only(read(jpeg(block({}, {COMMENT: comment})))).claims is Origin.AI_GENERATED


def test_generator_text_in_a_comment_is_a_tool_signature(read: Read) -> None:
    mark = only(read(jpeg(block({}, {COMMENT: b"UNICODE\0" + A1111.encode("utf-16-be")}))))

    assert (mark.claims, mark.strength) == (Origin.AI_GENERATED, Strength.TOOL_SIGNATURE)
    assert mark.says("prompt") == "a cat"


@pytest.mark.parametrize(
    ("main", "shot", "tool"),
    [
        ({MAKE: "workflow:{}", MODEL: "prompt:" + GRAPH}, {}, "ComfyUI"),
        ({MAKE: "Prompt: " + GRAPH}, {}, "ComfyUI"),
        ({XP_COMMENT: A1111.encode("utf-16-le")}, {}, "A1111 family"),
        ({MAKE: "Ideogram AI"}, {}, "Ideogram"),
        ({DESCRIPTION: "Signature: " + "aB3+" * 20, ARTIST: "2b6e053b-9a65-4ca9-9e13-b6f4465164d4"}, {},
         "xAI Grok"),
        ({SOFTWARE: "NovelAI Diffusion V4.5 4BDE2A90"}, {}, "NovelAI"),
        ({}, {COMMENT: b"ASCII\0\0\0" + b'{"sui_image_params": {"prompt": "x"}}'}, "SwarmUI"),
    ],
)  # fmt: skip
def test_other_fields_carry_signatures_too(read: Read, main: Fields, shot: Fields, tool: str) -> None:
    mark = only(read(jpeg(block(main, shot))))

    assert (mark.claims, mark.says("tool")) == (Origin.AI_GENERATED, tool)


def test_camera_fields_beside_generator_text_are_both_told(read: Read) -> None:
    found = read(jpeg(block(CAMERA, {ISO: 100, COMMENT: b"ASCII\0\0\0" + A1111.encode()})))

    assert {mark.claims for mark in found.marks} == {Origin.AI_GENERATED, Origin.CAPTURED}


def test_a_screenshot_may_show_anything(read: Read) -> None:
    assert only(read(jpeg(block({}, {COMMENT: b"ASCII\0\0\0Screenshot"})))).claims is Origin.MAYBE_AI


@pytest.mark.parametrize(
    "data",
    [b"", b"MM", b"MM\0*\x7f\xff\xff\xf0", b"MM\0*" + struct.pack(">IH", 8, 65_535),
     block(CAMERA, {ISO: 100})[:60]],
    ids=["empty", "cut header", "far offset", "many fields", "cut"],
)  # fmt: skip
def test_a_damaged_block_is_a_fault(read: Read, data: bytes) -> None:
    found = read(jpeg(data))

    assert found.faults
    assert all(fault.text for fault in found.faults)


@pytest.mark.timeout(20)
def test_many_fields_that_share_one_long_text_are_given_up(read: Read) -> None:
    count, text = 1_000, b"x" * (1 << 20)
    entries = struct.pack(">HHII", DESCRIPTION, 2, len(text), 14 + 12 * count) * count
    data = b"MM\0*" + struct.pack(">IH", 8, count) + entries + bytes(4) + text

    assert "exif.too_long" in {fault.code for fault in read(data).faults}


@pytest.mark.timeout(20)
def test_directories_that_send_the_reader_round_are_given_up(read: Read) -> None:
    fields = [(0x9000 + n % 3, 3, 999, bytes(8)) for n in range(4_000)]
    entries = b"".join(struct.pack(">HHI", tag, kind, count) + bytes(4) for tag, kind, count, _ in fields)
    astray = struct.pack(">HHII", SOFTWARE, 2, 100, 0x7FFFFFFF)
    data = b"MM\0*" + struct.pack(">IH", 8, len(fields) + 1) + entries + astray + bytes(4)

    assert "exif.endless" in {fault.code for fault in read(data).faults}


@pytest.mark.parametrize(
    ("name", "rank"),
    [("stills/captured.jpg", "C2"), ("stills/captured_weak.jpg", "C1"), ("stills/undeclared.png", None)],
)
def test_the_samples_say_what_they_promise(samples: Path, name: str, rank: str | None) -> None:
    found = exif.read(Source(samples / name, b"", 0))

    assert [mark.says("rank") for mark in found.marks] == ([rank] if rank else [])
