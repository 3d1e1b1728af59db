"""MP4, MOV, M4A: the box that holds XMP (XMP part 3, 1.2.6; ISO/IEC 14496-12, 4.2).

Samples are found by their offset from the start of the file, so nothing in front of them may move: a new box
goes to the end, one that has grown leaves its place as `free`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from provenance.containers import bmff
from provenance.containers.span import lie, read_span, read_up_to, size_of
from provenance.contracts import Edit
from provenance.writers._spot import Spot, cannot
from provenance.writers._xmp_text import fitted

_UUID: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_LIMIT: Final = 32 << 20
_CLASSIC_MOST: Final = 0xFFFFFFFF


def xmp(file: BinaryIO) -> Spot:
    """The XMP packet of a movie, wherever it stands. Raises UnreadableMedia, WriteRefused."""
    tops = list(bmff.top_boxes(file))
    if any(box.cut for box in tops):
        raise lie("bmff.truncated", "it ends inside a box")
    outer = next((box for box in tops if _is_packet(box)), None)
    if outer is not None:
        return Spot(read_span(file, outer.body, _LIMIT), lambda new: _exchanged(file, tops, outer, new))
    inner = next(_inside(file, tops), None)
    if inner is not None:
        return Spot(read_span(file, inner.body, _LIMIT), lambda new: _in_place(inner, new))
    return Spot(b"", lambda new: _appended(file, tops, new) if new else ())


def _inside(file: BinaryIO, tops: list[bmff.Box]) -> Iterator[bmff.Box]:
    """Packets in the movie box, where QuickTime keeps them."""
    for movie in (box for box in tops if box.kind == b"moov"):
        for box in bmff.children(file, movie):
            if _is_packet(box):
                yield box
            elif box.kind == b"udta":
                yield from (one for one in bmff.children(file, box) if one.kind == b"XMP_")


def _is_packet(box: bmff.Box) -> bool:
    return box.kind == b"uuid" and box.uuid == _UUID


def _in_place(box: bmff.Box, new: bytes) -> tuple[Edit, ...]:
    if not new:
        return (Edit(box.start + 4, 4, b"free"),)
    fit = fitted(new, box.body.length)
    if fit is None:
        raise cannot("its packet stands in the movie's index and has no room to grow")
    return (Edit(box.body.offset, box.body.length, fit),)


def _exchanged(file: BinaryIO, tops: list[bmff.Box], box: bmff.Box, new: bytes) -> tuple[Edit, ...]:
    if box is tops[-1]:
        return (Edit(box.start, box.body.end - box.start, _box(new) if new else b""),)
    if new and (fit := fitted(new, box.body.length)) is not None:
        return (Edit(box.body.offset, box.body.length, fit),)
    return (Edit(box.start + 4, 4, b"free"), *(_appended(file, tops, new) if new else ()))


def _appended(file: BinaryIO, tops: list[bmff.Box], new: bytes) -> tuple[Edit, ...]:
    last = tops[-1]
    if last.kind == b"mfra":
        # Players look for this index at the very end; the fragments in front of it stay where they are
        return (Edit(last.start, 0, _box(new)),)
    if last.body.end != size_of(file):
        raise cannot("there are bytes behind its last box")
    return (*_measured(file, last), Edit(last.body.end, 0, _box(new)))


def _measured(file: BinaryIO, last: bmff.Box) -> tuple[Edit, ...]:
    """A last box that reaches "to the end of the file" gets the length that it has."""
    if read_up_to(file, last.start, 4) != bytes(4):
        return ()
    length = last.body.end - last.start
    if length > _CLASSIC_MOST:
        raise cannot("its last box reaches to the end of the file and is too long to be measured")
    return (Edit(last.start, 4, length.to_bytes(4, "big")),)


def _box(packet: bytes) -> bytes:
    return (24 + len(packet)).to_bytes(4, "big") + b"uuid" + _UUID + packet
