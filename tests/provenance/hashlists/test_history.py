from __future__ import annotations

from pathlib import Path

import pytest

from provenance.errors import UnreadableMedia
from provenance.hashlists import Action, History, merged, read_history
from tests.provenance.hashlists.rolls import asc_entry, asc_history, asc_manifest, c4, put, taken

CLIP, OTHER = b"picture and sound", b"something else"


@pytest.fixture
def roll(tmp_path: Path) -> Path:
    return put(tmp_path / "A001", {"CLIP/C0001.MP4": CLIP, "CLIP/new.MP4": OTHER})


def three(roll: Path) -> tuple[bytes, bytes, bytes]:
    first = asc_manifest([asc_entry("CLIP/C0001.MP4", CLIP, "xxh128"), asc_entry("CLIP/old.MP4", OTHER, "xxh128")])
    second = asc_manifest(
        [
            asc_entry("CLIP/C0001.MP4", CLIP, "xxh128", "md5", action="verified"),
            asc_entry("CLIP/new.MP4", OTHER, "xxh128", action="verified", previous="CLIP/old.MP4"),
        ],
        process="in-place",
    )
    third = asc_manifest([asc_entry("CLIP/C0001.MP4", b"rot", "xxh128", action="failed")], process="in-place")
    return first, second, third


def history_of(roll: Path) -> History:
    found = read_history(roll)
    assert found is not None
    return found


def test_a_folder_without_one_has_none(tmp_path: Path) -> None:
    assert read_history(tmp_path) is None


def test_every_generation_that_is_what_the_chain_says_is_intact(roll: Path) -> None:
    asc_history(roll, *three(roll))

    found = history_of(roll)

    assert found.intact
    assert [(one.number, one.intact) for one in found.generations] == [(1, True), (2, True), (3, True)]


def test_an_edited_manifest_breaks_the_chain_and_is_named(roll: Path) -> None:
    inside = asc_history(roll, *three(roll))
    edited = next(inside.glob("0002_*"))
    edited.write_bytes(edited.read_bytes().replace(b"verified", b"original"))

    found = history_of(roll)

    assert not found.intact
    assert [one.intact for one in found.generations] == [True, False, True]
    (fault,) = found.faults
    assert fault.code == "hashlist.chain"
    assert edited.name in fault.text


def test_a_lost_a_foreign_and_an_unnumbered_manifest_are_named(roll: Path) -> None:
    inside = asc_history(roll, *three(roll))
    next(inside.glob("0001_*")).unlink()
    (inside / "0009_A001_2026-06-01_100000Z.mhl").write_bytes(asc_manifest([]))
    chain = inside / "ascmhl_chain.xml"
    chain.write_text(chain.read_text().replace('sequencenr="2"', 'sequencenr="7"'))

    texts = [fault.text for fault in history_of(roll).faults]

    assert len(texts) == 3
    assert "0001" in texts[0]
    assert "is not there" in texts[0]
    assert "without a gap" in texts[1]
    assert "0009_A001_2026-06-01_100000Z.mhl is not in the chain" in texts[2]


@pytest.mark.parametrize("chain", [b"", b"<x/>", b'<!DOCTYPE a [<!ENTITY b "c">]><ascmhldirectory/>'])
def test_without_a_chain_nothing_is_intact(roll: Path, chain: bytes) -> None:
    inside = asc_history(roll, *three(roll))
    (inside / "ascmhl_chain.xml").write_bytes(chain)

    found = history_of(roll)

    assert not any(one.intact for one in found.generations)
    assert found.faults[0].code == "hashlist.chain"


def test_the_state_has_each_file_once_under_its_newest_path_with_all_its_hashes(roll: Path) -> None:
    asc_history(roll, *three(roll))

    found = merged(history_of(roll))

    state = {entry.path: entry for entry in found.entries}
    assert set(state) == {"CLIP/C0001.MP4", "CLIP/new.MP4"}
    assert state["CLIP/C0001.MP4"].hashes == (("xxh128", taken(CLIP, "xxh128")), ("md5", taken(CLIP, "md5")))
    assert state["CLIP/C0001.MP4"].action is Action.ORIGINAL
    assert state["CLIP/new.MP4"].previous_path == "CLIP/old.MP4"
    assert [fault.code for fault in found.faults] == ["hashlist.failed"]
    assert found.generation == 3


def test_nested_histories_are_named_and_their_manifests_checked(tmp_path: Path) -> None:
    card = put(tmp_path / "DAY1" / "A001", {"C0001.MP4": CLIP})
    manifest = asc_manifest([asc_entry("C0001.MP4", CLIP, "xxh128")])
    inside = asc_history(card, manifest)
    name = next(inside.glob("0001_*")).name
    reference = f"<hashlistreference><path>A001/ascmhl/{name}</path><c4>{c4(manifest)}</c4></hashlistreference>"
    outside = "<hashlistreference><path>../ascmhl/0001_x.mhl</path><c4>c4</c4></hashlistreference>"
    asc_history(tmp_path / "DAY1", asc_manifest([], references=f"<references>{reference}</references>"))

    whole = history_of(tmp_path / "DAY1")
    asc_history(tmp_path / "DAY1", asc_manifest([], references=f"<references>{reference}{outside}</references>"))
    (inside / name).write_bytes(manifest + b"\n")
    changed = history_of(tmp_path / "DAY1")

    assert whole.nested == ("A001",)
    assert whole.intact
    assert [fault.code for fault in changed.faults] == ["hashlist.nested", "hashlist.entry"]
    assert changed.nested == ("A001",)


def test_a_manifest_that_is_no_list_is_an_error_of_ours(roll: Path) -> None:
    asc_history(roll, b"<html/>")

    with pytest.raises(UnreadableMedia, match=r"hashlist\.unknown"):
        merged(history_of(roll))
