"""Edit decision lists in their dialects."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from provenance.errors import UnreadableMedia
from provenance.model import Rate, Track
from provenance.timelines import read_project
from tests.provenance.timelines.reading import codes, cut, event, events, project, written


def edl(*lines: str, title: str = "Reel 1") -> str:
    return "\n".join((f"TITLE: {title}", "FCM: NON-DROP FRAME", *lines)) + "\n"


CUT = "001  A001C001 V     C        01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00"


def test_a_cut_with_reel_name_and_file(tmp_path: Path) -> None:
    found = project(tmp_path, "cut.edl", edl(CUT, "* FROM CLIP NAME: sh010", r"* FROM FILE: S:\show\sh010.0001.exr"))

    assert events(found) == [("V1", "sh010", "10:00:00:00-10:00:02:00", "01:00:00:00-01:00:02:00")]
    assert found.media[0].reel == "A001C001"
    assert found.media[0].paths == (r"S:\show\sh010.0001.exr", r"S:\show\sh010.%04d.exr")
    assert cut(found).start == 36_000
    assert not found.complete


@pytest.mark.parametrize(
    "comment",
    [
        "* CLIP PATH: /Volumes/SHOW/a.mov",
        "* MEDIA PATH: file:///Volumes/SHOW/a.mov",
        "* FROM CLIP: /Volumes/SHOW/a.mov",
        "*FROM FILE:/Volumes/SHOW/a.mov",
        "* SOURCE FILE: /Volumes/SHOW/a.mov",
        "* FROM CLIP PATH IS /Volumes/SHOW/a.mov",
        "* Source File Path: /Volumes/SHOW/a.mov",
        "DLEDL: EDIT:0 PATH: /Volumes/SHOW/a.mov",
    ],
)
def test_every_dialect_of_paths_is_understood(tmp_path: Path, comment: str) -> None:
    assert project(tmp_path, "cut.edl", edl(CUT, comment)).media[0].paths[0] == "/Volumes/SHOW/a.mov"


def test_both_sides_of_a_dissolve_are_used_while_it_lasts(tmp_path: Path) -> None:
    made = edl(
        CUT,
        "002  A001C001 V     C        01:00:02:00 01:00:02:00 10:00:02:00 10:00:02:00",
        "002  B002C001 V     D    012 02:00:00:00 02:00:03:00 10:00:02:00 10:00:05:00",
        "* FROM CLIP NAME: out",
        "* TO CLIP NAME: in",
    )

    found = project(tmp_path, "cut.edl", made)

    assert events(found)[1:] == [
        ("V1", "out", "10:00:02:00-10:00:02:12", "01:00:02:00-01:00:02:12"),
        ("V1", "in", "10:00:02:00-10:00:05:00", "02:00:00:00-02:00:03:00"),
    ]
    assert [one.number for one in cut(found).clips] == [1, 2, 2]
    assert cut(found).clips[-1].note == "dissolve of 12 frames"


def test_a_dissolve_that_tells_only_its_second_side_lengthens_the_event_before(tmp_path: Path) -> None:
    made = edl(CUT, "002  B002C001 V     D    012 02:00:00:00 02:00:03:00 10:00:02:00 10:00:05:00")

    assert events(project(tmp_path, "cut.edl", made))[0][2:] == ("10:00:00:00-10:00:02:12", "01:00:00:00-01:00:02:12")


def test_a_wipe_counts_as_a_dissolve_does(tmp_path: Path) -> None:
    made = edl(
        "001  BL       V     C        00:00:00:00 00:00:00:00 10:00:00:00 10:00:00:00",
        "001  A001C001 V     W001 024 01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00",
    )

    found = project(tmp_path, "cut.edl", made)

    assert [(one.kind, one.name) for one in cut(found).clips] == [("generator", "black"), ("media", "A001C001")]
    assert events(found)[0][2] == "10:00:00:00-10:00:01:00"


def test_an_auxiliary_source_is_known_by_its_clip_and_no_reel(tmp_path: Path) -> None:
    line = CUT.replace("A001C001", "AX      ")

    assert project(tmp_path, "cut.edl", edl(line, "* FROM CLIP NAME: logo.png")).media[0].reel == ""
    assert codes(project(tmp_path, "cut.edl", edl(line)))[-1] == "timeline.missing_media"


def test_speed_comes_from_m2(tmp_path: Path) -> None:
    made = edl(
        "001  A001C001 V     C        01:00:00:00 01:00:02:00 10:00:00:00 10:00:01:00",
        "M2   A001C001       048.0                01:00:00:00",
        "002  A001C002 V     C        01:00:00:00 01:00:01:00 10:00:01:00 10:00:02:00",
        "M2   A001C002       012.0                01:00:00:00",
        "003  A001C003 V     C        01:00:00:00 01:00:00:01 10:00:02:00 10:00:03:00",
        "M2   A001C003       000.0                01:00:00:00",
        "004  A001C004 V     C        01:00:00:00 01:00:01:00 10:00:03:00 10:00:04:00",
        "M2   A001C004      -024.0                01:00:00:00",
    )

    found = project(tmp_path, "cut.edl", made)

    assert [one[3] for one in events(found)] == [
        "01:00:00:00-01:00:02:00",
        "01:00:00:00-01:00:00:12",
        "01:00:00:00-01:00:00:01",
        "",
    ]
    assert [one.note for one in cut(found).clips][:3] == ["speed 200 %", "speed 50 %", "freeze frame"]


@pytest.mark.parametrize(
    ("channels", "labels"),
    [
        ("V", ["V1"]),
        ("A", ["A1"]),
        ("A2", ["A2"]),
        ("AA", ["A1", "A2"]),
        ("B", ["V1", "A1"]),
        ("AA/V", ["V1", "A1", "A2"]),
        ("A2/V", ["V1", "A2"]),
        ("V2", ["V2"]),
        ("NONE", ["NONE"]),
    ],
)
def test_an_event_lies_on_each_of_its_channels(tmp_path: Path, channels: str, labels: list[str]) -> None:
    found = cut(project(tmp_path, "cut.edl", edl(CUT.replace(" V   ", f" {channels:5}"))))

    assert [one.label for one in found.clips] == labels
    assert len({one.number for one in found.clips}) == 1


def test_further_sound_channels_come_below(tmp_path: Path) -> None:
    found = cut(project(tmp_path, "cut.edl", edl(CUT.replace(" V   ", " AA/V"), "AUD   3    4")))

    assert [one.label for one in found.clips] == ["V1", "A1", "A2", "A3", "A4"]
    assert found.clips[-1].track is Track.AUDIO


def test_a_rate_that_fits_is_taken_and_said(tmp_path: Path) -> None:
    lengths_at_25 = "001  A001 V     C        01:00:00:00 01:00:01:10 10:00:00:20 10:00:02:05"

    film = project(tmp_path, "a.edl", edl(CUT))
    pal = project(tmp_path, "b.edl", edl(lengths_at_25))
    ntsc = project(tmp_path, "c.edl", edl(CUT.replace("10:00:02:00", "10:00:02:29")))

    assert [cut(one).rate.fps for one in (film, pal, ntsc)] == [24, 25, 30]
    assert codes(film)[0] == "timeline.rate_assumed"
    assert "25 and 30 would fit as well" in film.faults[0].text


def test_drop_frame_is_counted_without_the_numbers_left_out(tmp_path: Path) -> None:
    made = edl("001  A001 V     C        00:00:59;28 00:01:00;03 01:00:00;00 01:00:00;03").replace("NON-DROP", "DROP")

    found = project(tmp_path, "cut.edl", made)

    assert cut(found).rate == Rate(Fraction(30000, 1001), drop=True)
    source = cut(found).clips[0].source
    assert source is not None
    assert (source.end - source.start) * cut(found).rate.fps == 3
    assert "timeline.lengths_differ" not in codes(found)


def test_a_rate_that_the_caller_or_a_comment_tells_is_taken(tmp_path: Path) -> None:
    path = written(tmp_path, "cut.edl", edl(CUT))
    told = read_project(path, Fraction(24000, 1001))

    assert told is not None
    assert (cut(told).rate, told.faults) == (Rate(Fraction(24000, 1001)), ())
    assert cut(project(tmp_path, "b.edl", edl("* FRAME RATE: 29.97", CUT))).rate == Rate(Fraction(30000, 1001))


def test_a_frame_that_the_told_rate_does_not_have_is_named_and_the_clip_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path, "cut.edl", edl(CUT.replace("01:00:02:00", "01:00:01:27"), "* FROM CLIP NAME: odd"))

    found = read_project(path, Fraction(24))

    assert found is not None
    assert [one.name for one in cut(found).clips] == ["odd"]
    assert codes(found) == ["timeline.unreadable"]


def test_lengths_that_differ_are_named(tmp_path: Path) -> None:
    made = edl(CUT, CUT.replace("001 ", "002 ").replace("01:00:02:00", "01:00:05:00"))

    assert codes(project(tmp_path, "cut.edl", made))[1:] == ["timeline.lengths_differ"]


def test_a_list_may_run_past_midnight(tmp_path: Path) -> None:
    found = cut(project(tmp_path, "cut.edl", edl(CUT.replace("10:00:00:00 10:00:02:00", "23:59:59:00 00:00:01:00"))))

    assert event(found.clips[0], found)[2] == "23:59:59:00-24:00:01:00"


def test_several_lists_in_one_file_are_several_cuts(tmp_path: Path) -> None:
    found = project(tmp_path, "cut.edl", edl(CUT) + edl(CUT, title="Reel 2"))

    assert [one.name for one in found.cuts] == ["Reel 1", "Reel 2"]


def test_long_reels_with_spaces_and_replaced_ones_get_their_names(tmp_path: Path) -> None:
    long = CUT.replace("A001C001", "A001 C001 card (2)")
    replaced = edl(CUT, "* FINAL CUT PRO REEL: A001_LONG_NAME REPLACED BY: A001C001")
    cut_short = edl(CUT, "* OTIO TRUNCATED REEL NAME FROM: A001C001_0815.mov")

    assert project(tmp_path, "a.edl", edl(long)).media[0].reel == "A001 C001 card (2)"
    assert project(tmp_path, "b.edl", replaced).media[0].reel == "A001_LONG_NAME"
    assert project(tmp_path, "c.edl", cut_short).media[0].reel == "A001C001_0815.mov"


def test_an_event_that_is_not_understood_is_named(tmp_path: Path) -> None:
    found = project(tmp_path, "cut.edl", edl(CUT, "002  A001 V  Q  01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00"))

    assert len(cut(found).clips) == 1
    assert "line 4" in found.faults[-1].text
    assert codes(found)[-1] == "timeline.unreadable_event"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_names_in_any_of_the_usual_encodings(tmp_path: Path, encoding: str) -> None:
    made = edl(CUT, "* FROM CLIP NAME: Müller").replace("\n", "\r\n").encode(encoding)

    assert events(project(tmp_path, "cut.edl", made))[0][1] == "Müller"


def test_a_list_without_events_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match=r"timeline\.broken"):
        read_project(written(tmp_path, "cut.edl", "TITLE: nothing\n"))
