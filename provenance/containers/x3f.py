"""X3F, the raw files of Sigma: the property list (Sigma, X3F Image File Format 2.0, sections 2 to 5)."""

from __future__ import annotations

from typing import BinaryIO, Final

from provenance.containers.span import Span, lie, read_span, read_up_to, size_of

MAGIC: Final = b"FOVb"
_SECTIONS: Final = 256
_LIST: Final = 1 << 20
_PROPERTIES: Final = 1_024


def properties_of(file: BinaryIO) -> dict[str, str]:
    """Names and values, such as ``CAMMANUF`` and ``EXPTIME``; empty where there is no list. Raises UnreadableMedia."""
    if read_up_to(file, 0, 4) != MAGIC:
        raise lie("x3f.no_header", "there is no X3F header")
    start = int.from_bytes(read_up_to(file, max(0, size_of(file) - 4), 4), "little")
    head = read_up_to(file, start, 12)
    count = int.from_bytes(head[8:12], "little")
    if head[:4] != b"SECd" or count > _SECTIONS:
        raise lie("x3f.directory", "the directory is not where the end of the file says")
    found: dict[str, str] = {}
    for at in range(count):
        entry = read_span(file, Span(start + 12 + 12 * at, 12), 12)
        if entry[8:12] == b"PROP":
            offset, length = (int.from_bytes(entry[skip : skip + 4], "little") for skip in (0, 4))
            found = _pairs(read_span(file, Span(offset, length), _LIST)) | found
    return found


def _pairs(data: bytes) -> dict[str, str]:
    count = int.from_bytes(data[8:12], "little")
    if data[:4] != b"SECp" or count > _PROPERTIES or len(data) < 24 + 8 * count:
        raise lie("x3f.properties", "the property list makes no sense")
    texts = data[24 + 8 * count :]

    def text(at: int) -> str:
        start = 2 * int.from_bytes(data[at : at + 4], "little")
        return texts[start : start + 1_024].decode("utf-16-le", "replace").partition("\0")[0]

    return {text(24 + 8 * index): text(28 + 8 * index) for index in range(count)}
