"""identity and doctor: a key in a token taken in, shown, reached or not, and what makes no sense refused."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from desk.production import find_setup
from tests.provenance.certificate_issuer import Issuer, pem
from tests.provenance.keyring_in_memory import MemoryKeyring
from tests.provenance.soft_token import PIN, SoftToken, soft_token

Run = Callable[..., Result]
Lines = Callable[[Result], list[dict[str, Any]]]


@pytest.fixture
def soft(tmp_path: Path) -> Iterator[SoftToken]:
    with soft_token(tmp_path / "softhsm") as found:
        yield found


@pytest.fixture
def words(tmp_path: Path, soft: SoftToken) -> list[object]:
    """The options of an import whose key a token holds."""
    issuer, key = Issuer(), ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "signer.pem").write_bytes(issuer.sell(key.public_key(), days=9000) + pem(issuer.intermediate))
    place = soft.put(key, "c2pa signer", "0a")
    return ["identity", "import", tmp_path / "signer.pem", "--token-module", place.module, "--token", "studio",
            "--key-label", "c2pa signer"]  # fmt: skip


def _doctor(run: Run, lines: Lines) -> dict[str, Any]:
    (found,) = [one for one in lines(run("doctor", "--json")) if one["check"] == "identity"]
    return found


@pytest.mark.peer
def test_a_key_in_a_token_is_taken_in_shown_and_reached(
    run: Run, root: Path, lines: Lines, soft: SoftToken, words: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", PIN)
    imported = run(*words, inside=root)
    monkeypatch.delenv("PROVENANCE_PASSPHRASE")
    shown, told = run("identity", "show"), json.loads(run("identity", "show", "--json").stdout)

    assert imported.exit_code == 0, imported.output
    assert "P-256, in a token, imported" in shown.stdout
    assert "key c2pa signer in the token studio, reached" in " ".join(shown.stdout.split())
    assert soft.module in shown.stdout
    (one,) = told["identities"]
    assert one["token"] == {
        "module": soft.module, "token": "studio", "label": "c2pa signer", "key_id": "", "reached": True, "fault": None,
    }  # fmt: skip
    assert PIN not in imported.output + shown.output
    without = _doctor(run, lines)
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", PIN)
    opened = _doctor(run, lines)
    assert without["state"] == opened["state"] == "ok"
    assert "not opened, for its PIN is not known here" in without["text"]
    assert "its key c2pa signer in the token studio, which was reached" in opened["text"]


@pytest.mark.peer
def test_doctor_and_show_say_that_a_token_is_gone_or_its_pin_is_wrong(
    run: Run, root: Path, lines: Lines, soft: SoftToken, words: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", PIN)
    assert run(*words, inside=root).exit_code == 0
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", "not-the-pin")
    wrong = _doctor(run, lines)
    (soft.folder / "tokens").rename(soft.folder / "taken away")
    (soft.folder / "tokens").mkdir()
    soft.plug_in()
    gone, shown = _doctor(run, lines), run("identity", "show")

    assert (wrong["state"], gone["state"]) == ("fail", "fail")
    assert "does not take the PIN" in wrong["text"]
    assert "no token of that name is there" in gone["text"]
    assert "NOT reached" in shown.stdout
    assert "not-the-pin" not in json.dumps(wrong)


@pytest.mark.peer
def test_the_pin_is_kept_in_the_keyring_where_asked(
    run: Run, root: Path, lines: Lines, words: list[object], memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", PIN)
    assert run(*words, "--keyring", inside=root).exit_code == 0
    monkeypatch.delenv("PROVENANCE_PASSPHRASE")

    again = run(*words)

    assert list(memory.kept.values()) == [PIN]
    assert again.exit_code == 0
    assert not any(PIN.encode() in file.read_bytes() for file in root.rglob("*") if file.is_file())


@pytest.mark.peer
def test_a_keyring_that_holds_the_passphrase_of_a_key_keeps_it(
    run: Run, root: Path, words: list[object], memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("identity", "create", "--organisation", "Night Train Films", "--keyring", inside=root)
    before = dict(memory.kept)
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", PIN)

    refused = run(*words, "--keyring")

    assert refused.exit_code == 2
    assert "passphrase of another key" in refused.stderr
    assert memory.kept == before


@pytest.mark.peer
def test_a_request_is_signed_in_the_token_and_keeps_nothing_here(
    run: Run, root: Path, words: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", PIN)

    made = run("identity", "request", "--organisation", "Night Train Films", *words[3:], inside=root)

    assert x509.load_pem_x509_csr(made.stdout_bytes).is_signature_valid
    assert "its key stays in the token" in made.stderr
    assert not (find_setup(root).location().file.parent / "identity").exists()


@pytest.mark.peer
def test_without_a_pin_or_with_a_wrong_one_nothing_is_taken_in(
    run: Run, root: Path, words: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    without = run(*words, inside=root)
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", "not-the-pin")
    wrong = run(*words)

    assert (without.exit_code, wrong.exit_code) == (2, 2)
    assert "asks for a PIN, and there is none" in without.stderr
    assert "does not take the PIN" in wrong.stderr
    assert "not-the-pin" not in wrong.output
    assert "no identity" in run("identity", "show").stdout


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("--token-module", "/usr/lib/x.so"), "give all of them"),
        (("--token", "studio", "--key-label", "c2pa"), "give all of them"),
        (("--token-module", "/x.so", "--token", "studio", "--key-id", "xyz"), "hex digits"),
        (("--token-module", "/x.so", "--token", "studio", "--key-label", "a", "--key", "a.key"), "two places"),
    ],
)
def test_half_a_name_of_a_key_is_refused(run: Run, root: Path, given: tuple[str, ...], told: str) -> None:
    (root / "signer.pem").write_bytes(Issuer().sell(ec.generate_private_key(ec.SECP256R1()).public_key()))

    found = run("identity", "import", "signer.pem", *given, inside=root)

    assert found.exit_code == 2
    assert told in found.stderr


def test_without_the_library_the_extra_is_named(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", PIN)
    (root / "signer.pem").write_bytes(Issuer().sell(ec.generate_private_key(ec.SECP256R1()).public_key()))

    found = run("identity", "import", "signer.pem", "--token-module", "/x.so", "--token", "a", "--key-label", "b",
                inside=root)  # fmt: skip

    assert found.exit_code == 2
    assert "media-provenance-tracker[hsm]" in found.stderr


@pytest.mark.peer
def test_tag_signs_by_the_token_and_a_removed_one_leaves_the_file_as_it_was(
    production: Path, run: Run, soft: SoftToken, words: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", PIN)
    assert run("scan", "--quiet", inside=production).exit_code == 0
    assert run(*words).exit_code == 0
    before = (production / "stills/ai_a1111.png").read_bytes()

    tagged = run("tag", "ai/human_made.png", "--embed", "--by", "the assistant editor")
    (soft.folder / "tokens").rename(soft.folder / "taken away")
    (soft.folder / "tokens").mkdir()
    soft.plug_in()
    refused = run("tag", "stills/ai_a1111.png", "--embed", "--by", "the assistant editor")

    assert tagged.stdout.splitlines()[0] == "c2pa, xmp, exif written into ai/human_made.png"
    assert "own identity" in run("inspect", "ai/human_made.png", "--json").stdout
    assert refused.exit_code != 0
    assert "no token of that name is there" in refused.stderr
    assert (production / "stills/ai_a1111.png").read_bytes() == before
