"""The passphrase of a production's keys, or the PIN of a token: from the environment, or from the system's keyring.

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
    _there()
    known = _in_keyring(production)
    if known:
        return known
    made = secrets.token_urlsafe(32)
    _put(production, made)
    return made


def keep_pin(production: str, pin: str) -> None:
    """Puts the PIN of a token into the keyring, where `find_passphrase` finds it.

    Raises IdentityError where there is no keyring, it refuses, or it holds the passphrase of a key already.
    """
    _there()
    known = _in_keyring(production)
    if known and known != pin:  # what it opens could not be opened any more
        words = "the keyring holds the passphrase of another key of this production"
        raise IdentityError(words, remedy=f"leave the PIN in {VARIABLE}")
    if not known:
        _put(production, pin)


def _there() -> Any:
    library = _library()
    if library is None:
        raise IdentityError("the library keyring is not installed", remedy=_REMEDY)
    return library


def _put(production: str, words: str) -> None:
    library = _there()
    try:
        library.set_password(SERVICE, production, words)
    except library.errors.KeyringError as error:
        told = f"the keyring did not take the passphrase: {type(error).__name__}"
        raise IdentityError(told, remedy=_REMEDY) from error
    if _in_keyring(production) != words:  # a key whose passphrase is lost is lost
        raise IdentityError("the keyring did not keep the passphrase", remedy=_REMEDY)


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
