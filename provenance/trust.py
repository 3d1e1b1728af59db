"""Trust lists of a production: taken in from files, listed, judged for age, removed.

A file is PEM text, or the JSON form in which the C2PA conformance programme publishes its list (a list of
trusted entities, ETSI TS 119 602; github.com/c2pa-org/conformance-public, schemas/trust-list). Nothing is fetched.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from provenance import _trust_folder as lists
from provenance import _x509 as x509
from provenance.contracts import TrustList
from provenance.errors import ConfigurationError, CouldNotLook, IdentityError, NotFound, UsageError, WriteFailed
from provenance.paths import show

Kept = lists.Kept
kept_lists = lists.kept_lists
FOLDER: Final = lists.FOLDER

_LARGEST: Final = 8 << 20
_TRUSTED: Final = "/trusted"


@dataclass(frozen=True, slots=True)
class Published:
    """A list as its file has it: PEM of certificates, and what its publisher says of its age (ms or None)."""

    pem: str
    sha256: str
    issued: int | None = None
    next_update: int | None = None


@dataclass(frozen=True, slots=True)
class Age:
    """How old a list is.

    Args:
        anchors, signers: how many authorities and single signers it holds.
        earliest_expiry: of its authorities, in milliseconds; None where it holds none.
        expired: how many authorities have expired.
        is_overdue: its publisher has promised a newer one for a day that has passed.
    """

    anchors: int
    signers: int
    earliest_expiry: int | None
    expired: int
    is_overdue: bool

    @property
    def is_out_of_date(self) -> bool:
        return self.expired > 0 or self.is_overdue


def import_list(
    root: Path, name: str, file: Path, now: int, *, own: bool = False, allowed: Path | None = None,
    next_update: int | None = None,
) -> tuple[Kept, Kept | None]:  # fmt: skip
    """Keeps the list in a file, over the one of the same name: (what is kept, what it took the place of).

    Args:
        root: the production's folder.
        own: it is a production's own, which never proves a capture.
        allowed: a file of single trusted signers that belongs to it.
        next_update: when a newer list is promised, where the file does not say it.
    Raises UsageError (a name of no use, no list, time-stamp authorities), CouldNotLook, ConfigurationError.
    """
    name = " ".join(name.split())
    if not name or len(name) > lists.LONGEST_NAME or show(name) != name:
        raise UsageError(f"a trust list needs a name of 1 to {lists.LONGEST_NAME} printable characters")
    before = next((one for one in kept_lists(root) if lists.file_of(root, one.name) == lists.file_of(root, name)), None)
    if before is not None and before.identity:
        raise UsageError(f"{name!r} is the production's own identity", remedy="choose another name")
    published, signers = read_list(file), read_list(allowed) if allowed else Published("", "")
    _refuse_time_stamps(published, file)
    kept = Kept(
        name=name, anchors=published.pem, allowed=signers.pem, own=own, identity=False, source=show(file.name),
        sha256=published.sha256, allowed_sha256=signers.sha256, imported=now, issued=published.issued,
        next_update=published.next_update if next_update is None else next_update,
    )  # fmt: skip
    lists.keep(root, kept)
    return kept, before


def remove_list(root: Path, name: str) -> Kept:
    """Removes a list. Raises NotFound, UsageError for the production's own identity, WriteFailed."""
    known = kept_lists(root)
    kept = next((one for one in known if one.name == name), None)
    if kept is None:
        names = ", ".join(one.name for one in known if not one.identity) or "there is none"
        raise NotFound(f"no imported trust list is named {name!r}", remedy=f"imported ones: {names}")
    if kept.identity:
        raise UsageError(
            f"{name!r} is the production's own identity", remedy="it stays, so that what it signed stays recognised"
        )
    path = lists.file_of(root, kept.name)
    try:
        path.unlink()
    except OSError as error:
        words = f"the trust list cannot be removed: {error.strerror}"
        raise WriteFailed(words, path=path, remedy="make its folder writable") from error
    return kept


def age_of(one: TrustList | Kept, now: int) -> Age:
    """How old a list is at `now` (milliseconds). Raises ConfigurationError where a certificate cannot be read."""
    anchors = _certificates(one.anchors, one.name)
    ends = [certificate.not_after for certificate in anchors]
    promised = one.next_update if isinstance(one, Kept) else None
    return Age(
        anchors=len(anchors),
        signers=lists.count(one.allowed),
        earliest_expiry=min(ends, default=None),
        expired=sum(end < now for end in ends),
        is_overdue=promised is not None and promised < now,
    )


def read_list(file: Path) -> Published:
    """The list in a file, every certificate of it looked at. Raises CouldNotLook, UsageError."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(_LARGEST + 1)
    except OSError as error:
        words = f"cannot be read: {error.strerror}"
        raise CouldNotLook(words, path=file, remedy="check its name and rights") from error
    if len(raw) > _LARGEST:
        raise UsageError("is too large for a trust list", path=file)
    digest = hashlib.sha256(raw).hexdigest()
    published = _of_json(raw, digest, file) if raw.lstrip()[:1] == b"{" else None
    pem = published.pem if published else lists.blocks(raw.decode("latin-1"))
    try:
        x509.read_certificates(pem.encode("latin-1"), file)
    except IdentityError as error:
        raise UsageError(error.message, path=file, remedy=error.remedy) from error
    return published or Published(pem, digest)


def _of_json(raw: bytes, digest: str, file: Path) -> Published:
    try:
        content = json.loads(raw)["LoTE"]
        about = content["ListAndSchemeInformation"]
        values = list(_values(content["TrustedEntitiesList"]))
        times = [_time(about.get(key)) for key in ("ListIssueDateTime", "NextUpdate")]
        ders = [base64.b64decode(value, validate=True) for value in values]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error, OverflowError) as error:
        words = "is JSON, but no list of trusted entities (ETSI TS 119 602)"
        raise UsageError(words, path=file, remedy="give the list as PEM") from error
    return Published("".join(map(_pem, ders)), digest, *times)


def _values(entities: Any) -> Iterator[str]:
    """The certificates of all services that are trusted now."""
    for entity in entities:
        for service in entity["TrustedEntityServices"]:
            told = service["ServiceInformation"]
            if str(told.get("ServiceStatus", _TRUSTED)).endswith(_TRUSTED):
                yield from (one["val"] for one in told["ServiceDigitalIdentity"]["X509Certificates"])


def _time(text: Any) -> int | None:
    return None if text is None else int(datetime.fromisoformat(text).timestamp() * 1000)


def _pem(der: bytes) -> str:
    body = base64.encodebytes(der).decode().replace("\n", "")
    rows = "\n".join(body[start : start + 64] for start in range(0, len(body), 64))
    return f"-----BEGIN CERTIFICATE-----\n{rows}\n-----END CERTIFICATE-----\n"


def _refuse_time_stamps(published: Published, file: Path) -> None:
    # c2pa-rs takes any anchor for an authority of claim signers; a time-stamp list must not become one.
    # Roots name no purpose, and the interim list mixes both kinds: what tells is that nobody is there to sign.
    purposes = {name for one in x509.read_certificates(published.pem.encode(), file) for name in one.purposes}
    if purposes and purposes <= x509.NOT_SIGNING:
        raise UsageError(
            "holds authorities for time stamps, not for signers", path=file, remedy="import the list of claim signers"
        )


def _certificates(pem: str, name: str) -> tuple[x509.Certificate, ...]:
    if not lists.count(pem):
        return ()
    try:
        return x509.read_certificates(pem.encode("ascii", "replace"), Path(name))
    except IdentityError as error:
        words = f"the trust list {name!r} holds {error.message}"
        raise ConfigurationError(words, remedy="get the list again") from error
