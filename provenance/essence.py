"""Essence: a hash of picture and sound without metadata, so that a retagged file is recognised.

Each scheme says exactly what goes in; a changed scheme gets a new number, because only like may be
compared with like.

- ``jpeg-scan/1``: all segments and scans of the primary image but APPn (Adobe's APP14 stays, it changes
  the colours) and COM; second images and trailers are out.
- ``png-image/1``: IHDR, PLTE, tRNS, IDAT and the APNG chunks acTL, fcTL, fdAT; IDAT joined, so that
  another division into chunks changes nothing.
- ``bmff-samples/1``: handler and samples of each picture and sound track in track order.
- ``bmff-items/1``: type and bytes of each picture item by number (HEIC, AVIF).
- ``bmff-mdat/1``: what all mdat boxes hold, where the tables are fragmented or odd.
- ``tiff-strips/2``: strips and tiles of each directory, with the fields that say how to show them.
- ``gif-image/1``: header, pictures, control blocks and the loop; comments and other extensions are out.
- ``flac-frames/1``, ``mpeg-frames/1``, ``aiff-sound/1``: sound between the tags, with the format it is stored in.
- ``riff-wave/1``, ``riff-avi/1``, ``riff-webp/1``: fmt and data; movi lists; picture and animation chunks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from provenance.containers import bmff_items, bmff_samples, gif, jpeg, png, riff, sound_frames, tiff_strips
from provenance.containers.span import Span, lie, pieces, read_up_to, size_of
from provenance.digest import open_media
from provenance.errors import UnreadableMedia
from provenance.model import Essence

_PNG_IMAGE: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT"})
_TRACK_KINDS: Final = frozenset({b"vide", b"soun", b"auxv"})
_NOT_PICTURES: Final = frozenset({b"Exif", b"mime", b"uri "})
_WAVE: Final = frozenset({b"fmt ", b"data"})
_BLOCK: Final = 32
_FEW: Final = 64
"""Different blocks (2 KiB) that an essence needs to tell, where at least half of all differ."""
_ENOUGH: Final = 1024
"""Different blocks with which it tells, however often they are repeated."""
_LOOK_WHOLE: Final = 1 << 20
_LOOK_THEN: Final = 1 << 10
_WEBP: Final = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})


def hash_essence(path: Path, media_type: str) -> Essence | None:
    """The essence of a file, or None for media types whose essence is not separated.

    Args: media_type by content, as in Description.
    Raises CouldNotLook where it cannot be opened, UnreadableMedia where it lies about itself.
    """
    found = _find(path, media_type)
    return None if found is None else found.essence


def telling_essence(path: Path, media_type: str) -> Essence | None:
    """The essence of a file by which others may be recognised; None also where there is so little in it that files
    which have nothing to do with each other share it: a black frame, a flat colour, silence, a test tone, an icon.

    Args, raises: as `hash_essence`.
    """
    found = _find(path, media_type)
    return found.essence if found is not None and found.telling else None


def _find(path: Path, media_type: str) -> _Found | None:
    scheme = _SCHEMES.get(media_type)
    if scheme is None:
        return None
    with open_media(path) as file:
        return scheme(file)


@dataclass(frozen=True, slots=True)
class _Found:
    """An essence, and whether there is enough in it to recognise a file by it."""

    essence: Essence
    telling: bool


class _Hash:
    """SHA-256 of what is fed, and how much of it is different from the rest.

    Counted in blocks of 32 bytes, over the first MiB and then the start of every piece, until there are enough.
    Measured: black and flat pictures of any size have up to 37 different ones, silence 2, a test tone 126 of 1,001,
    one minute of encoded black 323 of 1,706; in a photograph, a graphic or speech nearly all differ.
    """

    def __init__(self) -> None:
        self._sha = hashlib.sha256()
        self._seen: set[bytes] = set()
        self._blocks = self._whole = 0

    def update(self, data: bytes) -> None:
        """Takes in the next bytes."""
        self._sha.update(data)
        if len(self._seen) >= _ENOUGH:
            return
        looked = len(data) if self._whole < _LOOK_WHOLE else min(len(data), _LOOK_THEN)
        self._whole += looked
        for at in range(0, looked, _BLOCK):
            self._seen.add(data[at : at + _BLOCK])
            self._blocks += 1

    def found(self, scheme: str) -> _Found:
        """The essence of all that was fed."""
        different = len(self._seen)
        telling = different >= _ENOUGH or (different >= _FEW and 2 * different >= self._blocks)
        return _Found(Essence(scheme, self._sha.digest()), telling)


def _jpeg(file: BinaryIO) -> _Found:
    sha, scanned = _Hash(), False
    for part in jpeg.picture(file):
        if part.marker == jpeg.SCAN:
            scanned = True
        elif not _decodes(file, part):
            continue
        else:
            sha.update(part.marker.to_bytes(2, "big"))
        _feed(sha.update, file, [part.span])
    if not scanned:
        raise lie("jpeg.no_scan", "there is no picture in it")
    return sha.found("jpeg-scan/1")


def _decodes(file: BinaryIO, part: jpeg.Segment) -> bool:
    """True for segments that change what a decoder shows."""
    if part.marker == jpeg.APP14:
        return read_up_to(file, part.span.offset, 5) == b"Adobe"
    return part.marker != jpeg.COM and not 0xE0 <= part.marker <= 0xEF


def _png(file: BinaryIO) -> _Found:
    sha, before = _Hash(), b""
    for chunk in png.chunks(file):
        if chunk.kind not in _PNG_IMAGE or chunk.after_end:
            continue
        if chunk.kind != b"IDAT" or before != b"IDAT":
            sha.update(chunk.kind)
        _feed(sha.update, file, [chunk.span])
        before = chunk.kind
    if not before:
        raise lie("png.no_image", "there is no picture in it")
    return sha.found("png-image/1")


def _movie(file: BinaryIO) -> _Found | None:
    try:
        found = _samples(file)
    except UnreadableMedia:
        found = None
    return found or _mdat(file)


def _samples(file: BinaryIO) -> _Found | None:
    movie = bmff_samples.movie_of(file)
    if movie is None:
        return None
    sha, found = _Hash(), False
    for track in bmff_samples.tracks(file, movie):
        if track.handler not in _TRACK_KINDS:
            continue
        spans = bmff_samples.chunk_spans(file, track)
        if not spans:
            return None
        found = True
        sha.update(track.handler + sum(span.length for span in spans).to_bytes(8, "big"))
        _feed(sha.update, file, spans)
    return sha.found("bmff-samples/1") if found else None


def _mdat(file: BinaryIO) -> _Found | None:
    spans = bmff_samples.mdat_spans(file)
    if not spans:
        return None
    sha = _Hash()
    _feed(sha.update, file, spans)
    return sha.found("bmff-mdat/1")


def _items(file: BinaryIO) -> _Found | None:
    sha, found = _Hash(), False
    for item in bmff_items.items(file):
        if item.kind in _NOT_PICTURES:
            continue
        found = found or bool(item.spans)
        sha.update(item.kind + sum(span.length for span in item.spans).to_bytes(8, "big"))
        _feed(sha.update, file, item.spans)
    return sha.found("bmff-items/1") if found else _movie(file)


def _wave(file: BinaryIO) -> _Found | None:
    return _riff(file, "riff-wave/1", [c for c in riff.chunks(file) if c.kind in _WAVE], b"data")


def _webp(file: BinaryIO) -> _Found | None:
    return _riff(file, "riff-webp/1", [c for c in riff.chunks(file) if c.kind in _WEBP], b"")


def _avi(file: BinaryIO) -> _Found | None:
    return _riff(file, "riff-avi/1", [c for c in riff.chunks(file) if c.form == b"movi"], b"")


def _riff(file: BinaryIO, scheme: str, parts: list[riff.Chunk], needed: bytes) -> _Found | None:
    if not parts or (needed and needed not in {part.kind for part in parts}):
        return None
    sha = _Hash()
    for part in parts:
        sha.update(part.kind + part.span.length.to_bytes(8, "big"))
        _feed(sha.update, file, [part.span])
    return sha.found(scheme)


def _tiff(file: BinaryIO) -> _Found | None:
    sha, held = _Hash(), 0
    for label, spans in tiff_strips.pictures(file):
        held += sum(span.length for span in spans)
        if held > size_of(file):
            raise _overlap()
        sha.update(label)
        _feed(sha.update, file, spans)
    return sha.found("tiff-strips/2") if held else None


def _gif(file: BinaryIO) -> _Found | None:
    sha, held = _Hash(), 0
    for span in gif.pictures(file):
        held += 1
        _feed(sha.update, file, [span])
    return sha.found("gif-image/1") if held > 1 else None


def _sound(scheme: str, find: Callable[[BinaryIO], tuple[bytes, list[Span]]]) -> Callable[[BinaryIO], _Found | None]:
    def hash_sound(file: BinaryIO) -> _Found | None:
        form, spans = find(file)
        if not any(span.length for span in spans):
            return None
        sha = _Hash()
        sha.update(form)
        _feed(sha.update, file, spans)
        return sha.found(scheme)

    return hash_sound


def _overlap() -> UnreadableMedia:
    # Tables that point at the same bytes over and over would keep us reading for ever.
    return lie("media.overlap", "it says it holds more picture and sound than the file is long")


def _feed(update: Callable[[bytes], None], file: BinaryIO, spans: Sequence[Span]) -> None:
    if sum(span.length for span in spans) > size_of(file):
        raise _overlap()
    for span in spans:
        for piece in pieces(file, span):
            update(piece)


_SCHEMES: Final[dict[str, Callable[[BinaryIO], _Found | None]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/apng": _png,
    "image/webp": _webp,
    "image/tiff": _tiff,
    "image/gif": _gif,
    "image/heic": _items,
    "image/heif": _items,
    "image/heic-sequence": _movie,
    "image/heif-sequence": _movie,
    "image/avif": _items,
    "image/avif-sequence": _movie,
    "video/mp4": _movie,
    "video/quicktime": _movie,
    "video/x-m4v": _movie,
    "video/3gpp": _movie,
    "audio/mp4": _movie,
    "audio/x-m4a": _movie,
    "audio/wav": _wave,
    "audio/x-wav": _wave,
    "audio/vnd.wave": _wave,
    "audio/x-rf64": _wave,
    "audio/flac": _sound("flac-frames/1", sound_frames.flac),
    "audio/mpeg": _sound("mpeg-frames/1", sound_frames.mpeg),
    "audio/aiff": _sound("aiff-sound/1", sound_frames.aiff_sound),
    "video/x-msvideo": _avi,
    "video/avi": _avi,
}
