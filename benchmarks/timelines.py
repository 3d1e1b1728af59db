"""Reading a cut of 5,000 clips in each exchange format, beside OpenTimelineIO and its adapters on the same files.

The adapters are oracles: with `--peers DIR` they get an environment of their own in DIR, and never become dependencies.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.machine import seconds
from benchmarks.peers import FOLDER, environment
from benchmarks.table import Row, Section, beside
from provenance.timelines import read_project

TITLE: Final = "timelines: a cut of 5,000 clips read, used and present told apart"
PEER: Final = ("opentimelineio", "opentimelineio-plugins", "otio-fcpx-xml-adapter")
TIMES: Final = 3
_ASK: Final = """
import json, sys, time
import opentimelineio as otio
for path in sys.argv[1:]:
    try:
        took = []
        for _ in range(int(3)):
            began = time.perf_counter()
            found = otio.adapters.read_from_file(path)
            took.append(time.perf_counter() - began)
        print(json.dumps([path, min(took)]))
    except Exception as error:
        print(json.dumps([path, type(error).__name__]))
"""


def run(smoke: bool) -> Iterator[Section]:
    """All formats; a few clips to see that it works, 5,000 for the figure, 50,000 to see that it grows in step."""
    with tempfile.TemporaryDirectory() as folder:
        counts = (200,) if smoke else (5_000, 50_000)
        for count in counts:
            files = write_cuts(Path(folder), count)
            peers = ask_peer(files) if count <= 5_000 else {}
            yield Section(f"{count:,} clips, warm, best of {TIMES}", tuple(_rows(files, count, peers)))


def _rows(files: list[Path], count: int, peers: dict[str, float | str]) -> Iterator[Row]:
    for path in files:
        ours = min(seconds(lambda path=path: _read(path, count)) for _ in range(TIMES))  # type: ignore[misc]
        size = path.stat().st_size / 1e6
        yield Row(f"{path.suffix[1:]}, read", ours, "s", note=f"{size:.1f} MB; peak {_peak(path):.0f} MB in Python")
        said = peers.get(str(path))
        if isinstance(said, str):
            yield Row(f"{path.suffix[1:]}, OpenTimelineIO", None, note=f"refused it: {said}")
        elif count <= 5_000:
            note = "" if said else "not asked: --peers DIR makes an environment of its own for it"
            yield beside(ours, f"{path.suffix[1:]}, OpenTimelineIO", said, "s", note)


def _read(path: Path, count: int) -> None:
    found = read_project(path)
    assert found is not None
    assert len(found.cuts[0].clips) == count, f"{path.name}: {len(found.cuts[0].clips)} clips"


def _peak(path: Path) -> float:
    """Most megabytes of Python objects alive at once while a file is read."""
    tracemalloc.start()
    try:
        read_project(path)
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def ask_peer(files: list[Path]) -> dict[str, float | str]:
    """Seconds that OpenTimelineIO takes for each file, or what it raises; nothing where it is not asked."""
    home = os.environ.get(FOLDER)
    if not home:
        return {}
    try:
        python = environment(Path(home) / "opentimelineio", *PEER)
        ended = subprocess.run([python, "-c", _ASK, *map(str, files)], capture_output=True, text=True, timeout=600)
    except (OSError, subprocess.SubprocessError) as error:
        return {str(path): type(error).__name__ for path in files}
    return {path: said for path, said in map(json.loads, filter(_is_answer, ended.stdout.splitlines()))}


def _is_answer(line: str) -> bool:
    return line.startswith("[")


# ── cuts of any length ───────────────────────────────────────────────────────────────────────────────────


def write_cuts(folder: Path, count: int) -> list[Path]:
    """The same cut in every text format: `count` clips of 48 frames at 24, each out of a file of its own."""
    contents = {".otio": _otio(count), ".xml": _fcp7(count), ".fcpxml": _fcpxml(count), ".edl": _edl(count)}
    files = []
    for suffix, content in contents.items():
        files.append(folder / f"cut_{count}{suffix}")
        files[-1].write_text(content, encoding="utf-8")
    return files


def _url(number: int) -> str:
    return f"file://localhost/Volumes/SHOW/day%20{number % 40:02d}/A{number:05d}_C001.mov"


def _otio(count: int) -> str:
    def time(value: int) -> dict[str, Any]:
        return {"OTIO_SCHEMA": "RationalTime.1", "rate": 24.0, "value": float(value)}

    def span(start: int, length: int) -> dict[str, Any]:
        return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(start), "duration": time(length)}

    clips: list[dict[str, Any]] = [
        {
            "OTIO_SCHEMA": "Clip.2", "metadata": {"cmx_3600": {"reel": f"A{number:05d}"}}, "name": f"shot {number}",
            "source_range": span(86_400, 48), "effects": [], "markers": [], "enabled": True, "color": None,
            "media_references": {
                "DEFAULT_MEDIA": {
                    "OTIO_SCHEMA": "ExternalReference.1", "metadata": {}, "name": "", "target_url": _url(number),
                    "available_range": span(86_400, 480), "available_image_bounds": None,
                }
            },
            "active_media_reference_key": "DEFAULT_MEDIA",
        }
        for number in range(count)
    ]  # fmt: skip
    track = {"OTIO_SCHEMA": "Track.1", "kind": "Video", "name": "V1", "children": clips, "metadata": {}}
    stack = {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": [track], "metadata": {}}
    return json.dumps({"OTIO_SCHEMA": "Timeline.1", "name": "cut", "global_start_time": time(86_400), "tracks": stack})


def _fcp7(count: int) -> str:
    rate = "<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate>"
    timecode = f"<timecode>{rate}<string>01:00:00:00</string><frame>86400</frame><displayformat>NDF</displayformat>"
    clips = "".join(
        f'<clipitem id="c{n}"><masterclipid>m{n}</masterclipid><name>shot {n}</name><enabled>TRUE</enabled>'
        f"<duration>480</duration>{rate}<start>{n * 48}</start><end>{n * 48 + 48}</end><in>0</in><out>48</out>"
        f'<pproTicksIn>0</pproTicksIn><file id="f{n}"><name>A{n:05d}_C001.mov</name><pathurl>{_url(n)}</pathurl>{rate}'
        f"<duration>480</duration>{timecode}<reel><name>A{n:05d}</name></reel></timecode><media><video>"
        f"<samplecharacteristics>{rate}<width>1920</width></samplecharacteristics></video></media></file>"
        f"<link><linkclipref>c{n}</linkclipref><mediatype>video</mediatype></link><labels><label2>Iris</label2></labels>"
        f"<logginginfo><description></description></logginginfo></clipitem>"
        for n in range(count)
    )
    inner = f"<media><video><track>{clips}<enabled>TRUE</enabled></track></video></media>{timecode}</timecode>"
    return f'<!DOCTYPE xmeml><xmeml version="4"><sequence id="s"><name>cut</name>{rate}{inner}</sequence></xmeml>'


def _fcpxml(count: int) -> str:
    assets = "".join(
        f'<asset id="a{n}" name="A{n:05d}" uid="{n:032X}" start="3600s" duration="20s" hasVideo="1" format="r1">'
        f'<media-rep kind="original-media" src="{_url(n)}"/></asset>'
        for n in range(count)
    )
    clips = "".join(
        f'<asset-clip name="shot {n}" ref="a{n}" offset="{3_600 + 2 * n}s" start="3600s" duration="2s">'
        f'<marker start="3600s" duration="1/24s" value="m"/></asset-clip>'
        for n in range(count)
    )
    sequence = f'<sequence format="r1" tcStart="3600s" tcFormat="NDF"><spine>{clips}</spine></sequence>'
    resources = f'<resources><format id="r1" frameDuration="1/24s"/>{assets}</resources>'
    return (
        f'<!DOCTYPE fcpxml><fcpxml version="1.11">{resources}'
        f'<library><event name="e"><project name="cut">{sequence}</project></event></library></fcpxml>'
    )


def _edl(count: int) -> str:
    def time(frames: int) -> str:
        whole, frame = divmod(frames, 24)
        return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}:{frame:02d}"

    events = (
        f"{n + 1:06d}  A{n:05d}  V     C        {time(86_400)} {time(86_448)} {time(86_400 + 48 * n)} "
        f"{time(86_448 + 48 * n)}\n* FROM CLIP NAME: shot {n}\n* SOURCE FILE: A{n:05d}_C001.mov\n"
        for n in range(count)
    )
    return "TITLE: cut\nFCM: NON-DROP FRAME\n" + "".join(events)
