"""Describing a file: everything is looked at, nothing escapes, nothing blocks."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from provenance.contracts import Source, TrustList
from provenance.describe import describe, sidecars_of
from provenance.errors import CouldNotLook, UnreadableMedia
from provenance.model import Mark, Origin, Reading, Strength
from provenance.readers import c2pa


@dataclass
class Scripted:
    """A reader that does what the test says."""

    act: Callable[[Source], Reading]
    takes: bool = True
    NAME: str = "scripted"
    VERSION: str = "7"
    SIDECARS: frozenset[str] = field(default_factory=frozenset)

    def accepts(self, path: Path, head: bytes) -> bool:
        return self.takes

    def read(self, source: Source) -> Reading:
        return self.act(source)


def saying(claims: Origin) -> Mark:
    return Mark("scripted", "7", "nowhere", "key", "value", claims, Strength.DECLARED)


def failing(error: Exception) -> Callable[[Source], Reading]:
    def act(source: Source) -> Reading:
        raise error

    return act


def fault_codes(path: Path, *readers: Scripted) -> list[str]:
    return [fault.code for fault in describe(path, readers=readers).faults]


@pytest.fixture
def plate(sample: Callable[..., Path]) -> Path:
    return sample("stills/undeclared.png")


def trust(samples: Path) -> tuple[TrustList, ...]:
    folder = samples / "trust"
    return (
        TrustList("camera", (folder / "sample-camera-ca.pem").read_text()),
        TrustList("generator", (folder / "sample-generator-ca.pem").read_text()),
        TrustList("production", (folder / "sample-ca.pem").read_text(), own=True),
    )


@pytest.mark.parametrize(
    ("name", "origin", "conflicts"),
    [
        ("stills/ai_generated.png", Origin.AI_GENERATED, set()),
        ("stills/ai_edited.jpg", Origin.AI_EDITED, set()),
        ("stills/composite_deep.jpg", Origin.AI_COMPOSITE, set()),
        ("stills/composite_source.jpg", Origin.MAYBE_AI, set()),
        ("stills/captured_signed.jpg", Origin.CAPTURED, set()),
        ("stills/captured_says_production.jpg", Origin.CAPTURED, set()),
        ("stills/captured.jpg", Origin.CAPTURED, set()),
        ("stills/captured_weak.jpg", Origin.UNDECLARED, set()),
        ("stills/conflict.jpg", Origin.AI_GENERATED, {"camera_and_ai"}),
        ("stills/conflict_capture_xmp.png", Origin.AI_GENERATED, {"camera_and_ai"}),
        ("stills/comfyui_resize_only.png", Origin.UNDECLARED, set()),
        ("stills/enhanced.jpg", Origin.ENHANCED, set()),
        ("stills/human_made.png", Origin.HUMAN_MADE, set()),
        ("stills/procedural.png", Origin.PROCEDURAL, set()),
        ("stills/screenshot.png", Origin.MAYBE_AI, set()),
        ("stills/stripped.png", Origin.UNDECLARED, set()),
        ("stills/stripped.jpg", Origin.UNDECLARED, set()),
        ("clips/ai_clip.mp4", Origin.AI_GENERATED, set()),
        ("clips/stripped_clip.mp4", Origin.UNDECLARED, set()),
        ("sidecars/matte.dpx", Origin.AI_GENERATED, set()),
        ("sidecars/plate.dpx", Origin.AI_GENERATED, {"foreign_sidecar"}),
        ("sidecars/still.png", Origin.AI_GENERATED, set()),
        ("sidecars/photo.jpg", Origin.HUMAN_MADE, set()),
        ("broken/tampered_ai.png", Origin.AI_GENERATED, {"broken_credentials"}),
        ("broken/tampered_signed.jpg", Origin.CAPTURED, {"broken_capture"}),
        ("broken/wrong_extension.jpg", Origin.AI_GENERATED, set()),
    ],
)
def test_reads_each_sample_for_what_it_shows(samples: Path, name: str, origin: Origin, conflicts: set[str]) -> None:
    verdict = describe(samples / name, trust=trust(samples)).verdict

    assert verdict.origin is origin
    assert {conflict.code for conflict in verdict.conflicts} == conflicts
    assert verdict.proven is (name == "stills/captured_signed.jpg")


@pytest.mark.parametrize(
    "name",
    [
        "broken/truncated.jpg",
        "broken/lying_length.png",
        "broken/not_media.jpg",
        "broken/entity_bomb.jpg",
        "broken/truncated.mp4",
        "broken/huge_exif_offset.jpg",
        "broken/empty.png",
    ],
)
def test_each_broken_sample_names_what_is_broken(samples: Path, name: str) -> None:
    description = describe(samples / name)

    assert description.faults
    assert all(fault.code and fault.text and fault.code != "reader.failed" for fault in description.faults)
    assert description.verdict.faults == description.faults


def test_gives_identity_type_essence_and_facts(samples: Path) -> None:
    path = samples / "stills/ai_generated.png"

    description = describe(path, sha256=hashlib.sha256(path.read_bytes()).digest())

    assert description.media_type == "image/png"
    assert description.essence is not None
    assert description.facts["width"] == 320
    assert (c2pa.NAME, c2pa.VERSION) in description.readers
    assert {name.scheme for name in description.identifiers} >= {"c2pa.manifest"}


def test_marks_from_outside_are_weighed_with_the_files_own(plate: Path) -> None:
    description = describe(plate, declared=(saying(Origin.AI_EDITED),))

    assert description.verdict.origin is Origin.AI_EDITED


def test_an_unreadable_part_is_a_fault_with_its_own_code(plate: Path) -> None:
    coded = Scripted(failing(UnreadableMedia("png.chunk: it ends too early")))
    plain = Scripted(failing(UnreadableMedia("it ends too early")))

    assert fault_codes(plate, coded, plain) == ["png.chunk", "scripted.unreadable"]


@pytest.mark.parametrize("error", [ValueError("x"), RecursionError(), MemoryError(), OverflowError(), AssertionError()])
def test_a_readers_own_mistake_hides_nothing_that_others_found(plate: Path, error: Exception) -> None:
    good = Scripted(lambda source: Reading(marks=(saying(Origin.AI_GENERATED),)))

    description = describe(plate, readers=(Scripted(failing(error)), good))

    assert [fault.code for fault in description.faults] == ["reader.failed"]
    assert type(error).__name__ in description.faults[0].text
    assert description.verdict.origin is Origin.AI_GENERATED


def test_a_file_that_vanishes_under_a_reader_was_not_looked_at(plate: Path) -> None:
    with pytest.raises(CouldNotLook):
        describe(plate, readers=(Scripted(failing(CouldNotLook("it is gone", path=plate))),))


def test_a_format_nobody_reads_is_said(tmp_path: Path) -> None:
    path = tmp_path / "scan.e57"
    path.write_bytes(b"ASTM-E57" + bytes(60))

    description = describe(path)

    assert description.verdict.origin is Origin.UNDECLARED
    assert description.readers == ()
    assert [gap.what for gap in description.verdict.unchecked] == ["what the file says inside"]


def test_a_name_that_promises_another_format_is_a_fault(samples: Path) -> None:
    description = describe(samples / "broken/not_media.jpg")

    assert "file.content" in {fault.code for fault in description.faults}
    assert description.media_type == "application/octet-stream"


def test_an_empty_file_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "empty.mov"
    path.touch()

    description = describe(path)

    assert [fault.code for fault in description.faults] == ["file.empty"]
    assert description.verdict.origin is Origin.UNDECLARED


def test_a_sparse_giant_that_is_no_picture_is_looked_at_at_once(tmp_path: Path) -> None:
    path = tmp_path / "giant.png"
    with path.open("wb") as file:
        file.truncate(4 << 30)

    description = describe(path)

    assert "file.content" in {fault.code for fault in description.faults}


@pytest.mark.parametrize("what", ["folder", "missing"])
def test_what_is_no_file_could_not_be_looked_at(tmp_path: Path, what: str) -> None:
    path = tmp_path if what == "folder" else tmp_path / "missing.png"

    with pytest.raises(CouldNotLook) as caught:
        describe(path)

    assert caught.value.path == path
    assert caught.value.remedy


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")
@pytest.mark.timeout(10)
def test_a_pipe_never_blocks(tmp_path: Path) -> None:
    path = tmp_path / "pipe.png"
    os.mkfifo(path)

    with pytest.raises(CouldNotLook, match="regular file"):
        describe(path)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_to_itself_could_not_be_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "loop.png"
    path.symlink_to(path)

    with pytest.raises(CouldNotLook):
        describe(path)


def test_a_sidecar_is_asked_for_by_the_readers_that_declare_it(tmp_path: Path) -> None:
    path = tmp_path / "plate.dpx"
    path.write_bytes(b"SDPX" + bytes(60))
    (tmp_path / "plate.dpx.c2pa").write_bytes(b"x")
    seen: list[tuple[str, ...]] = []

    def note(source: Source) -> Reading:
        seen.append(tuple(sidecar.name for sidecar in source.sidecars))
        return Reading()

    describe(path, readers=(Scripted(note, takes=False, SIDECARS=frozenset({".c2pa"})), Scripted(note, takes=False)))

    assert seen == [("plate.dpx.c2pa",)]


def test_finds_sidecars_in_all_usual_spellings(tmp_path: Path) -> None:
    names = ["still.png", "still.png.xmp", "still.XMP", "still.c2pa", "still.png.C2PA", "other.xmp", "still.png.txt"]
    for name in names:
        (tmp_path / name).touch()

    found = {path.name for path in sidecars_of(tmp_path / "still.png")}

    assert found == {"still.png.xmp", "still.XMP", "still.c2pa", "still.png.C2PA"}


def test_a_sidecar_has_no_sidecars_and_no_name_is_too_long(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").touch()
    (tmp_path / "a.c2pa").touch()

    assert sidecars_of(tmp_path / "a.xmp") == ()
    assert sidecars_of(tmp_path / ("x" * 255)) == ()


def test_importing_describe_loads_no_heavy_library() -> None:
    code = "import sys, provenance.describe; print([m for m in ('c2pa', 'PIL', 'exifread') if m in sys.modules])"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert result.stdout.strip() == "[]"
