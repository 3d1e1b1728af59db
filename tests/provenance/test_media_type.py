"""Media types: the bytes decide, a name only where bytes cannot."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.media_type import UNKNOWN, media_type_of, sniffed


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe1", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav"),
        (b"RF64\xff\xff\xff\xffWAVE", "audio/x-rf64"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "image/avif"),
        (b"\0\0\0\x14ftypmif1\0\0\0\0mif1", "image/heif"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
        (b"\0\0\0\x14ftypisom\0\0\0\0mp42", "video/mp4"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "video/quicktime"),
        (b"II*\0\x10\0\0\0CR\x02\0", "image/x-canon-cr2"),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"SDPX\0\0", "image/x-dpx"),
        (b"\x76\x2f\x31\x01\x02", "image/x-exr"),
        (b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01", "application/mxf"),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x82\x88matroska", "video/x-matroska"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="x">', "image/svg+xml"),
        (b"", UNKNOWN),
        (b"a line of text", UNKNOWN),
    ],
)
def test_knows_a_format_by_its_first_bytes(head: bytes, kind: str) -> None:
    assert sniffed(head) == kind


def test_a_name_never_overrules_the_bytes() -> None:
    assert media_type_of(b"\x89PNG\r\n\x1a\n", PurePath("a.jpg")) == "image/png"
    assert media_type_of(b"a line of text", PurePath("a.jpg")) == UNKNOWN


def test_a_name_counts_where_bytes_cannot_tell() -> None:
    assert media_type_of(b"a line of text", PurePath("notes.txt")) == "text/plain"
    assert media_type_of(b"", PurePath("notes.txt")) == UNKNOWN


@given(st.binary(max_size=600))
def test_any_bytes_have_some_type(head: bytes) -> None:
    assert "/" in sniffed(head)
