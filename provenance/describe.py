"""Describe: everything all readers find in one file, and the verdict."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from provenance import plugins
from provenance.contracts import ProjectReader, Reader, Source, TrustList
from provenance.digest import open_media
from provenance.errors import CouldNotLook, UnreadableMedia
from provenance.essence import telling_essence
from provenance.hashlists import Listed
from provenance.marks import VERSION, Row, fingerprint, rows_of_production
from provenance.media_type import UNKNOWN, by_name, is_recognised, media_type_of, sniffed
from provenance.model import Description, Essence, Fault, Mark, Reading, Unchecked
from provenance.project_files import PROJECT_READERS, name_of, read_project, reader_of
from provenance.readers._faults import as_fault
from provenance.verdict import judge

HEAD_SIZE: Final = 64 * 1024
"""Bytes from the start of a file that every reader gets."""

MARKS: Final = "marks"
"""The name under which the version of the table of marks stands among those of the readers."""

_SIDECAR_SUFFIXES: Final = (".c2pa", ".xmp")


def describe(
    path: Path,
    *,
    sha256: bytes = b"",
    trust: tuple[TrustList, ...] = (),
    full: bool = False,
    readers: Iterable[Reader] | None = None,
    declared: tuple[Mark, ...] = (),
    with_essence: bool = True,
    rows: tuple[Row, ...] = (),
    deep: bool = False,
    beside: tuple[Path, ...] = (),
    listed: Listed | None = None,
) -> Description:
    """What a file says about itself, and what that adds up to.

    Args:
        sha256: of the whole file where already known; spares sidecars a second read.
        trust: lists whose signatures count as trusted.
        full: check hash bindings however large the file is.
        declared: marks from outside the file, weighed with its own.
        with_essence: hash the essence too, which reads the whole file; marks need its head and index only.
        rows: of the production's own, beside the table of marks.
        deep: ask exiftool too, where `readers` names none.
        beside: sidecars of it that lie elsewhere (in a mirror tree).
        listed: what hash lists say of it; None where nobody looked them up.
    Raises CouldNotLook where it is no readable file. What is in it never raises: it becomes a fault.
    """
    source = replace(_source(path, sha256, trust, full, beside), listed=listed)
    accepting = [reader for reader in _all(readers, deep) if _accepts(reader, source)]
    with rows_of_production(rows):
        readings = [_read(reader, source) for reader in accepting]
    media_type = media_type_of(source.head, path)
    essence, essence_faults = _essence(source, media_type) if with_essence else (None, ())
    editor = reader_of(path, source.head)
    project, project_faults = (None, ()) if editor is None else read_project(path, editor)
    marks = (*(mark for reading in readings for mark in reading.marks), *declared)
    faults = _told_once(
        (*_own_faults(source), *(f for reading in readings for f in reading.faults), *essence_faults, *project_faults)
    )
    gaps = (*(gap for reading in readings for gap in reading.unchecked), *_gaps(source, accepting, media_type))
    # Two readers may know of the same gap; one line for it is enough
    unchecked = tuple({gap.what: gap for gap in reversed(gaps)}.values())[::-1]
    return Description(
        media_type=media_type,
        essence=essence,
        verdict=judge(marks, faults, unchecked),
        marks=marks,
        faults=faults,
        unchecked=unchecked,
        identifiers=tuple(dict.fromkeys(name for reading in readings for name in reading.identifiers)),
        references=tuple(ref for reading in readings for ref in reading.references),
        readers=tuple(_with_editor(_versions(accepting, rows), editor).items()),
        facts=_facts(readings),
        project=project,
    )


def accepting_readers(
    path: Path,
    readers: Iterable[Reader] | None = None,
    rows: tuple[Row, ...] = (),
    deep: bool = False,
    beside: tuple[Path, ...] = (),
) -> dict[str, str]:
    """Name and version of the readers that would look at a file now, without reading it, and of the marks.

    Raises CouldNotLook as `describe`.
    """
    source = _source(path, b"", (), full=False, beside=beside)
    found = _versions([reader for reader in _all(readers, deep) if _accepts(reader, source)], rows)
    return _with_editor(found, reader_of(path, source.head))


def versions(rows: tuple[Row, ...] = (), deep: bool = False) -> dict[str, str]:
    """Name and version of all readers in use, and of the marks they go by."""
    found = _versions(list(_all(None, deep)), rows)
    for editor in PROJECT_READERS:
        found = _with_editor(found, editor)
    return found


def _with_editor(found: dict[str, str], editor: ProjectReader | None) -> dict[str, str]:
    return found if editor is None else {**found, name_of(editor): editor.VERSION}


def _versions(readers: list[Reader], rows: tuple[Row, ...]) -> dict[str, str]:
    found = {reader.NAME: reader.VERSION for reader in readers}
    if found:
        # A new row is a new reader: what was read without it is read again
        found[MARKS] = f"{VERSION}+{fingerprint(rows)}" if rows else VERSION
    return found


def sidecars_of(path: Path) -> tuple[Path, ...]:
    """Files beside it that speak about it: ``name.ext.c2pa``, ``name.c2pa``, ``name.ext.xmp``, ``name.xmp``.

    Asked for by name: listing a folder of 100,000 files for each of them would take hours.
    """
    if path.suffix.lower() in _SIDECAR_SUFFIXES:
        return ()
    found: dict[object, Path] = {}
    folder = os.path.join(os.fspath(path.parent), "")  # noqa: PTH118 -- a dozen names for each file: pathlib is slow
    for suffix in _SIDECAR_SUFFIXES:
        for stem in dict.fromkeys((path.name, path.stem)):
            for spelling in (suffix, suffix.upper(), f".{suffix[1:].capitalize()}"):
                _note(found, folder + stem + spelling)
    return tuple(found.values())


def _note(found: dict[object, Path], candidate: str) -> None:
    try:
        status = os.stat(candidate)  # noqa: PTH116
    except (OSError, ValueError):
        return
    # Two spellings are one file where the file system ignores case.
    found.setdefault((status.st_dev, status.st_ino) if status.st_ino else candidate.lower(), Path(candidate))


def _source(path: Path, sha256: bytes, trust: tuple[TrustList, ...], full: bool, beside: tuple[Path, ...]) -> Source:
    if path.is_dir():
        raise CouldNotLook("it is a folder", path=path, remedy="name the files in it, or scan the folder")
    with open_media(path) as file:
        try:
            size, head = os.fstat(file.fileno()).st_size, file.read(HEAD_SIZE)
        except OSError as error:
            words = f"it could not be read: {error.strerror or error}"
            raise CouldNotLook(words, path=path, remedy="check the disk or the network share") from error
    return Source(path, head, size, sha256, trust, full, (*sidecars_of(path), *beside))


def _all(readers: Iterable[Reader] | None, deep: bool) -> Iterable[Reader]:
    return plugins.readers(deep) if readers is None else readers


def _accepts(reader: Reader, source: Source) -> bool:
    declared: frozenset[str] = getattr(reader, "SIDECARS", frozenset())
    if any(sidecar.suffix.lower() in declared for sidecar in source.sidecars):
        return True
    if source.listed is not None and _is_by_list(reader):
        return bool(source.listed.listings or source.listed.faults)
    return _accepts_content(reader, source)


def _is_by_list(reader: Reader) -> bool:
    return bool(getattr(reader, "BY_LIST", False))


def _accepts_content(reader: Reader, source: Source) -> bool:
    try:
        return reader.accepts(source.path, source.head)
    except Exception:  # another distribution's reader: let it read, and its fault be named
        return True


def _read(reader: Reader, source: Source) -> Reading:
    try:
        return reader.read(source)
    except UnreadableMedia as error:
        return Reading(faults=(as_fault(reader.NAME, error, f"{reader.NAME}.unreadable"),))
    except CouldNotLook:
        raise
    except Exception as error:  # a reader's own mistake must not hide what the others found
        words = f"the reader failed ({type(error).__name__}); what it reads was not looked at"
        return Reading(faults=(Fault(reader.NAME, "reader.failed", words),))


def _essence(source: Source, media_type: str) -> tuple[Essence | None, tuple[Fault, ...]]:
    if not source.size:
        return None, ()
    try:
        return telling_essence(source.path, media_type), ()
    except UnreadableMedia as error:
        return None, (as_fault("essence", error, "essence.unreadable"),)


def _told_once(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """The faults, each once: several readers trip over the same broken container."""
    first: dict[tuple[str, str], Fault] = {}
    for fault in faults:
        first.setdefault((fault.code, fault.text), fault)
    return tuple(first.values())


def _own_faults(source: Source) -> Iterable[Fault]:
    if not source.size:
        yield Fault("describe", "file.empty", "the file is empty")
    elif sniffed(source.head) == UNKNOWN:
        named = by_name(source.path)
        if named is not None and is_recognised(named):
            words = f"the name says {named}, the bytes are nothing of the kind"
            yield Fault("describe", "file.content", words)


def _gaps(source: Source, accepting: list[Reader], media_type: str) -> Iterable[Unchecked]:
    if source.size and not any(_accepts_content(one, source) for one in accepting if not _is_by_list(one)):
        yield Unchecked("what the file says inside", f"no reader for this format ({media_type})")


def _facts(readings: list[Reading]) -> dict[str, str | int | float]:
    facts: dict[str, str | int | float] = {}
    for reading in readings:
        facts = {**reading.facts, **facts}
    return facts
