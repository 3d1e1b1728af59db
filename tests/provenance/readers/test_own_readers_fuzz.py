"""However a file is damaged, a reader gives a reading: nothing escapes, nothing hangs, nothing warns."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.contracts import Source
from provenance.readers import (
    comments,
    exif,
    image_headers,
    iptc_iim,
    media_facts,
    png_text,
    samsung_trailer,
    stealth,
    xmp,
)

READERS: list[ModuleType] = [
    exif, xmp, png_text, media_facts, iptc_iim, comments, samsung_trailer, stealth, image_headers,
]  # fmt: skip
SAMPLES = [
    "stills/captured.jpg", "stills/conflict.jpg", "stills/ai_usercomment.jpg", "stills/ai_novelai.png",
    "stills/ai_xmp.tif", "stills/ai_xmp.webp", "clips/ai_clip_udta.mov", "clips/tone_ai.wav",
    "sidecars/photo.xmp", "stills/ai_samsung.jpg", "stills/ai_iptc_credit.jpg", "stills/ai_stealth.png",
    "stills/ai_comment.gif", "stills/ai_xmp.psd", "stills/ai_xmp.svg", "stills/ai_xmp.pdf", "stills/plate.exr",
]  # fmt: skip
EDITS = st.lists(st.tuples(st.integers(0, 6_000), st.integers(0, 255)), min_size=1, max_size=10)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


@pytest.mark.parametrize("name", SAMPLES)
@given(edits=EDITS, keep=st.floats(0, 2))
@settings(max_examples=30, deadline=5_000)
def test_damaged_samples_give_a_reading(
    samples: Path, place: Path, name: str, edits: list[tuple[int, int]], keep: float
) -> None:
    data = bytearray((samples / name).read_bytes())
    for position, value in edits:
        data[position % len(data)] = value
    data = data[: max(1, int(len(data) * min(keep, 1)))]
    path = place / Path(name).name
    path.write_bytes(data)

    found = [reader.read(Source(path, bytes(data[:4096]), len(data), sidecars=(path,))) for reader in READERS]

    assert all(mark.reader == reader.NAME for reading, reader in zip(found, READERS, strict=True)
               for mark in (*reading.marks, *reading.faults))  # fmt: skip
    assert all(fault.code.count(".") == 1 and fault.text for reading in found for fault in reading.faults)
