"""Where signing identities lie: `identity/` in the folder of the store, which is never on a network share.

    current.json                           which signer is in use
    signers/FINGERPRINT/      chain.pem    its certificate and those above it, without a self-signed root
                              key.pem      its key (PKCS#8), encrypted where there is a passphrase; none where
                                           the record says that the key lies in a token
                              identity.json  when and how it came about
    authorities/FINGERPRINT/  certificate.pem, key.pem    of the production's own authority
    requests/NAME/            request.csr, key.pem        of a certificate that was asked for

A fingerprint is the first 32 hex digits of the certificate's SHA-256. Every folder appears in one step.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

from provenance import _private_files as files
from provenance.errors import IdentityError
from provenance.token import TokenKey
from provenance.writing import create_file

SIGNERS: Final = "signers"
AUTHORITIES: Final = "authorities"
REQUESTS: Final = "requests"
CHAIN: Final = "chain.pem"
CERTIFICATE: Final = "certificate.pem"
KEY: Final = "key.pem"
RECORD: Final = "identity.json"
REQUEST: Final = "request.csr"

_CURRENT: Final = "current.json"
_LARGEST: Final = 1 << 20
_VERSION: Final = 1


def short(fingerprint: str) -> str:
    """The part of a fingerprint that names a folder."""
    return fingerprint[:32]


def write_secret(target: Path, secret: bytes, others: Mapping[str, bytes], system: files.System) -> None:
    """Makes a folder with a key and what belongs to it, in one step; without a key file where `secret` is empty.

    Raises IdentityError; so also where the disk cannot keep a key that is not encrypted from others.
    """
    with _failures_named(target), files.new_folder(target, system) as folder:
        if secret:
            files.write_new(folder / KEY, secret, private=True, system=system)
        if secret and b"ENCRYPTED" not in secret and not files.is_private(folder / KEY, system):
            raise IdentityError(
                "this disk cannot keep a file from other users",
                path=target.parent,
                remedy="protect the key with a passphrase, or choose a disk with access rights (store.path)",
            )
        for name, data in others.items():
            files.write_new(folder / name, data, private=True, system=system)


def write_current(folder: Path, fingerprint: str) -> None:
    """Says which signer is in use, in one step. Raises WriteFailed."""
    text = json.dumps({"version": _VERSION, "signer": short(fingerprint)})
    create_file(folder / _CURRENT, text.encode())


def read_current(folder: Path) -> str:
    """The signer in use; empty where there is none. Raises IdentityError where the record is damaged."""
    if not (folder / _CURRENT).exists():
        return ""
    signer = read_json(folder / _CURRENT).get("signer")
    if not isinstance(signer, str) or not signer.isalnum():
        raise IdentityError("is damaged", path=folder / _CURRENT, remedy="restore it from a backup")
    return signer


def record(created: int, how: str, authority: str, token: TokenKey | None = None) -> bytes:
    """How a signer came about. Args: authority is the fingerprint of our own one, or empty; token holds its key."""
    told: dict[str, Any] = {"version": _VERSION, "created": created, "how": how, "authority": authority}
    if token is not None:
        told["token"] = asdict(token)
    return json.dumps(told).encode()


def token_in(told: Mapping[str, Any], path: Path) -> TokenKey | None:
    """The token that a record names, or None. Raises IdentityError where that is damaged."""
    if "token" not in told:
        return None
    names = [one.name for one in fields(TokenKey)]
    held = told["token"]
    if not isinstance(held, dict) or sorted(held) != sorted(names):
        raise _damaged(path)
    key = TokenKey(*(held[name] for name in names))
    if not all(isinstance(held[name], str) for name in names) or not key.is_named:
        raise _damaged(path)
    return key


def _damaged(path: Path) -> IdentityError:
    return IdentityError("is damaged", path=path, remedy="restore it from a backup")


def read_json(path: Path) -> dict[str, Any]:
    """A small JSON object of ours. Raises IdentityError."""
    try:
        found = json.loads(read(path))
    except (ValueError, RecursionError) as error:
        raise IdentityError("is damaged: not JSON", path=path, remedy="restore it from a backup") from error
    if not isinstance(found, dict) or found.get("version") != _VERSION:
        raise IdentityError("was written by another version of this program", path=path, remedy="update the program")
    return found


def read(path: Path) -> bytes:
    """A file of ours. Raises IdentityError."""
    with _failures_named(path), path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise IdentityError("is larger than any key or certificate", path=path)
    return data


def folders(parent: Path) -> list[Path]:
    """What lies in one of the three folders, but for what is being written. Raises IdentityError."""
    if not parent.exists():
        return []
    with _failures_named(parent):
        return sorted(one for one in parent.iterdir() if one.is_dir() and not one.name.startswith(files.LEFT_OVER))


@contextlib.contextmanager
def _failures_named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        remedy = "give the user who runs this the right to read and write there, and room on the disk"
        raise IdentityError(f"cannot be used: {error.strerror or error}", path=path, remedy=remedy) from error
