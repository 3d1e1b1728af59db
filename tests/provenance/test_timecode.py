"""Timecode and exact time."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance import timecode
from provenance.errors import UnreadableMedia
from provenance.model import Rate, Span

FILM = Rate(Fraction(24000, 1001))
PAL = Rate(Fraction(25))
NTSC = Rate(Fraction(30000, 1001))
DROP = Rate(Fraction(30000, 1001), drop=True)
DROP_60 = Rate(Fraction(60000, 1001), drop=True)
DROP_120 = Rate(Fraction(120000, 1001), drop=True)
RATES = (FILM, Rate(Fraction(24)), PAL, NTSC, DROP, Rate(Fraction(30)), Rate(Fraction(60)), DROP_60, DROP_120)


@pytest.mark.parametrize(
    ("text", "rate", "frame"),
    [
        ("01:00:00:00", PAL, 90_000),
        ("01:00:00:00", FILM, 86_400),
        ("01:00:00;00", DROP, 107_892),
        ("01:00:00:00", DROP, 107_892),
        ("01;00;00;00", NTSC, 107_892),
        ("01:00:00:00", NTSC, 108_000),
        ("00:00:59;29", DROP, 1_799),
        ("00:01:00;02", DROP, 1_800),
        ("00:10:00;00", DROP, 17_982),
        ("01:00:00;00", DROP_60, 215_784),
        ("00:00:00.12", PAL, 12),
        ("-00:00:01:00", PAL, -25),
        ("00:00:01:119", DROP_120, 239),
        ("1:0:0:0", PAL, 90_000),
    ],
)
def test_reads_a_timecode(text: str, rate: Rate, frame: int) -> None:
    assert timecode.frame_number(text, rate) == frame
    assert timecode.parse_timecode(text, rate) == frame / rate.fps


def test_an_hour_of_film_speed_timecode_is_longer_than_an_hour() -> None:
    assert timecode.parse_timecode("01:00:00:00", FILM) == Fraction("3603.6")


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("", PAL),
        ("01:00:00", PAL),
        ("01:00:00:25", PAL),
        ("01:60:00:00", PAL),
        ("01:00:00;00", PAL),
        ("00:01:00;00", DROP),
        ("00:01:00:01", DROP),
        ("00:01:00;03", DROP_60),
        ("\u0660\u0661:00:00:00", PAL),
        ("9999:00:00:00", PAL),
    ],
)
def test_refuses_what_is_no_timecode_at_that_rate(text: str, rate: Rate) -> None:
    with pytest.raises(UnreadableMedia, match=r"timecode\.unreadable"):
        timecode.parse_timecode(text, rate)


@pytest.mark.parametrize(
    ("seconds", "rate", "shown"),
    [
        (Fraction("3603.6"), FILM, "01:00:00:00"),
        (Fraction(1, 100), PAL, "00:00:00:00"),
        (Fraction(1800) / DROP.fps, DROP, "00:01:00;02"),
        (Fraction(1799) / DROP.fps, DROP, "00:00:59;29"),
        (Fraction(17_982) / DROP.fps, DROP, "00:10:00;00"),
        (Fraction(-1), PAL, "-00:00:01:00"),
        (Fraction(239) / DROP_120.fps, DROP_120, "00:00:01;119"),
        (Fraction(3), Rate(Fraction(25), drop=True), "00:00:03:00"),
    ],
)
def test_shows_a_time(seconds: Fraction, rate: Rate, shown: str) -> None:
    assert timecode.show_timecode(seconds, rate) == shown


def test_shows_a_span_with_its_end_not_included() -> None:
    assert timecode.show_span(Span(Fraction(0), Fraction(1)), PAL) == "00:00:00:00-00:00:01:00"


@given(st.integers(-10_000_000, 10_000_000), st.sampled_from(RATES))
def test_every_frame_survives_being_shown_and_read(frame: int, rate: Rate) -> None:
    text = timecode.show_timecode(frame / rate.fps, rate)

    assert timecode.frame_number(text, rate) == frame


@given(st.integers(0, 3_000_000), st.sampled_from([DROP, DROP_60, DROP_120]))
def test_drop_frame_numbers_grow_by_one_or_skip_what_is_left_out(frame: int, rate: Rate) -> None:
    undropped = Rate(rate.fps)
    here, after = (
        timecode.frame_number(timecode.show_timecode(f / rate.fps, rate).replace(";", ":"), undropped)
        for f in (frame, frame + 1)
    )

    assert after - here in (1, 1 + timecode.timebase(rate.fps) // 15)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3600/24s", 150),
        ("5s", 5),
        ("1001/30000s", Fraction(1001, 30000)),
        ("0.5s", Fraction(1, 2)),
        ("-1/2s", Fraction(-1, 2)),
    ],
)
def test_reads_rational_seconds(text: str, seconds: Fraction | int) -> None:
    assert timecode.parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "1/0s", "1e9s", "1/2/3s", "nan", "9" * 30, "1 / 2s", "indefinite"])
def test_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(UnreadableMedia, match=r"timecode\.unreadable"):
        timecode.parse_seconds(text)


@pytest.mark.parametrize(
    ("text", "fps"),
    [
        ("24", Fraction(24)),
        ("23.976", Fraction(24000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        ("23.976023976023978", Fraction(24000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        ("59.94005994005994", Fraction(60000, 1001)),
        ("119.88", Fraction(120000, 1001)),
        ("47.952", Fraction(48000, 1001)),
        ("30000/1001", Fraction(30000, 1001)),
        ("12.5", Fraction(25, 2)),
        ("24.0", Fraction(24)),
        ("48000", Fraction(48000)),
    ],
)
def test_reads_a_rate(text: str, fps: Fraction) -> None:
    assert timecode.parse_rate(text) == fps


@pytest.mark.parametrize("text", ["", "0", "-24", "nan", "inf", "1/0", "1e3", "99999999", "24 fps"])
def test_refuses_what_is_no_rate(text: str) -> None:
    with pytest.raises(UnreadableMedia, match=r"timecode\.rate"):
        timecode.parse_rate(text)


@given(st.text(max_size=40), st.sampled_from(RATES))
def test_garbage_raises_only_our_error(text: str, rate: Rate) -> None:
    for read in (lambda t: timecode.parse_timecode(t, rate), timecode.parse_seconds, timecode.parse_rate):
        try:
            read(text)
        except UnreadableMedia:
            continue


def test_only_the_last_separator_says_that_numbers_drop() -> None:
    assert timecode.says_drop("01:00:00;00")
    assert timecode.says_drop("01;00;00;00")
    assert not timecode.says_drop("01:00:00:00")
    assert not timecode.says_drop("no timecode;00")
