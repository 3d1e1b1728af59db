"""Bought certificates: taken in with chain and key, refused with the reason, and still our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from provenance._trust_folder import kept_lists
from provenance.contracts import TrustList
from provenance.errors import IdentityError
from provenance.identity import (
    CREATED,
    FOLDER,
    IMPORTED,
    Home,
    Identity,
    create_identity,
    current_identity,
    identities,
    import_identity,
    request_certificate,
    rotate_identity,
    signing_material,
)
from provenance.model import Origin, Strength
from tests.provenance.certificate_issuer import Issuer, key_pem, pem
from tests.provenance.signing import NOW, claim, own_lists, sign, told

CLAIM_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "store" / FOLDER, tmp_path)


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


def bring_in(home: Home, issuer: Issuer, key: Any, leaf: bytes, passphrase: str | None = None) -> Identity:
    # In no order, and with the root: as issuers send it
    chain = [(Path("chain.pem"), pem(issuer.root) + pem(issuer.intermediate)), (Path("signer.pem"), leaf)]
    return import_identity(home, chain, (Path("signer.key"), key_pem(key)), NOW, passphrase)


@pytest.mark.parametrize(
    ("make", "algorithm"),
    [
        (lambda: ec.generate_private_key(ec.SECP256R1()), "es256"),
        (lambda: ec.generate_private_key(ec.SECP384R1()), "es384"),
        (lambda: ec.generate_private_key(ec.SECP521R1()), "es512"),
        (ed25519.Ed25519PrivateKey.generate, "ed25519"),
        (lambda: rsa.generate_private_key(65537, 2048), "ps256"),
    ],
)
def test_a_bought_certificate_of_any_kind_signs_and_stays_our_own_under_the_list_of_its_issuer(
    home: Home, issuer: Issuer, samples: Path, tmp_path: Path, make: Any, algorithm: str
) -> None:
    key = make()
    made = bring_in(home, issuer, key, issuer.sell(key.public_key()))

    material = signing_material(home.folder, None, NOW)
    file = sign(material, samples / "stills/undeclared.png", tmp_path / "a.png", "digitalCapture")

    assert (made.how, material.alg, len(made.chain)) == (IMPORTED, algorithm, 2)
    for trust in (own_lists(home), own_lists(home, TrustList("official", pem(issuer.root).decode()))):
        _, _, name = told(file, trust)
        assert name == kept_lists(home.root)[0].name
        assert claim(file, trust, Origin.CAPTURED).strength is Strength.DECLARED


def test_below_the_signature_of_a_stranger_of_the_same_issuer_it_is_still_our_own(
    home: Home, issuer: Issuer, samples: Path, tmp_path: Path
) -> None:
    stranger = Home(tmp_path / "stranger" / FOLDER, tmp_path / "stranger")
    for one, name in ((home, "Night Train Films"), (stranger, "Stranger")):
        key = ec.generate_private_key(ec.SECP256R1())
        bring_in(one, issuer, key, issuer.sell(key.public_key(), organisation=name))
    media = samples / "stills/undeclared.png"
    parent = sign(signing_material(home.folder, None, NOW), media, tmp_path / "a.png", "digitalCapture")
    child = sign(signing_material(stranger.folder, None, NOW), media, tmp_path / "b.png", "", parent=parent)
    official = TrustList("official", pem(issuer.root).decode())

    assert claim(child, own_lists(home, official), Origin.CAPTURED).strength is Strength.DECLARED
    assert claim(child, (official,), Origin.CAPTURED).strength is Strength.SIGNED_TRUSTED  # to whom we are strangers


def test_a_request_is_answered_with_a_certificate_alone(home: Home, issuer: Issuer) -> None:
    request, folder = request_certificate(home, "Night Train Films", "Night Train", "gb", "secret words")
    asked = x509.load_pem_x509_csr(request)

    made = import_identity(
        home, [(Path("answer.pem"), issuer.sell(asked.public_key()) + pem(issuer.intermediate))], None, NOW,
        "secret words",
    )  # fmt: skip

    assert asked.is_signature_valid
    assert asked.subject.rfc4514_string() == "CN=Night Train,O=Night Train Films,C=GB"
    assert CLAIM_SIGNING in asked.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert (folder / "request.csr").read_bytes() == request
    assert made.is_encrypted
    assert signing_material(home.folder, "secret words", NOW).alg == "es256"


def test_an_imported_identity_takes_the_place_of_the_created_one_which_stays(home: Home, issuer: Issuer) -> None:
    create_identity(home, "Night Train Films", NOW)
    key = ec.generate_private_key(ec.SECP256R1())

    bring_in(home, issuer, key, issuer.sell(key.public_key()))

    assert [(one.how, one.is_current) for one in identities(home.folder)] == [(IMPORTED, True), (CREATED, False)]
    assert len(kept_lists(home.root)) == 2
    with pytest.raises(IdentityError, match="was imported") as caught:
        rotate_identity(home, NOW)
    assert "identity import" in caught.value.remedy


@pytest.mark.parametrize(
    ("sold", "words"),
    [
        ({"days": -1}, "expired on"),
        ({"usage": False}, "digitalSignature"),
        ({"purposes": []}, "extended key usage has none of"),
        ({"purposes": [ExtendedKeyUsageOID.CLIENT_AUTH]}, "extended key usage has none of"),
        (
            {"purposes": [ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.TIME_STAMPING]},
            "also has timeStamping",
        ),
        (
            {"purposes": [ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]},
            "also has any",
        ),
        ({"organisation": ""}, "names no organisation"),
        ({"ca": True}, "certificate authority"),
    ],
)
def test_a_certificate_that_cannot_sign_claims_is_refused_with_the_reason(
    home: Home, issuer: Issuer, sold: dict[str, Any], words: str
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())

    with pytest.raises(IdentityError, match=words) as caught:
        bring_in(home, issuer, key, issuer.sell(key.public_key(), **sold))

    assert caught.value.path is not None
    assert caught.value.remedy
    assert current_identity(home.folder) is None


def test_a_short_rsa_key_is_refused(home: Home, issuer: Issuer) -> None:
    short = rsa.generate_private_key(65537, 1024)

    with pytest.raises(IdentityError, match=r"RSA 1024\) cannot sign"):
        bring_in(home, issuer, short, issuer.sell(short.public_key()))


def test_the_key_of_another_certificate_is_refused(home: Home, issuer: Issuer) -> None:
    key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    with pytest.raises(IdentityError, match="belongs to none of the certificates") as caught:
        bring_in(home, issuer, other, issuer.sell(key.public_key()))
    assert caught.value.path == Path("signer.key")

    with pytest.raises(IdentityError, match="no request made here fits"):
        import_identity(home, [(Path("a.pem"), issuer.sell(key.public_key()))], None, NOW)


def test_an_encrypted_bought_key_is_opened_and_kept_encrypted(home: Home, issuer: Issuer) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    chain = [(Path("a.pem"), issuer.sell(key.public_key()))]
    sealed = (Path("a.key"), key_pem(key, b"of the issuer"))

    with pytest.raises(IdentityError, match="does not open"):
        import_identity(home, chain, sealed, NOW, "wrong")
    made = import_identity(home, chain, sealed, NOW, "of the issuer", protect_with="ours")

    assert made.is_encrypted
    assert signing_material(home.folder, "ours", NOW).alg == "es256"
