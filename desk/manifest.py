"""The document of a delivery as `export` writes it: judged now, compared with the disk, stamped DRAFT."""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from desk.judging import Judged
from desk.production import Production
from provenance import __version__
from provenance.contracts import ManifestFormat
from provenance.errors import CouldNotLook
from provenance.manifests.document import Entry, build_document
from provenance.model import Finding
from watchers.deliverables import name_of


def document(production: Production, judged: Judged, at: int) -> dict[str, Any]:
    """The canonical document, the gate's result inside. Args: at in milliseconds since 1970."""
    delivery = judged.scope.delivery
    _, head = production.store.ledger.head()
    built: dict[str, Any] = build_document(
        delivery,
        production.settings.production,
        _entries(production, judged),
        tool_version=__version__,
        generated_at=at,
        draft=True,
        ledger_head=head,
    )
    # What lies in the folder and was never taken in has no entry of its own; it still holds the delivery
    loose = [finding for finding in judged.findings if not finding.sha256]
    summary = built["summary"]
    counted = Counter(summary["open_findings"]) + Counter(finding.code for finding in loose if finding.is_open)
    summary["open_findings"] = dict(sorted(counted.items()))
    summary["exit_code"] = judged.exit_code
    return built


def _entries(production: Production, judged: Judged) -> Iterable[Entry]:
    store, delivery = production.store, judged.scope.delivery
    found: dict[tuple[bytes, str], list[Finding]] = {}
    for finding in judged.findings:
        found.setdefault((finding.sha256, finding.name), []).append(finding)
    for sighting in judged.scope.sightings:
        name = name_of(delivery, sighting.place)
        yield Entry(
            store.assets.get(sighting.sha256),
            store.cases.case(sighting.sha256, delivery=delivery.name, name=name),
            tuple(found.get((sighting.sha256, name), ())),
            store.decisions.about(sighting.sha256),
            fields=store.fields.of(sighting.sha256),
            uses=store.uses.of(sighting.sha256),
        )


def file_name(delivery: str, suffix: str) -> str:
    """What a draft is called: the delivery's name, made plain, and DRAFT."""
    plain = re.sub(r"[^\w.-]+", "_", delivery).strip("._")[:100]
    return f"{plain or 'delivery'}-DRAFT{suffix}"


def write_whole(path: Path, form: ManifestFormat, content: dict[str, object]) -> None:
    """Writes a manifest in one step: whoever opens it sees the old one or the new one. Raises CouldNotLook."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=".provenance-", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                form.write(content, out)
                out.flush()
                os.fsync(out.fileno())
            Path(aside).chmod(0o644)  # mkstemp makes it private
            os.replace(aside, path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CouldNotLook(
            f"the manifest cannot be written: {error.strerror or error}",
            path=path,
            remedy="choose another place with --out FILE",
        ) from error
