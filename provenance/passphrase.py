"""The passphrase of a production's keys: from the environment, or from the keyring of the operating system.

The only module that imports keyring, an optional library (`pip install "media-provenance-tracker[keyring]"`).
Nothing here is ever logged; messages name the place, never the value.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from provenance.errors import IdentityError

VARIABLE: Final = "PROVENANCE_PASSPHRASE"
SERVICE: Final = "provenance signing identity"

_REMEDY: Final = f'pip install "media-provenance-tracker[keyring]", or set {VARIABLE}'


def from_environment(environment: Mapping[str, str]) -> str | None:
    """The passphrase in the environment; None where it is empty or missing."""
    return environment.get(VARIABLE) or None


def find_passphrase(environment: Mapping[str, str], production: str) -> str | None:
    """The passphrase in the environment, else in the keyring where there is one; None where neither holds it.

    Args: production is its id, under which the keyring keeps it.
    Raises IdentityError where the keyring is there and refuses.
    """
    return from_environment(environment) or _in_keyring(production)


def kept_passphrase(production: str) -> str:
    """The passphrase in the keyring, made at random and put there where it holds none yet.

    Raises IdentityError where there is no keyring, or it refuses.
    """
    library = _library()
    if library is None:
        raise IdentityError("the library keyring is not installed", remedy=_REMEDY)
    known = _in_keyring(production)
    if known:
        return known
    made = secrets.token_urlsafe(32)
    try:
        library.set_password(SERVICE, production, made)
    except library.errors.KeyringError as error:
        words = f"the keyring did not take the passphrase: {type(error).__name__}"
        raise IdentityError(words, remedy=_REMEDY) from error
    if _in_keyring(production) != made:  # a key whose passphrase is lost is lost
        raise IdentityError("the keyring did not keep the passphrase", remedy=_REMEDY)
    return made


def _in_keyring(production: str) -> str | None:
    library = _library()
    if library is None:
        return None
    try:
        found = library.get_password(SERVICE, production)
    except library.errors.NoKeyringError:
        return None
    except library.errors.KeyringError as error:
        words = f"the keyring does not give the passphrase: {type(error).__name__}"
        raise IdentityError(words, remedy=f"unlock it, or set {VARIABLE}") from error
    return found if isinstance(found, str) and found else None


def _library() -> Any:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return None
    return keyring
