"""Certificates of a key that signs elsewhere, and a stand-in for it: nothing here ever holds the private half.

Signatures of ECDSA are the two numbers, one behind the other, as PKCS#11 and COSE (RFC 8152) have them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from provenance._x509 import Certificate, Key
from provenance.errors import IdentityError

_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "es256": hashes.SHA256(), "es384": hashes.SHA384(), "es512": hashes.SHA512(), "ps256": hashes.SHA256(),
}  # fmt: skip
_SALT: Final = 32


def whose(certificates: Sequence[Certificate], algorithm: str, data: bytes, signature: bytes) -> Certificate | None:
    """The certificate whose key made a signature, or None."""
    return next((one for one in certificates if _holds(one, algorithm, data, signature)), None)


def key_elsewhere(public: bytes, sign: Callable[[str, bytes], bytes]) -> Key:
    """What stands for a private key where only signing with SHA-256 can be asked for.

    Args: public is the key as DER; sign takes C2PA's name of an algorithm and the data.
    Raises IdentityError for a key that is on none of the curves of C2PA.
    """
    try:
        key = serialization.load_der_public_key(public)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise IdentityError(f"the token's public key cannot be read: {error}") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise IdentityError(
            "a request is made only for an EC key", remedy="make the request with the token's own tools"
        )  # fmt: skip
    return Key(_Elsewhere(key, lambda data: sign("es256", data)))


class _Elsewhere(ec.EllipticCurvePrivateKey):
    """The library's own interface of a private key; it asks nothing but to sign."""

    def __init__(self, public: ec.EllipticCurvePublicKey, ask: Callable[[bytes], bytes]) -> None:
        self._public = public
        self._ask = ask

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        both = self._ask(bytes(data))
        half = len(both) // 2
        return utils.encode_dss_signature(int.from_bytes(both[:half], "big"), int.from_bytes(both[half:], "big"))

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> bytes:
        raise NotImplementedError

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        raise NotImplementedError

    def private_bytes(self, *how: Any, **more: Any) -> bytes:
        raise NotImplementedError

    def __copy__(self) -> _Elsewhere:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> _Elsewhere:
        return self


def _holds(certificate: Certificate, algorithm: str, data: bytes, signature: bytes) -> bool:
    key = x509.load_pem_x509_certificate(certificate.pem).public_key()
    try:
        if certificate.algorithm != algorithm:
            return False
        if isinstance(key, ec.EllipticCurvePublicKey):
            half = len(signature) // 2
            numbers = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
            key.verify(utils.encode_dss_signature(*numbers), data, ec.ECDSA(_HASHES[algorithm]))
        elif isinstance(key, rsa.RSAPublicKey):
            how = padding.PSS(padding.MGF1(hashes.SHA256()), _SALT)
            key.verify(signature, data, how, _HASHES[algorithm])
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True
