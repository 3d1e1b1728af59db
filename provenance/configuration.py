"""provenance.toml, parsed once into a frozen value that is handed to everyone who needs it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from provenance._configuration_check import TITLE_LIMIT, Check, parse_uuid
from provenance._configuration_text import DEFAULT_DECLARATIONS, KEYS, TABLES, settings_page
from provenance._configuration_text import initial_text as _initial_text
from provenance._trust_folder import kept_lists, merged
from provenance.contracts import TrustList
from provenance.errors import ConfigurationError
from provenance.model import Origin
from provenance.paths import show

if TYPE_CHECKING:
    from provenance.marks.grammar import Row

__all__ = [
    "FILE_NAME", "MIRROR", "DeliverablesGate", "FieldPaths", "Folders", "Identity", "Notifications", "Production",
    "Readers", "Settings", "StorePlace", "Tagging", "TeamMarks", "Trust", "Watching", "Worker", "declared_origin",
    "find_root", "initial_text", "inside_working", "load_settings", "parse_settings", "policy_for",
    "read_marks_file", "read_rows", "read_trust", "settings_page",
]  # fmt: skip

FILE_NAME: Final = "provenance.toml"
MIRROR: Final = ".provenance/sidecars"
"""Where the mirror tree lies below the root, where nothing else is configured."""
_Told = TypeVar("_Told")
SIZE_LIMIT: Final = 1 << 20
"""Bytes of a provenance.toml or a trust list that are read; a longer one is refused."""


@dataclass(frozen=True, slots=True)
class Production:
    """The production: id is a UUID as text, title what people call it."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Folders:
    """Folders as written, relative to the root or absolute; ignore holds patterns beside the built-in ones."""

    working: tuple[str, ...] = (".",)
    deliverables: tuple[str, ...] = ("deliverables",)
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Watching:
    """How the daemon watches: times in seconds and minutes."""

    settle_seconds: float = 2.0
    sequence_settle_seconds: float = 60.0
    sweep_minutes: float = 15.0


@dataclass(frozen=True, slots=True)
class Worker:
    """The process that reads files: how many seconds one file may take."""

    describe_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads besides the built-in readers."""

    exiftool: bool = False


@dataclass(frozen=True, slots=True)
class Tagging:
    """Writing what is known: `policy` is off, auto, sidecar or embed, `folders` has others by folder; `write` names
    c2pa, xmp, exif, tc260; `mirror` is the mirror tree as written; above `embed_megabytes` a sidecar is written."""

    policy: str = "off"
    write: tuple[str, ...] = ("c2pa", "xmp", "exif")
    mirror: str = ""
    embed_megabytes: float = 256.0
    credit: str = ""
    producer: str = ""
    folders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldPaths:
    """Production fields out of paths: patterns as written."""

    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notifications:
    """How a flag is shown."""

    flags_page: bool = True


@dataclass(frozen=True, slots=True)
class DeliverablesGate:
    """Whether a file with an open finding is moved to a held folder."""

    hold: bool = False


@dataclass(frozen=True, slots=True)
class TeamMarks:
    """Files with rows of the team's own, as written."""

    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StorePlace:
    """The store's folder as written; empty for the place chosen by the store."""

    path: str = ""


@dataclass(frozen=True, slots=True)
class Trust:
    """A trust list as configured: file is relative to the root or absolute; own never proves a capture."""

    name: str
    file: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Signing as the production: tsa is the URL of a time-stamp authority, or empty."""

    tsa: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """All of provenance.toml. `root` is the folder it lies in."""

    root: Path
    production: Production
    folders: Folders = Folders()
    watching: Watching = Watching()
    worker: Worker = Worker()
    readers: Readers = Readers()
    declarations: Mapping[str, Origin] = field(default_factory=lambda: dict(DEFAULT_DECLARATIONS))
    tagging: Tagging = field(default_factory=Tagging)
    fields: FieldPaths = FieldPaths()
    notifications: Notifications = Notifications()
    deliverables_gate: DeliverablesGate = DeliverablesGate()
    marks: TeamMarks = TeamMarks()
    store: StorePlace = StorePlace()
    identity: Identity = Identity()
    trust: tuple[Trust, ...] = ()

    @property
    def working_folders(self) -> tuple[Path, ...]:
        return tuple(_placed(self.root, folder) for folder in self.folders.working)

    @property
    def deliverables_folders(self) -> tuple[Path, ...]:
        return tuple(_placed(self.root, folder) for folder in self.folders.deliverables)

    @property
    def mirror_folder(self) -> Path:
        """The folder of the mirror tree of sidecars."""
        return _placed(self.root, self.tagging.mirror or MIRROR)

    @property
    def store_folder(self) -> Path | None:
        """The configured folder of the store, or None where the store chooses."""
        return _placed(self.root, self.store.path) if self.store.path else None


def find_root(start: Path) -> Path:
    """The folder that holds provenance.toml: `start` or the nearest one above it.

    Raises ConfigurationError where there is none.
    """
    absolute = Path(os.path.abspath(start))  # noqa: PTH100 -- lexical: a link into the production stays in it
    for folder in (absolute, *absolute.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise ConfigurationError(
        f"no {FILE_NAME} here or in any folder above", path=start, remedy="make one with: provenance init DIR"
    )


def load_settings(root: Path) -> Settings:
    """The settings in `root`/provenance.toml. Raises ConfigurationError."""
    path = root / FILE_NAME
    raw = _read(path, "make one with: provenance init DIR")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"line {line}: not UTF-8 text", path=path, remedy="save it as UTF-8") from error
    return parse_settings(text, root)


def initial_text(production_id: str, title: str) -> str:
    """What `init` writes. The title is made printable and cut to 200 characters.

    Raises ConfigurationError where the id is not a UUID.
    """
    identity = parse_uuid(production_id)
    if identity is None:
        raise ConfigurationError(f"{production_id!r} is not a UUID")
    return _initial_text(identity, show(title).strip()[:TITLE_LIMIT].strip() or "Untitled production")


def parse_settings(text: str, root: Path) -> Settings:
    """The settings that the text holds, checked. `root` is the folder of the file.

    Raises ConfigurationError naming key, line and what is allowed.
    """
    check = Check(text, root / FILE_NAME)
    content = check.parsed()
    check.known(content, TABLES, ())
    tables = {name: check.table(content, name) for name in TABLES if name != "trust" and "." not in name}
    for name, table in tables.items():
        if name != "declarations":
            inner = ["folders"] if name == "tagging" else []
            check.known(table, [*(key.name for key in KEYS if key.table == name), *inner], (name,))
    values: dict[str, Any] = {key.path: check.value(key, tables[key.table]) for key in KEYS}
    settings = Settings(
        root=root,
        production=Production(check.production_id(values["production.id"]), check.title(values["production.title"])),
        folders=Folders(
            check.folders("working", values["folders.working"]),
            check.folders("deliverables", values["folders.deliverables"]),
            values["folders.ignore"],
        ),
        watching=Watching(
            values["watching.settle_seconds"],
            values["watching.sequence_settle_seconds"],
            values["watching.sweep_minutes"],
        ),
        worker=Worker(values["worker.describe_seconds"]),
        readers=Readers(values["readers.exiftool"]),
        declarations=check.declarations(content, tables["declarations"]),
        tagging=Tagging(
            values["tagging.policy"],
            check.statements(values["tagging.write"]),
            values["tagging.mirror"],
            values["tagging.embed_megabytes"],
            values["tagging.credit"],
            values["tagging.producer"],
            check.tagging_folders(tables["tagging"]),
        ),
        fields=FieldPaths(check.patterns(values["fields.paths"])),
        notifications=Notifications(values["notifications.flags_page"]),
        deliverables_gate=DeliverablesGate(values["deliverables_gate.hold"]),
        marks=TeamMarks(values["marks.files"]),
        store=StorePlace(values["store.path"]),
        identity=Identity(check.web_address("identity", "tsa", values["identity.tsa"])),
        trust=tuple(Trust(*entry) for entry in check.trust(content.get("trust", []))),
    )
    check.told_apart(settings.working_folders, settings.deliverables_folders)
    return settings


def declared_origin(settings: Settings, folder: str) -> tuple[str, Origin] | None:
    """What a folder declares: (the folder as configured, origin), of the deepest one that holds it.

    Case does not count, because it does not on the disks of two of three systems.

    Args: folder relative to its working folder, with ``/`` between parts.
    """
    return _deepest(settings.declarations, folder)


def inside_working(settings: Settings, folder: Path) -> str | None:
    """A folder relative to the working folder it lies in, with ``/`` between parts; None outside of all of them."""
    for working in settings.working_folders:
        if folder.is_relative_to(working):
            inside = os.fsencode(folder.relative_to(working).as_posix()).decode("utf-8", "surrogateescape")
            return "" if inside == "." else inside
    return None


def policy_for(settings: Settings, folder: str) -> str:
    """The tagging policy of a folder: ``off``, ``sidecar`` or ``embed``. Args: folder as `declared_origin`."""
    named = _deepest(settings.tagging.folders, folder)
    policy = settings.tagging.policy if named is None else named[1]
    if policy != "auto":
        return policy
    declared = declared_origin(settings, folder)
    return "embed" if declared is not None and declared[1].is_ai else "sidecar"


def _deepest(told: Mapping[str, _Told], folder: str) -> tuple[str, _Told] | None:
    """The deepest folder of a table that holds this one, and what is said of it."""
    place = f"{folder.strip('/').casefold()}/"
    holding = [name for name in told if place.startswith(name.casefold())]
    return max(((name, told[name]) for name in holding), key=lambda it: len(it[0]), default=None)


def read_trust(settings: Settings) -> tuple[TrustList, ...]:
    """All trust lists that count: those of provenance.toml, then those imported, the production's own included.

    What a list of our own holds is taken out of the others, so that our signature never proves a capture.
    Raises ConfigurationError where one is missing, damaged or not PEM.
    """
    lists = []
    for entry in settings.trust:
        path = _placed(settings.root, entry.file)
        pem = _read(path, f"correct `file` of trust list {entry.name!r}").decode("ascii", "replace")
        if "-----BEGIN CERTIFICATE-----" not in pem:
            raise ConfigurationError("holds no PEM certificate", path=path, remedy="export the list as PEM")
        lists.append(TrustList(entry.name, pem, entry.own))
    return merged(lists, kept_lists(settings.root))


def read_rows(settings: Settings) -> tuple[Row, ...]:
    """The rows of all configured files of marks. Raises ConfigurationError where one is missing or wrong."""
    rows: dict[str, Row] = {}
    for name in settings.marks.files:
        path = _placed(settings.root, name)
        for row in read_marks_file(path):
            if row.name in rows:
                raise ConfigurationError(f"a row named {row.name} stands in another file too", path=path)
            rows[row.name] = row
    return tuple(rows.values())


def read_marks_file(path: Path) -> tuple[Row, ...]:
    """The rows of one file of marks. Raises ConfigurationError naming file, line and key."""
    from provenance.marks.team import parse_rows  # most commands need no marks, and start faster without

    try:
        text = _read(path, "correct `files` under [marks], or write the file").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError("not UTF-8 text", path=path, remedy="save it as UTF-8") from error
    return parse_rows(text, path)


def _read(path: Path, remedy: str) -> bytes:
    try:
        if not path.is_file():  # a FIFO would wait for ever
            raise ConfigurationError("is missing, or not a file", path=path, remedy=remedy)
        with path.open("rb") as file:
            raw = file.read(SIZE_LIMIT + 1)
    except PermissionError as error:
        words = "cannot be read: you have no right to"
        raise ConfigurationError(words, path=path, remedy="ask whoever owns it for the right to read it") from error
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(f"cannot be read: {words}", path=path, remedy=remedy) from error
    if len(raw) > SIZE_LIMIT:
        raise ConfigurationError(f"is longer than {SIZE_LIMIT} bytes", path=path, remedy=remedy)
    return raw


def _placed(root: Path, folder: str) -> Path:
    return Path(os.path.normpath(root / folder))
