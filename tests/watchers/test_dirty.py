from __future__ import annotations

import pytest

from watchers.dirty import DIRTY_LIMIT, PATIENCE, DirtyFolder, DirtyFolders


class HandClock:
    """A clock that only moves when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def test_hands_a_folder_out_once_when_it_became_quiet(clock: HandClock) -> None:
    dirty = DirtyFolders(clock)
    dirty.mark(b"/r", b"a", False)
    clock.now += 1
    dirty.mark(b"/r", b"a", False)
    clock.now += 1.5

    assert dirty.take(2) == []

    clock.now += 0.5
    assert dirty.take(2) == [DirtyFolder(b"/r", b"a", False, 100.0)]
    assert dirty.take(2) == []


def test_a_folder_that_never_becomes_quiet_is_handed_out_all_the_same(clock: HandClock) -> None:
    dirty = DirtyFolders(clock)
    taken = []
    for _ in range(PATIENCE * 2 + 1):
        dirty.mark(b"/r", b"a", False)
        taken += dirty.take(1)
        clock.now += 0.5

    assert [each.since for each in taken] == [100.0]


def test_remembers_that_a_whole_folder_came(clock: HandClock) -> None:
    dirty = DirtyFolders(clock)
    dirty.mark(b"/r", b"a", True)
    dirty.mark(b"/r", b"a", False)

    assert dirty.take(0)[0].deep


def test_keeps_roots_apart(clock: HandClock) -> None:
    dirty = DirtyFolders(clock)
    dirty.mark(b"/r", b"a", False)
    dirty.mark(b"/s", b"a", False)

    assert {each.root for each in dirty.take(0)} == {b"/r", b"/s"}


def test_loses_nothing_when_the_clock_is_set_back(clock: HandClock) -> None:
    dirty = DirtyFolders(clock)
    dirty.mark(b"/r", b"a", False)
    clock.now -= 50

    assert len(dirty.take(2)) == 1


def test_counts_one_loss_however_often_it_is_told(clock: HandClock) -> None:
    dirty = DirtyFolders(clock)
    dirty.lose()
    dirty.lose()

    assert dirty.take_lost()
    assert not dirty.take_lost()
    assert dirty.overflows == 1
    dirty.lose()
    assert dirty.overflows == 2


def test_too_many_dirty_folders_become_one_loss(clock: HandClock) -> None:
    dirty = DirtyFolders(clock)
    for number in range(DIRTY_LIMIT + 1):
        dirty.mark(b"/r", str(number).encode(), False)

    assert dirty.take_lost()
    assert dirty.take(0) == []
