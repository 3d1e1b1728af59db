from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.sequences import (
    Frame,
    ImageSequence,
    faults,
    group,
    parse_frame,
    parse_pattern,
    pattern,
    ranges,
)


@pytest.mark.parametrize(
    ("name", "frame"),
    [
        (b"shot.1001.exr", Frame(b"shot.", 1001, 4, b".exr")),
        (b"sh010_comp_v003.0007.DPX", Frame(b"sh010_comp_v003.", 7, 4, b".DPX")),
        (b"plate_000123.tif", Frame(b"plate_", 123, 6, b".tif")),
        (b"a-1.png", Frame(b"a-", 1, 1, b".png")),
        (b"0001.png", Frame(b"", 1, 4, b".png")),
        (b"caf\xe9.0001.exr", Frame(b"caf\xe9.", 1, 4, b".exr")),
    ],
)
def test_takes_the_name_of_a_frame_apart(name: bytes, frame: Frame) -> None:
    assert parse_frame(name) == frame


@pytest.mark.parametrize(
    "name",
    [
        b"IMG_0001.JPG",
        b"DSC00012.JPG",
        b"DSC00012.ARW",
        b"_DSC0001.jpg",
        b"P1000001.JPG",
        b"IMG_20240101_120000.jpg",
        b"Screenshot_20240101-120000.png",
        b"sh010_comp_v003.exr",
        b"shot.0001.mov",
        b"shot.00000000001.exr",
        b"shot.exr",
        b".exr",
        b"",
    ],
)
def test_leaves_photographs_versions_and_films_alone(name: bytes) -> None:
    assert parse_frame(name) is None


def test_groups_frames_and_keeps_singles_apart() -> None:
    names = [b"shot.%04d.exr" % frame for frame in (1001, 1002, 1004)] + [b"a.mov", b"b.0001.png", b"b.0002.png"]

    sequences, singles = group(names)

    assert [pattern(found) for found in sequences] == ["shot.%04d.exr 1001-1002,1004"]
    assert singles == (b"a.mov", b"b.0001.png", b"b.0002.png")
    assert sequences[0].names() == (b"shot.1001.exr", b"shot.1002.exr", b"shot.1004.exr")


def test_keeps_paddings_apart_but_lets_a_number_outgrow_its_own() -> None:
    grown = [b"r.%d.png" % frame for frame in range(8, 12)]
    padded = [b"r.%04d.png" % frame for frame in range(1, 4)]

    sequences, singles = group(grown + padded)

    assert [pattern(found) for found in sequences] == ["r.%d.png 8-11", "r.%04d.png 1-3"]
    assert singles == ()


def test_a_camera_roll_is_not_a_sequence() -> None:
    names = [b"IMG_%04d.JPG" % number for number in range(1, 50)]

    assert group(names) == ((), tuple(sorted(names)))


NAMES = st.builds(
    lambda stem, number, width, suffix: stem + str(number).zfill(width).encode() + suffix,
    st.sampled_from([b"", b"a.", b"b_", b"IMG_", b"c%d.", b"d 1-2.", b"\xff-"]),
    st.integers(0, 1200),
    st.integers(1, 5),
    st.sampled_from([b".exr", b".EXR", b".jpg", b".mov", b""]),
)


@given(st.lists(NAMES, max_size=60))
def test_every_name_is_in_exactly_one_place(names: list[bytes]) -> None:
    sequences, singles = group(names)

    told = [name for found in sequences for name in found.names()] + list(singles)
    assert sorted(told) == sorted(set(names))


@given(st.lists(NAMES, max_size=60))
def test_a_pattern_leads_back_to_its_sequence(names: list[bytes]) -> None:
    for found in group(names)[0]:
        assert parse_pattern(pattern(found)) == found


@given(st.text(max_size=40))
def test_text_that_is_no_pattern_is_none_or_a_sequence_that_says_it(text: str) -> None:
    found = parse_pattern(text)

    assert found is None or found.frames


@pytest.mark.parametrize(
    "text", ["a.%04d.exr 1-99999999", "a.%04d.exr 5-1", "a.%04d.exr 2,1", "a.exr 1-2", "a.%04d.exr -"]
)
def test_refuses_a_pattern_that_lies(text: str) -> None:
    assert parse_pattern(text) is None


def test_names_gaps_and_mixed_sizes() -> None:
    found = ImageSequence(b"s.", 4, b".exr", (1, 2, 5, 9))

    named = faults(found, {1: (1920, 1080), 2: (1920, 1080), 5: (1280, 720)})

    assert [(fault.code, fault.text) for fault in named] == [
        ("sequence.gap", "frames are missing: 3-4,6-8"),
        ("sequence.mixed_size", "frames differ in picture size: 1280 x 720, 1920 x 1080"),
    ]


def test_a_whole_sequence_has_no_fault() -> None:
    assert faults(ImageSequence(b"s.", 4, b".exr", (1, 2, 3)), {1: (2, 2)}) == ()
    assert ranges(()) == ""


def test_groups_a_hundred_thousand_names_in_a_second() -> None:
    names = [b"shot%03d.%04d.exr" % (shot, frame) for shot in range(100) for frame in range(1000)]

    before = time.process_time()
    sequences, _ = group(names)

    assert len(sequences) == 100
    assert time.process_time() - before < 1.0
