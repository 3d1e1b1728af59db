"""Avid logs: what is present."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from provenance.errors import UnreadableMedia
from provenance.model import Rate, Span
from provenance.timelines import read_project
from tests.provenance.timelines.reading import codes, project, written


def log(*lines: str, fps: str = "25", columns: str = "Name\tTracks\tStart\tEnd\tTape\tUNC Path\tSource File") -> str:
    heading = f"Heading\nFIELD_DELIM\tTABS\nVIDEO_FORMAT\t1080\nFPS\t{fps}\n\nColumn\n{columns}\n\nData\n"
    return heading + "\n".join(lines) + "\n"


def test_clips_are_present_and_nothing_is_used(tmp_path: Path) -> None:
    line = "A001_C001\tVA1A2\t01:00:00:00\t01:00:10:00\tA001\t\\\\nexis\\show\\a.mov\ta.mov"

    found = project(tmp_path, "bin.ale", log(line))

    assert (found.format, found.cuts, found.complete) == ("Avid Log Exchange", (), False)
    assert found.media[0].paths == (r"\\nexis\show\a.mov", "a.mov")
    assert (found.media[0].name, found.media[0].reel) == ("a.mov", "A001")
    assert found.media[0].available == Span(Fraction(3600), Fraction(3610))


def test_drop_frame_is_told_by_the_timecode(tmp_path: Path) -> None:
    found = project(tmp_path, "bin.ale", log("a\tV\t01:00:00;00\t01:00:01;00\tA001", fps="29.97"))

    assert found.media[0].rate == Rate(Fraction(30000, 1001), drop=True)


def test_a_clip_without_readable_times_is_kept_and_named(tmp_path: Path) -> None:
    found = project(tmp_path, "bin.ale", log("a\tV\tsoon\t01:00:01:00\tA001", "b\tV\t\t\tA002", "\tV"))

    assert [medium.name for medium in found.media] == ["a", "b"]
    assert codes(found) == ["timeline.unreadable", "timeline.unreadable_clip"]


def test_a_rate_that_is_not_told_is_assumed_aloud(tmp_path: Path) -> None:
    assert codes(project(tmp_path, "bin.ale", log("a\tV", fps=""))) == ["timeline.rate_assumed"]


def test_identifiers_are_read_where_a_column_has_them(tmp_path: Path) -> None:
    urn = "urn:smpte:umid:060a2b34.01010105.01010f10.13000000.53822f34.95279605.8032480f.cf67113a"

    found = project(tmp_path, "bin.ale", log(f"a\t{urn}", columns="Name\tUMID"))

    assert found.media[0].umids == ("060a2b340101010501010f101300000053822f34952796058032480fcf67113a",)


def test_a_log_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match=r"timeline\.broken"):
        read_project(written(tmp_path, "bin.ale", "Heading\nFIELD_DELIM\tTABS\n"))
