"""Which recorded file a timeline means: by path, by UMID, by a path that moved, by name with size or timecode.

Workstations see one volume under different names and vendors copy trees, so the ends of paths count. A name alone is
never enough: it is reported, and a person links. What fits several files equally well fits none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import Final

from provenance.model import MediaName, Strength

_PARTS: Final = re.compile(r"[\\/]+")
_SAME_TAIL: Final = 2
"""Parts of two paths that must agree from the end on: the name and the folder it lies in."""


class Method(IntEnum):
    """How a file was matched, the surest last."""

    NAME = 0
    NAME_AND_SIZE = 1
    NAME_AND_TIMECODE = 2
    RELOCATED = 3
    RELATIVE = 4
    UMID = 5
    PATH = 6

    @property
    def words(self) -> str:
        """For people."""
        return _WORDS[self]


_WORDS: Final = {
    Method.NAME: "name alone", Method.NAME_AND_SIZE: "name and size", Method.NAME_AND_TIMECODE: "name and timecode",
    Method.RELOCATED: "relocated path", Method.RELATIVE: "path from the project", Method.UMID: "UMID",
    Method.PATH: "path",
}  # fmt: skip
_STRENGTHS: Final = {
    Method.NAME: Strength.HEURISTIC, Method.NAME_AND_SIZE: Strength.TOOL_SIGNATURE,
    Method.NAME_AND_TIMECODE: Strength.TOOL_SIGNATURE, Method.RELOCATED: Strength.TOOL_SIGNATURE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recorded file that may be meant.

    Args:
        sha256: its content; path: where it lies or lay, as this workstation writes it; size in bytes.
        live: it lies there now.
        start: timecode at which it begins, in seconds; None where unknown.
        umids: as MediaName.umids.
    """

    sha256: bytes
    path: str
    size: int
    live: bool = True
    start: Fraction | None = None
    umids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """The content a timeline means, and how that is known. `several` is true where that fits others as well."""

    sha256: bytes
    method: Method
    path: str
    several: bool = False

    @property
    def strength(self) -> Strength:
        """How far it can be believed."""
        return _STRENGTHS.get(self.method, Strength.DECLARED)

    @property
    def counts(self) -> bool:
        """True where a link may rest on it."""
        return self.method is not Method.NAME and not self.several


def match(media: MediaName, project: str, candidates: Iterable[Candidate]) -> Match | None:
    """The best match for a name in a timeline; None where nothing fits.

    Args: project is the path of the timeline's folder, as this workstation writes it.
    """
    rated = [
        (rank, one) for one in candidates if (rank := _rank(media, project, one)) is not None
    ]  # fmt: skip
    if not rated:
        return None
    best = max(rank for rank, _ in rated)
    found = {one.sha256: one for rank, one in rated if rank == best}
    first = next(iter(found.values()))
    return Match(first.sha256, Method(best[0]), first.path, len(found) > 1)


def _rank(media: MediaName, project: str, one: Candidate) -> tuple[int, int, bool] | None:
    """(method, parts of the path that agree, lies there now); None where it is another file."""
    parts = split_path(one.path)
    written = [split_path(path) for path in media.paths]
    if any(_same(path, parts) for path in written):
        return Method.PATH, len(parts), one.live
    if set(media.umids) & set(one.umids):
        return Method.UMID, 0, one.live
    if any(_same(_joined(project, path), parts) for path in written if not is_absolute(path)):
        return Method.RELATIVE, len(parts), one.live
    if media.size and media.size != one.size:
        return None
    tail = max((_tail(path, parts) for path in written), default=0)
    if tail >= _SAME_TAIL:
        return Method.RELOCATED, tail, one.live
    names = {path[-1].casefold() for path in written if path} | {media.name.casefold()}
    if not parts or parts[-1].casefold() not in names:
        return None
    if media.size:
        return Method.NAME_AND_SIZE, 0, one.live
    if media.available is not None and one.start is not None and media.available.start == one.start:
        return Method.NAME_AND_TIMECODE, 0, one.live
    return Method.NAME, 0, one.live


def split_path(path: str) -> tuple[str, ...]:
    """The parts of a path of any system; an absolute one begins with an empty part, a drive is a part of its own.

    Of an image sequence the frames behind its pattern are left out.
    """
    plain = re.sub(r"(%0?\d{0,2}d\.\w+) [\d,-]+$", r"\1", path)
    return tuple(_PARTS.split(plain))


def is_absolute(parts: Sequence[str]) -> bool:
    """True for the parts of an absolute path."""
    return bool(parts) and (parts[0] == "" or parts[0].endswith(":"))


def _same(one: Sequence[str], other: Sequence[str]) -> bool:
    return len(one) == len(other) and [part.casefold() for part in one] == [part.casefold() for part in other]


def _joined(project: str, path: Sequence[str]) -> tuple[str, ...]:
    parts = list(split_path(project))
    for part in path:
        if part == "..":
            parts = parts[:-1] if len(parts) > 1 else parts
        elif part not in ("", "."):
            parts.append(part)
    return tuple(parts)


def _tail(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts agree from the end on."""
    count = 0
    for mine, theirs in zip(reversed(one), reversed(other), strict=False):
        if not mine or mine.casefold() != theirs.casefold():
            break
        count += 1
    return count
