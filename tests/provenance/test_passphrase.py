"""Passphrases of keys: from the environment, from the keyring, wrong, missing."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance import passphrase as passphrases
from provenance.errors import IdentityError
from provenance.identity import FOLDER, Home, create_identity, identities, rotate_identity, signing_material
from tests.provenance.keyring_in_memory import MemoryKeyring, keyring_in_memory
from tests.provenance.signing import NOW


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "store" / FOLDER, tmp_path)


def test_a_key_with_a_passphrase_lies_encrypted_and_opens_with_it_alone(home: Home) -> None:
    made = create_identity(home, "Night Train Films", NOW, "secret words")

    assert made.is_encrypted
    assert all(b"BEGIN ENCRYPTED" in key.read_bytes() for key in home.folder.rglob("key.pem"))
    assert b"BEGIN PRIVATE KEY" in signing_material(home.folder, "secret words", NOW).key_pem
    for wrong, words in (("other words", "does not open the key"), (None, "and there is none"), ("", "there is none")):
        with pytest.raises(IdentityError, match=words) as caught:
            signing_material(home.folder, wrong, NOW)
        assert caught.value.path == made.folder / "key.pem"
        assert "PROVENANCE_PASSPHRASE" in caught.value.remedy
        assert "other words" not in str(caught.value)


@given(st.text(st.characters(codec=None), min_size=1, max_size=300))
@settings(max_examples=15, deadline=None)
def test_whatever_a_passphrase_holds_it_opens_the_key_again(
    tmp_path_factory: pytest.TempPathFactory, words: str
) -> None:
    home = Home(tmp_path_factory.mktemp("p") / FOLDER, tmp_path_factory.mktemp("q"))
    create_identity(home, "Night Train Films", NOW, words)

    assert b"BEGIN PRIVATE KEY" in signing_material(home.folder, words, NOW).key_pem
    with pytest.raises(IdentityError, match="does not open"):
        signing_material(home.folder, words + "x", NOW)


def test_a_guess_at_a_passphrase_is_made_costly_and_other_programs_read_the_key(home: Home) -> None:
    made = create_identity(home, "Night Train Films", NOW, "secret words")
    pem = (made.folder / "key.pem").read_bytes()

    raw = base64.b64decode(b"".join(pem.splitlines()[1:-1]))

    assert bytes.fromhex("06092b06010401da47040b") in raw  # scrypt, RFC 7914
    assert bytes.fromhex("02024000020108020101") in raw  # N = 16384, r = 8, p = 1
    assert serialization.load_pem_private_key(pem, b"secret words")


def test_a_passphrase_that_is_not_needed_does_no_harm(home: Home) -> None:
    create_identity(home, "Night Train Films", NOW)

    assert signing_material(home.folder, "secret words", NOW).alg == "es256"


def test_a_mistyped_passphrase_never_becomes_the_new_one(home: Home) -> None:
    create_identity(home, "Night Train Films", NOW, "secret words")

    for wrong in ("secret wrods", None):
        with pytest.raises(IdentityError, match="passphrase"):
            rotate_identity(home, NOW, wrong)
    with pytest.raises(IdentityError, match="there is none"):
        rotate_identity(home, NOW, None, new_authority=True)

    assert len(identities(home.folder)) == 1
    assert rotate_identity(home, NOW + 1, "secret words").is_encrypted
    assert rotate_identity(home, NOW + 2, "new words", new_authority=True).is_encrypted


def test_a_passphrase_for_half_of_the_keys_is_refused(home: Home) -> None:
    create_identity(home, "Night Train Films", NOW)

    with pytest.raises(IdentityError, match="would protect nothing") as caught:
        rotate_identity(home, NOW, "secret words")

    assert "--new-authority" in caught.value.remedy


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    with keyring_in_memory() as backend:
        yield backend


def test_a_passphrase_made_for_the_keyring_is_found_there_again(home: Home, memory: MemoryKeyring) -> None:
    made = passphrases.kept_passphrase("production-1")

    assert passphrases.kept_passphrase("production-1") == made
    assert passphrases.find_passphrase({}, "production-1") == made
    assert passphrases.find_passphrase({}, "production-2") is None
    assert len(made) >= 32
    create_identity(home, "Night Train Films", NOW, made)
    assert signing_material(home.folder, passphrases.find_passphrase({}, "production-1"), NOW).alg == "es256"


def test_the_environment_outweighs_the_keyring(memory: MemoryKeyring) -> None:
    passphrases.kept_passphrase("production-1")

    assert passphrases.find_passphrase({"PROVENANCE_PASSPHRASE": "mine"}, "production-1") == "mine"


def test_a_locked_or_forgetful_keyring_is_told_without_its_words(memory: MemoryKeyring) -> None:
    memory.forgets = True
    with pytest.raises(IdentityError, match="did not keep"):
        passphrases.kept_passphrase("production-1")

    memory.is_locked = True
    with pytest.raises(IdentityError, match="KeyringLocked") as caught:
        passphrases.find_passphrase({}, "production-1")

    assert "secret words" not in str(caught.value)
    assert "PROVENANCE_PASSPHRASE" in caught.value.remedy
