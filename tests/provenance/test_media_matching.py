"""A timeline's names find the files they mean, on other mounts too, and never guess."""

from __future__ import annotations

from fractions import Fraction

import pytest

from provenance.media_matching import Candidate, Method, match
from provenance.model import MediaName, Span, Strength

A, B = b"a" * 32, b"b" * 32
FOLDER = "/mnt/show/cuts"


def found(media: MediaName, *candidates: Candidate) -> tuple[bytes, Method, bool] | None:
    one = match(media, FOLDER, candidates)
    return None if one is None else (one.sha256, one.method, one.several)


@pytest.mark.parametrize(
    ("written", "lies", "method"),
    [
        ("/mnt/show/ai/still.png", "/mnt/show/ai/still.png", Method.PATH),
        ("N:\\show\\ai\\still.png", "N:/show/AI/still.png", Method.PATH),
        ("../ai/still.png", "/mnt/show/ai/still.png", Method.RELATIVE),
        ("still.png", "/mnt/show/cuts/still.png", Method.RELATIVE),
        ("/Volumes/SHOW/ai/still.png", "/mnt/show/ai/still.png", Method.RELOCATED),
        ("\\\\nas\\show\\ai\\still.png", "/mnt/show/ai/still.png", Method.RELOCATED),
        ("/elsewhere/still.png", "/mnt/show/ai/still.png", Method.NAME),
        ("/x/shot.%04d.exr", "/mnt/x/shot.%04d.exr 1001-1240,1300", Method.RELOCATED),
    ],
)
def test_a_file_is_found_by_what_its_paths_have_in_common(written: str, lies: str, method: Method) -> None:
    assert found(MediaName("still", (written,)), Candidate(A, lies, 10)) == (A, method, False)


def test_the_path_that_agrees_longest_wins() -> None:
    media = MediaName("a.mov", ("/Volumes/SHOW/day1/cam/a.mov",))

    told = found(media, Candidate(A, "/mnt/day2/cam/a.mov", 1), Candidate(B, "/mnt/day1/cam/a.mov", 1))

    assert told == (B, Method.RELOCATED, False)


def test_what_fits_two_files_equally_well_fits_none() -> None:
    media = MediaName("a.mov", ("/Volumes/SHOW/cam/a.mov",))

    one = match(media, FOLDER, [Candidate(A, "/mnt/x/cam/a.mov", 1), Candidate(B, "/mnt/y/cam/a.mov", 1)])

    assert one is not None
    assert one.several
    assert not one.counts


def test_a_name_alone_is_reported_and_never_counts() -> None:
    one = match(MediaName("still.png"), FOLDER, [Candidate(A, "/mnt/show/ai/still.png", 1)])

    assert one is not None
    assert (one.method, one.strength, one.counts) == (Method.NAME, Strength.HEURISTIC, False)


def test_another_size_is_another_file() -> None:
    media = MediaName("a.mov", ("/Volumes/SHOW/cam/a.mov",), size=10)

    assert found(media, Candidate(A, "/mnt/cam/a.mov", 11)) is None
    assert found(MediaName("a.mov", size=10), Candidate(A, "/mnt/x/a.mov", 10)) == (A, Method.NAME_AND_SIZE, False)


def test_the_same_name_at_the_same_timecode_is_the_file() -> None:
    media = MediaName("A001C003", available=Span(Fraction(3600), Fraction(3610)), paths=("A001C003.mxf",))
    there = Candidate(A, "/mnt/x/A001C003.mxf", 1, start=Fraction(3600))

    assert found(media, there) == (A, Method.NAME_AND_TIMECODE, False)
    assert found(media, Candidate(A, "/mnt/x/A001C003.mxf", 1, start=Fraction(7200))) == (A, Method.NAME, False)


def test_a_umid_finds_a_renamed_file() -> None:
    media = MediaName("clip", ("/x/y/old.mxf",), umids=("060a2b34",))

    assert found(media, Candidate(A, "/mnt/new.mxf", 1, umids=("060a2b34",))) == (A, Method.UMID, False)


def test_a_file_that_lies_there_now_goes_before_one_that_lay_there() -> None:
    media = MediaName("a.mov", ("/mnt/show/a.mov",))

    told = found(media, Candidate(A, "/mnt/show/a.mov", 1, live=False), Candidate(B, "/mnt/show/a.mov", 1))

    assert told == (B, Method.PATH, False)
