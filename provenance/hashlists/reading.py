"""Reads one hash list: ASC MHL 2.0 or classic MHL 1.1, told by its first element and not by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from provenance.containers.span import lie, size_of
from provenance.digest import open_media
from provenance.errors import CouldNotLook, UnreadableMedia
from provenance.hashlists._xml import Node, record_at, records
from provenance.hashlists.entries import ASC, CLASSIC, Unbelievable, entry_of, header_of
from provenance.hashlists.model import HashList, Header, ListedFile
from provenance.model import Fault, bounded

READER: Final = "hash_lists"
LIST_LIMIT: Final = 256 << 20
"""Bytes of the longest list that is read: a million files."""
ENTRIES: Final = 1_500_000
_FAULTS: Final = 50
_REFERENCES: Final = 10_000
_SUFFIX: Final = ".mhl"
_NAMES: Final = frozenset({"creatorinfo", "processinfo", "creationdate", "hash", "hashlistreference"})
_HEAD: Final = frozenset({"creatorinfo", "processinfo", "creationdate"})

Note = Callable[[str, str], None]


class Stream:
    """One list, entry by entry, in flat memory: iterate it, then ask for the rest.

    Args: file, open for reading; name, for people.

    `header`, `references` and `faults` are complete when the iteration has ended; the header stands as soon as the
    first entry comes. What breaks in the middle is a fault, after everything before it. Iterating raises
    UnreadableMedia where it is no hash list at all: ``hashlist.unknown``, ``hashlist.entities``, ``hashlist.broken``,
    ``hashlist.too_long``.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self.header = Header("")
        self.references: list[tuple[str, str]] = []
        self._file = file
        self._faults: dict[Fault, None] = {}
        self._unsaid = 0
        self._head: dict[str, Node] = {}

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What could not be read or is not to be followed, the first of them by name."""
        more = (
            (Fault(READER, "hashlist.more", f"{self.name}: {self._unsaid} more of the kind"),) if self._unsaid else ()
        )
        return (*self._faults, *more)

    def __iter__(self) -> Iterator[ListedFile]:
        return (entry for _, entry in self.located())

    def located(self) -> Iterator[tuple[int, ListedFile]]:
        """(byte at which it begins, entry) of every file in the list."""
        if (size := size_of(self._file)) > LIST_LIMIT:
            raise lie("hashlist.too_long", f"a list of {size} bytes, {LIST_LIMIT} is the most")
        nodes = records(self._file, _NAMES)
        self.header = Header(_format_of(next(nodes)))
        count = 0
        try:
            for node in nodes:
                if (entry := self._take(node)) is not None:
                    count += 1
                    if count > ENTRIES:
                        raise lie("hashlist.too_long", f"more than {ENTRIES} files")
                    yield node.offset, entry
        except UnreadableMedia as error:
            code, _, text = error.message.partition(": ")
            if code == "hashlist.entities":  # whoever declares entities is not believed in the rest either
                raise
            self._note(code, f"{text}; what stood before it is kept")

    def _take(self, node: Node) -> ListedFile | None:
        if node.name == "hash":
            try:
                return entry_of(node, self.header.format)
            except Unbelievable as error:
                shown = bounded(node.said("path") or node.said("file"), 120)
                self._note("hashlist.entry", f"the entry {shown!r} is left out: {error}")
        elif node.name in _HEAD:
            self._head[node.name] = node
            created = self._head.get("creationdate")
            self.header = header_of(
                self.header.format, self._head.get("creatorinfo"), self._head.get("processinfo"),
                "" if created is None else created.text.strip(),
            )  # fmt: skip
        elif len(self.references) < _REFERENCES:
            self.references.append((node.said("path"), node.said("c4")))
        return None

    def _note(self, code: str, text: str) -> None:
        if len(self._faults) < _FAULTS:
            self._faults[Fault(READER, code, f"{self.name}: {text}")] = None
        else:
            self._unsaid += 1


def read_list(path: Path, generation: int = 0) -> HashList:
    """A whole list. What is half readable is a fault beside what was read.

    Args: generation is its number in a history, 0 for a classic list.
    Raises UnreadableMedia where it is no hash list, or cannot be opened.
    """
    with opened(path) as file:
        stream = Stream(file, shown_name(path))
        entries = tuple(stream)
        return HashList(
            stream.name, stream.header, entries, stream.faults, generation, tuple(stream.references)
        )  # fmt: skip


def entry_at(file: BinaryIO, offset: int, form: str) -> ListedFile | None:
    """The entry that `Stream.located` found at a byte; None where the list is another one by now."""
    node = record_at(file, offset, "hash")
    try:
        return None if node is None else entry_of(node, form)
    except Unbelievable:
        return None


def is_list(name: str) -> bool:
    """True for the name of a hash list."""
    return name[-4:].lower() == _SUFFIX and not name.startswith("._")


def shown_name(path: Path) -> str:
    """The name of a list's file, for people: bytes that are no text are shown as such."""
    return path.name.encode("utf-8", "replace").decode()


def opened(path: Path) -> BinaryIO:
    """A list open for reading. Raises UnreadableMedia."""
    try:
        return open_media(path)
    except CouldNotLook as error:
        raise UnreadableMedia(f"hashlist.unreadable: {error.message}", path=error.path, remedy=error.remedy) from error


def _format_of(root: Node) -> str:
    version = root.attributes.get("version", "")
    if root.name == "hashlist" and version.startswith("1."):
        return CLASSIC
    if root.name == "hashlist" and version.startswith("2."):
        return ASC
    raise lie("hashlist.unknown", f"it is no hash list of a known version ({bounded(root.name, 40)} {version[:20]})")
