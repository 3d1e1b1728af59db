"""What lies beside a clip counts for it, and only what was made with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from provenance.contracts import Source
from provenance.describe import accepting_readers, describe
from provenance.model import Origin, Reading, Strength
from provenance.readers import neighbours

NODES = {"3": {"class_type": "KSampler", "inputs": {"seed": 7}}}
WRITER = {"9": {"class_type": "VHS_VideoCombine", "inputs": {}}}


def told(path: Path) -> Reading:
    return neighbours.read(Source(path, path.read_bytes()[:65536], path.stat().st_size))


def frame(path: Path, graph: dict[str, object]) -> None:
    texts = PngInfo()
    texts.add_text("prompt", json.dumps(graph))
    Image.new("RGB", (4, 4)).save(path, pnginfo=texts)


def test_the_cameras_xml_makes_a_clip_captured(sample: Callable[..., Path]) -> None:
    description = describe(sample("clips/C0001.mp4", "clips/C0001M01.XML"))

    assert description.verdict.origin is Origin.CAPTURED
    assert not description.verdict.proven


def test_a_clip_is_read_again_when_its_xml_arrives(sample: Callable[..., Path]) -> None:
    clip = sample("clips/C0001.mp4")
    before = accepting_readers(clip)
    sample("clips/C0001M01.XML")

    assert accepting_readers(clip).keys() - before.keys() == {"neighbours"}


def test_the_first_frame_with_the_writing_node_speaks_for_the_clip(sample: Callable[..., Path]) -> None:
    mark = told(sample("clips/comfy_00001.mp4", "clips/comfy_00001.png")).marks[0]

    assert (mark.claims, mark.strength) == (Origin.AI_GENERATED, Strength.HEURISTIC)


def test_the_first_frame_speaks_for_the_clip_with_sound(sample: Callable[..., Path], tmp_path: Path) -> None:
    clip = sample("clips/comfy_00001.mp4", "clips/comfy_00001.png")
    clip.rename(tmp_path / "comfy_00001-audio.mp4")

    assert len(told(tmp_path / "comfy_00001-audio.mp4").marks) == 1


def test_an_ai_picture_of_the_same_name_says_nothing_of_a_clip(sample: Callable[..., Path], tmp_path: Path) -> None:
    clip = sample("clips/plate.mp4")
    frame(tmp_path / "plate.png", dict(NODES))

    assert told(clip).marks == ()


def test_a_graph_that_only_combines_frames_claims_nothing(sample: Callable[..., Path], tmp_path: Path) -> None:
    clip = sample("clips/plate.mp4")
    frame(tmp_path / "plate.png", {"1": {"class_type": "LoadImage", "inputs": {}}, **WRITER})

    assert [mark.claims for mark in told(clip).marks] == [None]


def test_xml_with_entities_beside_a_clip_is_a_fault_that_names_it(sample: Callable[..., Path], tmp_path: Path) -> None:
    clip = sample("clips/plate.mp4")
    (tmp_path / "plateM01.XML").write_text('<!DOCTYPE x [<!ENTITY a "aa">]><NonRealTimeMeta/>')

    faults = told(clip).faults

    assert [fault.code for fault in faults] == ["xmp.entities"]
    assert faults[0].text.startswith("plateM01.XML")


def test_the_xml_of_a_p2_card_lies_in_the_folder_for_clips(sample: Callable[..., Path], tmp_path: Path) -> None:
    original = sample("clips/rewritten_header.mxf", to="CONTENTS/VIDEO")
    clip = original.rename(original.with_name("0001AB.MXF"))
    (tmp_path / "CONTENTS" / "CLIP").mkdir()
    (tmp_path / "CONTENTS" / "CLIP" / "0001AB.XML").write_text(
        '<P2Main xmlns="urn:x"><ClipContent><Device><Manufacturer>Panasonic</Manufacturer>'
        "<SerialNo.>1</SerialNo.><ModelName>AU-EVA1</ModelName></Device></ClipContent></P2Main>"
    )

    mark = told(clip).marks[0]

    assert (mark.claims, mark.says("camera")) == (Origin.CAPTURED, "Panasonic AU-EVA1")


def test_an_edit_list_of_the_same_name_is_none_of_ours(sample: Callable[..., Path], tmp_path: Path) -> None:
    clip = sample("clips/plate.mp4")
    (tmp_path / "plate.xml").write_text('<?xml version="1.0"?><!DOCTYPE xmeml><xmeml version="5"/>')

    assert told(clip) == Reading()


def test_a_still_has_no_such_neighbours(sample: Callable[..., Path]) -> None:
    still = sample("stills/captured.jpg")

    assert not neighbours.accepts(still, still.read_bytes()[:65536])
