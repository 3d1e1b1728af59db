"""AAF: made here with the library that reads it, so that each shows one thing."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import aaf2
import pytest

from provenance.errors import CouldNotLook, UnreadableMedia
from provenance.model import Clip, ProjectFile, Rate, Track
from provenance.timelines import aaf, read_project
from tests.provenance.timelines.reading import codes, cut, events, paths, written

COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")


class Bin:
    """An AAF being made."""

    def __init__(self, file: Any, rate: int = 25) -> None:
        self.file = file
        self.rate = rate
        self.make = file.create

    def tape(self, name: str, start: int) -> Any:
        mob = self.make.SourceMob(name)
        mob.descriptor = self.make.TapeDescriptor()
        self.file.content.mobs.append(mob)
        slot = mob.create_picture_slot(edit_rate=self.rate)
        slot.segment = self.make.SourceClip(length=10_000, media_kind="picture")
        clock = mob.create_timeline_slot(edit_rate=self.rate)
        clock.segment = self.make.Timecode(fps=self.rate, length=10_000)
        clock.segment.start = start
        return mob

    def described(self) -> Any:
        """A descriptor of pictures with all that the format demands."""
        found = self.make.CDCIDescriptor()
        told = {
            "ComponentWidth": 8, "HorizontalSubsampling": 2, "StoredHeight": 1080, "StoredWidth": 1920,
            "FrameLayout": "FullFrame", "VideoLineMap": [42, 0], "ImageAspectRatio": "16/9",
            "SampleRate": self.rate, "Length": 1_000,
        }  # fmt: skip
        for name, value in told.items():
            found[name].value = value
        return found

    def source(self, name: str, url: str, below: Any = None, offset: int = 0) -> Any:
        mob = self.make.SourceMob(name)
        mob.descriptor = self.described()
        locator = self.make.NetworkLocator()
        locator["URLString"].value = url
        mob.descriptor["Locator"].append(locator)
        self.file.content.mobs.append(mob)
        slot = mob.create_picture_slot(edit_rate=self.rate)
        if below is None:
            slot.segment = self.make.SourceClip(length=1_000, media_kind="picture")
        else:
            slot.segment = below.create_source_clip(1, start=offset, length=1_000)
        return mob

    def master(self, name: str, source: Any) -> Any:
        mob = self.make.MasterMob(name)
        self.file.content.mobs.append(mob)
        mob.create_picture_slot(edit_rate=self.rate).segment = source.create_source_clip(1, start=0, length=1_000)
        return mob

    def clip(self, mob: Any, start: int, length: int) -> Any:
        return mob.create_source_clip(1, start=start, length=length)

    def operation(self, name: str, length: int, *inputs: Any) -> Any:
        definition = self.make.OperationDef(aaf2.auid.AUID(int=hash(name) & (1 << 100) - 1), name)
        definition.media_kind = "picture"
        definition["NumberInputs"].value = len(inputs)
        self.file.dictionary.register_def(definition)
        group = self.make.OperationGroup(definition, length=length)
        group.segments.extend(inputs)
        return group

    def cut(self, *components: Any, usage: str = "Usage_TopLevel", name: str = "Reel 1") -> Any:
        mob = self.make.CompositionMob(name)
        mob.usage = usage
        clock = mob.create_timeline_slot(edit_rate=self.rate)
        clock.segment = self.make.Timecode(fps=self.rate)
        clock.segment.start = self.rate * 3600
        line = mob.create_picture_slot(edit_rate=self.rate)
        line.segment = self.make.Sequence("picture")
        line.segment.components.extend(components)
        self.file.content.mobs.append(mob)
        return mob


@contextmanager
def making(path: Path) -> Iterator[Bin]:
    with aaf2.open(os.fspath(path), "w") as file:
        yield Bin(file)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cut.aaf"


def read(path: Path) -> ProjectFile:
    found = read_project(path)
    assert found is not None
    return found


def used(found: ProjectFile) -> list[Clip]:
    return [one for one in cut(found).clips if one.enabled]


def test_a_clip_is_followed_through_master_and_file_to_the_timecode_of_its_tape(path: Path) -> None:
    with making(path) as made:
        tape = made.tape("A001", start=90_000)
        source = made.source("a.PHYS", "file://nexis/show/Avid%20MediaFiles/MXF/1/a.mxf", tape, offset=250)
        master = made.master("shot", source)
        made.cut(made.make.Filler("picture", 25), made.clip(master, 50, 25))
        identifiers = [str(mob.mob_id)[15:].replace(".", "") for mob in (source, master)]

    found = read(path)

    assert events(found) == [("V1", "shot", "01:00:01:00-01:00:02:00", "01:00:12:00-01:00:13:00")]
    medium = found.media[used(found)[0].media[0]]
    assert medium.paths[0] == r"\\nexis\show\Avid MediaFiles\MXF\1\a.mxf"
    assert (medium.reel, medium.umids) == ("A001", tuple(identifiers))
    assert medium.available is not None
    assert medium.available.start == 3_610
    assert (found.format, found.faults, found.complete) == ("AAF", (), True)


def test_neighbours_overlap_by_the_transition_between_them(path: Path) -> None:
    with making(path) as made:
        one = made.master("one", made.source("one", "file:///one.mxf"))
        two = made.master("two", made.source("two", "file:///two.mxf"))
        fade = made.make.Transition("picture", 10)
        fade["CutPoint"].value = 5
        fade["OperationGroup"].value = made.operation("Dissolve", 10)
        made.cut(made.clip(one, 0, 30), fade, made.clip(two, 100, 30))

    assert events(read(path)) == [
        ("V1", "one", "01:00:00:00-01:00:01:05", "00:00:00:00-00:00:01:05"),
        ("V1", "two", "01:00:00:20-01:00:02:00", "00:00:04:00-00:00:05:05"),
    ]


def test_of_a_selector_only_the_selected_is_used(path: Path) -> None:
    with making(path) as made:
        masters = [made.master(name, made.source(name, f"file:///{name}.mxf")) for name in ("yes", "no")]
        selector = made.make.Selector("picture", 25)
        selector["Selected"].value = made.clip(masters[0], 0, 25)
        selector["Alternates"].value = [made.clip(masters[1], 0, 25)]
        made.cut(selector)

    found = read(path)

    assert [one.name for one in used(found)] == ["yes"]
    assert [(one.name, one.note) for one in cut(found).clips if not one.enabled] == [("no", "not selected")]


def test_all_inputs_of_an_effect_are_used_and_one_without_is_an_adjustment(path: Path) -> None:
    with making(path) as made:
        masters = [made.master(name, made.source(name, f"file:///{name}.mxf")) for name in ("fill", "matte")]
        key = made.operation("Matte Key", 25, *(made.clip(one, 0, 25) for one in masters))
        made.cut(made.operation("Outer", 25, key), made.operation("Color", 25, made.make.Filler("picture", 25)))

    found = read(path)

    assert [(one.name, one.kind) for one in used(found)] == [
        ("fill", "media"),
        ("matte", "media"),
        ("Color", "adjustment"),
    ]
    assert used(found)[0].note == "Outer; Matte Key"


def test_an_effect_that_changes_lengths_changes_speed(path: Path) -> None:
    with making(path) as made:
        master = made.master("shot", made.source("shot", "file:///shot.mxf"))
        made.cut(made.operation("Motion Effect", 25, made.clip(master, 100, 50)))

    assert events(read(path)) == [("V1", "shot", "01:00:00:00-01:00:01:00", "00:00:04:00-00:00:06:00")]


def test_a_motion_effect_that_does_not_tell_its_speed_says_so(path: Path) -> None:
    with making(path) as made:
        master = made.master("shot", made.source("shot", "file:///shot.mxf"))
        made.cut(made.operation("Timewarp", 25, made.clip(master, 100, 25)))

    found = read(path)

    assert used(found)[0].source is None
    assert used(found)[0].note == "Timewarp; source not told"


def test_a_composition_inside_is_a_cut_of_its_own(path: Path) -> None:
    with making(path) as made:
        master = made.master("shot", made.source("shot", "file:///shot.mxf"))
        inner = made.cut(made.clip(master, 0, 100), usage="Usage_LowerLevel", name="Scene")
        made.cut(inner.create_source_clip(2, start=25, length=50))

    found = read(path)

    assert [(one.name, one.top) for one in found.cuts] == [("Reel 1", True), ("Scene", False)]
    assert events(found) == [("V1", "Scene", "01:00:00:00-01:00:02:00", "01:00:01:00-01:00:03:00")]


def test_a_composition_that_shows_itself_is_named_and_read(path: Path) -> None:
    with making(path) as made:
        mob = made.cut(name="Loop")
        line = next(slot for slot in mob.slots if slot.slot_id == 2)
        line.segment.components.append(mob.create_source_clip(2, start=0, length=10))

    assert codes(read(path)) == ["timeline.cycle"]


def test_sources_that_show_each_other_end(path: Path) -> None:
    with making(path) as made:
        first = made.source("first", "file:///first.mxf")
        second = made.source("second", "file:///second.mxf", first)
        next(iter(first.slots)).segment = second.create_source_clip(1, start=0, length=10)
        made.cut(made.clip(made.master("shot", second), 0, 10))

    found = read(path)

    assert sorted(paths(found, used(found)[0])) == ["/first.mxf", "/second.mxf"]


def test_comments_give_the_path_that_was_imported(path: Path) -> None:
    with making(path) as made:
        imported = made.source("imported", "file:///host/Users/me/a.mov")
        imported.descriptor = made.make.ImportDescriptor()
        source = made.source("a.PHYS", "file:///V01.mxf", imported)
        master = made.master("a", source)
        master.comments["UNC Path"] = "/Users/me/a.mov"
        master.comments["Tape"] = "A002"
        made.cut(made.clip(master, 0, 25))

    found = read(path)
    file, origin = (found.media[at] for at in used(found)[0].media)

    assert file.paths == ("/V01.mxf",)
    assert "/Users/me/a.mov" in origin.paths
    assert (file.reel, origin.reel) == ("A002", "A002")


def test_files_that_no_cut_shows_are_present(path: Path) -> None:
    with making(path) as made:
        made.master("unused", made.source("unused", "file:///unused.mxf"))
        made.cut()

    found = read(path)

    assert [medium.name for medium in found.media] == ["unused.mxf"]
    assert cut(found).clips == ()


def test_a_source_that_is_not_in_the_file_is_missing_and_named(path: Path) -> None:
    with making(path) as made:
        gone = made.source("gone", "file:///gone.mxf")
        reference = gone.create_source_clip(1, start=0, length=25)
        made.cut(reference)
        made.file.content.mobs.pop(gone.mob_id)

    found = read(path)

    assert used(found)[0].kind == "missing"
    assert codes(found) == ["timeline.missing_media"]


def test_a_master_whose_file_is_elsewhere_is_known_by_its_identifier(path: Path) -> None:
    with making(path) as made:
        source = made.source("s", "file:///s.mxf")
        master = made.master("shot", source)
        made.cut(made.clip(master, 0, 25))
        made.file.content.mobs.pop(source.mob_id)

    found = read(path)

    assert used(found)[0].kind == "missing"
    assert len(found.media[0].umids[0]) == 64
    assert found.media[0].name == "shot"


def test_sound_and_rates_of_ntsc(path: Path) -> None:
    with aaf2.open(os.fspath(path), "w") as file:
        made = Bin(file, 30)
        mob = file.create.CompositionMob("Reel 1")
        mob.usage = "Usage_TopLevel"
        clock = mob.create_timeline_slot(edit_rate="30000/1001")
        clock.segment = file.create.Timecode(fps=30, drop=True)
        clock.segment.start = 107_892
        line = mob.create_sound_slot(edit_rate="30000/1001")
        master = made.master("a", made.source("a", "file:///a.wav"))
        line.segment = master.create_source_clip(1, start=0, length=30, media_kind="sound")
        file.content.mobs.append(mob)

    found = cut(read(path))

    assert found.rate == Rate(Fraction(30000, 1001), drop=True)
    assert (found.clips[0].track, found.clips[0].label) == (Track.AUDIO, "A1")
    assert events(read(path))[0][2] == "01:00:00;00-01:00:01;00"


def test_nothing_is_printed_whatever_the_library_wants_to_say(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with making(path) as made:
        made.cut()
    data = bytearray(path.read_bytes())
    data[44:48] = (3).to_bytes(4, "little")  # the count of allocation sectors lies, which the library would log

    path.write_bytes(data)
    with suppress(UnreadableMedia):
        aaf.read(path)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "content", [b"", b"not an AAF", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 600]
)
def test_what_is_named_aaf_and_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableMedia, match=r"timeline\.broken"):
        read_project(written(tmp_path, "cut.aaf", content))


def test_a_truncated_aaf_is_refused(path: Path) -> None:
    with making(path) as made:
        made.cut()
    path.write_bytes(path.read_bytes()[:5_000])

    with pytest.raises(UnreadableMedia, match=r"timeline\.broken"):
        read_project(path)


def test_a_file_that_is_not_there_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(CouldNotLook):
        read_project(tmp_path / "none.aaf")


@pytest.mark.parametrize(
    ("at", "lie", "words"),
    [
        (30, b"\x1f\x00", "sectors of"),
        (44, b"\xff\xff\xff\x7f", "tables of"),
        (64, b"\xff\xff\xff\x7f", "tables of"),
        (72, b"\xff\xff\xff\xff", "tables of"),
        (80, None, "listed twice"),
    ],
)
def test_a_header_that_lies_about_its_tables_is_refused(path: Path, at: int, lie: bytes | None, words: str) -> None:
    with making(path) as made:
        made.cut()
    data = bytearray(path.read_bytes())
    data[at : at + len(lie or data[76:80])] = lie or data[76:80]
    path.write_bytes(data)

    with pytest.raises(UnreadableMedia, match=words):
        read_project(path)


def test_a_list_of_tables_that_bites_its_tail_ends(path: Path) -> None:
    with making(path) as made:
        made.cut()
    data = bytearray(path.read_bytes())
    sector = 1 << int.from_bytes(data[30:32], "little")
    last = len(data) // sector - 2
    data[68:76] = last.to_bytes(4, "little") + (9).to_bytes(4, "little")
    data[(last + 1) * sector : (last + 2) * sector] = b"\xff" * (sector - 4) + last.to_bytes(4, "little")
    path.write_bytes(data)

    with pytest.raises(UnreadableMedia, match="has no end"):
        read_project(path)


def test_a_stream_that_claims_gigabytes_takes_no_memory(path: Path) -> None:
    with making(path) as made:
        made.cut()
    data = bytearray(path.read_bytes())
    name = "properties".encode("utf-16-le")
    at = data.find(name)
    while at >= 0:
        data[at + 120 : at + 128] = (0xFFFFFFFF).to_bytes(8, "little")
        at = data.find(name, at + 1)
    path.write_bytes(data)

    tracemalloc.start()
    with pytest.raises(UnreadableMedia, match="a stream of 4294967295 bytes"):
        read_project(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 50_000_000
