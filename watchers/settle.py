"""When is a file finished? When it looked the same twice, long enough apart.

Close events cannot be relied on (moved-in and synthetic files have none, network shares and macOS send none),
so a file counts as finished when size, mtime, ctime and inode were equal over two looks at least
`settle_seconds` apart. A file that grows is waited for, however long it takes: it is never given up. A
half-copied file would hash to a valid but wrong identity.

Nothing here reads a clock: hand in `time.monotonic` as `clock` and `time.time` as `wall`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from provenance.model import FileStamp

EMPTY_FACTOR: Final = 10
"""An empty file waits this many times longer: many programs create a file first and fill it much later."""

Clock = Callable[[], float]
Members = tuple[tuple[bytes, FileStamp], ...]
Key = TypeVar("Key", bound=Hashable)
State = TypeVar("State", bound=Hashable)


class Settling(StrEnum):
    """What a look found: still waiting, finished (forgotten here from now on), or no longer there."""

    WAITING = "waiting"
    SETTLED = "settled"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class _Seen(Generic[State]):
    """The state at the last look, since when it has been that, and when to look again (clock seconds)."""

    state: State
    since: float
    again: float


class _Quiet(Generic[Key, State]):
    """Waits until a state has been the same for a while. The ground under both settlers below."""

    def __init__(self, clock: Clock, wall: Clock) -> None:
        self._clock = clock
        self._wall = wall
        self._seen: dict[Key, _Seen[State]] = {}

    def _look(self, key: Key, state: State | None, wait: float, newest_ns: int) -> Settling:
        if state is None:
            self._seen.pop(key, None)
            return Settling.GONE
        now = self._clock()
        before = self._seen.get(key)
        # A clock that jumped back makes the time passed unknown: the wait starts over, nothing is lost.
        if before is None or before.state != state or now < before.since:
            self._seen[key] = _Seen(state, now, now + wait)
            return Settling.WAITING
        left = max(before.since + wait - now, self._too_young_by(newest_ns, wait))
        if left <= 0:
            del self._seen[key]
            return Settling.SETTLED
        self._seen[key] = _Seen(state, before.since, now + left)
        return Settling.WAITING

    def _too_young_by(self, newest_ns: int, wait: float) -> float:
        # A modification time ahead of the clock (a camera's or a server's clock) says nothing about age:
        # then the looks alone decide, or such a file would wait for years.
        age = self._wall() - newest_ns / 1e9
        return wait - age if age >= 0 else 0.0

    def due(self, now: float) -> list[Key]:
        """What to look at again at `now` (in `clock` seconds); all of it, where the clock jumped back."""
        return [key for key, seen in self._seen.items() if seen.again <= now or now < seen.since]

    def next_due(self) -> float | None:
        """When the next one is due (in `clock` seconds), or None where nothing waits."""
        return min((seen.again for seen in self._seen.values()), default=None)

    def forget(self, key: Key) -> None:
        """Stops waiting for one (it is now ignored, or part of a sequence)."""
        self._seen.pop(key, None)

    def __len__(self) -> int:
        return len(self._seen)

    def __contains__(self, key: object) -> bool:
        return key in self._seen


class Settler(_Quiet[Key, FileStamp]):
    """Waits for single files.

    Args:
        clock: seconds that never run backwards for long (`time.monotonic`); a jump back restarts the wait.
        settle_seconds: how long a file must look the same.
        wall: seconds since 1970, to compare modification times with; `clock` where not given.
        empty_seconds: the same for a file of no bytes; EMPTY_FACTOR times longer where not given. An empty
            file does settle in the end: it is a real file, and says so.
    """

    def __init__(
        self,
        clock: Clock,
        settle_seconds: float,
        *,
        wall: Clock | None = None,
        empty_seconds: float | None = None,
    ) -> None:
        super().__init__(clock, wall or clock)
        self._wait = settle_seconds
        self._empty_wait = settle_seconds * EMPTY_FACTOR if empty_seconds is None else empty_seconds

    def look(self, key: Key, stamp: FileStamp | None) -> Settling:
        """Takes in what the file looks like now (None: it is not there) and says where it stands."""
        if stamp is None:
            return self._look(key, None, 0, 0)
        return self._look(key, stamp, self._wait if stamp.size else self._empty_wait, stamp.mtime_ns)


class SequenceSettler(_Quiet[Key, Members]):
    """Waits for image sequences: one settles when no frame came, went or changed for a while.

    Args: clock and wall as for Settler; settle_seconds for the whole set. The key is the caller's, for
    example (folder, pattern). A pause in a render longer than that settles a part of it; the frames that
    follow make a new set, which settles anew.
    """

    def __init__(self, clock: Clock, settle_seconds: float, *, wall: Clock | None = None) -> None:
        super().__init__(clock, wall or clock)
        self._wait = settle_seconds

    def look(self, key: Key, members: Mapping[bytes, FileStamp]) -> Settling:
        """Takes in all frames there are now, by name; none at all means the sequence is gone."""
        if not members:
            return self._look(key, None, 0, 0)
        newest = max(stamp.mtime_ns for stamp in members.values())
        return self._look(key, tuple((name, members[name]) for name in sorted(members)), self._wait, newest)
