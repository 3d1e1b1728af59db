"""Keys in a token: signing there, what it refuses with, and what is said where there is none."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from provenance import token as tokens
from provenance._identity_folder import record, token_in
from provenance._trust_folder import kept_lists
from provenance.contracts import Tag
from provenance.errors import IdentityError
from provenance.identity import (
    FOLDER,
    IMPORTED,
    Home,
    Identity,
    current_identity,
    import_identity,
    request_for_token,
    rotate_identity,
    signing_material,
)
from provenance.model import Origin, Strength
from provenance.token import TokenKey
from provenance.writers import c2pa
from provenance.writers.claims import Claim, made
from tests.provenance.certificate_issuer import Issuer, key_pem, pem
from tests.provenance.signing import NOW, own_lists
from tests.provenance.soft_token import PIN, SoftToken, soft_token

GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
DIGEST = hashlib.sha256(b"the whole file").digest()
P256 = ec.SECP256R1()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "store" / FOLDER, tmp_path)


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def soft(tmp_path: Path) -> Iterator[SoftToken]:
    with soft_token(tmp_path / "softhsm") as found:
        yield found


def said() -> Claim:
    return made("shot.mxf", "application/mxf", Tag(Origin.AI_GENERATED, GENERATED, tool="Sample", version="1"))


def bring_in(home: Home, issuer: Issuer, public: Any, key: TokenKey, pin: str | None = PIN) -> Identity:
    # In no order, with the root and with a certificate of somebody else
    other = issuer.sell(ec.generate_private_key(P256).public_key())
    chain = [(Path("chain.pem"), pem(issuer.root) + other + pem(issuer.intermediate)),
             (Path("signer.pem"), issuer.sell(public))]  # fmt: skip
    return import_identity(home, chain, key, NOW, pin)


@pytest.mark.peer
@pytest.mark.parametrize(
    ("make", "algorithm"),
    [
        (lambda: ec.generate_private_key(P256), "es256"),
        (lambda: ec.generate_private_key(ec.SECP384R1()), "es384"),
        (lambda: ec.generate_private_key(ec.SECP521R1()), "es512"),
        (lambda: rsa.generate_private_key(65537, 2048), "ps256"),
        (lambda: rsa.generate_private_key(65537, 3072), "ps256"),
        (ed25519.Ed25519PrivateKey.generate, "ed25519"),
    ],
)
def test_a_key_in_a_token_signs_sidecars_and_files_and_never_leaves_it(
    home: Home, issuer: Issuer, soft: SoftToken, samples: Path, make: Any, algorithm: str
) -> None:
    key = make()
    place = soft.put(key, "c2pa", "01")
    imported = bring_in(home, issuer, key.public_key(), place)
    material = signing_material(home.folder, PIN, NOW)

    sidecar = c2pa.sign_sidecar(said(), DIGEST, material)
    png = io.BytesIO()
    claim = made("a.png", "image/png", Tag(Origin.AI_GENERATED, GENERATED, tool="Sample", version="1"))
    c2pa.sign_embedded(claim, io.BytesIO((samples / "stills/undeclared.png").read_bytes()), png, material)

    assert (imported.how, imported.token, material.alg, len(imported.chain)) == (IMPORTED, place, algorithm, 2)
    assert c2pa.verify_sidecar(sidecar, DIGEST, own_lists(home)).strength is Strength.SIGNED_TRUSTED
    assert c2pa.credentials_in(png, "image/png") == "embedded"
    assert list(home.folder.rglob("key.pem")) == []
    assert not any(PIN.encode() in file.read_bytes() for file in home.root.rglob("*") if file.is_file())
    assert PIN not in repr(material)
    assert len(kept_lists(home.root)) == 1


@pytest.mark.peer
def test_it_signs_in_a_process_started_anew_and_from_many_threads(home: Home, issuer: Issuer, soft: SoftToken) -> None:
    key = ec.generate_private_key(P256)
    bring_in(home, issuer, key.public_key(), soft.put(key, "c2pa", "01"))
    material, trust = signing_material(home.folder, PIN, NOW), own_lists(home)

    with ThreadPoolExecutor(8) as pool:
        many = list(pool.map(lambda _: c2pa.sign_sidecar(said(), DIGEST, material), range(40)))
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as apart:
        many.append(apart.submit(c2pa.sign_sidecar, said(), DIGEST, material).result(timeout=60))

    found = {c2pa.verify_sidecar(one, DIGEST, trust).strength for one in many}
    assert found == {Strength.SIGNED_TRUSTED}


@pytest.mark.peer
def test_a_lost_session_is_opened_again(home: Home, issuer: Issuer, soft: SoftToken) -> None:
    key = ec.generate_private_key(P256)
    bring_in(home, issuer, key.public_key(), soft.put(key, "c2pa", "01"))
    material = signing_material(home.folder, PIN, NOW)
    before = c2pa.sign_sidecar(said(), DIGEST, material)

    soft.break_away()
    after = c2pa.sign_sidecar(said(), DIGEST, material)

    assert before != after
    assert c2pa.verify_sidecar(after, DIGEST, own_lists(home)).strength is Strength.SIGNED_TRUSTED


@pytest.mark.peer
def test_a_token_that_was_removed_is_named_by_whoever_signs_and_nothing_is_printed(
    home: Home, issuer: Issuer, soft: SoftToken, caplog: pytest.LogCaptureFixture
) -> None:
    key = ec.generate_private_key(P256)
    bring_in(home, issuer, key.public_key(), soft.put(key, "c2pa", "01"))
    material = signing_material(home.folder, PIN, NOW)
    (soft.folder / "tokens").rename(soft.folder / "taken away")
    (soft.folder / "tokens").mkdir()
    soft.break_away()

    with caplog.at_level(logging.DEBUG), pytest.raises(IdentityError, match="no token of that name is there") as caught:
        c2pa.sign_sidecar(said(), DIGEST, material)

    assert str(caught.value.path) == soft.module
    assert "put it in" in caught.value.remedy
    assert caplog.records == []


@pytest.mark.peer
def test_a_key_that_was_deleted_is_missed_when_signing(home: Home, issuer: Issuer, soft: SoftToken) -> None:
    import pkcs11

    key = ec.generate_private_key(P256)
    bring_in(home, issuer, key.public_key(), soft.put(key, "c2pa", "01"))
    material = signing_material(home.folder, PIN, NOW)
    soft.plug_in()
    with pkcs11.lib(soft.module).get_token(token_label="studio").open(rw=True, user_pin=PIN) as session:
        session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY).destroy()

    with pytest.raises(IdentityError, match=r"holds no such private key \(there is none\)"):
        c2pa.sign_sidecar(said(), DIGEST, material)
    with pytest.raises(IdentityError, match="holds no such private key"):
        signing_material(home.folder, PIN, NOW)


@pytest.mark.peer
def test_a_key_swapped_for_another_is_told_before_it_signs(home: Home, issuer: Issuer, soft: SoftToken) -> None:
    key, other = (ec.generate_private_key(P256) for _ in range(2))
    bring_in(home, issuer, key.public_key(), soft.put(key, "c2pa", "01"))
    soft.make("second")
    place = soft.put(other, "c2pa", "01", token="second")
    record = current_of(home).folder / "identity.json"
    record.write_text(record.read_text("utf-8").replace('"studio"', '"second"'), "utf-8")

    with pytest.raises(IdentityError, match="belongs to none of the certificates"):
        signing_material(home.folder, PIN, NOW)

    assert current_of(home).token == place


def current_of(home: Home) -> Identity:
    found = current_identity(home.folder)
    assert found is not None
    return found


@pytest.mark.peer
def test_a_wrong_pin_is_tried_once_and_the_right_one_then_opens(soft: SoftToken) -> None:
    import pkcs11

    place = soft.put(ec.generate_private_key(P256), "c2pa", "01")
    for _ in range(2):
        with pytest.raises(IdentityError, match="does not take the PIN") as caught:
            tokens.algorithm_of(place, "wrong-1234")
        assert "PROVENANCE_PASSPHRASE" in caught.value.remedy
        assert "wrong-1234" not in str(caught.value)

    low = pkcs11.lib(soft.module).get_token(token_label="studio").flags & pkcs11.TokenFlag.USER_PIN_COUNT_LOW
    tokens.reach(place, "wrong-too")  # not tried, for a wrong one came before
    assert low
    assert tokens.algorithm_of(place, PIN) == "es256"
    with pytest.raises(IdentityError, match="does not take the PIN"):
        tokens.algorithm_of(place, "wrong-1234")  # nor does an open session take it for good
    assert tokens.algorithm_of(place, PIN) == "es256"


@pytest.mark.peer
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"token": "other"}, r"no token of that name is there \(there are: studio\)"),
        ({"label": "other"}, r"holds no such private key \(there are: c2pa\)"),
        ({"label": "", "key_id": "77"}, "holds no such private key"),
        ({"label": "twice"}, "several keys have that name"),
        ({"label": "small"}, "cannot sign claims"),
    ],
)
def test_what_is_not_there_or_not_clear_is_named_with_what_is(
    soft: SoftToken, change: dict[str, str], words: str
) -> None:
    place = soft.put(ec.generate_private_key(P256), "c2pa", "01")
    if change.get("label") == "twice":
        for number in ("02", "03"):
            soft.put(ec.generate_private_key(P256), "twice", number)
    if change.get("label") == "small":
        soft.put(ec.generate_private_key(ec.SECP256K1()), "small", "04")

    asked = TokenKey(**{"module": place.module, "token": "studio", "label": "c2pa", "key_id": "", **change})
    with pytest.raises(IdentityError, match=words) as caught:
        tokens.algorithm_of(asked, PIN)

    assert caught.value.remedy


@pytest.mark.peer
def test_two_keys_of_one_name_are_told_apart_by_their_id(soft: SoftToken) -> None:
    soft.put(ec.generate_private_key(P256), "c2pa", "01")
    soft.put(rsa.generate_private_key(65537, 2048), "c2pa", "0a")

    assert tokens.algorithm_of(TokenKey(soft.module, "studio", "c2pa", "01"), PIN) == "es256"
    assert tokens.algorithm_of(TokenKey(soft.module, "studio", "c2pa", "0A"), PIN) == "ps256"
    assert tokens.algorithm_of(TokenKey(soft.module, "studio", "", "0a"), PIN) == "ps256"


@pytest.mark.peer
def test_a_mechanism_that_a_token_does_not_offer_is_named(soft: SoftToken) -> None:
    place = soft.make_limited("c2pa")

    with pytest.raises(IdentityError, match="does not sign in the way that C2PA asks for") as caught:
        tokens.sign(place, "es256", b"data", PIN)

    assert "CKM_ECDSA" in caught.value.remedy


@pytest.mark.peer
@pytest.mark.parametrize("curve", [P256, ec.SECP384R1(), ec.SECP521R1()], ids=lambda curve: str(curve.name))
def test_a_request_is_signed_by_the_token_and_answered_with_a_certificate(
    home: Home, issuer: Issuer, soft: SoftToken, curve: Any
) -> None:
    place = soft.put(ec.generate_private_key(curve), "c2pa", "01")

    asked = x509.load_pem_x509_csr(request_for_token(place, PIN, "Night Train Films", "Night Train", "gb"))
    imported = bring_in(home, issuer, asked.public_key(), place)

    assert asked.is_signature_valid
    assert asked.subject.rfc4514_string() == "CN=Night Train,O=Night Train Films,C=GB"
    assert imported.token == place


@pytest.mark.peer
def test_a_request_for_a_key_without_its_public_half_says_what_to_do(soft: SoftToken) -> None:
    for key, number in ((rsa.generate_private_key(65537, 2048), "01"), (ec.generate_private_key(P256), "02")):
        place = soft.put(key, f"c2pa {number}", number, public=number == "01")

        with pytest.raises(IdentityError, match="only for an EC key") as caught:
            request_for_token(place, PIN, "Night Train Films", "Night Train")
        assert "token's own tools" in caught.value.remedy


@pytest.mark.peer
def test_a_certificate_is_not_kept_twice_with_its_key_in_two_places(
    home: Home, issuer: Issuer, soft: SoftToken
) -> None:
    key = ec.generate_private_key(P256)
    leaf, place = [(Path("a.pem"), issuer.sell(key.public_key()))], soft.put(key, "c2pa", "01")
    import_identity(home, leaf, place, NOW, PIN)

    with pytest.raises(IdentityError, match="with its key in a token"):
        import_identity(home, leaf, (Path("a.key"), key_pem(key)), NOW)
    with pytest.raises(IdentityError, match="was imported"):
        rotate_identity(home, NOW, PIN)
    renamed = TokenKey(place.module, place.token, key_id="01")
    assert import_identity(home, leaf, renamed, NOW, PIN).token == renamed


@pytest.mark.peer
def test_a_certificate_that_cannot_sign_or_is_not_the_key_s_is_refused_as_a_bought_one(
    home: Home, issuer: Issuer, soft: SoftToken
) -> None:
    key = ec.generate_private_key(P256)
    place = soft.put(key, "c2pa", "01")

    for sold, words in (({"usage": False}, "digitalSignature"), ({"days": -1}, "expired on")):
        with pytest.raises(IdentityError, match=words):
            import_identity(home, [(Path("a.pem"), issuer.sell(key.public_key(), **sold))], place, NOW, PIN)
    other = ec.generate_private_key(P256).public_key()
    with pytest.raises(IdentityError, match="key c2pa in the token studio belongs to none"):
        import_identity(home, [(Path("a.pem"), issuer.sell(other))], place, NOW, PIN)

    assert current_identity(home.folder) is None


@pytest.mark.peer
@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork")
def test_a_module_that_is_none_is_named(tmp_path: Path) -> None:
    for name in (sys.executable, __file__):
        with pytest.raises(IdentityError, match="no PKCS#11 module that loads here"):
            tokens.reach(TokenKey(name, "studio", "c2pa"))


@pytest.mark.parametrize(
    ("module", "words"),
    [("libsofthsm2.so", "no whole path"), ("", "no whole path"), ("ABSENT", "module is not there")],
)
def test_a_module_that_is_not_there_is_named_with_an_example(tmp_path: Path, module: str, words: str) -> None:
    pytest.importorskip("pkcs11", reason="python-pkcs11 has no wheel for this system")
    name = str(tmp_path / "absent.so") if module == "ABSENT" else module

    with pytest.raises(IdentityError, match=words) as caught:
        tokens.sign(TokenKey(name, "studio", "c2pa"), "es256", b"data", PIN)

    assert "libsofthsm2.so" in caught.value.remedy


def test_without_a_pin_nothing_is_asked_of_the_token(tmp_path: Path) -> None:
    pytest.importorskip("pkcs11", reason="python-pkcs11 has no wheel for this system")

    with pytest.raises(IdentityError, match="asks for a PIN, and there is none") as caught:
        tokens.sign(TokenKey(str(tmp_path / "absent.so"), "studio", "c2pa"), "es256", b"data", "")

    assert "PROVENANCE_PASSPHRASE" in caught.value.remedy


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    place = TokenKey("/usr/lib/module.so", "studio", "c2pa")

    for ask in (lambda: tokens.reach(place), lambda: tokens.sign(place, "es256", b"data", PIN)):
        with pytest.raises(IdentityError, match="python-pkcs11 is not installed") as caught:
            ask()
        assert caught.value.remedy == "pip install 'media-provenance-tracker[hsm]'"


@pytest.mark.parametrize(
    ("key", "named"),
    [
        (TokenKey("/m.so", "t", "k"), True),
        (TokenKey("/m.so", "t", "", "0aFF"), True),
        (TokenKey("/m.so", "t"), False),
        (TokenKey("/m.so", "t", "k", "abc"), False),
        (TokenKey("/m.so", "t", "", "zz"), False),
        (TokenKey("", "t", "k"), False),
        (TokenKey("/m.so", "", "k"), False),
    ],
)
def test_a_key_is_named_by_module_token_and_label_or_id(key: TokenKey, named: bool) -> None:
    assert key.is_named is named


@pytest.mark.parametrize(
    "held",
    [
        None,
        [],
        "studio",
        {},
        {"module": "/m.so", "token": "t", "label": "k"},
        {"module": "/m.so", "token": "t", "label": "k", "key_id": 7},
        {"module": "/m.so", "token": "t", "label": "", "key_id": ""},
        {"module": "/m.so", "token": "t", "label": "k", "key_id": "", "pin": "1"},
    ],
)
def test_a_damaged_record_of_a_token_is_an_error_of_ours(held: object) -> None:
    with pytest.raises(IdentityError, match="is damaged"):
        token_in({"token": held}, Path("identity.json"))


def test_a_record_keeps_where_a_key_lies_and_nothing_of_what_opens_it() -> None:
    place = TokenKey("/usr/lib/module.so", "studio", "c2pa", "0a")

    told = json.loads(record(NOW, IMPORTED, "", place))

    assert token_in(told, Path("identity.json")) == place
    assert sorted(told["token"]) == ["key_id", "label", "module", "token"]
    assert token_in(json.loads(record(NOW, IMPORTED, "")), Path("identity.json")) is None
