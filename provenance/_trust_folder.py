"""The trust lists a production keeps: `.provenance/trust/` beside provenance.toml, one JSON file for each.

Beside provenance.toml also where the store is elsewhere: all workstations of a production go by the same lists,
and nothing in them is secret. Read without any library for certificates, because every start reads them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from provenance.contracts import TrustList
from provenance.errors import ConfigurationError, WriteFailed
from provenance.writing import create_file

FOLDER: Final = Path(".provenance") / "trust"
LONGEST_NAME: Final = 100

_VERSION: Final = 1
_LARGEST: Final = 16 << 20
_MOST: Final = 200
_BLOCK: Final = re.compile(r"-----BEGIN CERTIFICATE-----([^-]{1,100000})-----END CERTIFICATE-----\n?")


@dataclass(frozen=True, slots=True)
class Kept:
    """A trust list as it is kept.

    Args:
        name: what verdicts call it.
        anchors: PEM of the authorities.
        allowed: PEM of single trusted signers, or empty.
        own: a production's own; it never proves a capture.
        identity: made with a signing identity of this production; cannot be removed.
        source: name of the file it came from.
        sha256: of that file, 64 hex digits.
        allowed_sha256: of the file of single signers, or empty.
        imported: when, in milliseconds since 1970.
        issued, next_update: what its publisher says, in milliseconds; None where it does not.
        signers: PEM of our own signers under these authorities: known for ours wherever else they are listed.
    """

    name: str
    anchors: str
    allowed: str
    own: bool
    identity: bool
    source: str
    sha256: str
    allowed_sha256: str
    imported: int
    issued: int | None = None
    next_update: int | None = None
    signers: str = ""


_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "name": (str,), "anchors": (str,), "allowed": (str,), "own": (bool,), "identity": (bool,), "source": (str,),
    "sha256": (str,), "allowed_sha256": (str,), "imported": (int,), "issued": (int, type(None)),
    "next_update": (int, type(None)), "signers": (str,),
}  # fmt: skip


def kept_lists(root: Path) -> tuple[Kept, ...]:
    """All lists that the production at `root` keeps, by name. Raises ConfigurationError for a damaged one."""
    folder = root / FOLDER
    try:
        paths = sorted(folder.glob("*.json"))
    except OSError as error:
        raise ConfigurationError(f"the trust lists cannot be listed: {error.strerror}", path=folder) from error
    if len(paths) > _MOST:
        raise ConfigurationError(f"holds more than {_MOST} trust lists", path=folder)
    return tuple(sorted(map(_read, paths), key=lambda one: one.name.casefold()))


def keep(root: Path, kept: Kept) -> None:
    """Writes a list, over the one of the same name. Raises WriteFailed."""
    record: dict[str, Any] = {key: getattr(kept, key) for key in _TYPES}
    record |= {"version": _VERSION, "content": _content(kept)}
    path = file_of(root, kept.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        words = f"the folder of trust lists cannot be made: {error.strerror}"
        raise WriteFailed(words, path=path.parent, remedy="make the folder above writable") from error
    create_file(path, json.dumps(record, indent=1).encode())


def file_of(root: Path, name: str) -> Path:
    """Where the list of a name lies. Names differ in more than case and spelling, so that disks agree."""
    same = unicodedata.normalize("NFC", name).casefold()
    return root / FOLDER / f"{hashlib.sha256(same.encode()).hexdigest()[:16]}.json"


def merged(configured: Iterable[TrustList], kept: Iterable[Kept]) -> tuple[TrustList, ...]:
    """All lists that count. What one of our own holds is taken out of the others: our signature proves no capture.

    Raises ConfigurationError where two have the same name.
    """
    kept = tuple(kept)
    lists = [*configured, *(TrustList(one.name, one.anchors, one.own, one.allowed) for one in kept)]
    names = [one.name for one in lists]
    if twice := next((name for name in names if names.count(name) > 1), None):
        remedy = "rename the one in provenance.toml, or: provenance trust remove NAME"
        raise ConfigurationError(f"two trust lists are named {twice!r}", remedy=remedy)
    own = {der for one in lists if one.own for der in (*_ders(one.anchors), *_ders(one.allowed))}
    own |= {der for one in kept if one.own for der in _ders(one.signers)}
    return tuple(one if one.own else _without(one, own) for one in lists if one.own or not _is_all_own(one, own))


def blocks(pem: str) -> str:
    """The certificates of a text without what stands between them."""
    return "\n".join(match[0].strip() for match in _BLOCK.finditer(pem)) + "\n" if pem else ""


def count(pem: str) -> int:
    """How many certificates a text holds."""
    return sum(1 for _ in _BLOCK.finditer(pem))


def _without(one: TrustList, own: set[bytes]) -> TrustList:
    if own.isdisjoint((*_ders(one.anchors), *_ders(one.allowed))):
        return one
    return TrustList(one.name, _stripped(one.anchors, own), one.own, _stripped(one.allowed, own))


def _is_all_own(one: TrustList, own: set[bytes]) -> bool:
    held = {*_ders(one.anchors), *_ders(one.allowed)}
    return bool(held) and held <= own


def _stripped(pem: str, own: set[bytes]) -> str:
    return _BLOCK.sub(lambda match: "" if _der(match[1]) in own else match[0], pem)


def _ders(pem: str) -> Iterator[bytes]:
    return (_der(match[1]) for match in _BLOCK.finditer(pem))


def _der(body: str) -> bytes:
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        return body.encode("utf-8", "replace")


def _content(kept: Kept) -> str:
    """SHA-256 over what counts, so that damage and hand-made changes are seen."""
    told = "\0".join((kept.name, kept.anchors, kept.allowed, kept.signers, str(kept.own), str(kept.identity)))
    return hashlib.sha256(told.encode()).hexdigest()


def _read(path: Path) -> Kept:
    remedy = "import it again: provenance trust import NAME FILE"
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        words = f"a trust list cannot be read: {error.strerror}"
        raise ConfigurationError(words, path=path, remedy="make it readable") from error
    try:
        record = json.loads(raw if len(raw) <= _LARGEST else b"")
        if not isinstance(record, dict) or record.pop("version", None) != _VERSION:
            raise ValueError("not a trust list of this version")
        content = record.pop("content", "")
        if set(record) != set(_TYPES) or not all(type(record[key]) in kinds for key, kinds in _TYPES.items()):
            raise ValueError("its keys are not those of a trust list")
        kept = Kept(**record)
        if _content(kept) != content:
            raise ValueError("it was changed after it was imported")
    except (ValueError, RecursionError, UnicodeError) as error:
        raise ConfigurationError(f"this trust list is damaged: {error}", path=path, remedy=remedy) from error
    return kept
