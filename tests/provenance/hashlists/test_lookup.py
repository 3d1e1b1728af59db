from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from provenance.hashlists import forget, is_listed, look_up, wanted_hashes
from tests.provenance.hashlists.rolls import asc_entry, asc_history, asc_manifest, classic_entry, classic_list, put

CLIP = b"picture and sound"


def test_without_lists_there_is_nothing_to_say(tmp_path: Path) -> None:
    put(tmp_path, {"a/b/c.mov": CLIP})

    assert look_up(tmp_path / "a/b/c.mov") is None
    assert not is_listed(tmp_path / "a/b/c.mov")


def test_a_list_that_does_not_name_it_is_not_none(tmp_path: Path) -> None:
    put(tmp_path, {"a.mov": CLIP})
    classic_list(tmp_path / "roll.mhl", [classic_entry("b.mov", CLIP, "md5")])

    found = look_up(tmp_path / "a.mov")

    assert found is not None
    assert found.listings == found.faults == ()


def test_the_nearest_list_comes_first_and_each_says_what_it_knows(tmp_path: Path) -> None:
    put(tmp_path, {"DAY1/A001/CLIP/a.mov": CLIP})
    classic_list(tmp_path / "DAY1/A001/A001.mhl", [classic_entry("CLIP/a.mov", CLIP, "sha1", "md5")])
    asc_history(tmp_path / "DAY1", asc_manifest([asc_entry("A001/CLIP/a.mov", CLIP, "c4", "xxh64")]))

    found = look_up(tmp_path / "DAY1/A001/CLIP/a.mov")

    assert found is not None
    assert [one.entry.path for one in found.listings] == ["CLIP/a.mov", "A001/CLIP/a.mov"]
    assert wanted_hashes(found) == ("sha1", "xxh64")


def test_nothing_more_is_taken_where_a_list_gives_what_we_take_anyway(tmp_path: Path) -> None:
    put(tmp_path, {"a.mov": CLIP})
    asc_history(tmp_path, asc_manifest([asc_entry("a.mov", CLIP, "c4", "md5", "xxh128")]))

    assert wanted_hashes(look_up(tmp_path / "a.mov")) == ()
    assert wanted_hashes(None) == ()


def test_c4_is_taken_as_the_hash_it_is_made_of(tmp_path: Path) -> None:
    put(tmp_path, {"a.mov": CLIP})
    asc_history(tmp_path, asc_manifest([asc_entry("a.mov", CLIP, "c4")]))

    assert wanted_hashes(look_up(tmp_path / "a.mov")) == ("sha512",)


def test_letters_taken_apart_are_the_same_name(tmp_path: Path) -> None:
    classic_list(tmp_path / "a.mhl", [classic_entry(unicodedata.normalize("NFC", "Kür/é.mov"), CLIP, "md5")])

    assert is_listed(tmp_path / unicodedata.normalize("NFD", "Kür/é.mov"))


def test_names_that_are_no_text_are_not_listed_and_break_nothing(tmp_path: Path) -> None:
    classic_list(tmp_path / "a.mhl", [classic_entry("caf.mov", CLIP, "md5")])

    assert not is_listed(tmp_path / os.fsdecode(b"caf\xe9.mov"))


def test_a_new_and_a_changed_list_are_seen_at_once(tmp_path: Path) -> None:
    put(tmp_path, {"a.mov": CLIP})
    before = is_listed(tmp_path / "a.mov")
    classic_list(tmp_path / "a.mhl", [classic_entry("b.mov", CLIP, "md5")])
    still = is_listed(tmp_path / "a.mov")
    classic_list(tmp_path / "a.mhl", [classic_entry("b.mov", CLIP, "md5"), classic_entry("a.mov", CLIP, "md5")])

    assert (before, still, is_listed(tmp_path / "a.mov")) == (False, False, True)


def test_of_several_thousand_files_each_finds_its_own_entry(tmp_path: Path) -> None:
    names = [f"CLIP/{number:05d}.mov" for number in range(3_000)]
    classic_list(tmp_path / "a.mhl", [classic_entry(name, name.encode(), "md5") for name in names])

    for name in (names[0], names[1_234], names[-1]):
        found = look_up(tmp_path / name)
        assert found is not None
        assert [one.entry.path for one in found.listings] == [name]
    assert not is_listed(tmp_path / "CLIP/99999.mov")


def test_a_long_entry_is_read_whole(tmp_path: Path) -> None:
    long = "x" * 3_000
    classic_list(tmp_path / "a.mhl", [classic_entry(f"{long}/a.mov", CLIP, "md5", "sha1"),
                                      classic_entry("b.mov", CLIP, "md5")])  # fmt: skip

    found = look_up(tmp_path / long / "a.mov")

    assert found is not None
    assert dict(found.listings[0].entry.hashes).keys() == {"md5", "sha1"}


def test_a_list_too_far_above_is_none_of_its(tmp_path: Path) -> None:
    deep = "/".join("abcdefghi")
    classic_list(tmp_path / "a.mhl", [classic_entry(f"{deep}/a.mov", CLIP, "md5")])

    assert not is_listed(tmp_path / deep / "a.mov")
    assert look_up(tmp_path / deep / "a.mov") is None


def test_the_listings_of_other_systems_never_leave_the_folder(tmp_path: Path) -> None:
    inner = tmp_path / "roll"
    put(tmp_path, {"secret.mov": CLIP, "roll/a.mov": CLIP})
    classic_list(inner / "a.mhl", [classic_entry("../secret.mov", CLIP, "md5"), classic_entry("a.mov", CLIP, "md5")])

    found = look_up(inner / "a.mov")

    assert not is_listed(tmp_path / "secret.mov")
    assert found is not None
    assert [fault.code for fault in found.faults] == ["hashlist.entry"]
    assert not found.listings[0].intact


def test_a_manifest_that_is_edited_after_it_was_looked_into_is_not_believed_any_more(tmp_path: Path) -> None:
    put(tmp_path, {"a.mov": CLIP})
    inside = asc_history(tmp_path, asc_manifest([asc_entry("a.mov", CLIP, "md5")]))
    before = look_up(tmp_path / "a.mov")
    manifest = next(inside.glob("0001*"))
    manifest.write_bytes(manifest.read_bytes().replace(b"cart", b"carts"))

    after = look_up(tmp_path / "a.mov")

    assert before is not None
    assert after is not None
    assert (before.listings[0].intact, after.listings[0].intact) == (True, False)


def test_a_list_is_found_though_the_folders_clock_stood_still(tmp_path: Path) -> None:
    put(tmp_path, {"a.mov": CLIP})
    before = os.stat(tmp_path)
    assert look_up(tmp_path / "a.mov") is None
    classic_list(tmp_path / "a.mhl", [classic_entry("a.mov", CLIP, "md5")])
    os.utime(tmp_path, ns=(before.st_atime_ns, before.st_mtime_ns))

    forget(tmp_path)

    assert is_listed(tmp_path / "a.mov")


def test_of_many_generations_each_lookup_asks_what_is_remembered(tmp_path: Path) -> None:
    put(tmp_path, {"a.mov": CLIP})
    first = asc_manifest([asc_entry("a.mov", CLIP, "md5")])
    later = asc_manifest([asc_entry("a.mov", CLIP, "md5", action="verified")], process="in-place")
    asc_history(tmp_path, first, *[later] * 200)

    for _ in range(20):
        found = look_up(tmp_path / "a.mov")

    assert found is not None
    assert (found.listings[0].generation, found.listings[0].header.process) == (1, "transfer")
