"""What lies beside a clip and speaks of it: the camera's XML on a card, and the first frame that ComfyUI's
VideoHelperSuite saves as a PNG with the graph in it.

Sony cards: ``CLIP/C0001.MP4`` and ``CLIP/C0001M01.XML``; Panasonic P2: ``VIDEO/0001AB.MXF`` and
``CLIP/0001AB.XML``; VideoHelperSuite nodes.py: ``name_00001.png`` beside
``name_00001.mp4`` and ``name_00001-audio.mp4``. Found by name alone, so both say less than the clip itself would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from provenance.containers import bmff, flv, gif, matroska, mxf, png
from provenance.containers.span import Span, read_span, read_up_to, size_of
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.marks import recognise
from provenance.marks.grammar import load_json
from provenance.media_type import sniffed
from provenance.model import Fault, Mark, Reading, Strength
from provenance.readers._av_capture import captured
from provenance.readers._camera_xml import XML_LIMIT, parse_device
from provenance.readers._faults import as_fault, opened
from provenance.readers._movie_makers import device_evidence

NAME: Final = "neighbours"
VERSION: Final = "1"

_XML_NAMES: Final = ("M01.XML", "M01.xml", ".XML", ".xml")
_XML_HEAD: Final = 4_096
_CAMERA_ROOT: Final = re.compile(rb"<(?:\w{1,40}:)?(?:NonRealTimeMeta|P2Main|ClipMain|ClipContent|CanonXF)[\s>/]")
_GRAPHS: Final = frozenset({"prompt", "workflow"})
_TEXTS: Final = 4
"""Texts under these keys that are looked at: a frame has one of each."""
_WRITER: Final = "VHS_VideoCombine"
"""The node that saves a clip together with its first frame."""


def accepts(path: Path, head: bytes) -> bool:
    """True for clips that have such a neighbour."""
    return _is_clip(head) and (camera_xml_of(path) is not None or first_frame_of(path) is not None)


def read(source: Source) -> Reading:
    """What the neighbours say of the clip. Raises UnreadableMedia for none of its own."""
    if not _is_clip(source.head):
        return Reading()
    faults: list[Fault] = []
    marks: list[Mark] = []
    for found, look in ((camera_xml_of(source.path), _camera), (first_frame_of(source.path), _graph)):
        if found is None:
            continue
        try:
            marks += look(found)
        except UnreadableMedia as error:
            fault = as_fault(NAME, error, "neighbour.unreadable")
            faults.append(Fault(NAME, fault.code, f"{found.name}: {fault.text}"))
    return Reading(marks=tuple(marks), faults=tuple(faults))


def camera_xml_of(path: Path) -> Path | None:
    """The XML that a camera wrote for a clip, or None. Asked for by name, never listed.

    Sony and Canon write it beside the clip, P2 cards keep ``CLIP/0001AB.XML`` for ``VIDEO/0001AB.MXF``.
    """
    named = [path.with_name(path.stem + name) for name in _XML_NAMES]
    if path.parent.name.upper() == "VIDEO":
        named.append(path.parent.parent / "CLIP" / f"{path.stem}.XML")
    return next((each for each in named if _is_file(each)), None)


def first_frame_of(path: Path) -> Path | None:
    """The PNG of the same name beside a clip, or None."""
    frame = path.with_name(path.stem.removesuffix("-audio") + ".png")
    return frame if frame.name != path.name and _is_file(frame) else None


def _is_clip(head: bytes) -> bool:
    if bmff.is_bmff(head):
        return sniffed(head).startswith("video/")
    return head.startswith((matroska.MAGIC, flv.MAGIC, *gif.MAGICS)) or mxf.starts_like_mxf(head)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _camera(path: Path) -> Iterator[Mark]:
    with opened(path) as file:
        # Edit lists and reports lie beside clips under the same name: they are none of ours, broken or not.
        if not _CAMERA_ROOT.search(read_up_to(file, 0, _XML_HEAD)):
            return
        device = parse_device(read_span(file, Span(0, size_of(file)), XML_LIMIT))
    for each in device_evidence(f"neighbour:{path.name}", "Device", device) if device else ():
        yield captured(NAME, VERSION, each)


def _graph(path: Path) -> Iterator[Mark]:
    """The graph of a first frame, where the node that saves clips is in it: any other PNG is a picture of its own."""
    with opened(path) as file:
        kept = (text for text in png.texts(file) if text.key in _GRAPHS and not text.after_end)
        graphs = [(text.key, text.text) for text in islice(kept, _TEXTS) if _has_writer(load_json(text.text))]
    for said in recognise(graphs):
        signature = said.signature
        note = ("note", "said of its first frame, saved beside it")
        yield Mark(NAME, VERSION, f"neighbour:{path.name}/png:tEXt", said.key, said.value, signature.origin,
                   min(signature.strength, Strength.HEURISTIC), (*signature.detail, note))  # fmt: skip


def _has_writer(graph: object) -> bool:
    if not isinstance(graph, dict):
        return False
    canvas = graph.get("nodes")
    nodes = canvas if isinstance(canvas, list) else list(graph.values())
    return any(isinstance(node, dict) and _WRITER in (node.get("class_type"), node.get("type")) for node in nodes)
