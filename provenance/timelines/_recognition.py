"""Which kind of timeline a file is: by its first bytes, and where these do not tell, by its name."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

HEAD_SIZE: Final = 64 << 10
"""Bytes that are looked at."""

OTIO: Final = "otio"
FCP7_XML: Final = "fcp7_xml"
FCPXML: Final = "fcpxml"
AAF: Final = "aaf"
EDL: Final = "cmx3600"
ALE: Final = "ale"

_SUFFIXES: Final = {
    ".otio": OTIO, ".otioz": OTIO, ".otiod": OTIO, ".xmeml": FCP7_XML, ".fcpxml": FCPXML, ".fcpxmld": FCPXML,
    ".aaf": AAF, ".edl": EDL, ".ale": ALE,
}  # fmt: skip
_COMPOUND: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_BINARY: Final = 1_024
_ROOT: Final = re.compile(r"<(?:[A-Za-z_][\w.-]{0,40}:)?(xmeml|fcpxml)[\s/>]")
_WIDE: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_EVENT: Final = re.compile(
    r"^[ \t]*\d{1,6}[A-Z]?[ \t]+\S{1,129}[ \t]+\S{1,8}[ \t]+(?:C|D|W\d{1,3}|K[BO]?)[ \t][^\r\n]{0,40}?"
    r"\d\d[:;.]\d\d[:;.]\d\d[:;.]\d\d",
    re.MULTILINE,
)
_TITLE: Final = re.compile(r"\s*(?:TITLE:|FCM:)", re.IGNORECASE)
_ALE: Final = re.compile(r"\s*Heading\s*[\r\n]+(?:[^\r\n]*[\r\n]+){0,30}?\s*(?:FIELD_DELIM|VIDEO_FORMAT|FPS)\b", re.I)


def recognise(path: Path, head: bytes) -> str:
    """The name of the reader for this file, or empty. A folder has an empty head and is told by its name."""
    suffix = path.suffix.lower()
    by_name = _SUFFIXES.get(suffix, "")
    if not head or not (by_name or _may_be(head)):
        return by_name
    return _by_bytes(suffix, head, by_name)


def _may_be(head: bytes) -> bool:
    """False for pictures, movies and sound, which are most of what this is asked about."""
    if head.startswith((_COMPOUND, b"PK\3\4", *_WIDE)) or b"\0" not in head[:_BINARY]:
        return True
    return head[:_BINARY].lstrip()[:1] in (b"<", b"{")


def as_text(head: bytes) -> str:
    """The beginning of a text file of any of the usual encodings; what is none has odd characters in it."""
    for mark, encoding in _WIDE.items():
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


@lru_cache(maxsize=4)  # every reader asks about the same file
def _by_bytes(suffix: str, head: bytes, by_name: str) -> str:
    if head.startswith(_COMPOUND):
        # Word and others use the same container: AAF signs its own (AAF Low-Level Container Specification, 2.1).
        return AAF if by_name == AAF or b"AAFB" in head[8:24] else ""
    if head.startswith(b"PK\3\4"):
        return OTIO if b"content.otio" in head[:512] or suffix == ".otioz" else ""
    text = as_text(head)
    start = text.lstrip()[:1]
    if start == "<":
        root = _ROOT.search(text)
        return {"xmeml": FCP7_XML, "fcpxml": FCPXML}[root[1]] if root else by_name
    if start == "{":
        return OTIO if '"OTIO_SCHEMA"' in text or by_name == OTIO else ""
    if "\0" not in text and _ALE.match(text):
        return ALE
    if "\0" not in text and (_TITLE.match(text) or by_name == EDL) and _EVENT.search(text):
        return EDL
    return by_name
