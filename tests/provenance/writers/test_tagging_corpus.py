"""Real media tagged: read back by our readers, the same essence, the same decoded pictures and sound."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from PIL import Image

from provenance.contracts import Tag
from provenance.describe import describe
from provenance.errors import ProvenanceError
from provenance.media_type import sniffed
from provenance.model import Origin
from provenance.writers import WRITERS
from provenance.writers.tagging import erase_packet_beside, tag_file, untag_file, write_packet_beside

MOST = 40 << 20
TAG = Tag(
    Origin.AI_GENERATED, tool="Generator", version="2", prompt="a harbour — no boats", prompt_writer="Props",
    document="xmp.did:tagged", instance="xmp.iid:tagged",
)  # fmt: skip


def writable(corpus: Path) -> list[Path]:
    found = []
    for path in sorted(path for folder in ("c2pa", "marks") for path in (corpus / folder).rglob("*")):
        if path.is_file() and 0 < path.stat().st_size < MOST:
            with path.open("rb") as file:
                kind = sniffed(file.read(65536))
            if any(writer.can_write(kind) for writer in WRITERS):
                found.append(path)
    return found


def shown(path: Path, kind: str) -> str | None:
    """A digest of what a decoder makes of it; None where it makes nothing."""
    sha = hashlib.sha256()
    try:
        if kind.startswith("image/"):
            with Image.open(path) as picture:
                sha.update(picture.mode.encode() + picture.tobytes())
            return sha.hexdigest()
        with av.open(str(path)) as container:
            for frame in _frames(container):
                sha.update(frame.to_ndarray().tobytes())
    except Exception:  # what a decoder cannot read before, it need not read after
        return None
    return sha.hexdigest()


def _frames(container: av.container.InputContainer) -> Iterator[av.VideoFrame | av.AudioFrame]:
    streams = [stream for stream in container.streams if stream.type in ("video", "audio")]
    for count, frame in enumerate(container.decode(streams[0])):
        if count >= 20:
            return
        yield frame


def tagged(path: Path, copy: Path) -> bool:
    """Tags a copy and compares; False where it was refused and nothing changed."""
    shutil.copyfile(path, copy)
    before, told = copy.read_bytes(), describe(copy)
    kind = told.media_type
    picture = shown(copy, kind)
    try:
        changes = tag_file(copy, TAG)
    except ProvenanceError:
        assert copy.read_bytes() == before, path
        return False
    after = describe(copy)
    assert [change for change in changes if change.edits], path
    assert after.essence == told.essence, path
    assert shown(copy, kind) == picture, path
    assert any(mark.value == TAG.tool for mark in after.marks), path
    assert not any(change.edits for change in tag_file(copy, TAG)), path
    untag_file(copy)
    assert {(m.key, m.value) for m in describe(copy).marks} == {(m.key, m.value) for m in told.marks}, path
    assert shown(copy, kind) == picture, path
    return True


def beside(path: Path, copy: Path) -> bool:
    """Writes beside a copy what may not be written into it; the copy stays as it is."""
    shutil.copyfile(path, copy)
    before = copy.read_bytes()
    written = write_packet_beside(copy, TAG)
    assert written is not None
    assert any(mark.value == TAG.tool for mark in describe(copy).marks), path
    assert erase_packet_beside(copy) == written
    assert copy.read_bytes() == before
    return not written.exists()


def compared(paths: list[Path], folder: Path) -> tuple[int, int]:
    """How many were tagged, and how many got a packet beside them instead."""
    inside = outside = 0
    for number, path in enumerate(paths):
        copy = folder / f"{number}{path.suffix}"
        if tagged(path, copy):
            inside += 1
        else:
            outside += beside(path, copy)
        copy.unlink()
    assert not list(folder.iterdir())
    return inside, outside


def test_forty_files_of_all_formats_are_tagged_and_hold_what_they_held(corpus: Path, tmp_path: Path) -> None:
    paths = writable(corpus)
    by_suffix: dict[str, list[Path]] = {}
    for path in paths:
        by_suffix.setdefault(path.suffix.lower(), []).append(path)
    chosen = [path for found in by_suffix.values() for path in found[:: max(1, len(found) // 6)][:6]][:60]

    inside, outside = compared(chosen, tmp_path)

    assert inside + outside == len(chosen) >= 40


@pytest.mark.full
@pytest.mark.timeout(900)
def test_all_files_are_tagged_and_hold_what_they_held(corpus: Path, tmp_path: Path) -> None:
    paths = writable(corpus)

    inside, outside = compared(paths, tmp_path)

    assert inside + outside == len(paths) >= 300
    assert inside >= 300
