"""How keys lie on the disk: for their owner alone, whole or not at all, and what damage to them does."""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance import _private_files as files
from provenance.errors import IdentityError
from provenance.identity import (
    FOLDER,
    Home,
    create_identity,
    current_identity,
    identities,
    request_certificate,
    signing_material,
)
from tests.provenance.signing import NOW

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has access lists, not modes")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "store" / FOLDER, tmp_path)


@posix_only
def test_nobody_but_the_owner_may_read_a_key_whatever_the_umask(home: Home) -> None:
    before = os.umask(0)
    try:
        made = create_identity(home, "Night Train Films", NOW)
        _, request = request_certificate(home, "Night Train Films", "Night Train Films")
    finally:
        os.umask(before)

    keys = list(home.folder.rglob("key.pem"))
    assert len(keys) == 3
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    assert {stat.S_IMODE(key.parent.stat().st_mode) for key in keys} == {0o700}
    assert made.is_private
    assert request / "key.pem" in keys


@posix_only
def test_a_key_that_others_may_read_is_told(home: Home) -> None:
    made = create_identity(home, "Night Train Films", NOW)
    (made.folder / "key.pem").chmod(0o644)

    found = current_identity(home.folder)

    assert found is not None
    assert not found.is_private


@dataclass
class Windows:
    """What a Windows would be asked: the commands, and what lay in the file at that moment."""

    answer: int = 0
    asked: list[tuple[list[str], bytes | None]] = field(default_factory=list)

    def __call__(self, command: list[str]) -> int:
        path = Path(command[1])
        self.asked.append((command, path.read_bytes() if path.is_file() else None))
        return self.answer if path.is_file() else 0


def windows(home: Home, run: Windows, **environment: str) -> Home:
    return Home(home.folder, home.root, files.System("win32", environment, run))


def test_on_windows_a_file_is_given_to_its_owner_alone_before_anything_is_in_it(home: Home) -> None:
    run = Windows()

    create_identity(windows(home, run, USERNAME="post supervisor", USERDOMAIN="STUDIO"), "Night Train Films", NOW)

    keys = [(command, held) for command, held in run.asked if command[1].endswith("key.pem")]
    assert len(keys) == 2
    for command, held in keys:
        assert command[0] == "icacls"
        assert command[2:5] == ["/inheritance:r", "/grant:r", "STUDIO\\post supervisor:F"]
        assert held == b""


@pytest.mark.parametrize("environment", [{"USERNAME": "editor"}, {}])
def test_where_windows_refuses_no_key_stays_behind(home: Home, environment: dict[str, str]) -> None:
    with pytest.raises(IdentityError, match=r"icacls could not|USERNAME is not set") as caught:
        create_identity(windows(home, Windows(answer=5), **environment), "Night Train Films", NOW)

    assert caught.value.path is not None
    assert caught.value.remedy
    assert list(home.folder.rglob("*.pem")) == []
    assert current_identity(home.folder) is None


def test_a_disk_without_rights_takes_only_a_key_with_a_passphrase(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "is_private", lambda path, system=None: False)  # exFAT, as no test can mount

    with pytest.raises(IdentityError, match="cannot keep a file from other users"):
        create_identity(home, "Night Train Films", NOW)
    assert list(home.folder.rglob("*.pem")) == []

    assert create_identity(home, "Night Train Films", NOW, "secret words").is_encrypted


def test_what_a_killed_run_left_half_written_is_no_identity_and_goes_with_the_next_write(home: Home) -> None:
    left = home.folder / "authorities" / ".new-0123456789abcdef"
    left.mkdir(parents=True)
    (left / "key.pem").write_bytes(b"half a key")

    assert identities(home.folder) == ()
    create_identity(home, "Night Train Films", NOW)
    assert not left.exists()


def test_a_second_identity_is_not_made_by_mistake(home: Home) -> None:
    create_identity(home, "Night Train Films", NOW)

    with pytest.raises(IdentityError, match="has an identity already") as caught:
        create_identity(home, "Night Train Films", NOW)

    assert "rotate" in caught.value.remedy


def test_a_folder_that_is_a_file_is_named(home: Home) -> None:
    home.folder.parent.mkdir(parents=True)
    home.folder.write_bytes(b"")

    with pytest.raises(IdentityError, match="cannot be used") as caught:
        create_identity(home, "Night Train Films", NOW)

    assert str(home.folder) in str(caught.value.path)


def test_a_key_swapped_for_another_is_named(home: Home) -> None:
    made, other = create_identity(home, "Night Train Films", NOW), ec.generate_private_key(ec.SECP256R1())
    (made.folder / "key.pem").write_bytes(
        other.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )

    with pytest.raises(IdentityError, match="not the one of its certificate") as caught:
        signing_material(home.folder, None, NOW)

    assert caught.value.path == made.folder / "key.pem"


def test_without_an_identity_the_remedy_is_to_make_one(home: Home) -> None:
    with pytest.raises(IdentityError, match="no signing identity") as caught:
        signing_material(home.folder, None, NOW)

    assert "identity create" in caught.value.remedy


def test_a_signer_that_was_deleted_is_missed(home: Home) -> None:
    made = create_identity(home, "Night Train Films", NOW)
    made.folder.rename(home.root / "elsewhere")

    with pytest.raises(IdentityError, match="missing"):
        current_identity(home.folder)


DAMAGED = ("current.json", "chain.pem", "key.pem", "identity.json")


@pytest.mark.parametrize("name", DAMAGED)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_to_any_file_is_an_error_of_ours_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    home = Home(tmp_path_factory.mktemp("p") / FOLDER, tmp_path_factory.mktemp("q"))
    made = create_identity(home, "Night Train Films", NOW)
    material = signing_material(home.folder, None, NOW)
    path = home.folder / name if name == "current.json" else made.folder / name
    good = path.read_bytes()
    place = len(good) * data.draw(st.integers(0, 999)) // 1000
    damages = (good[:place], good[:place] + b"\xff" + good[place + 1 :], b"{}", b"")
    path.write_bytes(damages[data.draw(st.integers(0, 3))])

    with contextlib.suppress(IdentityError):
        assert signing_material(home.folder, None, NOW) == material
