"""Offload hash lists in a production: what they say is recorded, compared, and heard by the gate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance.model import Asset, Mark
from tests.provenance.hashlists.rolls import asc_entry, asc_history, asc_manifest, classic_entry, classic_list
from tests.watchers.production import Day, a_production

CLIP, PLATE = "camera/A001/CLIP/plate.png", "deliverables/plate.png"
NAME = "CLIP/plate.png"


@pytest.fixture
def day(tmp_path: Path, samples: Path) -> Iterator[Day]:
    """A plate of which only its folder says that it was captured."""
    with a_production(tmp_path / "show") as found:
        found.put(CLIP, (samples / "stills" / "undeclared.png").read_bytes())
        yield found


def roll(day: Day) -> Path:
    return day.root / "camera" / "A001"


def content(day: Day) -> bytes:
    return (day.root / CLIP).read_bytes()


def asset(day: Day, name: str = CLIP) -> Asset:
    sha256 = day.at(name)
    assert sha256 is not None
    return day.store.assets.get(sha256)


def mark(day: Day, name: str = CLIP) -> Mark:
    (found,) = [one for one in asset(day, name).description.marks if one.reader == "hash_lists"]
    return found


def scan(day: Day) -> None:
    """The plate comes in, and then a copy of it is delivered."""
    day.scan()
    day.put(PLATE, content(day))
    day.scan()


def codes(day: Day) -> list[str]:
    return sorted({one.code for one in day.store.decisions.findings() if one.is_open})


def test_a_folders_word_alone_waits_for_a_person(day: Day) -> None:
    scan(day)

    assert codes(day) == ["GEN-05"]


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "c4", "xxh64", "xxh3", "xxh128"])
def test_an_offload_list_that_names_this_content_agrees_with_the_folder(day: Day, algorithm: str) -> None:
    asc_history(roll(day), asc_manifest([asc_entry(NAME, content(day), algorithm)]))

    scan(day)

    found = mark(day)
    assert (found.place[:9], found.key, found.value) == ("mhl:0001_", "original", NAME)
    assert (found.says("match"), found.says("tool"), found.claims) == (algorithm, "OffShoot 24.1", None)
    assert str(asset(day).description.facts["offload"]).endswith(f", 2026-05-01, {algorithm} matches")
    assert codes(day) == []


def test_a_classic_list_of_a_program_that_offloads_cards_agrees_too(day: Day) -> None:
    classic_list(roll(day) / "A001.mhl", [classic_entry(NAME, content(day), "md5")])

    scan(day)

    assert asset(day).description.facts["offload"] == "listed by A001.mhl, 2026-05-01, md5 matches"
    assert "GEN-05" not in codes(day)


def by_tool(day: Day, tool: str, process: str = "transfer") -> None:
    asc_history(roll(day), asc_manifest([asc_entry(NAME, content(day), "xxh128")], tool=tool, process=process))


def of_ours(day: Day) -> None:
    by_tool(day, "media-provenance-tracker")


def made_afterwards(day: Day) -> None:
    by_tool(day, "OffShoot", "in-place")


def flattened(day: Day) -> None:
    by_tool(day, "OffShoot", "flatten")


def by_nobody(day: Day) -> None:
    by_tool(day, "<!-- -->")


def edited(day: Day) -> None:
    by_tool(day, "OffShoot")
    manifest = next((roll(day) / "ascmhl").glob("*.mhl"))
    manifest.write_bytes(manifest.read_bytes().replace(b"<hostname>cart", b"<hostname>care"))


def half_readable(day: Day) -> None:
    path = classic_list(roll(day) / "A001.mhl", [classic_entry(NAME, content(day), "md5")])
    path.write_bytes(path.read_bytes()[:-8])


def classic_by_hand(day: Day) -> None:
    classic_list(roll(day) / "A001.mhl", [classic_entry(NAME, content(day), "md5")], tool="simple-mhl 1.3.1")


def verified_only(day: Day) -> None:
    asc_history(roll(day), asc_manifest([asc_entry(NAME, content(day), "xxh128", action="verified")]))


def failed_later(day: Day) -> None:
    first = asc_manifest([asc_entry(NAME, content(day), "xxh128")])
    asc_history(roll(day), first, asc_manifest([asc_entry(NAME, b"rot", "xxh128", action="failed")]))


def without_a_hash(day: Day) -> None:
    asc_history(roll(day), asc_manifest([asc_entry(NAME, content(day))]))


def added_in_a_later_generation(day: Day) -> None:
    later = asc_manifest([asc_entry(NAME, content(day), "xxh128")], process="in-place")
    asc_history(roll(day), asc_manifest([asc_entry("CLIP/other.mov", b"x", "xxh128")]), later)


@pytest.mark.parametrize(
    "make",
    [of_ours, made_afterwards, flattened, by_nobody, edited, half_readable, classic_by_hand, verified_only,
     failed_later, without_a_hash, added_in_a_later_generation],
    ids=lambda make: make.__name__,
)  # fmt: skip
def test_no_lesser_list_vouches_for_a_file(day: Day, make: object) -> None:
    make(day)  # type: ignore[operator]

    scan(day)

    assert mark(day).value == NAME
    assert "GEN-05" in codes(day)


@pytest.mark.parametrize("size", [None, 5])
def test_another_content_than_was_listed_is_a_named_fault_and_a_question(day: Day, size: int | None) -> None:
    asc_history(roll(day), asc_manifest([asc_entry(NAME, b"what was shot", "xxh128", size=size or len(content(day)))]))

    scan(day)

    (fault,) = [one for one in asset(day).description.faults if one.code == "hashlist.mismatch"]
    assert "lists other content as CLIP/plate.png" in fault.text
    assert "is listed" in fault.text or "are listed" in fault.text
    assert mark(day).says("match") is None
    assert codes(day) == ["GEN-02", "GEN-05"]


def test_an_edited_list_is_named(day: Day) -> None:
    edited(day)

    scan(day)

    assert [one.code for one in asset(day).description.faults] == ["hashlist.chain"]
    assert "the list was changed" in str(asset(day).description.facts["offload"])
    assert codes(day) == ["GEN-05"]


def test_an_ai_mark_wins_over_any_list(day: Day, samples: Path) -> None:
    day.put(CLIP, (samples / "stills" / "ai_generated.png").read_bytes())
    by_tool(day, "OffShoot")

    scan(day)

    assert mark(day).says("match") == "xxh128"
    assert "NFX-01" in codes(day)


@pytest.mark.parametrize("form", ["asc", "classic"])
def test_a_list_that_arrives_after_its_files_is_compared_with_them(day: Day, form: str) -> None:
    scan(day)
    before = codes(day)
    if form == "asc":
        asc_history(roll(day), asc_manifest([asc_entry(NAME, content(day), "md5")]))
    else:
        classic_list(roll(day) / "A001.mhl", [classic_entry(NAME, content(day), "md5")])

    scan(day)

    assert before == ["GEN-05"]
    assert mark(day).says("match") == "md5"
    assert "GEN-05" not in codes(day)


def test_a_later_generation_that_failed_is_heard(day: Day) -> None:
    asc_history(roll(day), asc_manifest([asc_entry(NAME, content(day), "xxh128")]))
    scan(day)
    before = codes(day)
    failed_later(day)

    scan(day)

    assert before == []
    assert mark(day).says("failed") == "yes"
    assert codes(day) == ["GEN-05"]


def test_what_was_compared_once_is_not_forgotten_where_the_copy_lies(day: Day) -> None:
    classic_list(roll(day) / "A001.mhl", [classic_entry(NAME, content(day), "md5")])
    scan(day)
    day.put("deliverables/again.png", content(day))

    scan(day)

    assert mark(day, "deliverables/again.png").says("match") == "md5"
    assert "GEN-05" not in codes(day)


def test_a_rename_is_told(day: Day) -> None:
    first = asc_manifest([asc_entry("CLIP/C0001.png", content(day), "xxh128")])
    renamed = asc_entry(NAME, content(day), "xxh128", action="verified", previous="CLIP/C0001.png")
    asc_history(roll(day), first, asc_manifest([renamed], process="in-place"))

    scan(day)

    found = mark(day)
    assert (found.value, found.key) == ("CLIP/C0001.png", "original")
    assert found.says("renamed_from") == "CLIP/C0001.png"
    assert "renamed from CLIP/C0001.png" in str(asset(day).description.facts["offload"])
    assert codes(day) == []


def test_lists_that_do_not_name_a_file_say_nothing_of_it(day: Day) -> None:
    classic_list(day.root / "other.mhl", [classic_entry("camera/other.mov", b"x", "md5")])
    classic_list(roll(day) / "broken.mhl", []).write_bytes(b"<!DOCTYPE a><hashlist/>")

    scan(day)

    assert [one for one in asset(day).description.marks if one.reader == "hash_lists"] == []
    assert [one.code for one in asset(day).description.faults] == ["hashlist.entities"]
    assert codes(day) == ["GEN-05"]


def test_manifests_are_no_assets(day: Day) -> None:
    by_tool(day, "OffShoot")

    scan(day)

    assert not any("ascmhl" in name for name in day.live())
