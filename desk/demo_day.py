"""The stage of the demo: a production in a folder, the real daemon over it, and commands run as a user types them."""

from __future__ import annotations

import os
import queue
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final

from desk import output
from desk.production import find_setup
from provenance.errors import CouldNotLook
from provenance.paths import relative
from watchers.daemon import Daemon
from watchers.event import Event, EventKind

PATIENCE_SECONDS: Final = 30.0
"""How long the daemon may take over one thing before the demo says that something is wrong."""

COMMAND_SECONDS: Final = 60.0
SHOWN: Final = frozenset({EventKind.STARTED, EventKind.FOUND, EventKind.JUDGED, EventKind.GONE, EventKind.FAULT})
_TONES: Final = {"ai_generated": output.BAD, "captured": output.GOOD, "undeclared": output.DOUBT}


class Day:
    """Runs the daemon beside the demo. Use it as a context manager: leaving it ends daemon and worker.

    Args: root is the production's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        setup = find_setup(root)
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._failed: list[BaseException] = []
        self._printed: set[tuple[str, str]] = set()
        self._daemon = Daemon(setup.settings, setup.places, setup.location().file, tell=self._events.put)
        self._thread = threading.Thread(target=self._run, name="daemon")

    def __enter__(self) -> Day:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._daemon.run(self._stop)
        except BaseException as error:
            self._failed.append(error)

    def wait(self, what: str, wanted: Callable[[Event], bool], *, count: int = 1) -> None:
        """Prints what the daemon tells until so many of the events that are waited for came.

        Raises CouldNotLook after PATIENCE_SECONDS, and whatever ended the daemon.
        """
        end = time.monotonic() + PATIENCE_SECONDS
        while count:
            if self._failed:
                raise self._failed[0]
            try:
                event = self._events.get(timeout=0.2)
            except queue.Empty:
                if time.monotonic() > end:
                    raise CouldNotLook(
                        f"the daemon did not tell of {what} within {PATIENCE_SECONDS:g} s",
                        path=self.root,
                        remedy="provenance doctor checks this workstation",
                    ) from None
                continue
            self._print(event)
            count -= wanted(event)

    def wait_for(self, kind: EventKind, *names: str) -> None:
        """Waits until the daemon told this of each of these files (paths from the root on), as often as named."""
        left = list(names)

        def one_of_them(event: Event) -> bool:
            name = "" if event.path is None else relative(self._absolute(event.path), self.root)
            found = event.kind is kind and name in left
            if found:
                left.remove(name)
            return found

        self.wait(", ".join(names), one_of_them, count=len(names))

    def _absolute(self, path: Path) -> Path:
        return path if path.is_absolute() else self.root / path

    def _print(self, event: Event) -> None:
        name = "" if event.path in (None, self.root) else relative(self._absolute(event.path or self.root), self.root)
        line, tone = _told(event)
        # A file that was written just now is hashed a second time, in case it changed within its time stamp
        if line and (name, line) not in self._printed:
            self._printed.add((name, line))
            output.say("  daemon  " + ": ".join(filter(None, (name, line))), tone=tone)

    def run(self, *words: str) -> int:
        """Runs a command on the production; see `run_command`."""
        return run_command(self.root, *words)


def _told(event: Event) -> tuple[str, str]:
    """What is shown of an event, and in which colour; an empty text for what is not."""
    if event.kind is EventKind.FLAGGED:
        return f"FLAG {event.data.get('severity')} {event.data.get('code')}", output.BAD
    if event.kind not in SHOWN:
        return "", ""
    origin = str(event.data.get("origin", ""))
    if event.data.get("tainted") and not origin.startswith("ai_"):
        return f"{event.text}, MADE FROM AI", output.BAD
    return event.text, _TONES.get(origin, "")


def run_command(folder: Path, *words: str) -> int:
    """Runs a command in a folder as a process of its own, as a user would; prints it and its answer.

    Returns its exit code.
    """
    output.say()
    for line in _wrapped(["$ provenance", *map(shlex.quote, words)]):
        output.say(line, tone="bright_white")
    found = subprocess.run(
        [sys.executable, "-c", _start(), *words],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    for line in found.stdout.decode("utf-8", "replace").splitlines():
        output.say(line)
    return found.returncode


def _wrapped(words: list[str]) -> list[str]:
    """A command on lines that fit, broken the way a shell reads on."""
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + len(word) + 3 > output.WIDTH:
            lines[-1] += " \\"
            lines.append("   ")
        lines[-1] += f" {word}"
    return lines


def _start() -> str:
    """Starts the same installation in another process, wherever it was started from."""
    path = [str(Path(entry).absolute()) for entry in sys.path]
    return f"import sys; sys.path[:] = {path!r}; from desk.cli import main; main()"
