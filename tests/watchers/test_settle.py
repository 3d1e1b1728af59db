from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from provenance.model import FileStamp
from watchers.settle import SequenceSettler, Settler, Settling

SECOND = 1_000_000_000
OLD = FileStamp(size=100, mtime_ns=0, ctime_ns=0, inode=7)


class HandClock:
    """A clock that only moves when told to."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def test_settles_at_the_second_equal_look_that_is_late_enough(clock: HandClock) -> None:
    settler: Settler[bytes] = Settler(clock, 5)

    first = settler.look(b"a", OLD)
    clock.now += 4.9
    early = settler.look(b"a", OLD)
    clock.now += 0.1
    late = settler.look(b"a", OLD)

    assert (first, early, late) == (Settling.WAITING, Settling.WAITING, Settling.SETTLED)
    assert b"a" not in settler


def test_never_settles_at_the_first_look_however_old_the_file(clock: HandClock) -> None:
    settler: Settler[bytes] = Settler(clock, 0)

    assert settler.look(b"a", OLD) is Settling.WAITING
    assert settler.look(b"a", OLD) is Settling.SETTLED


@pytest.mark.parametrize("changed", ["size", "mtime_ns", "ctime_ns", "inode"])
def test_any_change_of_the_stamp_starts_the_wait_over(clock: HandClock, changed: str) -> None:
    settler: Settler[bytes] = Settler(clock, 5)
    settler.look(b"a", OLD)
    clock.now += 6

    assert settler.look(b"a", replace(OLD, **{changed: 8})) is Settling.WAITING

    clock.now += 4
    assert settler.look(b"a", replace(OLD, **{changed: 8})) is Settling.WAITING
    clock.now += 1
    assert settler.look(b"a", replace(OLD, **{changed: 8})) is Settling.SETTLED


def test_waits_for_a_file_that_grows_for_days(clock: HandClock) -> None:
    settler: Settler[bytes] = Settler(clock, 5)
    for size in range(1, 20_000):
        clock.now += 10
        assert settler.look(b"a", replace(OLD, size=size)) is Settling.WAITING

    clock.now += 5
    assert settler.look(b"a", replace(OLD, size=19_999)) is Settling.SETTLED


def test_forgets_a_file_that_vanished(clock: HandClock) -> None:
    settler: Settler[bytes] = Settler(clock, 5)
    settler.look(b"a", OLD)

    assert settler.look(b"a", None) is Settling.GONE
    assert settler.due(clock.now + 1_000) == []
    assert len(settler) == 0


def test_an_empty_file_waits_longer_and_then_settles(clock: HandClock) -> None:
    settler: Settler[bytes] = Settler(clock, 5)
    empty = replace(OLD, size=0)
    settler.look(b"a", empty)

    clock.now += 49
    assert settler.look(b"a", empty) is Settling.WAITING
    clock.now += 1
    assert settler.look(b"a", empty) is Settling.SETTLED


def test_an_empty_file_that_is_filled_waits_like_any_other(clock: HandClock) -> None:
    settler: Settler[bytes] = Settler(clock, 5)
    settler.look(b"a", replace(OLD, size=0))
    settler.look(b"a", OLD)

    assert settler.due(clock.now + 5) == [b"a"]
    clock.now += 5
    assert settler.look(b"a", OLD) is Settling.SETTLED


def test_a_modification_time_ahead_of_the_clock_does_not_hold_a_file_up(clock: HandClock) -> None:
    settler: Settler[bytes] = Settler(clock, 5)
    ahead = replace(OLD, mtime_ns=9_999_999 * SECOND)
    settler.look(b"a", ahead)
    clock.now += 5

    assert settler.look(b"a", ahead) is Settling.SETTLED


def test_a_young_modification_time_holds_a_file_up_until_it_is_old_enough() -> None:
    clock, wall = HandClock(0), HandClock(1_000)
    settler: Settler[bytes] = Settler(clock, 5, wall=wall)
    young = replace(OLD, mtime_ns=1_001 * SECOND)
    settler.look(b"a", young)
    clock.now, wall.now = 5, 1_003

    assert settler.look(b"a", young) is Settling.WAITING
    assert settler.due(7.9) == []
    assert settler.due(8) == [b"a"]
    clock.now, wall.now = 8, 1_006
    assert settler.look(b"a", young) is Settling.SETTLED


def test_a_clock_set_back_starts_the_wait_over_and_loses_nothing(clock: HandClock) -> None:
    settler: Settler[bytes] = Settler(clock, 5)
    settler.look(b"a", OLD)
    clock.now -= 500

    assert settler.due(clock.now) == [b"a"]
    assert settler.look(b"a", OLD) is Settling.WAITING
    clock.now += 5
    assert settler.look(b"a", OLD) is Settling.SETTLED


def test_says_when_the_next_look_is_due(clock: HandClock) -> None:
    settler: Settler[bytes] = Settler(clock, 5)
    assert settler.next_due() is None

    settler.look(b"a", OLD)
    clock.now += 2
    settler.look(b"b", OLD)

    assert settler.next_due() == clock.now + 3
    assert settler.due(clock.now + 3) == [b"a"]
    settler.forget(b"a")
    assert settler.next_due() == clock.now + 5


def test_a_sequence_settles_when_no_frame_came_or_changed(clock: HandClock) -> None:
    settler: SequenceSettler[str] = SequenceSettler(clock, 60)
    frames = {b"s.0001.exr": OLD}
    settler.look("s", frames)
    clock.now += 59
    more = {**frames, b"s.0002.exr": OLD}

    assert settler.look("s", more) is Settling.WAITING
    clock.now += 59
    assert settler.look("s", dict(reversed(more.items()))) is Settling.WAITING
    clock.now += 1
    assert settler.look("s", more) is Settling.SETTLED


def test_a_sequence_waits_when_one_frame_is_rendered_again_or_removed(clock: HandClock) -> None:
    settler: SequenceSettler[str] = SequenceSettler(clock, 60)
    frames = {b"s.0001.exr": OLD, b"s.0002.exr": OLD}
    settler.look("s", frames)
    clock.now += 60

    assert settler.look("s", {**frames, b"s.0001.exr": replace(OLD, inode=9)}) is Settling.WAITING
    clock.now += 60
    assert settler.look("s", {b"s.0002.exr": OLD}) is Settling.WAITING
    assert settler.look("s", {}) is Settling.GONE


WAIT, EMPTY_WAIT = 5.0, 20.0


class SettlingHistory(RuleBasedStateMachine):
    """Files change, vanish and are looked at while the clock goes on, and sometimes back.

    The model keeps every look there was and works out each answer from that whole history.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandClock()
        self.settler: Settler[int] = Settler(self.clock, WAIT, empty_seconds=EMPTY_WAIT)
        self.files: dict[int, FileStamp] = {}
        self.looks: dict[int, list[tuple[float, FileStamp]]] = {}

    @initialize()
    def begin(self) -> None:
        self.files = {0: OLD}

    @rule(seconds=st.sampled_from([0.5, 2.0, 4.5, 5.0, 7.0, 21.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(seconds=st.sampled_from([1.0, 6.0, 100.0]))
    def clock_is_set_back(self, seconds: float) -> None:
        self.clock.now -= seconds

    @rule(key=st.integers(0, 2), size=st.integers(0, 2), ahead=st.sampled_from([-3.0, 0.0, 3.0, 1e6]))
    def file_is_written(self, key: int, size: int, ahead: float) -> None:
        self.files[key] = FileStamp(size, int((self.clock.now + ahead) * SECOND), 0, key)

    @rule(key=st.integers(0, 2))
    def file_vanishes(self, key: int) -> None:
        self.files.pop(key, None)

    @rule(key=st.integers(0, 2))
    def look(self, key: int) -> None:
        answer = self.settler.look(key, self.files.get(key))

        assert answer is self._expected(key)

    def _expected(self, key: int) -> Settling:
        stamp, now = self.files.get(key), self.clock.now
        if stamp is None:
            self.looks.pop(key, None)
            return Settling.GONE
        history = self.looks.setdefault(key, [])
        history.append((now, stamp))
        if self._unchanged_for(history) is None:
            return Settling.WAITING
        wait = WAIT if stamp.size else EMPTY_WAIT
        age = now - stamp.mtime_ns / 1e9
        if self._unchanged_for(history) >= wait and not 0 <= age < wait:
            del self.looks[key]
            return Settling.SETTLED
        return Settling.WAITING

    def _unchanged_for(self, history: list[tuple[float, FileStamp]]) -> float | None:
        """Seconds over the looks that saw the same file on a clock that never fell below their first."""
        begin = 0
        for index in range(1, len(history)):
            if history[index][1] != history[begin][1] or history[index][0] < history[begin][0]:
                begin = index
        return None if begin == len(history) - 1 else history[-1][0] - history[begin][0]

    @invariant()
    def whatever_waits_will_be_looked_at_again(self) -> None:
        waiting = set(self.looks)

        assert set(self.settler.due(self.clock.now + 1e9)) == waiting
        assert len(self.settler) == len(waiting)


SettlingHistory.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
test_settles_exactly_as_its_history_of_looks_says = SettlingHistory.TestCase
