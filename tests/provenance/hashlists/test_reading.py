from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import UnreadableMedia
from provenance.hashlists import Action, ListedFile, Stream, read_list
from provenance.hashlists.c4 import c4_of, c4_of_digest, is_c4
from tests.provenance.hashlists.rolls import WHEN, asc_entry, asc_manifest, c4, classic_entry, classic_list, taken

CLIP = b"picture and sound"


def streamed(data: bytes) -> tuple[list[ListedFile], Stream]:
    stream = Stream(io.BytesIO(data), "a.mhl")
    return list(stream), stream


def test_reads_a_manifest_of_asc_mhl(tmp_path: Path) -> None:
    entries = [
        asc_entry("CLIP/C0001.MP4", CLIP, "c4", "md5", "sha1", "xxh128", "xxh3", "xxh64"),
        asc_entry("CLIP/a & é.mov", b"", "xxh128", action="verified", previous="CLIP/old.mov"),
        asc_entry("CLIP/bad.mov", b"x", "xxh128", action="failed"),
    ]
    path = tmp_path / "0002_roll.mhl"
    path.write_bytes(asc_manifest(entries))

    found = read_list(path, 2)

    assert (found.header.format, found.header.tool, found.header.process) == (
        "ASC MHL 2.0",
        "OffShoot 24.1",
        "transfer",
    )
    assert (found.header.created, found.generation, found.faults) == (WHEN, 2, ())
    first, renamed, failed = found.entries
    assert first.hashes == tuple((name, taken(CLIP, name)) for name in ("c4", "md5", "sha1", "xxh128", "xxh3", "xxh64"))
    assert (first.path, first.size, first.action, first.hash_date) == ("CLIP/C0001.MP4", 17, Action.ORIGINAL, WHEN)
    assert (renamed.path, renamed.size, renamed.previous_path) == ("CLIP/a & é.mov", 0, "CLIP/old.mov")
    assert (renamed.action, failed.action) == (Action.VERIFIED, Action.FAILED)


def test_reads_a_classic_list_with_all_its_hashes(tmp_path: Path) -> None:
    big_endian = taken(CLIP, "xxh64")
    little_endian = bytes.fromhex(big_endian)[::-1].hex().upper()
    entries = [
        classic_entry("A/1.mov", CLIP, "md5", "sha1", "xxhash64be"),
        f"<hash><file>A/2.mov</file><size>17</size><xxhash64>{little_endian}</xxhash64></hash>",
        "<hash><file>A/3.mov</file><size>17</size><xxhash>2654435761</xxhash></hash>",
        "<hash><file>A/4.mov</file><size>17</size><xxhash>9E3779B1</xxhash></hash>",
        "<hash><file>A/5.mov</file><size>0</size><null/></hash>",
    ]

    found = read_list(classic_list(tmp_path / "roll.mhl", entries))

    assert (found.header.format, found.header.tool, found.header.process) == ("MHL 1.1", "OffShoot 24.1", "")
    assert found.faults == ()
    assert [entry.hashes for entry in found.entries] == [
        (("md5", taken(CLIP, "md5")), ("sha1", taken(CLIP, "sha1")), ("xxh64", big_endian)),
        (("xxh64", big_endian),),
        (("xxh32", "9e3779b1"),),
        (("xxh32", "9e3779b1"),),
        (),
    ]
    assert {entry.action for entry in found.entries} == {Action.UNSAID}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../../etc/passwd", "leads out"), ("a/../../b", "leads out"), ("a\\..\\..\\b", "leads out"),
        ("/etc/passwd", "absolute"), ("C:\\a.mov", "absolute"), ("\\\\server\\share\\a", "absolute"),
        ("", "no file"), ("./.", "no file"), ("a" * 5_000, "no file"),
    ],
)  # fmt: skip
def test_a_path_that_leads_elsewhere_is_left_out_and_named(path: str, why: str) -> None:
    entries, stream = streamed(asc_manifest([asc_entry(path, CLIP, "md5"), asc_entry("good.mov", CLIP, "md5")]))

    assert [entry.path for entry in entries] == ["good.mov"]
    (fault,) = stream.faults
    assert fault.code == "hashlist.entry"
    assert why in fault.text


@pytest.mark.parametrize("value", ["<md5>123</md5>", f"<md5>{'g' * 32}</md5>", "<c4>c4short</c4>"])
def test_a_hash_that_is_none_is_never_compared(value: str) -> None:
    entries, stream = streamed(asc_manifest([f'<hash><path size="1">a</path>{value}</hash>']))

    assert entries == []
    assert [fault.code for fault in stream.faults] == ["hashlist.entry"]


def test_a_size_that_is_none_is_named() -> None:
    entries, stream = streamed(asc_manifest([f'<hash><path size="{"9" * 40}">a</path></hash>']))

    assert entries == []
    assert "size" in stream.faults[0].text


def test_the_first_faults_are_named_and_the_others_counted() -> None:
    entries, stream = streamed(asc_manifest([asc_entry(f"../{number}", CLIP, "md5") for number in range(500)]))

    assert entries == []
    assert len(stream.faults) == 51
    assert "450 more" in stream.faults[-1].text


def test_a_list_cut_in_the_middle_keeps_what_stood_before() -> None:
    whole = asc_manifest([asc_entry(f"{number}.mov", CLIP, "md5") for number in range(1_000)])

    entries, stream = streamed(whole[: len(whole) // 2])

    assert 400 < len(entries) < 600
    assert [fault.code for fault in stream.faults] == ["hashlist.broken"]


def deep() -> bytes:
    return b'<hashlist version="1.1">' + b"<a>" * 10_000


def one_endless_tag() -> bytes:
    return b'<hashlist version="1.1"><hash><file a="' + b"x" * (4 << 20)


def endless_comment() -> bytes:
    return b'<hashlist version="1.1"><!--' + b"x" * (4 << 20)


@pytest.mark.parametrize("make", [deep, one_endless_tag, endless_comment], ids=lambda one: one.__name__)
def test_what_has_no_end_is_refused_by_name(make: Callable[[], bytes]) -> None:
    _, stream = streamed(make())

    assert [fault.code for fault in stream.faults] == ["hashlist.broken"]


BOMB = (
    b'<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    b'<hashlist version="1.1"><hash><file>&b;</file></hash></hashlist>'
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BOMB, "hashlist.entities"),
        (b'<!DOCTYPE hashlist SYSTEM "http://example.com/x.dtd"><hashlist version="1.1"/>', "hashlist.entities"),
        (b"<html/>", "hashlist.unknown"),
        (b'<hashlist version="3.0"/>', "hashlist.unknown"),
        (b"", "hashlist.broken"),
        (b"not a list", "hashlist.broken"),
        (b"\xff\xfe\x00", "hashlist.broken"),
    ],
)
def test_what_is_no_list_is_refused_by_name(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "a.mhl"
    path.write_bytes(data)

    with pytest.raises(UnreadableMedia, match=code):
        read_list(path)


def test_entities_inside_a_list_are_refused() -> None:
    with pytest.raises(UnreadableMedia, match=r"hashlist\.entities"):
        streamed(BOMB)


def test_a_long_record_is_bounded() -> None:
    values = "<md5>x</md5>" * 100_000

    entries, stream = streamed(asc_manifest([f"<hash><path>a</path>{values}</hash>", asc_entry("b", CLIP, "md5")]))

    assert [entry.path for entry in entries] == ["b"]
    assert len(stream.faults) == 1


def test_a_long_list_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.mhl"
    entry = classic_entry("CLIP/A001_{:06d}.mov", CLIP, "xxhash64be")
    with path.open("w") as file:
        file.write('<hashlist version="1.1">')
        for number in range(20_000):
            file.write(entry.replace("{:06d}", f"{number:06d}"))
        file.write("</hashlist>")
    tracemalloc.start()
    try:
        with path.open("rb") as file:
            count = sum(1 for _ in Stream(file, "long.mhl"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 20_000
    assert peak < 4 << 20  # the entries together would be 15 MB


@given(data=st.binary(max_size=300), at=st.integers(0, 3_000), cut=st.integers(0, 3_000))
@settings(max_examples=300, deadline=2_000)
def test_garbage_gives_entries_or_our_own_error(data: bytes, at: int, cut: int) -> None:
    whole = asc_manifest([asc_entry("CLIP/C0001.MP4", CLIP, "c4", "md5"), asc_entry("b", b"", "xxh128")])
    changed = whole[:at] + data + whole[at + len(data) : at + len(data) + cut]

    try:
        entries, _ = streamed(changed)
    except UnreadableMedia:
        return
    assert all(isinstance(entry, ListedFile) for entry in entries)


@given(st.binary(max_size=200))
def test_c4_is_90_characters_and_that_of_the_standard(content: bytes) -> None:
    found = c4_of(io.BytesIO(content))

    assert found == c4(content)
    assert is_c4(found)


def test_c4_of_nothing_is_the_one_that_is_published() -> None:
    assert c4_of(io.BytesIO()) == (
        "c459dsjfscH38cYeXXYogktxf4Cd9ibshE3BHUo6a58hBXmRQdZrAkZzsWcbWtDg5oQstpDuni4Hirj75GEmTc1sFT"
    )
    assert c4_of_digest(bytes(64)) == "c4" + "1" * 88
