"""Reads every built file back with other libraries: a sample that does not show its one thing is a bug."""

import io
import json
from pathlib import Path
from typing import Any

import av
import c2pa
import exifread
from _signing import CAMERA, GENERATOR, PRODUCTION, certificates_in, offline_context
from PIL import Image

FOLDERS = ("broken", "clips", "sequences", "sidecars", "stills", "timelines", "trust")

# file -> (validation state, issuer of the active manifest, number of manifests)
SIGNED = {
    "stills/captured_signed.jpg": ("Trusted", CAMERA, 1),
    "stills/captured_says_production.jpg": ("Trusted", PRODUCTION, 1),
    "stills/ai_generated.png": ("Trusted", GENERATOR, 1),
    "stills/ai_edited.jpg": ("Trusted", GENERATOR, 2),
    "stills/composite_source.jpg": ("Trusted", PRODUCTION, 1),
    "stills/composite_deep.jpg": ("Trusted", PRODUCTION, 3),
    "clips/ai_clip.mp4": ("Trusted", GENERATOR, 1),
    "sidecars/matte.dpx.c2pa": ("Trusted", GENERATOR, 1),
    "sidecars/plate.dpx.c2pa": ("Invalid", GENERATOR, 1),
    "broken/tampered_signed.jpg": ("Invalid", CAMERA, 1),
    "broken/tampered_ai.png": ("Invalid", GENERATOR, 1),
}
CAPTURE_TAGS = ("Image Make", "Image Model", "EXIF ExposureTime", "EXIF FNumber", "EXIF ISOSpeedRatings",
                "EXIF FocalLength", "EXIF DateTimeOriginal", "EXIF MakerNote", "EXIF FileSource",
                "EXIF SceneType", "EXIF LensModel")  # fmt: skip


def folder(root: Path) -> None:
    """Raises AssertionError, naming the file, at the first sample that is not what it promises."""
    for name, expected in SIGNED.items():
        found = manifest_facts(root, name)
        facts = (found["state"], found["issuer"], len(found["assertions"]))
        assert facts == expected, f"{name}: {facts}, expected {expected}"
        if expected[0] == "Invalid":
            assert found["failures"] == ["assertion.dataHash.mismatch"], f"{name}: {found['failures']}"
    for name in names(root) - set(SIGNED):
        assert b"c2pa.signature" not in (root / name).read_bytes(), f"{name} carries a manifest"
    _remote_is_refused(root / "broken/remote_only.jpg")
    for name in ("captured.jpg", "captured_signed.jpg", "conflict.jpg"):
        with (root / "stills" / name).open("rb") as file:
            tags = exifread.process_file(file)
        missing = [tag for tag in CAPTURE_TAGS if tag not in tags]
        assert not missing, f"{name}: exifread does not see {missing}"
    for path in _files(root):
        if path.parent.name != "broken" and path.suffix in {".jpg", ".png", ".tif", ".webp"}:
            with Image.open(path) as picture:
                picture.load()
        elif path.parent.name != "broken" and path.suffix in {".mp4", ".mov", ".mkv", ".wav", ".flac", ".mp3", ".dpx"}:
            _decodes(path)


def manifest_facts(root: Path, name: str) -> dict[str, Any]:
    """What a signed file says that does not change from build to build."""
    context = offline_context(certificates_in(root))
    path = root / name
    if path.suffix == ".c2pa":
        asset = io.BytesIO(path.with_suffix("").read_bytes())
        reader = c2pa.Reader("application/octet-stream", asset, path.read_bytes(), context=context)
    else:
        reader = c2pa.Reader(str(path), context=context)
    with reader:
        store = json.loads(reader.json())
    active = store["manifests"][store["active_manifest"]]
    results = store["validation_results"]["activeManifest"]
    return {
        "state": store["validation_state"],
        "issuer": active["signature_info"]["issuer"],
        "failures": sorted({entry["code"] for entry in results["failure"]}),
        "assertions": sorted(
            sorted(assertion["label"] for assertion in manifest["assertions"])
            for manifest in store["manifests"].values()
        ),
        "sources": sorted(
            action.get("digitalSourceType", "")
            for manifest in store["manifests"].values()
            for assertion in manifest["assertions"]
            if assertion["label"].startswith("c2pa.actions")
            for action in assertion["data"]["actions"]
        ),
    }


def _remote_is_refused(path: Path) -> None:
    context = offline_context(certificates_in(path.parents[1]))
    answer = "read without complaint"
    try:
        c2pa.Reader(str(path), context=context)
    except c2pa.C2paError as error:
        answer = str(error)
    assert "must fetch remote" in answer, f"{path.name}: {answer}"


def _decodes(path: Path) -> None:
    with av.open(str(path)) as container:
        frames = sum(1 for _ in container.decode(container.streams[0]))
    expected = {".mp4": 48, ".mov": 48, ".mkv": 48, ".dpx": 1}.get(path.suffix)
    assert frames == expected or (expected is None and frames > 0), f"{path.name}: {frames} frames"


def names(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in _files(root)}


def _files(root: Path) -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file())
