"""status: what is watched, waiting and flagged."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from desk import output
from desk.last_scan import last_scan
from desk.options import json_option, production_option
from desk.outcome import print_flags
from desk.production import Setup, find_setup, path_text, readable_fault
from provenance.errors import StoreUnreachable
from provenance.model import Finding, Severity
from provenance.paths import named, relative
from store import Location, Store, Waiting, open_store

LOCK = "daemon.lock"
"""As in watchers.daemon, whose import would take longer than the answer; a test holds them together."""


@click.command(short_help="What is watched, waiting, flagged.")
@json_option
@production_option
def command(as_json: bool, production: Path | None) -> None:
    """Tells how the production stands: whether a daemon watches it, when everything was last looked at, what
    waits and what could not be read, the flags a person must see, what the assets are, and where the memory
    of it all lies.

    \b
    provenance status
    provenance status --json | jq .flags
    """
    setup = find_setup(production)
    location = setup.location()
    if _is_there(location.file):
        with open_store(location.file, readonly=True) as store, store.reading():
            standing = _standing(setup, location, store)
    else:
        standing = _standing(setup, location, None)
    if as_json:
        output.emit(_json(setup, standing))
    else:
        _print(setup, standing)


def _is_there(file: Path) -> bool:
    """Raises StoreUnreachable where nobody may look: that is not the same as no store."""
    try:
        file.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        remedy = "give the user who runs this the right to read it"
        raise StoreUnreachable(f"the store cannot be reached: {error.strerror}", path=file, remedy=remedy) from error
    return True


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches: state is ``running``, ``stuck`` or ``stopped``; beat is the daemon's last sign of life."""

    state: str
    pid: int
    host: str
    beat: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Root:
    """A watched folder, and why it cannot be read (empty where it can)."""

    path: Path
    fault: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All that status tells; what the store knows is empty where there is none yet. Times in ms, sizes in bytes."""

    location: Location
    watch: Watch
    roots: tuple[Root, ...]
    now: int
    looked_at: int | None
    queue: tuple[int, int | None] = (0, None)
    faults: tuple[Waiting, ...] = ()
    flags: tuple[tuple[str, int], ...] = ()
    flagged: tuple[Finding, ...] = ()
    origins: tuple[tuple[str, int], ...] = ()
    sizes: tuple[tuple[str, int], ...] = ()
    warnings: tuple[str, ...] = ()


def _standing(setup: Setup, location: Location, store: Store | None) -> Standing:
    from store.opening import now_ms

    watch = _watch(location, now_ms())
    looked = [last_scan(location.file), _whole(watch.beat.get("swept_at"))]
    told = Standing(location, watch, _roots(setup), now_ms(), max(filter(None, looked), default=None))
    if store is None:
        return told
    flagged = tuple(
        one
        for one in store.decisions.findings()
        if one.is_open or (one.severity is Severity.WARN and one.decision is None)
    )
    open_flags = Counter(one.severity.value for one in flagged)
    return Standing(
        location, watch, told.roots, told.now, told.looked_at,
        store.journal.depth(), tuple(store.journal.faults()),
        tuple((severity.value, open_flags[severity.value]) for severity in Severity), flagged,
        tuple(store.assets.count().items()), tuple(store.sizes().items()), store.warnings,
    )  # fmt: skip


def _watch(location: Location, now: int) -> Watch:
    from watchers.heartbeat import LATE_SECONDS, read_heartbeat
    from watchers.single import holder

    beat = read_heartbeat(location.file) or {}
    running = holder(location.file.parent / LOCK)
    if running is None:
        return Watch("stopped", 0, "", beat)
    late = now - (_whole(beat.get("at")) or 0) > LATE_SECONDS * 1000
    return Watch("stuck" if late else "running", running.pid, running.host, beat)


def _whole(value: object) -> int | None:
    """A number out of the heartbeat, which anyone may have written."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _roots(setup: Setup) -> tuple[Root, ...]:
    folders = dict.fromkeys((*setup.settings.working_folders, *setup.settings.deliverables_folders))
    return tuple(Root(Path(os.path.normpath(one)), readable_fault(one)) for one in folders)


def _json(setup: Setup, told: Standing) -> dict[str, Any]:
    beat = told.watch.beat
    return {
        "production": {**named("path", setup.root), "id": setup.settings.production.id,
                       "title": setup.settings.production.title},
        "daemon": {
            "state": told.watch.state, "pid": told.watch.pid or None, "host": told.watch.host or None,
            "beat": output.when_utc(_whole(beat.get("at"))), "trouble": str(beat.get("trouble") or "") or None,
            "watching": beat.get("watching"),
        },
        "last_full_scan": output.when_utc(told.looked_at),
        "queue": {"depth": told.queue[0], "oldest": output.when_utc(told.queue[1])},
        "faults": [
            {**named("path", _name(setup, one)), "reason": one.fault, "tries": one.tries,
             "since": output.when_utc(one.first_seen)}
            for one in told.faults
        ],
        "roots": [{**named("path", one.path), "readable": not one.fault, "reason": one.fault or None}
                  for one in told.roots],
        "flags": dict(told.flags),
        "flagged": [
            {"code": one.code, "severity": one.severity.value, "delivery": one.delivery, **named("name", one.name),
             "sha256": one.sha256.hex() or None}
            for one in told.flagged
        ],
        "assets": dict(told.origins),
        "store": {**named("file", told.location.file), "reason": told.location.reason,
                  "exists": told.location.file.exists(), "bytes": dict(told.sizes), "warnings": list(told.warnings)},
    }  # fmt: skip


def _name(setup: Setup, one: Waiting) -> str:
    return path_text(setup, one.place)


def _print(setup: Setup, told: Standing) -> None:
    flags = dict(told.flags)
    gravest = next((word for word in ("BLOCK", "DECIDE") if flags.get(word)), "")
    shown = ", ".join(f"{number:,} {word}" for word, number in flags.items() if number)
    watched = {"running": "watched", "stuck": "its daemon is stuck", "stopped": "not watched"}[told.watch.state]
    total = output.count(sum(number for _, number in told.origins), "asset")
    title = setup.settings.production.title
    answer = f"{title}: {watched}; {f'flags: {shown}' if shown else 'no flags'}; {total}"
    output.answer(answer, gravest or ("ok" if told.watch.state == "running" else ""))
    output.field("daemon", _daemon_words(told))
    output.field("looked", [f"at everything {_ago(told.now, told.looked_at)}"])
    depth, oldest = told.queue
    since = f", oldest {_ago(told.now, oldest)}" if depth else ""
    output.field("waiting", [output.count(depth, "file") + since])
    faults = [f"{_name(setup, one)}: {one.fault} ({output.count(one.tries, 'try', 'tries')})" for one in told.faults]
    more = [f"and {len(faults) - 10} more (--json shows all)"] if len(faults) > 10 else []
    output.field("faults", faults[:10] + more, tone=output.DOUBT)
    print_flags(told.flagged)
    output.field("folders", (_root_words(setup, one) for one in told.roots))
    output.field("assets", [", ".join(f"{number:,} {origin}" for origin, number in told.origins) or "none yet"])
    output.field("store", _store_words(told))
    output.field("warning", told.warnings, tone=output.DOUBT)


def _daemon_words(told: Standing) -> list[str]:
    watch, beat = told.watch, told.watch.beat
    seen = _ago(told.now, _whole(beat.get("at")))
    if watch.state == "stopped":
        return ["none is running (start one: provenance watch)" + (f"; the last was seen {seen}" if beat else "")]
    lines = [f"process {watch.pid} on {watch.host}, last sign of life {seen}"]
    trouble, watching = str(beat.get("trouble") or ""), beat.get("watching")
    lines += [f"trouble: {trouble}"] if trouble else []
    if isinstance(watching, dict):
        lines += _watching_words(watching)
    return lines


def _watching_words(watching: dict[str, Any]) -> list[str]:
    lines = []
    if watching.get("watched") is not None:
        there, limit = watching.get("expected"), watching.get("limit")
        lines.append(f"watches {watching['watched']} of {there} folders (the system allows {limit})")
    if watching.get("overflows"):
        lines.append(f"lost events {watching['overflows']} times; everything was swept again each time")
    if watching.get("blind"):
        lines.append("some folders send no events; changes there show at the next sweep")
    lines += [f"does not watch {root}: {reason}" for root, reason in watching.get("unarmed") or []]
    return lines


def _root_words(setup: Setup, root: Root) -> str:
    name = relative(root.path, setup.root)
    shown = str(setup.root) if name == "." else name
    return f"{shown}: cannot be read: {root.fault}" if root.fault else f"{shown}: readable"


def _store_words(told: Standing) -> list[str]:
    file = f"{told.location.file} ({told.location.reason})"
    if not told.location.file.exists():
        return [f"none yet; it will be {file}"]
    return [file, ", ".join(f"{name} {output.size(number)}" for name, number in told.sizes)]


def _ago(now: int, then: int | None) -> str:
    return "never" if then is None else f"{output.span(now - then)} ago ({output.when(then)})"
