"""A signing identity whose key lies in a token: its certificate found, a request made, both by letting it sign."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from provenance import _x509 as x509
from provenance import _x509_token as elsewhere
from provenance import token
from provenance.errors import IdentityError
from provenance.token import TokenKey

_QUESTION: Final = b"no claim, only whether this key belongs to its certificate: "


def chain_for(
    key: TokenKey, certificates: Sequence[x509.Certificate], pin: str, path: Path
) -> tuple[x509.Certificate, ...]:
    """The certificate of the key and those above it, without a self-signed root; the key proves itself by signing.

    Raises IdentityError where it belongs to none of them, or the token refuses.
    """
    algorithm, question = token.algorithm_of(key, pin), _QUESTION + secrets.token_bytes(32)
    leaf = elsewhere.whose(certificates, algorithm, question, token.sign(key, algorithm, question, pin))
    if leaf is None:
        words, remedy = f"the {key} belongs to none of the certificates", "name the key the certificate was made for"
        raise IdentityError(words, path=path, remedy=remedy)
    return x509.chain_above(leaf, certificates)


def stand_in(key: TokenKey, pin: str) -> x509.Key:
    """What a request is signed with in the place of the key. Raises IdentityError."""
    public = token.public_half(key, pin)
    return elsewhere.key_elsewhere(public, lambda how, data: token.sign(key, how, data, pin))
