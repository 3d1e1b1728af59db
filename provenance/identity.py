"""The production's signing identity: made, bought, shown, renewed, and handed to whoever signs claims.

A production signs as itself: with a certificate of its own authority, or one it bought. The authority (or the
bought certificate) is kept as a trust list of the production's own, so what was signed is recognised and never
taken for proof of a capture; renewed identities stay in those lists. C2PA specification 2.4, section 14.
Keys are files (`provenance._identity_folder`), or lie in a token and sign there (`provenance.token`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from provenance import _identity_folder as lying
from provenance import _private_files as files
from provenance import _token_identity as in_token
from provenance import _trust_folder as lists
from provenance import _x509 as x509
from provenance.errors import IdentityError
from provenance.paths import show
from provenance.token import TokenKey
from provenance.writing import create_file

FOLDER: Final = "identity"
CREATED: Final = "created here"
IMPORTED: Final = "imported"

_YEAR: Final = 365 * 86_400_000
_ENOUGH_YEARS: Final = 20

Certificate = x509.Certificate


@dataclass(frozen=True, slots=True)
class SigningMaterial:
    """What signing a claim takes. Its text form hides the key and the PIN.

    Args:
        alg: C2PA's name of the algorithm, such as ``es256``.
        chain_pem: the signer's certificate, then those above it.
        key_pem: its key as PKCS#8 PEM, not encrypted; only ever in memory. Empty where `token` holds it.
        tsa: URL of a time-stamp authority (RFC 3161), or empty.
        token: where its key lies and signs; pin opens that.
    """

    alg: str
    chain_pem: bytes
    key_pem: bytes = field(default=b"", repr=False)
    tsa: str = ""
    token: TokenKey | None = None
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """One signer of the production, without its key.

    Args:
        chain: its certificate, then those above it.
        how: CREATED or IMPORTED.
        authority: fingerprint of the production's own authority, or empty.
        created: milliseconds since 1970.
        folder: where it lies.
        is_current: it signs; others are kept so that what they signed stays recognised.
        is_encrypted: its key needs a passphrase, or a PIN.
        is_private: nobody else may read its key.
        token: where its key lies, where that is no file.
    """

    chain: tuple[Certificate, ...]
    how: str
    authority: str
    created: int
    folder: Path
    is_current: bool
    is_encrypted: bool
    is_private: bool
    token: TokenKey | None = None

    @property
    def certificate(self) -> Certificate:
        return self.chain[0]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a production's identities and trust lists lie.

    Args:
        folder: of the identities: FOLDER in the store's folder.
        root: of the production, where its trust lists are kept.
        system: tests hand in another one.
    """

    folder: Path
    root: Path
    system: files.System = files.HERE


def create_identity(home: Home, organisation: str, now: int, passphrase: str | None = None) -> Identity:
    """Makes an authority for the production and a claim signer under it.

    Args: organisation is shown as who signed; now in milliseconds.
    Raises IdentityError (there is one already, no right to write, a name no certificate can hold), WriteFailed.
    """
    if current := current_identity(home.folder):
        raise IdentityError(
            f"the production has an identity already: {current.certificate.subject}",
            path=current.folder, remedy="to renew it: provenance identity rotate",
        )  # fmt: skip
    organisation = checked_name("the organisation", organisation)
    authority, key = _make_authority(home, organisation, now, passphrase)
    return _make_signer(home, organisation, authority, key, now, passphrase)


def rotate_identity(home: Home, now: int, passphrase: str | None = None, *, new_authority: bool = False) -> Identity:
    """Gives the production a new signer. The old one is kept, and what it signed stays recognised.

    Args: passphrase is the one that is used now; a new authority may get another one.

    Under the same authority, so that whoever trusts it trusts the new signer too; under a new one where asked
    for (the old key was seen by others), or where the old authority ends within 20 years.
    Raises IdentityError: there is none, it was imported, the passphrase does not open the authority's key.
    """
    current = _the_current(home.folder)
    if not current.authority:
        raise IdentityError(
            "this identity was imported, so nobody here can renew it",
            path=current.folder, remedy="import the new certificate: provenance identity import",
        )  # fmt: skip
    if current.is_encrypted and not (new_authority and passphrase):  # a slip of the pen becomes no new passphrase
        path = current.folder / lying.KEY
        x509.unsealed(lying.read(path), passphrase, path)
    organisation = current.certificate.organisation
    folder = home.folder / lying.AUTHORITIES / lying.short(current.authority)
    authority = _certificates(folder / lying.CERTIFICATE)[0]
    if new_authority or authority.not_after - now < _ENOUGH_YEARS * _YEAR:
        authority, key = _make_authority(home, organisation, now, passphrase)
    else:
        key = _authority_key(folder / lying.KEY, authority, passphrase)
        _must_be_valid(authority, now, folder / lying.CERTIFICATE)
    return _make_signer(home, organisation, authority, key, now, passphrase)


def request_certificate(
    home: Home, organisation: str, common_name: str, country: str = "", passphrase: str | None = None
) -> tuple[bytes, Path]:
    """A request for a certificate to be bought: (PKCS#10 PEM, the folder that keeps it and its new key).

    Raises IdentityError for names that no certificate can hold.
    """
    names = _checked_names(organisation, common_name, country)
    key = x509.new_key()
    request = x509.new_request(key, *names)
    target = home.folder / lying.REQUESTS / hashlib.sha256(request).hexdigest()[:32]
    lying.write_secret(target, x509.sealed(key, passphrase), {lying.REQUEST: request}, home.system)
    return request, target


def request_for_token(key: TokenKey, pin: str, organisation: str, common_name: str, country: str = "") -> bytes:
    """Such a request for a key that lies in a token, signed there; nothing is kept here. Raises IdentityError."""
    names = _checked_names(organisation, common_name, country)
    return x509.new_request(in_token.stand_in(key, pin), *names)


def import_identity(
    home: Home, chain: Sequence[tuple[Path, bytes]], key: tuple[Path, bytes] | TokenKey | None, now: int,
    passphrase: str | None = None, *, protect_with: str | None = None,
) -> Identity:  # fmt: skip
    """Takes in a bought certificate with those above it; from then on it signs.

    Args:
        chain: files with PEM certificates, in any order: (path, content).
        key: the file with its key, or the token that holds it; None for the key of a request made here.
        passphrase: opens the key where it is encrypted, and protects it here; the PIN of a token.
        protect_with: protects it here instead.
    Raises IdentityError: unreadable, no key for it, expired or not yet valid, not fit for signing claims.
    """
    certificates = [one for path, pem in chain for one in x509.read_certificates(pem, path)]
    where = chain[0][0]
    opened: x509.Key | TokenKey
    if isinstance(key, TokenKey):
        opened, ordered = key, in_token.chain_for(key, certificates, passphrase or "", where)
    elif key is not None:
        opened = x509.unsealed(key[1], passphrase, key[0])
        ordered = x509.chain_for(opened, certificates, key[0])
    else:
        opened, ordered = _requested(home, certificates, passphrase, where)
    _must_lie_where_it_lay(home, ordered[0], opened)
    if faults := "; ".join(x509.signing_faults(ordered[0])):
        remedy = "ask its issuer for a C2PA claim-signing certificate"
        raise IdentityError(f"this certificate cannot sign claims: {faults}", path=where, remedy=remedy)
    _must_be_valid(ordered[0], now, where)
    leaf = ordered[0]
    # The signer alone, not its issuer: others hold certificates of that issuer too.
    _recognise(home.root, leaf, now, allowed=leaf.pem.decode())
    return _keep(home, ordered, opened, IMPORTED, "", now, protect_with or passphrase)


def identities(folder: Path) -> tuple[Identity, ...]:
    """All signers of the production, the newest first. Raises IdentityError for a damaged one."""
    current = lying.read_current(folder)
    found = [_read(one, one.name == current) for one in lying.folders(folder / lying.SIGNERS)]
    if current and not any(one.is_current for one in found):
        raise IdentityError("the signer in use is missing", path=folder / lying.SIGNERS / current,
                            remedy="restore it from a backup, or: provenance identity rotate")  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.is_current, one.created), reverse=True))


def current_identity(folder: Path) -> Identity | None:
    """The signer in use, or None. Raises IdentityError where it is damaged."""
    return next((one for one in identities(folder) if one.is_current), None)


def signing_material(folder: Path, passphrase: str | None, now: int, tsa: str = "") -> SigningMaterial:
    """The production's certificate and opened key.

    Args: now in milliseconds: a certificate signs only while it is valid; tsa from the configuration.
    Raises IdentityError naming cause, file and remedy: no identity, expired, not yet valid (the clock was set
    back), no or a wrong passphrase, a key that is not the certificate's.
    """
    current = _the_current(folder)
    leaf, path = current.certificate, current.folder / lying.KEY
    _must_be_valid(leaf, now, current.folder / lying.CHAIN)
    chain = b"".join(one.pem for one in current.chain)
    if current.token is not None:
        pin = passphrase or ""
        in_token.chain_for(current.token, current.chain[:1], pin, current.folder / lying.CHAIN)
        return SigningMaterial(leaf.algorithm, chain, tsa=tsa, token=current.token, pin=pin)
    key = x509.unsealed(lying.read(path), passphrase, path)
    _must_match(key, leaf, path)
    return SigningMaterial(leaf.algorithm, chain, x509.sealed(key, None), tsa)


def authority_certificate(folder: Path, identity: Identity) -> bytes:
    """PEM of what a recipient has to trust: our own authority, or the chain of an imported identity."""
    if not identity.authority:
        return b"".join(one.pem for one in identity.chain)
    return lying.read(folder / lying.AUTHORITIES / lying.short(identity.authority) / lying.CERTIFICATE)


def _checked_names(organisation: str, common_name: str, country: str) -> tuple[str, str, str]:
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise IdentityError(f"{show(country)!r} is no country code", remedy="two letters (ISO 3166), as in GB")
    return (
        checked_name("the organisation", organisation), checked_name("the common name", common_name), country.upper()
    )  # fmt: skip


def checked_name(what: str, name: str) -> str:
    """A name that a certificate can hold. Raises IdentityError."""
    name = " ".join(name.split())
    if not name or len(name) > x509.LONGEST_NAME or show(name) != name:
        raise IdentityError(f"{what} must be 1 to {x509.LONGEST_NAME} printable characters")
    return name


def _make_authority(home: Home, organisation: str, now: int, passphrase: str | None) -> tuple[Certificate, x509.Key]:
    key = x509.new_key()
    authority = x509.new_authority(key, organisation, now)
    # Recognised before it can sign: a kill in between leaves a list that vouches for nothing.
    _recognise(home.root, authority, now, anchors=authority.pem.decode())
    target = home.folder / lying.AUTHORITIES / lying.short(authority.fingerprint)
    lying.write_secret(target, x509.sealed(key, passphrase), {lying.CERTIFICATE: authority.pem}, home.system)
    return authority, key


def _authority_key(path: Path, authority: Certificate, passphrase: str | None) -> x509.Key:
    pem = lying.read(path)
    if passphrase and not x509.is_encrypted(pem):
        raise IdentityError(
            "the authority's key has no passphrase, so one for the signer alone would protect nothing",
            path=path, remedy="provenance identity rotate --new-authority",
        )  # fmt: skip
    key = x509.unsealed(pem, passphrase, path)
    _must_match(key, authority, path)
    return key


def _make_signer(
    home: Home, organisation: str, authority: Certificate, authority_key: x509.Key, now: int, passphrase: str | None
) -> Identity:
    key = x509.new_key()
    leaf = x509.new_signer(key, organisation, authority, authority_key, now)
    _recognise(home.root, authority, now, anchors=authority.pem.decode(), signer=leaf.pem.decode())
    return _keep(home, (leaf,), key, CREATED, authority.fingerprint, now, passphrase)


def _keep(
    home: Home, chain: Sequence[Certificate], key: x509.Key | TokenKey, how: str, authority: str, now: int,
    passphrase: str | None,
) -> Identity:  # fmt: skip
    leaf = chain[0]
    target = home.folder / lying.SIGNERS / lying.short(leaf.fingerprint)
    token, secret = (key, b"") if isinstance(key, TokenKey) else (None, x509.sealed(key, passphrase))
    record = lying.record(now, how, authority, token)
    if not target.exists():
        others = {lying.CHAIN: b"".join(one.pem for one in chain), lying.RECORD: record}
        lying.write_secret(target, secret, others, home.system)
    elif token is not None:
        create_file(target / lying.RECORD, record)  # the token may have another name by now
    lying.write_current(home.folder, leaf.fingerprint)
    return _read(target, is_current=True)


def _recognise(
    root: Path, certificate: Certificate, now: int, *, anchors: str = "", allowed: str = "", signer: str = ""
) -> None:
    """Keeps a certificate as a trust list of our own; a signer is added to those known under it."""
    name = f"{certificate.organisation} (own identity {certificate.fingerprint[:8]})"
    digest = hashlib.sha256(certificate.pem).hexdigest()
    known = next((one for one in lists.kept_lists(root) if one.name == name), None)
    signers, since = (known.signers + signer, known.imported) if known else (signer, now)
    lists.keep(root, lists.Kept(name, anchors, allowed, True, True, "", digest, "", since, signers=signers))


def _requested(
    home: Home, certificates: Sequence[Certificate], passphrase: str | None, where: Path
) -> tuple[x509.Key, tuple[Certificate, ...]]:
    for folder in lying.folders(home.folder / lying.REQUESTS):
        key = x509.unsealed(lying.read(folder / lying.KEY), passphrase, folder / lying.KEY)
        if any(x509.belongs(key, one) for one in certificates):
            return key, x509.chain_for(key, certificates, where)
    raise IdentityError(
        "no request made here fits this certificate", path=where, remedy="give the file of its key with --key"
    )


def _must_lie_where_it_lay(home: Home, leaf: Certificate, key: x509.Key | TokenKey) -> None:
    """Raises IdentityError where a certificate is here already with its key elsewhere, so that no copy is forgotten."""
    target = home.folder / lying.SIGNERS / lying.short(leaf.fingerprint)
    if target.exists() and (_read(target, is_current=False).token is None) == isinstance(key, TokenKey):
        held = "a file" if isinstance(key, TokenKey) else "a token"
        raise IdentityError(
            f"this certificate is here already, with its key in {held}", path=target,
            remedy="use that, or remove the folder first",
        )  # fmt: skip


def _read(folder: Path, is_current: bool) -> Identity:
    told = lying.read_json(folder / lying.RECORD)
    created, how, authority = told.get("created"), told.get("how"), told.get("authority")
    if not (isinstance(created, int) and isinstance(how, str) and isinstance(authority, str)):
        raise IdentityError("is damaged", path=folder / lying.RECORD, remedy="restore it from a backup")
    chain = _certificates(folder / lying.CHAIN)
    if lying.short(chain[0].fingerprint) != folder.name:
        raise IdentityError("holds another certificate than its folder is named after", path=folder / lying.CHAIN,
                            remedy="restore it from a backup")  # fmt: skip
    if token := lying.token_in(told, folder / lying.RECORD):
        return Identity(chain, how, authority, created, folder, is_current, True, True, token)
    secret = folder / lying.KEY
    encrypted = x509.is_encrypted(lying.read(secret))
    return Identity(chain, how, authority, created, folder, is_current, encrypted, files.is_private(secret))


def _certificates(path: Path) -> tuple[Certificate, ...]:
    return x509.read_certificates(lying.read(path), path)


def _the_current(folder: Path) -> Identity:
    current = current_identity(folder)
    if current is None:
        raise IdentityError(
            "the production has no signing identity", path=folder, remedy="make one with: provenance identity create"
        )
    return current


def _must_match(key: x509.Key, certificate: Certificate, path: Path) -> None:
    if not x509.belongs(key, certificate):
        raise IdentityError(
            "the key is not the one of its certificate", path=path, remedy="restore the folder from a backup"
        )


def _must_be_valid(certificate: Certificate, now: int, path: Path) -> None:
    if now < certificate.not_before:
        words = f"not valid before {_day(certificate.not_before)}, and this computer's clock says {_day(now)}"
        raise IdentityError(f"the certificate is {words}", path=path, remedy="set the clock right")
    if now > certificate.not_after:
        words = f"the certificate expired on {_day(certificate.not_after)}; this computer's clock says {_day(now)}"
        remedy = "provenance identity rotate, or import a new one; if the clock is wrong, set it right"
        raise IdentityError(words, path=path, remedy=remedy)


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="minutes").replace("+00:00", " UTC")
