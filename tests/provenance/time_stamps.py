"""A time-stamp authority on this machine: RFC 3161 over HTTP, just enough of it to stamp signatures.

ASN.1 is written by hand in DER (X.690), because no library at hand writes time-stamp tokens.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SEQUENCE, SET, INTEGER, OCTETS, OID, TIME = 0x30, 0x31, 0x02, 0x04, 0x06, 0x18
SIGNED_DATA, TST_INFO, POLICY = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4", "1.3.6.1.4.1.99999.1"
CONTENT_TYPE, MESSAGE_DIGEST, SIGNER_V2 = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.16.2.47"
SHA256, ECDSA_SHA256 = "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    length = (
        bytes([size]) if size < 128 else bytes([0x80 | (n := (size.bit_length() + 7) // 8)]) + size.to_bytes(n, "big")
    )
    return bytes([tag]) + length + body


def number(value: int) -> bytes:
    return der(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    body = bytes([first * 40 + second])
    for value in rest:
        digits = [value & 0x7F]
        while value := value >> 7:
            digits.insert(0, 0x80 | value & 0x7F)
        body += bytes(digits)
    return der(OID, body)


def pieces(body: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(tag, content, whole) of what stands in a sequence."""
    while body:
        size, start = body[1], 2
        if size & 0x80:
            start = 2 + (size & 0x7F)
            size = int.from_bytes(body[2:start], "big")
        yield body[0], body[start : start + size], body[: start + size]
        body = body[start + size :]


@dataclass
class Authority:
    """The authority: what it stamps with, the time it says, and the hashes it was asked to stamp."""

    at: datetime
    asked: list[bytes] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        root_key = ec.generate_private_key(ec.SECP256R1())
        root = self._certificate("Stamps Root", root_key.public_key(), "Stamps Root", root_key, ca=True)
        self.certificate = self._certificate("Stamps", self.key.public_key(), "Stamps Root", root_key, ca=False)
        self.chain = b"".join(one.public_bytes(serialization.Encoding.DER) for one in (self.certificate, root))

    def answer(self, request: bytes) -> bytes:
        """The response to a request, granted."""
        ((_, body, _),) = pieces(request)
        parts = list(pieces(body))
        imprint = parts[1]
        nonce = next((whole for tag, _, whole in parts[2:] if tag == INTEGER), b"")
        self.asked.append(list(pieces(imprint[1]))[1][1])
        time = der(TIME, self.at.strftime("%Y%m%d%H%M%SZ").encode())
        info = der(SEQUENCE, number(1), oid(POLICY), imprint[2], number(len(self.asked)), time, nonce)
        return der(SEQUENCE, der(SEQUENCE, number(0)), self._token(info))

    def _token(self, info: bytes) -> bytes:
        raw = self.certificate.public_bytes(serialization.Encoding.DER)
        algorithm = der(SEQUENCE, oid(SHA256))
        signer = der(SEQUENCE, der(SEQUENCE, der(SEQUENCE, der(OCTETS, hashlib.sha256(raw).digest()))))
        told = (
            (CONTENT_TYPE, oid(TST_INFO)),
            (MESSAGE_DIGEST, der(OCTETS, hashlib.sha256(info).digest())),
            (SIGNER_V2, signer),
        )
        attributes = b"".join(sorted(der(SEQUENCE, oid(name), der(SET, value)) for name, value in told))
        signature = self.key.sign(der(SET, attributes), ec.ECDSA(hashes.SHA256()))
        issuer = der(SEQUENCE, self.certificate.issuer.public_bytes(), number(self.certificate.serial_number))
        signed_by = der(
            SEQUENCE, number(1), issuer, algorithm, der(0xA0, attributes), der(SEQUENCE, oid(ECDSA_SHA256)),
            der(OCTETS, signature),
        )  # fmt: skip
        content = der(SEQUENCE, oid(TST_INFO), der(0xA0, der(OCTETS, info)))
        data = der(SEQUENCE, number(3), der(SET, algorithm), content, der(0xA0, self.chain), der(SET, signed_by))
        return der(SEQUENCE, oid(SIGNED_DATA), der(0xA0, data))

    def _certificate(
        self,
        name: str,
        key: ec.EllipticCurvePublicKey,
        issuer: str,
        issuer_key: ec.EllipticCurvePrivateKey,
        *,
        ca: bool,
    ) -> x509.Certificate:
        flags = {"key_cert_sign": ca, "crl_sign": ca, "digital_signature": not ca}
        rest = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
                "decipher_only")  # fmt: skip
        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.at - timedelta(days=400))
            .not_valid_after(self.at + timedelta(days=20_000))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(x509.KeyUsage(**flags, **dict.fromkeys(rest, False)), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )
        if not ca:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return builder.sign(issuer_key, hashes.SHA256())


def named(name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Stamps"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )


@contextmanager
def time_stamp_authority(at: datetime | None = None) -> Iterator[Authority]:
    """An authority that listens on this machine as long as the block runs."""
    authority = Authority((at or datetime.now(UTC)).replace(microsecond=0))

    class Counter(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Counter) as server:
        authority.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield authority
        finally:
            server.shutdown()
            thread.join()
