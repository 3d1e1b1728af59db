"""What we wrote, read by others: exiftool and exiv2 for XMP and EXIF, Pillow for the packets it knows."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from provenance.contracts import Tag
from provenance.describe import describe
from provenance.writers.tagging import tag_file, untag_file, write_packet_beside

PICTURES = ["stills/undeclared.png", "stills/stripped.jpg", "stills/captured.jpg"]
MOVIES = ["clips/plate.mp4", "clips/edited_only.mov", "clips/tone.wav", "clips/workstation.wav"]


def exiftool(path: Path) -> dict[str, object]:
    assert shutil.which("exiftool"), "exiftool is not installed: apt-get install libimage-exiftool-perl"
    command = ["exiftool", "-json", "-G1", "-struct", "-n", str(path)]
    answer: list[dict[str, object]] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return answer[0]


def complaints(path: Path) -> set[str]:
    """What exiftool finds wrong. A small EXIF block of ours lacks fields that a camera must fill: we know none."""
    command = ["exiftool", "-s3", "-a", "-warning", "-error", "-validate", str(path)]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    return {line for line in lines if "Missing required" not in line and not re.match(r"OK|\d+ Warn", line)}


def exiv2(path: Path) -> dict[str, str]:
    assert shutil.which("exiv2"), "exiv2 is not installed: apt-get install exiv2"
    found = subprocess.run(["exiv2", "-PEXkv", str(path)], capture_output=True, check=False)
    lines = (line.split(None, 1) for line in found.stdout.decode("utf-8", "replace").splitlines() if line.strip())
    return {line[0]: line[1].strip() if len(line) > 1 else "" for line in lines}


def webp(sample) -> Path:
    path = sample("stills/undeclared.png").with_suffix(".webp")
    with Image.open(path.with_suffix(".png")) as picture:
        picture.save(path, lossless=True)
    return path


def tiff(sample) -> Path:
    path = sample("stills/undeclared.png").with_suffix(".tif")
    with Image.open(path.with_suffix(".png")) as picture:
        picture.save(path)
    return path


@pytest.mark.peer
@pytest.mark.parametrize("name", [*PICTURES, *MOVIES, "webp", "tiff"])
def test_exiftool_reads_every_property(sample, name: str, tag: Tag) -> None:
    path = {"webp": webp, "tiff": tiff}[name](sample) if name in ("webp", "tiff") else sample(name)
    before = complaints(path)

    tag_file(path, tag)

    told = exiftool(path)
    assert told["XMP-iptcExt:DigitalSourceType"] == tag.source_type
    assert told["XMP-photoshop:Credit"] == tag.credit
    assert told["XMP-dc:Contributor"] in ([tag.contributor], tag.contributor)
    assert told["XMP-xmpMM:DocumentID"] == tag.document
    assert told["XMP-xmpMM:DerivedFrom"] == {"InstanceID": tag.parent_instance}
    known = {key.rpartition(":")[2]: value for key, value in told.items()}
    assert known["AISystemUsed"] == tag.tool
    assert known["AIPromptInformation"] == tag.prompt
    assert complaints(path) == before


@pytest.mark.peer
@pytest.mark.parametrize("name", [*PICTURES, "webp", "tiff"])
def test_exiv2_reads_xmp_and_the_comment(sample, name: str, tag: Tag) -> None:
    path = {"webp": webp, "tiff": tiff}[name](sample) if name in ("webp", "tiff") else sample(name)

    tag_file(path, tag)

    told = exiv2(path)
    assert told["Xmp.iptcExt.DigitalSourceType"] == tag.source_type
    assert told["Xmp.photoshop.Credit"] == tag.credit
    assert "provenance: origin=ai_generated; source-type=http" in told["Exif.Photo.UserComment"]


@pytest.mark.peer
def test_exiftool_rewrites_our_packet_and_it_is_still_taken_back(sample, tag: Tag) -> None:
    path = sample("stills/undeclared.png")
    tag_file(path, tag)
    subprocess.run(["exiftool", "-overwrite_original", "-XMP-dc:Title=Harbour", str(path)], check=True)

    untag_file(path)

    told = exiftool(path)
    assert told["XMP-dc:Title"] == "Harbour"
    assert not [key for key in told if "AISystem" in key or "DigitalSourceType" in key or "wrote" in key.lower()]


@pytest.mark.peer
def test_exiftool_reads_the_packet_beside(sample, tag: Tag) -> None:
    path = sample("stills/plate.exr")

    written = write_packet_beside(path, tag)

    assert written is not None
    assert exiftool(written)["XMP-iptcExt:DigitalSourceType"] == tag.source_type


@pytest.mark.parametrize("name", [*PICTURES[:2], "webp", "tiff"])
def test_pillow_reads_the_packet_and_the_comment(sample, name: str, tag: Tag) -> None:
    path = {"webp": webp, "tiff": tiff}[name](sample) if name in ("webp", "tiff") else sample(name)

    tag_file(path, tag)

    with Image.open(path) as picture:
        description = json.dumps(picture.getxmp())
        comment = picture.getexif().get_ifd(0x8769)[0x9286]
    assert tag.source_type in description
    assert bytes(comment).startswith(b"ASCII\0\0\0provenance: origin=ai_generated")


FIELDS = (("title", "Night Train"), ("episode", "3"), ("scene", "12"), ("shot", "AB_0120"), ("take", "4"),
          ("unit", "second"), ("vendor", "Höhle"), ("department", "comp"), ("version", "v003"))  # fmt: skip


@pytest.mark.peer
@pytest.mark.parametrize("name", [*PICTURES, *MOVIES, "webp", "tiff"])
def test_exiftool_reads_production_fields_where_the_standards_put_them(sample, name: str, tag: Tag) -> None:
    path = {"webp": webp, "tiff": tiff}[name](sample) if name in ("webp", "tiff") else sample(name)

    tag_file(path, replace(tag, fields=FIELDS))

    told = exiftool(path)
    assert told["XMP-xmpDM:Scene"] == 12
    assert told["XMP-xmpDM:ShotName"] == "AB_0120"
    assert told["XMP-xmpDM:TakeNumber"] == 4
    assert told["XMP-xmpDM:ProjectName"] == "Night Train"
    assert told["XMP-xmpMM:VersionID"] == "v003"
    known = {key.rpartition(":")[2]: value for key, value in told.items()}
    assert (known["Unit"], known["Vendor"], known["Department"]) == ("second", "Höhle", "comp")
    assert {f"field.{key}": text for key, text in FIELDS}.items() <= describe(path).facts.items()
