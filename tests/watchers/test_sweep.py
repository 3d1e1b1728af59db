from __future__ import annotations

import errno
import os
import shutil
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.model import FileStamp
from watchers.ignore import Ignore
from watchers.sweep import (
    DEPTH_LIMIT,
    Changes,
    RootIdentity,
    RootMissing,
    Skipped,
    SweepFault,
    SweptFolder,
    _list,
    compare,
    identify_root,
    look_at,
    pair_renames,
    racy,
    sweep,
)

SECOND = 1_000_000_000
STAMP = FileStamp(size=5, mtime_ns=100 * SECOND, ctime_ns=200 * SECOND, inode=7)
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX file kinds and permissions")


def swept(root: Path, *patterns: str) -> dict[bytes, SweptFolder]:
    found = list(sweep(os.fsencode(root), Ignore(patterns)))
    return {each.folder: each for each in found if isinstance(each, SweptFolder)}


def test_finds_every_file_with_its_stamp(tmp_path: Path) -> None:
    (tmp_path / "day 1" / "cam").mkdir(parents=True)
    (tmp_path / "a.png").write_bytes(b"12345")
    (tmp_path / "day 1" / "cam" / "b.mov").write_bytes(b"")

    folders = swept(tmp_path)

    found = os.stat(tmp_path / "a.png")
    assert set(folders) == {b"", b"day 1", b"day 1/cam"}
    assert folders[b""].mtime_ns == os.stat(tmp_path).st_mtime_ns
    assert folders[b""].files[b"a.png"].size == 5
    assert folders[b""].files[b"a.png"].mtime_ns == found.st_mtime_ns
    assert folders[b"day 1/cam"].files.keys() == {b"b.mov"}


def test_gives_the_same_stamp_as_a_single_look(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"12345")

    assert swept(tmp_path)[b""].files[b"a.png"] == look_at(os.fsencode(tmp_path / "a.png"))


def test_a_single_look_sees_no_folder_link_or_missing_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1")

    assert look_at(os.fsencode(tmp_path)) is None
    assert look_at(os.fsencode(tmp_path / "nothing")) is None
    assert look_at(os.fsencode(tmp_path / "file" / "below")) is None


def test_does_not_enter_ignored_folders_nor_list_ignored_files(tmp_path: Path) -> None:
    for folder in (".provenance", "previews", "day 1"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.png").write_bytes(b"1")
    (tmp_path / ".DS_Store").write_bytes(b"1")

    folders = swept(tmp_path, "previews/")

    assert set(folders) == {b"", b"day 1"}
    assert folders[b""].files == {}


def test_begins_in_a_folder_and_stays_in_it_when_asked(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    root = os.fsencode(tmp_path)

    below = [each.folder for each in sweep(root, Ignore(), b"a") if isinstance(each, SweptFolder)]
    only = [each.folder for each in sweep(root, Ignore(), b"a", deep=False) if isinstance(each, SweptFolder)]

    assert below == [b"a", b"a/b"]
    assert only == [b"a"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse names that are not Unicode")
def test_keeps_names_of_any_bytes(tmp_path: Path) -> None:
    names = {b"caf\xe9.png", b"\xff\xfe", b"line\nbreak", b"n" * 255, " ü 映画.mov".encode(), b" lead"}
    folder = os.path.join(os.fsencode(tmp_path), b"d\xff")
    os.mkdir(folder)
    for name in names:
        with open(os.path.join(folder, name), "wb"):
            pass

    assert set(swept(tmp_path)[b"d\xff"].files) == names


@posix_only
def test_reports_links_and_special_files_and_follows_none(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.png").write_bytes(b"1")
    (tmp_path / "to_file").symlink_to(tmp_path / "real" / "a.png")
    (tmp_path / "to_folder").symlink_to(tmp_path / "real")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "broken").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        place = os.getcwd()
        os.chdir(tmp_path)  # socket names are limited to about 100 characters
        try:
            server.bind("sock")
        finally:
            os.chdir(place)

    found = list(sweep(os.fsencode(tmp_path), Ignore()))

    skipped = {each.name: each.what for each in found if isinstance(each, Skipped)}
    links = dict.fromkeys([b"to_file", b"to_folder", b"loop", b"broken"], "symlink")
    assert skipped == {**links, b"pipe": "fifo", b"sock": "socket"}
    assert {each.folder for each in found if isinstance(each, SweptFolder)} == {b"", b"real"}


@posix_only
def test_reports_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    # A name too long for the system fails for root as well, whom permissions do not stop.
    place = os.getcwd()
    try:
        os.chdir(tmp_path)
        for _ in range(20):
            os.mkdir("d" * 250)
            os.chdir("d" * 250)
    finally:
        os.chdir(place)

    faults = [each for each in sweep(os.fsencode(tmp_path), Ignore()) if isinstance(each, SweepFault)]

    assert len(faults) == 1
    assert faults[0].reason == os.strerror(errno.ENAMETOOLONG)
    shutil.rmtree(tmp_path / ("d" * 250))


def test_stops_where_folders_are_nested_without_end(tmp_path: Path) -> None:
    place = os.getcwd()
    try:
        os.chdir(tmp_path)
        for _ in range(DEPTH_LIMIT + 3):
            os.mkdir("d")
            os.chdir("d")
    finally:
        os.chdir(place)

    found = list(sweep(os.fsencode(tmp_path), Ignore()))

    assert sum(isinstance(each, SweptFolder) for each in found) == DEPTH_LIMIT
    assert isinstance(found[-1], SweepFault)
    assert str(DEPTH_LIMIT) in found[-1].reason


@posix_only
def test_does_not_walk_into_a_loop_of_mounts(tmp_path: Path) -> None:
    # Mounting needs rights a test does not have: the folder is handed in as lying inside itself.
    (tmp_path / "a").mkdir()
    found = os.stat(tmp_path / "a")

    listing = _list(os.fsencode(tmp_path), b"a", frozenset({RootIdentity(found.st_dev, found.st_ino)}), Ignore())

    assert isinstance(listing, SweepFault)
    assert "loop" in listing.reason


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions do not stop this user")
def test_reports_a_folder_without_permission(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)

    found = list(sweep(os.fsencode(tmp_path), Ignore()))

    (tmp_path / "closed").chmod(0o700)
    assert SweepFault(b"closed", b"", os.strerror(errno.EACCES)) in found


def test_a_folder_that_vanishes_half_way_counts_as_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.png").write_bytes(b"1")
    walk = sweep(os.fsencode(tmp_path), Ignore())
    next(walk)
    shutil.rmtree(tmp_path / "a")

    rest = list(walk)

    assert len(rest) == 1
    assert isinstance(rest[0], SweepFault)
    assert (rest[0].folder, rest[0].vanished) == (b"a", True)


def test_a_missing_root_is_a_state(tmp_path: Path) -> None:
    found = list(sweep(os.fsencode(tmp_path / "gone"), Ignore()))

    assert len(found) == 1
    assert isinstance(found[0], RootMissing)


def test_a_file_for_a_root_is_a_missing_root(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1")

    found = list(sweep(os.fsencode(tmp_path / "file"), Ignore()))

    assert found == [RootMissing(os.fsencode(tmp_path / "file"), "it is not a folder")]


def test_a_root_that_goes_away_half_way_says_so_at_the_end(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    walk = sweep(os.fsencode(root), Ignore())
    next(walk)
    shutil.rmtree(root)

    assert isinstance(list(walk)[-1], RootMissing)


def test_a_root_that_is_swapped_half_way_says_so_at_the_end(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    walk = sweep(os.fsencode(root), Ignore())
    next(walk)
    root.rename(tmp_path / "moved")
    root.mkdir()

    assert isinstance(list(walk)[-1], RootMissing)


def test_an_empty_root_of_another_identity_is_unmounted(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").write_bytes(b"")
    root = os.fsencode(tmp_path)
    elsewhere = RootIdentity(device=99, inode=2)

    assert isinstance(identify_root(root, elsewhere, Ignore()), RootMissing)


def test_a_root_emptied_by_people_is_still_the_root(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path)
    known = identify_root(root, None, Ignore())

    assert isinstance(known, RootIdentity)
    assert identify_root(root, known, Ignore()) == known


def test_a_volume_mounted_anew_is_accepted_when_it_holds_files(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"1")
    found = os.stat(tmp_path)

    now = identify_root(os.fsencode(tmp_path), RootIdentity(99, 2), Ignore())

    assert now == RootIdentity(found.st_dev, found.st_ino)


def test_compares_what_is_there_with_what_was_known() -> None:
    known = {b"same": STAMP, b"grown": STAMP, b"old": replace(STAMP, inode=8)}
    seen = {b"same": STAMP, b"grown": replace(STAMP, size=6), b"new": replace(STAMP, inode=9)}

    changes = compare(seen, known)

    assert changes == Changes(frozenset({b"new"}), frozenset({b"grown"}), frozenset({b"old"}))


def test_says_nothing_where_nothing_changed() -> None:
    assert not compare({b"a": STAMP}, {b"a": STAMP})


def test_pairs_a_rename_although_its_ctime_changed(tmp_path: Path) -> None:
    (tmp_path / "old.png").write_bytes(b"12345")
    before = swept(tmp_path)[b""].files
    (tmp_path / "old.png").rename(tmp_path / "new.png")

    changes = compare(swept(tmp_path)[b""].files, before)

    assert changes.renamed == ((b"old.png", b"new.png"),) if os.name == "posix" else ()
    assert changes.gone == {b"old.png"}
    assert changes.new == {b"new.png"}


def test_pairs_no_rename_that_could_be_another_one() -> None:
    without_inode = replace(STAMP, inode=0)

    assert pair_renames({b"a": STAMP}, {b"b": STAMP, b"c": STAMP}) == ()
    assert pair_renames({b"a": STAMP, b"b": STAMP}, {b"c": STAMP}) == ()
    assert pair_renames({b"a": without_inode}, {b"b": without_inode}) == ()
    assert pair_renames({b"a": STAMP}, {b"b": replace(STAMP, size=6)}) == ()


stamps = st.builds(FileStamp, st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), st.integers(0, 3))
folders = st.dictionaries(st.binary(max_size=2), stamps, max_size=6)


@given(folders, folders)
def test_applying_the_changes_to_what_was_known_gives_what_is_there(
    seen: dict[bytes, FileStamp], known: dict[bytes, FileStamp]
) -> None:
    changes = compare(seen, known)

    rebuilt = {name: stamp for name, stamp in known.items() if name not in changes.gone}
    rebuilt |= {name: seen[name] for name in changes.new | changes.changed}
    assert rebuilt == seen
    assert all(old in changes.gone and new in changes.new for old, new in changes.renamed)


@pytest.mark.parametrize(
    ("mtime", "ctime", "hashed_at", "expected"),
    [
        (100, 100, 101.9, True),
        (100, 100, 102, False),
        (50, 100, 101, True),  # renamed or copied with its time just before
        (100, 50, 101, True),
        (9_999, 50, 101, False),  # a camera's clock runs ahead: its files must not be hashed for ever
        (50, 103, 101, True),  # the server's clock runs ahead
        (102, 50, 101, True),
    ],
)
def test_knows_when_a_later_change_could_bear_the_same_stamp(
    mtime: float, ctime: float, hashed_at: float, expected: bool
) -> None:
    stamp = FileStamp(5, int(mtime * SECOND), int(ctime * SECOND), 7)

    assert racy(stamp, int(hashed_at * SECOND)) is expected
