"""Looking at files for `inspect`: in this process for a few, in worker processes for many, in order.

Every path asked for gives an answer. What could not be looked at is an answer too, with a fault that says why.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from provenance.contracts import TrustList
from provenance.errors import CouldNotLook, ProvenanceError
from provenance.model import Case, Description, Digests, Fault, Finding, Kind, Origin, Unchecked, Verdict

if TYPE_CHECKING:
    from provenance.marks import Row
    from watchers.describer import Describer
    from watchers.sweep import Skipped, SweepFault

LARGE: Final = 256 * 1024 * 1024
"""Bytes above which a file is not read whole unless asked for; the C2PA reader has the same bound."""

FEW: Final = 16
"""Up to so many files are looked at in this process: starting workers would take longer."""

SECONDS: Final = 600.0
"""Wall-clock time that a worker may take for one file; the largest clips are read whole for their essence."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking at one path.

    Args: digests are None where it was not read whole; error is None where it could be looked at.
    """

    path: Path
    description: Description
    digests: Digests | None = None
    size: int | None = None
    error: ProvenanceError | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How to look: with which trust lists, whether large files are read whole, with which rows of the team's own,
    whether exiftool is asked too, and which sidecars of a file lie elsewhere."""

    trust: tuple[TrustList, ...] = ()
    full: bool = False
    rows: tuple[Row, ...] = ()
    deep: bool = False
    beside: Callable[[Path], tuple[Path, ...]] = lambda _: ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A path to look at, or (with `error`) one that cannot be."""

    path: Path
    error: ProvenanceError | None = None


def expand(paths: Iterable[Path], *, recursive: bool) -> Iterator[Wanted]:
    """The files behind the paths asked for; folders are entered where `recursive`, in the order of names."""
    for path in paths:
        if not os.path.lexists(path):
            yield Wanted(path, CouldNotLook("there is no such file or folder", path=path, remedy="check the name"))
        elif not path.is_dir():
            yield Wanted(path)
        elif recursive:
            yield from _below(path)
        else:
            yield Wanted(path, CouldNotLook("this is a folder", path=path, remedy="add -r to look at what is in it"))


def _below(root: Path) -> Iterator[Wanted]:
    from watchers.ignore import Ignore, is_hash_chain, is_sidecar, main_files_of
    from watchers.sweep import RootMissing, SweptFolder, sweep

    for found in sweep(os.fsencode(root), Ignore()):
        if isinstance(found, SweptFolder):
            folder = root / os.fsdecode(found.folder)
            for name in sorted(found.files):
                # A sidecar is read with the file it speaks about; one without such a file is looked at itself
                if not (is_hash_chain(name) or (is_sidecar(name) and main_files_of(name, found.files))):
                    yield Wanted(folder / os.fsdecode(name))
        elif isinstance(found, RootMissing):
            yield Wanted(root, CouldNotLook(f"it could not be read: {found.reason}", path=root, remedy=_RIGHTS))
        else:
            path = root / os.fsdecode(found.folder) / os.fsdecode(found.name)
            yield Wanted(path, _passed_over(path, found))


def _passed_over(path: Path, found: Skipped | SweepFault) -> CouldNotLook:
    what = getattr(found, "what", "")
    if what == "symlink":
        remedy = "name it, to look at what it leads to"
        return CouldNotLook("it is a symlink, which was not followed", path=path, remedy=remedy)
    if what:
        return CouldNotLook(f"it is a {what}, which holds no media", path=path, remedy="leave it out")
    return CouldNotLook(getattr(found, "reason", ""), path=path, remedy=_RIGHTS)


_RIGHTS: Final = "give the user who runs this the right to read it"


def look(wanted: Wanted, manner: Manner, describer: Describer | None = None) -> Looked:
    """Looks at one path. Never raises for what is in a file or missing.

    Args: describer reads marks in a process of its own; None reads them here.
    """
    if wanted.error is not None:
        return unlooked(wanted.path, wanted.error)
    path = wanted.path
    try:
        size = _size(path)
        digests = None
        if manner.full or size <= LARGE:
            from provenance.digest import digest_file

            digests, _ = digest_file(path)
        description = _describe(path, digests, manner, describer)
    except ProvenanceError as error:
        return unlooked(path, error)
    if digests is None:
        gap = Unchecked("the SHA-256 of the file", f"it is above {LARGE >> 20} MB: ask with --full")
        description = replace(description, unchecked=(*description.unchecked, gap))
    return Looked(path, description, digests, digests.size if digests else size)


def _size(path: Path) -> int:
    from provenance.digest import open_media

    with open_media(path) as file:
        return os.fstat(file.fileno()).st_size


def _describe(path: Path, digests: Digests | None, manner: Manner, describer: Describer | None) -> Description:
    sha256 = digests.sha256 if digests else b""
    beside = manner.beside(path)
    if describer is not None:
        return describer(path, sha256=sha256, trust=manner.trust, full=manner.full, rows=manner.rows, beside=beside)
    from provenance.describe import describe

    return describe(
        path, sha256=sha256, trust=manner.trust, full=manner.full, rows=manner.rows, deep=manner.deep, beside=beside
    )


def unlooked(path: Path, error: ProvenanceError) -> Looked:
    """The answer for a path that could not be looked at."""
    code = f"file.{getattr(error, 'CODE', 'unreadable')}"
    fault = Fault("inspect", code, error.message)
    gap = Unchecked("all marks", error.message)
    verdict = Verdict(Origin.UNDECLARED, faults=(fault,), unchecked=(gap,))
    description = Description("application/octet-stream", None, verdict, faults=(fault,), unchecked=(gap,))
    return Looked(path, description, None, None, error)


def look_at_all(wanted: Iterable[Wanted], manner: Manner, *, workers: int = 0) -> Iterator[Looked]:
    """Looks at every path, in the order given, over all cores where there are many.

    Args: workers is the number of processes; 0 for one on each core.
    """
    queue = iter(wanted)
    first = [one for _, one in zip(range(FEW), queue, strict=False)]
    rest = next(queue, None)
    if rest is None:
        for one in first:
            yield look(one, manner)
        return
    yield from _look_in_workers([*first, rest], queue, manner, workers or os.cpu_count() or 1)


def _look_in_workers(first: list[Wanted], rest: Iterator[Wanted], manner: Manner, workers: int) -> Iterator[Looked]:
    from watchers.describer import Describer

    idle: SimpleQueue[Describer] = SimpleQueue()
    describers = [Describer(SECONDS, deep=manner.deep) for _ in range(workers)]
    for one in describers:
        idle.put(one)

    def task(wanted: Wanted) -> Looked:
        describer = idle.get()
        try:
            return look(wanted, manner, describer)
        finally:
            idle.put(describer)

    pool = ThreadPoolExecutor(workers)
    pending: deque[Future[Looked]] = deque(pool.submit(task, one) for one in first)
    try:
        while pending:
            yield pending.popleft().result()
            more = next(rest, None)
            if more is not None:
                pending.append(pool.submit(task, more))
    finally:
        _end(pool, describers, pending)


def _end(pool: ThreadPoolExecutor, describers: list[Describer], pending: deque[Future[Looked]]) -> None:
    """Ends the workers; those that still read (Ctrl-C) are not waited for."""
    if pending:
        pool.shutdown(wait=False, cancel_futures=True)
        for one in describers:
            if one.pid is not None:
                with contextlib.suppress(OSError):
                    os.kill(one.pid, signal.SIGTERM)
    pool.shutdown()
    for one in describers:
        one.close()


def judge(looked: Looked, at: int) -> tuple[Finding, ...]:
    """What the rules say of a file by itself: without lineage, declarations and decisions.

    Args: at is the time of judging, milliseconds since 1970.
    """
    from provenance.gate import judge_case
    from provenance.plugins import rules

    verdict = looked.description.verdict
    sha256 = looked.digests.sha256 if looked.digests else b""
    reasons = (looked.error.message,) if looked.error else ()
    case = Case(sha256, str(looked.path), Kind.FILE, verdict, verdict.origin, unlooked=reasons)
    return judge_case(case, rules(), (), at)
