"""Headers of PSD, OpenEXR and DPX, made here byte by byte."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.contracts import Reader, Source
from provenance.model import Origin, Reading, Strength
from provenance.readers import image_headers

GRAPH = json.dumps({"3": {"class_type": "KSampler", "inputs": {"seed": 1}}})
WINDOW = struct.pack("<iiii", 0, 0, 1919, 1079)


def exr(*attributes: tuple[str, str, bytes]) -> bytes:
    body = b"".join(
        name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<i", len(data)) + data
        for name, kind, data in (("displayWindow", "box2i", WINDOW), *attributes)
    )
    return b"\x76\x2f\x31\x01" + struct.pack("<I", 2) + body + b"\0"


def dpx(order: str = ">", **texts: str) -> bytes:
    data = bytearray(2_048)
    data[:4] = b"SDPX" if order == ">" else b"XPDS"
    struct.pack_into(order + "II", data, 772, 4_096, 2_160)
    places = {"name": 36, "time": 136, "creator": 160, "project": 260, "source": 1_432, "device": 1_556}
    for name, text in texts.items():
        data[places[name] : places[name] + len(text)] = text.encode()
    return bytes(data)


def psd() -> bytes:
    return b"8BPS" + struct.pack(">H6xHIIHHII", 1, 3, 1_080, 1_920, 16, 3, 0, 0)


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Reading]:
    def read_bytes(data: bytes) -> Reading:
        path = tmp_path / "a.bin"
        path.write_bytes(data)
        assert image_headers.accepts(path, data[:64])
        return image_headers.read(Source(path, data[:64], len(data)))

    return read_bytes


Read = Callable[[bytes], Reading]


def test_it_is_a_reader() -> None:
    assert isinstance(image_headers, Reader)
    assert not image_headers.accepts(Path("a"), b"\xff\xd8\xff")


def test_the_size_and_software_of_an_exr_are_facts(read: Read) -> None:
    found = read(exr(("Software", "string", b"Blender 4.2"), ("owner", "string", b"a facility")))

    assert found.marks == ()
    assert found.facts == {"format": "EXR", "width": 1920, "height": 1080, "software": "Blender 4.2",
                           "author": "a facility"}  # fmt: skip


def test_a_camera_in_an_exr_is_a_hint_that_a_comp_may_have_carried_over(read: Read) -> None:
    (mark,) = read(exr(("cameraMake", "string", b"Sample Optics"), ("cameraModel", "string", b"SO-1"))).marks

    assert (mark.claims, mark.strength, mark.says("rank")) == (Origin.CAPTURED, Strength.HEURISTIC, "C1")


def test_a_graph_in_an_exr_is_a_tool_signature(read: Read) -> None:
    (mark,) = read(exr(("prompt", "string", GRAPH.encode()))).marks

    assert (mark.claims, mark.says("tool")) == (Origin.AI_GENERATED, "ComfyUI")


def test_what_stands_in_front_of_a_lie_still_counts(read: Read) -> None:
    found = read(exr(("prompt", "string", GRAPH.encode()), ("x", "string", b""))[:-5] + struct.pack("<i", -9))

    assert [mark.claims for mark in found.marks] == [Origin.AI_GENERATED]
    assert [fault.code for fault in found.faults] == ["exr.attribute"]


@pytest.mark.parametrize("order", [">", "<"])
def test_the_header_of_a_dpx_is_read_in_both_orders(read: Read, order: str) -> None:
    found = read(dpx(order, creator="Sample Comp 1.4", project="ABC", device="Sample Scanner"))

    assert (found.facts["width"], found.facts["software"], found.facts["project"]) == (4_096, "Sample Comp 1.4", "ABC")
    assert [mark.strength for mark in found.marks] == [Strength.HEURISTIC]


def test_a_dpx_filled_with_ones_where_nothing_is_known_says_nothing(read: Read) -> None:
    data = dpx()[:4] + b"\xff" * 2_044

    assert read(data) == Reading(facts={"format": "DPX", "width": 0, "height": 0})


def test_the_size_of_a_photoshop_file_is_a_fact(read: Read) -> None:
    assert read(psd()).facts == {"format": "PSD", "width": 1_920, "height": 1_080, "bits": 16}


@pytest.mark.parametrize("data", [b"8BPS\0\1", b"SDPX" + bytes(99), exr()[:20]])
def test_a_cut_header_is_a_named_fault(read: Read, data: bytes) -> None:
    assert read(data).faults


@given(start=st.sampled_from([b"8BPS", b"SDPX", b"XPDS", b"\x76\x2f\x31\x01\2\0\0\0"]), rest=st.binary(max_size=3_000))
@settings(max_examples=80, deadline=2_000)
def test_no_header_makes_it_raise(tmp_path_factory: pytest.TempPathFactory, start: bytes, rest: bytes) -> None:
    path = tmp_path_factory.mktemp("header") / "a.bin"
    path.write_bytes(start + rest)

    assert isinstance(image_headers.read(Source(path, start, len(rest))), Reading)
