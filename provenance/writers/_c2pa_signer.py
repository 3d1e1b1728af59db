"""Who signs a claim, as the C2PA library wants it: with a key in memory, or by asking a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from provenance import token
from provenance.errors import ProvenanceError

if TYPE_CHECKING:
    from provenance.identity import SigningMaterial


@contextmanager
def signer_of(signing: SigningMaterial) -> Iterator[Any]:
    """The library's signer, for as long as it is needed.

    Raises IdentityError with what the token said, where the library knows only that there is no good signature.
    """
    import c2pa

    refusals: list[ProvenanceError] = []
    try:
        with _opened(signing, refusals) as signer:
            yield signer
    except c2pa.C2paError as error:
        if refusals:
            raise refusals[0] from error
        raise


def _opened(signing: SigningMaterial, refusals: list[ProvenanceError]) -> Any:
    import c2pa

    if signing.token is None:
        address = signing.tsa.encode() if signing.tsa else None
        about = c2pa.C2paSignerInfo(signing.alg.encode(), signing.chain_pem, signing.key_pem, address)
        return c2pa.Signer.from_info(about)
    algorithm = c2pa.C2paSigningAlg[signing.alg.upper()]
    return c2pa.Signer.from_callback(
        _asking(signing, refusals), algorithm, signing.chain_pem.decode(), signing.tsa or None
    )  # fmt: skip


def _asking(signing: SigningMaterial, refusals: list[ProvenanceError]) -> Callable[[bytes], bytes]:
    """Asks the token; a refusal is kept, for the library would print it and say something else."""
    key = signing.token
    assert key is not None, "there is a token where one is asked"

    def ask(data: bytes) -> bytes:
        try:
            return token.sign(key, signing.alg, data, signing.pin)
        except ProvenanceError as error:
            refusals.append(error)
            return b""

    return ask
