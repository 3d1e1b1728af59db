"""FCP7 XML: what is used, between which timecodes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from provenance.model import Rate, Track
from tests.provenance.timelines.reading import codes, cut, events, paths, project

NTSC = "<rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate>"
PAL = "<rate><timebase>25</timebase><ntsc>FALSE</ntsc></rate>"


def file_element(number: int, name: str = "a.mov", extra: str = "", frame: int = 90_000) -> str:
    return (
        f'<file id="f{number}"><name>{name}</name><pathurl>file://localhost/Volumes/SHOW/{name}</pathurl>{PAL}'
        f"<duration>1000</duration><timecode>{PAL}<frame>{frame}</frame><displayformat>NDF</displayformat>"
        f"<reel><name>A001</name></reel></timecode>{extra}</file>"
    )


def item(start: int, end: int, first: int, last: int, inner: str, name: str = "a", extra: str = "") -> str:
    return (
        f"<clipitem><name>{name}</name>{PAL}<start>{start}</start><end>{end}</end>"
        f"<in>{first}</in><out>{last}</out>{inner}{extra}</clipitem>"
    )


def sequence(
    video: str, audio: str = "", rate: str = PAL, key: str = "s1", name: str = "Reel 1", frame: int = 0
) -> str:
    return (
        f'<sequence id="{key}"><name>{name}</name>{rate}<media><video>{video}</video><audio>{audio}</audio></media>'
        f"<timecode>{rate}<frame>{frame}</frame><displayformat>NDF</displayformat></timecode></sequence>"
    )


def mention(tag: str, key: str) -> str:
    """An element told elsewhere."""
    return f'<{tag} id="{key}"/>'


def on_track(*items: str) -> str:
    return f"<track>{''.join(items)}</track>"


def document(*sequences: str) -> str:
    return '<?xml version="1.0"?><!DOCTYPE xmeml><xmeml version="5">' + "".join(sequences) + "</xmeml>"


def test_clips_with_record_and_source_timecode_media_and_reel(tmp_path: Path) -> None:
    tracks = on_track(item(0, 25, 50, 75, file_element(1)), item(25, 50, 0, 25, mention("file", "f1"), "again"))

    found = project(tmp_path, "cut.xml", document(sequence(tracks, frame=90_000)))

    assert events(found) == [
        ("V1", "a", "01:00:00:00-01:00:01:00", "01:00:02:00-01:00:03:00"),
        ("V1", "again", "01:00:01:00-01:00:02:00", "01:00:00:00-01:00:01:00"),
    ]
    assert [medium.paths for medium in found.media] == [("/Volumes/SHOW/a.mov",)]
    assert found.media[0].reel == "A001"
    assert found.media[0].rate == Rate(Fraction(25))
    assert (found.format, found.faults, found.complete) == ("FCP7 XML 5", (), True)


def test_an_edge_of_minus_one_is_the_edge_of_the_transition(tmp_path: Path) -> None:
    transition = "<transitionitem><start>20</start><end>30</end><alignment>center</alignment></transitionitem>"
    tracks = (
        f"<track>{item(0, -1, 0, 30, file_element(1, 'a.mov', frame=0))}{transition}"
        f"{item(-1, 50, 100, 130, file_element(2, 'b.mov', frame=0), 'b')}</track>"
    )

    found = project(tmp_path, "cut.xml", document(sequence(tracks)))

    assert events(found) == [
        ("V1", "a", "00:00:00:00-00:00:01:05", "00:00:00:00-00:00:01:05"),
        ("V1", "b", "00:00:00:20-00:00:02:00", "00:00:04:00-00:00:05:05"),
    ]


def test_rates_of_ntsc_are_exact_and_drop(tmp_path: Path) -> None:
    drop = "<timecode>" + NTSC + "<frame>107892</frame><displayformat>DF</displayformat></timecode>"
    made = f'<xmeml version="4"><sequence id="s"><name>n</name>{NTSC}<media/>{drop}</sequence></xmeml>'

    found = cut(project(tmp_path, "cut.xml", made))

    assert found.rate == Rate(Fraction(30000, 1001), drop=True)
    assert found.start == Fraction(107892) / Fraction(30000, 1001)


def test_mixed_rates_each_count_in_their_own(tmp_path: Path) -> None:
    slow = "<rate><timebase>24</timebase><ntsc>TRUE</ntsc></rate>"
    clip = (
        f"<clipitem><name>a</name>{slow}<start>25</start><end>50</end><in>24</in><out>48</out>"
        f"<file id='f'><name>a.mov</name><pathurl>file:///a.mov</pathurl>{slow}<duration>100</duration></file></clipitem>"
    )

    found = cut(project(tmp_path, "cut.xml", document(sequence(f"<track>{clip}</track>")))).clips[0]

    assert (found.record.start, found.record.end) == (1, 2)
    assert found.source is not None
    assert (found.source.start, found.source.end) == (Fraction(1001, 1000), Fraction(2002, 1000))


def test_a_muted_clip_and_a_muted_track_are_present_and_not_used(tmp_path: Path) -> None:
    muted = item(0, 25, 0, 25, file_element(1), extra="<enabled>FALSE</enabled>")
    tracks = (
        f"<track>{muted}</track><track>{item(0, 25, 0, 25, file_element(2, 'b.mov'))}<enabled>FALSE</enabled></track>"
    )

    found = project(tmp_path, "cut.xml", document(sequence(tracks)))

    assert events(found) == []
    assert len(found.media) == 2
    assert len(cut(found).clips) == 2


def test_a_nested_sequence_is_a_cut_of_its_own_wherever_it_is_told(tmp_path: Path) -> None:
    inner = sequence(f"<track>{item(0, 25, 0, 25, file_element(1, frame=0))}</track>", key="inner", name="Scene")
    outer = on_track(item(0, 10, 5, 15, inner, "nest"), item(10, 20, 0, 10, mention("sequence", "inner"), "nest"))

    found = project(tmp_path, "cut.xml", document(sequence(outer)))

    assert [(one.name, one.top) for one in found.cuts] == [("Reel 1", True), ("Scene", False)]
    assert [(one.kind, one.cut) for one in cut(found).clips] == [("cut", "Scene"), ("cut", "Scene")]
    assert events(found)[0] == ("V1", "nest", "00:00:00:00-00:00:00:10", "00:00:00:05-00:00:00:15")
    assert paths(found, cut(found, "Scene").clips[0]) == ["/Volumes/SHOW/a.mov"]


def test_generators_titles_and_adjustments_are_named_by_kind(tmp_path: Path) -> None:
    def made(inner: str) -> str:
        return item(0, 25, 0, 25, inner)

    tracks = "".join(
        f"<track>{one}</track>"
        for one in (
            made('<file id="1"><name>x</name><mediaSource>GraphicAndType</mediaSource></file>'),
            made('<file id="2"><name>x</name><mediaSource>Slug</mediaSource></file>'),
            made("<adjustmentlayer>TRUE</adjustmentlayer>"),
            "<generatoritem><start>0</start><end>9</end><effect><name>Color</name><effectcategory>Matte"
            "</effectcategory></effect></generatoritem>",
            "<generatoritem><name>t</name><start>0</start><end>9</end><effect><effectid>Outline Text</effectid>"
            "</effect></generatoritem>",
        )
    )

    found = project(tmp_path, "cut.xml", document(sequence(tracks)))

    assert [one.kind for one in cut(found).clips] == ["title", "generator", "adjustment", "generator", "title"]
    assert found.media == ()


def test_speed_decides_which_frames_are_used(tmp_path: Path) -> None:
    def retimed(value: str, more: str = "") -> str:
        told = f"<parameter><parameterid>speed</parameterid><value>{value}</value></parameter>{more}"
        return f"<filter><effect><effectid>timeremap</effectid>{told}</effect></filter>"

    variable = "<parameter><parameterid>variablespeed</parameterid><value>1</value></parameter>"
    reverse = "<parameter><parameterid>reverse</parameterid><value>TRUE</value></parameter>"
    filters = (retimed("50"), retimed("100", variable), retimed("100", reverse), retimed("0.25"))
    tracks = "".join(f"<track>{item(0, 50, 50, 100, file_element(1, frame=0), extra=one)}</track>" for one in filters)

    found = project(tmp_path, "cut.xml", document(sequence(tracks)))

    assert [one[3] for one in events(found)] == ["00:00:01:00-00:00:02:00", "", "", ""]
    notes = [one.note for one in cut(found).clips]
    assert notes[0] == "speed 50 %"
    assert all("source not told" in note for note in notes[1:])


def test_the_active_angle_of_a_multicam_is_used_and_the_others_are_present(tmp_path: Path) -> None:
    def angle(number: int, active: str) -> str:
        return (
            f"<angle><activevideoangle>{active}</activevideoangle><clip><name>c</name>"
            f"{file_element(number, f'cam{number}.mov')}</clip></angle>"
        )

    multiclip = f'<multiclip id="m">{angle(1, "FALSE")}{angle(2, "TRUE")}</multiclip>'
    tracks = f"<track>{item(0, 25, 0, 25, multiclip)}{item(25, 50, 0, 25, mention('multiclip', 'm'))}</track>"

    found = project(tmp_path, "cut.xml", document(sequence(tracks)))

    assert [paths(found, one) for one in cut(found).clips] == [["/Volumes/SHOW/cam2.mov"]] * 2
    assert len(found.media) == 2


def test_clips_in_bins_are_only_present(tmp_path: Path) -> None:
    inside = on_track(item(0, 25, 0, 25, file_element(3, "bin.mov")))
    clip = f"<bin><children><clip><media><video>{inside}</video></media></clip></children></bin>"
    made = f'<xmeml version="4"><project><children>{clip}{sequence("")}</children></project></xmeml>'

    found = project(tmp_path, "cut.xml", made)

    assert [medium.name for medium in found.media] == ["bin.mov"]
    assert cut(found).clips == ()


def test_a_file_without_a_path_is_missing_and_named(tmp_path: Path) -> None:
    made = document(
        sequence(f"<track>{item(0, 25, 0, 25, '<file id=' + repr('x') + '><name>gone.mov</name></file>')}</track>")
    )

    found = project(tmp_path, "cut.xml", made)

    assert cut(found).clips[0].kind == "missing"
    assert found.media[0].name == "gone.mov"
    assert codes(found) == ["timeline.missing_media"]
    assert not found.complete


def test_the_first_frame_of_an_image_sequence_also_gives_its_pattern(tmp_path: Path) -> None:
    made = document(sequence(f"<track>{item(0, 25, 0, 25, file_element(1, 'sh010.1001.exr'))}</track>"))

    assert project(tmp_path, "cut.xml", made).media[0].paths == (
        "/Volumes/SHOW/sh010.1001.exr",
        "/Volumes/SHOW/sh010.%04d.exr",
    )


def test_sound_lies_on_tracks_of_its_own(tmp_path: Path) -> None:
    made = document(sequence("", f"<track/><track>{item(0, 25, 0, 25, file_element(1, 'a.wav'))}</track>"))

    found = cut(project(tmp_path, "cut.xml", made)).clips[0]

    assert (found.track, found.label) == (Track.AUDIO, "A2")


def test_times_that_are_none_are_named_and_the_clip_is_kept(tmp_path: Path) -> None:
    broken = (
        "<clipitem><name>odd</name><start>soon</start><end>25</end><in>0</in><out>25</out>"
        + file_element(1)
        + "</clipitem>"
    )

    found = project(tmp_path, "cut.xml", document(sequence(f"<track>{broken}</track>")))

    assert [one.name for one in cut(found).clips] == ["odd"]
    assert "start is 'soon'" in found.faults[0].text


def test_a_sequence_that_lies_in_itself_is_named_and_read(tmp_path: Path) -> None:
    made = document(sequence(f"<track>{item(0, 25, 0, 25, mention('sequence', 's1'), 'me')}</track>"))

    found = project(tmp_path, "cut.xml", made)

    assert cut(found).clips[0].cut == "Reel 1"
    assert codes(found) == ["timeline.cycle"]


def test_a_sequence_that_is_nowhere_told_is_missing(tmp_path: Path) -> None:
    made = document(sequence(f"<track>{item(0, 25, 0, 25, mention('sequence', '?'))}</track>"))

    found = project(tmp_path, "cut.xml", made)

    assert cut(found).clips[0].kind == "missing"
    assert codes(found) == ["timeline.missing_cut"]


def test_sequences_of_one_name_stay_apart(tmp_path: Path) -> None:
    found = project(tmp_path, "cut.xml", document(sequence("", key="1"), sequence("", key="2")))

    assert [one.name for one in found.cuts] == ["Reel 1", "Reel 1 (2)"]


@pytest.mark.parametrize("rate", ["", "<rate><timebase>none</timebase></rate>", "<rate><timebase>0</timebase></rate>"])
def test_a_rate_that_is_not_told_is_assumed_aloud(tmp_path: Path, rate: str) -> None:
    found = project(tmp_path, "cut.xml", f"<xmeml version='4'><sequence id='s'>{rate}<media/></sequence></xmeml>")

    assert codes(found) == ["timeline.rate_assumed"]
