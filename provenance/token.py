"""A private key that lies in a token (HSM, smart card, key service) and signs there, over PKCS#11.

The only module that imports pkcs11, an optional library (`pip install "media-provenance-tracker[hsm]"`). The key
never leaves the token; what is kept is where it lies. One session for each token and process, one caller at a time.
PKCS#11 3.1, https://docs.oasis-open.org/pkcs11/pkcs11-spec/v3.1/ .
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any, Final, TypeVar

from provenance._token_words import LOST, OWN_TOOLS, PIN, WORDS
from provenance.errors import IdentityError
from provenance.paths import show

_HASHES: Final = {
    "es256": hashlib.sha256, "es384": hashlib.sha384, "es512": hashlib.sha512, "ps256": hashlib.sha256,
}  # fmt: skip
_CURVES: Final = {  # the content of EC_PARAMS: an object identifier in DER
    bytes.fromhex("06082a8648ce3d030107"): "es256",  # P-256
    bytes.fromhex("06052b81040022"): "es384",
    bytes.fromhex("06052b81040023"): "es512",
}
_SALT: Final = 32  # RFC 8152 section 8: the length of the hash
_MOST_NAMES: Final = 10

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Where a private key lies.

    Args:
        module: whole path of the PKCS#11 library of the token's maker.
        token: label of the token.
        label: of the key, or empty.
        key_id: of the key in hex digits, or empty; one of both is given.
    """

    module: str
    token: str
    label: str = ""
    key_id: str = ""

    @property
    def is_named(self) -> bool:
        """True where it says which key, in a way that can be looked up."""
        even = len(self.key_id) % 2 == 0 and all(digit in "0123456789abcdefABCDEF" for digit in self.key_id)
        return bool(self.module and self.token and (self.label or self.key_id) and even)

    def __str__(self) -> str:
        name = show(self.label) if self.label else f"id {self.key_id}"
        return f"key {name} in the token {show(self.token)}"


def sign(key: TokenKey, algorithm: str, data: bytes, pin: str) -> bytes:
    """Signs with the key in the token, as COSE wants it: of ECDSA the two numbers, one behind the other.

    Args: algorithm is C2PA's name of it. Raises IdentityError naming what the token says, and a remedy.
    """
    return _asked(key, pin, lambda opened: _signed(_private(opened, key), algorithm, data, pin))


def algorithm_of(key: TokenKey, pin: str) -> str:
    """C2PA's name of what the key signs with. Raises IdentityError, also for a key that cannot sign claims."""
    return _asked(key, pin, lambda opened: _algorithm(_private(opened, key), key))


def public_half(key: TokenKey, pin: str) -> bytes:
    """The public key as DER (SubjectPublicKeyInfo). Raises IdentityError where the token does not hold it."""
    return _asked(key, pin, lambda opened: _encoded(opened.session, key))


def reach(key: TokenKey, pin: str | None = None) -> None:
    """Looks whether the token is there; with a PIN, whether it opens and holds the key. Raises IdentityError.

    A PIN is tried only where the token says that no wrong one came before.
    """
    library = _library()
    with _HELD.lock, _named(key):
        told = _token(library, key).flags
    if told & library.TokenFlag.USER_PIN_LOCKED:
        raise _error(key, *WORDS["PinLocked"])
    if pin and not told & (library.TokenFlag.USER_PIN_COUNT_LOW | library.TokenFlag.USER_PIN_FINAL_TRY):
        algorithm_of(key, pin)


def close_sessions() -> None:
    """Logs out of every token that this process has opened."""
    with _HELD.lock:
        for place in list(_HELD.opened):
            _forget(place)
        _HELD.refused.clear()


_Place = tuple[str, str, int]
"""Module, token, process: a session is dead in a forked child."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A session, the PIN (hashed) that opened it, and the private keys that were found in it."""

    session: Any
    pin: bytes
    keys: dict[TokenKey, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Sessions:
    """What this process holds open, and the PINs (hashed) that were refused: a few wrong ones lock a token."""

    lock: Any = field(default_factory=RLock)
    opened: dict[_Place, _Opened] = field(default_factory=dict)
    refused: set[tuple[str, str, bytes]] = field(default_factory=set)


_HELD: Final = _Sessions()


def _asked(key: TokenKey, pin: str, question: Callable[[_Opened], _Answer]) -> _Answer:
    """Asks in the session that is open, or in a new one where that was lost."""
    library = _library()
    place = (key.module, key.token, os.getpid())
    with _HELD.lock, _named(key):
        was_open = place in _HELD.opened
        try:
            return question(_session(library, key, pin))
        except library.PKCS11Error as error:
            if type(error).__name__ not in LOST:
                raise
            _forget(place)
            if not was_open:
                raise
        return question(_session(library, key, pin))


def _session(library: Any, key: TokenKey, pin: str) -> _Opened:
    if not pin:
        raise _error(key, "the token asks for a PIN, and there is none", PIN)
    place, hashed = (key.module, key.token, os.getpid()), hashlib.sha256(pin.encode("utf-8", "replace")).digest()
    known = _HELD.opened.get(place)
    if known is not None and known.pin == hashed:
        return known
    if (key.module, key.token, hashed) in _HELD.refused:
        raise _error(key, *WORDS["PinIncorrect"])
    _forget(place)
    token = _token(library, key)
    if token.flags & library.TokenFlag.USER_PIN_FINAL_TRY:
        words = "one more wrong PIN would lock the token, so none is tried"
        raise _error(key, words, "log in once with the token's own tools")
    try:
        opened = _Opened(token.open(user_pin=pin), hashed)
    except (library.PinIncorrect, library.PinInvalid):
        _HELD.refused.add((key.module, key.token, hashed))
        raise
    except UnicodeEncodeError as error:
        raise _error(key, "the PIN is not UTF-8 text", PIN) from error
    _HELD.opened[place] = opened
    return opened


def _forget(place: _Place) -> None:
    known = _HELD.opened.pop(place, None)
    if known is not None:
        with contextlib.suppress(Exception):  # a lost one cannot be closed, and nobody needs it any more
            known.session.close()


def _token(library: Any, key: TokenKey) -> Any:
    """The token by its label. What others say the module is, it is a program that runs here: a whole path only."""
    if not Path(key.module).is_absolute() or not Path(key.module).is_file():
        words = "the PKCS#11 module is not there" if Path(key.module).is_absolute() else "the module is no whole path"
        raise _error(key, words, "name the library of the token's maker, as in /usr/lib/softhsm/libsofthsm2.so")
    try:
        module = library.lib(key.module)
    except library.PKCS11Error as error:
        if "loading" in str(error):
            words = "the file is no PKCS#11 module that loads here"
            raise _error(key, words, "install the one of the token's maker for this system") from error
        raise
    found = list(module.get_tokens(token_label=key.token))
    if not found:
        present = _names(one.label for one in module.get_tokens())
        raise _error(key, f"no token of that name is there ({present})", "put it in, or name another one")
    if len(found) > 1:
        raise _error(key, "several tokens have that name", "give one of them another label")
    return found[0]


def _named_objects(session: Any, key: TokenKey, kind: str) -> list[Any]:
    library = _library()
    wanted = {library.Attribute.CLASS: library.ObjectClass[kind]}
    if key.label:
        wanted[library.Attribute.LABEL] = key.label
    if key.key_id:
        wanted[library.Attribute.ID] = bytes.fromhex(key.key_id)
    return list(session.get_objects(wanted))


def _private(opened: _Opened, key: TokenKey) -> Any:
    """The key, searched once in a session: a search in a lost one makes the library print."""
    if key in opened.keys:
        return opened.keys[key]
    found = _named_objects(opened.session, key, "PRIVATE_KEY")
    if len(found) > 1:
        raise _error(key, "several keys have that name", "name its id too: --key-id")
    if not found:
        held = _named_objects(opened.session, TokenKey(key.module, key.token), "PRIVATE_KEY")
        words = f"the token holds no such private key ({_names(one.label for one in held)})"
        raise _error(key, words, "name another one: --key-label, --key-id")
    opened.keys[key] = found[0]
    return found[0]


def _signed(private: Any, algorithm: str, data: bytes, pin: str) -> bytes:
    """Hashed here: plain CKM_ECDSA and CKM_RSA_PKCS_PSS are what all tokens know."""
    library = _library()
    try:  # such a key wants the PIN for each signature, as those of PIV cards do
        again = {"pin": pin} if private[library.Attribute.ALWAYS_AUTHENTICATE] else {}
    except (library.AttributeTypeInvalid, library.AttributeSensitive, NotImplementedError):
        again = {}
    if algorithm == "ed25519":
        return bytes(private.sign(data, mechanism=library.Mechanism.EDDSA, **again))
    hashed = _HASHES[algorithm](data).digest()
    if algorithm != "ps256":
        return bytes(private.sign(hashed, mechanism=library.Mechanism.ECDSA, **again))
    how = (library.Mechanism.SHA256, library.MGF.SHA256, _SALT)
    return bytes(private.sign(hashed, mechanism=library.Mechanism.RSA_PKCS_PSS, mechanism_param=how, **again))


def _algorithm(private: Any, key: TokenKey) -> str:
    library = _library()
    kind = private.key_type
    found = ""
    if kind == library.KeyType.EC:
        found = _CURVES.get(bytes(private[library.Attribute.EC_PARAMS]), "")
    elif kind == library.KeyType.RSA:
        found = "ps256"
    elif kind == library.KeyType.EC_EDWARDS:
        found = "ed25519"
    if not found:
        raise _error(key, "this kind of key cannot sign claims", "use P-256, P-384, P-521, Ed25519 or RSA")
    return found


def _encoded(session: Any, key: TokenKey) -> bytes:
    from pkcs11.util.ec import encode_ec_public_key

    found = _named_objects(session, key, "PUBLIC_KEY")
    if len(found) != 1 or found[0].key_type != _library().KeyType.EC:
        words = "a request is made only for an EC key whose public half lies beside it in the token"
        raise _error(key, words, "make the request with the token's own tools")
    return bytes(encode_ec_public_key(found[0]))


def _names(labels: Iterator[str]) -> str:
    found = sorted({show(label) for label in labels if label})
    more = ", ..." if len(found) > _MOST_NAMES else ""
    return f"there are: {', '.join(found[:_MOST_NAMES])}{more}" if found else "there is none"


@contextlib.contextmanager
def _named(key: TokenKey) -> Iterator[None]:
    """Turns what the library and the token say into our error; never with the PIN."""
    library = _library()
    try:
        yield
    except library.PKCS11Error as error:
        kind = type(error).__name__
        words, remedy = WORDS.get(kind, (f"the token could not do it ({kind})", OWN_TOOLS))
        raise _error(key, words, remedy) from error
    except (NotImplementedError, ValueError, TypeError) as error:
        raise _error(key, f"the token answers in a way not known here ({type(error).__name__})", OWN_TOOLS) from error


def _error(key: TokenKey, words: str, remedy: str) -> IdentityError:
    return IdentityError(f"{key}: {words}", path=key.module, remedy=remedy)


def _library() -> Any:
    try:
        import pkcs11
    except ImportError as error:
        remedy = "pip install 'media-provenance-tracker[hsm]'"
        raise IdentityError("the library python-pkcs11 is not installed", remedy=remedy) from error
    return pkcs11
