from __future__ import annotations

from pathlib import Path

from provenance.contracts import Source
from provenance.describe import describe
from provenance.hashlists import look_up
from provenance.model import Origin, Strength
from provenance.readers import hash_lists
from tests.provenance.hashlists.rolls import classic_entry, classic_list, put, taken

CLIP = b"picture and sound"


def source(path: Path, **more: object) -> Source:
    return Source(path, path.read_bytes(), path.stat().st_size, **more)  # type: ignore[arg-type]


def rolled(tmp_path: Path) -> Path:
    put(tmp_path, {"a.mov": CLIP, "b.mov": CLIP})
    classic_list(tmp_path / "A001.mhl", [classic_entry("a.mov", CLIP, "md5")])
    return tmp_path / "a.mov"


def test_accepts_only_what_a_list_names(tmp_path: Path) -> None:
    path = rolled(tmp_path)

    assert hash_lists.accepts(path, b"")
    assert not hash_lists.accepts(tmp_path / "b.mov", b"")


def test_what_nobody_compared_is_said_to_be_so(tmp_path: Path) -> None:
    found = hash_lists.read(source(rolled(tmp_path)))

    (mark,) = found.marks
    assert (mark.place, mark.key, mark.value) == ("mhl:A001.mhl", "listed", "a.mov")
    assert (mark.claims, mark.strength, mark.says("match")) == (None, Strength.HEURISTIC, None)
    assert found.facts == {"offload": "listed by A001.mhl, 2026-05-01, md5 not compared"}


def test_what_was_handed_in_is_compared(tmp_path: Path) -> None:
    path = rolled(tmp_path)
    listed = look_up(path)
    assert listed is not None

    same = hash_lists.read(source(path, listed=listed.compared_with(17, (("md5", taken(CLIP, "md5")),))))
    other = hash_lists.read(source(path, listed=listed.compared_with(17, (("md5", taken(b"x", "md5")),))))
    shorter = hash_lists.read(source(path, listed=listed.compared_with(16, ())))

    assert (same.marks[0].says("match"), same.marks[0].strength, same.faults) == ("md5", Strength.DECLARED, ())
    assert [fault.code for fault in other.faults] == ["hashlist.mismatch"]
    assert taken(b"x", "md5") in other.faults[0].text
    assert taken(CLIP, "md5") in other.faults[0].text
    assert "16 bytes, 17 are listed" in shorter.faults[0].text
    assert other.marks[0].says("match") is shorter.marks[0].says("match") is None


def test_a_file_that_is_only_listed_still_says_nothing_of_its_origin(tmp_path: Path) -> None:
    found = describe(rolled(tmp_path))

    assert found.verdict.origin is Origin.UNDECLARED
    assert "hash_lists" in dict(found.readers)
    assert any("no reader for this format" in gap.why for gap in found.unchecked)
    assert "hash_lists" not in dict(describe(tmp_path / "b.mov").readers)


def test_many_lists_that_name_one_file_are_bounded(tmp_path: Path) -> None:
    put(tmp_path, {"a.mov": CLIP})
    for number in range(30):
        classic_list(tmp_path / f"{number:02d}.mhl", [classic_entry("a.mov", CLIP, "md5")])

    assert len(hash_lists.read(source(tmp_path / "a.mov")).marks) == 8
