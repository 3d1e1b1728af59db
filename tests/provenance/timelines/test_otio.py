"""OpenTimelineIO: what is used, between which timecodes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from provenance.errors import UnreadableMedia
from provenance.model import Track
from provenance.timelines import read_project
from tests.provenance.timelines.reading import codes, cut, events, paths, project, written

Json = dict[str, Any]


def time(value: float, rate: float = 24) -> Json:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": value}


def span(start: float, duration: float, rate: float = 24) -> Json:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(start, rate), "duration": time(duration, rate)}


def file(url: str, available: Json | None = None, **more: Any) -> Json:
    return {"OTIO_SCHEMA": "ExternalReference.1", "target_url": url, "available_range": available, **more}


def clip(name: str, told: Json | None, reference: Json | None = None, **more: Any) -> Json:
    return {"OTIO_SCHEMA": "Clip.1", "name": name, "source_range": told, "media_reference": reference, **more}


def gap(length: float) -> Json:
    return {"OTIO_SCHEMA": "Gap.1", "source_range": span(0, length)}


def track(*members: Json, kind: str = "Video", **more: Any) -> Json:
    return {"OTIO_SCHEMA": "Track.1", "kind": kind, "children": list(members), **more}


def stack(*members: Json, **more: Any) -> Json:
    return {"OTIO_SCHEMA": "Stack.1", "children": list(members), **more}


def timeline(*tracks: Json, start: Json | None = None, **more: Any) -> str:
    tops = {"OTIO_SCHEMA": "Timeline.1", "name": "Reel 1", "global_start_time": start, "tracks": stack(*tracks)}
    return json.dumps({**tops, **more})


def test_clips_lie_behind_each_other_and_gaps_are_none(tmp_path: Path) -> None:
    made = timeline(
        track(clip("a", span(48, 24), file("file:///a.mov")), gap(24), clip("b", span(0, 24), file("/b.mov"))),
        start=time(86_400),
    )

    found = project(tmp_path, "cut.otio", made)

    assert events(found) == [
        ("V1", "a", "01:00:00:00-01:00:01:00", "00:00:02:00-00:00:03:00"),
        ("V1", "b", "01:00:02:00-01:00:03:00", "00:00:00:00-00:00:01:00"),
    ]
    assert [medium.paths for medium in found.media] == [("/a.mov",), ("/b.mov",)]
    assert (found.format, found.faults, found.complete) == ("OpenTimelineIO Timeline.1", (), True)


def test_a_clip_without_a_range_shows_all_of_its_medium(tmp_path: Path) -> None:
    found = project(tmp_path, "cut.otio", timeline(track(clip("a", None, file("/a.mov", span(100, 24))))))

    assert events(found) == [("V1", "a", "00:00:00:00-00:00:01:00", "00:00:04:04-00:00:05:04")]


def test_a_transition_shows_handles_of_both_neighbours(tmp_path: Path) -> None:
    transition = {"OTIO_SCHEMA": "Transition.1", "in_offset": time(6), "out_offset": time(12)}
    members = (clip("a", span(24, 24), file("/a.mov")), transition, clip("b", span(48, 24), file("/b.mov")))

    assert events(project(tmp_path, "cut.otio", timeline(track(*members)))) == [
        ("V1", "a", "00:00:00:00-00:00:01:12", "00:00:01:00-00:00:02:12"),
        ("V1", "b", "00:00:00:18-00:00:02:00", "00:00:01:18-00:00:03:00"),
    ]


def test_a_transition_at_the_head_shows_nothing_before_it(tmp_path: Path) -> None:
    transition = {"OTIO_SCHEMA": "Transition.1", "in_offset": time(6), "out_offset": time(6)}

    found = project(tmp_path, "cut.otio", timeline(track(transition, clip("a", span(24, 24), file("/a.mov")))))

    assert events(found) == [("V1", "a", "00:00:00:00-00:00:01:00", "00:00:01:00-00:00:02:00")]


def test_what_is_switched_off_is_present_and_not_used(tmp_path: Path) -> None:
    off = clip("off", span(0, 24), file("/off.mov"), enabled=False)
    muted = track(clip("muted", span(0, 24), file("/muted.mov")), enabled=False)

    found = project(tmp_path, "cut.otio", timeline(track(off), muted))

    assert events(found) == []
    assert [medium.name for medium in found.media] == ["off.mov", "muted.mov"]


def test_stacks_and_tracks_inside_a_track_are_cuts_of_their_own(tmp_path: Path) -> None:
    inner = stack(track(clip("deep", span(0, 48), file("/deep.mov"))), name="Scene", source_range=span(12, 24))
    bare = track(clip("bare", span(0, 24), file("/bare.mov")), name="Line", source_range=span(6, 12))

    found = project(tmp_path, "cut.otio", timeline(track(inner, bare)))

    assert events(found) == [
        ("V1", "Scene", "00:00:00:00-00:00:01:00", "00:00:00:12-00:00:01:12"),
        ("V1", "Line", "00:00:01:00-00:00:01:12", "00:00:00:06-00:00:00:18"),
    ]
    assert [(one.name, one.top) for one in found.cuts] == [("Reel 1", True), ("Scene", False), ("Line", False)]
    assert events(found, "Scene") == [("V1", "deep", "00:00:00:00-00:00:02:00", "00:00:00:00-00:00:02:00")]
    assert events(found, "Line") == [("V1", "bare", "00:00:00:00-00:00:01:00", "00:00:00:00-00:00:01:00")]


def test_a_range_of_a_track_trims_what_is_in_it(tmp_path: Path) -> None:
    line = track(
        clip("a", span(0, 24), file("/a.mov")), clip("b", span(0, 24), file("/b.mov")), source_range=span(12, 24)
    )

    assert events(project(tmp_path, "cut.otio", timeline(line))) == [
        ("V1", "a", "00:00:00:00-00:00:00:12", "00:00:00:12-00:00:01:00"),
        ("V1", "b", "00:00:00:12-00:00:01:00", "00:00:00:00-00:00:00:12"),
    ]


def test_a_range_that_shows_nothing_is_left_aside_aloud(tmp_path: Path) -> None:
    line = track(clip("a", span(0, 24), file("/a.mov")), source_range=span(-90_000, 24))

    found = project(tmp_path, "cut.otio", timeline(line))

    assert len(events(found)) == 1
    assert codes(found) == ["timeline.unreadable_time"]


def test_an_image_sequence_is_its_pattern(tmp_path: Path) -> None:
    reference = {
        "OTIO_SCHEMA": "ImageSequenceReference.1", "target_url_base": "file:///Volumes/SHOW/sh%20010",
        "name_prefix": "sh010.", "name_suffix": ".exr", "start_frame": 1001, "frame_zero_padding": 4, "rate": 24,
        "available_range": span(1001, 48),
    }  # fmt: skip

    found = project(tmp_path, "cut.otio", timeline(track(clip("sh010", span(1001, 24), reference))))

    assert found.media[0].paths == ("/Volumes/SHOW/sh 010/sh010.%04d.exr",)
    assert found.media[0].name == "sh010.%04d.exr"


def test_of_several_references_the_active_one_comes_first(tmp_path: Path) -> None:
    told = {
        "OTIO_SCHEMA": "Clip.2", "name": "a", "source_range": span(0, 24), "active_media_reference_key": "proxy",
        "media_references": {"DEFAULT_MEDIA": file("/original.mov"), "proxy": file("/proxy.mov")},
    }  # fmt: skip

    found = project(tmp_path, "cut.otio", timeline(track(told)))

    assert paths(found, cut(found).clips[0]) == ["/proxy.mov", "/original.mov"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("SMPTEBars", "generator"), ("Slug", "generator"), ("Title", "title"), ("AdjustmentLayer", "adjustment")],
)
def test_generators_are_named_by_kind(tmp_path: Path, kind: str, name: str) -> None:
    reference = {"OTIO_SCHEMA": "GeneratorReference.1", "generator_kind": kind}

    found = project(tmp_path, "cut.otio", timeline(track(clip("x", span(0, 24), reference))))

    assert (cut(found).clips[0].kind, found.media) == (name, ())


def test_what_is_missing_is_named_with_what_is_known(tmp_path: Path) -> None:
    missing = {"OTIO_SCHEMA": "MissingReference.1", "metadata": {}}
    members = clip("ZZ100 (LAY3)", span(0, 24), missing, metadata={"cmx_3600": {"reel": "ZZ100_50"}})

    found = project(tmp_path, "cut.otio", timeline(track(members)))

    assert cut(found).clips[0].kind == "missing"
    assert (found.media[0].name, found.media[0].reel) == ("ZZ100 (LAY3)", "ZZ100_50")
    assert codes(found) == ["timeline.missing_media"]


def test_metadata_give_identifiers_and_further_paths(tmp_path: Path) -> None:
    urn = "urn:smpte:umid:060a2b34.01010105.01010f10.13000000.53822f34.95279605.8032480f.cf67113a"
    metadata = {"AAF": {"MobID": urn, "UserComments": {"UNC Path": "/Volumes/SHOW/a.mov"}}}

    found = project(
        tmp_path, "cut.otio", timeline(track(clip("a", span(0, 24), file("file://host/1/a.mxf", metadata=metadata))))
    )

    assert found.media[0].umids == ("060a2b340101010501010f101300000053822f34952796058032480fcf67113a",)
    assert "/Volumes/SHOW/a.mov" in found.media[0].paths


@pytest.mark.parametrize(
    ("effect", "source", "note"),
    [
        ({"OTIO_SCHEMA": "LinearTimeWarp.1", "time_scalar": 2.0}, "00:00:01:00-00:00:03:00", "speed 200 %"),
        ({"OTIO_SCHEMA": "FreezeFrame.1"}, "00:00:01:00-00:00:01:01", "freeze frame"),
        ({"OTIO_SCHEMA": "LinearTimeWarp.1", "time_scalar": -1.0}, "", "LinearTimeWarp: source not told"),
        ({"OTIO_SCHEMA": "Effect.1", "effect_name": "Blur"}, "00:00:01:00-00:00:02:00", ""),
    ],
)
def test_speed_decides_which_frames_are_used(tmp_path: Path, effect: Json, source: str, note: str) -> None:
    found = project(tmp_path, "cut.otio", timeline(track(clip("a", span(24, 24), file("/a.mov"), effects=[effect]))))

    assert events(found)[0][3] == source
    assert cut(found).clips[0].note == note


def test_schemas_of_old_are_read(tmp_path: Path) -> None:
    line = {"OTIO_SCHEMA": "Sequence.1", "kind": "Audio", "children": [
        {"OTIO_SCHEMA": "Filler.1", "source_range": span(0, 24)}, clip("a", span(0, 24), file("/a.wav")),
    ]}  # fmt: skip

    found = project(tmp_path, "cut.otio", timeline(line))

    assert events(found) == [("A1", "a", "00:00:01:00-00:00:02:00", "00:00:00:00-00:00:01:00")]
    assert cut(found).clips[0].track is Track.AUDIO


def test_a_collection_gives_every_timeline_and_holds_loose_clips(tmp_path: Path) -> None:
    members = [json.loads(timeline()), json.loads(timeline()), clip("loose", span(0, 24), file("/loose.mov"))]
    made = json.dumps({"OTIO_SCHEMA": "SerializableCollection.1", "children": members})

    found = project(tmp_path, "bin.otio", made)

    assert [one.name for one in found.cuts] == ["Reel 1", "Reel 1 (2)"]
    assert [medium.name for medium in found.media] == ["loose.mov"]


def test_a_stack_that_lies_in_itself_is_named_and_read(tmp_path: Path) -> None:
    inner = stack(
        track({"OTIO_SCHEMA": "SerializableObjectRef.1", "id": "me"}, clip("a", span(0, 24), file("/a.mov"))),
        name="Loop", OTIO_REF_ID="me",
    )  # fmt: skip

    found = project(tmp_path, "cut.otio", timeline(track(inner)))

    assert codes(found) == ["timeline.cycle"]
    assert paths(found, cut(found, "Loop").clips[-1]) == ["/a.mov"]


def test_what_nobody_knows_is_named_and_keeps_its_place(tmp_path: Path) -> None:
    odd = {"OTIO_SCHEMA": "Hologram.7", "name": "h", "source_range": span(0, 24)}

    found = project(tmp_path, "cut.otio", timeline(track(odd, clip("a", span(0, 24), file("/a.mov")))))

    assert [one[2] for one in events(found)] == ["00:00:00:00-00:00:01:00", "00:00:01:00-00:00:02:00"]
    assert codes(found) == ["timeline.unknown_object"]


def test_a_nested_cut_without_content_is_named(tmp_path: Path) -> None:
    found = project(tmp_path, "cut.otio", timeline(track(stack(name="Empty", source_range=span(0, 24)))))

    assert codes(found) == ["timeline.empty_cut"]
    assert not found.complete


def test_a_time_that_is_none_is_named_and_the_clip_is_kept(tmp_path: Path) -> None:
    broken = {**span(0, 24), "duration": time(24, 0)}

    found = project(tmp_path, "cut.otio", timeline(track(clip("a", broken, file("/a.mov")))))

    assert [one.name for one in cut(found).clips] == ["a"]
    assert "timeline.unreadable_time" in codes(found)


def test_bundles_tell_where_their_media_lie(tmp_path: Path) -> None:
    made = timeline(track(clip("a", span(0, 24), file("media/a.mov"))))
    written(tmp_path, "cut.otiod/content.otio", made)
    with zipfile.ZipFile(tmp_path / "cut.otioz", "w") as bundle:
        bundle.writestr("content.otio", made)

    for name in ("cut.otiod", "cut.otioz"):
        found = read_project(tmp_path / name)

        assert found is not None
        assert found.media[0].paths == (f"{name}/media/a.mov", "media/a.mov")


def test_a_bundle_without_its_document_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "cut.otioz", "w") as bundle:
        bundle.writestr("other", b"")

    with pytest.raises(UnreadableMedia, match=r"content\.otio"):
        read_project(tmp_path / "cut.otioz")


@pytest.mark.parametrize("content", ['{"a": 1}', "[" * 100_000, '{"OTIO_SCHEMA": "Timeline.1", "x": 1', "\0", "[1]"])
def test_json_that_is_no_timeline_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableMedia, match=r"timeline\.broken"):
        read_project(written(tmp_path, "cut.otio", content))
