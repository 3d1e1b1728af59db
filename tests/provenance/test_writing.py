"""A file is the old one or the whole new one: whatever fails, whenever it is killed."""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.contracts import Edit
from provenance.errors import ChangedMeanwhile, UnreadableMedia, WriteFailed, WriteRefused
from provenance.writing import clear_leftovers, create_file, replace_file, splice

ROOT = Path(__file__).resolve().parents[2]
REWRITE = """
import sys, random
from pathlib import Path
from provenance.writing import replace_file
path = Path(sys.argv[1])
def write(source, target):
    data = source.read()
    letter = b"B" if data[:1] == b"A" else b"A"
    for _ in range(len(data) // 4096):
        target.write(letter * 4096)
print("ready", flush=True)
while True:
    replace_file(path, write, lambda new: None)
"""


def filled(data: bytes):
    return lambda source, target: target.write(data)


def listed(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@given(data=st.binary(max_size=200), cuts=st.lists(st.integers(0, 200), max_size=6), new=st.binary(max_size=9))
def test_edits_change_what_they_name_and_nothing_else(data: bytes, cuts: list[int], new: bytes) -> None:
    points = sorted({min(cut, len(data)) for cut in cuts})
    edits = [Edit(start, end - start, new) for start, end in zip(points[::2], points[1::2], strict=False)]
    expected = bytearray(data)
    for edit in reversed(edits):
        expected[edit.offset : edit.offset + edit.length] = edit.data

    target = io.BytesIO()
    splice(io.BytesIO(data), target, edits)

    assert target.getvalue() == bytes(expected)


@pytest.mark.parametrize("edits", [[Edit(0, 5, b""), Edit(4, 1, b"")], [Edit(9, 5, b"")]])
def test_edits_that_overlap_or_lie_outside_are_a_mistake(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        splice(io.BytesIO(b"0123456789"), io.BytesIO(), edits)


def test_the_new_content_stands_there_with_the_old_mode_and_times(tmp_path: Path) -> None:
    path = tmp_path / "ä shot.bin"
    path.write_bytes(b"old")
    path.chmod(0o640)
    os.utime(path, ns=(1_000, 2_000))

    stamp = replace_file(path, filled(b"new"), lambda new: None)

    assert path.read_bytes() == b"new"
    assert path.stat().st_mtime_ns == 2_000
    assert stamp.size == 3
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o640
    assert listed(tmp_path) == ["ä shot.bin"]


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="this system has no extended attributes to ask for")
def test_extended_attributes_stay(tmp_path: Path) -> None:
    path = tmp_path / "shot.bin"
    path.write_bytes(b"old")
    try:
        os.setxattr(path, "user.scene", b"42")
    except OSError:
        pytest.skip("this file system keeps no extended attributes")

    replace_file(path, filled(b"new"), lambda new: None)

    assert os.getxattr(path, "user.scene") == b"42"


def test_a_name_of_255_bytes_and_one_that_is_not_utf8_are_written(tmp_path: Path) -> None:
    names = ["n" * 255] if os.name == "nt" or sys.platform == "darwin" else ["n" * 255, os.fsdecode(b"caf\xe9.bin")]

    for name in names:
        path = tmp_path / name
        path.write_bytes(b"old")
        replace_file(path, filled(b"new"), lambda new: None)

        assert path.read_bytes() == b"new"


def test_a_failed_check_leaves_the_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def refuse(new: Path) -> None:
        assert new.read_bytes() == b"new"
        raise UnreadableMedia("not what was meant")

    with pytest.raises(UnreadableMedia):
        replace_file(path, filled(b"new"), refuse)

    assert path.read_bytes() == b"old"
    assert listed(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("how", ["grows", "is replaced", "is deleted"])
def test_a_file_that_changes_meanwhile_stays_as_the_other_program_left_it(tmp_path: Path, how: str) -> None:
    path, other = tmp_path / "a.bin", tmp_path / "b.bin"
    path.write_bytes(b"old")
    other.write_bytes(b"other")

    def meddle(new: Path) -> None:
        if how == "grows":
            path.write_bytes(b"old and more")
        elif how == "is replaced":
            other.replace(path)
        else:
            path.unlink()

    with pytest.raises((ChangedMeanwhile, WriteFailed)):
        replace_file(path, filled(b"new"), meddle)

    assert not path.exists() if how == "is deleted" else path.read_bytes() in (b"old and more", b"other")
    assert not [name for name in listed(tmp_path) if name.endswith(".tmp")]


def test_a_write_protected_file_and_one_with_two_names_are_refused(tmp_path: Path) -> None:
    locked, twice = tmp_path / "locked.bin", tmp_path / "twice.bin"
    for path in (locked, twice):
        path.write_bytes(b"old")
    locked.chmod(0o444)
    os.link(twice, tmp_path / "again.bin")

    for path, words in ((locked, "write-protected"), (twice, "hard links")):
        with pytest.raises(WriteRefused, match=words):
            replace_file(path, filled(b"new"), lambda new: None)
        assert path.read_bytes() == b"old"


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real.bin", tmp_path / "link.bin"
    real.write_bytes(b"old")
    link.symlink_to(real)

    replace_file(link, filled(b"new"), lambda new: None)

    assert link.is_symlink()
    assert real.read_bytes() == b"new"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who has a file open")
def test_a_file_that_another_program_writes_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    with path.open("r+b"), pytest.raises(ChangedMeanwhile, match="open for writing"):
        replace_file(path, filled(b"new"), lambda new: None)

    assert path.read_bytes() == b"old"


def test_a_file_that_another_program_reads_is_replaced_and_the_reader_keeps_the_old(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    with path.open("rb") as reader:
        try:
            replace_file(path, filled(b"new"), lambda new: None)
            expected = b"new"
        except WriteFailed:  # Windows replaces nothing that is open
            expected = b"old"
        assert reader.read() == b"old"

    assert path.read_bytes() == expected
    assert listed(tmp_path) == ["a.bin"]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no mode of folders")
def test_a_folder_that_may_not_be_written_into_is_named() -> None:
    # Not in pytest's own folder: nobody else may enter that
    folder = Path(tempfile.mkdtemp())
    path = folder / "a.bin"
    path.write_bytes(b"old")
    path.chmod(0o666)
    folder.chmod(0o555)
    # Whoever may do everything becomes somebody else, once all is imported
    script = (
        "import os, sys, fcntl, signal; from pathlib import Path; from provenance.errors import WriteFailed\n"
        "from provenance.writing import replace_file\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "try: replace_file(Path(sys.argv[1]), lambda s, t: t.write(b'new'), lambda new: None)\n"
        "except WriteFailed as error: print('named', error)"
    )

    result = subprocess.run([sys.executable, "-c", script, path], cwd=ROOT, capture_output=True, text=True, check=False)
    folder.chmod(0o755)

    assert "named" in result.stdout, result.stderr
    assert "right to write in this folder" in result.stdout
    assert path.read_bytes() == b"old"
    assert listed(folder) == ["a.bin"]
    shutil.rmtree(folder)


@pytest.mark.skipif(shutil.which("unshare") is None, reason="no unshare to make a small disk with")
def test_a_full_disk_leaves_the_file_and_nothing_else(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from provenance.writing import replace_file; "
        "from provenance.errors import WriteFailed\n"
        "path = Path(sys.argv[1]) / 'a.bin'; path.write_bytes(b'o' * 600_000)\n"
        "try: replace_file(path, lambda s, t: t.write(s.read() + b'n' * 300_000), lambda new: None)\n"
        "except WriteFailed as error: print('named', error)\n"
        "assert path.read_bytes() == b'o' * 600_000; print(sorted(p.name for p in path.parent.iterdir()))\n"
    )
    mounted = f"mount -t tmpfs -o size=1M none '{tmp_path}' && exec '{sys.executable}' -c \"$0\" '{tmp_path}'"

    result = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mounted, script], cwd=ROOT, capture_output=True, text=True, check=False
    )

    if "unshare" in result.stderr or "mount:" in result.stderr:
        pytest.skip(f"no small disk can be made here: {result.stderr.strip()[:100]}")
    assert "named" in result.stdout, result.stderr
    assert "make room on the disk" in result.stdout
    assert "['a.bin']" in result.stdout


def killed_at_random(folder: Path, times: int) -> None:
    path = folder / "a.bin"
    path.write_bytes(b"A" * (4096 * 300))
    for _ in range(times):
        process = subprocess.Popen(
            [sys.executable, "-c", REWRITE, path], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(random.random() / 20)
        process.kill()
        process.wait()
        process.stdout.close()

        data = path.read_bytes()
        assert data in (b"A" * len(data), b"B" * len(data))
        assert len(data) == 4096 * 300
    replace_file(path, lambda source, target: target.write(source.read()), lambda new: None)
    assert listed(folder) == ["a.bin"]


def test_twenty_kills_at_random_moments_harm_nothing(tmp_path: Path) -> None:
    killed_at_random(tmp_path, 20)


@pytest.mark.full
@pytest.mark.timeout(900)
def test_two_hundred_kills_at_random_moments_harm_nothing(tmp_path: Path) -> None:
    killed_at_random(tmp_path, 200)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no locks on names")
def test_what_a_kill_left_goes_and_what_is_being_written_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    held: list[Path] = []
    leftover = tmp_path / ".provenance-0123456789ab-cd.tmp"
    leftover.write_bytes(b"half")

    clear = (
        "import sys; from pathlib import Path; from provenance.writing import clear_leftovers\n"
        "print([p.name for p in clear_leftovers(Path(sys.argv[1]))])"
    )

    def look(new: Path) -> None:
        found = subprocess.run(
            [sys.executable, "-c", clear, tmp_path],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        held.append(new)
        assert found.stdout.strip() == "['.provenance-0123456789ab-cd.tmp']"
        assert new.exists()

    replace_file(path, filled(b"new"), look)

    assert held
    assert listed(tmp_path) == ["a.bin"]
    assert clear_leftovers(tmp_path) == ()


def test_a_small_file_is_created_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.xmp"

    create_file(path, b"one")
    create_file(path, b"two")

    assert path.read_bytes() == b"two"
    assert listed(tmp_path) == ["a.xmp"]
