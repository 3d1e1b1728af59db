"""Parsers of what stands in and behind pictures: any bytes give an answer or UnreadableMedia, in little time."""

from __future__ import annotations

import contextlib
import io
import struct
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.containers import bmff_pictures, dpx, exr, gif, iptc, pdf, png_alpha, psd, sef, tiff
from provenance.containers.span import Span
from provenance.errors import UnreadableMedia

Walk = Callable[[bytes], object]

PSD = b"8BPS" + struct.pack(">H6xHIIHHII", 1, 3, 8, 8, 8, 3, 0, 60)
META = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x40meta\0\0\0\0\0\0\0\x30iprp\0\0\0\x28ipco\0\0\0\x14ispe"
PIXELS = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\6\0\0\0\0\0\0\0\0\0\0\0IDAT"


def _alpha(data: bytes) -> object:
    size = png_alpha.size_with_alpha(data)
    return png_alpha.columns(io.BytesIO(data), size, 2, 100) if size else None


WALKS: dict[str, tuple[bytes, Walk]] = {
    "psd": (PSD + b"8BIM\4\4\0\0\0\0\0\4", lambda data: list(psd.resources_of(io.BytesIO(data)))),
    "8bim": (b"8BIM\4\4\0\0\0\0\0\4", lambda data: list(psd.resources(io.BytesIO(data), Span(0, len(data))))),
    "iptc": (b"\x1c\2\x6e\0\4abcd\x1c\2\x6e\x80\4\0\0", lambda data: list(iptc.data_sets(data))),
    "sef": (b"", lambda data: list(sef.blocks(io.BytesIO(data + b"\x18\0\0\0SEFT"), len(data) + 8))),
    "sef directory": (
        b"name" * 9 + b"SEFH\x6b\0\0\0\1\0\0\0\0\0\x91\r",
        lambda data: list(sef.blocks(io.BytesIO(data + b"\x18\0\0\0SEFT"), len(data) + 8)),
    ),
    "gif": (b"GIF89a\1\0\1\0\0\0\0!\xfe", lambda data: list(gif.comments_of(io.BytesIO(data), 1 << 16))),
    "exr": (b"\x76\x2f\x31\x01\2\0\0\0a\0string\0", lambda data: list(exr.attributes(io.BytesIO(data)))),
    "dpx": (b"SDPX" + bytes(1_660), lambda data: dpx.header_of(io.BytesIO(data))),
    "pdf": (b"%PDF-1.7\n1 0 obj\n<</Metadata 1 0 R/Length 9", lambda data: pdf.xmp_of(io.BytesIO(data), 1 << 16)),
    "heic": (META, lambda data: bmff_pictures.picture_size(io.BytesIO(data))),
    "alpha": (PIXELS, _alpha),
}  # fmt: skip


@pytest.mark.parametrize("name", WALKS)
@given(data=st.data())
@settings(max_examples=80, deadline=2_000)
def test_any_bytes_give_an_answer_or_unreadable_media(name: str, data: st.DataObject) -> None:
    start, walk = WALKS[name]
    rest = data.draw(st.binary(max_size=300))
    content = bytearray(start + rest)
    for _ in range(data.draw(st.integers(0, 4))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    with contextlib.suppress(UnreadableMedia):
        walk(bytes(content))


@given(texts=st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300)), max_size=20))
def test_every_data_set_written_is_read_again(texts: list[tuple[int, bytes]]) -> None:
    written = b"".join(bytes((0x1C, 2, number)) + struct.pack(">H", len(data)) + data for number, data in texts)

    assert [(one.number, one.data) for one in iptc.data_sets(written)] == texts


@given(parts=st.lists(st.tuples(st.integers(0, 65_535), st.binary(max_size=30), st.binary(max_size=99)), max_size=20))
def test_every_resource_written_is_found_again(parts: list[tuple[int, bytes, bytes]]) -> None:
    written = b""
    for number, name, data in parts:
        title = bytes((len(name),)) + name
        written += b"8BIM" + struct.pack(">H", number) + title + bytes(len(title) % 2)
        written += struct.pack(">I", len(data)) + data + bytes(len(data) % 2)

    found = list(psd.resources(io.BytesIO(written), Span(0, len(written))))

    assert [(one.number, written[one.span.offset : one.span.end]) for one in found] == [(n, d) for n, _, d in parts]


@pytest.mark.parametrize("length", [2**31 - 1, 2**32 - 1])
def test_a_length_of_gigabytes_costs_nothing(length: int) -> None:
    with pytest.raises(UnreadableMedia):
        list(sef.blocks(io.BytesIO(bytes(64) + struct.pack("<I", length) + b"SEFT"), 72))
    with pytest.raises(UnreadableMedia):
        list(psd.resources(io.BytesIO(b"8BIM\4\4\0\0" + struct.pack(">I", length)), Span(0, 12)))


def test_a_chain_of_directories_that_leads_back_is_read_once_and_named() -> None:
    first = struct.pack("<HHHII", 1, 0x0100, 3, 1, 8)
    data = b"II*\0\x08\0\0\0" + first + struct.pack("<I", 8)

    with pytest.raises(UnreadableMedia, match=r"tiff\.loop"):
        list(tiff.entries(io.BytesIO(data)))
    assert list(_until_told(data)) == [0x0100]


def _until_told(data: bytes) -> Iterator[int]:
    with contextlib.suppress(UnreadableMedia):
        for entry in tiff.entries(io.BytesIO(data)):
            yield entry.tag
