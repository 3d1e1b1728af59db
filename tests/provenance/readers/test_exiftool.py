"""ExifTool as a reader: what its tags become, and that it can neither hang us, nor mislead us, nor stay behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from provenance import plugins
from provenance.configuration import parse_settings
from provenance.contracts import Reader, Source
from provenance.describe import describe
from provenance.model import Mark, Origin, Strength
from provenance.readers._exiftool_tags import Tags, facts_of, marks_of
from provenance.readers.exiftool import GAP, NAME, VERSION, ExifTool
from watchers.describer import Describer

ROOT = Path(__file__).resolve().parents[3]
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
STAND_IN = """#!{python} -IS
import json, os, sys, time
log = open({log!r}, "ab", buffering=0)
log.write(json.dumps({{"argv": sys.argv[1:], "pid": os.getpid()}}).encode() + b"\\n")
asked = []
for line in sys.stdin.buffer:
    line = line.rstrip(b"\\n")
    if not line.startswith(b"-execute"):
        asked.append(line)
        continue
    log.write(json.dumps({{"asked": [each.hex() for each in asked]}}).encode() + b"\\n")
    name = os.path.basename(asked[-1])
    if asked == [b"-ver"]:
        print({version!r})
    elif name == b"hang.png":
        time.sleep(600)
    elif name == b"die.png":
        sys.exit(3)
    elif name == b"flood.png":
        print("x" * (40 << 20))
    elif name == b"nonsense.png":
        print("[[{{")
    else:
        print(json.dumps([{{"ExifTool:ExifToolVersion": 13.5, "PNG:Source": "Luma AI"}}]))
    print("{{ready" + line[8:].decode() + "}}", flush=True)
    asked = []
"""
"""Speaks exiftool's protocol over a pipe, and misbehaves for files of certain names."""

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a #! line")


class StandIn:
    """A program in exiftool's place, and what it was asked."""

    def __init__(self, folder: Path, version: str = "13.55") -> None:
        self._log = folder / "log"
        self.program = folder / "exiftool"
        text = STAND_IN.format(python=sys.executable, log=str(self._log), version=version)
        self.program.write_text(text, encoding="utf-8")
        self.program.chmod(0o755)

    def _lines(self, key: str) -> list[object]:
        lines = self._log.read_bytes().splitlines() if self._log.exists() else []
        return [json.loads(line)[key] for line in lines if key in json.loads(line)]

    @property
    def pids(self) -> list[int]:
        return [int(str(pid)) for pid in self._lines("pid")]

    @property
    def command_lines(self) -> list[object]:
        return self._lines("argv")

    @property
    def names(self) -> list[bytes]:
        """The last argument of every question but the one for the version."""
        asked = [[bytes.fromhex(each) for each in question] for question in self._lines("asked")]  # type: ignore[attr-defined]
        return [question[-1] for question in asked if question != [b"-ver"]]


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    folder = tmp_path / "bin"
    folder.mkdir()
    return StandIn(folder)


@pytest.fixture
def reader(stand_in: StandIn) -> Iterator[ExifTool]:
    with ExifTool(str(stand_in.program), seconds=5) as opened:
        yield opened


@pytest.fixture
def real() -> Iterator[ExifTool]:
    """The exiftool of this machine; tests that use it are marked `peer`."""
    with ExifTool() as opened:
        yield opened


def source(path: Path) -> Source:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(b"\x89PNG\r\n\x1a\n")
    return Source(path, path.read_bytes()[:64], path.stat().st_size)


def marks(tags: Tags) -> tuple[Mark, ...]:
    return marks_of(tags, "exiftool", "1", "13.59")


def only(tags: Tags) -> Mark:
    found = marks(tags)
    assert len(found) == 1, found
    return found[0]


# ── what tags become ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tags", "origin", "strength"),
    [
        ({"XMP-iptcExt:DigitalSourceType": IPTC + "trainedAlgorithmicMedia"}, Origin.AI_GENERATED, Strength.DECLARED),
        ({"XMP-iptcExt:DigitalSourceFileType": IPTC + "compositeWithTrainedAlgorithmicMedia"}, Origin.AI_EDITED,
         Strength.DECLARED),
        ({"XMP-iptcExt:AISystemUsed": "Some Model"}, Origin.AI_GENERATED, Strength.DECLARED),
        ({"XMP-TC260:Aigc": '{"Label":"1","ContentProducer":"x"}'}, Origin.AI_GENERATED, Strength.DECLARED),
        ({"PNG:AIGC": '{"Label":"2","ContentProducer":"x"}'}, Origin.MAYBE_AI, Strength.DECLARED),
        ({"XMP-photoshop:Credit": "Made with Google AI"}, Origin.AI_GENERATED, Strength.DECLARED),
        ({"IPTC:Credit": "Apple Photos Clean Up"}, Origin.AI_EDITED, Strength.DECLARED),
        ({"PNG:Parameters": "a fox\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512"},
         Origin.AI_GENERATED, Strength.TOOL_SIGNATURE),
        ({"Keys:Prompt": '{"3":{"class_type":"KSampler","inputs":{}}}'}, Origin.AI_GENERATED,
         Strength.TOOL_SIGNATURE),
        ({"IFD0:Make": 'workflow:{"nodes":[]}', "IFD0:Model": 'prompt:{"3":{"class_type":"KSampler","inputs":{}}}'},
         Origin.AI_GENERATED, Strength.TOOL_SIGNATURE),
        ({"ID3v2_3:UserDefinedText": '(prompt) {"3":{"class_type":"KSampler","inputs":{}}}'}, Origin.AI_GENERATED,
         Strength.TOOL_SIGNATURE),
        ({"ID3v2_4:SourceURL": "https://suno.com/song/01234567-89ab-cdef-0123-456789abcdef"}, Origin.AI_GENERATED,
         Strength.TOOL_SIGNATURE),
        ({"Samsung:GenImageVersion": "v1", "Samsung:ConnectorType": "srvg", "Samsung:GenAIType": 8},
         Origin.AI_EDITED, Strength.TOOL_SIGNATURE),
        ({"IFD0:Make": "Leica", "IFD0:Model": "M11", "ExifIFD:ExposureTime": "1/250"}, Origin.CAPTURED,
         Strength.DECLARED),
        ({"IFD0:Make": "Leica", "IFD0:Model": "M11"}, Origin.CAPTURED, Strength.HEURISTIC),
        ({"Keys:Make": "Apple", "Keys:Model": "iPhone 15"}, Origin.CAPTURED, Strength.DECLARED),
    ],
)  # fmt: skip
def test_tags_claim_what_the_table_says(tags: Tags, origin: Origin, strength: Strength) -> None:
    claiming = [mark for mark in marks(tags) if mark.claims is not None]

    assert {mark.claims for mark in claiming} == {origin}
    assert max(mark.strength for mark in claiming) is strength


@pytest.mark.parametrize(
    "tags",
    [
        {"System:FileName": "Luma AI", "Composite:Source": "Luma AI"},
        {"IFD0:Software": "Adobe Photoshop 26.0 (Windows)"},
        {"XMP-xmp:CreatorTool": "imagen udio veo luma"},
        {"Samsung:GenAIType": 0},
        {"CBOR:DigitalSourceType": IPTC + "digitalCapture"},
        {"PNG:Prompt": '{"1":{"class_type":"LoadImage","inputs":{}}}'},
    ],
)
def test_what_says_nothing_of_ai_claims_nothing(tags: Tags) -> None:
    assert {mark.claims for mark in marks(tags)} <= {None}


def test_a_scanner_is_no_camera_whatever_else_it_says() -> None:
    tags = {"IFD0:Make": "Epson", "IFD0:Model": "Perfection V800", "ExifIFD:ExposureTime": "1/60"}

    assert only(tags).strength is Strength.HEURISTIC


def test_ai_in_credentials_is_an_admission_at_an_unknown_depth() -> None:
    mark = only({"CBOR:Actions": [{"action": "c2pa.created", "digitalSourceType": IPTC + "trainedAlgorithmicMedia"}]})

    assert mark.claims is Origin.AI_COMPOSITE
    assert mark.place.startswith("c2pa:")


def test_each_mark_names_the_version_of_exiftool_and_is_bounded() -> None:
    mark = only({"PNG:Parameters": "x" * 9_000 + "\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1"})

    assert mark.says("exiftool") == "13.59"
    assert len(mark.value) <= 2_000


def test_deep_and_long_structures_are_cut() -> None:
    deep: object = {"digitalSourceType": IPTC + "trainedAlgorithmicMedia"}
    for _ in range(900):
        deep = [deep]

    assert marks({"CBOR:Actions": deep, "XMP-x:Many": ["y"] * 100_000}) == ()


def test_facts_are_the_camera_and_the_software() -> None:
    facts = facts_of({"IFD0:Make": "Leica", "IFD0:Model": "M11", "IFD0:Software": "2.1"})

    assert facts == {"camera_make": "Leica", "camera_model": "M11", "software": "2.1"}


# ── the process ──────────────────────────────────────────────────────────────────────────────────────────


def test_meets_the_contract_of_readers() -> None:
    assert isinstance(ExifTool(), Reader)


def test_a_missing_exiftool_leaves_unchecked_what_it_would_have_read(tmp_path: Path) -> None:
    reading = ExifTool("no-such-exiftool").read(source(tmp_path / "a.png"))

    assert [(gap.what, gap.why) for gap in reading.unchecked] == [(GAP, "no-such-exiftool is not on this machine")]


@posix_only
@pytest.mark.parametrize("version", ["12.57", "13.39", "9.99", "unknown"])
def test_an_old_exiftool_leaves_unchecked_what_it_would_have_read(tmp_path: Path, version: str) -> None:
    program = StandIn(tmp_path, version).program
    with ExifTool(str(program), seconds=5) as reader:
        reading = reader.read(source(tmp_path / "a.png"))

    assert [gap.what for gap in reading.unchecked] == [GAP]
    assert reading.marks == ()
    assert version in reading.unchecked[0].why or "which version" in reading.unchecked[0].why


@posix_only
def test_one_process_answers_for_many_files(tmp_path: Path, stand_in: StandIn, reader: ExifTool) -> None:
    readings = [reader.read(source(tmp_path / f"{number}.png")) for number in range(20)]

    assert {reading.marks[0].claims for reading in readings} == {Origin.AI_GENERATED}
    assert len(stand_in.pids) == 1


@posix_only
def test_no_configuration_file_is_run_and_nothing_is_skipped(
    tmp_path: Path, stand_in: StandIn, reader: ExifTool
) -> None:
    reader.read(source(tmp_path / "a.png"))

    command_line = stand_in.command_lines[0]
    assert isinstance(command_line, list)
    assert command_line[:2] == ["-config", ""]
    assert not {"-q", "-fast", "-fast2"} & set(command_line)


@posix_only
@pytest.mark.parametrize(
    ("name", "code"),
    [("die.png", "exiftool.ended"), ("flood.png", "exiftool.too_much"), ("nonsense.png", "exiftool.answer")],
)
def test_a_file_it_fails_over_is_a_fault_and_the_next_is_read(
    tmp_path: Path, reader: ExifTool, name: str, code: str
) -> None:
    failed, after = reader.read(source(tmp_path / name)), reader.read(source(tmp_path / "b.png"))

    assert [fault.code for fault in failed.faults] == [code]
    assert after.marks[0].claims is Origin.AI_GENERATED


@posix_only
def test_a_file_it_hangs_over_is_given_up_and_the_next_is_read(tmp_path: Path, stand_in: StandIn) -> None:
    with ExifTool(str(stand_in.program), seconds=1.5) as reader:
        began = time.monotonic()
        failed = reader.read(source(tmp_path / "hang.png"))
        took = time.monotonic() - began
        after = reader.read(source(tmp_path / "b.png"))

    assert [fault.code for fault in failed.faults] == ["exiftool.timeout"]
    assert took < 5
    assert after.marks
    assert gone(stand_in.pids[0])


@posix_only
@pytest.mark.parametrize(
    "name",
    [b"-ver", b"-tagsFromFile", b" blank.png ", b"#[CSTR]x.png", b"-execute9", b"\xff\xfe.png", "ö ü.png".encode()],
)  # fmt: skip
def test_no_name_of_a_file_is_taken_for_an_option(
    tmp_path: Path, stand_in: StandIn, reader: ExifTool, name: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(os.fsdecode(name))

    assert reader.read(source(path)).marks
    assert stand_in.names == [os.fsencode(tmp_path) + b"/" + name]


@posix_only
@pytest.mark.parametrize("name", ["a\n-execute\n.png", "a\rb.png"])
def test_a_name_with_a_line_break_is_refused_and_never_sent(
    tmp_path: Path, stand_in: StandIn, reader: ExifTool, name: str
) -> None:
    reading = reader.read(source(tmp_path / name))

    assert [gap.what for gap in reading.unchecked] == [GAP]
    assert stand_in.names == []


@posix_only
def test_it_ends_when_we_are_killed(tmp_path: Path, stand_in: StandIn) -> None:
    code = (
        "import sys, time; from pathlib import Path; from provenance.contracts import Source;"
        "from provenance.readers.exiftool import ExifTool;"
        "ExifTool(sys.argv[1]).read(Source(Path(sys.argv[2]), b'x', 1)); print('asked', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(stand_in.program), str(source(tmp_path / "a.png").path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"asked\n"
        child.send_signal(signal.SIGKILL)

    assert gone(stand_in.pids[0])


def gone(pid: int) -> bool:
    """True once a process has ended; waits for it up to ten seconds."""
    try:
        process = psutil.Process(pid)
        return process.status() == psutil.STATUS_ZOMBIE or process.wait(10) is None
    except psutil.NoSuchProcess:
        return True


# ── where it is asked ────────────────────────────────────────────────────────────────────────────────────


def test_it_is_off_unless_asked_for(tmp_path: Path) -> None:
    text = '[production]\nid = "6f7a1f0e-5d0b-4c3b-9a55-2f5a3c1f6d10"\ntitle = "x"\n'

    assert not parse_settings(text, tmp_path).readers.exiftool
    assert parse_settings(text + "[readers]\nexiftool = true\n", tmp_path).readers.exiftool
    assert NAME not in {reader.NAME for reader in plugins.readers()}


@posix_only
def test_a_describing_worker_asks_it_where_told_to(
    tmp_path: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{stand_in.program.parent}{os.pathsep}{os.environ['PATH']}")
    path = source(tmp_path / "a.png").path
    with Describer(20) as shallow, Describer(20, deep=True) as deep:
        without, with_it = shallow(path), deep(path)

    assert without.verdict.origin is Origin.UNDECLARED
    assert with_it.verdict.origin is Origin.AI_GENERATED
    assert (NAME, VERSION) in with_it.readers
    assert gone(stand_in.pids[0])


# ── the real one ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.peer
def test_the_real_exiftool_is_here_and_new_enough(real: ExifTool, samples: Path) -> None:
    assert real.read(source(samples / "stills" / "captured.jpg")).unchecked == ()


@pytest.mark.peer
@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("stills/ai_xmp.jpg", Origin.AI_GENERATED), ("stills/ai_xmp.webp", Origin.AI_GENERATED),
        ("stills/ai_a1111.png", Origin.AI_GENERATED), ("stills/ai_comfyui.png", Origin.AI_GENERATED),
        ("stills/ai_invoke.png", Origin.AI_GENERATED), ("stills/ai_novelai.png", Origin.AI_GENERATED),
        ("stills/ai_usercomment.jpg", Origin.AI_GENERATED), ("clips/ai_clip_udta.mov", Origin.AI_GENERATED),
        ("clips/tone_ai.wav", Origin.AI_GENERATED), ("stills/ai_generated.png", Origin.AI_COMPOSITE),
        ("stills/captured.jpg", Origin.CAPTURED), ("clips/plate_camera.mov", Origin.CAPTURED),
        ("stills/captured_weak.jpg", Origin.UNDECLARED), ("stills/stripped.jpg", Origin.UNDECLARED),
        ("stills/comfyui_resize_only.png", Origin.UNDECLARED), ("stills/procedural.png", Origin.PROCEDURAL),
    ],
)  # fmt: skip
def test_the_real_exiftool_alone_finds_what_the_samples_say(
    real: ExifTool, samples: Path, name: str, origin: Origin
) -> None:
    assert describe(samples / name, readers=(real,)).verdict.origin is origin


@pytest.mark.peer
def test_with_it_no_sample_is_judged_another_way(real: ExifTool, samples: Path) -> None:
    folders = ("stills", "clips", "sidecars", "broken")
    paths = [path for folder in folders for path in sorted((samples / folder).iterdir()) if path.suffix != ".c2pa"]
    differing = [
        (path.name, alone.value, both.value)
        for path in paths
        if (alone := describe(path).verdict.origin)
        is not (both := describe(path, readers=(*plugins.readers(), real)).verdict.origin)
    ]

    assert len(paths) > 40
    assert differing == []


@pytest.mark.peer
def test_the_real_exiftool_reads_names_of_any_bytes(real: ExifTool, tmp_path: Path) -> None:
    original = (ROOT / "sample_media" / "stills" / "ai_xmp.jpg").read_bytes()
    for name in (b"-ver.jpg", b" a b .jpg", b"#x.jpg", b"\xff\xfe.jpg", "ö.jpg".encode()):
        path = tmp_path / os.fsdecode(name)
        path.write_bytes(original)

        assert real.read(source(path)).marks
