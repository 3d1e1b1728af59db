"""How far a manifest is believed when everybody holds the key it was signed with."""

from __future__ import annotations

import pytest

from provenance.model import Strength
from provenance.readers._c2pa_belief import PUBLIC_TEST_ISSUERS, Belief, Told
from provenance.readers._c2pa_store import Manifest, Standing, Store


def believed(issuer: str, strength: Strength) -> tuple[Strength, Strength]:
    """(of a capture, of anything else) for a manifest of one issuer."""
    manifest = Manifest("urn:m", "active", 0, "", {}, {}, {"issuer": issuer}, ())
    store = Store("urn:m", (manifest,), {"urn:m": Standing(strength)})
    belief = Belief(store, Told((), "c2pa", "1"), None)
    return belief.of_capture(manifest), belief.strength(manifest)


@pytest.mark.parametrize("issuer", sorted(PUBLIC_TEST_ISSUERS))
def test_a_capture_signed_with_a_published_test_key_is_a_hint_only(issuer: str) -> None:
    assert believed(issuer, Strength.SIGNED) == (Strength.HEURISTIC, Strength.SIGNED)


def test_a_test_key_that_somebody_chose_to_trust_is_trusted() -> None:
    issuer = min(PUBLIC_TEST_ISSUERS)

    assert believed(issuer, Strength.SIGNED_TRUSTED) == (Strength.SIGNED_TRUSTED, Strength.SIGNED_TRUSTED)


def test_a_capture_signed_by_an_unknown_maker_is_signed() -> None:
    assert believed("Some Camera Maker", Strength.SIGNED) == (Strength.SIGNED, Strength.SIGNED)
