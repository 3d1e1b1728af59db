"""Paths as timelines and projects write them, brought to what the system that wrote them calls the file.

Nothing here touches a disk: paths of other systems are text. A path that may be read in several ways gives several
candidates, the likeliest first: URLs (RFC 8089, https://www.rfc-editor.org/rfc/rfc8089, and what programs make of it),
Windows drives, UNC, POSIX, HFS with colons, relative ones. Windows paths come with backslashes, all others with ``/``;
bytes that are no UTF-8 are lone surrogates, as `os.fsdecode` makes them. Image sequences are their pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from provenance.sequences import FRAME_FORMATS, parse_frame

LONGEST: Final = 32_768
"""Characters of a path, the most that Windows allows; what is longer is none."""
_LONGEST_NAME: Final = 1_024
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(?=//|/|\./|\.\./)|(file):", re.IGNORECASE)
_SHARES: Final = frozenset({"smb", "cifs", "afp", "nfs"})
_DRIVE: Final = re.compile(r"/*([A-Za-z])[:|](?=[\\/]|$)(.*)", re.DOTALL)
_ESCAPED: Final = re.compile(rb"(?:%(?:[2-6][0-9A-Fa-f]|7[0-9A-Ea-e]|[89A-Fa-f][0-9A-Fa-f]))+")
"""Escapes of what may stand in a name: never of control characters, so that ``%04d`` in a sloppy URL stays."""
_HOST_FOLDERS: Final = frozenset({"volumes", "users", "home", "mnt", "media", "net", "private", "tmp", "opt", "srv"})
"""First folders that sloppy writers put where the host belongs: ``file://Volumes/...``."""
_TIMES: Final = re.compile(r"\d+:\d\d:\d\d[:;.]?\d*")
_FORMATS: Final = "|".join(FRAME_FORMATS)
_RANGE: Final = r"(?P<first>\d{1,10})(?:-|\.\.|,)(?P<last>\d{1,10})(?:x\d{1,4})?"
_SEQUENCES: Final = tuple(
    re.compile(rf"(?P<before>[^\r\n]*){form}(?P<after>[^\\/]*\.(?:{_FORMATS}))(?P<more>{more})", re.IGNORECASE)
    for form, more in (
        (rf"[\[{{(]{_RANGE}[\]}})]", ""),
        (rf"(?<![0-9]){_RANGE}(?P<hashes>#+|@+)", ""),
        (r"(?P<printf>%0?(?P<width>\d{0,2})d)", rf"(?:[ :]+\[?{_RANGE}\]?)?"),
        (r"(?<![^._-])(?P<hashes>#+|@+)", rf"(?:[ :]+\[?{_RANGE}\]?)?"),
        (r"(?:<\$F(?P<width>\d?)>|(?<!<)\$F(?P<width_1>\d?)|\$\{F(?P<width_2>\d?)\})", ""),
    )
)  # fmt: skip


_MARKS: Final = re.compile(r"[\[{(#@%$]")
"""One of these is in every form: most names have none."""


@dataclass(frozen=True, slots=True)
class SequencePath:
    """A path that stands for many frames: its pattern (``shot.%04d.exr``), first and last frame where told."""

    path: str
    first: int | None = None
    last: int | None = None


def decode_path(written: str) -> tuple[str, ...]:
    """All readings of one path or URL, the likeliest first; none of what is empty or longer than LONGEST."""
    text = written.partition("\0")[0].strip("\r\n\t ")
    if not text or len(text) > LONGEST:
        return ()
    return tuple(dict.fromkeys(as_sequence(path).path for path in _readings(text) if path))


def decode_paths(*written: str) -> tuple[str, ...]:
    """The readings of several spellings of one file: the likeliest of each first, each once."""
    readings = [decode_path(one) for one in written]
    firsts = [paths[0] for paths in readings if paths]
    return tuple(dict.fromkeys((*firsts, *(path for paths in readings for path in paths))))


def base_name(path: str) -> str:
    """The last part of a path of any system, or of a URL."""
    if _SCHEME.match(path):
        path = next(iter(decode_path(path)), path)
    foreign = _DRIVE.match(path) or path.startswith("\\\\") or "/" not in path
    name = path.rstrip("/\\" if foreign else "/")
    return re.split(r"[\\/]", name)[-1] if foreign else name.rpartition("/")[2]


def is_relative(path: str) -> bool:
    """True for a path (as `decode_path` gives it) that counts from the folder of the file that names it."""
    return not path.startswith(("/", "\\")) and path[1:2] != ":" and "://" not in path


def as_sequence(path: str) -> SequencePath:
    """The path with its frame number as printf writes it, out of any of the forms in use:

    ``shot.[1001-1100].exr``, ``shot.1001-1100#.exr``, ``shot.####.exr``, ``shot.@@@@.exr``, ``shot.$F4.exr``,
    ``shot.%04d.exr 1001-1100``. A single ``#`` is four digits (the form of RV and of Shake). Only names of frame
    formats (`provenance.sequences`) count; all others come back as they are.
    """
    folder, name = _apart(path)
    for form in _SEQUENCES if len(name) <= _LONGEST_NAME and _MARKS.search(name) else ():
        match = form.fullmatch(name)
        if match is not None:
            told = match.groupdict()
            first, last = (int(told[key]) if told.get(key) else None for key in ("first", "last"))
            return SequencePath(folder + match["before"] + _printf(told) + match["after"], first, last)
    return SequencePath(path)


def pattern_of_frame(path: str) -> str | None:
    """The pattern that one frame belongs to (``shot.1001.exr`` to ``shot.%04d.exr``); None where it is no frame."""
    folder, name = _apart(path)
    frame = parse_frame(name.encode("utf-8", "surrogatepass"))
    if frame is None:
        return None
    prefix, suffix = (part.decode("utf-8", "surrogatepass") for part in (frame.prefix, frame.suffix))
    return f"{folder}{prefix}%0{frame.padding}d{suffix}"


def join_sequence(folder: str, prefix: str, padding: int, suffix: str) -> str:
    """A sequence told in parts, as one path or URL: folder, ``%0Nd`` between prefix and suffix."""
    slash = "" if not folder or folder.endswith(("/", "\\")) else "/"
    digits = f"%0{padding}d" if 0 < padding < 100 else "%d"
    return f"{folder}{slash}{prefix}{digits}{suffix}"


def _printf(told: dict[str, str | None]) -> str:
    hashes = told.get("hashes")
    if hashes:
        padding = 4 if hashes == "#" else len(hashes)
    elif "width" in told:
        width = told["width"] or told.get("width_1") or told.get("width_2") or ""
        return f"%0{int(width)}d" if width and int(width) else "%d"
    else:
        padding = len(told["first"] or "")
    return f"%0{min(padding, 99)}d"


def _apart(path: str) -> tuple[str, str]:
    """Folder with its separator, and name."""
    at = max(path.rfind("/"), path.rfind("\\")) + 1
    return path[:at], path[at:]


# ── readings ─────────────────────────────────────────────────────────────────────────────────────────────


def _readings(text: str) -> Iterator[str]:
    scheme = _SCHEME.match(text)
    if scheme is None:
        yield from _plain(text)
        if _ESCAPED.search(_as_bytes(text)):
            yield from _plain(_unescaped(text))
        return
    name = (scheme[1] or scheme[2]).lower()
    rest = text[scheme.end() :]
    if name == "file":
        yield from (path for form in _forms(rest) for path in _of_url(form))
    elif name in _SHARES:
        yield from (path for form in _forms(rest) for path in _of_share(form))
    else:
        yield text


def _forms(escaped: str) -> Iterator[str]:
    """The rest of a URL without its escapes; where some remain, it was probably escaped twice."""
    once = _unescaped(escaped)
    twice = _unescaped(once)
    if twice != once:
        yield twice
    yield once


def _of_url(rest: str) -> Iterator[str]:
    """Paths behind ``file:``, escapes gone: ``//host/path``, ``/path``, ``////server/share``, relative."""
    rest = rest.replace("\\", "/") if _DRIVE.match(rest) else rest
    if not rest.startswith("//"):
        yield from _plain(rest)
        return
    host, slash, path = rest[2:].partition("/")
    if _DRIVE.match(host + slash):
        yield from _plain(host + slash + path)
    elif host == ".":
        yield from _plain(path)
    elif not host or host.lower() in ("localhost", "127.0.0.1", "?"):
        yield from _plain(slash + path)
    elif _DRIVE.match(path):
        yield from _plain(path)
    else:
        yield from _of_host(host, path)


def _of_host(host: str, path: str) -> Iterator[str]:
    as_folder = _tidy(f"/{host}/{path}")
    if host.lower() in _HOST_FOLDERS:
        yield as_folder
    yield _windows(f"//{host}/{path}")
    yield _tidy(f"/{path}")
    yield as_folder


def _of_share(rest: str) -> Iterator[str]:
    """``smb://user@server/share/path``: as UNC, and where a Mac mounts it."""
    host, _, path = rest.lstrip("/").partition("/")
    yield _windows(f"//{host.rpartition('@')[2]}/{path}")
    yield _tidy(f"/Volumes/{path}")


def _plain(text: str) -> Iterator[str]:
    """Readings of a path that is no URL."""
    if text.startswith(("\\\\?\\UNC\\", "//?/UNC/")):
        text = "\\\\" + text[8:]
    elif text.startswith(("\\\\?\\", "//?/", "\\\\.\\")):
        text = text[4:]
    drive = _DRIVE.match(text)
    if drive is not None:
        yield drive[1] + ":" + (_windows(drive[2]) or "\\")
    elif text.startswith("\\\\"):
        yield _windows(text)
    elif text.startswith("//"):
        yield from _double(text.lstrip("/"))
    elif text.startswith("/"):
        yield _tidy(text)
    elif ":" in text and "/" not in text.partition(":")[0]:
        yield from _colons(text)
    else:
        yield from _relative(text)


def _double(rest: str) -> Iterator[str]:
    """Behind two slashes: a server and its share, unless it is a folder that every POSIX system has."""
    as_folder = "/" + _tidy(rest)
    if rest.partition("/")[0].lower() in _HOST_FOLDERS:
        yield as_folder
    if rest:
        yield _windows("//" + rest)
    yield as_folder


def _colons(text: str) -> Iterator[str]:
    """HFS: the volume comes first, colons part the folders, and a ``/`` in a name is a ``:`` for POSIX."""
    if _TIMES.search(text) or "\\" in text or (text.count(":") == 1 and ": " in text):
        yield text
        return
    parts = [part.replace("/", ":") for part in text.split(":")]
    if not parts[0]:
        yield "/".join(part for part in parts[1:] if part)
    else:
        yield _tidy("/Volumes/" + "/".join(parts))
        yield _tidy("/" + "/".join(parts[1:]))
    yield text


def _relative(text: str) -> Iterator[str]:
    yield _tidy(text.replace("\\", "/"))
    if "\\" in text:
        yield text


def _tidy(path: str) -> str:
    """Without double slashes, ``./`` in front and a slash at the end."""
    path = re.sub("/{2,}", "/", path)
    while path.startswith("./"):
        path = path[2:]
    return path.rstrip("/") or ("/" if path else "")


def _windows(path: str) -> str:
    """With backslashes, single but in front, none at the end."""
    path = path.replace("/", "\\")
    lead = "\\\\" if path.startswith("\\\\") else ""
    rest = path.lstrip("\\") if lead else path
    return (lead + re.sub(r"\\{2,}", lambda _: "\\", rest)).rstrip("\\")


def _unescaped(text: str) -> str:
    raw = _as_bytes(text)
    decoded = _ESCAPED.sub(lambda match: bytes.fromhex(match[0].replace(b"%", b"").decode("ascii")), raw)
    return decoded.decode("utf-8", "surrogateescape")


def _as_bytes(text: str) -> bytes:
    """The bytes of a name; surrogates that no byte gave become question marks, as no URL can hold them."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
