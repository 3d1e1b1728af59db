"""One exiftool that stays open: asked over a pipe, ended when it is silent too long, never left behind.

An exiftool whose input ends polls it for ever, and a pipe cannot be read with a time limit on every system. So a
supervisor stands between, a process of its own: it hands on question and answer, ends an exiftool that takes too
long, and ends it when its own input or output ends, which the system sees to when we are gone, killed or not.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import IO, Any, Final

Answer = bytes
ANSWER_LIMIT: Final = 32 << 20
"""Bytes of one answer that are read; the longest graph seen makes half a million."""

_LINE: Final = 1 << 20
_STOP_SECONDS: Final = 2.0
_SUPERVISOR: Final = """
import os, subprocess, sys, threading
seconds, command = float(sys.argv[1]), sys.argv[2:]
child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
late = threading.Event()
def expire():
    late.set()
    child.kill()
def answer(end):
    for line in iter(lambda: child.stdout.readline(1 << 20), b""):
        sys.stdout.buffer.write(line)
        if line.rstrip(b"\\r\\n") == end:
            sys.stdout.buffer.flush()
            return
    sys.stdout.buffer.write(b"\\n{late}\\n" if late.is_set() else b"\\n{ended}\\n")
    sys.stdout.buffer.flush()
    raise EOFError
try:
    for line in sys.stdin.buffer:
        child.stdin.write(line)
        if line.startswith(b"-execute"):
            timer = threading.Timer(seconds, expire)
            timer.start()
            child.stdin.flush()
            answer(b"{ready" + line[8:].strip() + b"}")
            timer.cancel()
            timer.join()
except (OSError, EOFError):
    pass
finally:
    child.kill()
    child.wait()
    os._exit(0)
"""


class Silent(Exception):
    """No answer that makes sense; `code` is that of the fault."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


class ExifToolProcess:
    """An open exiftool. Raises OSError where it cannot be started.

    Args: program is the path of exiftool; seconds is the wall-clock time for one question. `version` is what it
    said of itself, once asked.
    """

    def __init__(self, program: str, seconds: float) -> None:
        groups: dict[str, Any] = {}
        if sys.platform == "win32":
            groups = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
        # No configuration file: it is Perl code, looked for in the home folder and beside the program.
        exiftool = [program, "-config", "", "-stay_open", "True", "-@", "-"]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _SUPERVISOR, str(seconds), *exiftool],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            **groups,
        )
        self._seconds = seconds
        self._number = 0
        self.version = ""

    def ask(self, arguments: Sequence[str]) -> Answer:
        """What exiftool prints for these arguments. Raises Silent where it says nothing in time, or too much."""
        self._number += 1
        try:
            self._send(arguments)
            return self._receive(b"{ready%d}" % self._number)
        except (OSError, ValueError, EOFError) as error:
            raise Silent("exiftool.ended", "it ended in the middle of an answer") from error

    def close(self) -> None:
        """Ends exiftool and its supervisor."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError, ValueError):
                if pipe is not None:
                    pipe.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def _output(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _send(self, arguments: Sequence[str]) -> None:
        assert self._process.stdin is not None
        lines = [os.fsencode(argument) for argument in (*_CHARSET, *arguments, f"-execute{self._number}")]
        self._process.stdin.write(b"\n".join(lines) + b"\n")
        self._process.stdin.flush()

    def _receive(self, end: bytes) -> Answer:
        parts: list[bytes] = []
        size = 0
        while line := self._output.readline(_LINE):
            said = line.rstrip(b"\r\n")
            if said == end:
                return b"".join(parts)
            if said == b"{late}":
                raise Silent("exiftool.timeout", f"it took longer than {self._seconds:g} s and was stopped")
            size += len(line)
            if said == b"{ended}" or size > ANSWER_LIMIT:
                break
            parts.append(line)
        if size > ANSWER_LIMIT:
            raise Silent("exiftool.too_much", f"it printed more than {ANSWER_LIMIT >> 20} MB")
        raise EOFError


_CHARSET: Final = ("-charset", "filename=UTF8") if sys.platform == "win32" else ()
