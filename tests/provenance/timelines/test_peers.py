"""What OpenTimelineIO and its adapters find in real timelines, we find too; where they refuse one, we read it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from provenance.media_paths import base_name, decode_path
from provenance.model import ProjectFile
from provenance.timelines import read_project

pytestmark = pytest.mark.peer

ONE_CLIP_EACH = (".otio", ".edl", ".aaf", ".xml")
"""Formats in which the adapters count as we do; that of FCPXML counts a compound clip at every use."""


@dataclass(frozen=True)
class Pair:
    """One timeline, as we read it and as the peer does; None where the peer refuses it."""

    path: Path
    ours: ProjectFile
    theirs: list[dict[str, Any]] | None


@pytest.fixture(scope="module")
def pairs(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    program = shutil.which("otioconvert")
    assert program, "otioconvert is not installed: pip install opentimelineio-plugins otio-fcpx-xml-adapter"
    folder = tmp_path_factory.mktemp("converted")
    found = []
    for path in sorted(one for one in (corpus / "timelines").rglob("*") if one.is_file()):
        ours = read_project(path)
        assert ours is not None
        converted = folder / f"{path.name}.otio"
        subprocess.run([program, "-i", path, "-o", converted], capture_output=True, check=False, timeout=120)
        theirs = list(clips_in(json.loads(converted.read_text()))) if converted.exists() else None
        found.append(Pair(path, ours, theirs))
    return found


def clips_in(node: Any) -> Iterator[dict[str, Any]]:
    """All clips of a document of the peer's."""
    if isinstance(node, list):
        for one in node:
            yield from clips_in(one)
    elif isinstance(node, dict) and str(node.get("OTIO_SCHEMA", "")).startswith("Clip."):
        yield node
    elif isinstance(node, dict):
        yield from clips_in([node.get("tracks"), node.get("children")])


def test_every_file_that_the_peer_finds_we_find_used(pairs: list[Pair]) -> None:
    compared = 0
    for pair in pairs:
        used = {
            base_name(path)
            for cut in pair.ours.cuts
            for clip in cut.clips
            for at in clip.media
            for path in pair.ours.media[at].paths
        }
        for clip in pair.theirs or ():
            references = filter(None, (clip.get("media_references") or {}).values())
            for url in filter(None, (one.get("target_url") for one in references)):
                compared += 1
                # The adapter of AAF leaves escapes in paths that are no URLs any more.
                assert used & {base_name(path) for path in decode_path(url)}, (pair.path.name, url)

    assert compared > 300


def test_no_clip_that_the_peer_counts_is_lost(pairs: list[Pair]) -> None:
    for pair in pairs:
        if pair.theirs is not None and pair.path.suffix in ONE_CLIP_EACH:
            ours = sum(clip.kind not in ("cut", "adjustment") for cut in pair.ours.cuts for clip in cut.clips)

            assert ours >= len(pair.theirs), pair.path.name


def test_what_the_peer_refuses_we_read(pairs: list[Pair]) -> None:
    refused = [pair for pair in pairs if pair.theirs is None]

    assert refused
    assert all(pair.ours.cuts and pair.ours.cuts[0].clips for pair in refused)
