"""Trust lists in the library's words, for reading and for writing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from provenance.contracts import TrustList

PURPOSES: Final = "\n".join(
    (
        "1.3.6.1.5.5.7.3.4",  # emailProtection
        "1.3.6.1.5.5.7.3.36",  # documentSigning
        "1.3.6.1.5.5.7.3.8",  # timeStamping
        "1.3.6.1.5.5.7.3.9",  # OCSPSigning
        "1.3.6.1.4.1.311.76.59.1.9",  # Microsoft C2PA
        "1.3.6.1.4.1.62558.2.1",  # c2pa-kp-claimSigning
    )
)
"""Extended key usages of signers; without this list c2pa calls many valid ones invalid."""

REMOTE: Final = re.compile(r"must fetch remote manifests from url\s+(\S{1,2000})")
"""What c2pa says where credentials lie on a server, which nobody asks."""


def trust_address(index: int) -> str:
    """The address under which a trust list is loaded; its name could hold anything."""
    return f"urn:provenance:trust:{index}"


def anchors(trust: Sequence[TrustList]) -> list[dict[str, str]]:
    """The `trust.anchors` setting of c2pa."""
    found = []
    for index, entry in enumerate(trust):
        anchor = {
            "trust_uri": trust_address(index),
            "trust_kind": "manifest",
            "trust_anchors": entry.anchors,
            "trust_config": PURPOSES,
        }
        found.append({**anchor, "allowed_list": entry.allowed} if entry.allowed else anchor)
    return found
