"""Where the samples of each track lie (ISO/IEC 14496-12, sections 8.5 to 8.7), and its duration and codec."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.bmff import Box, boxes, children, find, top_boxes
from provenance.containers.span import Span, lie, read_span, read_up_to

_TABLE_LIMIT: Final = 128 << 20
_TRACKS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Track:
    """One track.

    Args: handler is ``vide``, ``soun``, ...; codec of its first sample description; table its sample table;
    width and height in pixels, 0 for what is no picture.
    """

    handler: bytes
    codec: str
    table: Box
    width: int = 0
    height: int = 0


def movie_of(file: BinaryIO) -> Box | None:
    """The `moov` box, wherever it stands, or None. Raises UnreadableMedia."""
    return find(file, top_boxes(file), b"moov")


def tracks(file: BinaryIO, movie: Box) -> Iterator[Track]:
    """Tracks in the order of the file; those without a sample table are left out. Raises UnreadableMedia."""
    count = 0
    for trak in children(file, movie):
        if trak.kind != b"trak":
            continue
        count += 1
        if count > _TRACKS:
            raise lie("bmff.too_many_tracks", f"more than {_TRACKS} tracks")
        media = find(file, children(file, trak), b"mdia")
        if media is None:
            continue
        handler = find(file, children(file, media), b"hdlr")
        table = find(file, children(file, media), b"minf", b"stbl")
        if handler is not None and table is not None:
            kind = read_up_to(file, handler.body.offset + 8, 4)
            sample = _sample_description(file, table)
            codec = sample.kind.decode("latin-1").strip() if sample else ""
            # A visual sample entry has its size 24 bytes in (section 12.1.3).
            size = read_up_to(file, sample.body.offset + 24, 4) if sample and kind == b"vide" else b""
            yield Track(kind, codec, table, int.from_bytes(size[:2], "big"), int.from_bytes(size[2:], "big"))


def duration(file: BinaryIO, movie: Box) -> float | None:
    """Seconds, from `mvhd`, or None where it says nothing usable."""
    header = find(file, children(file, movie), b"mvhd")
    if header is None:
        return None
    raw = read_up_to(file, header.body.offset, 32)
    wide = raw[:1] == b"\1"
    scale = int.from_bytes(raw[20:24] if wide else raw[12:16], "big")
    ticks = int.from_bytes(raw[24:32] if wide else raw[16:20], "big")
    unknown = (1 << 64) - 1 if wide else (1 << 32) - 1
    return ticks / scale if scale and ticks != unknown and len(raw) == 32 else None


def chunk_spans(file: BinaryIO, track: Track) -> list[Span]:
    """Where the media of a track lies, in order, neighbours joined; empty for a fragmented file.

    Raises UnreadableMedia where the tables contradict each other.
    """
    parts = {box.kind: box for box in children(file, track.table)}
    offsets = _offsets(file, parts)
    sizes = _sizes(file, parts)
    runs = _runs(file, parts, len(offsets)) if offsets else iter(())
    spans: list[Span] = []
    first = 0
    for offset, samples in zip(offsets, runs, strict=False):
        if first + samples > len(sizes):
            raise lie("bmff.samples", "the chunks of a track hold more samples than it has")
        length = sum(sizes[first : first + samples])
        first += samples
        if spans and spans[-1].end == offset:
            spans[-1] = Span(spans[-1].offset, spans[-1].length + length)
        else:
            spans.append(Span(offset, length))
    if first != len(sizes):
        raise lie("bmff.samples", "the chunks of a track hold fewer samples than it has")
    return [span for span in spans if span.length]


def mdat_spans(file: BinaryIO) -> list[Span]:
    """What all `mdat` boxes hold. Raises UnreadableMedia."""
    return [box.body for box in top_boxes(file) if box.kind == b"mdat" and box.body.length]


class _Constant:
    """Sizes of samples that are all alike, without a list of them."""

    def __init__(self, size: int, count: int) -> None:
        self._size, self._count = size, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, part: slice) -> tuple[int, ...]:
        start, stop, _ = part.indices(self._count)
        return ((stop - start) * self._size,)


def _sample_description(file: BinaryIO, table: Box) -> Box | None:
    described = find(file, children(file, table), b"stsd")
    if described is None:
        return None
    return next(boxes(file, Span(described.body.offset + 8, max(0, described.body.length - 8))), None)


def _offsets(file: BinaryIO, parts: dict[bytes, Box]) -> array[int]:
    if b"co64" in parts:
        return _numbers(file, parts[b"co64"], 4, "Q")
    return _numbers(file, parts[b"stco"], 4, "I") if b"stco" in parts else array("I")


def _sizes(file: BinaryIO, parts: dict[bytes, Box]) -> array[int] | _Constant:
    if b"stsz" not in parts:
        if b"stz2" in parts:
            raise lie("bmff.stz2", "compact sample sizes are not read")
        return array("I")
    head = read_span(file, Span(parts[b"stsz"].body.offset, 12), 12)
    constant, count = int.from_bytes(head[4:8], "big"), int.from_bytes(head[8:12], "big")
    return _Constant(constant, count) if constant else _numbers(file, parts[b"stsz"], 8, "I")


def _runs(file: BinaryIO, parts: dict[bytes, Box], chunks: int) -> Iterator[int]:
    """How many samples each chunk holds."""
    if b"stsc" not in parts:
        raise lie("bmff.samples", "a track does not say how its samples are grouped")
    raw = _numbers(file, parts[b"stsc"], 4, "I", per_item=3)
    firsts, counts = list(raw[0::3]), raw[1::3]
    if not firsts or firsts[0] != 1 or firsts != sorted(firsts):
        raise lie("bmff.samples", "the groups of samples are out of order")
    for start, stop, samples in zip(firsts, [*firsts[1:], chunks + 1], counts, strict=True):
        for _ in range(min(stop, chunks + 1) - start):
            yield samples


def _numbers(file: BinaryIO, box: Box, at: int, code: str, per_item: int = 1) -> array[int]:
    """The numbers of a table whose count stands `at` bytes into it. Raises UnreadableMedia."""
    values = array(code)
    count = int.from_bytes(read_up_to(file, box.body.offset + at, 4), "big") * per_item
    length = count * values.itemsize
    if at + 4 + length > box.body.length:
        raise lie("bmff.table", f"a table says {count} numbers and has no room for them")
    values.frombytes(read_span(file, Span(box.body.offset + at + 4, length), _TABLE_LIMIT))
    if sys.byteorder == "little":
        values.byteswap()
    return values
