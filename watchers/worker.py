"""The child's side of the describer: a loop that describes one file for each request, at low priority.

Requests and answers are pickles behind a length of 8 bytes, over standard input and output. Answers:
``("ready",)`` or ``("broken", why)`` at the start; for each file ``("begun",)``, then one of
``("described", Description)``, ``("refused", class, message, path, remedy)`` for our own errors,
``("raised", text)`` for anything else.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from provenance.errors import ProvenanceError

NICENESS: Final = 10
"""How far the worker steps back behind the editing program."""

REQUEST_LIMIT: Final = 64 << 20
TEXT_LIMIT: Final = 2_000

_LENGTH: Final = 8
_ORPHAN_GRACE: Final = 5


def send(pipe: IO[bytes], value: object) -> None:
    """Writes one pickled value. Raises OSError where nobody listens."""
    raw = pickle.dumps(value, protocol=5)
    pipe.write(len(raw).to_bytes(_LENGTH, "big") + raw)
    pipe.flush()


def receive(pipe: IO[bytes], limit: int) -> bytes:
    """Reads the bytes of one pickled value, up to `limit`. Raises EOFError at the end, ValueError beyond."""
    length = int.from_bytes(_exactly(pipe, _LENGTH), "big")
    if length > limit:
        raise ValueError(f"{length} bytes are more than {limit}")
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    raw = pipe.read(count)
    if len(raw) < count:
        raise EOFError("the pipe closed")
    return raw


def serve() -> None:
    """Answers requests until the parent closes the pipe or is gone. The whole life of the process."""
    # The terminal's Ctrl-C is the parent's business.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(NICENESS)
    answers = _private_output()
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, requests), daemon=True).start()
    target, seconds = requests.get()
    try:
        describe = _load(target)
    except Exception as error:
        send(answers, ("broken", _text(error)))
        os._exit(1)  # an orderly end would wait for the listening thread
    send(answers, ("ready",))
    while True:
        path, sha256, trust, full, more = requests.get()
        send(answers, ("begun",))
        with _alarm(seconds + _ORPHAN_GRACE):
            answer = _answer(describe, path, sha256=sha256, trust=trust, full=full, **more)
        _give(answers, answer)


def _listen(pipe: IO[bytes], requests: queue.SimpleQueue[Any]) -> None:
    # In a thread of its own, so that a parent that was killed is noticed in the middle of a file too.
    try:
        while True:
            requests.put(pickle.loads(receive(pipe, REQUEST_LIMIT)))  # noqa: S301 (from our parent)
    finally:
        os._exit(0)


def _private_output() -> IO[bytes]:
    # Native libraries print to standard output as they like; that must not get between the answers.
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return private


def _load(target: str) -> Callable[..., object]:
    module, _, name = target.partition(":")
    found = getattr(importlib.import_module(module), name)
    if not callable(found):
        raise TypeError(f"{target} is no function")
    return found  # type: ignore[no-any-return]


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    # The parent kills a worker that hangs. Where the parent is gone and native code holds the interpreter,
    # only the system is left to do it: its default answer to SIGALRM is to end the process.
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(describe: Callable[..., object], path: bytes, **how: object) -> tuple[object, ...]:
    try:
        return "described", describe(Path(os.fsdecode(path)), **how)
    except ProvenanceError as error:
        where = None if error.path is None else os.fsencode(error.path)
        return "refused", type(error).__name__, error.message, where, error.remedy
    except (Exception, SystemExit) as error:
        return "raised", _text(error)


def _give(answers: IO[bytes], answer: tuple[object, ...]) -> None:
    try:
        send(answers, answer)
    except OSError:
        raise
    except Exception as error:  # a description that cannot be pickled
        send(answers, ("raised", _text(error)))


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:TEXT_LIMIT]
