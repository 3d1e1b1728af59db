"""The rows of timelines and projects: what they say, which files of theirs are known, and the status of cuts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from provenance.media_matching import split_path
from provenance.model import ProjectFile
from store import codec
from store.cut_codec import put_project
from store.database import Connection
from store.ledger import Entry
from store.standing import REDACTED, asset_id


def write_project(db: Connection, row: int, project: ProjectFile | None) -> None:
    """Writes what a timeline or project says, in place of what an earlier reading of it said."""
    db.execute("DELETE FROM project WHERE asset_id = ?", (row,))
    db.execute("DELETE FROM project_name WHERE asset_id = ?", (row,))
    if project is None:
        return
    db.execute(
        "INSERT INTO project VALUES (?, ?, ?, ?)",
        (row, project.format, int(project.complete), codec.text(put_project(project))),
    )
    stems = sorted(set(_stems(project)))
    db.executemany("INSERT INTO project_name VALUES (?, ?)", [(stem, row) for stem in stems])


def _stems(project: ProjectFile) -> Iterator[str]:
    """The names of files that it speaks of, by which a file that comes later finds it."""
    for media in project.media:
        yield codec.put_name(media.name.lower())
        yield from (codec.put_name(split_path(path)[-1].lower()) for path in media.paths)
    for render in project.renders:
        yield from (codec.put_name(split_path(path)[-1].lower()) for path in render.paths)


def _media_matched(db: Connection, entry: Entry) -> None:
    project = asset_id(db, entry.body["project"])
    for n, digest, method, strength in entry.body["matches"]:
        db.execute(
            "INSERT INTO matched VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET media_id = excluded.media_id,"
            " method = excluded.method, strength = excluded.strength",
            (project, n, asset_id(db, digest), method, strength),
        )


def _cut_status(db: Connection, entry: Entry) -> None:
    by = str(entry.told("by", REDACTED if entry.redacted else ""))
    db.execute(
        "INSERT INTO cut_status VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET status = excluded.status,"
        " by = excluded.by, at = excluded.at, entry = excluded.entry",
        (asset_id(db, entry.body["project"]), entry.body["cut"], entry.body["status"], by, entry.at, entry.uid),
    )


def _erase_who_set_status(db: Connection, uid: str, body: str) -> None:
    db.execute("UPDATE cut_status SET by = ? WHERE entry = ?", (REDACTED, uid))


KINDS: Final[dict[str, Callable[[Connection, Entry], None]]] = {
    "media.matched": _media_matched,
    "cut.status": _cut_status,
}

ERASERS: Final[dict[str, Callable[[Connection, str, str], None]]] = {"cut.status": _erase_who_set_status}
