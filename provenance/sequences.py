"""Image sequences: which names of one folder are the frames of one shot.

Only frame formats count, and only a number that stands apart (``shot.1001.exr``, ``shot_1001.dpx``,
``1001.png``), so that versions (``sh010_comp_v003.exr``) stay single. Stills that a camera numbers (DCF,
JEITA CP-3461B: ``IMG_0001.JPG``, ``DSC00012.JPG``) are photographs, never frames.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from provenance.model import Fault

LEAST_FRAMES: Final = 3
"""Fewer frames than these with one pattern are single pictures."""

MOST_FRAMES: Final = 1_000_000
"""A pattern that claims more frames than this is not believed."""

FRAME_FORMATS: Final = (
    "exr", "dpx", "cin", "tif", "tiff", "png", "jpg", "jpeg", "jp2", "j2c", "j2k", "tga", "iff", "sgi",
    "rgb", "rgba", "bmp", "hdr", "pic", "rla", "rpf", "sxr", "webp", "dng", "ari", "arx",
)  # fmt: skip

_FRAME: Final = re.compile(
    rb"(?P<prefix>|.*[._-])(?P<digits>[0-9]{1,10})(?P<suffix>\.(?:%s))" % "|".join(FRAME_FORMATS).encode(),
    re.IGNORECASE | re.DOTALL,
)
_CAMERA_FORMATS: Final = (b".jpg", b".jpeg", b".tif", b".tiff", b".png", b".dng", b".webp")
# Eight characters, the last four a number; and the date-and-time names of phones and screenshots.
_CAMERA_NAME: Final = re.compile(
    rb"(?:(?=[0-9]*[A-Z_])[A-Z0-9_]{4}[0-9]{4}|.*[0-9]{8}[_-][0-9]{6,9})\.[A-Za-z]+", re.DOTALL
)
_PATTERN: Final = re.compile(r"(?P<prefix>.*)%0?(?P<padding>\d{0,2})d(?P<suffix>\.\w+) (?P<ranges>[\d,-]+)", re.DOTALL)


class Frame(NamedTuple):
    """A frame's name taken apart: `prefix` with its separator, `padding` in digits, `suffix` with its dot."""

    prefix: bytes
    frame: int
    padding: int
    suffix: bytes


@dataclass(frozen=True, slots=True)
class ImageSequence:
    """Frames that belong together; `frames` are sorted numbers, each once."""

    prefix: bytes
    padding: int
    suffix: bytes
    frames: tuple[int, ...]

    def name(self, frame: int) -> bytes:
        """The file name of one frame."""
        return self.prefix + b"%0*d" % (self.padding, frame) + self.suffix

    def names(self) -> tuple[bytes, ...]:
        """The file names of all frames, in order."""
        return tuple(map(self.name, self.frames))


def parse_frame(name: bytes) -> Frame | None:
    """The name taken apart, or None where it is not the name of a frame."""
    match = _FRAME.fullmatch(name)
    if match is None:
        return None
    if name.lower().endswith(_CAMERA_FORMATS) and _CAMERA_NAME.fullmatch(name):
        return None
    return Frame(match["prefix"], int(match["digits"]), len(match["digits"]), match["suffix"])


def group(names: Iterable[bytes]) -> tuple[tuple[ImageSequence, ...], tuple[bytes, ...]]:
    """The sequences among the names of one folder, and the names that stand alone. Both are sorted."""
    families: dict[tuple[bytes, bytes], dict[int, list[int]]] = {}
    singles: list[bytes] = []
    for name in set(names):
        parts = parse_frame(name)
        if parts is None:
            singles.append(name)
        else:
            widths = families.setdefault((parts.prefix, parts.suffix), {})
            widths.setdefault(parts.padding, []).append(parts.frame)
    sequences: list[ImageSequence] = []
    for (prefix, suffix), widths in families.items():
        for padding, frames in _by_padding(widths):
            found = ImageSequence(prefix, padding, suffix, tuple(frames))
            if len(frames) >= LEAST_FRAMES:
                sequences.append(found)
            else:
                singles.extend(found.names())
    sequences.sort(key=lambda found: (found.prefix, found.suffix, found.padding, found.frames[0]))
    return tuple(sequences), tuple(sorted(singles))


def _by_padding(widths: dict[int, list[int]]) -> Iterator[tuple[int, list[int]]]:
    """Frames by their padding. Numbers that outgrow it (``.999`` then ``.1000``) stay with the smaller ones
    where nothing is missing at the border, as printf writes them.
    """
    current: tuple[int, list[int]] | None = None
    for width in sorted(widths):
        frames = sorted(widths[width])
        border = 10 ** (width - 1)
        if current is not None and frames[0] == border and current[1][-1] == border - 1:
            current[1].extend(frames)
            continue
        if current is not None:
            yield current
        current = (width, frames)
    if current is not None:
        yield current


def ranges(frames: Iterable[int]) -> str:
    """Sorted frame numbers as text: ``1001-1002,1004``."""
    parts: list[list[int]] = []
    for frame in frames:
        if parts and frame == parts[-1][1] + 1:
            parts[-1][1] = frame
        else:
            parts.append([frame, frame])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def pattern(sequence: ImageSequence) -> str:
    """What a sequence is called: ``shot.%04d.exr 1001-1240``. Bytes that are not UTF-8 stay lone
    surrogates (`surrogateescape`), so that `parse_pattern` gives the same sequence back.
    """
    number = "%d" if sequence.padding <= 1 else f"%0{sequence.padding}d"
    prefix, suffix = (
        part.decode("utf-8", "surrogateescape").replace("%", "%%") for part in (sequence.prefix, sequence.suffix)
    )
    return f"{prefix}{number}{suffix} {ranges(sequence.frames)}"


def parse_pattern(text: str) -> ImageSequence | None:
    """The sequence that `pattern` called so, or None where the text is no such name."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        return None
    frames = _parse_ranges(match["ranges"])
    if not frames:
        return None
    prefix, suffix = (
        match[part].replace("%%", "%").encode("utf-8", "surrogateescape") for part in ("prefix", "suffix")
    )
    return ImageSequence(prefix, int(match["padding"] or 1), suffix, frames)


def _parse_ranges(text: str) -> tuple[int, ...]:
    frames: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d{1,10})(?:-(\d{1,10}))?", part)
        if match is None:
            return ()
        first, last = int(match[1]), int(match[2] or match[1])
        follows = not frames or first > frames[-1]
        if last < first or not follows or len(frames) + last - first >= MOST_FRAMES:
            return ()
        frames.extend(range(first, last + 1))
    return tuple(frames)


def faults(sequence: ImageSequence, sizes: Mapping[int, tuple[int, int]] | None = None) -> tuple[Fault, ...]:
    """What is wrong with a sequence as a whole: missing frames, and pictures of different size.

    Args: sizes are (width, height) in pixels by frame number, for the frames where they are known.
    """
    found = []
    missing = _missing(sequence.frames)
    if missing:
        found.append(Fault("sequence", "sequence.gap", f"frames are missing: {missing}"))
    kinds = sorted(set((sizes or {}).values()))
    if len(kinds) > 1:
        words = ", ".join(f"{width} x {height}" for width, height in kinds[:4])
        found.append(Fault("sequence", "sequence.mixed_size", f"frames differ in picture size: {words}"))
    return tuple(found)


def _missing(frames: tuple[int, ...], limit: int = 20) -> str:
    holes = [(before + 1, after - 1) for before, after in pairwise(frames) if after > before + 1]
    words = ",".join(str(first) if first == last else f"{first}-{last}" for first, last in holes[:limit])
    return words + (f" and {len(holes) - limit} more gaps" if len(holes) > limit else "")
