"""identity: the commands around the certificate a production signs with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from desk.production import find_setup
from provenance.configuration import read_trust
from provenance.identity import FOLDER, signing_material
from tests.provenance.certificate_issuer import Issuer, key_pem, pem
from tests.provenance.keyring_in_memory import MemoryKeyring
from tests.provenance.signing import sign

Run = Callable[..., Result]
Lines = Callable[[Result], list[dict[str, Any]]]
CREATE = ("identity", "create", "--organisation", "Night Train Films")


def test_a_new_identity_is_shown_with_all_but_its_key(run: Run, root: Path) -> None:
    made = run(*CREATE, inside=root)
    shown = run("identity", "show")

    assert made.exit_code == 0
    assert made.stdout.startswith("identity made: CN=Night Train Films claim signing,O=Night Train Films")
    for word in ("issuer", "valid", "sha256", "digital_signature; emailProtection, C2PA claim signing", "where"):
        assert word in shown.stdout
    assert "access rights alone" in made.stdout
    assert "PRIVATE" not in made.output + shown.output


def test_json_holds_no_secret(run: Run, root: Path, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", "secret words")
    (made,) = lines(run(*CREATE, "--json", inside=root))
    shown = run("identity", "show", "--json")

    (one,) = json.loads(shown.stdout)["identities"]
    assert made == one
    assert (one["current"], one["passphrase"], one["private"], one["algorithm"]) == (True, True, True, "es256")
    assert "secret words" not in shown.output
    assert "PRIVATE" not in shown.output


def test_the_certificate_for_recipients_is_printed_alone(run: Run, root: Path) -> None:
    run(*CREATE, inside=root)

    printed = run("identity", "show", "--pem")

    authority = x509.load_pem_x509_certificate(printed.stdout_bytes)
    assert authority.subject == authority.issuer
    assert printed.stdout.count("-----BEGIN") == 1


def test_keys_lie_with_the_store_wherever_that_is(run: Run, root: Path, tmp_path: Path) -> None:
    toml = root / "provenance.toml"
    toml.write_text(
        toml.read_text("utf-8").replace('path = ""', f'path = "{(tmp_path / "memory").as_posix()}"'), "utf-8"
    )
    (tmp_path / "memory").mkdir()

    assert run(*CREATE, inside=root).exit_code == 0

    assert len(list((tmp_path / "memory" / "identity").rglob("key.pem"))) == 2
    assert list(root.rglob("key.pem")) == []
    assert [one.own for one in read_trust(find_setup(root).settings)] == [True]


def test_what_the_identity_signed_is_trusted_by_inspect_and_named(
    run: Run, root: Path, lines: Lines, samples: Path
) -> None:
    run(*CREATE, inside=root)
    setup = find_setup(root)
    material = signing_material(setup.location().file.parent / FOLDER, None, _now())
    sign(material, samples / "stills/undeclared.png", root / "shot.png", "digitalCapture")
    run("identity", "rotate")

    (found,) = lines(run("inspect", "shot.png", "--json"))

    marks = [mark for mark in found["marks"] if mark.get("claims") == "captured"]
    assert [mark["strength"] for mark in marks] == ["declared by standard"]
    assert "own identity" in json.dumps(marks)


def test_a_renewed_identity_is_listed_before_the_old_one(run: Run, root: Path) -> None:
    run(*CREATE, inside=root)

    renewed = run("identity", "rotate", "--new-authority")
    shown = run("identity", "show")

    assert renewed.exit_code == 0
    assert ": signs\n" in shown.stdout
    assert "signs no more; what it signed stays trusted here" in shown.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (CREATE, "identity rotate"),
        (("identity", "import", "none.pem"), "none.pem: cannot be read"),
        (("identity", "import", "provenance.toml"), "holds no PEM certificate"),
        (("identity", "request", "--organisation", "A", "-o", "provenance.toml"), "is there already"),
        (("identity", "request", "--organisation", "A", "--country", "GBR"), "two letters"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_remedy(run: Run, root: Path, words: tuple[str, ...], told: str) -> None:
    run(*CREATE, inside=root)

    found = run(*words)

    assert found.exit_code == 2
    assert told in found.stderr


def test_without_an_identity_show_says_how_to_make_one(run: Run, root: Path) -> None:
    assert "identity create" in run("identity", "show", inside=root).stdout
    assert run("identity", "show", "--pem").exit_code == 2
    assert run("identity", "rotate").exit_code == 2


def test_a_request_is_printed_or_written_and_its_key_stays(run: Run, root: Path) -> None:
    asked = ("identity", "request", "--organisation", "Night Train Films", "--country", "gb")

    printed = run(*asked, inside=root)
    written = run(*asked, "-o", "request.csr")

    assert x509.load_pem_x509_csr(printed.stdout_bytes).is_signature_valid
    assert x509.load_pem_x509_csr((root / "request.csr").read_bytes()).is_signature_valid
    assert "PRIVATE" not in printed.output + written.output
    assert "its key stays in" in printed.stderr


def test_doctor_tells_of_a_key_that_others_may_read_and_of_damage(run: Run, root: Path, lines: Lines) -> None:
    run(*CREATE, inside=root)
    (good,) = _checks(run, lines)
    (folder,) = (root / ".provenance" / "identity" / "signers").iterdir()
    (folder / "key.pem").chmod(0o644)
    (open_to_all,) = _checks(run, lines)
    (folder / "chain.pem").write_bytes(b"")
    (damaged,) = _checks(run, lines)

    assert (good["state"], open_to_all["state"], damaged["state"]) == ("ok", "fail", "fail")
    assert "others may read its key" in open_to_all["text"]
    assert "chain.pem" in damaged["text"]


def test_a_bought_certificate_is_imported_and_one_that_is_not_its_key_s_is_refused(
    run: Run, root: Path, tmp_path: Path, lines: Lines
) -> None:
    issuer, key, other = Issuer(), *(ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    (tmp_path / "signer.pem").write_bytes(issuer.sell(key.public_key(), days=9000) + pem(issuer.intermediate))
    (tmp_path / "right.key").write_bytes(key_pem(key))
    (tmp_path / "wrong.key").write_bytes(key_pem(other))
    words = ("identity", "import", tmp_path / "signer.pem", "--json", "--key")

    refused = run(*words, tmp_path / "wrong.key", inside=root)
    (imported,) = lines(run(*words, tmp_path / "right.key"))

    assert refused.exit_code == 2
    assert "wrong.key: the key belongs to none of the certificates" in refused.stderr
    assert (imported["how"], imported["current"], imported["organisation"]) == ("imported", True, "Night Train Films")
    assert [one["kind"] for one in json.loads(run("trust", "list", "--json").stdout)["lists"]] == ["identity"]


def test_a_passphrase_in_the_keyring_opens_the_key_without_a_word(
    run: Run, root: Path, lines: Lines, memory: MemoryKeyring
) -> None:
    (made,) = lines(run(*CREATE, "--keyring", "--json", inside=root))
    (renewed,) = lines(run("identity", "rotate", "--json"))

    ((_, account),) = memory.kept
    assert account == find_setup(root).settings.production.id
    assert made["passphrase"] is renewed["passphrase"] is True
    memory.kept.clear()
    assert run("identity", "rotate").exit_code == 2


def test_a_wrong_passphrase_names_file_and_remedy(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", "secret words")
    run(*CREATE, inside=root)
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", "other words")

    found = run("identity", "rotate")

    assert found.exit_code == 2
    assert "key.pem: the passphrase does not open the key" in found.stderr
    assert "PROVENANCE_PASSPHRASE" in found.stderr
    assert "words" not in found.output


def _checks(run: Run, lines: Lines) -> list[dict[str, Any]]:
    return [one for one in lines(run("doctor", "--json")) if one["check"] == "identity"]


def _now() -> int:
    import time

    return time.time_ns() // 1_000_000
