"""The gate at the deliverables folder: what lies in a delivery is judged with all it was made from.

Each deliverables folder is an open delivery named after it. A flag is written down before anybody is told,
shown in PROVENANCE-FLAGS.html and .txt beside the folder (never inside it), and kept until it is answered.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from provenance import plugins
from provenance.configuration import Settings
from provenance.errors import CouldNotLook, UsageError
from provenance.flags_page import render_html, render_text
from provenance.gate import judge_case
from provenance.model import Delivery, Finding, Kind, Place, Severity, Sighting
from provenance.places import Places
from provenance.sequences import parse_pattern
from store import Store, name_in

PAGE: Final = "PROVENANCE-FLAGS"
HELD: Final = b"-held"
"""A held file lies in a folder of the delivery's name with this ending, beside it."""

UNREAD: Final = "LOOK-01"


def open_deliveries(store: Store, settings: Settings, places: Places) -> tuple[Delivery, ...]:
    """The deliveries of the configured folders, opened where they are new."""
    opened = []
    for folder in settings.deliverables_folders:
        volume, path = places.folder_of(folder)
        opened.append(store.decisions.open_delivery(folder.name, Place(volume, path, b"")))
    return tuple(opened)


def held_folder(delivery: Delivery) -> Place | None:
    """Where held files of a delivery lie; None for one that is a list of files, or a volume of its own: beside
    that there is no place that all stations share.
    """
    if delivery.folder is None or not delivery.folder.folder:
        return None
    return replace(delivery.folder, folder=delivery.folder.folder + HELD)


def contents(store: Store, delivery: Delivery) -> list[Sighting]:
    """What lies in a delivery now, held files included."""
    found = store.cases.contents(delivery)
    held = held_folder(delivery)
    return found if held is None else [*found, *store.assets.live_in(held.volume, held.folder)]


def name_of(delivery: Delivery, place: Place) -> str:
    """What an asset is called in a delivery; a held one shows the folder it is held in."""
    held = held_folder(delivery)
    if held is not None and _inside(place, held):
        folder = os.fsdecode(held.folder.rpartition(b"/")[2])
        return f"{folder}/{name_in(replace(delivery, folder=held), place)}"
    return name_in(delivery, place)


def holds(delivery: Delivery, place: Place) -> bool:
    """True where a place lies in a delivery's folder, or among its held files."""
    held = held_folder(delivery)
    return delivery.folder is not None and (
        _inside(place, delivery.folder) or (held is not None and _inside(place, held))
    )


def _inside(place: Place, folder: Place) -> bool:
    return place.volume == folder.volume and (
        place.folder == folder.folder or not folder.folder or place.folder.startswith(folder.folder + b"/")
    )


def judge_asset(store: Store, delivery: Delivery, sha256: bytes, names: Sequence[str], at: int) -> tuple[Finding, ...]:
    """Judges one asset of a delivery under every name it has there, and records what was found.

    Returns the newly opened findings. Raises StoreError, which must never count as a pass.
    """
    with store.writing():
        # Decisions are shared within one essence (a retagged file)
        decisions = [one.shared_with(sha256) for one in store.decisions.about(sha256)]
        found: list[Finding] = []
        for name in names:
            case = store.cases.case(sha256, delivery=delivery.name, name=name)
            found.extend(judge_case(case, plugins.rules(), decisions, at))
        return store.decisions.record(delivery.name, sha256, found)


def judge_delivery(store: Store, delivery: Delivery, at: int) -> tuple[Finding, ...]:
    """Judges everything in a delivery, and withdraws findings of what is no longer there.

    Returns every finding that holds, answered or not, gravest first. Raises StoreError.
    """
    names: dict[bytes, list[str]] = {}
    with store.writing():
        for sighting in contents(store, delivery):
            names.setdefault(sighting.sha256, []).append(name_of(delivery, sighting.place))
        for sha256 in store.decisions.assets_with_findings(delivery.name):
            if sha256 not in names:
                store.decisions.withdraw(delivery.name, sha256, "it left the delivery")
        for sha256, called in names.items():
            judge_asset(store, delivery, sha256, called, at)
    return tuple(store.decisions.findings(delivery.name))


def judge_touched(
    store: Store, deliveries: Iterable[Delivery], touched: Iterable[bytes], at: int
) -> tuple[Finding, ...]:
    """Judges those of the assets, and of everything made from them, that lie in a delivery.

    Returns the newly opened findings. Raises StoreError.
    """
    below = {sha256 for one in touched for sha256 in (one, *(step.sha256 for step in store.lineage.descendants(one)))}
    if not below:
        return ()
    fresh: list[Finding] = []
    for delivery in deliveries:
        listed = set(store.decisions.listed(delivery.name)) if delivery.folder is None else set()
        for sha256 in sorted(below):
            sightings = store.assets.sightings(sha256)
            lying = [one for one in sightings if one.until is None and (sha256 in listed or holds(delivery, one.place))]
            if sha256 in listed and not lying:  # named for the delivery, wherever it lay last
                lying = sightings[-1:]
            if lying:
                names = [name_of(delivery, one.place) for one in lying]
                fresh.extend(judge_asset(store, delivery, sha256, names, at))
            else:
                store.decisions.withdraw(delivery.name, sha256, "it left the delivery")
    return tuple(fresh)


def unread(store: Store, delivery: Delivery) -> list[Finding]:
    """Files of a delivery that were seen and could not be looked at: each keeps the delivery from passing."""
    return [
        Finding(
            UNREAD, Severity.DECIDE, f"could not be looked at: {waiting.fault}", b"",
            name_of(delivery, waiting.place), delivery.name,
        )
        for waiting in store.journal.faults()
        if holds(delivery, waiting.place)
    ]  # fmt: skip


def write_flags_pages(store: Store, settings: Settings, places: Places, at: int) -> tuple[Path, ...]:
    """Rewrites the flags pages beside the deliverables folders, each in one step. Raises CouldNotLook."""
    if not settings.notifications.flags_page:
        return ()
    by_folder: dict[Path, list[Finding]] = {}
    for delivery in store.decisions.deliveries():
        if delivery.folder is None:
            continue
        with contextlib.suppress(UsageError):  # a delivery of a folder that is no longer configured
            parent = places.folder_path(delivery.folder.volume, delivery.folder.folder).parent
            found = [*store.decisions.findings(delivery.name), *unread(store, delivery)]
            by_folder.setdefault(parent, []).extend(found)
    written = []
    troubles: list[CouldNotLook] = []
    for folder, found in by_folder.items():
        title = settings.production.title
        for suffix, render in ((".html", render_html), (".txt", render_text)):
            try:
                written.append(_replace(folder / (PAGE + suffix), render(found, title, at).encode("utf-8", "replace")))
            except CouldNotLook as error:  # the other folders' pages are written all the same
                troubles.append(error)
    if troubles:
        raise troubles[0]
    return tuple(written)


def _replace(path: Path, content: bytes) -> Path:
    """Writes a whole file in one step: whoever reads it sees the old page or the new one."""
    try:
        handle, aside = tempfile.mkstemp(prefix=".provenance-", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(aside).chmod(0o644)  # mkstemp makes it private; everybody on the production may read the flags
            os.replace(aside, path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CouldNotLook(
            f"the flags page cannot be written: {error.strerror or error}",
            path=path,
            remedy="give the user who runs this the right to write there, or set notifications.flags_page = false",
        ) from error
    return path


def hold(store: Store, places: Places, delivery: Delivery) -> tuple[tuple[Path, Path], ...]:
    """Moves what has an open finding out of the delivery's folder; (from, to) of each.

    The bytes are untouched: it is a rename within the same folder's parent. Raises CouldNotLook, UsageError for the
    first file that could not be moved, after all others were.
    """
    held, flagged = held_folder(delivery), _flagged(store, delivery)
    if delivery.folder is None or not flagged:
        return ()
    if held is None:
        raise UsageError(
            "its flagged files cannot be held, because it lies outside the production's folder",
            path=places.folder_path(delivery.folder.volume, delivery.folder.folder),
            remedy="put the deliverables folder into the production's folder, or set deliverables_gate.hold = false",
        )
    found = [one for one in store.cases.contents(delivery) if one.sha256 in flagged]
    return _move_all(store, places, found, delivery.folder, held, "held")


def _flagged(store: Store, delivery: Delivery) -> set[bytes]:
    return {finding.sha256 for finding in store.decisions.findings(delivery.name) if finding.is_open}


def put_back(store: Store, places: Places, delivery: Delivery) -> tuple[tuple[Path, Path], ...]:
    """Moves what was held and is cleared back to where it lay; (from, to) of each.

    Raises UsageError where another file has taken its place meanwhile, CouldNotLook; after all others were moved.
    """
    held = held_folder(delivery)
    if held is None or delivery.folder is None:
        return ()
    lying = store.assets.live_in(held.volume, held.folder)
    if not lying:
        return ()
    flagged = _flagged(store, delivery)
    cleared = [one for one in lying if one.sha256 not in flagged]
    return _move_all(store, places, cleared, held, delivery.folder, "put back")


def _move_all(
    store: Store, places: Places, sightings: Iterable[Sighting], source: Place, target: Place, reason: str
) -> tuple[tuple[Path, Path], ...]:
    moved: list[tuple[Path, Path]] = []
    troubles: list[CouldNotLook | UsageError] = []
    for sighting in sightings:
        try:
            moved.append(_move(store, places, sighting, source, target, reason))
        except (CouldNotLook, UsageError) as error:
            troubles.append(error)
    if troubles:
        raise troubles[0]
    return tuple(moved)


def _move(
    store: Store, places: Places, sighting: Sighting, source: Place, target: Place, reason: str
) -> tuple[Path, Path]:
    place = sighting.place
    inside = place.folder.removeprefix(source.folder).lstrip(b"/")
    folder = target.folder + (b"/" + inside if inside else b"")
    there = Place(target.volume, folder, place.name)
    here_path, there_path = places.path_of(place), places.path_of(there)
    names = _file_names(store, sighting)
    try:
        there_path.parent.mkdir(parents=True, exist_ok=True)
        for name in names:
            if os.path.lexists(there_path.parent / os.fsdecode(name)):
                raise UsageError(
                    "a file of that name is already there, so nothing was moved",
                    path=there_path,
                    remedy="move one of the two away",
                )
        for name in names:
            (here_path.parent / os.fsdecode(name)).rename(there_path.parent / os.fsdecode(name))
    except OSError as error:
        raise CouldNotLook(
            f"it cannot be moved to {there_path.parent}: {error.strerror or error}",
            path=here_path,
            remedy="give the user who runs this the right to write in both folders",
        ) from error
    with store.writing():
        known = store.index.folder(place.volume, place.folder)
        store.assets.end(place, reason, moved_to=there)
        store.assets.sight(sighting.sha256, there)
        store.index.drop(place.volume, place.folder, names)
        store.index.put_all(there.volume, there.folder, {name: known[name] for name in names if name in known})
    return here_path, there_path


def _file_names(store: Store, sighting: Sighting) -> list[bytes]:
    """The files on disk that make up what was sighted."""
    if parse_pattern(os.fsdecode(sighting.place.name)) is None:
        return [sighting.place.name]
    asset = store.assets.get(sighting.sha256)
    return [member.name for member in asset.members] if asset.kind is Kind.SEQUENCE else [sighting.place.name]
