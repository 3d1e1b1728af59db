"""One read gives both hashes, and proves that the file held still."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from provenance.digest import BUFFER, digest_file, open_media, sequence_digest, stamp
from provenance.errors import ChangedMeanwhile, CouldNotLook
from provenance.model import Member


@pytest.mark.parametrize("size", [0, 1, BUFFER - 1, BUFFER, BUFFER + 1, 3 * BUFFER + 7])
def test_both_hashes_equal_those_of_the_libraries(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    path = tmp_path / "a b ü.bin"
    path.write_bytes(data)

    digests, when = digest_file(path)

    assert digests.size == size
    assert digests.sha256 == hashlib.sha256(data).digest()
    assert digests.xxh128 == xxhash.xxh3_128(data).digest()
    assert when == stamp(path.stat())


def test_progress_tells_every_byte_once(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * (2 * BUFFER + 5))
    told: list[int] = []

    digest_file(path, told.append)

    assert sum(told) == 2 * BUFFER + 5


def test_a_file_that_grows_meanwhile_is_not_given_a_hash(tmp_path: Path) -> None:
    path = tmp_path / "render.mov"
    path.write_bytes(b"x" * (BUFFER + 1))

    def grow(_: int) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    with pytest.raises(ChangedMeanwhile) as caught:
        digest_file(path, grow)

    assert caught.value.path == path
    assert caught.value.remedy


def test_a_file_that_shrinks_meanwhile_is_not_given_a_hash(tmp_path: Path) -> None:
    path = tmp_path / "render.mov"
    path.write_bytes(b"x" * (4 * BUFFER))

    with pytest.raises(ChangedMeanwhile):
        digest_file(path, lambda _: os.truncate(path, 10))


def test_a_file_rewritten_in_place_with_the_same_size_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "render.mov"
    path.write_bytes(b"x" * 100)

    def rewrite(_: int) -> None:
        with path.open("r+b") as file:
            file.write(b"y")
        os.utime(path, ns=(1, 1))

    with pytest.raises(ChangedMeanwhile):
        digest_file(path, rewrite)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this platform")
@pytest.mark.timeout(10)
def test_a_pipe_is_refused_and_never_blocks(tmp_path: Path) -> None:
    path = tmp_path / "pipe.png"
    os.mkfifo(path)

    with pytest.raises(CouldNotLook) as caught:
        digest_file(path)

    assert "regular file" in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("name", ["missing.png", "missing\0nul.png"])
def test_a_missing_or_impossible_file_says_path_and_remedy(tmp_path: Path, name: str) -> None:
    with pytest.raises(CouldNotLook) as caught:
        digest_file(tmp_path / name)

    assert caught.value.path is not None
    assert caught.value.remedy


def test_a_folder_for_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CouldNotLook):
        digest_file(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")
def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")

    with pytest.raises(CouldNotLook) as caught:
        digest_file(tmp_path / "a")

    assert "link" in caught.value.remedy


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux file systems take names that are not UTF-8")
def test_names_in_any_bytes_can_be_read(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe " + b"n" * 240))
    path.write_bytes(b"abc")

    with open_media(path) as file:
        data = file.read()

    assert data == b"abc"
    assert digest_file(path)[0].size == 3


def _member(frame: int, name: bytes = b"a.png") -> Member:
    return Member(frame, name, 10 + frame, hashlib.sha256(b"%d" % frame).digest())


@given(st.permutations([1001, 1002, 1003, 1004]))
def test_a_sequence_has_one_identity_whatever_the_order(order: list[int]) -> None:
    expected = sequence_digest(_member(frame) for frame in (1001, 1002, 1003, 1004))

    assert sequence_digest(_member(frame) for frame in order) == expected
    assert len(expected) == 32


def test_a_renamed_sequence_stays_itself_and_a_missing_frame_makes_another() -> None:
    frames = [_member(1), _member(2)]
    renamed = [_member(1, b"b.1.png"), _member(2, b"b.2.png")]

    assert sequence_digest(renamed) == sequence_digest(frames)
    assert sequence_digest(frames[:1]) != sequence_digest(frames)


def test_the_identity_of_a_sequence_is_what_the_design_says() -> None:
    member = _member(7)
    canonical = f'[[7,17,"{member.sha256.hex()}"]]'.encode()

    assert sequence_digest([member]) == hashlib.sha256(canonical).digest()
