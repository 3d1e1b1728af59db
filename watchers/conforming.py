"""Timelines and projects joined with the files they use: links by evidence, whichever was seen first.

What is used in a cut links as *used*, what only lies in the project as *present*; what cannot be matched, or fits
several files, is reported and never guessed. A file that a project says it writes is linked to what reaches it.
"""

from __future__ import annotations

import os
from collections import OrderedDict
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
_KEPT: Final = 100_000
"""Files named by projects that are kept at hand, so that each clip that arrives does not read its whole cut again."""


@dataclass(frozen=True, slots=True)
class Joined:
    """One file of a timeline and what it was matched with. Args: n, media; match is None where nothing fits."""

    n: int
    media: MediaName
    match: Match | None
    used: bool


@dataclass(frozen=True, slots=True)
class _Named:
    """The files a project names, as far as one that arrives needs them.

    Args: readers that read it; by_name: positions by lower-case file name; lacking: positions without which it is not
    complete, shortened as they are matched, or None where it never is complete; renders: it says what it writes.
    """

    readers: dict[str, str] | None
    format: str
    media: tuple[MediaName, ...]
    used: frozenset[int]
    by_name: dict[str, list[int]]
    lacking: list[int] | None
    renders: bool


class Conforming:
    """Joins the timelines of one production with its files.

    Args: store, places of the production.
    """

    def __init__(self, store: Store, places: Places) -> None:
        self._store, self._places = store, places
        self._kept: OrderedDict[bytes, _Named] = OrderedDict()

    def take_in(self, project: bytes) -> bool:
        """Joins a recorded timeline or project with what is recorded; True where links were added.

        Call it inside a transaction.
        """
        held = self._store.cuts.project(project)
        if held is None:
            return False
        joined = list(self.join(held, self._folder_of(project)))
        counted = [one for one in joined if one.match is not None and one.match.counts]
        self._keep_matches(project, counted)
        news = [
            self._store.lineage.add(link)
            for link in (*self._uses(project, held.format, counted), *self._renders(project, held, counted))
        ]
        if held.complete and not self._store.lineage.inputs_complete(project) and _all_known(held, counted):
            self._store.lineage.complete(project, by=f"timeline reader {held.format}", note="every clip is matched")
            news.append(True)
        return any(news)

    def offer(self, place: Place) -> set[bytes]:
        """Joins a file that was just taken in with the timelines that speak of it; those that gained links."""
        name = os.fsdecode(place.name).partition(" ")[0] if b"%" in place.name else os.fsdecode(place.name)
        return {one for one in self._store.cuts.naming(name)[:_PROJECTS] if self._take_in_named(one, name.lower())}

    def _take_in_named(self, project: bytes, name: str) -> bool:
        """Joins a project with the files of one name alone; True where links were added."""
        named = self._named_in(project)
        if named is None:
            return False
        if named.renders:  # what reaches an output is a question about all of the project
            return self.take_in(project)
        folder = self._folder_of(project)
        joined = (self._join_one(n, named.media[n], folder, named.used) for n in named.by_name.get(name, ()))
        counted = [one for one in joined if one.match is not None and one.match.counts]
        matched = self._keep_matches(project, counted)
        news = [self._store.lineage.add(link) for link in self._uses(project, named.format, counted)]
        if (matched or any(news)) and self._lacks_nothing(project, named):
            return self.take_in(project) or any(news)
        return any(news)

    def _named_in(self, project: bytes) -> _Named | None:
        readers = self._store.assets.readers(project)
        kept = self._kept.get(project)
        if kept is not None and kept.readers == readers:
            self._kept.move_to_end(project)
            return kept
        held = self._store.cuts.project(project)
        if held is None:
            return None
        self._kept[project] = named = _named(held, readers)
        self._kept.move_to_end(project)
        while len(self._kept) > 1 and sum(len(one.media) for one in self._kept.values()) > _KEPT:
            self._kept.popitem(last=False)
        return named

    def _lacks_nothing(self, project: bytes, named: _Named) -> bool:
        """True where it may have become complete, which then only a look at all of it can tell."""
        if named.lacking is None or self._store.lineage.inputs_complete(project):
            return False
        while named.lacking and self._store.cuts.is_matched(project, named.lacking[-1]):
            named.lacking.pop()
        return not named.lacking

    def _keep_matches(self, project: bytes, counted: Iterable[Joined]) -> bool:
        return self._store.cuts.match(
            project,
            [Matched(one.n, one.match.sha256, one.match.method.words, int(one.match.strength)) for one in counted
             if one.match is not None],
        )  # fmt: skip

    def join(self, held: ProjectFile, folder: str) -> Iterator[Joined]:
        """Every file a timeline names, with the best match. Args: folder that the timeline lies in."""
        used = used_media(held)
        for n, media in enumerate(held.media):
            yield self._join_one(n, media, folder, used)

    def _join_one(self, n: int, media: MediaName, folder: str, used: frozenset[int]) -> Joined:
        return Joined(n, media, match(media, folder, self._candidates(media)), n in used)

    def _candidates(self, media: MediaName) -> Iterator[Candidate]:
        seen: set[tuple[bytes, str]] = set()
        for name in _names(media):
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

    def _uses(self, project: bytes, words: str, counted: Iterable[Joined]) -> Iterator[Link]:
        """The links of a project to its files. Args: words are the name of its format."""
        for one in counted:
            if one.match is not None and one.match.sha256 != project:
                method = f"{words} {one.match.method.words}"
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


def _names(media: MediaName) -> tuple[str, ...]:
    """Under which a file may lie."""
    return tuple(dict.fromkeys((media.name, *(split_path(path)[-1] for path in media.paths))))


def _named(held: ProjectFile, readers: dict[str, str] | None) -> _Named:
    by_name: dict[str, list[int]] = {}
    for n, media in enumerate(held.media):
        for name in dict.fromkeys(name.lower() for name in _names(media)):
            by_name.setdefault(name, []).append(n)
    lacking = None
    if held.complete and held.cuts and not held.faults:
        # Of clips that offer several files one is enough; which, only a look at all of it tells
        lacking = sorted({choices[0] for choices in _played(held) if len(choices) == 1}, reverse=True)
    return _Named(readers, held.format, held.media, used_media(held), by_name, lacking, bool(held.renders))


def _played(held: ProjectFile) -> Iterator[tuple[int, ...]]:
    """Of every enabled clip that plays a file: which ones, each a choice; none where that is missing."""
    cuts = {cut.name for cut in held.cuts}
    for cut in held.cuts:
        for clip in cut.clips:
            if not clip.enabled or clip.kind in ("generator", "title", "adjustment"):
                continue
            if clip.kind == "cut" and clip.cut in cuts:
                continue
            yield clip.media


def _all_known(held: ProjectFile, counted: Iterable[Joined]) -> bool:
    """True where every enabled clip that plays a file has one that is known, and nothing is missing."""
    known = {one.n for one in counted}
    return all(known & set(choices) for choices in _played(held)) and bool(held.cuts) and not held.faults
