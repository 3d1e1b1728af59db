"""FCPXML: what is used, between which timecodes, in the versions and dialects of Final Cut and its guests."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from provenance.model import Identifier, Rate, Track
from provenance.timelines import read_project
from tests.provenance.timelines.reading import codes, cut, events, paths, project, written

ASSETS = """
<format id="r1" frameDuration="1/25s"/>
<asset id="a1" name="A" uid="AA" start="3600s" duration="100s" hasVideo="1" hasAudio="1" format="r1">
  <media-rep kind="proxy-media" src="file:///Volumes/PROXY/a.mov"/>
  <media-rep kind="original-media" src="file:///Volumes/SHOW/a%20b.mov"/>
  <metadata><md key="com.apple.proapps.studio.reel" value="A001"/></metadata>
</asset>
<asset id="a2" name="B" src="file:///Volumes/SHOW/b.mov" start="0s" duration="100s" hasVideo="1" format="r1"/>
<asset id="a3" name="C" src="./Media/c.wav" start="0s" duration="100s" hasAudio="1"/>
<effect id="e1" name="Basic Title" uid=".../Titles.localized/Basic Title.moti"/>
<effect id="e2" name="Noise" uid=".../Generators.localized/Noise.motn"/>
<effect id="e3" name="Adjustment Layer" uid=".../Titles.localized/Adjustment Layer.moti"/>
"""


def document(spine: str, more: str = "", start: str = "0s", version: str = "1.11") -> str:
    return (
        f'<?xml version="1.0"?><!DOCTYPE fcpxml><fcpxml version="{version}"><resources>{ASSETS}{more}</resources>'
        f'<library><event><project name="Reel 1"><sequence format="r1" tcStart="{start}" tcFormat="NDF">'
        f"<spine>{spine}</spine></sequence></project></event></library></fcpxml>"
    )


def test_clips_of_the_storyline_with_their_media(tmp_path: Path) -> None:
    spine = (
        '<asset-clip name="one" ref="a1" offset="3600s" start="3610s" duration="2s" audioRole="dialogue"/>'
        '<gap offset="3602s" duration="1s"/><asset-clip name="two" ref="a2" offset="3603s" duration="50/25s"/>'
    )

    found = project(tmp_path, "cut.fcpxml", document(spine, start="3600s"))

    assert events(found) == [
        ("V1", "one", "01:00:00:00-01:00:02:00", "01:00:10:00-01:00:12:00"),
        ("V1", "two", "01:00:03:00-01:00:05:00", "00:00:00:00-00:00:02:00"),
    ]
    assert found.media[0].paths == ("/Volumes/SHOW/a b.mov", "/Volumes/PROXY/a.mov")
    assert (found.media[0].reel, found.media[0].identifiers) == ("A001", (Identifier("fcpx.uid", "AA"),))
    assert cut(found).clips[0].note == "role dialogue"
    assert (found.format, found.faults, found.complete) == ("FCPXML 1.11", (), True)


def test_times_that_are_not_told_follow_from_what_is(tmp_path: Path) -> None:
    spine = '<asset-clip ref="a1" duration="2s"/><asset-clip ref="a2"/>'

    assert [one[2:] for one in events(project(tmp_path, "cut.fcpxml", document(spine)))] == [
        ("00:00:00:00-00:00:02:00", "01:00:00:00-01:00:02:00"),
        ("00:00:02:00-00:01:42:00", "00:00:00:00-00:01:40:00"),
    ]


def test_rates_of_ntsc_are_exact_and_drop(tmp_path: Path) -> None:
    made = document("").replace("1/25s", "1001/30000s").replace("NDF", "DF")

    assert cut(project(tmp_path, "cut.fcpxml", made)).rate == Rate(Fraction(30000, 1001), drop=True)


def test_connected_clips_count_from_their_parents_own_clock(tmp_path: Path) -> None:
    spine = (
        '<asset-clip name="main" ref="a1" offset="0s" start="3610s" duration="5s">'
        '<asset-clip name="above" lane="2" ref="a2" offset="3612s" start="10s" duration="8s"/>'
        '<asset-clip name="below" lane="-1" ref="a3" offset="3610s" duration="1s"/></asset-clip>'
    )

    found = project(tmp_path, "cut.fcpxml", document(spine))

    assert events(found)[1:] == [
        ("A1", "below", "00:00:00:00-00:00:01:00", "00:00:00:00-00:00:01:00"),
        ("V3", "above", "00:00:02:00-00:00:10:00", "00:00:10:00-00:00:18:00"),
    ]
    assert cut(found).clips[1].track is Track.AUDIO


def test_a_secondary_storyline_hangs_on_its_parent(tmp_path: Path) -> None:
    spine = (
        '<gap offset="0s" start="3600s" duration="10s"><spine lane="1" offset="3602s">'
        '<asset-clip name="one" ref="a2" offset="0s" duration="2s"/>'
        '<asset-clip name="two" ref="a2" offset="2s" start="5s" duration="2s"/></spine></gap>'
    )

    assert events(project(tmp_path, "cut.fcpxml", document(spine))) == [
        ("V2", "one", "00:00:02:00-00:00:04:00", "00:00:00:00-00:00:02:00"),
        ("V2", "two", "00:00:04:00-00:00:06:00", "00:00:05:00-00:00:07:00"),
    ]


def test_a_container_shows_its_content_trimmed_and_names_it(tmp_path: Path) -> None:
    spine = (
        '<clip name="shot" offset="10s" start="5s" duration="4s"><video ref="a2" offset="0s" duration="100s">'
        '<audio lane="-1" ref="a2" offset="0s" duration="7s"/></video></clip>'
    )

    assert events(project(tmp_path, "cut.fcpxml", document(spine))) == [
        ("V1", "shot", "00:00:10:00-00:00:14:00", "00:00:05:00-00:00:09:00"),
        ("A1", "shot", "00:00:10:00-00:00:12:00", "00:00:05:00-00:00:07:00"),
    ]


def test_a_synchronised_clip_shows_picture_and_sound(tmp_path: Path) -> None:
    spine = (
        '<sync-clip name="sync" offset="0s" start="1s" duration="4s"><spine>'
        '<asset-clip ref="a2" offset="0s" duration="10s">'
        '<asset-clip lane="-1" ref="a3" offset="2s" duration="10s"/></asset-clip></spine>'
        '<asset-clip lane="1" name="over" ref="a2" offset="2s" duration="20s"/></sync-clip>'
    )

    found = project(tmp_path, "cut.fcpxml", document(spine))

    assert events(found) == [
        ("V1", "sync", "00:00:00:00-00:00:04:00", "00:00:01:00-00:00:05:00"),
        ("V2", "over", "00:00:01:00-00:00:21:00", "00:00:00:00-00:00:20:00"),
        ("A1", "sync", "00:00:01:00-00:00:04:00", "00:00:00:00-00:00:03:00"),
    ]


def test_a_transition_shows_handles_of_both_neighbours(tmp_path: Path) -> None:
    spine = (
        '<asset-clip name="one" ref="a2" offset="0s" start="10s" duration="4s"/>'
        '<transition name="Cross Dissolve" offset="3s" duration="2s"/>'
        '<asset-clip name="two" ref="a2" offset="4s" start="50s" duration="4s"/>'
    )

    assert events(project(tmp_path, "cut.fcpxml", document(spine))) == [
        ("V1", "one", "00:00:00:00-00:00:05:00", "00:00:10:00-00:00:15:00"),
        ("V1", "two", "00:00:03:00-00:00:08:00", "00:00:49:00-00:00:54:00"),
    ]


def test_of_an_audition_only_the_picked_one_is_used(tmp_path: Path) -> None:
    spine = (
        '<audition offset="0s"><asset-clip name="picked" ref="a2" duration="2s"/>'
        '<asset-clip name="other" ref="a1" duration="3s"/></audition><asset-clip name="next" ref="a2" duration="1s"/>'
    )

    found = project(tmp_path, "cut.fcpxml", document(spine))

    assert [one[1:3] for one in events(found)] == [
        ("picked", "00:00:00:00-00:00:02:00"),
        ("next", "00:00:02:00-00:00:03:00"),
    ]
    assert [one.note for one in cut(found).clips if not one.enabled] == ["audition, not picked"]


def test_what_is_switched_off_is_present_with_all_that_is_in_it(tmp_path: Path) -> None:
    spine = (
        '<clip name="c" offset="0s" duration="4s" enabled="0"><video ref="a2" offset="0s" duration="4s"/></clip>'
        '<asset-clip ref="a1" offset="4s" duration="1s" enabled="0"/>'
    )

    found = project(tmp_path, "cut.fcpxml", document(spine))

    assert events(found) == []
    assert len(cut(found).clips) == 2


def test_a_compound_clip_is_a_cut_of_its_own(tmp_path: Path) -> None:
    compound = (
        '<media id="m1" name="Scene"><sequence format="r1" tcStart="7200s" duration="10s"><spine>'
        '<ref-clip ref="m2" name="deep" offset="7200s" duration="3s"/></spine></sequence></media>'
        '<media id="m2" name="Inner"><sequence format="r1"><spine>'
        '<asset-clip ref="a2" offset="0s" duration="3s"/></spine></sequence></media>'
    )
    spine = '<ref-clip ref="m1" name="nest" offset="0s" start="7201s" duration="2s"/>'

    found = project(tmp_path, "cut.fcpxml", document(spine, compound))

    assert events(found) == [("V1", "nest", "00:00:00:00-00:00:02:00", "02:00:01:00-02:00:03:00")]
    assert [(one.name, one.top) for one in found.cuts] == [("Reel 1", True), ("Scene", False), ("Inner", False)]
    assert cut(found, "Scene").clips[0].cut == "Inner"


def test_the_chosen_angles_of_a_multicam_are_used_picture_and_sound_apart(tmp_path: Path) -> None:
    multicam = (
        '<media id="m1" name="Stage"><multicam format="r1" tcStart="0s">'
        '<mc-angle name="wide" angleID="w"><asset-clip ref="a1" offset="0s" duration="50s"/></mc-angle>'
        '<mc-angle name="close" angleID="c"><asset-clip ref="a2" offset="0s" duration="50s"/></mc-angle>'
        '<mc-angle name="never" angleID="n"><asset-clip ref="a2" offset="0s" duration="50s"/></mc-angle>'
        "</multicam></media>"
    )
    spine = (
        '<mc-clip ref="m1" name="stage" offset="0s" start="5s" duration="2s">'
        '<mc-source angleID="c" srcEnable="video"/><mc-source angleID="w" srcEnable="audio"/>'
        '<mc-source angleID="n" srcEnable="none"/></mc-clip>'
    )

    found = project(tmp_path, "cut.fcpxml", document(spine, multicam))

    assert [(one.label, one.cut) for one in cut(found).clips] == [
        ("V1", "Stage, angle close"),
        ("A1", "Stage, angle wide"),
    ]
    assert "Stage, angle never" in [one.name for one in found.cuts]
    assert events(found)[0][3] == "00:00:05:00-00:00:07:00"


def test_a_multicam_without_a_choice_takes_the_first_angle_aloud(tmp_path: Path) -> None:
    multicam = '<media id="m1" name="S"><multicam format="r1"><mc-angle name="w" angleID="w"/></multicam></media>'

    found = project(tmp_path, "cut.fcpxml", document('<mc-clip ref="m1" offset="0s" duration="2s"/>', multicam))

    assert cut(found).clips[0].cut == "S, angle w"
    assert codes(found) == ["timeline.angle_assumed"]


def test_titles_generators_and_adjustments_are_named_by_kind(tmp_path: Path) -> None:
    spine = (
        '<title ref="e1" name="Name" offset="0s" duration="1s"/><video ref="e2" offset="1s" duration="1s"/>'
        '<title ref="e3" offset="2s" duration="1s"/><gap offset="3s" duration="1s">'
        '<caption lane="1" name="Hello" offset="0s" duration="1s"/></gap>'
    )

    found = cut(project(tmp_path, "cut.fcpxml", document(spine)))

    assert [one.kind for one in found.clips] == ["title", "generator", "adjustment", "title"]
    assert found.clips[-1].track is Track.OTHER


@pytest.mark.parametrize(
    ("points", "source", "note"),
    [
        ([("0s", "0s"), ("10s", "20s")], "00:00:04:00-00:00:08:00", "speed 200 %"),
        ([("0s", "5s"), ("10s", "5s")], "00:00:05:00-00:00:05:01", "freeze frame"),
        ([("0s", "20s"), ("10s", "10s")], "00:00:16:00-00:00:18:00", "speed -100 %"),
        ([("0s", "0s"), ("3s", "3s"), ("10s", "30s")], "00:00:02:00-00:00:06:21", "variable speed"),
    ],
)
def test_a_time_map_decides_which_frames_are_used(
    tmp_path: Path, points: list[tuple[str, str]], source: str, note: str
) -> None:
    inner = "".join(f'<timept time="{time}" value="{value}" interp="linear"/>' for time, value in points)
    spine = f'<asset-clip ref="a2" offset="0s" start="2s" duration="2s"><timeMap>{inner}</timeMap></asset-clip>'

    found = project(tmp_path, "cut.fcpxml", document(spine))

    assert events(found)[0][2:] == ("00:00:00:00-00:00:02:00", source)
    assert cut(found).clips[0].note == note


def test_a_retimed_container_shows_its_content_at_its_speed(tmp_path: Path) -> None:
    inner = '<timept time="0s" value="0s"/><timept time="10s" value="20s"/>'
    spine = (
        f'<clip name="fast" offset="0s" start="1s" duration="2s"><timeMap>{inner}</timeMap>'
        '<video ref="a2" offset="0s" duration="4s"/><video ref="a1" offset="4s" duration="50s"/></clip>'
    )

    assert [one[2:] for one in events(project(tmp_path, "cut.fcpxml", document(spine)))] == [
        ("00:00:00:00-00:00:01:00", "00:00:02:00-00:00:04:00"),
        ("00:00:01:00-00:00:02:00", "01:00:00:00-01:00:02:00"),
    ]


def test_a_frozen_or_uneven_container_tells_what_and_not_which_frames(tmp_path: Path) -> None:
    spine = (
        '<clip name="ice" offset="0s" duration="2s"><timeMap><timept time="0s" value="1s"/>'
        '<timept time="2s" value="1s"/></timeMap><video ref="a2" offset="0s" duration="4s"/></clip>'
    )

    found = project(tmp_path, "cut.fcpxml", document(spine))

    assert events(found) == [("V1", "ice", "00:00:00:00-00:00:02:00", "")]
    assert cut(found).clips[0].note == "freeze frame"


def test_sound_that_runs_beside_its_picture_is_a_clip_of_its_own(tmp_path: Path) -> None:
    spine = '<asset-clip ref="a2" offset="0s" start="10s" duration="2s" audioStart="9s" audioDuration="4s"/>'

    assert events(project(tmp_path, "cut.fcpxml", document(spine))) == [
        ("A1", "b.mov", "-00:00:01:00-00:00:03:00", "00:00:09:00-00:00:13:00"),
        ("V1", "b.mov", "00:00:00:00-00:00:02:00", "00:00:10:00-00:00:12:00"),
    ]


def test_a_conformed_rate_is_noted(tmp_path: Path) -> None:
    spine = '<asset-clip ref="a2" duration="2s"><conform-rate srcFrameRate="23.98"/></asset-clip>'

    assert cut(project(tmp_path, "cut.fcpxml", document(spine))).clips[0].note == "conformed from 23.98 fps"


def test_what_lies_in_an_event_is_only_present(tmp_path: Path) -> None:
    made = document("").replace("<event>", '<event><asset-clip ref="a1" duration="5s"/>')

    found = project(tmp_path, "cut.fcpxml", made)

    assert cut(found).clips == ()
    assert len(found.media) == 3


def test_an_open_compound_clip_is_the_cut_where_no_project_is(tmp_path: Path) -> None:
    compound = '<media id="m1" name="Scene"><sequence format="r1"><spine/></sequence></media>'
    made = f'<fcpxml version="1.9"><resources>{ASSETS}{compound}</resources><ref-clip ref="m1" duration="1s"/></fcpxml>'

    found = project(tmp_path, "cut.fcpxml", made)

    assert [(one.name, one.top) for one in found.cuts] == [("Scene", True)]


def test_references_to_nothing_are_missing_and_named(tmp_path: Path) -> None:
    spine = '<asset-clip name="x" ref="?" duration="1s"/><ref-clip name="y" ref="?" duration="1s"/>'

    found = project(tmp_path, "cut.fcpxml", document(spine))

    assert [one.kind for one in cut(found).clips] == ["missing", "missing"]
    assert codes(found) == ["timeline.missing_media", "timeline.missing_cut"]
    assert not found.complete


def test_times_that_are_none_are_named_and_the_clip_is_kept(tmp_path: Path) -> None:
    spine = (
        '<asset-clip name="x" ref="a2" offset="later" duration="1s"><timeMap><timept time="?"/></timeMap></asset-clip>'
    )

    found = project(tmp_path, "cut.fcpxml", document(spine))

    assert [one.name for one in cut(found).clips] == ["x"]
    assert codes(found) == ["timeline.unreadable_time", "timeline.unreadable"]


def test_elements_nobody_knows_are_named(tmp_path: Path) -> None:
    found = project(tmp_path, "cut.fcpxml", document('<hologram duration="1s"/><marker start="0s"/>'))

    assert codes(found) == ["timeline.unknown_object"]


def test_compound_clips_in_a_circle_are_named_and_read(tmp_path: Path) -> None:
    def compound(key: str, inner: str) -> str:
        clip = f'<ref-clip ref="{inner}" duration="1s"/>'
        return f'<media id="{key}" name="{key}"><sequence format="r1"><spine>{clip}</spine></sequence></media>'

    made = document('<ref-clip ref="m1" duration="1s"/>', compound("m1", "m2") + compound("m2", "m1"))

    assert codes(project(tmp_path, "cut.fcpxml", made)) == ["timeline.cycle"]


def test_containers_nested_without_end_are_refused_in_words(tmp_path: Path) -> None:
    deep = '<clip offset="0s" duration="1s">' * 100 + '<video ref="a2" duration="1s"/>' + "</clip>" * 100

    found = project(tmp_path, "cut.fcpxml", document(deep))

    assert codes(found) == ["timeline.too_deep"]


def test_a_bundle_is_a_folder_and_tells_where_its_media_lie(tmp_path: Path) -> None:
    written(tmp_path, "cut.fcpxmld/Info.fcpxml", document('<asset-clip ref="a3" duration="1s"/>'))

    found = read_project(tmp_path / "cut.fcpxmld")

    assert found is not None
    assert paths(found, cut(found).clips[0]) == ["cut.fcpxmld/Media/c.wav"]
