"""ID3 tags: version 2.2 to 2.4 at the start of a file or in a chunk, version 1 at its end.

https://id3.org/id3v2.3.0, https://id3.org/id3v2.4.0-structure, https://id3.org/ID3v1
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.inflate import TEXT_LIMIT, inflate
from provenance.containers.span import Span, lie, read_up_to, size_of
from provenance.errors import UnreadableMedia

MAGIC: Final = b"ID3"
_FRAMES: Final = 2_000
_WHOLE_LIMIT: Final = 32 << 20
"""A tag that must be undone as a whole (version 2.3, unsynchronised) is not read beyond this."""
_LONG_NAMES: Final = {
    b"TXX": "TXXX", b"COM": "COMM", b"WAS": "WOAS", b"WXX": "WXXX", b"TEN": "TENC", b"TSS": "TSSE",
    b"TT2": "TIT2", b"TP1": "TPE1", b"ULT": "USLT", b"PRI": "PRIV", b"WAF": "WOAF", b"TCO": "TCON", b"WCM": "WCOM",
}  # fmt: skip
_Read = Callable[[int, int], bytes]
"""Gives the bytes at an offset into a tag, up to a length."""
_ENCODINGS: Final = ("latin-1", "utf-16", "utf-16-be", "utf-8")


@dataclass(frozen=True, slots=True)
class Text:
    """One text: the frame it stood in (``TXXX``), what the frame calls it (empty for most), and its value."""

    frame: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class _Header:
    version: int
    flags: int
    body: Span


def end_of(file: BinaryIO, offset: int = 0) -> int:
    """Where the tags that begin at `offset` end; `offset` itself where there is none."""
    for _ in range(4):
        header = _header(file, offset)
        if header is None:
            return offset
        offset = header.body.end + (10 if header.flags & 0x10 else 0)
    return offset


def texts(file: BinaryIO, offset: int = 0) -> Iterator[Text]:
    """Texts and addresses of the tags at `offset`. Raises UnreadableMedia where a tag lies."""
    for _ in range(4):
        header = _header(file, offset)
        if header is None:
            return
        yield from _tag(file, header)
        offset = header.body.end + (10 if header.flags & 0x10 else 0)


def private(file: BinaryIO, owner: str, limit: int) -> Iterator[bytes]:
    """What an owner keeps in private frames (PRIV), each up to `limit` bytes. Raises UnreadableMedia."""
    offset = 0
    for _ in range(4):
        header = _header(file, offset)
        if header is None:
            return
        for _name, flags, body in _bodies(file, header, lambda name: name == "PRIV", limit):
            data = _undone(body, flags, header)
            if data is not None and data.startswith(owner.encode() + b"\0"):
                yield data[len(owner) + 1 :]
        offset = header.body.end + (10 if header.flags & 0x10 else 0)


def old_comment(file: BinaryIO) -> str:
    """The comment of a version 1 tag at the end of the file; empty where there is none."""
    data = read_up_to(file, max(0, size_of(file) - 128), 128)
    return data[97:127].split(b"\0")[0].decode("latin-1").strip() if data.startswith(b"TAG") else ""


def _header(file: BinaryIO, offset: int) -> _Header | None:
    data = read_up_to(file, offset, 10)
    if len(data) < 10 or data[:3] != MAGIC or data[3] not in (2, 3, 4):
        return None
    return _Header(data[3], data[5], Span(offset + 10, _safe(data[6:10])))


def _safe(data: bytes) -> int:
    """A synchsafe number; writers that ignored the rule are told by a high bit."""
    if any(byte & 0x80 for byte in data):
        return int.from_bytes(data, "big")
    value = 0
    for byte in data:
        value = value << 7 | byte
    return value


def _tag(file: BinaryIO, header: _Header) -> Iterator[Text]:
    for name, flags, body in _bodies(file, header, _is_text, TEXT_LIMIT):
        data = _undone(body, flags, header)
        if data is not None:
            yield _text(name, data)


def _is_text(name: str) -> bool:
    return name[0] in "TW" or name in ("COMM", "USLT")


def _bodies(
    file: BinaryIO, header: _Header, wanted: Callable[[str], bool], limit: int
) -> Iterator[tuple[str, int, bytes]]:
    """(name, flags, body) of the frames of a tag that are wanted; the others are stepped over."""
    if header.flags & 0x80 and header.version < 4:
        if header.body.length > _WHOLE_LIMIT:
            raise lie("tags.too_long", f"an unsynchronised tag of {header.body.length} bytes")
        whole = read_up_to(file, header.body.offset, header.body.length).replace(b"\xff\0", b"\xff")
        yield from _frames(lambda at, length: whole[at : at + length], len(whole), header, wanted, limit)
        return
    base = header.body.offset
    end = min(header.body.length, max(0, size_of(file) - base))

    def read(at: int, length: int) -> bytes:
        return read_up_to(file, base + at, max(0, min(length, end - at)))

    yield from _frames(read, end, header, wanted, limit)


def _frames(
    read: _Read, end: int, header: _Header, wanted: Callable[[str], bool], limit: int
) -> Iterator[tuple[str, int, bytes]]:
    wide = header.version > 2
    at = _after_extension(read, header)
    for _ in range(_FRAMES):
        head = read(at, 10 if wide else 6)
        if len(head) < (10 if wide else 6) or not head[:3].isalnum():
            return
        name = head[:4].decode("latin-1") if wide else _LONG_NAMES.get(head[:3], head[:3].decode("latin-1"))
        length = _safe(head[4:8]) if header.version == 4 else int.from_bytes(head[4:8] if wide else head[3:6], "big")
        at += len(head)
        if at + length > end:
            raise lie("tags.frame", f"the frame {name!r} says {length} bytes, {end - at} are left")
        if wanted(name):
            if length > limit:
                raise lie("tags.too_long", f"{length} bytes in a frame {name!r}, {limit} is the most")
            yield name, head[9] if wide else 0, read(at, length)
        at += length
    raise lie("tags.too_many", f"more than {_FRAMES} frames")


def _after_extension(read: _Read, header: _Header) -> int:
    if not header.flags & 0x40 or header.version == 2:
        return 0
    head = read(0, 4)
    return _safe(head) if header.version == 4 else 4 + int.from_bytes(head, "big")


def _undone(data: bytes, flags: int, header: _Header) -> bytes | None:
    """A frame without its wrappings; None where it is encrypted or its compression is broken."""
    if header.version == 4:
        if flags & 0x04:
            return None
        skip = (1 if flags & 0x40 else 0) + (4 if flags & 0x01 else 0)
        data = data[skip:].replace(b"\xff\0", b"\xff") if flags & 0x02 else data[skip:]
        packed = flags & 0x08
    else:
        if flags & 0x40:
            return None
        packed = flags & 0x80
        data = data[(4 if packed else 0) + (1 if flags & 0x20 else 0) :]
    if not packed:
        return data
    try:
        return inflate(data)[0]
    except UnreadableMedia:
        return None


def _text(frame: str, data: bytes) -> Text:
    if frame[0] == "W" and frame != "WXXX":
        return Text(frame, "", data.split(b"\0")[0].decode("latin-1").strip())
    encoding = _ENCODINGS[data[0]] if data and data[0] < len(_ENCODINGS) else "latin-1"
    body = data[4:] if frame in ("COMM", "USLT") else data[1:]
    if frame not in ("COMM", "USLT", "TXXX", "WXXX"):
        return Text(frame, "", _decoded(body, encoding))
    name, value = _split(body, encoding)
    return Text(frame, _decoded(name, encoding), _decoded(value, "latin-1" if frame == "WXXX" else encoding))


def _split(data: bytes, encoding: str) -> tuple[bytes, bytes]:
    if not encoding.startswith("utf-16"):
        name, _, value = data.partition(b"\0")
        return name, value
    at = 0
    while (at := data.find(b"\0\0", at)) >= 0:
        if at % 2 == 0:
            return data[:at], data[at + 2 :]
        at += 1
    return b"", data


def _decoded(data: bytes, encoding: str) -> str:
    if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16-le"
    return data.decode(encoding, "replace").strip("\0 ")
