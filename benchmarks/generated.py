"""A production's worth of files, made the same each time: no two alike, none with a number that makes a sequence."""

from __future__ import annotations

import io
import os
import random
import shutil
import string
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image, PngImagePlugin

SAMPLES: Final = Path(__file__).resolve().parents[1] / "sample_media"
AN_HOUR_AGO: Final = 3_600

_CAMERA: Final = {271: "Benchmark Cameras", 272: "Model One", 305: "firmware 1.0", 306: "2026:01:02 03:04:05"}


def mixed_files(root: Path, count: int, *, seed: int = 5) -> int:
    """Fills `root` with `count` files of the sorts below; bytes written. Their times lie an hour back."""
    dice = random.Random(seed)
    kinds = [make for share, make in MIX for _ in range(share)]
    written = 0
    for number in range(count):
        folder = root / f"day_{_word(number // 250)}" / f"reel_{_word(number // 50)}"
        folder.mkdir(parents=True, exist_ok=True)
        suffix, content = kinds[dice.randrange(len(kinds))](dice)
        path = folder / f"file_{_word(number)}{suffix}"
        path.write_bytes(content)
        stat = path.stat()
        os.utime(path, (stat.st_atime - AN_HOUR_AGO, stat.st_mtime - AN_HOUR_AGO))
        written += len(content)
    return written


def copy_samples(root: Path, *names: str) -> None:
    """Copies samples by their path inside sample_media."""
    for name in names:
        shutil.copy2(SAMPLES / name, root / Path(name).name)


def _word(number: int) -> str:
    """A number in letters, so that no name looks like a frame."""
    letters = string.ascii_lowercase
    text = letters[number % 26]
    while number := number // 26:
        text = letters[number % 26] + text
    return text.rjust(3, "a")


def _picture(dice: random.Random, width: int, height: int) -> Image.Image:
    # Noise that was scaled up: every picture is new, and compresses about as a photograph does.
    small = Image.frombytes("RGB", (width // 8, height // 8), dice.randbytes(width // 8 * (height // 8) * 3))
    return small.resize((width, height), Image.Resampling.BICUBIC)


def _photograph(dice: random.Random) -> tuple[str, bytes]:
    exif = Image.Exif()
    exif.update(_CAMERA)
    out = io.BytesIO()
    _picture(dice, 1200, 800).save(out, "JPEG", quality=88, exif=exif)
    return ".jpg", out.getvalue()


def _generated_png(dice: random.Random) -> tuple[str, bytes]:
    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", f"a harbour\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: {dice.getrandbits(32)}")
    out = io.BytesIO()
    _picture(dice, 512, 512).save(out, "PNG", pnginfo=text, compress_level=1)
    return ".png", out.getvalue()


def _plain_png(dice: random.Random) -> tuple[str, bytes]:
    out = io.BytesIO()
    _picture(dice, 640, 480).save(out, "PNG", compress_level=1)
    return ".png", out.getvalue()


def _signed(dice: random.Random) -> tuple[str, bytes]:
    # What follows the end of a JPEG is no part of the picture: unique, and the credentials stay readable.
    name = dice.choice(("captured_signed.jpg", "composite_deep.jpg", "ai_edited.jpg"))
    return ".jpg", (SAMPLES / "stills" / name).read_bytes() + dice.randbytes(16)


def _clip(dice: random.Random) -> tuple[str, bytes]:
    name = dice.choice(("plate.mp4", "ai_clip.mp4", "stripped_clip.mp4"))
    padding = dice.randbytes(dice.randrange(100_000, 400_000))
    box = (8 + len(padding)).to_bytes(4, "big") + b"free" + padding
    return ".mp4", (SAMPLES / "clips" / name).read_bytes() + box


def _other(dice: random.Random) -> tuple[str, bytes]:
    return dice.choice((".pdf", ".fbx", ".nk", ".bin")), dice.randbytes(dice.randrange(1_000, 200_000))


MIX: Final[tuple[tuple[int, Callable[[random.Random], tuple[str, bytes]]], ...]] = (
    (35, _photograph),
    (15, _generated_png),
    (15, _plain_png),
    (10, _signed),
    (15, _clip),
    (10, _other),
)
"""Shares in percent."""
