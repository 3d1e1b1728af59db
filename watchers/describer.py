"""Describes files in a process of its own, because the parsers of hostile or broken media can hang or crash.

The worker is started anew (never forked), imports the describing function once, and is asked over its standard
input and output. Every file has a wall-clock limit; whoever exceeds it is killed and replaced. A crash or a
timeout is an answer (DescribeFailed), never "nothing found".

`multiprocessing` is left aside on purpose: its spawn runs the parent's main program again in the child, which
is slow for a console script and impossible for one read from standard input.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import signal
import subprocess
import sys
import threading
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

from provenance import errors
from provenance.contracts import TrustList
from provenance.errors import CouldNotLook, ProvenanceError
from provenance.hashlists import Listed
from provenance.marks import Row
from provenance.model import Description
from watchers import worker

DESCRIBE: Final = "provenance.describe:describe"
"""The function that describes, as ``module:name``: (path, *, sha256, trust, full[, rows, deep, beside])."""

START_SECONDS: Final = 60.0
"""Time for the worker to import its libraries, on a cold disk with a virus scanner."""

RECYCLE_AFTER: Final = 500
"""Files after which a worker is replaced, so that leaks of native libraries stay small."""

ANSWER_LIMIT: Final = 64 << 20
"""Bytes of one answer; a description is a few kilobytes."""

_STOP_SECONDS: Final = 2.0


class DescribeFailed(CouldNotLook):
    """The worker gave no description of a file. `CODE` becomes the fault's code."""

    CODE = "describe-failed"


class DescribeTimedOut(DescribeFailed):
    """It took longer than allowed."""

    CODE = "describe-timeout"


class DescribeCrashed(DescribeFailed):
    """The worker died over it."""

    CODE = "describe-crashed"


class Describer:
    """Describes files one after another in a worker process, which is started when first needed.

    Args:
        timeout_seconds: wall-clock time for one file.
        target: the function to call, ``module:name``; it is imported in the worker only.
        recycle_after: files after which the worker is replaced.
        deep: ask exiftool too.

    Use it as a context manager, or call `close`. Threads may share it; they wait for each other.
    """

    def __init__(
        self,
        timeout_seconds: float,
        *,
        target: str = DESCRIBE,
        recycle_after: int = RECYCLE_AFTER,
        deep: bool = False,
    ) -> None:
        self._timeout = timeout_seconds
        self._target = target
        self._recycle_after = recycle_after
        self._deep = {"deep": True} if deep else {}
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    def __call__(
        self,
        path: Path,
        *,
        sha256: bytes = b"",
        trust: tuple[TrustList, ...] = (),
        full: bool = False,
        rows: tuple[Row, ...] = (),
        beside: tuple[Path, ...] = (),
        listed: Listed | None = None,
    ) -> Description:
        """What `provenance.describe.describe` says of a file.

        Raises DescribeTimedOut, DescribeCrashed, DescribeFailed (each names file and cause), and whatever
        ProvenanceError describing itself raised.
        """
        with self._lock:
            told = (("rows", rows), ("beside", beside), ("listed", listed))
            more = {name: value for name, value in told if value}
            request = (os.fsencode(path), sha256, trust, full, more | self._deep)
            try:
                answer = self._ask(request, path)
            except _Silent as silence:
                raise _explained(silence, path, self._timeout) from None
        return _described(answer, path)

    def close(self) -> None:
        """Ends the worker. The describer can be used again; it then starts another."""
        with self._lock:
            self._drop()

    def __enter__(self) -> Describer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the worker, or None while none runs."""
        running = self._worker
        return running.process.pid if running is not None and running.process.poll() is None else None

    def _ask(self, request: object, path: Path) -> tuple[Any, ...]:
        waited_for = self._worker is not None
        running = self._worker or self._begin(path)
        try:
            running.ask(request, self._timeout)
        except _Silent as silence:
            self._drop()
            # One that died between two files (the system was short of memory) is no fault of the next file.
            if waited_for and not silence.late:
                return self._ask(request, path)
            raise
        try:
            answer = running.wait(self._timeout)
        except _Silent:
            self._drop()
            raise
        running.served += 1
        if running.spent or running.served >= self._recycle_after:
            self._drop()
        return answer

    def _begin(self, path: Path) -> _Worker:
        self._worker = _Worker()
        try:
            answer = self._worker.ask((self._target, self._timeout), START_SECONDS)
        except _Silent as silence:
            self._drop()
            raise _explained(silence, path, START_SECONDS, "when it was started") from None
        if answer != ("ready",):
            self._drop()
            raise DescribeFailed(f"the describing process cannot start: {answer[-1:]}", path=path)
        return self._worker

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


class _Silent(Exception):
    """No answer that makes sense: it came too late, or the process ended with this code."""

    def __init__(self, late: bool, code: int | None, nonsense: str = "") -> None:
        super().__init__(nonsense)
        self.late = late
        self.code = code
        self.nonsense = nonsense


class _Worker:
    """One child process and the pipes to it."""

    def __init__(self) -> None:
        # A group of its own: Ctrl-C in the terminal is for the parent, which then ends the worker.
        groups: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            groups = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.BELOW_NORMAL_PRIORITY_CLASS}
        code = f"import sys; sys.path[:] = {sys.path!r}; from watchers.worker import serve; serve()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            **groups,
        )
        self.served = 0
        self.spent = False

    def ask(self, request: object, seconds: float) -> tuple[Any, ...]:
        """Sends a request and waits for the first answer. Raises _Silent, the process ended, where none comes."""
        assert self.process.stdin is not None
        try:
            worker.send(self.process.stdin, request)
        except OSError as error:
            raise _Silent(False, self._ended()) from error
        return self.wait(seconds)

    def wait(self, seconds: float) -> tuple[Any, ...]:
        """Waits for an answer. Raises _Silent, the process ended, where none comes."""
        assert self.process.stdout is not None
        late = threading.Event()

        def expire() -> None:
            late.set()
            self.kill()

        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            answer = _receive(self.process.stdout)
        except (ValueError, pickle.UnpicklingError) as error:
            self.kill()
            raise _Silent(late.is_set(), self._ended(), str(error) or "rubbish") from error
        except (OSError, EOFError) as error:
            raise _Silent(late.is_set(), self._ended()) from error
        finally:
            # Joined, so that a timer firing at this very moment cannot kill the worker over the next file.
            timer.cancel()
            timer.join()
            self.spent = late.is_set()
        return answer

    def kill(self) -> None:
        """Ends the process and whatever it started, at once."""
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self.process.kill()
            elif self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Lets the process end by itself (its input closes), or kills it after a moment."""
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._ended()

    def _ended(self) -> int | None:
        try:
            return self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.wait(_STOP_SECONDS)


def _explained(silence: _Silent, path: Path, seconds: float, when: str = "while it was read") -> DescribeFailed:
    if silence.late:
        return DescribeTimedOut(
            f"reading it took longer than {seconds:g} s and was stopped",
            path=path,
            remedy="look at it with 'provenance inspect', or raise the time limit",
        )
    if silence.nonsense:
        return DescribeFailed(f"the describing process gave no sensible answer: {silence.nonsense}", path=path)
    code = silence.code
    how = f"by signal {_signal_name(-code)}" if code is not None and code < 0 else f"with exit code {code}"
    return DescribeCrashed(
        f"the describing process ended {how} {when}",
        path=path,
        remedy="the file may be damaged, or made to break programs",
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _described(answer: tuple[Any, ...], path: Path) -> Description:
    match answer:
        case ("described", Description() as description):
            return description
        case ("refused", str(kind), str(message), where, str(remedy)):
            known = getattr(errors, kind, None)
            if isinstance(known, type) and issubclass(known, ProvenanceError):
                raise known(message, path=where if isinstance(where, bytes) else None, remedy=remedy)
            raise DescribeFailed(message, path=path, remedy=remedy)
        case ("raised", str(text)):
            raise DescribeFailed(f"it could not be described: {text}", path=path)
    raise DescribeFailed("the describing process gave an answer that makes no sense", path=path)


class _Values(pickle.Unpickler):
    """Loads our frozen values and nothing else, so that a captured worker cannot run code in the daemon."""

    def find_class(self, module: str, name: str) -> Any:
        """A class of `provenance.model`, or an exact number. Raises pickle.UnpicklingError for anything else."""
        if (module, name) == ("fractions", "Fraction"):
            return Fraction
        if module.startswith("provenance.model.") and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no value of ours")


def _receive(pipe: IO[bytes]) -> tuple[Any, ...]:
    raw = worker.receive(pipe, ANSWER_LIMIT)
    try:
        answer = _Values(io.BytesIO(raw)).load()
    except Exception as error:  # pickle raises nearly anything over bytes that make no sense
        raise pickle.UnpicklingError(str(error)) from error
    return answer if isinstance(answer, tuple) else ()
