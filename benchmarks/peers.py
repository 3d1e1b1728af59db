"""What others make of the labelled files: exiftool with a few rules, and packages in an environment of their own.

The packages are oracles: they are installed only on request, into a folder outside the project (`--peers DIR`),
and never become dependencies. One of them is a program that removes marks; it is only asked what it sees.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.labelled import Label

EXIFTOOL: Final = ("-j", "-G1", "-a", "-struct", "-api", "largefilesupport=1")
PACKAGES: Final = ("sd-parsers", "remove-ai-watermarks")
FOLDER: Final = "PROVENANCE_PEERS"
"""Names the folder of the packages' environment; `--peers DIR` sets it."""
SECONDS: Final = 1_800

_SOURCE_TYPES: Final = {
    "trainedAlgorithmicMedia": "ai",
    "compositeWithTrainedAlgorithmicMedia": "composite",
    "compositeSynthetic": "composite",
    "digitalCreation": "digital",
    "digitalArt": "digital",
    "algorithmicMedia": "digital",
    "screenCapture": "digital",
}
_RULES: Final = (
    (re.compile(r"(XMP-TC260:Aigc|PNG:AIGC|Keys:AIGC)"), re.compile(r"Label"), "ai"),
    (re.compile(r"XMP-iptcExt:AI(SystemUsed|PromptInformation)"), re.compile(r"."), "ai"),
    (re.compile(r"\w+:Credit"), re.compile(r"Made with Google AI"), "ai"),
    (re.compile(r"\w+:Credit"), re.compile(r"Edited with Google AI|Apple Photos Clean Up"), "composite"),
    (re.compile(r"(PNG|ExifIFD|IFD0):(Parameters|UserComment)"), re.compile(r"Steps: \d+|sui_image_params"), "ai"),
    (re.compile(r"(PNG|Keys|ID3v2_\d):Prompt"), re.compile(r'"?class_type'), "ai"),
    (re.compile(r"IFD0:(Make|Model)"), re.compile(r"(workflow|prompt):", re.IGNORECASE), "ai"),
    (re.compile(r"PNG:(Invokeai_metadata|Sd-metadata|Dream)", re.IGNORECASE), re.compile(r"."), "ai"),
    (re.compile(r"\w+:Software"), re.compile(r"NovelAI|Fooocus|Draw Things"), "ai"),
    (re.compile(r"PNG:Description"), re.compile(r"Job ID: [0-9a-f-]{36}"), "ai"),
    (re.compile(r"ID3v2_\d:SourceURL"), re.compile(r"https://suno\.com/"), "ai"),
    (re.compile(r"\w+:UserComment"), re.compile(r"^Screenshot$"), "digital"),
)
"""The small rule file for exiftool: (tag, value, class), what a careful user would write in an afternoon."""


@dataclass(frozen=True, slots=True)
class Peer:
    """What somebody else says: answers by path, or None and why there are none."""

    name: str
    said: Mapping[str, str] | None
    why: str = ""


def peers_of(corpus: Path, labels: Sequence[Label]) -> Iterator[Peer]:
    """All peers, each with its answers or the reason why it has none."""
    yield _exiftool(corpus, labels)
    home = os.environ.get(FOLDER)
    if not home:
        why = "not asked: --peers DIR makes an environment of their own for them"
        yield from (Peer(package, None, why) for package in PACKAGES)
        return
    for package in PACKAGES:
        yield _package(package, Path(home), corpus, labels)


def exiftool_command() -> list[str] | None:
    """The exiftool to compare with: EXIFTOOL where set, else the one on the path."""
    named = os.environ.get("EXIFTOOL") or shutil.which("exiftool")
    return [named] if named else None


def ask_exiftool(command: Sequence[str], corpus: Path, paths: Sequence[str]) -> list[dict[str, object]]:
    """All tags of all files in one call. Raises RuntimeError where it answers nothing."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = Path(folder) / "files.args"
        arguments.write_text("\n".join(str(corpus / path) for path in paths) + "\n", encoding="utf-8")
        ended = subprocess.run([*command, *EXIFTOOL, "-@", str(arguments)], capture_output=True, timeout=SECONDS)
    if not ended.stdout:
        raise RuntimeError(f"exiftool gave no answer: {ended.stderr.decode(errors='replace')[:300]}")
    found: list[dict[str, object]] = json.loads(ended.stdout.decode("utf-8", "replace"))
    return found


def _exiftool(corpus: Path, labels: Sequence[Label]) -> Peer:
    command = exiftool_command()
    if command is None:
        return Peer("exiftool and a few rules", None, "exiftool is not on this machine")
    version = subprocess.run([*command, "-ver"], capture_output=True, text=True).stdout.strip()
    found = ask_exiftool(command, corpus, [label.path for label in labels])
    said = {str(Path(str(tags["SourceFile"])).relative_to(corpus)): by_rules(tags) for tags in found}
    return Peer(f"exiftool {version} and {len(_RULES) + 1} rules", said)


def by_rules(tags: Mapping[str, object]) -> str:
    """What the rules make of one file's tags."""
    said = [word for name, value in tags.items() for word in _by_rule(name, str(value))]
    for word in ("composite", "ai", "digital"):
        if word in said:
            return word
    exposed = any(f"ExifIFD:{name}" in tags for name in ("ExposureTime", "FNumber", "ISO", "FocalLength"))
    makers = {"IFD0:Make", "IFD0:Model"} <= tags.keys() and exposed
    return "captured" if makers or {"Keys:Make", "Keys:Model"} <= tags.keys() else "unknown"


def _by_rule(name: str, value: str) -> Iterator[str]:
    if name.endswith(("DigitalSourceType", "ActionsDigitalSourceType")) or "DigitalSource" in value:
        for term in re.findall(r"digitalsourcetype/(\w+)", value, re.IGNORECASE):
            if term in _SOURCE_TYPES:
                yield _SOURCE_TYPES[term]
    for key, pattern, word in _RULES:
        if key.fullmatch(name) and pattern.search(value):
            yield word


_ASK: Final = {
    "sd-parsers": """
import json, sys
from sd_parsers import ParserManager
manager = ParserManager()
for path in sys.stdin.read().splitlines():
    try:
        found = manager.parse(path)
        print(json.dumps([path, "ai" if found is not None else "unknown"]))
    except Exception:
        print(json.dumps([path, "error"]))
""",
    "remove-ai-watermarks": """
import json, sys
from pathlib import Path
from remove_ai_watermarks.identify import identify
for path in sys.stdin.read().splitlines():
    try:
        found = identify(Path(path), check_visible=False, check_invisible=False)
        word = "composite" if found.ai_source_kind == "enhanced" else "ai"
        print(json.dumps([path, word if found.is_ai_generated else "unknown"]))
    except Exception:
        print(json.dumps([path, "error"]))
""",
}


def _package(package: str, home: Path, corpus: Path, labels: Sequence[Label]) -> Peer:
    try:
        python = environment(home / package, package)
        asked = "\n".join(str(corpus / label.path) for label in labels)
        ended = subprocess.run(
            [python, "-c", _ASK[package]], input=asked, capture_output=True, text=True, timeout=SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Peer(package, None, f"could not be asked: {type(error).__name__}")
    lines = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("[")]
    if not lines:
        return Peer(package, None, f"gave no answer: {ended.stderr[-200:].strip()}")
    return Peer(package, {str(Path(path).relative_to(corpus)): word for path, word in lines})


def environment(folder: Path, *packages: str) -> str:
    """The Python of an environment that holds the packages; made where it is not there yet."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        subprocess.run(install, check=True, capture_output=True, timeout=SECONDS)
    return str(python)
