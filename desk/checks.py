"""What `doctor` checks: each a function that yields lines with a remedy. Nothing here changes anything.

The C2PA check is real: a file whose manifest lies on a server is read, and a server on this machine counts
who asks for it. Nobody may.
"""

from __future__ import annotations

import os
import platform
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from desk.production import Setup, readable_fault
from provenance.errors import ProvenanceError

OK: Final = "ok"
WARN: Final = "warn"
FAIL: Final = "fail"

_SLOW_MB: Final = 400
"""MB/s below which SHA-256 surely runs without the processor's instructions for it."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was checked, ok, warn or fail, what was found, and what to do about it."""

    name: str
    state: str
    text: str
    remedy: str = ""


def of_workstation() -> Iterator[Check]:
    """Checks that need no production."""
    yield _python()
    yield _sqlite()
    yield _no_network()
    yield from _plugins()
    yield from _programs()
    yield _speed()


def of_production(setup: Setup) -> Iterator[Check]:
    """Checks of one production's folders, store and settings."""
    yield Check("settings", OK, f"{setup.root / 'provenance.toml'} can be read")
    yield _store(setup)
    yield from _folders(setup)
    yield from _shares(setup)
    yield from _watches(setup)


def _python() -> Check:
    found = f"Python {platform.python_version()} on {platform.platform(terse=True)}"
    if sys.version_info < (3, 11):  # noqa: UP036 -- a checkout can be started by any Python
        return Check("python", FAIL, found, "install Python 3.11 or newer")
    return Check("python", OK, found)


def _sqlite() -> Check:
    from store.database import sqlite_version, wal_reset_fixed

    version = sqlite_version()
    shown = "SQLite " + ".".join(map(str, version))
    if wal_reset_fixed(version):
        return Check("sqlite", OK, f"{shown}, without the WAL-reset bug")
    remedy = "where a wheel of pysqlite3 exists for this platform: install it; else nothing needs to be done"
    return Check("sqlite", WARN, f"{shown} has the WAL-reset bug: the slower rollback journal is used", remedy)


# The smallest JPEG that decoders take (1 x 1, grey), without its first two bytes
_PIXEL: Final = bytes.fromhex(
    "ffdb004300" + "03" * 64 + "ffc0000b080001000101011100"
    "ffc40014000100000000000000000000000000000009"
    "ffc40014100100000000000000000000000000000000ffda0008010100003f0054dfffd9"
)


def remote_only(url: str) -> bytes:
    """A JPEG that says its manifest lies at a URL: XMP `dcterms:provenance`, C2PA specification 2.4 section 11.5."""
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{url}"/>'
        "</rdf:RDF></x:xmpmeta>"
    )
    body = b"http://ns.adobe.com/xap/1.0/\0" + xmp.encode()
    return b"\xff\xd8\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + _PIXEL


class _Listener:
    """A server on this machine that only counts who connects."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/manifest.c2pa"
        self.asked = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._count, daemon=True)
        self._thread.start()

    def _count(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except TimeoutError:  # nobody waits any more
                if self._stop.is_set():
                    return
                continue
            except OSError:
                return
            self.asked += 1
            caller.close()

    def close(self) -> None:
        """Stops listening, after everybody who connected has been counted."""
        self._stop.set()
        self._thread.join()
        self._socket.close()


def _no_network() -> Check:
    from provenance.describe import describe

    try:
        listener = _Listener()
        with tempfile.TemporaryDirectory(prefix="provenance-") as folder:
            file = Path(folder) / "remote-only.jpg"
            file.write_bytes(remote_only(listener.url))
            described = describe(file)
        listener.close()
    except (OSError, ProvenanceError) as error:
        return Check("c2pa", FAIL, f"the self-test could not run: {error}", "check the temporary folder and loopback")
    if listener.asked:
        return Check("c2pa", FAIL, "a manifest was fetched over the network", "do not use this installation: reinstall")
    # Two readers notice it: XMP reads the address, and c2pa itself says that it must not fetch it
    if not any(gap.what == "remote manifest" and "never fetched" in gap.why for gap in described.unchecked):
        told = "; ".join(fault.text for fault in described.faults) or "it was not noticed"
        return Check("c2pa", FAIL, f"a remote manifest was not reported ({told})", "reinstall c2pa-python")
    return Check("c2pa", OK, "reads content credentials; a remote manifest is reported and never fetched (tried)")


def _plugins() -> Iterator[Check]:
    from provenance.plugins import Group, extra

    groups: tuple[Group, ...] = ("readers", "evidence", "rules", "manifests")
    loaded = 0
    for group in groups:
        found = extra(group)
        loaded += len(found.loaded)
        for one in found.failures:
            yield Check("plug-in", FAIL, f"{group}: {one.name} ({one.value}): {one.reason}", "update or remove it")
    yield Check("plug-ins", OK, f"{loaded} from other packages" if loaded else "none from other packages")


def _programs() -> Iterator[Check]:
    for name in ("exiftool", "ffmpeg"):
        found = shutil.which(name)
        yield Check(name, OK, found or "not found; optional, nothing here needs it")


def _speed() -> Check:
    import hashlib

    piece, best = bytes(8 << 20), 0.0
    for _ in range(3):
        began = time.perf_counter()
        hashlib.sha256(piece)
        best = max(best, len(piece) / 1e6 / (time.perf_counter() - began))
    text = f"SHA-256 at {best:,.0f} MB/s on one core"
    if best < _SLOW_MB:
        return Check("speed", WARN, text, "use a Python with an OpenSSL that knows this processor's SHA instructions")
    return Check("speed", OK, text)


def _store(setup: Setup) -> Check:
    from store import open_store

    try:
        location = setup.location()
        if not location.file.exists():
            return _can_make(location.file)
        with open_store(location.file, readonly=True) as store:
            told = store.check()
            warnings = "; ".join(store.warnings)
    except ProvenanceError as error:
        return Check("store", FAIL, f"{error.path or ''}: {error.message}", error.remedy)
    if told != "ok":
        return Check("store", FAIL, f"{location.file}: {told}", "restore the newest copy from the backups beside it")
    return Check("store", WARN if warnings else OK, warnings or f"{location.file} ({location.reason}) is sound")


def _can_make(file: Path) -> Check:
    folder = file.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if os.access(folder, os.W_OK):
        return Check("store", OK, f"none yet; it can be made: {file}")
    return Check("store", FAIL, f"{folder} may not be written to", "give the right to write, or set store.path")


def _folders(setup: Setup) -> Iterator[Check]:
    deliverables = setup.settings.deliverables_folders
    for folder in dict.fromkeys((*setup.settings.working_folders, *deliverables)):
        fault = readable_fault(folder)
        if not folder.exists():
            yield Check("folder", WARN, f"{folder} is not there", "make or mount it, or correct provenance.toml")
        elif fault:
            yield Check("folder", FAIL, f"{folder} cannot be read: {fault}", _allow())
        else:
            yield Check("folder", OK, f"{folder} can be read")
    for parent in dict.fromkeys(folder.parent for folder in deliverables if folder.parent.is_dir()):
        if setup.settings.notifications.flags_page and not os.access(parent, os.W_OK):
            text = f"{parent} may not be written to, so no flags page can lie there"
            yield Check("folder", WARN, text, "give the right to write, or set notifications.flags_page = false")


def _allow() -> str:
    if sys.platform == "darwin":
        return f"System Settings > Privacy & Security > Files and Folders: allow {sys.executable}"
    return "give the user who runs this the right to read it"


def _shares(setup: Setup) -> Iterator[Check]:
    from store.location import file_system_kind, is_network

    seen: dict[str, str] = {}
    for folder in dict.fromkeys((*setup.settings.working_folders, *setup.settings.deliverables_folders)):
        if folder.exists() and is_network(kind := file_system_kind(folder)):
            seen[str(folder)] = kind
    for name, kind in seen.items():
        text = f"{name} lies on a network share ({kind}): it sends no events for what others change"
        minutes = setup.settings.watching.sweep_minutes
        yield Check("share", WARN, text, f"it is swept every {minutes:g} min; lower watching.sweep_minutes if needed")
    if not seen:
        yield Check("share", OK, "no watched folder lies on a network share")


def _watches(setup: Setup) -> Iterator[Check]:
    from watchers.inotify import folders_below, watch_limit

    limit = watch_limit()
    if limit is None:
        return
    roots = [one for one in setup.settings.working_folders if one.is_dir()]
    there = sum(1 for root in roots for _ in folders_below(os.fsencode(os.path.realpath(root))))
    text = f"{there:,} folders to watch, the system allows {limit:,} for each user"
    if there > limit * 0.8:
        remedy = f"as administrator: sysctl fs.inotify.max_user_watches={max(there * 4, 524_288)}"
        yield Check("watches", FAIL if there > limit else WARN, text, remedy)
    else:
        yield Check("watches", OK, text)
