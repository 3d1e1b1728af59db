"""Clips and recordings that say where they came from in their containers' own tags, or through a neighbour."""

import io
import json
import struct
from typing import Any, cast

import _marks as marks
import _pictures as pictures
import av
from _clips import clip, tone
from _containers import png, riff_with_chunk

_JOB = "0a1b2c3d-0000-4000-8000-00000000beef"
_LABEL = json.dumps({"Label": "1", "ContentProducer": "sample-producer", "ProduceID": "SAMPLE-0001"})
_PAN = (256, 90)
_MXF_SET = bytes.fromhex("060e2b34025301010d01010101013000")
_MXF_HEADER = bytes.fromhex("060e2b34020501010d01020101020400")
_SILENCE = bytes.fromhex("fffb9064") + bytes(413)
"""One frame of silence: MPEG 1 layer III, 128 kbit/s, 44.1 kHz."""

Files = dict[str, bytes]


def build() -> Files:
    graph = marks.comfyui_generated()
    spoken = tone([(220.0, 0.6), (277.2, 0.4)])
    files = {
        "ai_graph.mp4": clip(pictures.dream(70, _PAN), "mp4", graph),
        "ai_graph.mkv": clip(pictures.dream(71, _PAN), "matroska", {"PROMPT": graph["prompt"]}),
        "ai_label.mp4": clip(pictures.dream(72, _PAN), "mp4", {"AIGC": _LABEL}),
        "ai_parts.mov": clip(pictures.photo(73, _PAN), "mov", {"com.apple.quicktime.artwork": _editor(1)}),
        "edited_only.mov": clip(pictures.photo(74, _PAN), "mov", {"com.apple.quicktime.artwork": _editor(0)}),
        "resized_graph.mp4": clip(pictures.photo(75, _PAN), "mp4", marks.comfyui_resized()),
        "ai_song.mp3": _id3({"WOAS": f"https://suno.com/song/{_JOB}"}) + _SILENCE * 40,
        "ai_tone.flac": _flac(spoken, {"prompt": graph["prompt"]}),
        "recorder.wav": riff_with_chunk(riff_with_chunk(spoken, b"bext", _bext("ZOOM F8n")), b"iXML", _slate()),
        "workstation.wav": riff_with_chunk(spoken, b"bext", _bext("Pro Tools")),
        "camera_header.mxf": _mxf(("Sony", "Mem")),
        "rewritten_header.mxf": _mxf(("Sony", "Mem"), ("Sample Post", "Sample Editor")),
        "C0001.mp4": clip(pictures.photo(76, _PAN), "mp4"),
        "C0001M01.XML": _camera_xml(),
        "comfy_00001.mp4": clip(pictures.dream(77, _PAN), "mp4"),
        "comfy_00001.png": png(pictures.dream(77, pictures.CLIP), _saving(graph)),
    }
    return {f"clips/{name}": data for name, data in files.items()}


def _editor(raised: int) -> str:
    flags = {"is_use_ai_image_generation": 0, "is_use_ai_video_generation": raised, "is_ai_lyric": 0}
    return json.dumps({"data": {"editType": "default", **flags, "product": "vicut"}, "source_type": "vicut"})


def _saving(graph: dict[str, str]) -> dict[str, str]:
    """The executed graph as VideoHelperSuite saves it: with the node that combined the frames."""
    nodes: dict[str, Any] = json.loads(graph["prompt"])
    nodes["90"] = {"class_type": "VHS_VideoCombine", "inputs": {"frame_rate": 24, "format": "video/h264-mp4"}}
    return {"prompt": json.dumps(nodes)}


def _id3(addresses: dict[str, str]) -> bytes:
    body = b""
    for frame, address in addresses.items():
        body += frame.encode() + struct.pack(">IH", len(address), 0) + address.encode()
    size = len(body)
    safe = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + safe + body


def _flac(wave: bytes, comments: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with (
        av.open(io.BytesIO(wave)) as source,
        av.open(buffer, "w", format="flac", options={"fflags": "+bitexact"}) as target,
    ):
        target.metadata.update(comments)
        stream = cast(Any, target.add_stream("flac", rate=16_000, options={"flags": "+bitexact"}))
        for frame in source.decode(audio=0):
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    return buffer.getvalue()


def _bext(originator: str) -> bytes:
    texts = (b"sample tone", originator.encode(), b"SAMPLE0001", b"2026-03-02", b"09:30:00")
    return struct.pack("<256s32s32s10s8sQH254x", *texts, 0, 1) + b"A=PCM,F=16000,W=16,M=mono\r\n"


def _slate() -> bytes:
    names = {"PROJECT": "SAMPLE", "SCENE": "12A", "TAKE": "3", "TAPE": "R01"}
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in names.items())
    return f'<?xml version="1.0" encoding="UTF-8"?><BWFXML><IXML_VERSION>1.5</IXML_VERSION>{inner}</BWFXML>'.encode()


def _mxf(*writers: tuple[str, str]) -> bytes:
    """A header partition and one Identification set for each writer: all that says who made an MXF file."""
    sets = b"".join(_packet(_MXF_SET, _fields(writer)) for writer in writers)
    pack = (
        struct.pack(">HHIQQQQQIQI", 1, 3, 512, 0, 0, 0, len(sets), 0, 0, 0, 0) + bytes(16) + struct.pack(">II", 0, 16)
    )
    return _packet(_MXF_HEADER, pack) + sets


def _fields(names: tuple[str, str]) -> bytes:
    texts = {0x3C01: names[0], 0x3C02: names[1], 0x3C04: "1.00"}
    return b"".join(struct.pack(">HH", tag, 2 * len(text)) + text.encode("utf-16-be") for tag, text in texts.items())


def _packet(key: bytes, body: bytes) -> bytes:
    return key + b"\x83" + len(body).to_bytes(3, "big") + body


def _camera_xml() -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<NonRealTimeMeta xmlns="urn:schemas-professionalDisc:nonRealTimeMeta:ver.2.00">\n'
        ' <CreationDate value="2026-03-02T09:30:00+00:00"/>\n'
        f' <Device manufacturer="{marks.MAKE}" modelName="{marks.MODEL}" serialNo="0000000"/>\n'
        "</NonRealTimeMeta>\n"
    ).encode()
