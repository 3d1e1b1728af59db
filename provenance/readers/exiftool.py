"""ExifTool as one more reader: wide and slow, so it is asked only where the configuration or a person says so.

The only module that starts exiftool. One process stays open (`-stay_open`) and is asked file after file; one that
hangs or dies is ended and started anew. What it shows is recognised by the same table as our own readers' texts,
and what it would have read is "not checked" where it is missing or too old: before 13.40 it knows no IPTC 2025.1
property and loses marks in WebP, ID3 and Samsung's trailer. https://exiftool.org/exiftool_pod.html
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Final

from provenance.contracts import Source
from provenance.model import Fault, Reading, Unchecked
from provenance.readers._exiftool_process import Answer, ExifToolProcess, Silent
from provenance.readers._exiftool_tags import Tags, facts_of, marks_of

NAME: Final = "exiftool"
VERSION: Final = "1"
OLDEST: Final = (13, 40)
SECONDS: Final = 10.0
"""Wall-clock time for one file; the describing process has a longer limit of its own."""
GAP: Final = "what exiftool would have read"

_OPTIONS: Final = (
    "-j", "-G1", "-a", "-struct", "-api", "largefilesupport=1", "--ThumbnailImage", "--PreviewImage", "--JpgFromRaw",
    "--Picture", "-x", "C2PAThumbnail*",
)  # fmt: skip
"""Never -fast2: it loses what stands behind the picture data. Never -q: it swallows the end of an answer."""
_VERSION: Final = re.compile(rb"\s*(\d{1,3})\.(\d{1,3})\s*")


class ExifTool:
    """A reader that asks exiftool, for one thread at a time.

    Args:
        program: its name on the path, or where it lies.
        seconds: wall-clock time for one file.

    Use it as a context manager, or call `close`; its process also ends when ours does, however that comes.
    """

    NAME: Final = NAME

    def __init__(self, program: str = "exiftool", seconds: float = SECONDS) -> None:
        # Another version once it is installed: what was described without it is then read again.
        self.VERSION = VERSION if shutil.which(program) else "0"
        self._program = program
        self._seconds = seconds
        self._process: ExifToolProcess | None = None
        self._refusal = ""

    def accepts(self, path: Path, head: bytes) -> bool:
        """True for whatever holds something: exiftool knows more formats than we do."""
        return bool(head)

    def read(self, source: Source) -> Reading:
        """What exiftool shows of a file, as marks; what it could not look at is a fault or is left unchecked."""
        name = os.path.abspath(source.path)  # noqa: PTH100 -- lexical, so that no name begins with a dash or a blank
        if any(sign in name for sign in "\n\r\0"):
            return _unchecked("its name holds a line break, which exiftool cannot be told safely")
        process = self._running()
        if process is None:
            return _unchecked(self._refusal)
        try:
            answer = process.ask((*_OPTIONS, name))
        except Silent as silence:
            self.close()
            return Reading(faults=(Fault(NAME, silence.code, str(silence)),))
        return _reading(answer, self.VERSION, process.version)

    def close(self) -> None:
        """Ends exiftool. The reader can be used again; it then starts another."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def __enter__(self) -> ExifTool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _running(self) -> ExifToolProcess | None:
        """The open process; None where there can be none, `_refusal` then says why for as long as we live."""
        if self._process is None and not self._refusal:
            self._process, self._refusal = _opened(self._program, self._seconds)
        return self._process


def _opened(program: str, seconds: float) -> tuple[ExifToolProcess | None, str]:
    """An exiftool that is new enough, or why there is none."""
    found = shutil.which(program)
    if found is None:
        return None, f"{program} is not on this machine"
    try:
        process = ExifToolProcess(found, seconds)
    except OSError as error:
        return None, f"exiftool cannot be started: {error}"
    try:
        version = _VERSION.fullmatch(process.ask(("-ver",)))
    except Silent as silence:
        version, told = None, f"exiftool cannot be started: {silence}"
    else:
        told = "exiftool here does not say which version it is"
    numbers = (int(version[1]), int(version[2])) if version else (0, 0)
    if numbers < OLDEST:
        process.close()
        old = f"exiftool here is {numbers[0]}.{numbers[1]:02d}; {OLDEST[0]}.{OLDEST[1]} or newer is needed"
        return None, old if version else told
    process.version = f"{numbers[0]}.{numbers[1]:02d}"
    return process, ""


def _unchecked(why: str) -> Reading:
    return Reading(unchecked=(Unchecked(GAP, why),))


def _reading(answer: Answer, version: str, exiftool: str) -> Reading:
    tags = _tags(answer)
    if tags is None:
        return Reading(faults=(Fault(NAME, "exiftool.answer", "exiftool gave no sensible answer for this file"),))
    if error := tags.get("ExifTool:Error"):
        return _unchecked(f"exiftool could not read it: {str(error)[:300]}")
    return Reading(marks=marks_of(tags, NAME, version, exiftool), facts=facts_of(tags))


def _tags(answer: Answer) -> Tags | None:
    try:
        value = json.loads(answer.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None
    first = value[0] if isinstance(value, list) and value else None
    return first if isinstance(first, dict) else None
