"""Which kinds of file systems are mounted: read without psutil on Linux, and the same as psutil says."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from store import location


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc/self/mounts")
def test_what_is_mounted_is_what_psutil_names() -> None:
    told = {(one.mountpoint, one.fstype, one.opts) for one in psutil.disk_partitions(all=True)}

    assert set(location._mounts()) == told


def test_a_mount_point_with_a_blank_in_its_name_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    share = tmp_path / "night train"
    share.mkdir()
    mounts = f"/dev/x / ext4 rw 0 0\n//nas/x {str(share).replace(' ', chr(92) + '040')} cifs rw 0 0\n"
    monkeypatch.setattr(location.sys, "platform", "linux")
    monkeypatch.setattr(location.Path, "read_bytes", lambda self: mounts.encode())

    assert location.file_system_kind(share / "deliverables") == "cifs"
    assert location.file_system_kind(tmp_path) == "ext4"
    assert location.file_system_kind(tmp_path / "night train 2") == "ext4"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("\\\\server\\share\\SHOW", True),
        ("\\\\?\\UNC\\server\\share\\SHOW", True),
        ("\\\\?\\C:\\SHOW", False),
        ("C:\\SHOW", False),
        ("/mnt/SHOW", False),
    ],
)
def test_a_path_that_names_a_server_lies_on_a_share(path: str, expected: bool) -> None:
    assert location.is_unc(path) is expected


def test_a_mapped_drive_that_calls_itself_ntfs_is_a_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(location, "_mounts", lambda: [(str(tmp_path), "NTFS", "rw,remote")])

    assert location.is_network(location.file_system_kind(tmp_path / "SHOW"))
