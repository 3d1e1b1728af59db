"""Timelines and projects: what they hold, which of their files are recorded, and what a file is used in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from provenance.errors import NotFound, UsageError
from provenance.model import Clip, Cut, Place, ProjectFile
from store import codec
from store.cut_codec import get_project
from store.database import Connection
from store.ledger import Ledger

STATUSES: Final = ("working", "locked", "delivery")


@dataclass(frozen=True, slots=True)
class Matched:
    """One file of a timeline that is recorded: its position in ProjectFile.media, its content, how it was known."""

    n: int
    sha256: bytes
    method: str
    strength: int


@dataclass(frozen=True, slots=True)
class ClipUse:
    """A clip in which a file is used (or, where the clip is off, only present): of which cut, of which project."""

    project: bytes
    format: str
    cut: Cut
    clip: Clip
    status: str


@dataclass(frozen=True, slots=True)
class Named:
    """A recorded file by its name: content, size, where it lies or lay, whether it lies there now."""

    sha256: bytes
    size: int
    place: Place
    live: bool


class Cuts:
    """What timelines and projects say, and what of it is recorded."""

    def __init__(self, connection: Connection, ledger: Ledger) -> None:
        self._db = connection
        self._ledger = ledger

    def project(self, sha256: bytes) -> ProjectFile | None:
        """What a timeline or project file says; None where the asset is none."""
        body = self._db.value(
            "SELECT p.body FROM project p JOIN asset a ON a.id = p.asset_id WHERE a.sha256 = ?", (sha256,)
        )
        return None if body is None else get_project(json.loads(body))

    def naming(self, name: str) -> list[bytes]:
        """Projects that speak of a file of this name, without regard to case."""
        rows = self._db.rows(
            "SELECT a.sha256 FROM project_name x JOIN asset a ON a.id = x.asset_id WHERE x.stem = ? ORDER BY a.id",
            (codec.put_name(name.lower()),),
        )
        return [row[0] for row in rows]

    def named(self, name: str, *, limit: int = 2_000) -> list[Named]:
        """Recorded files of this name, without regard to the case of ASCII letters; sequences by their pattern."""
        low = "".join(one.lower() if one.isascii() else one for one in name)  # as SQLite's lower()
        rows = self._db.rows(
            "SELECT a.sha256, a.size, v.uid, f.path, s.name, s.until IS NULL FROM sighting s"
            " JOIN asset a ON a.id = s.asset_id JOIN folder f ON f.id = s.folder_id JOIN volume v ON v.id = f.volume_id"
            " WHERE lower(CAST(s.name AS TEXT)) = ? OR (lower(CAST(s.name AS TEXT)) > ? AND"
            " lower(CAST(s.name AS TEXT)) < ?) ORDER BY s.until IS NOT NULL, s.id DESC LIMIT ?",
            (low, f"{low} ", f"{low}!" if "%" in low else f"{low} ", limit),
        )
        return [Named(row[0], row[1], Place(*row[2:5]), bool(row[5])) for row in rows]

    def match(self, project: bytes, matches: Iterable[Matched]) -> bool:
        """Records which files of a project are known; False where all of it was known."""
        told = list(matches)
        asked = json.dumps([one.n for one in told])
        known = {one.n: one for one in self._matched(project, " AND m.n IN (SELECT value FROM json_each(?))", asked)}
        news = [one for one in told if known.get(one.n) != one]
        if news:
            rows = [[one.n, one.sha256.hex(), one.method, one.strength] for one in news]
            self._ledger.append("media.matched", {"project": project.hex(), "matches": rows})
        return bool(news)

    def matched(self, project: bytes) -> list[Matched]:
        """Which files of a project are known, in the order in which it names them."""
        return self._matched(project)

    def is_matched(self, project: bytes, n: int) -> bool:
        """Whether one file of a project is known. Args: n is its position in ProjectFile.media."""
        return bool(self._matched(project, " AND m.n = ?", n))

    def _matched(self, project: bytes, also: str = "", *values: str | int) -> list[Matched]:
        rows = self._db.rows(
            "SELECT m.n, a.sha256, m.method, m.strength FROM matched m JOIN asset p ON p.id = m.project_id"
            f" JOIN asset a ON a.id = m.media_id WHERE p.sha256 = ?{also} ORDER BY m.n",
            (project, *values),
        )
        return [Matched(*row) for row in rows]

    def uses_of(self, sha256: bytes) -> Iterator[ClipUse]:
        """Every clip of every recorded cut in which a file is used."""
        for project, named in self._projects_with(sha256):
            held = self.project(project)
            if held is None:
                continue
            statuses = self.statuses(project)
            for cut in held.cuts:
                for clip in cut.clips:
                    if named & set(clip.media):
                        yield ClipUse(project, held.format, cut, clip, statuses.get(cut.name, ""))

    def _projects_with(self, sha256: bytes) -> list[tuple[bytes, set[int]]]:
        rows = self._db.rows(
            "SELECT p.sha256, m.n FROM matched m JOIN asset p ON p.id = m.project_id JOIN asset a ON a.id = m.media_id"
            " WHERE a.sha256 = ? AND NOT EXISTS (SELECT 1 FROM link l WHERE l.child = p.id AND l.parent = a.id"
            " AND l.relation = 'used_in' AND l.refused) ORDER BY p.id, m.n",
            (sha256,),
        )
        found: dict[bytes, set[int]] = {}
        for project, n in rows:
            found.setdefault(project, set()).add(n)
        return list(found.items())

    def set_status(self, project: bytes, cut: str, status: str, *, by: str) -> None:
        """A person says how far a cut is: working, locked, delivery. Raises UsageError, NotFound."""
        if status not in STATUSES:
            raise UsageError(f"{status!r} is no status of a cut", remedy=f"one of: {', '.join(STATUSES)}")
        held = self.project(project)
        if held is None or cut not in {one.name for one in held.cuts}:
            raise NotFound(f"there is no cut {cut!r} in it", remedy="provenance conform lists its cuts")
        if not by.strip():
            raise UsageError("the status of a cut needs the name of who sets it", remedy="add --by NAME")
        self._ledger.append("cut.status", {"project": project.hex(), "cut": cut, "status": status}, {"by": by})

    def statuses(self, project: bytes) -> dict[str, str]:
        """The status of each cut of a project that has one."""
        rows: Sequence[tuple[str, str]] = self._db.rows(
            "SELECT c.cut, c.status FROM cut_status c JOIN asset p ON p.id = c.project_id WHERE p.sha256 = ?",
            (project,),
        )
        return dict(rows)
