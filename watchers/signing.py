"""The key that the production signs with, opened for whoever tags: the daemon or a command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from provenance.configuration import Settings

if TYPE_CHECKING:
    from provenance.identity import SigningMaterial


def open_signing(
    store_folder: Path, settings: Settings, now: int, environment: Mapping[str, str]
) -> SigningMaterial | None:
    """The production's certificate and opened key; None where it has no identity.

    Args: store_folder, in which the identities lie; now in milliseconds since 1970; environment may hold the
    passphrase, else the system's keyring is asked.
    Raises IdentityError: expired, not yet valid, no or a wrong passphrase, damaged.
    """
    from provenance.identity import FOLDER, current_identity, signing_material
    from provenance.passphrase import find_passphrase

    folder = store_folder / FOLDER
    current = current_identity(folder)
    if current is None:
        return None
    secret = find_passphrase(environment, settings.production.id) if current.is_encrypted else None
    return signing_material(folder, secret, now, settings.identity.tsa)
