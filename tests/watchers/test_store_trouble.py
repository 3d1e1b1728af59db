"""A store that cannot be written for a while: everything is swept again afterwards, and nothing waits an hour."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from store import open_store
from store.database import Connection
from tests.watchers.production import a_production
from watchers import daemon
from watchers.daemon import Daemon
from watchers.event import Event, EventKind

FAST = ("settle_seconds = 2.0", "settle_seconds = 0.2")


def test_what_a_locked_store_kept_from_being_noted_is_found_when_it_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "STORE_RETRY_SECONDS", 0.2)
    found, others = threading.Event(), []

    def tell(event: Event) -> None:
        if event.kind is EventKind.STARTED:
            others.append(Connection(event.path / ".provenance" / "store.db"))  # type: ignore[operator]
            others[0].execute("BEGIN IMMEDIATE")
        elif event.kind is EventKind.FAULT and others:
            others.pop().close()
        elif event.kind is EventKind.FOUND:
            found.set()

    with a_production(tmp_path / "SHOW", FAST) as day:
        day.put("a/one.bin")
        stop = threading.Event()
        watching = Daemon(
            day.settings, day.places, day.store.file, tell=tell, open=lambda file: open_store(file, busy_seconds=0.1)
        )
        thread = threading.Thread(target=watching.run, args=(stop,))
        thread.start()

        try:
            assert found.wait(30)
        finally:
            stop.set()
            thread.join(30)
