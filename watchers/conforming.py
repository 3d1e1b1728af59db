"""Timelines and projects joined with the files they use: links by evidence, whichever was seen first.

What is used in a cut links as *used*, what only lies in the project as *present*; what cannot be matched, or fits
several files, is reported and never guessed. A file that a project says it writes is linked to what reaches it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from provenance.errors import UsageError
from provenance.media_matching import Candidate, Match, Method, match, split_path
from provenance.model import Evidence, Link, MediaName, Place, ProjectFile, Relation, Render
from provenance.places import Places
from store import Store
from store.cuts import Matched

SOURCE: Final = "timeline"
VERSION: Final = "1"
_PROJECTS: Final = 200
"""Projects that name one new file and are joined with it at once; more wait for their own next look."""


@dataclass(frozen=True, slots=True)
class Joined:
    """One file of a timeline and what it was matched with. Args: n, media; match is None where nothing fits."""

    n: int
    media: MediaName
    match: Match | None
    used: bool


class Conforming:
    """Joins the timelines of one production with its files.

    Args: store, places of the production.
    """

    def __init__(self, store: Store, places: Places) -> None:
        self._store, self._places = store, places

    def take_in(self, project: bytes) -> bool:
        """Joins a recorded timeline or project with what is recorded; True where links were added.

        Call it inside a transaction.
        """
        held = self._store.cuts.project(project)
        if held is None:
            return False
        joined = list(self.join(held, self._folder_of(project)))
        counted = [one for one in joined if one.match is not None and one.match.counts]
        self._store.cuts.match(
            project,
            [Matched(one.n, one.match.sha256, one.match.method.words, int(one.match.strength)) for one in counted
             if one.match is not None],
        )  # fmt: skip
        news = [
            self._store.lineage.add(link)
            for link in (*self._uses(project, held, counted), *self._renders(project, held, counted))
        ]
        if held.complete and not self._store.lineage.inputs_complete(project) and _all_known(held, counted):
            self._store.lineage.complete(project, by=f"timeline reader {held.format}", note="every clip is matched")
            news.append(True)
        return any(news)

    def offer(self, place: Place) -> set[bytes]:
        """Joins a file that was just taken in with the timelines that speak of it; those that gained links."""
        name = os.fsdecode(place.name).partition(" ")[0] if b"%" in place.name else os.fsdecode(place.name)
        return {one for one in self._store.cuts.naming(name)[:_PROJECTS] if self.take_in(one)}

    def join(self, held: ProjectFile, folder: str) -> Iterator[Joined]:
        """Every file a timeline names, with the best match. Args: folder that the timeline lies in."""
        used = used_media(held)
        for n, media in enumerate(held.media):
            yield Joined(n, media, match(media, folder, self._candidates(media)), n in used)

    def _candidates(self, media: MediaName) -> Iterator[Candidate]:
        names = dict.fromkeys((media.name, *(split_path(path)[-1] for path in media.paths)))
        seen: set[tuple[bytes, str]] = set()
        for name in names:
            for one in self._store.cuts.named(name) if name else ():
                path = self._path(one.place)
                if (one.sha256, path) not in seen:
                    seen.add((one.sha256, path))
                    yield Candidate(one.sha256, path, one.size, one.live, self._start(one.sha256))

    def _start(self, sha256: bytes) -> Fraction | None:
        told = self._store.assets.get(sha256).description.facts.get("start_seconds")
        try:
            return None if told is None else Fraction(str(told))
        except (ValueError, ZeroDivisionError):
            return None

    def _path(self, place: Place) -> str:
        try:
            return os.fspath(self._places.path_of(place))
        except UsageError:  # a volume of another workstation: the end of the path counts all the same
            return os.fsdecode(b"/".join((place.folder, place.name)))

    def _folder_of(self, project: bytes) -> str:
        summary = self._store.assets.summary(project)
        return "" if summary.place is None else os.path.dirname(self._path(summary.place))  # noqa: PTH120

    def _uses(self, project: bytes, held: ProjectFile, counted: Iterable[Joined]) -> Iterator[Link]:
        for one in counted:
            if one.match is not None and one.match.sha256 != project:
                method = f"{held.format} {one.match.method.words}"
                evidence = Evidence(
                    SOURCE, VERSION, method, one.match.strength, f"{one.media.name} is {one.match.path}"
                )
                yield Link(project, one.match.sha256, Relation.USED_IN, evidence, used=one.used)

    def _renders(self, project: bytes, held: ProjectFile, counted: list[Joined]) -> Iterator[Link]:
        """Links from what a project says it writes to what reaches that output."""
        known = {one.n: one.match for one in counted if one.match is not None}
        for render in held.renders:
            output = self._output(render, project)
            if output is None:
                continue
            called = f" {render.name!r}" if render.name else ""
            for n in render.media:
                if n in known and known[n].sha256 not in (output.sha256, project):
                    evidence = Evidence(
                        SOURCE, VERSION, f"{held.format}{called} writes it", min(output.strength, known[n].strength),
                        f"{held.media[n].name} reaches {output.path}",
                    )  # fmt: skip
                    yield Link(output.sha256, known[n].sha256, Relation.RENDERED_FROM, evidence)
            evidence = Evidence(SOURCE, VERSION, f"{held.format}{called} writes it", output.strength, output.path)
            # Present: what else the project holds did not reach this output
            yield Link(
                output.sha256, project, Relation.RENDERED_FROM, evidence, used=not render.media and bool(render.cut)
            )

    def _output(self, render: Render, project: bytes) -> Match | None:
        media = MediaName(split_path(render.paths[0])[-1] if render.paths else "", render.paths)
        found = match(media, self._folder_of(project), self._candidates(media))
        if found is None or not found.counts or found.sha256 == project or found.method < Method.RELOCATED:
            return None
        return found


def used_media(held: ProjectFile) -> frozenset[int]:
    """Positions of the media that some enabled clip of a cut uses, or that reach an output."""
    clips = (clip for cut in held.cuts for clip in cut.clips if clip.enabled)
    return frozenset((*(n for clip in clips for n in clip.media), *(n for one in held.renders for n in one.media)))


def _all_known(held: ProjectFile, counted: Iterable[Joined]) -> bool:
    """True where every enabled clip that plays a file has one that is known, and nothing is missing."""
    known = {one.n for one in counted}
    cuts = {cut.name for cut in held.cuts}
    for cut in held.cuts:
        for clip in cut.clips:
            if not clip.enabled or clip.kind in ("generator", "title", "adjustment"):
                continue
            if clip.kind == "cut" and clip.cut in cuts:
                continue
            if not known & set(clip.media):
                return False
    return bool(held.cuts) and not held.faults
