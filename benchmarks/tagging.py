"""Signing and verifying by format and size, beside the library's own default route and c2patool; tagging as a whole."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.grown import grow
from benchmarks.inspect_cost import HERE
from benchmarks.machine import quietly, seconds
from benchmarks.peers import exiftool_command
from benchmarks.table import Row, Section, beside
from provenance.identity import FOLDER, Home, create_identity, signing_material

TITLE: Final = "signing, verifying and tagging: time, and memory beyond what the process held before"
EMBEDDED: Final = {
    "jpg": "image/jpeg", "png": "image/png", "tiff": "image/tiff", "webp": "image/webp", "mp4": "video/mp4",
    "mov": "video/quicktime", "m4a": "audio/mp4", "wav": "audio/wav", "avi": "video/x-msvideo",
}  # fmt: skip
BESIDE: Final = {
    "mxf": "application/mxf", "exr": "image/x-exr", "dpx": "image/x-dpx", "psd": "image/vnd.adobe.photoshop",
    "mkv": "video/x-matroska", "rf64": "audio/x-rf64", "mov": "video/quicktime",
}  # fmt: skip
SIZES: Final = (150_000, 12_000_000, 100_000_000)
BIG: Final = (1_000_000_000, 3_000_000_000)
TAGGED: Final = ("jpg", "png", "tiff", "webp", "mp4", "mov", "m4a", "wav")
COPIES: Final = 25
ROOM: Final = 4
"""Times the file's size that is needed on the disk: the library copies the file twice."""
_QUICK: Final = 20_000_000
_SECONDS: Final = 900
_GOOD: Final = frozenset({"signed", "valid", "trusted", "valid, signer not trusted"})


@dataclass(frozen=True, slots=True)
class Took:
    """What one route took: seconds (median), megabytes beyond what was held before, what came out."""

    seconds: float
    mb: float
    said: str


def run(smoke: bool) -> Iterator[Section]:
    """Embedded by format and size, sidecars by format, sidecars of big files, tagging as a whole."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / FOLDER, Path(folder))
        create_identity(home, "Benchmark", time.time_ns() // 1_000_000)
        tool = _tool(Path(folder))
        for size in SIZES[:1] if smoke else SIZES:
            yield _embedded(Path(folder), size, tool)
        yield _sidecars(Path(folder), [(kind, SIZES[0] if smoke else SIZES[1]) for kind in BESIDE if kind != "mov"])
        for size in (SIZES[1],) if smoke else BIG:
            if (short := _short_of(Path(folder), size)) is not None:
                yield Section(f"sidecars of {_size(size)}", (Row("mxf, mov", None, note=short),))
            else:
                yield _sidecars(Path(folder), [("mxf", size), ("mov", size)])
        yield _whole(Path(folder), 2 if smoke else COPIES)


def _short_of(folder: Path, size: int) -> str | None:
    free, needed = shutil.disk_usage(folder).free, size * ROOM
    if free >= needed:
        return None
    return f"needs {needed / 1e9:.1f} GB on the disk of {tempfile.gettempdir()}, and {free / 1e9:.1f} are free"


def _embedded(folder: Path, size: int, tool: str) -> Section:
    rows: list[Row] = []
    for kind, media_type in EMBEDDED.items():
        with _made(folder, kind, size) as path:
            ours, default = (_ask(folder, route, path, media_type) for route in ("embed", "default-embed"))
            _ask(folder, "embed", path, media_type, times=1)  # so that both verify the same file
            read, reader = (_ask(folder, route, path, media_type) for route in ("verify", "default-verify"))
            rows += [*_pair(f"{kind} sign", ours, "Builder.sign", default)]
            rows += [*_by_tool(folder, tool, path, ours, read)]
            rows += [*_pair(f"{kind} verify", read, "Reader", reader)]
    return Section(f"embedded, {_size(size)} each", (*rows, *_absent(tool)))


def _sidecars(folder: Path, files: list[tuple[str, int]]) -> Section:
    rows: list[Row] = []
    for kind, size in files:
        with _made(folder, kind, size) as path:
            default = _ask(folder, "default-sidecar", path, BESIDE[kind])
            reader = _ask(folder, "default-verify-sidecar", path, BESIDE[kind])
            ours, hashed = (_ask(folder, route, path, BESIDE[kind]) for route in ("sidecar", "hash-and-sidecar"))
            read = _ask(folder, "verify-sidecar", path, BESIDE[kind])
            rows += [
                Row(f"{kind} sign, hash known", 1000 * ours.seconds, "ms", note=_memory(ours)),
                Row("  with the pass that hashes", 1000 * hashed.seconds, "ms", note=_memory(hashed)),
                _peer("  set_no_embed", ours, default),
                *_pair(f"{kind} verify, hash known", read, "Reader", reader),
            ]
    return Section(f"sidecars, {_size(files[0][1])} each", tuple(rows))


def _pair(what: str, ours: Took, named: str, default: Took) -> Iterator[Row]:
    yield Row(what, 1000 * ours.seconds, "ms", note=_memory(ours))
    yield _peer(f"  {named}", ours, default)


def _peer(what: str, ours: Took, default: Took) -> Row:
    return beside(1000 * ours.seconds, what, 1000 * default.seconds, "ms", _memory(default))


def _memory(took: Took) -> str:
    return f"+{took.mb:,.0f} MB"


def _whole(folder: Path, copies: int) -> Section:
    """Tagging files as a whole, beside what no safe replacement can do without."""
    files = folder / "files"
    files.mkdir()
    for kind in TAGGED:
        grow(files / f"0.{kind}", kind, SIZES[0])
        for number in range(1, copies):
            shutil.copyfile(files / f"0.{kind}", files / f"{number}.{kind}")
    paths = sorted(files.iterdir())
    floor = sum(seconds(partial(_replaced, path)) for path in paths)
    exiftool = _by_exiftool(folder, paths)
    ours = _ask(folder, "tag-all", files, "-", times=1)
    rate = len(paths) / ours.seconds
    rows = (
        Row("ours", rate, "files/s", note=f"{1000 * ours.seconds / len(paths):.0f} ms each, {_memory(ours)}"),
        beside(rate, "copy, fsync, rename and no more", len(paths) / floor, "files/s"),
        beside(rate, "exiftool, XMP alone, one batch", exiftool and len(paths) / exiftool, "files/s"),
    )
    shutil.rmtree(files)
    return Section(f"XMP, EXIF and signature into {len(paths)} files of {_size(SIZES[0])}, checked, on the disk", rows)


def _replaced(path: Path) -> None:
    new = path.with_name("." + path.name)
    with path.open("rb") as source, new.open("wb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    new.replace(path)


def _by_exiftool(folder: Path, paths: list[Path]) -> float | None:
    """Seconds for the same XMP into copies; none of the essence is compared, and nothing is forced to the disk."""
    command = exiftool_command()
    if command is None:
        return None
    copies = folder / "copies"
    copies.mkdir()
    named = [Path(shutil.copyfile(path, copies / path.name)) for path in paths if path.suffix != ".wav"]
    said = "-XMP-iptcExt:DigitalSourceType=http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    took = seconds(lambda: quietly(*command, "-q", "-overwrite_original", said, *named))
    shutil.rmtree(copies)
    return took * len(paths) / len(named)  # it writes no WAV


@contextlib.contextmanager
def _made(folder: Path, kind: str, size: int) -> Iterator[Path]:
    """A file of one kind and size, gone afterwards with all that routes wrote beside it."""
    path = folder / f"media.{kind}"
    try:
        grow(path, kind, size)
        yield path
    finally:
        for left in (path, *folder.glob("signed*")):
            left.unlink(missing_ok=True)


def _ask(folder: Path, route: str, path: Path, media_type: str, times: int | None = None) -> Took:
    """Measures a route in a process of its own. Raises RuntimeError where that fails."""
    often = times or (5 if path.stat().st_size < _QUICK else 1)
    command = [sys.executable, "-m", "benchmarks.signing_routes", route, str(path), media_type, str(folder), str(often)]
    child = subprocess.run(
        command, capture_output=True, text=True, cwd=HERE, env=os.environ | {"TMPDIR": str(folder)}, timeout=_SECONDS,
        check=False,
    )  # fmt: skip
    if child.returncode:
        raise RuntimeError(f"{route} of {path.name}: {child.stderr.strip()[-300:]}")
    told: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    if told["said"].lower() not in _GOOD and not told["said"].isdigit():
        raise RuntimeError(f"{route} of {path.name} gave {told['said']!r}: nothing was measured")
    return Took(told["seconds"], told["mb"], told["said"])


def _tool(folder: Path) -> str:
    """c2patool where it is on the path, with what it signs with; else empty."""
    found = shutil.which("c2patool")
    if found is None:
        return ""
    material = signing_material(folder / FOLDER, None, time.time_ns() // 1_000_000)
    (folder / "tool.key").write_bytes(material.key_pem)
    (folder / "tool.pem").write_bytes(material.chain_pem)
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": source}]}
    said = {
        "alg": material.alg, "private_key": str(folder / "tool.key"), "sign_cert": str(folder / "tool.pem"),
        "assertions": [{"label": "c2pa.actions.v2", "data": actions}],
    }  # fmt: skip
    (folder / "tool.json").write_text(json.dumps(said), encoding="utf-8")
    return found


def _by_tool(folder: Path, tool: str, path: Path, ours: Took, read: Took) -> Iterator[Row]:
    """c2patool, a process a file: its start is in the figure."""
    if not tool:
        return
    out = folder / f"signed by tool{path.suffix}"
    took = seconds(lambda: quietly(tool, path, "-m", folder / "tool.json", "-o", out, "-f"))
    yield beside(1000 * ours.seconds, "  c2patool sign", 1000 * took, "ms", "with its start")
    took = seconds(lambda: quietly(tool, out))
    yield beside(1000 * read.seconds, "  c2patool verify", 1000 * took, "ms", "with its start")


def _absent(tool: str) -> Iterator[Row]:
    if not tool:
        yield Row("c2patool", None, note="not found on this machine")


def _size(size: int) -> str:
    return f"{size / 1e9:g} GB" if size >= 1_000_000_000 else f"{size / 1e6:g} MB"
