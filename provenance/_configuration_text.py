"""The text side of provenance.toml: every key with its default and its sentence, the file that `init`
writes, the page docs/settings.md, and on which line a key stands. One table feeds all of them.

TOML 1.0.0, https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from provenance.model import Origin

DECLARABLE: Final = tuple(origin.value for origin in Origin if origin is not Origin.UNDECLARED)
"""What a folder may declare; `undeclared` is what it says by not being named."""

POLICIES: Final = ("off", "auto", "sidecar", "embed")
"""What `tagging.policy` may be."""

STATEMENTS: Final = ("c2pa", "xmp", "exif", "tc260")
"""What `tagging.write` may name."""

Plain = str | float | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of provenance.toml.

    Args:
        table, name: where it stands.
        default: its value where it is not given; its type is the type that is asked for.
        about: one or two sentences for people.
        low, high: the range of a number.
        allowed: the only values there are, or empty.
    """

    table: str
    name: str
    default: Plain
    about: str
    low: float = 0.0
    high: float = 0.0
    allowed: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return f"{self.table}.{self.name}"


TABLES: Final = {
    "production": "The production. `init` fills this in.",
    "folders": ("Folders are written relative to this file, or absolute, with / between their parts on every system."),
    "watching": "How the daemon watches.",
    "worker": "The process that reads files.",
    "readers": "Who reads besides the built-in readers.",
    "declarations": (
        "What the files first seen in a folder are: folder = origin, the folder relative to the working "
        "folder it lies in. The deepest folder that is named counts. An AI mark in a file always wins over "
        "this, and a clean origin that rests on a folder alone still has to be confirmed by a person. "
        f"Origins: {', '.join(DECLARABLE)}. Leave the table empty to declare nothing."
    ),
    "tagging": (
        "Writing what is known into or beside files. `provenance tag` writes when asked, the daemon by `policy`. "
        "Captured media is never rewritten, the daemon writes nothing into deliverables folders, and what lies in a "
        "place that is not to be touched (camera cards, Avid MediaFiles, folders sealed by a hash list) gets its "
        "sidecars in the mirror tree."
    ),
    "tagging.folders": (
        "Another policy for a folder and what lies below it: folder = policy, the folder relative to the working "
        f"folder it lies in. The deepest folder that is named counts. Policies: {', '.join(POLICIES)}."
    ),
    "fields": "Title, episode, scene, shot, take, unit, vendor, department and version of what is taken in.",
    "notifications": "How a flag is shown, besides the log and `provenance status`.",
    "deliverables_gate": "What happens to a file that has an open finding in a deliverables folder.",
    "marks": (
        "What tools of the house write into files, in rows of the team's own beside the built-in table "
        "(`provenance marks`). Each row is a table [[mark]] in a TOML file; docs/marks.md says what it holds."
    ),
    "store": "Where the memory of the production is kept.",
    "identity": "Signing as the production (`provenance identity`). Keys lie with the store, never here.",
    "trust": (
        "Certificate lists whose signatures count as trusted, each in a table [[trust]] of its own: `name` "
        "(what a verdict calls it), `file` (PEM, relative to this file) and `own` (true for this "
        "production's own identity, which never proves that something was captured). Lists taken in with "
        "`provenance trust import` count as well and need no table."
    ),
}

KEYS: Final = (
    Key("production", "id", "", "Identity of the production, a UUID. Never change it: the store is keyed by it."),
    Key("production", "title", "", "What people call it."),
    Key("folders", "working", (".",), "Folders that are watched, with everything below them."),
    Key(
        "folders", "deliverables", ("deliverables",),
        "Folders from which things are delivered. Each is an open delivery named after it, so no two may have "
        "the same name. What arrives here is judged with everything it was made from.",
    ),
    Key(
        "folders", "ignore", (),
        "What is never looked at, as patterns like those of .gitignore, on top of the built-in ones for system "
        "files, partial downloads, locks and caches of editing programs.",
    ),
    Key("watching", "settle_seconds", 2.0, "A file is taken in once unchanged for so many seconds.", 0.0, 3600.0),
    Key(
        "watching", "sequence_settle_seconds", 60.0,
        "An image sequence is taken in once nothing in it changed for so many seconds.", 0.0, 86400.0,
    ),
    Key(
        "watching", "sweep_minutes", 15.0,
        "Every so many minutes all folders are compared with what is known, because events get lost and "
        "network shares send none.", 0.01, 10080.0,
    ),
    Key(
        "worker", "describe_seconds", 20.0,
        "A file whose reading takes longer than so many seconds is given up, and said to be not looked at.",
        0.1, 3600.0,
    ),
    Key(
        "readers", "exiftool", False,
        "Ask exiftool (13.40 or newer) too: it knows more formats, and takes some ten times as long. Where it is "
        "missing or too old, what it would have read is said to be not checked.",
    ),
    Key(
        "tagging", "policy", "off",
        "What the daemon does with a file whose origin is known. off: nothing. sidecar: a .c2pa and a .xmp beside it. "
        "embed: into the file where its format can hold it, else beside it. auto: embed in folders declared as AI, "
        "sidecar elsewhere. Captured media gets sidecars under every policy.",
        allowed=POLICIES,
    ),
    Key(
        "tagging", "write", ("c2pa", "xmp", "exif"),
        "What is written: signed content credentials (needs `provenance identity create`), XMP, the EXIF comment, and "
        "tc260, the implicit label of GB 45438-2025.",
    ),
    Key(
        "tagging", "mirror", "",
        "The folder of the mirror tree, for sidecars of files in places that are not to be touched. Empty: "
        ".provenance/sidecars beside this file, which all workstations see.",
    ),
    Key(
        "tagging", "embed_megabytes", 256.0,
        "Files above this size get a sidecar instead; WAV above half of it, since signing holds one twice in memory.",
        1.0, 4096.0,
    ),
    Key("tagging", "credit", "", "The credit line of files that are AI, such as \"AI generated for Night Train\"."),
    Key("tagging", "producer", "", "The content producer's name or code in labels of tc260, in ASCII without blanks."),
    Key(
        "fields", "paths", (),
        "Patterns of paths, relative to the working folder, that name fields: \"shots/{scene}/{shot}/**\". {shot} "
        "stands for a part of one folder's or file's name, * for any part of one, ** for any folders. The first that "
        "fits counts.",
    ),
    Key(
        "notifications", "flags_page", True,
        "Keep PROVENANCE-FLAGS.html and .txt beside each deliverables folder, never inside it.",
    ),
    Key(
        "deliverables_gate", "hold", False,
        "Move a file that has an open finding to a held folder, from which it can be put back. "
        "Off: files are flagged, never touched.",
    ),
    Key(
        "marks", "files", (),
        "TOML files with rows, relative to this file or absolute. When one changes, what it may concern is read again.",
    ),
    Key(
        "store", "path", "",
        "The folder of the store. Empty: .provenance beside this file, or the platform's data folder where "
        "this file lies on a network share.",
    ),
    Key(
        "identity", "tsa", "",
        "URL of a time-stamp authority (RFC 3161), asked once for each signature. It learns when something was "
        "signed, not what. Empty: nobody is asked, and a signature is valid as long as its certificate.",
    ),
)  # fmt: skip

TRUST_KEYS: Final = ("name", "file", "own")
DEFAULT_DECLARATIONS: Final = {"ai/": Origin.AI_GENERATED, "camera/": Origin.CAPTURED}


def initial_text(production_id: str, title: str) -> str:
    """What `init` writes: every key with its default and what it is for.

    Args: production_id is a UUID; title is printable text.
    """
    given = {"production.id": production_id, "production.title": title}
    lines = ["# A production under provenance. Every key but id and title may be left out.", ""]
    for table, about in TABLES.items():
        lines += _commented(about)
        if table == "trust":
            lines += ["# [[trust]]", '# name = "studio"', '# file = "trust/studio.pem"', "# own = false"]
            continue
        lines.append(f"[{table}]")
        if table == "tagging.folders":
            lines += ['# "ai/" = "embed"', '# "vendor/" = "sidecar"']
        if table == "declarations":
            lines += [
                f"{_literal(folder)} = {_literal(str(origin))}" for folder, origin in DEFAULT_DECLARATIONS.items()
            ]
        for key in KEYS:
            if key.table == table:
                lines += [*_commented(key.about), f"{key.name} = {_literal(given.get(key.path, key.default))}"]
        lines.append("")
    return "\n".join(lines) + "\n"


def _commented(about: str, width: int = 98) -> list[str]:
    lines = [""]
    for word in about.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [f"# {line}" for line in lines]


def _literal(value: Plain) -> str:
    """The value in TOML. JSON's strings are TOML's, but for DEL."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def settings_page() -> str:
    """docs/settings.md: one section for each table, one entry for each key."""
    lines = [
        "# Settings",
        "",
        "`provenance.toml` lies at the root of a production; `provenance init DIR` writes it with every default.",
        "A key that does not exist, a value of the wrong type or out of range is an error that names the key,",
        "its line and what is allowed. This page is held to the program by a test;",
        "`provenance.configuration.settings_page()` gives its text.",
        "",
    ]
    for table, about in TABLES.items():
        heading = f"[[{table}]]" if table == "trust" else f"[{table}]"
        lines += [f"## `{heading}`", "", about, ""]
        if table == "declarations":
            lines += [
                f"- `{_literal(folder)}` = `{_literal(str(is_))}` by default"
                for folder, is_ in DEFAULT_DECLARATIONS.items()
            ]
        lines += [_entry(key) for key in KEYS if key.table == table]
        lines.append("")
    return "\n".join(line for line in _single_blanks(lines)).rstrip() + "\n"


def _entry(key: Key) -> str:
    default = "required" if key.table == "production" else f"default `{_literal(key.default)}`"
    limits = f", from {key.low:g} to {key.high:g}" if key.high else ""
    return f"- **`{key.name}`** ({default}{limits}). {key.about}"


def _single_blanks(lines: list[str]) -> Iterator[str]:
    before = "x"
    for line in lines:
        if line or before:
            yield line
        before = line


_HEADER: Final = re.compile(r"\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(?:#.*)?")
_ASSIGNED: Final = re.compile(r"""\s*((?:"[^"\n]*"|'[^'\n]*'|[\w-]+)(?:\s*\.\s*(?:"[^"\n]*"|'[^'\n]*'|[\w-]+))*)\s*=""")
_PART: Final = re.compile(r""""([^"\n]*)"|'([^'\n]*)'|([\w-]+)""")


def line_of(text: str, path: tuple[str, ...], table_number: int = 0) -> int:
    """The line (from 1) on which a key stands, else that of the table around it, else 0.

    tomllib tells no positions of what it read; this reads headers and assignments only.

    Args: path from the outermost table on; table_number counts [[tables]] of that name from 0.
    """
    table: tuple[str, ...] = ()
    seen = -1
    best, depth = 0, 0
    for number, line in enumerate(text.splitlines(), start=1):
        header, assigned = _HEADER.fullmatch(line), _ASSIGNED.match(line)
        if header:
            table = _parts(header[1])
            seen += table == path[:1]
            here = table
        elif assigned:
            here = (*table, *_parts(assigned[1]))
        else:
            continue
        wanted = max(seen, 0) == table_number or table != path[:1]
        if wanted and len(here) > depth and path[: len(here)] == here:
            best, depth = number, len(here)
    return best


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(first or second or bare for first, second, bare in _PART.findall(dotted))
