"""A small authority made on the spot, and what a generator would be tagged with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provenance.contracts import Tag, TrustList
from provenance.identity import SigningMaterial
from provenance.model import Origin

GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
BEGINS, ENDS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2056, 1, 1, tzinfo=UTC)


def usage(**given: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return x509.KeyUsage(**{name: given.get(name, False) for name in names})


def named(text: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, text), x509.NameAttribute(NameOID.COMMON_NAME, text)]
    )


def authority(ends: datetime = ENDS) -> tuple[SigningMaterial, TrustList]:
    """A production's signing material, and the trust list with its authority."""
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def begun(subject: str, key: ec.EllipticCurvePrivateKey, until: datetime) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(named(subject)).issuer_name(named("Test Authority"))
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        return builder.not_valid_before(BEGINS).not_valid_after(until)

    above = begun("Test Authority", root, ENDS)
    above = above.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    above = above.add_extension(usage(key_cert_sign=True, crl_sign=True), critical=True)
    above = above.add_extension(x509.SubjectKeyIdentifier.from_public_key(root.public_key()), critical=False)
    signer = begun("Test Production", leaf, ends)
    signer = signer.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    signer = signer.add_extension(usage(digital_signature=True), critical=True)
    purposes = [ExtendedKeyUsageOID.EMAIL_PROTECTION, x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")]
    signer = signer.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    signer = signer.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False)
    pems = [one.sign(root, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) for one in (signer, above)]
    key = leaf.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SigningMaterial("es256", pems[0], key), TrustList("the production", pems[1].decode(), own=True)


@pytest.fixture(scope="session")
def notary() -> tuple[SigningMaterial, TrustList]:
    """What signs, and the list that trusts it."""
    return authority()


@pytest.fixture
def make_authority() -> Callable[..., tuple[SigningMaterial, TrustList]]:
    """Makes another one."""
    return authority


@pytest.fixture
def tag() -> Tag:
    """What would be written into a generated picture."""
    return Tag(
        Origin.AI_GENERATED, GENERATED, tool="Sample Generator", version="3.1",
        prompt='a quiet <harbour> & "fog"\nno boats',
        prompt_writer="Props department", credit="AI-generated", contributor="Sample Generator",
        document="xmp.did:1111", instance="xmp.iid:2222", parent_instance="xmp.iid:3333",
    )  # fmt: skip
