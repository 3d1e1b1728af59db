"""What every reader promises, asked of each one in the registry."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.contracts import Reader, Source
from provenance.errors import UnreadableMedia
from provenance.model import VALUE_LIMIT, Reading, Strength
from provenance.readers import READERS

pytestmark = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.NAME)

STARTS = [
    b"", b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08",
    b"RIFF\xff\xff\xff\xffWEBP", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", b"GIF89a", b"<?xpacket begin", b"<svg xmlns='x'>", b"%PDF-1.7",
    b"ID3\x04\0\0\0\0\0\x7f", b"fLaC\0\0\0\x22", b"8BPS\0\x01", b"SDPX",
]  # fmt: skip


def source(path: Path, sidecars: tuple[Path, ...] = ()) -> Source:
    data = path.read_bytes()
    return Source(path, data[:65536], len(data), sidecars=sidecars)


def look(reader: Reader, asked: Source) -> Reading:
    try:
        return reader.read(asked)
    except UnreadableMedia:
        return Reading()


def sampled(samples: Path) -> list[Path]:
    folders = ("stills", "clips", "sidecars", "broken")
    return sorted(path for folder in folders for path in (samples / folder).iterdir() if path.is_file())


def test_meets_the_protocol_with_a_name_and_a_version(reader: Reader) -> None:
    assert isinstance(reader, Reader)
    assert re.fullmatch(r"[a-z0-9_]{2,30}", reader.NAME)
    assert re.fullmatch(r"\d+(\.\d+)*", reader.VERSION)


def test_its_name_is_its_own(reader: Reader) -> None:
    assert [other.NAME for other in READERS].count(reader.NAME) == 1


def test_declares_sidecars_as_lower_case_suffixes(reader: Reader) -> None:
    declared = getattr(reader, "SIDECARS", frozenset())

    assert isinstance(declared, frozenset)
    assert all(re.fullmatch(r"\.[a-z0-9]+", suffix) for suffix in declared)


def test_says_where_everything_stood_and_keeps_it_short(reader: Reader, samples: Path) -> None:
    seen = [look(reader, source(path)) for path in sampled(samples) if reader.accepts(path, path.read_bytes()[:65536])]

    marks = [mark for reading in seen for mark in reading.marks]
    faults = [fault for reading in seen for fault in reading.faults]
    assert seen
    assert all((mark.reader, mark.version) == (reader.NAME, reader.VERSION) for mark in marks)
    assert all(mark.place and mark.key and len(mark.value) <= VALUE_LIMIT for mark in marks)
    assert all(mark.strength > Strength.NONE for mark in marks)
    assert all(re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", fault.code) and fault.text for fault in faults)


def test_reads_the_same_twice(reader: Reader, samples: Path) -> None:
    for path in sampled(samples):
        if reader.accepts(path, path.read_bytes()[:65536]):
            assert look(reader, source(path)) == look(reader, source(path))


def test_changes_no_file(reader: Reader, samples: Path, tmp_path: Path) -> None:
    for path in sampled(samples):
        copy = tmp_path / path.name
        copy.write_bytes(path.read_bytes())
        os.utime(copy, ns=(1, 1))
        look(reader, source(copy))

        assert copy.read_bytes() == path.read_bytes()
        assert copy.stat().st_mtime_ns == 1


def test_survives_being_asked_about_a_file_it_never_accepted(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("a line of text")

    assert not look(reader, source(path)).marks


@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=400))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_it_raise_anything_but_unreadable_media(
    reader: Reader, tmp_path: Path, start: bytes, rest: bytes
) -> None:
    path = tmp_path / "any.bin"
    path.write_bytes(start + rest)

    reading = look(reader, source(path))

    assert isinstance(reading, Reading)


@given(name=st.sampled_from(["captured.jpg", "ai_generated.png", "ai_xmp.webp", "ai_xmp.tif"]), data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_flipped_or_missing_bytes_make_it_raise(
    reader: Reader, samples: Path, tmp_path: Path, name: str, data: st.DataObject
) -> None:
    content = bytearray((samples / "stills" / name).read_bytes())
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, min(len(content) - 1, 4_000)))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.bin"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])

    reading = look(reader, source(path))

    assert isinstance(reading, Reading)
