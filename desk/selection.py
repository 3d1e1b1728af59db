"""Which assets a person means: paths, globs, folders, digits of a SHA-256, names as a finding prints them, and
the rows of a CSV file.

Everything ends in a list of contents, so that what is stored is what was meant at the time, never a pattern.
Globs are matched here against what is recorded, because a shell may leave them alone (quoted, or on Windows).
"""

from __future__ import annotations

import csv
import fnmatch
import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from desk.production import Production, path_text, place_of
from provenance.errors import NotFound, UsageError
from provenance.model import Delivery, Kind, Place
from provenance.paths import argument, show
from store import name_in

WILDCARDS: Final = frozenset("*?[")
_ESCAPED: Final = re.compile(rb"\\x(0[1-9a-f]|1[0-9a-f]|[7-9a-f][0-9a-f])")
CSV_ROWS: Final = 200_000
CSV_BYTES: Final = 64 << 20
CSV_COLUMNS: Final = ("file", "answer", "finding", "by", "role", "reference", "note", "delivery", "expires")
"""Columns that `decide --from-csv` understands; `file` is required, the others stand in for the options."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One asset a person means: its hash, what to call it, and where it lies (None: nowhere known)."""

    sha256: bytes
    name: str
    place: Place | None


class Selection:
    """Turns what a person typed into assets.

    Args: the production; here is the folder that relative paths start from, the current one where not given.
    """

    def __init__(self, production: Production, here: Path | None = None) -> None:
        self._production = production
        self._store = production.store
        self._places = production.places
        self._here = Path.cwd() if here is None else here

    def one(self, text: str) -> Chosen:
        """The single asset meant by a path, by digits of its SHA-256, or by its name in a delivery.

        Raises NotFound with what to do, UsageError where several are meant.
        """
        path = self.path(text)
        place = place_of(self._places, path)
        found = None if place is None else self._at(place)
        if found is None and not os.path.lexists(path):
            found = self._elsewhere(text, place)
        if found is None and (meant := unshown(text)) != text:
            return self.one(meant)
        if found is not None:
            return found
        if path.is_dir():
            raise UsageError("this is a folder, one file is asked for", path=path)
        raise self._unknown(path, place)

    def unseen(self, text: str) -> Place | None:
        """The place of a file that lies on disk in the production and is not recorded; None for all else."""
        path = self.path(text)
        place = place_of(self._places, path)
        if place is None or path.is_dir() or not os.path.lexists(path) or self._at(place) is not None:
            return None
        return place

    def many(self, texts: Iterable[str]) -> tuple[Chosen, ...]:
        """All assets meant by files, folders and globs, each once, in the order they were named.

        Raises NotFound where one of them means nothing, as `one`.
        """
        found: dict[bytes, Chosen] = {}
        for text in texts:
            for chosen in self._several(text):
                found.setdefault(chosen.sha256, chosen)
        return tuple(found.values())

    def with_open_finding(self, codes: Sequence[str], delivery: str = "") -> tuple[Chosen, ...]:
        """All assets with an open finding of one of these codes. Raises NotFound where there is none."""
        found: dict[bytes, Chosen] = {}
        for finding in self._store.decisions.findings(delivery):
            if finding.is_open and finding.code in codes and finding.sha256 not in found:
                summary = self._store.assets.summary(finding.sha256)
                found[finding.sha256] = Chosen(finding.sha256, finding.name, summary.place)
        if not found:
            where = f" in {show(delivery)}" if delivery else ""
            raise NotFound(f"no open finding {', '.join(codes)}{where}", remedy="provenance check shows all of them")
        return tuple(found.values())

    def path(self, text: str) -> Path:
        """The absolute path that a text means: from the current folder, else from the production's root."""
        if "\0" in text or not text:
            raise UsageError(f"'{show(text)}' cannot be the name of a file")
        # Lexical: links are never followed
        path = Path(os.path.abspath(self._here / text))  # noqa: PTH100
        below_root = Path(os.path.abspath(self._production.root / text))  # noqa: PTH100
        return below_root if os.path.lexists(below_root) and not os.path.lexists(path) else path

    def called(self, place: Place) -> str:
        """What to call a place: its path from the production's root on, whole where it lies elsewhere."""
        return path_text(self._production, place)

    def _at(self, place: Place) -> Chosen | None:
        sha256 = self._store.assets.at(place)
        if sha256 is not None:
            return Chosen(sha256, self.called(place), place)
        return self._sequence_of(place)

    def _sequence_of(self, place: Place) -> Chosen | None:
        """The sequence that a frame (``shot.1001.exr``) or a pattern (``shot.%04d.exr``) belongs to."""
        for sighting in self._store.assets.live_in(place.volume, place.folder, below=False):
            summary = self._store.assets.summary(sighting.sha256)
            if summary.kind is not Kind.SEQUENCE:
                continue
            members = self._store.assets.get(sighting.sha256).members
            is_pattern = sighting.place.name.startswith(place.name + b" ")
            if is_pattern or any(member.name == place.name for member in members):
                return Chosen(sighting.sha256, self.called(sighting.place), sighting.place)
        return None

    def _elsewhere(self, text: str, place: Place | None) -> Chosen | None:
        """Something that is no path to a file on disk: digits, a name in a delivery, a name, or what is gone."""
        if len(text) >= 8 and all(digit in "0123456789abcdefABCDEF" for digit in text):
            sha256 = self._store.assets.resolve(text)
            summary = self._store.assets.summary(sha256)
            return Chosen(sha256, self.called(summary.place) if summary.place else summary.name, summary.place)
        found = self._in_deliveries(text) or self._by_name(text)
        if len(found) > 1:
            names = ", ".join(argument(chosen.name) for chosen in list(found.values())[:5])
            raise UsageError(f"{show(text)} may mean several files: {names}", remedy="give the path of one of them")
        if found:
            return next(iter(found.values()))
        gone = None if place is None else self._store.assets.last_at(place)
        return None if gone is None or place is None else Chosen(gone, self.called(place), place)

    def _in_deliveries(self, text: str) -> dict[bytes, Chosen]:
        found: dict[bytes, Chosen] = {}
        for delivery in self._store.decisions.deliveries():
            for chosen in self._named_in(delivery, text):
                found.setdefault(chosen.sha256, chosen)
        return found

    def _named_in(self, delivery: Delivery, text: str) -> Iterator[Chosen]:
        if delivery.folder is None:
            for sighting in self._store.cases.contents(delivery):
                if name_in(delivery, sighting.place) == text:
                    yield Chosen(sighting.sha256, self.called(sighting.place), sighting.place)
            return
        inside, _, name = text.rpartition("/")
        folder = b"/".join(filter(None, (delivery.folder.folder, os.fsencode(inside))))
        chosen = self._at(Place(delivery.folder.volume, folder, os.fsencode(name)))
        if chosen is not None:
            yield chosen

    def _by_name(self, text: str) -> dict[bytes, Chosen]:
        if "/" in text or not text:
            return {}
        found = self._store.assets.summaries("s.name = ? AND s.until IS NULL", (os.fsencode(text),), limit=100)
        return {one.sha256: Chosen(one.sha256, self.called(one.place), one.place) for one in found if one.place}

    def _unknown(self, path: Path, place: Place | None) -> NotFound:
        if place is None:
            remedy = "add its folder to `working` in provenance.toml, then run provenance scan"
            return NotFound("this lies outside the production's folders", path=path, remedy=remedy)
        if not os.path.lexists(path):
            remedy = "check the name; provenance find searches what is recorded"
            return NotFound("there is no such file, and none was ever recorded", path=path, remedy=remedy)
        return NotFound("this is not recorded yet", path=path, remedy=f"provenance scan {argument(path)}")

    def _several(self, text: str) -> Iterator[Chosen]:
        path = self.path(text)
        if path.is_dir():
            yield from self._below(path)
        elif WILDCARDS.isdisjoint(text) or os.path.lexists(path):
            yield self.one(text)
        else:
            yield from self._matching(path)

    def _below(self, folder: Path) -> Iterator[Chosen]:
        volume, inside = self._places.folder_of(folder)
        sightings = self._store.assets.live_in(volume, inside)
        if not sightings:
            remedy = f"provenance scan {argument(folder)}"
            raise NotFound("nothing that lies in this folder is recorded", path=folder, remedy=remedy)
        for sighting in sightings:
            yield Chosen(sighting.sha256, self.called(sighting.place), sighting.place)

    def _matching(self, pattern: Path) -> Iterator[Chosen]:
        parts = pattern.parts
        plain = next(number for number, part in enumerate(parts) if not WILDCARDS.isdisjoint(part))
        base = Path(*parts[:plain])
        volume, inside = self._places.folder_of(base)
        matched = False
        for sighting in self._store.assets.live_in(volume, inside):
            folder = os.fsdecode(sighting.place.folder.removeprefix(inside).lstrip(b"/"))
            names = (*filter(None, folder.split("/")), os.fsdecode(sighting.place.name))
            if matches(names, parts[plain:]):
                matched = True
                yield Chosen(sighting.sha256, self.called(sighting.place), sighting.place)
        if not matched:
            remedy = "check it, or run provenance scan"
            raise NotFound("no recorded file matches this pattern", path=pattern, remedy=remedy)


def unshown(text: str) -> str:
    """The name behind one that was printed escaped (``a\\xff.png``), so that a printed command works as it is."""
    told = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), os.fsencode(text))
    return os.fsdecode(told)


def matches(names: Sequence[str], patterns: Sequence[str]) -> bool:
    """True where the parts of a path meet the parts of a glob; ``**`` stands for any number of folders."""
    if not patterns:
        return not names
    if patterns[0] == "**":
        # One ** after another means the same as one; the loop would take exponential time over many
        rest = patterns[1:]
        while rest and rest[0] == "**":
            rest = rest[1:]
        return any(matches(names[start:], rest) for start in range(len(names) + 1))
    return bool(names) and fnmatch.fnmatchcase(names[0], patterns[0]) and matches(names[1:], patterns[1:])


def read_rows(path: Path) -> list[Mapping[str, str]]:
    """The rows of a CSV file of decisions, checked: a header of known columns, `file` among them.

    UTF-8, with or without the byte order mark that Excel writes. Raises UsageError naming line and column.
    """
    try:
        if path.stat().st_size > CSV_BYTES:
            raise UsageError(f"is longer than {CSV_BYTES >> 20} MB", path=path)
        text = path.read_text("utf-8-sig", "surrogateescape")
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", path=path) from error
    try:
        return list(_rows(io.StringIO(text, newline=""), path))
    except csv.Error as error:
        raise UsageError(f"is no CSV: {error}", path=path) from error


def _rows(lines: Iterable[str], path: Path) -> Iterator[Mapping[str, str]]:
    reader = csv.DictReader(lines, strict=True)
    columns = [column.strip().lower() for column in reader.fieldnames or ()]
    unknown = sorted(set(columns) - set(CSV_COLUMNS))
    if unknown or "file" not in columns or len(set(columns)) != len(columns):
        what = f"unknown column {show(unknown[0])!r}" if unknown else "a column `file` is needed, each column once"
        raise UsageError(f"{what}", path=path, remedy=f"columns: {', '.join(CSV_COLUMNS)}")
    reader.fieldnames = columns
    for number, row in enumerate(reader, start=1):
        if None in row or None in row.values():
            raise UsageError(f"line {reader.line_num}: {len(columns)} cells are expected", path=path)
        if number > CSV_ROWS:
            raise UsageError(f"more than {CSV_ROWS} rows", path=path)
        cells = {column: cell.strip() for column, cell in row.items()}
        for column, cell in cells.items():
            if column != "file" and any("\udc80" <= one <= "\udcff" for one in cell):
                raise UsageError(
                    f"line {reader.line_num}: `{column}` is not UTF-8", path=path, remedy="save it as UTF-8"
                )
        if not cells["file"]:
            raise UsageError(f"line {reader.line_num}: `file` is empty", path=path)
        yield cells
