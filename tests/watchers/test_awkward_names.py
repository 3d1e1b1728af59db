"""Names that are not UTF-8 go the whole way: recorded, judged, flagged, and withdrawn under the same name."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.watchers.production import Day, a_production

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps names of any bytes")
NAME = os.fsdecode(b"bad\xff.png")


def deliver(day: Day, samples: Path) -> Path:
    path = day.root / "deliverables" / NAME
    path.parent.mkdir()
    shutil.copy(samples / "stills" / "ai_generated.png", path)
    return path


def test_flags_a_file_whose_name_is_not_utf8(tmp_path: Path, samples: Path) -> None:
    with a_production(tmp_path / "SHOW") as day:
        deliver(day, samples)

        first, second = day.scan().flags, day.scan().flags

        assert [one.name for one in first] == [NAME]
        assert [one.name for one in second] == [NAME]
        assert [entry.kind for entry in day.store.ledger.entries(kind="finding.opened")] == ["finding.opened"]


def test_withdraws_the_flag_of_a_file_whose_name_is_not_utf8(tmp_path: Path, samples: Path) -> None:
    with a_production(tmp_path / "SHOW") as day:
        path = deliver(day, samples)
        day.scan()
        path.rename(day.root / NAME)

        flags = day.scan().flags

        assert flags == ()


def test_a_production_folder_whose_name_is_not_utf8_is_named_with_escapes(tmp_path: Path) -> None:
    with a_production(tmp_path / NAME) as day:
        day.put("a/one.bin")

        report = day.scan()

        assert (report.new, report.faults) == (1, ())
