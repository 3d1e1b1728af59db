"""An issuer that sells certificates as asked for, good ones and bad ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.provenance.signing import NOW


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


class Issuer:
    """Sells certificates: a root, an intermediate, and signers as asked for."""

    def __init__(self) -> None:
        self.root_key, self.key = (ec.generate_private_key(ec.SECP384R1()) for _ in range(2))
        self.root = self._certificate("Root", self.root_key.public_key(), None, ca=True)
        self.intermediate = self._certificate("Issuing", self.key.public_key(), self.root, ca=True)

    def sell(self, key: Any, *, days: int = 400, usage: bool = True, purposes: Any = None, **more: Any) -> bytes:
        eku = [ExtendedKeyUsageOID.EMAIL_PROTECTION] if purposes is None else purposes
        return pem(self._certificate("Signer", key, self.intermediate, days=days, usage=usage, eku=eku, **more))

    def _certificate(
        self, name: str, key: Any, issuer: x509.Certificate | None, *, ca: bool = False, days: int = 9000,
        usage: bool = True, eku: Any = (), organisation: str = "Night Train Films",
    ) -> x509.Certificate:  # fmt: skip
        subject = x509.Name(
            [x509.NameAttribute(NameOID.COMMON_NAME, name)]
            + ([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)] if organisation else [])
        )
        signer = self.root_key if issuer is None or not hasattr(self, "intermediate") else self.key
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(moment(NOW) - timedelta(days=10))
            .not_valid_after(moment(NOW) + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        )
        if usage:
            flags = {"key_cert_sign": ca, "crl_sign": ca, "digital_signature": not ca}
            rest = dict.fromkeys(
                ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
                 "decipher_only"), False,
            )  # fmt: skip
            builder = builder.add_extension(x509.KeyUsage(**flags, **rest), critical=True)
        if eku:
            builder = builder.add_extension(x509.ExtendedKeyUsage(eku), critical=False)
        return builder.sign(signer, hashes.SHA384())


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key: Any, passphrase: bytes | None = None) -> bytes:
    how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how))
