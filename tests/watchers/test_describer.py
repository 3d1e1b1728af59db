"""Real worker processes, with targets that hang, crash and lie."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from provenance import errors
from provenance.contracts import TrustList
from provenance.errors import ChangedMeanwhile, CouldNotLook, UnreadableMedia
from provenance.model import (
    Description,
    Essence,
    Fault,
    Identifier,
    Mark,
    Origin,
    Reference,
    Relation,
    Strength,
    Unchecked,
    Verdict,
)
from watchers.describer import (
    DescribeCrashed,
    DescribeFailed,
    Describer,
    DescribeTimedOut,
)

TARGETS = """
import io, os, signal, sys, time
from pathlib import Path
from provenance.errors import ChangedMeanwhile, UnreadableMedia
from provenance.model import *

MARK = Mark("png", "1", "png:tEXt", "parameters", "a \\udcff cat", Origin.AI_GENERATED,
            Strength.TOOL_SIGNATURE, (("tool", "x"),))

def answer(path, **how):
    return Description("image/png", Essence("png/1", b"e" * 32),
        Verdict(Origin.AI_GENERATED, Strength.TOOL_SIGNATURE, (MARK,)),
        (MARK,), (Fault("png", "truncated", "cut"),), (Unchecked("hash", "large"),), (Identifier("sha256", "ab"),),
        (Reference(Relation.PARENT, (Identifier("xmp.did", "d"),), "t", "xmp", "1", "xmp", Strength.TOOL_SIGNATURE),),
        (("png", "1"),), {"path": os.fsencode(path).hex(), "pid": os.getpid(), "how": repr(sorted(how.items()))})

def by_name(path, *, sha256=b"", trust=(), full=False):
    name = path.name
    if name == "hang": time.sleep(3600)
    if name == "spin":
        while True: pass
    if name == "exit": os._exit(1)
    if name == "zero": os._exit(0)
    if name == "leave": sys.exit(3)
    if name == "segv": os.kill(os.getpid(), signal.SIGSEGV)
    if name == "raise": raise ZeroDivisionError("by nought")
    if name == "unreadable": raise UnreadableMedia("no end", path=path, remedy="copy it again")
    if name == "changed": raise ChangedMeanwhile("grew", path=path)
    if name == "lambda": return lambda: None
    if name == "none": return None
    if name == "print":
        print("noise" * 10_000, flush=True)
        os.write(1, b"native noise" * 10_000)
    if name == "garbage": os.write(PRIVATE, b"\\xff" * 4096); time.sleep(3600)
    if name == "function": return Evil(os.mkdir, os.environ["EVIL"])
    if name == "type": return Evil(io.FileIO, os.environ["EVIL"], "w")
    if name == "deep": raise RecursionError("too deep")
    return answer(path, sha256=sha256, trust=trust, full=full)

PRIVATE = None
def seeks_the_pipe(path, **how):
    global PRIVATE
    for each in os.listdir("/proc/self/fd"):
        name = f"/proc/self/fd/{each}"
        if int(each) > 2 and os.path.exists(name) and os.readlink(name).startswith("pipe:"): PRIVATE = int(each)
    return by_name(path)

class Evil:
    def __init__(self, *call): self.call = call
    def __reduce__(self): return self.call[0], self.call[1:]
"""


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module of describing functions that the worker can import, as ``module:name``."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "describing_targets.py").write_text(TARGETS)
    monkeypatch.syspath_prepend(tmp_path / "lib")
    return "describing_targets:by_name"


@pytest.fixture
def describer(target: str) -> Iterator[Describer]:
    with Describer(20, target=target) as made:
        yield made


@pytest.fixture
def hasty(target: str) -> Iterator[Describer]:
    with Describer(2, target=target) as made:
        yield made


def gone(pid: int) -> bool:
    """True once no process of this number runs (waited for up to a deadline)."""
    until = time.monotonic() + 20
    pause = threading.Event()
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
            # A child that nobody has waited for yet still has its number.
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        pause.wait(0.02)
    return False


def test_brings_the_whole_description_back(describer: Describer, tmp_path: Path) -> None:
    trust = (TrustList("ours", "PEM", own=True),)
    name = "caf\udce9 ü 映.png" if sys.platform == "linux" else "ü 映.png"
    path = tmp_path / name

    found = describer(path, sha256=b"h" * 32, trust=trust, full=True)

    mark = Mark(
        "png",
        "1",
        "png:tEXt",
        "parameters",
        "a \udcff cat",
        Origin.AI_GENERATED,
        Strength.TOOL_SIGNATURE,
        (("tool", "x"),),
    )
    assert found == Description(
        "image/png",
        Essence("png/1", b"e" * 32),
        Verdict(Origin.AI_GENERATED, Strength.TOOL_SIGNATURE, (mark,)),
        (mark,),
        (Fault("png", "truncated", "cut"),),
        (Unchecked("hash", "large"),),
        (Identifier("sha256", "ab"),),
        (Reference(Relation.PARENT, (Identifier("xmp.did", "d"),), "t", "xmp", "1", "xmp", Strength.TOOL_SIGNATURE),),
        (("png", "1"),),
        {
            "path": os.fsencode(path).hex(),
            "pid": describer.pid or 0,
            "how": repr([("full", True), ("sha256", b"h" * 32), ("trust", trust)]),
        },
    )


def test_keeps_one_worker_for_many_files(describer: Describer) -> None:
    pids = {describer(Path(f"{number}.png")).facts["pid"] for number in range(20)}

    assert pids == {describer.pid}
    assert describer.pid != os.getpid()


def test_replaces_the_worker_after_so_many_files(target: str) -> None:
    with Describer(20, target=target, recycle_after=2) as describer:
        pids = [describer(Path("a.png")).facts["pid"] for _ in range(5)]

    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]


@pytest.mark.parametrize("name", ["hang", "spin"])
def test_stops_a_file_that_takes_too_long_and_goes_on(hasty: Describer, name: str) -> None:
    before = hasty(Path("a.png")).facts["pid"]
    began = time.monotonic()

    with pytest.raises(DescribeTimedOut) as failure:
        hasty(Path(name))

    assert time.monotonic() - began < 30
    assert failure.value.path == Path(name)
    assert "2 s" in failure.value.message
    assert failure.value.CODE == "describe-timeout"
    assert hasty(Path("b.png")).facts["pid"] != before


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("exit", "exit code 1"),
        ("zero", "exit code 0"),
        pytest.param("segv", "SIGSEGV", marks=pytest.mark.skipif(os.name != "posix", reason="needs signals")),
    ],
)
def test_names_a_crash_and_goes_on(describer: Describer, name: str, how: str) -> None:
    with pytest.raises(DescribeCrashed) as failure:
        describer(Path(name))

    assert how in failure.value.message
    assert failure.value.path == Path(name)
    assert failure.value.CODE == "describe-crashed"
    assert describer(Path("b.png")).media_type == "image/png"


def test_a_failure_is_always_could_not_look() -> None:
    assert issubclass(DescribeFailed, CouldNotLook)
    assert issubclass(DescribeTimedOut, DescribeFailed)
    assert issubclass(DescribeCrashed, DescribeFailed)


@pytest.mark.parametrize(
    ("name", "text"),
    [("raise", "ZeroDivisionError: by nought"), ("deep", "RecursionError"), ("leave", "SystemExit: 3")],
)
def test_an_error_while_describing_names_file_and_cause(describer: Describer, name: str, text: str) -> None:
    pid = describer(Path("a.png")).facts["pid"]

    with pytest.raises(DescribeFailed, match=text) as failure:
        describer(Path(name))

    assert failure.value.path == Path(name)
    assert describer.pid == pid


def test_our_own_errors_arrive_as_they_were_raised(describer: Describer) -> None:
    with pytest.raises(UnreadableMedia) as unreadable:
        describer(Path("unreadable"))
    with pytest.raises(ChangedMeanwhile):
        describer(Path("changed"))

    assert unreadable.value.message == "no end"
    assert unreadable.value.path == Path("unreadable")
    assert unreadable.value.remedy == "copy it again"


@pytest.mark.parametrize("name", ["lambda", "none"])
def test_an_answer_that_is_no_description_is_a_failure(describer: Describer, name: str) -> None:
    with pytest.raises(DescribeFailed):
        describer(Path(name))

    assert describer(Path("b.png")).media_type == "image/png"


def test_noise_on_standard_output_does_no_harm(describer: Describer) -> None:
    assert describer(Path("print")).media_type == "image/png"
    assert describer(Path("b.png")).media_type == "image/png"


@pytest.mark.skipif(sys.platform != "linux", reason="finds the pipe through /proc")
def test_garbage_on_the_pipe_is_a_failure(target: str) -> None:
    with Describer(20, target=target.replace("by_name", "seeks_the_pipe")) as describer:
        with pytest.raises(DescribeFailed):
            describer(Path("garbage"))

        assert describer(Path("b.png")).media_type == "image/png"


@pytest.mark.parametrize("calling", ["function", "type"])
def test_a_captured_worker_cannot_run_code_in_the_daemon(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calling: str
) -> None:
    made = tmp_path / "made by the answer"
    monkeypatch.setenv("EVIL", str(made))

    with Describer(20, target=target) as describer, pytest.raises(DescribeFailed, match="no value of ours"):
        describer(Path(calling))

    assert not made.exists()


@pytest.mark.parametrize("target_name", ["no_such_module:f", "json:no_such_function", "json:__doc__", "sys:exit"])
def test_says_why_the_worker_cannot_start(target_name: str) -> None:
    with Describer(20, target=target_name) as describer, pytest.raises(DescribeFailed) as failure:
        describer(Path("a.png"))

    assert failure.value.path == Path("a.png")


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_worker_killed_between_two_files_is_replaced_without_a_word(describer: Describer) -> None:
    describer(Path("a.png"))
    pid = describer.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert gone(pid)

    assert describer(Path("b.png")).facts["pid"] != pid


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_the_worker_leaves_ctrl_c_to_its_parent_and_steps_back(describer: Describer) -> None:
    describer(Path("a.png"))
    pid = describer.pid
    assert pid
    os.kill(pid, signal.SIGINT)

    assert describer(Path("b.png")).facts["pid"] == pid
    assert os.getpgid(pid) != os.getpgid(0)
    assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)


def test_closing_ends_the_worker_and_it_can_be_used_again(describer: Describer) -> None:
    describer(Path("a.png"))
    pid = describer.pid
    describer.close()
    describer.close()

    assert describer.pid is None
    assert pid is None or os.name != "posix" or gone(pid)
    assert describer(Path("b.png")).facts["pid"] != pid


def test_threads_share_a_worker(describer: Describer) -> None:
    answers: list[object] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append((n, describer(Path(f"{n}")).facts["path"])))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(answers) == [(n, str(n).encode().hex()) for n in range(8)]  # type: ignore[type-var]


PARENT = """
import sys
from pathlib import Path
sys.path[:] = {path!r}
from watchers.describer import Describer
with Describer(20, target={target!r}) as describer:
    print(describer(Path("a.png")).facts["pid"], flush=True)
    if "hang" in sys.argv:
        try:
            describer(Path("hang"))
        except BaseException:
            pass
    if "wait" in sys.argv:
        sys.stdin.readline()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("doing", ["wait", "hang"])
def test_the_worker_ends_with_a_killed_parent(target: str, doing: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(path=sys.path, target=target), doing],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    first = parent.stdout.readline()

    parent.kill()
    parent.communicate()

    assert gone(int(first))


def as_script(text: str, tmp_path: Path) -> tuple[list[str], str]:
    script = tmp_path / "console script"
    script.write_text(f"raise_if_run_twice = __name__ == '__main__' or 1 / 0\n{text}")
    return [sys.executable, str(script)], ""


def as_module(text: str, tmp_path: Path) -> tuple[list[str], str]:
    (tmp_path / "main_module.py").write_text(text)
    return [sys.executable, "-m", "main_module"], ""


def as_option(text: str, tmp_path: Path) -> tuple[list[str], str]:
    return [sys.executable, "-c", text], ""


def as_input(text: str, tmp_path: Path) -> tuple[list[str], str]:
    return [sys.executable, "-"], text


@pytest.mark.parametrize("form", [as_script, as_module, as_option, as_input])
def test_works_whatever_the_main_program_is(
    target: str, tmp_path: Path, form: Callable[[str, Path], tuple[list[str], str]]
) -> None:
    command, text = form(PARENT.format(path=sys.path, target=target), tmp_path)

    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, cwd=tmp_path)

    assert done.stdout.strip().isdecimal(), done.stderr
    assert done.returncode == 0


def test_failures_survive_pickling() -> None:
    failure = DescribeTimedOut("late", path="a.png", remedy="wait")

    copy = pickle.loads(pickle.dumps(failure))

    assert (type(copy), str(copy)) == (DescribeTimedOut, str(failure))
    assert errors.CouldNotLook in type(copy).__mro__
