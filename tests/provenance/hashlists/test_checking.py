from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from provenance.errors import CouldNotLook
from provenance.hashlists import Listing, State, adopt, merged, read_history, read_list, verify_listed
from provenance.hashlists.model import Action, Header, ListedFile
from provenance.model import FileStamp
from tests.provenance.hashlists.rolls import (
    WHEN,
    asc_entry,
    asc_history,
    asc_manifest,
    classic_entry,
    classic_list,
    put,
    taken,
)

FILES = {"CLIP/1.mov": b"one", "CLIP/2.mov": b"two", "CLIP/3.mov": b"three", "CLIP/4.mov": b""}
WHEN_NS = 1_777_629_600 * 10**9


@pytest.fixture
def roll(tmp_path: Path) -> Path:
    root = put(tmp_path / "A001", FILES)
    classic_list(root / "A001.mhl", [classic_entry(name, content, "md5", "sha1") for name, content in FILES.items()])
    asc_history(root, asc_manifest([asc_entry(name, data, "c4", "xxh128") for name, data in FILES.items()]))
    return root


def test_a_whole_roll_holds_by_size_and_by_hash(roll: Path) -> None:
    listed = read_list(roll / "A001.mhl")

    by_size, by_hash = verify_listed(listed, roll), verify_listed(listed, roll, by_hash=True)

    assert by_size.holds
    assert {one.state for one in by_size.files} == {State.THERE}
    assert by_hash.holds
    assert {one.state for one in by_hash.files} == {State.VERIFIED}
    assert by_size.extra == by_hash.extra == ()


def test_c4_and_xxh128_are_compared_too(roll: Path) -> None:
    history = read_history(roll)
    assert history is not None

    found = verify_listed(merged(history), roll, by_hash=True)

    assert {(one.state, one.why) for one in found.files} == {(State.VERIFIED, "c4")}


def test_missing_changed_and_extra_files_are_told_apart(roll: Path) -> None:
    (roll / "CLIP/1.mov").unlink()
    (roll / "CLIP/2.mov").write_bytes(b"six")
    (roll / "CLIP/3.mov").write_bytes(b"longer than before")
    put(roll, {"CLIP/late.mov": b"x", "notes.txt": b"y"})
    listed = read_list(roll / "A001.mhl")

    by_size = verify_listed(listed, roll, ignored=lambda path: path.endswith(".txt"))
    by_hash = verify_listed(listed, roll, by_hash=True)

    assert [one.state for one in by_size.files] == [State.MISSING, State.THERE, State.CHANGED, State.THERE]
    assert [one.state for one in by_hash.files] == [State.MISSING, State.CHANGED, State.CHANGED, State.VERIFIED]
    assert "18 bytes, 5 are listed" in by_hash.files[2].why
    assert f"{taken(b'two', 'md5')} is listed" in by_hash.files[1].why
    assert not by_size.holds
    assert by_size.extra == ("CLIP/late.mov",)
    assert by_hash.extra == ("CLIP/late.mov", "notes.txt")


def test_letters_taken_apart_by_another_system_are_the_same_name(tmp_path: Path) -> None:
    put(tmp_path, {unicodedata.normalize("NFD", "é.mov"): b"one"})
    listed = read_list(
        classic_list(tmp_path / "a.mhl", [classic_entry(unicodedata.normalize("NFC", "é.mov"), b"one", "md5")])
    )

    found = verify_listed(listed, tmp_path, by_hash=True)

    assert found.holds
    assert found.extra == ()


def test_a_list_that_is_half_readable_never_holds(roll: Path) -> None:
    path = roll / "A001.mhl"
    path.write_bytes(path.read_bytes()[:-40])

    assert not verify_listed(read_list(path), roll).holds


def test_what_cannot_be_read_is_no_pass(roll: Path) -> None:
    path = roll / "CLIP/1.mov"
    path.unlink()
    path.mkdir()

    assert verify_listed(read_list(roll / "A001.mhl"), roll, by_hash=True).files[0].state is State.MISSING
    with pytest.raises(CouldNotLook):
        verify_listed(read_list(roll / "A001.mhl"), roll / "nowhere")


def listing(**changes: object) -> Listing:
    entry = ListedFile("a.mov", 3, (("xxh128", taken(b"one", "xxh128")),), WHEN, Action.VERIFIED)
    fields: dict[str, object] = {"name": "x.mhl", "header": Header("ASC MHL 2.0", WHEN, "x"), "generation": 1,
                                 "intact": True, "entry": entry}  # fmt: skip
    return Listing(**(fields | changes))  # type: ignore[arg-type]


def entry(**changes: object) -> ListedFile:
    fields: dict[str, object] = {"path": "a.mov", "size": 3, "hashes": (("xxh128", taken(b"one", "xxh128")),),
                                 "hash_date": WHEN}  # fmt: skip
    return ListedFile(**(fields | changes))  # type: ignore[arg-type]


STAMP = FileStamp(3, WHEN_NS, WHEN_NS, 1)


def test_a_copy_of_a_recorded_asset_is_adopted_on_the_lists_word() -> None:
    asked: list[tuple[bytes, int]] = []

    def assets_with(xxh128: bytes, size: int) -> list[bytes]:
        asked.append((xxh128, size))
        return [b"s" * 32]

    found = adopt(listing(), STAMP, assets_with)

    assert found is not None
    assert (found.sha256, found.xxh128.hex()) == (b"s" * 32, taken(b"one", "xxh128"))
    assert "not read" in found.word
    assert asked == [(found.xxh128, 3)]


@pytest.mark.parametrize(
    ("said", "stamp"),
    [
        (listing(intact=False), STAMP),
        (listing(failed=True), STAMP),
        (listing(entry=entry(action=Action.FAILED)), STAMP),
        (listing(entry=entry(hashes=(("xxh64", "0" * 16), ("md5", "0" * 32)))), STAMP),
        (listing(entry=entry(size=None)), STAMP),
        (listing(), FileStamp(4, WHEN_NS, WHEN_NS, 1)),
        (listing(), FileStamp(3, WHEN_NS + 5 * 10**9, WHEN_NS, 1)),
        (listing(entry=entry(hash_date="yesterday")), STAMP),
    ],
    ids=["edited list", "failed later", "failed", "no xxh128", "no size", "other size", "changed since", "no date"],
)
def test_nothing_less_is_adopted(said: Listing, stamp: FileStamp) -> None:
    assert adopt(said, stamp, lambda xxh128, size: [b"s" * 32]) is None


def test_no_or_several_such_assets_are_none() -> None:
    assert adopt(listing(), STAMP, lambda xxh128, size: []) is None
    assert adopt(listing(), STAMP, lambda xxh128, size: [b"s" * 32, b"t" * 32]) is None
