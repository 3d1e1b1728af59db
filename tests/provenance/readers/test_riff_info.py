"""Sound and AVI: recorders are capture, workstations are people's work, and everything else stays open."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from provenance.contracts import Source
from provenance.model import Origin, Reading, Strength
from provenance.readers import riff_info
from provenance.readers._sound_makers import recorder_of, workstation_of

IXML = b"<BWFXML><PROJECT>P</PROJECT><SCENE>12A</SCENE><TAKE>3</TAKE><TAPE>R01</TAPE>%b</BWFXML>"
RATE = b"<SPEED><TIMECODE_RATE>24/1</TIMECODE_RATE></SPEED>"
GRAPH = json.dumps({"3": {"class_type": "KSampler", "inputs": {"seed": 7}}})
SONG = b"https://suno.com/song/0a1b2c3d-0000-4000-8000-00000000beef"
ID3 = b"ID3\x03\0\0\0\0\0" + bytes([10 + len(SONG)]) + b"WOAS\0\0\0" + bytes([len(SONG), 0, 0]) + SONG


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def bext(originator: str, description: str = "", history: str = "") -> bytes:
    head = struct.pack(
        "<256s32s32s10s8s", description.encode(), originator.encode(), b"REF", b"2026-03-02", b"09:30:00"
    )
    return chunk(b"bext", head.ljust(602, b"\0") + history.encode())


def info(kind: bytes, **texts: str) -> bytes:
    return chunk(b"LIST", kind + b"".join(chunk(name.encode(), text.encode()) for name, text in texts.items()))


def told(tmp_path: Path, *chunks: bytes, form: bytes = b"WAVE") -> Reading:
    body = form + b"".join(chunks)
    path = tmp_path / "sound.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return riff_info.read(Source(path, path.read_bytes()[:65536], path.stat().st_size))


RECORDERS = (
    "Sound Dev: 702T S#GR1112089007", "SoundDev: MixPre-10T", "ZOOM Handy Recorder H4n", "ZOOM F8n", "TASCAM DR-70D",
    "Aaton CantarX3", "Zaxcom Deva 5.8", "NAGRA VI", "FOSTEX PD606", "Roland R-44", "SONY PCM-D100", "Marantz PMD661",
    "Boom Recorder 8", "Tentacle Sync", "SONOSAX SX-R4+", "AudioMoth",
)  # fmt: skip
WORKSTATIONS = (
    "Pro Tools", "ProTools", "Nuendo", "Cubase", "REAPER", "Adobe Audition 3.0", "Logic Pro X", "Pyramix", "WaveLab 9",
    "Sequoia 15", "Steinberg", "Ableton Live 11", "Sound Forge Pro",
)  # fmt: skip


@pytest.mark.parametrize("name", RECORDERS)
def test_knows_a_recorder_by_how_it_signs(name: str) -> None:
    assert recorder_of(name) is not None
    assert workstation_of(name) is None


@pytest.mark.parametrize("name", WORKSTATIONS)
def test_knows_a_workstation_by_how_it_signs(name: str) -> None:
    assert workstation_of(name) is not None
    assert recorder_of(name) is None


@pytest.mark.parametrize("name", ["", "Drummer 5", "Fusion", "A zoom in", "my Pro Tools session", "Lavf60", "Logical"])
def test_takes_no_other_name_for_either(name: str) -> None:
    assert (recorder_of(name), workstation_of(name)) == (None, None)


def test_a_recorders_originator_is_capture_with_its_slate(tmp_path: Path) -> None:
    mark = told(tmp_path, bext("Sound Dev: 702T S#GR1112089007"), chunk(b"iXML", IXML % b"")).marks[0]

    assert (mark.claims, mark.strength, mark.says("rank")) == (Origin.CAPTURED, Strength.TOOL_SIGNATURE, "C2")
    assert (mark.says("scene"), mark.says("take"), mark.says("tape")) == ("12A", "3", "R01")


def test_a_workstation_is_peoples_work_whatever_slate_it_kept(tmp_path: Path) -> None:
    marks = told(tmp_path, bext("Pro Tools"), chunk(b"iXML", IXML % RATE)).marks

    assert [(mark.claims, mark.strength) for mark in marks] == [(Origin.HUMAN_MADE, Strength.TOOL_SIGNATURE)]


def test_a_slate_without_a_known_originator_is_a_hint(tmp_path: Path) -> None:
    marks = told(tmp_path, chunk(b"iXML", IXML % b"")).marks

    assert [(mark.claims, mark.strength) for mark in marks] == [(Origin.CAPTURED, Strength.HEURISTIC)]


def test_a_slate_with_timecode_originator_and_coding_history_is_a_recorder(tmp_path: Path) -> None:
    marks = told(tmp_path, bext("New Recorder 1", history="A=PCM"), chunk(b"iXML", IXML % RATE)).marks

    assert [(mark.claims, mark.says("rank")) for mark in marks] == [(Origin.CAPTURED, "C2")]


def test_a_slate_in_the_description_is_a_hint(tmp_path: Path) -> None:
    marks = told(tmp_path, bext("", "sSPEED=023.976\r\nsTAKE=01\r\nsSCENE=12A\r\nsTAPE=R01\r\n")).marks

    assert [(mark.claims, mark.strength) for mark in marks] == [(Origin.CAPTURED, Strength.HEURISTIC)]


def test_an_unknown_originator_alone_says_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, bext("Lavf60.3.100")).marks == ()


@pytest.mark.parametrize(
    "part",
    [
        info(b"INFO", ICMT=json.dumps({"prompt": json.loads(GRAPH)})),
        info(b"INFO", AIGC=json.dumps({"Label": "1", "ContentProducer": "someone"})),
        chunk(b"id3 ", ID3),
    ],
    ids=["comment", "label", "id3"],
)
def test_reads_generators_in_info_and_tags(tmp_path: Path, part: bytes) -> None:
    assert [mark.claims for mark in told(tmp_path, part).marks] == [Origin.AI_GENERATED]


def test_a_camera_that_records_avi_is_known_by_its_whole_name(tmp_path: Path) -> None:
    captured = told(tmp_path, info(b"hdrl", ISFT="CanonMVI02"), form=b"AVI ").marks
    other = told(tmp_path, info(b"INFO", ISFT="Lavf60.3.100"), form=b"AVI ").marks

    assert [mark.claims for mark in captured] == [Origin.CAPTURED]
    assert other == ()


def test_a_bomb_in_ixml_is_a_fault_and_the_rest_is_read(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aa">]><BWFXML><SCENE>&a;</SCENE></BWFXML>'

    said = told(tmp_path, bext("ZOOM F8n"), chunk(b"iXML", bomb))

    assert [fault.code for fault in said.faults] == ["riff.ixml"]
    assert [mark.claims for mark in said.marks] == [Origin.CAPTURED]


def test_leaves_pictures_in_riff_alone(tmp_path: Path) -> None:
    assert not riff_info.accepts(Path("a.webp"), b"RIFF\0\0\0\0WEBP")


def test_says_of_the_corpus_what_is_known(corpus: Path) -> None:
    folder = corpus / "marks" / "wavinfo" / "tests" / "test_files"
    claims = {}
    for name in ("cue_chunks/STE-000.wav", "protools/umid.wav", "smpl/alarm_citizen_loop1.wav"):
        path = folder / name
        said = riff_info.read(Source(path, path.read_bytes()[:65536], path.stat().st_size))
        claims[name.partition("/")[0]] = [mark.claims for mark in said.marks]

    assert claims == {"cue_chunks": [Origin.CAPTURED], "protools": [Origin.HUMAN_MADE], "smpl": []}
