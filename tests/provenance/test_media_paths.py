"""Paths as timelines and projects write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.media_paths import (
    LONGEST,
    as_sequence,
    base_name,
    decode_path,
    decode_paths,
    is_relative,
    join_sequence,
    pattern_of_frame,
)


@pytest.mark.parametrize(
    ("written", "likeliest"),
    [
        ("file://localhost/D%3a/Media/a%20b.mov", r"D:\Media\a b.mov"),
        ("file:///D:/Media/a.mov", r"D:\Media\a.mov"),
        ("file:///C|/Media/a.mov", r"C:\Media\a.mov"),
        ("file://localhost/C:\\Media\\a.mov", r"C:\Media\a.mov"),
        ("file://D:/Media/a.mov", r"D:\Media\a.mov"),
        ("FILE:///Volumes/SHOW/a.mov", "/Volumes/SHOW/a.mov"),
        ("file://localhost/Volumes/SHOW/sp ace.mov", "/Volumes/SHOW/sp ace.mov"),
        ("file:///Volumes/SHOW/a%23b#c?d.mov", "/Volumes/SHOW/a#b#c?d.mov"),
        ("file:///a%2520b.mov", "/a b.mov"),
        ("file:///x/100%25.mov", "/x/100%.mov"),
        ("file:///x/%ff%fe.mov", "/x/\udcff\udcfe.mov"),
        ("file:///x/%C3%A4.mov", "/x/ä.mov"),
        ("file://nexis/show/a.mov", r"\\nexis\show\a.mov"),
        ("file:////nexis/show/a.mov", r"\\nexis\show\a.mov"),
        ("file://localhost//nexis/show/a.mov", r"\\nexis\show\a.mov"),
        ("file://localhost//Volumes/show/a.mov", "/Volumes/show/a.mov"),
        ("file://Volumes/show/a.mov", "/Volumes/show/a.mov"),
        ("file:clips/a.mov", "clips/a.mov"),
        ("file:./clips/a.mov", "clips/a.mov"),
        ("file://./clips/a.mov", "clips/a.mov"),
        ("file:///Volumes/x/A001.RDC/", "/Volumes/x/A001.RDC"),
        ("smb://me@nexis/show/a.mov", r"\\nexis\show\a.mov"),
        ("https://example.com/a%20b.mov", "https://example.com/a%20b.mov"),
        ("D:/Media/a.mov", r"D:\Media\a.mov"),
        (r"\\nexis\show\\a.mov", r"\\nexis\show\a.mov"),
        (r"\\?\D:\Media\a.mov", r"D:\Media\a.mov"),
        (r"\\?\UNC\nexis\show\a.mov", r"\\nexis\show\a.mov"),
        ("/D:/Media/a.mov", r"D:\Media\a.mov"),
        ("Macintosh HD:Users:me:a/b.mov", "/Volumes/Macintosh HD/Users/me/a:b.mov"),
        (":clips:a.mov", "clips/a.mov"),
        (r"clips\a.mov", "clips/a.mov"),
        ("./clips//a.mov", "clips/a.mov"),
        ("../clips/a.mov", "../clips/a.mov"),
        ("/x/a%20b.mov", "/x/a%20b.mov"),
        ("Scene 1: take 2.mov", "Scene 1: take 2.mov"),
        ("/a.mov\0\0\0", "/a.mov"),
        ("  /a.mov\n", "/a.mov"),
    ],
)
def test_the_likeliest_reading_comes_first(written: str, likeliest: str) -> None:
    assert decode_path(written)[0] == likeliest


@pytest.mark.parametrize(
    ("written", "also"),
    [
        ("file:///a%2520b.mov", "/a%20b.mov"),
        ("/x/a%20b.mov", "/x/a b.mov"),
        ("file://nexis/show/a.mov", "/show/a.mov"),
        ("//nexis/show/a.mov", "/nexis/show/a.mov"),
        ("smb://nexis/show/a.mov", "/Volumes/show/a.mov"),
        ("Macintosh HD:Users:me:a.mov", "/Users/me/a.mov"),
        (r"clips\a.mov", r"clips\a.mov"),
    ],
)
def test_other_readings_follow(written: str, also: str) -> None:
    assert also in decode_path(written)[1:]


@pytest.mark.parametrize("written", ["", " ", "\0", "file:", "x" * (LONGEST + 1)])
def test_nothing_is_read_where_nothing_is_written(written: str) -> None:
    assert decode_path(written) == ()


@pytest.mark.parametrize(
    ("written", "pattern", "first", "last"),
    [
        ("/x/shot.[1001-1100].exr", "/x/shot.%04d.exr", 1001, 1100),
        ("shot_[000001-000100].dpx", "shot_%06d.dpx", 1, 100),
        ("A001[0001-0100].dng", "A001%04d.dng", 1, 100),
        ("shot.{1001..1100}.exr", "shot.%04d.exr", 1001, 1100),
        ("shot.1001-1100#.exr", "shot.%04d.exr", 1001, 1100),
        ("shot.1001-1100@@@@@.exr", "shot.%05d.exr", 1001, 1100),
        ("shot.####.exr", "shot.%04d.exr", None, None),
        ("shot.#.exr", "shot.%04d.exr", None, None),
        ("#####.tif", "%05d.tif", None, None),
        ("shot.@@@.exr", "shot.%03d.exr", None, None),
        ("shot.$F4.exr", "shot.%04d.exr", None, None),
        ("shot.<$F4>.exr", "shot.%04d.exr", None, None),
        ("shot.${F5}.exr", "shot.%05d.exr", None, None),
        ("shot.$F.exr", "shot.%d.exr", None, None),
        ("shot.%04d.exr", "shot.%04d.exr", None, None),
        ("shot.%4d.exr", "shot.%04d.exr", None, None),
        ("shot.%d.exr", "shot.%d.exr", None, None),
        ("shot.%04d.exr 1001-1100", "shot.%04d.exr", 1001, 1100),
        ("shot.####.exr [1001-1100]", "shot.%04d.exr", 1001, 1100),
        ("shot.1001.exr", "shot.1001.exr", None, None),
        ("shot [1-3].mov", "shot [1-3].mov", None, None),
        ("look #2.png", "look #2.png", None, None),
        ("50%discount.png", "50%discount.png", None, None),
    ],
)
def test_forms_of_image_sequences(written: str, pattern: str, first: int | None, last: int | None) -> None:
    found = as_sequence(written)

    assert (found.path, found.first, found.last) == (pattern, first, last)


def test_a_sloppy_url_keeps_its_printf() -> None:
    assert decode_path("file://localhost/x/shot.%04d.exr") == ("/x/shot.%04d.exr",)
    assert decode_path("file://localhost/x/shot.%2504d.exr") == ("/x/shot.%04d.exr",)
    assert decode_path("file://localhost/x/shot.%5B1001-1100%5D.exr") == ("/x/shot.%04d.exr",)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/x/a.mov", "a.mov"),
        (r"D:\x\a.mov", "a.mov"),
        ("D:/x/a.mov", "a.mov"),
        (r"\\nexis\show\a.mov", "a.mov"),
        (r"clips\a.mov", "a.mov"),
        (r"/x/odd\name.mov", r"odd\name.mov"),
        ("file:///x/a%20b.mov", "a b.mov"),
        ("https://example.com/x/a.mov", "a.mov"),
        ("/x/A001.RDC/", "A001.RDC"),
        ("a.mov", "a.mov"),
        ("", ""),
        ("/", ""),
    ],
)
def test_the_base_name(path: str, name: str) -> None:
    assert base_name(path) == name


@pytest.mark.parametrize("path", ["a.mov", "../a.mov", "clips/a.mov"])
def test_what_counts_from_the_folder_of_its_timeline_is_relative(path: str) -> None:
    assert is_relative(path)


@pytest.mark.parametrize("path", ["/a.mov", r"D:\a.mov", r"\\nexis\a.mov", "https://example.com/a.mov"])
def test_what_lies_somewhere_of_its_own_is_not(path: str) -> None:
    assert not is_relative(path)


def test_one_frame_tells_its_pattern() -> None:
    assert pattern_of_frame("/x/shot.1001.exr") == "/x/shot.%04d.exr"
    assert pattern_of_frame(r"D:\x\shot.000123.dpx") == r"D:\x\shot.%06d.dpx"
    assert pattern_of_frame("/x/IMG_0001.JPG") is None
    assert pattern_of_frame("/x/a.mov") is None


def test_a_sequence_told_in_parts_is_joined() -> None:
    assert join_sequence("file:///x", "shot.", 4, ".exr") == "file:///x/shot.%04d.exr"
    assert join_sequence("", "shot.", 0, ".exr") == "shot.%d.exr"


def test_several_spellings_give_the_likeliest_of_each_first() -> None:
    paths = decode_paths("/x/a%20b.mov", r"\\nexis\a b.mov", "")

    assert paths == ("/x/a%20b.mov", r"\\nexis\a b.mov", "/x/a b.mov")


@given(st.text(st.characters(), max_size=80) | st.text("file:/\\%25DdC|#@[]-1.exr~ ", max_size=60))
def test_any_text_is_read_or_left_and_never_fails(written: str) -> None:
    for path in decode_path(written):
        assert path
        base_name(path)
        pattern_of_frame(path)


@given(st.text(st.characters(exclude_characters="/\\:|%\0#[](){}@$<>", exclude_categories=["Cc", "Cs"]), min_size=1))
def test_a_name_escaped_in_a_url_comes_back(name: str) -> None:
    escaped = "".join(f"%{byte:02X}" for byte in name.encode())

    assert decode_path(f"file://localhost/x/{escaped}") == (f"/x/{name}",)


def test_a_long_name_full_of_ranges_takes_no_time() -> None:
    assert decode_path("file:///" + "[1-2]" * 6_000 + ".mov")
    assert decode_path("/" + "[1-2]" * 200 + "x")
