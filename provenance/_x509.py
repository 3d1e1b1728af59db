"""Keys and certificates for signing claims: made, read, compared. Only this and `_x509_token` import cryptography.

What a certificate must hold follows the C2PA specification 2.4, section 14.5 (X.509 certificates), and
RFC 5280. Times are milliseconds since 1970 (UTC).
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from provenance.errors import IdentityError

AUTHORITY_YEARS: Final = 50
SIGNER_YEARS: Final = 25
"""Without a time stamp a signature is valid as long as its certificate, so it gets the life of an archive."""

NEEDED: Final = "set the environment variable PROVENANCE_PASSPHRASE to its passphrase, or keep it in the OS keyring"
"""What to do about a passphrase that is missing or wrong."""

LONGEST_NAME: Final = 64
"""Characters of an organisation or a common name, RFC 5280 appendix A.1 (ub-organization-name, ub-common-name)."""

_BACK_DATED: Final = timedelta(minutes=5)  # clocks of other workstations may be behind
_MOST: Final = 2000
_CLAIM_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_ANY_PURPOSE: Final = "2.5.29.37.0"
_BLOCK: Final = re.compile(rb"-----BEGIN CERTIFICATE-----[^-]{1,100000}-----END CERTIFICATE-----")
_PURPOSES: Final = {
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.36": "documentSigning",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    "1.3.6.1.4.1.311.76.59.1.9": "Microsoft C2PA signing",
    "1.3.6.1.4.1.62558.2.1": "C2PA claim signing",
    _ANY_PURPOSE: "any",
}
_SIGNING: Final = frozenset({"emailProtection", "documentSigning", "Microsoft C2PA signing", "C2PA claim signing"})
NOT_SIGNING: Final = frozenset({"timeStamping", "OCSPSigning"})
"""Purposes of certificates that are for something else than signing claims, and stand alone."""
_USAGES: Final = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign",
)  # fmt: skip
_CURVES: Final = {"secp256r1": ("P-256", "es256"), "secp384r1": ("P-384", "es384"), "secp521r1": ("P-521", "es512")}
_READ_ERRORS: Final = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, OverflowError)

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)
_SCRYPT_N: Final = 1 << 14  # 16 MB and some 40 ms a guess; OpenSSL takes no more without being told to
_SCRYPT_R: Final = 8
_PBES2: Final = bytes.fromhex("06092a864886f70d01050d")  # 1.2.840.113549.1.5.13
_SCRYPT: Final = bytes.fromhex("06092b06010401da47040b")  # 1.3.6.1.4.1.11591.4.11
_AES_256_CBC: Final = bytes.fromhex("060960864801650304012a")  # 2.16.840.1.101.3.4.1.42

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Key:
    """A private key. Its text form never shows it."""

    raw: PrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says.

    Args:
        pem: itself.
        subject, issuer: names as RFC 4514 writes them.
        organisation: O= of the subject, or empty.
        not_before, not_after: milliseconds since 1970.
        fingerprint: SHA-256 of its DER form, 64 hex digits.
        key: what kind of key it is for ("P-256", "RSA 2048").
        algorithm: C2PA's name of the signature algorithm, or empty where the key may not sign claims.
        usages: key usage.
        purposes: extended key usage by name, or by number where it has none here.
        is_authority: it may sign certificates.
        is_self_signed: subject and issuer are the same.
        has_issuer_key_id: an AuthorityKeyIdentifier is there.
    """

    pem: bytes = field(repr=False)
    subject: str
    issuer: str
    organisation: str
    not_before: int
    not_after: int
    fingerprint: str
    key: str
    algorithm: str
    usages: tuple[str, ...]
    purposes: tuple[str, ...]
    is_authority: bool
    is_self_signed: bool
    has_issuer_key_id: bool


def new_key() -> Key:
    """A new key on P-256, which every reader of C2PA knows."""
    return Key(ec.generate_private_key(ec.SECP256R1()))


def sealed(key: Key, passphrase: str | None) -> bytes:
    """The key as PKCS#8 PEM, encrypted where there is a passphrase: AES-256 under a key made by scrypt.

    Written by hand (PBES2, RFC 8018; scrypt in it, RFC 7914 section 7), because the library's own way makes
    guessing passphrases cheap (2,048 rounds of SHA-256). OpenSSL and the library read it.
    """
    if not passphrase:
        return key.raw.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    plain = key.raw.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    salt, start = os.urandom(16), os.urandom(16)
    padder = padding.PKCS7(128).padder()
    derived = Scrypt(salt, 32, n=_SCRYPT_N, r=_SCRYPT_R, p=1).derive(_bytes(passphrase))
    cipher = Cipher(algorithms.AES(derived), modes.CBC(start)).encryptor()
    secret = cipher.update(padder.update(plain) + padder.finalize()) + cipher.finalize()
    costs = b"".join(_der(2, each.to_bytes(2, "big").lstrip(b"\0")) for each in (_SCRYPT_N, _SCRYPT_R, 1))
    made_by = _der(0x30, _SCRYPT, _der(0x30, _der(4, salt), costs))
    how = _der(0x30, _PBES2, _der(0x30, made_by, _der(0x30, _AES_256_CBC, _der(4, start))))
    body = base64.encodebytes(_der(0x30, how, _der(4, secret))).replace(b"\n", b"")
    rows = b"\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + rows + b"\n-----END ENCRYPTED PRIVATE KEY-----\n"


def is_encrypted(pem: bytes) -> bool:
    """True for a PEM key that needs a passphrase (RFC 7468 section 11; "Proc-Type" is OpenSSL's older way)."""
    return b"ENCRYPTED PRIVATE KEY" in pem or b"Proc-Type: 4,ENCRYPTED" in pem


def unsealed(pem: bytes, passphrase: str | None, path: Path) -> Key:
    """The key in PEM. A passphrase that is not needed is ignored.

    Raises IdentityError: none or a wrong passphrase, no key, a kind of key that cannot sign claims.
    """
    encrypted = is_encrypted(pem)
    if encrypted and not passphrase:
        raise IdentityError("the key is protected by a passphrase, and there is none", path=path, remedy=NEEDED)
    try:
        raw = serialization.load_pem_private_key(pem, _bytes(passphrase) if encrypted and passphrase else None)
    except _READ_ERRORS as error:
        if encrypted:
            raise IdentityError("the passphrase does not open the key", path=path, remedy=NEEDED) from error
        raise IdentityError("holds no private key in PEM", path=path, remedy="give the key as PKCS#8 PEM") from error
    if not isinstance(raw, PrivateKey):
        raise IdentityError(
            "this kind of key cannot sign claims", path=path, remedy="use P-256, P-384, P-521, Ed25519 or RSA"
        )
    return Key(raw)


def belongs(key: Key, certificate: Certificate) -> bool:
    """True where the certificate is for this key."""
    return _public(key.raw.public_key()) == _public(_load(certificate).public_key())


def new_authority(key: Key, organisation: str, now: int) -> Certificate:
    """A certificate authority with one purpose: to sign the claim signers of one production."""
    public = _ec(key).public_key()
    mark = x509.SubjectKeyIdentifier.from_public_key(public).digest.hex()[:8]
    # Two authorities of one name would be taken for each other by readers that search by name.
    name = _name(organisation, f"{organisation[: LONGEST_NAME - 23]} production CA {mark}")
    builder = _builder(name, name, public, public, now, _moment(now) + _years(AUTHORITY_YEARS))
    return _certificate(
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(_ec(key), hashes.SHA256())
    )


def new_signer(key: Key, organisation: str, authority: Certificate, authority_key: Key, now: int) -> Certificate:
    """The certificate of a claim signer, valid SIGNER_YEARS or as long as its authority."""
    issuer = _load(authority)
    ends = min(_moment(now) + _years(SIGNER_YEARS), issuer.not_valid_after_utc)
    name = _name(organisation, f"{organisation[: LONGEST_NAME - 14]} claim signing")
    builder = _builder(name, issuer.subject, _ec(key).public_key(), _ec(authority_key).public_key(), now, ends)
    # Both purposes: one for readers that know C2PA's own, one for those that ask for e-mail protection.
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, _CLAIM_SIGNING])
    return _certificate(
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(purposes, critical=False)
        .sign(_ec(authority_key), hashes.SHA256())
    )


def new_request(key: Key, organisation: str, common_name: str, country: str) -> bytes:
    """A certificate signing request (PKCS#10, RFC 2986) in PEM for a claim-signing certificate."""
    builder = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(_name(organisation, common_name, country))
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, _CLAIM_SIGNING]), critical=False
        )
    )  # fmt: skip
    return builder.sign(_ec(key), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def read_certificates(pem: bytes, path: Path) -> tuple[Certificate, ...]:
    """All certificates in a text, in its order.

    Raises IdentityError where there is none, or one cannot be read; the message has its line.
    """
    found: list[Certificate] = []
    for match in _BLOCK.finditer(pem):
        line = pem.count(b"\n", 0, match.start()) + 1
        if len(found) == _MOST:
            raise IdentityError(f"holds more than {_MOST} certificates", path=path)
        try:
            found.append(_certificate(x509.load_pem_x509_certificate(match[0])))
        except _READ_ERRORS as error:
            raise IdentityError(
                f"line {line}: a certificate that cannot be read: {error}", path=path, remedy="get the file again"
            ) from error
    if not found:
        raise IdentityError("holds no PEM certificate", path=path, remedy="export it as PEM")
    return tuple(found)


def chain_for(key: Key, certificates: Sequence[Certificate], path: Path) -> tuple[Certificate, ...]:
    """The certificate of the key and those above it, each signed by the next; without a self-signed root.

    Raises IdentityError where none belongs to the key.
    """
    leaf = next((one for one in certificates if belongs(key, one)), None)
    if leaf is None:
        raise IdentityError(
            "the key belongs to none of the certificates", path=path, remedy="give the key the certificate was made for"
        )
    return chain_above(leaf, certificates)


def chain_above(leaf: Certificate, certificates: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """A certificate and those above it, each signed by the next; without a self-signed root."""
    chain = [leaf]
    while above := next((one for one in certificates if one not in chain and _is_signed_by(chain[-1], one)), None):
        chain.append(above)
    return (leaf, *(one for one in chain[1:] if not one.is_self_signed))


def signing_faults(certificate: Certificate) -> Iterator[str]:
    """What keeps a certificate from signing claims that readers accept, a sentence each."""
    if certificate.is_authority:
        yield "it is a certificate authority, not a signer"
    if certificate.is_self_signed:
        yield "it is signed by itself"
    if not certificate.algorithm:
        yield f"its key ({certificate.key}) cannot sign claims"
    if not certificate.has_issuer_key_id:
        yield "it has no AuthorityKeyIdentifier"
    if "digital_signature" not in certificate.usages:
        yield "its key usage does not include digitalSignature"
    purposes = set(certificate.purposes)
    if not purposes & _SIGNING:
        yield "its extended key usage has none of: emailProtection, documentSigning, C2PA claim signing"
    if beside := purposes & (NOT_SIGNING | {"any"}):
        yield f"its extended key usage also has {', '.join(sorted(beside))}"
    if not certificate.organisation:
        yield "it names no organisation (O=), so nobody would be named as signer"


def _bytes(passphrase: str) -> bytes:
    return passphrase.encode("utf-8", "surrogatepass")  # an environment may hold any bytes


def _der(tag: int, *parts: bytes) -> bytes:
    """A value in DER (X.690) of less than 64 kB."""
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes(2, "big").lstrip(b"\0")
    return bytes([tag, 0x80 | len(size)]) + size + body


def _public(key: object) -> bytes:
    encode = cast(ec.EllipticCurvePublicKey, key).public_bytes  # all kinds of keys share it
    return encode(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _is_signed_by(lower: Certificate, upper: Certificate) -> bool:
    try:
        _load(lower).verify_directly_issued_by(_load(upper))
    except (InvalidSignature, *_READ_ERRORS):
        return False
    return True


def _load(certificate: Certificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate.pem)


def _ec(key: Key) -> ec.EllipticCurvePrivateKey:
    assert isinstance(key.raw, ec.EllipticCurvePrivateKey), "our own keys are on P-256"
    return key.raw


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms // 1000, UTC)


def _years(number: int) -> timedelta:
    return timedelta(days=number * 365 + number // 4)


def _name(organisation: str, common_name: str, country: str = "") -> x509.Name:
    parts = [(NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, common_name)]
    if country:
        parts.insert(0, (NameOID.COUNTRY_NAME, country))
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
    now: int,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_moment(now) - _BACK_DATED)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    granted = {"key_cert_sign", "crl_sign"} if signs_certificates else {"digital_signature"}
    return x509.KeyUsage(**{name: name in granted for name in _USAGES}, encipher_only=False, decipher_only=False)


def _certificate(raw: x509.Certificate) -> Certificate:
    key, algorithm = _kind_of_key(raw)
    basic = _extension(raw, x509.BasicConstraints)
    usage = _extension(raw, x509.KeyUsage)
    purposes = _extension(raw, x509.ExtendedKeyUsage)
    organisation = raw.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    numbers = [one.dotted_string for one in purposes or ()]
    return Certificate(
        pem=raw.public_bytes(serialization.Encoding.PEM),
        subject=raw.subject.rfc4514_string(),
        issuer=raw.issuer.rfc4514_string(),
        organisation=str(organisation[0].value) if organisation else "",
        not_before=int(raw.not_valid_before_utc.timestamp() * 1000),
        not_after=int(raw.not_valid_after_utc.timestamp() * 1000),
        fingerprint=hashlib.sha256(raw.public_bytes(serialization.Encoding.DER)).hexdigest(),
        key=key,
        algorithm=algorithm,
        usages=tuple(name for name in _USAGES if usage is not None and getattr(usage, name)),
        purposes=tuple(_PURPOSES.get(number, number) for number in numbers),
        is_authority=bool(basic and basic.ca),
        is_self_signed=raw.subject == raw.issuer,
        has_issuer_key_id=any(one.oid == ExtensionOID.AUTHORITY_KEY_IDENTIFIER for one in raw.extensions),
    )


def _extension(raw: x509.Certificate, kind: type[_Kind]) -> _Kind | None:
    try:
        return raw.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _kind_of_key(raw: x509.Certificate) -> tuple[str, str]:
    """(kind for people, C2PA's algorithm or empty)."""
    key = raw.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _CURVES.get(key.curve.name, (key.curve.name, ""))
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519", "ed25519"
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}", "ps256" if key.key_size >= 2048 else ""
    return type(key).__name__.strip("_"), ""
