"""How far each manifest of a store is believed, and on whose word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from provenance.contracts import TrustList
from provenance.model import Strength
from provenance.readers._c2pa_store import Manifest, Store, chain
from provenance.readers._c2pa_trust import trust_address

PUBLIC_TEST_ISSUERS: Final = frozenset({"C2PA Test Signing Cert", "C2PA Test Signing Certificate"})
"""Organisations named in the test certificates that the C2PA libraries ship with their private keys
(https://github.com/contentauth/c2pa-rs, sdk/tests/fixtures/certs): anybody can sign with them, so what they say of a
capture is as good as unsigned, unless somebody chose to trust them."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the reading needs besides the store.

    Args:
        trust: the lists that were loaded, in the order of their addresses.
        place: where the store stood (``c2pa``, ``sidecar:a.c2pa/c2pa``).
        version: of the reader.
        mismatch: true where the store is known to have been made for other content.
    """

    trust: tuple[TrustList, ...]
    place: str
    version: str
    mismatch: bool = False


class Belief:
    """How far each manifest of one store is believed, and on whose word.

    Args: unowned is the same store read without our own trust lists, where that was needed: c2pa names a
    list only for what it checked itself, so below the active manifest only a second look tells.
    """

    def __init__(self, store: Store, told: Told, unowned: Store | None) -> None:
        self._store, self._told, self._unowned = store, told, unowned

    def strength(self, manifest: Manifest) -> Strength:
        """Of the manifest and all that contain it."""
        if self._told.mismatch:
            return Strength.HEURISTIC
        return min(self._store.standings[label].strength for label in chain(self._store, manifest))

    def of_capture(self, manifest: Manifest) -> Strength:
        """As `strength`, but an unchecked signature is a hint, and neither our own identity nor anything
        with parts placed in it proves a capture."""
        strength = self.strength(manifest)
        if strength is Strength.DECLARED or (strength is Strength.SIGNED and self._anybody_signed(manifest)):
            return Strength.HEURISTIC
        if self._rests_on_own(manifest) or (strength is Strength.SIGNED_TRUSTED and self._has_parts(manifest)):
            return min(strength, Strength.DECLARED)
        return strength

    def is_own(self, label: str) -> bool:
        """True where a list of our own vouches for the manifest, or where nobody can tell that it does not."""
        if not any(entry.own for entry in self._told.trust):
            return False
        if known := self._candidates(label):
            return any(entry.own for entry in known)
        if self._store.standings[label].strength is not Strength.SIGNED_TRUSTED:
            return False
        foreign = self._unowned.standings.get(label) if self._unowned else None
        return foreign is None or foreign.strength is not Strength.SIGNED_TRUSTED

    def trust_name(self, label: str) -> str:
        """The name of the list that vouched for the manifest, where that is certain."""
        found = self._candidates(label)
        return found[0].name if len(found) == 1 else ""

    def _candidates(self, label: str) -> list[TrustList]:
        trust, address = self._told.trust, self._store.standings[label].trust
        if address is None:
            return []
        named = [entry for index, entry in enumerate(trust) if trust_address(index) == address]
        # Lists of single signers have no address in c2pa's answer.
        return named or [entry for entry in trust if entry.allowed]

    def _rests_on_own(self, manifest: Manifest) -> bool:
        return any(self.is_own(label) for label in chain(self._store, manifest))

    def _anybody_signed(self, manifest: Manifest) -> bool:
        above = set(chain(self._store, manifest))
        chained = (entry for entry in self._store.manifests if entry.label in above)
        return any(entry.signature.get("issuer") in PUBLIC_TEST_ISSUERS for entry in chained)

    def _has_parts(self, manifest: Manifest) -> bool:
        above = set(chain(self._store, manifest))
        chained = (entry for entry in self._store.manifests if entry.label in above)
        return any(part.relation == "componentOf" for entry in chained for part in entry.ingredients)
