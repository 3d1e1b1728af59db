"""identity: the certificate and key the production signs with."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from desk import output
from desk.options import WORDS, json_option, production_option
from desk.production import Setup, find_setup
from provenance import identity
from provenance.errors import CouldNotLook, ProvenanceError, UsageError
from provenance.identity import Home, Identity
from provenance.passphrase import VARIABLE, find_passphrase, from_environment, keep_pin, kept_passphrase
from provenance.token import TokenKey, reach

_LARGEST = 1 << 20

keyring_option = click.option(
    "--keyring", "in_keyring", is_flag=True, help="Protect the key by a passphrase kept in the system's keyring."
)


def token_options(function: Callable[..., None]) -> Callable[..., None]:
    """Options that name a key in a token, handed over as one `token_key`."""

    @click.option("--token-module", metavar="FILE", help="PKCS#11 library of a token that holds the key: whole path.")
    @click.option("--token", type=WORDS, metavar="LABEL", help="Label of the token.")
    @click.option("--key-label", type=WORDS, metavar="LABEL", help="Label of the key in the token.")
    @click.option("--key-id", default="", metavar="HEX", help="Id of the key in the token, with or without its label.")
    @functools.wraps(function)
    def with_key(
        *given: Any, token_module: str | None, token: str | None, key_label: str | None, key_id: str, **more: Any
    ) -> None:
        function(*given, token_key=_token_key(token_module, token, key_label, key_id), **more)

    return with_key


@click.group(short_help="The certificate the production signs with.")
def command() -> None:
    """The production's signing identity. Its keys lie with the store, readable by their owner only, or in a
    token (HSM, smart card, key service). The environment variable PROVENANCE_PASSPHRASE, where it is set,
    protects and opens them; so does --keyring. docs/identity.md says more.

    \b
    provenance identity create --organisation "Night Train Films"
    provenance identity show
    """


@command.command("create")
@click.option("--organisation", required=True, metavar="NAME", help="Shown as who signed, in every file.")
@keyring_option
@json_option
@production_option
def create(organisation: str, in_keyring: bool, as_json: bool, production: Path | None) -> None:
    """Makes a certificate authority for the production and a claim signer under it, valid for 25 years. What
    it signs is trusted here, and never counts as proof that something was captured.

    \b
    provenance identity create --organisation "Night Train Films"
    provenance identity create --organisation "Night Train Films" --keyring
    """
    setup = find_setup(production)
    home = _home(setup)
    if identity.current_identity(home.folder) is None:
        identity.checked_name("the organisation", organisation)
        secret = _new_passphrase(setup, in_keyring)
    else:
        secret = None
    _print(identity.create_identity(home, organisation, _now(), secret), as_json, "made")


@command.command("import")
@click.argument("files", nargs=-1, required=True, metavar="CERTIFICATE...", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="Its key; not needed after `request`.")
@token_options
@keyring_option
@json_option
@production_option
def import_(
    files: tuple[Path, ...], key: Path | None, token_key: TokenKey | None, in_keyring: bool, as_json: bool,
    production: Path | None,
) -> None:  # fmt: skip
    """Takes in a bought claim-signing certificate, with those above it, as PEM files in any order; from then
    on it signs. An encrypted key is opened with PROVENANCE_PASSPHRASE. A key in a token stays there and signs
    there; its PIN is taken from PROVENANCE_PASSPHRASE, and put into the system's keyring by --keyring.

    \b
    provenance identity import signer.pem issuer.pem --key signer.key
    provenance identity import answer-to-our-request.pem
    provenance identity import signer.pem --token-module /usr/lib/softhsm/libsofthsm2.so --token studio --key-label c2pa
    """
    if key and token_key:
        raise UsageError("--key and --token-module name two places of one key", remedy="give one of them")
    setup = find_setup(production)
    chain = [(file, _read(file)) for file in files]
    secret = _passphrase_to_open(setup)
    taken = (key, _read(key)) if key else token_key
    home = _home(setup)
    if token_key:
        imported = identity.import_identity(home, chain, token_key, _now(), secret)
        if in_keyring and secret:
            keep_pin(setup.settings.production.id, secret)
    elif in_keyring and secret != (kept := kept_passphrase(setup.settings.production.id)):
        imported = identity.import_identity(home, chain, taken, _now(), secret, protect_with=kept)
    else:
        imported = identity.import_identity(home, chain, taken, _now(), secret)
    _print(imported, as_json, "imported")


@command.command("request")
@click.option("--organisation", required=True, metavar="NAME", help="As the issuer will verify it.")
@click.option("--common-name", metavar="NAME", help="Default: the organisation.")
@click.option("--country", default="", metavar="CODE", help="Two letters, as in GB.")
@click.option("-o", "--output", "target", type=click.Path(path_type=Path), metavar="FILE", help="Default: printed.")
@token_options
@keyring_option
@production_option
def request(
    organisation: str,
    common_name: str | None,
    country: str,
    target: Path | None,
    token_key: TokenKey | None,
    in_keyring: bool,
    production: Path | None,
) -> None:
    """Makes a key and writes a request (PKCS#10) for a claim-signing certificate on it, to be sent to an issuer.
    The key stays here; `provenance identity import` finds it again. With --token-module the request is for an EC
    key that a token holds, and is signed there.

    \b
    provenance identity request --organisation "Night Train Films Ltd" --country GB -o request.csr
    """
    setup = find_setup(production)
    if target is not None and target.exists():
        raise UsageError("is there already", path=target, remedy="give another name")
    common_name = common_name or organisation
    if token_key:
        pin = _passphrase_to_open(setup) or ""
        pem, kept = identity.request_for_token(token_key, pin, organisation, common_name, country), "the token"
    else:
        secret = _new_passphrase(setup, in_keyring)
        pem, folder = identity.request_certificate(_home(setup), organisation, common_name, country, secret)
        kept = str(folder)
    if target is None:
        output.emit_bytes(pem)
    else:
        _write(target, pem)
        output.say(f"{target}: to be sent to the issuer")
    output.note(f"its key stays in {kept}")


@command.command("show")
@click.option("--pem", is_flag=True, help="Only the certificate that recipients have to trust.")
@json_option
@production_option
def show(pem: bool, as_json: bool, production: Path | None) -> None:
    """Shows who signs for the production: subject, issuer, validity, fingerprint, use, where; then older
    identities. Never a key.

    \b
    provenance identity show
    provenance identity show --pem > night-train-ca.pem
    """
    home = _home(find_setup(production))
    found = identity.identities(home.folder)
    if pem:
        if not found:
            raise UsageError("there is no identity", remedy="provenance identity create")
        output.emit_bytes(identity.authority_certificate(home.folder, found[0]))
    elif as_json:
        output.emit({"identities": [_json(one) for one in found]})
    elif not found:
        output.say("no identity: nothing can be signed")
        output.say("  make one: provenance identity create --organisation NAME")
    else:
        for one in found:
            _print_page(one)


@command.command("rotate")
@click.option("--new-authority", is_flag=True, help="Make a new authority too: the old key may be known to others.")
@json_option
@production_option
def rotate(new_authority: bool, as_json: bool, production: Path | None) -> None:
    """Gives the production a new signer, under the same authority unless asked otherwise. The old one is kept,
    and what it signed stays trusted here.

    \b
    provenance identity rotate
    provenance identity rotate --new-authority
    """
    setup = find_setup(production)
    home = _home(setup)
    current = identity.current_identity(home.folder)
    is_encrypted = current is not None and current.is_encrypted
    secret = _passphrase_to_open(setup) if is_encrypted else from_environment(os.environ)
    _print(identity.rotate_identity(home, _now(), secret, new_authority=new_authority), as_json, "renewed")


def _token_key(module: str | None, token: str | None, label: str | None, key_id: str) -> TokenKey | None:
    if not (module or token or label or key_id):
        return None
    key = TokenKey(module or "", token or "", label or "", key_id.replace(":", "").lower())
    if not key.is_named:
        raise UsageError(
            "a key in a token is named by --token-module, --token, and --key-label or --key-id (hex digits)",
            remedy="give all of them",
        )
    return key


def _home(setup: Setup) -> Home:
    return Home(setup.location().file.parent / identity.FOLDER, setup.root)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _new_passphrase(setup: Setup, in_keyring: bool) -> str | None:
    return kept_passphrase(setup.settings.production.id) if in_keyring else from_environment(os.environ)


def _passphrase_to_open(setup: Setup) -> str | None:
    return find_passphrase(os.environ, setup.settings.production.id)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise CouldNotLook(f"cannot be read: {error.strerror}", path=file, remedy="check its name") from error
    if len(data) > _LARGEST:
        raise UsageError("is larger than any certificate or key", path=file)
    return data


def _write(target: Path, data: bytes) -> None:
    try:
        with target.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", path=target, remedy="choose another place") from error


def _print(one: Identity, as_json: bool, verb: str) -> None:
    if as_json:
        output.emit(_json(one))
        return
    output.answer(f"identity {verb}: {one.certificate.subject}", "ok")
    _print_fields(one)
    if not one.is_encrypted:
        output.prose(f"The key is protected by access rights alone; {VARIABLE} or --keyring would add a passphrase.")


def _print_page(one: Identity) -> None:
    state = "signs" if one.is_current else "signs no more; what it signed stays trusted here"
    output.answer(f"{one.certificate.subject}: {state}", "ok" if one.is_current else "")
    _print_fields(one)
    if not one.is_private:
        output.prose("Others may read its key. Take their rights, or renew it.", indent=2, tone=output.BAD)


def _print_fields(one: Identity) -> None:
    signer = one.certificate
    output.field("issuer", [signer.issuer])
    output.field("valid", [f"{output.when(signer.not_before)} to {output.when(signer.not_after)}"])
    output.field("sha256", [signer.fingerprint])
    output.field("use", [f"{', '.join(signer.usages)}; {', '.join(signer.purposes)}"])
    protected = "with a passphrase" if one.is_encrypted else "without a passphrase"
    if one.token:
        protected = "in a token"
    output.field("key", [f"{signer.key}, {protected}, {one.how} {output.when(one.created)}"])
    if one.token:
        output.field("token", [f"{one.token}, {_unreached(one.token) or 'reached'}", one.token.module])
    output.field("where", [str(one.folder)])


def _unreached(key: TokenKey) -> str:
    """Why the token of a key is not there, asked without a PIN; empty where it is."""
    try:
        reach(key)
    except ProvenanceError as error:
        return f"NOT reached: {error.message}"
    return ""


def _token_json(key: TokenKey | None) -> dict[str, object] | None:
    if key is None:
        return None
    fault = _unreached(key)
    return {**asdict(key), "reached": not fault, "fault": fault or None}


def _json(one: Identity) -> dict[str, object]:
    signer = one.certificate
    return {
        "subject": signer.subject, "issuer": signer.issuer, "organisation": signer.organisation,
        "not_before": output.when_utc(signer.not_before), "not_after": output.when_utc(signer.not_after),
        "fingerprint": signer.fingerprint, "algorithm": signer.algorithm, "key": signer.key,
        "key_usage": list(signer.usages), "extended_key_usage": list(signer.purposes),
        "current": one.is_current, "how": one.how, "created": output.when_utc(one.created),
        "passphrase": one.is_encrypted, "private": one.is_private, "folder": str(one.folder),
        "token": _token_json(one.token),
    }  # fmt: skip
