"""The signing identity: what its certificates hold, and what signing with it proves and does not."""

from __future__ import annotations

import pickle
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from c2pa import C2paError
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provenance._trust_folder import kept_lists
from provenance.contracts import TrustList
from provenance.errors import IdentityError
from provenance.identity import (
    FOLDER,
    Home,
    authority_certificate,
    create_identity,
    identities,
    rotate_identity,
    signing_material,
)
from provenance.model import Origin, Strength
from tests.provenance.signing import NOW, YEAR, claim, own_lists, sign, stamped_at, told
from tests.provenance.time_stamps import time_stamp_authority

CLAIM_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "store" / FOLDER, tmp_path)


def first(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


# What the certificates hold: reference of the C2PA specification 2.4, section 14.5


def test_the_signer_is_what_readers_of_claims_ask_for(home: Home) -> None:
    leaf = first(create_identity(home, "Night Train Films", NOW).certificate.pem)

    get = leaf.extensions.get_extension_for_class
    assert leaf.version is x509.Version.v3
    assert isinstance(leaf.public_key(), ec.EllipticCurvePublicKey)
    assert leaf.public_key().curve.name == "secp256r1"  # type: ignore[union-attr]
    assert isinstance(leaf.signature_hash_algorithm, hashes.SHA256)
    assert not get(x509.BasicConstraints).value.ca
    assert get(x509.KeyUsage).critical
    assert get(x509.KeyUsage).value.digital_signature
    assert not get(x509.KeyUsage).value.key_cert_sign
    assert set(get(x509.ExtendedKeyUsage).value) == {ExtendedKeyUsageOID.EMAIL_PROTECTION, CLAIM_SIGNING}
    assert leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "Night Train Films"
    assert leaf.not_valid_before_utc == moment(NOW) - timedelta(minutes=5)
    assert leaf.not_valid_after_utc > moment(NOW + 20 * YEAR)


def test_the_authority_signs_certificates_and_nothing_else_and_the_signer_points_to_it(home: Home) -> None:
    made = create_identity(home, "Night Train Films", NOW)

    leaf, authority = first(made.certificate.pem), first(authority_certificate(home.folder, made))
    get = authority.extensions.get_extension_for_class
    assert get(x509.BasicConstraints).critical
    assert (get(x509.BasicConstraints).value.ca, get(x509.BasicConstraints).value.path_length) == (True, 0)
    assert get(x509.KeyUsage).critical
    assert get(x509.KeyUsage).value.key_cert_sign
    assert get(x509.KeyUsage).value.crl_sign
    assert not get(x509.KeyUsage).value.digital_signature
    pointed = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert pointed == get(x509.SubjectKeyIdentifier).value.digest
    assert leaf.issuer != leaf.subject
    leaf.verify_directly_issued_by(authority)


def test_the_chain_leaves_out_the_root_and_the_text_of_the_material_leaves_out_the_key(home: Home) -> None:
    create_identity(home, "Night Train Films", NOW, "secret words")

    material = signing_material(home.folder, "secret words", NOW, tsa="https://tsa.example")

    assert (material.alg, material.tsa) == ("es256", "https://tsa.example")
    assert material.chain_pem.count(b"BEGIN CERTIFICATE") == 1
    assert b"BEGIN PRIVATE KEY" in material.key_pem
    assert "PRIVATE" not in repr(material)
    assert pickle.loads(pickle.dumps(material)) == material


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "Night\x1b[2JTrain", "\u202eNight"])
def test_a_name_that_no_certificate_can_show_is_refused_and_nothing_is_written(home: Home, name: str) -> None:
    with pytest.raises(IdentityError, match="printable characters"):
        create_identity(home, name, NOW)

    assert not home.folder.exists()
    assert kept_lists(home.root) == ()


@pytest.mark.parametrize("name", ["x" * 64, "Über Träume GmbH", "夜行列車フィルム"])
def test_any_name_that_a_certificate_can_hold_becomes_the_signer(home: Home, name: str) -> None:
    assert create_identity(home, name, NOW).certificate.organisation == name


# What signing with it proves, and does not


def test_what_it_signs_is_trusted_under_the_list_of_the_production(home: Home, samples: Path, tmp_path: Path) -> None:
    create_identity(home, "Night Train Films", NOW)
    material = signing_material(home.folder, None, NOW)
    file = sign(material, samples / "stills/undeclared.png", tmp_path / "a.png", "trainedAlgorithmicMedia")

    (own,) = kept_lists(home.root)
    assert told(file, own_lists(home)) == (Origin.AI_GENERATED, Strength.SIGNED_TRUSTED, own.name)
    assert own.name.startswith("Night Train Films (own identity ")


def test_what_it_signs_as_captured_is_declared_and_never_proven(home: Home, samples: Path, tmp_path: Path) -> None:
    create_identity(home, "Night Train Films", NOW)
    material = signing_material(home.folder, None, NOW)
    file = sign(material, samples / "stills/undeclared.png", tmp_path / "a.png", "digitalCapture")

    assert claim(file, own_lists(home), Origin.CAPTURED).strength is Strength.DECLARED


def test_its_authority_in_a_list_of_others_makes_it_no_stranger(home: Home, samples: Path, tmp_path: Path) -> None:
    made = create_identity(home, "Night Train Films", NOW)
    authority = authority_certificate(home.folder, made).decode()
    camera = (samples / "trust" / "sample-camera-ca.pem").read_text()
    file = sign(
        signing_material(home.folder, None, NOW), samples / "stills/undeclared.png", tmp_path / "a.png",
        "digitalCapture",
    )  # fmt: skip

    alone = own_lists(home, TrustList("strangers", authority))
    mixed = own_lists(home, TrustList("strangers", camera + authority, allowed=made.certificate.pem.decode()))

    assert [one.name for one in alone] == [kept_lists(home.root)[0].name]
    assert claim(file, alone, Origin.CAPTURED).strength is Strength.DECLARED
    assert claim(file, mixed, Origin.CAPTURED).strength is Strength.DECLARED
    assert mixed[0].anchors.strip() == camera.strip()


@pytest.mark.parametrize("new_authority", [False, True])
def test_after_a_rotation_old_and_new_signatures_are_trusted(
    home: Home, samples: Path, tmp_path: Path, new_authority: bool
) -> None:
    media = samples / "stills/undeclared.png"
    before = create_identity(home, "Night Train Films", NOW)
    old = sign(signing_material(home.folder, None, NOW), media, tmp_path / "old.png", "trainedAlgorithmicMedia")

    after = rotate_identity(home, NOW + 1000, new_authority=new_authority)
    new = sign(signing_material(home.folder, None, NOW + 1000), media, tmp_path / "new.png", "digitalCapture")

    trust = own_lists(home)
    assert told(old, trust)[1] is Strength.SIGNED_TRUSTED
    assert {told(old, trust)[2], told(new, trust)[2]} == {one.name for one in trust}
    assert claim(new, trust, Origin.CAPTURED).strength is Strength.DECLARED
    assert (after.authority == before.authority) is not new_authority
    assert len(trust) == 1 + new_authority
    assert [(one.certificate.fingerprint, one.is_current) for one in identities(home.folder)] == [
        (after.certificate.fingerprint, True), (before.certificate.fingerprint, False),
    ]  # fmt: skip


def test_an_authority_that_ends_soon_is_renewed_too(home: Home) -> None:
    before = create_identity(home, "Night Train Films", NOW)

    after = rotate_identity(home, NOW + 31 * YEAR)

    assert after.authority != before.authority
    assert after.certificate.not_after > NOW + 51 * YEAR


def test_a_signature_below_another_of_ours_proves_no_capture_either(home: Home, samples: Path, tmp_path: Path) -> None:
    create_identity(home, "Night Train Films", NOW)
    material = signing_material(home.folder, None, NOW)
    parent = sign(material, samples / "stills/undeclared.png", tmp_path / "parent.png", "digitalCapture")
    child = sign(material, samples / "stills/undeclared.png", tmp_path / "child.png", "", parent=parent)

    assert claim(child, own_lists(home), Origin.CAPTURED).strength <= Strength.DECLARED


# Time


@pytest.mark.parametrize(
    ("later", "words", "remedy"),
    [
        (-600_000, "not valid before", "set the clock right"),
        (26 * YEAR, "expired on", "provenance identity rotate"),
    ],
)
def test_outside_its_validity_nothing_is_signed_and_the_clock_is_named(
    home: Home, later: int, words: str, remedy: str
) -> None:
    made = create_identity(home, "Night Train Films", NOW)

    with pytest.raises(IdentityError, match=words) as caught:
        signing_material(home.folder, None, NOW + later)

    assert caught.value.path == made.folder / "chain.pem"
    assert remedy in caught.value.remedy
    assert "clock says" in caught.value.message


def test_a_clock_some_minutes_behind_signs_all_the_same(home: Home) -> None:
    create_identity(home, "Night Train Films", NOW)

    assert signing_material(home.folder, None, NOW - 240_000).alg == "es256"


# Time stamps


def test_a_time_stamp_authority_is_asked_once_for_a_hash_and_only_where_one_is_configured(
    home: Home, samples: Path, tmp_path: Path
) -> None:
    now = time.time_ns() // 1_000_000  # c2pa takes the clock of the computer
    create_identity(home, "Night Train Films", now)
    media = samples / "stills/undeclared.png"

    with time_stamp_authority() as authority:
        plain = sign(signing_material(home.folder, None, now), media, tmp_path / "a.png", "digitalArt")
        assert authority.asked == []
        material = signing_material(home.folder, None, now, tsa=authority.url)
        stamped = sign(material, media, tmp_path / "b.png", "digitalArt")
        read = [stamped_at(plain), stamped_at(stamped)]

    assert [len(digest) for digest in authority.asked] == [32]
    assert read == ["", authority.at.isoformat()]


def test_an_authority_that_does_not_answer_fails_the_signature(home: Home, samples: Path, tmp_path: Path) -> None:
    now = time.time_ns() // 1_000_000
    create_identity(home, "Night Train Films", now)
    with time_stamp_authority() as authority:
        material = signing_material(home.folder, None, now, tsa=authority.url)

    with pytest.raises(C2paError):  # nobody listens there any more
        sign(material, samples / "stills/undeclared.png", tmp_path / "a.png", "digitalArt")
