"""watch: the daemon in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from desk import output
from desk.options import json_option, production_option
from desk.production import find_setup
from provenance.paths import named, relative

if TYPE_CHECKING:
    from watchers.event import Event

_TONES = {"flagged": output.BAD, "fault": output.DOUBT, "held": output.BAD}


@click.command(short_help="Watch the production until Ctrl-C.")
@json_option
@production_option
def command(as_json: bool, production: Path | None) -> None:
    """Watches the production's folders: takes in what is there, then whatever comes, moves or goes, and flags
    what may not be delivered. Prints one line for each event (with --json one object). Ctrl-C and SIGTERM
    finish what is being done; a second Ctrl-C stops at once. Only one daemon watches a production.

    \b
    provenance watch
    provenance watch --production /projects/night-train --json >> watch.jsonl
    """
    setup = find_setup(production)
    location = setup.location()
    from desk.tagging import signing_of
    from watchers.daemon import Daemon

    def tell(event: Event) -> None:
        if as_json:
            output.emit(_line(event))
        else:
            _print(event, setup.root)

    if not as_json:
        output.say(f"{setup.settings.production.title}: Ctrl-C stops; `provenance status` tells how it stands")
    signing = signing_of(location.file, setup.settings)
    Daemon(setup.settings, setup.places, location.file, tell=tell, signing=signing).run(stop_on_signals())


def stop_on_signals() -> threading.Event:
    """An event that Ctrl-C, SIGTERM (and Ctrl-Break on Windows) set; the second of them acts as ever."""
    stop = threading.Event()
    wanted = [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGBREAK", None)]

    def finish(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

    for one in wanted:
        if one is not None:
            signal.signal(one, finish)
    return stop


def _line(event: Event) -> dict[str, object]:
    path = {"path": None} if event.path is None else named("path", event.path)
    at = output.when_utc(time.time_ns() // 1_000_000)
    return {"at": at, "kind": event.kind.value, **path, "text": event.text, "data": dict(event.data)}


def _print(event: Event, root: Path) -> None:
    clock = time.strftime("%H:%M:%S")
    where = "" if event.path is None or event.path == root else f"{relative(event.path, root)}: "
    line = f"{clock}  {event.kind.value:9} {where}{event.text}"
    output.say(line, tone=_TONES.get(event.kind.value, ""))
