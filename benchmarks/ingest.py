"""A whole pass over a folder of mixed files: found, hashed, described, judged, linked, recorded."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.generated import mixed_files
from benchmarks.machine import peer_seconds, seconds
from benchmarks.table import Row, Section, beside
from provenance.configuration import initial_text, load_settings
from provenance.places import Places, production_volumes
from store import open_store
from watchers.crawl import ScanReport, scan_once

TITLE: Final = "the first scan of mixed files, and a second one with nothing new"
NAMESPACE: Final = uuid.UUID(int=2)


def run(smoke: bool) -> Iterator[Section]:
    """200 files; 5,000 for the real figure."""
    count = 200 if smoke else 5_000
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "production"
        media = root / "media"
        size = mixed_files(media, count)
        (root / "provenance.toml").write_text(initial_text(str(NAMESPACE), "benchmark"), encoding="utf-8")
        files = sorted(path for path in media.rglob("*") if path.is_file())
        # The peers first: whoever comes first warms the page cache for the others.
        peers = _peers(media, files)
        first, report = _scan(root)
        second, again = _scan(root)
        whole = _complaint(report, again, count)
        yield Section(
            f"{count:,} files, {size / 1e6:,.0f} MB, cached; the daemon's describing process included",
            (
                Row("first scan", first, "s", note=f"{count / first:,.0f} files/s{whole}"),
                Row("second scan, nothing changed", second, "s", note=f"{count / second:,.0f} files/s"),
                *(beside(first, name, took, "s") for name, took in peers.items()),
            ),
        )
        shutil.rmtree(root)


def _peers(media: Path, files: Sequence[Path]) -> dict[str, float | None]:
    return {
        "sha256sum, in as few calls as it takes": peer_seconds(("sha256sum", "--"), files),
        "md5sum, in as few calls as it takes": peer_seconds(("md5sum", "--"), files),
        "exiftool -r -json -fast2": peer_seconds(
            ("exiftool", "-r", "-json", "-fast2", "-q", str(media)), accept=(0, 1)
        ),
    }


def _scan(root: Path) -> tuple[float, ScanReport]:
    settings = load_settings(root)
    folders = settings.folders.working + settings.folders.deliverables
    places = Places(production_volumes(settings.production.id, root, folders))
    reports: list[ScanReport] = []
    with open_store(root / ".provenance" / "store.db", station_name="benchmark") as store:
        took = seconds(lambda: reports.append(scan_once(store, places, settings)))
    return took, reports[0]


def _complaint(first: ScanReport, second: ScanReport, count: int) -> str:
    """What a reader of the figure must know where not everything went through."""
    missing = count - first.new
    parts = [f"{missing:,} not recorded" if missing else "", f"{len(first.faults):,} faults" if first.faults else ""]
    parts.append(f"second scan read {second.done:,} again" if second.done else "")
    return "".join(f"; {part}" for part in parts if part)
