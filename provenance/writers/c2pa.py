"""Content credentials written: embedded in the file, or as a `.c2pa` beside it for any format and size.

The only module that writes with c2pa (`_c2pa_signer` gives it the signer). A sidecar is signed from the SHA-256
that is known anyway, without reading or copying the asset. Nothing is ever created over credentials that are
there: they become the parent.
C2PA specification 2.4, https://spec.c2pa.org/ .
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal

from provenance.contracts import TrustList
from provenance.digest import open_media
from provenance.errors import CouldNotLook, WriteFailed, WriteRefused
from provenance.model import Strength
from provenance.own_marks import RECORD
from provenance.readers._c2pa_trust import PURPOSES, REMOTE, anchors
from provenance.writers._c2pa_definition import Json, binding, definition, ingredient, labels, lint
from provenance.writers._c2pa_probe import remote_only
from provenance.writers._c2pa_signer import signer_of
from provenance.writers._whole import must_be_whole
from provenance.writers.claims import Claim, Part, received

if TYPE_CHECKING:
    from provenance.identity import SigningMaterial

NAME: Final = "c2pa"
VERSION: Final = "1"
EMBED_MOST: Final = 256 << 20
"""Bytes up to which a manifest is embedded; c2pa holds a TIFF once and a WAV twice in memory."""
EMBED_MOST_WAVE: Final = 128 << 20

_EMBEDDABLE: Final = {
    "image/jpeg": "image/jpeg", "image/png": "image/png", "image/webp": "image/webp", "image/tiff": "image/tiff",
    "image/heic": "image/heic", "image/heif": "image/heif", "image/avif": "image/avif", "video/mp4": "video/mp4",
    "video/quicktime": "video/quicktime", "video/x-m4v": "video/mp4", "audio/mp4": "audio/mp4",
    "audio/wav": "audio/wav", "video/x-msvideo": "video/x-msvideo",
}  # fmt: skip
"""Media types that are embedded, in the library's words: those whose essence we can compare."""
_ANY: Final = "application/octet-stream"
_SIDECAR: Final = "application/c2pa"
_MISMATCH: Final = "assertion.dataHash.mismatch"
_MATCH: Final = "assertion.dataHash.match"
_CREATED: Final = ("c2pa.actions", "c2pa.actions.v2", "c2pa.ingredient.v3")


@dataclass(frozen=True, slots=True)
class Verified:
    """How a sidecar stands to a content.

    Args: strength SIGNED_TRUSTED, SIGNED, or HEURISTIC where it does not hold; failures are c2pa's codes;
    manifest is the label of the active one; statement the digest that our own sidecars carry, or empty; vouched is
    true where one of the trust lists knows its signer, whatever content it was made for.
    """

    strength: Strength
    failures: tuple[str, ...] = ()
    manifest: str = ""
    statement: str = ""
    vouched: bool = False

    @property
    def holds(self) -> bool:
        return self.strength >= Strength.SIGNED


def can_embed(media_type: str, size: int) -> bool:
    """True where a manifest is embedded; everything else gets a sidecar."""
    most = EMBED_MOST_WAVE if media_type == "audio/wav" else EMBED_MOST
    return media_type in _EMBEDDABLE and 0 < size <= most


def sign_sidecar(
    claim: Claim, sha256: bytes, signing: SigningMaterial, *, asset: BinaryIO | None = None,
    known: bool = False,
) -> bytes:  # fmt: skip
    """The bytes of a `.c2pa` for a file, from its hash; a few milliseconds, whatever the file's size.

    A part whose own credentials are too broken to be carried is named by its hash, and why is said.

    Args:
        asset: the file, looked at where something is claimed to have been created: it may hold credentials.
        known: true where the store knows credentials for it.
    Raises WriteRefused for what must not be signed, WriteFailed where signing fails.
    """
    if len(sha256) != 32:
        raise WriteRefused("a sidecar is bound to a SHA-256 of 32 bytes", remedy="hash the file first")
    lint(claim)
    if claim.actions[0].name == "c2pa.created":
        _must_be_new(asset, claim.media_type, known)
    try:
        sidecar = _bound(claim, sha256, signing)
    except WriteFailed:
        lighter = _without_broken(claim, signing)
        if lighter == claim:
            raise
        sidecar = _bound(lighter, sha256, signing)
    found = verify_sidecar(sidecar, sha256)
    if not found.holds:
        words = f"what was signed does not hold ({', '.join(found.failures) or 'another hash'})"
        raise WriteFailed(words, remedy="check the signing identity: provenance identity show")
    return sidecar


def sign_embedded(
    claim: Claim, source: BinaryIO, target: BinaryIO, signing: SigningMaterial, *, known: bool = False,
    update: bool = False,
) -> None:  # fmt: skip
    """Writes the file with a manifest in it.

    Args:
        source: the file as it is; target: an empty one to be filled, never the same.
        known: true where the store knows credentials for it.
        update: says that nothing but metadata of the manifest changes; needs a parent with credentials.
    Raises WriteRefused, WriteFailed; the target is worth nothing then.
    """
    lint(claim)
    size = source.seek(0, os.SEEK_END)
    if not can_embed(claim.media_type, size):
        raise WriteRefused("no manifest is embedded in a file of this kind or size", remedy="write a sidecar")
    if source is target:
        raise WriteRefused("a file is never signed onto itself", remedy="sign into a new file")
    if claim.actions[0].name == "c2pa.created":
        _must_be_new(source, claim.media_type, known)
    must_be_whole(source, claim.media_type)
    kind = _EMBEDDABLE[claim.media_type]
    with _builder(definition(claim), claim) as builder:
        if update:
            import c2pa

            builder.set_intent(c2pa.C2paBuilderIntent.UPDATE)
        source.seek(0)
        _signed(builder, signing, kind, source, target)


def verify_sidecar(sidecar: bytes, sha256: bytes, trust: tuple[TrustList, ...] = ()) -> Verified:
    """How a sidecar stands to a content whose SHA-256 is known, without reading the content.

    Read alone, c2pa always reports a hash mismatch; the hash is compared here instead. Any binding but one to
    the whole file does not hold.
    """
    import c2pa

    try:
        with c2pa.Reader(_SIDECAR, io.BytesIO(bytes(sidecar)), context=_context(trust, os.getpid())) as reader:
            document = json.loads(reader.detailed_json())
            results = reader.get_validation_results()["activeManifest"]
        label = document["active_manifest"]
        store = document["manifests"][label]["assertion_store"]
        bound = store["c2pa.hash.data"]
        same = bound["alg"] == "sha256" and not bound.get("exclusions") and _unpacked(bound["hash"]) == sha256
        passed = {entry["code"] for entry in results["success"]}
        failed = {entry["code"] for entry in results["failure"]} - {_MISMATCH}
        statement = str(store.get(RECORD, {}).get("statement", ""))
    except (c2pa.C2paError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        return Verified(Strength.HEURISTIC, (f"unreadable: {type(error).__name__}",))
    strength = Strength.HEURISTIC
    if same and "claimSignature.validated" in passed and failed <= {"signingCredential.untrusted"}:
        trusted = "signingCredential.trusted" in passed and not failed
        strength = Strength.SIGNED_TRUSTED if trusted else Strength.SIGNED
    codes = sorted(failed if same else failed | {_MISMATCH})
    vouched = "signingCredential.trusted" in passed and "claimSignature.validated" in passed
    return Verified(strength, tuple(codes), label, statement, vouched)


def credentials_in(file: BinaryIO, media_type: str) -> str:
    """What credentials a file holds: ``embedded``, ``remote URL``, ``broken: why``, or empty for none."""
    import c2pa

    file.seek(0)
    try:
        reader = c2pa.Reader.try_create(
            _EMBEDDABLE.get(media_type, media_type), file, context=_context((), os.getpid())
        )
    except c2pa.C2paError as error:
        words, kind = " ".join(str(error).split())[:300], type(error).__name__.removeprefix("_C2pa")
        if kind in ("ManifestNotFound", "NotSupported"):
            return ""
        remote = REMOTE.search(words)
        return f"remote {remote[1]}" if remote else f"broken: {words}"
    if reader is None:
        return ""
    reader.close()
    return "embedded"


def statement_in(file: BinaryIO, media_type: str) -> str:
    """The digest of what we claimed in the file's own active manifest; empty where that is none of ours."""
    document = _document(file, media_type, ())
    active = document.get("manifests", {}).get(document.get("active_manifest"), {})
    return str(active.get("assertion_store", {}).get(RECORD, {}).get("statement", ""))


def whose_credentials(
    file: BinaryIO, media_type: str, own: tuple[TrustList, ...]
) -> Literal["theirs", "ours", "ours over theirs"]:
    """Who made the manifests in a file: ours are made by this program and signed by one whom our own lists vouch for.

    ``theirs`` also where there is none that can be read.
    """
    document = _document(file, media_type, own)
    manifests = document.get("manifests", {})
    passed = document.get("validation_results", {}).get("activeManifest", {}).get("success", ())
    signers = {str(one.get("signature", {}).get("issuer", "")) for one in manifests.values()}
    ours = {label for label, one in manifests.items() if RECORD in one.get("assertion_store", {})}
    vouched = any(entry.get("code") == "signingCredential.trusted" for entry in passed)
    if not vouched or document.get("active_manifest") not in ours:
        return "theirs"
    return "ours" if len(ours) == len(manifests) and len(signers) == 1 else "ours over theirs"


def _document(file: BinaryIO, media_type: str, trust: tuple[TrustList, ...]) -> Json:
    """The library's detailed account of a file's own manifest store; empty where there is none that can be read."""
    import c2pa

    file.seek(0)
    kind = _EMBEDDABLE.get(media_type, media_type)
    try:
        with c2pa.Reader(kind, file, context=_context(trust, os.getpid())) as reader:
            found = json.loads(reader.detailed_json())
    except (c2pa.C2paError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def self_test() -> None:
    """Proves that nothing is fetched: c2pa ignores misspelt settings, so a typo would open the network.

    Raises WriteFailed where a file whose credentials lie elsewhere does not end in a refusal to fetch them.
    """
    found = credentials_in(io.BytesIO(remote_only()), "image/png")
    if not found.startswith("remote"):
        words = f"the C2PA library did not refuse to fetch remote credentials ({found or 'it saw none'})"
        raise WriteFailed(words, remedy="install the version of c2pa-python that this program asks for")


def _bound(claim: Claim, sha256: bytes, signing: SigningMaterial) -> bytes:
    """A manifest bound to a whole file by its hash. Raises WriteFailed."""
    said = definition(claim)
    said["assertions"].insert(0, binding(sha256))
    with _builder(said, claim) as builder:
        builder.set_no_embed()
        return _signed(builder, signing, _ANY, io.BytesIO(b"\0"), io.BytesIO())


def _without_broken(claim: Claim, signing: SigningMaterial) -> Claim:
    """The claim with those parts named by hash only whose credentials the library will not carry forward."""
    return replace(claim, parts=tuple(_tried(part, claim, signing) for part in claim.parts))


def _tried(part: Part, claim: Claim, signing: SigningMaterial) -> Part:
    if part.path is None and not part.sidecar:
        return part
    alone = received(part, replace(claim.tag, source_type=""))
    try:
        _bound(alone, part.sha256, signing)
    except WriteFailed as error:
        words = f"{part.description}; its own credentials could not be carried forward ({error.message})".lstrip("; ")
        return replace(part, path=None, sidecar=b"", description=words)
    return part


def _must_be_new(asset: BinaryIO | None, media_type: str, known: bool) -> None:
    """Raises WriteRefused where credentials would be dropped by claiming a creation."""
    held = "the store knows its credentials" if known else ""
    if asset is not None and not held:
        held = credentials_in(asset, media_type)
    if held:
        raise WriteRefused(
            f"it is not created anew: it has credentials ({held})",
            remedy="open it with those as its parent, in a sidecar",
        )


def _builder(said: Json, claim: Claim) -> Any:
    """The library's builder with every ingredient in it."""
    import c2pa

    complete: list[Json] = []
    parts: list[tuple[Json, Path, str]] = []
    resources: dict[str, bytes] = {}
    for label, part in zip(labels(claim), claim.parts, strict=True):
        about = ingredient(part, label)
        if part.sidecar:
            complete.append({**about, **_with_sidecar(part, label)})
            resources[label] = part.sidecar
        elif part.path is not None and _carries(part.path, part.media_type):
            parts.append((about, part.path, _EMBEDDABLE.get(part.media_type, part.media_type)))
        else:
            complete.append({**about, **({"digital_source_type": part.source_type} if part.source_type else {})})
    with _named("the claim cannot be built"):
        builder = c2pa.Builder({**said, "ingredients": complete}, _context((), os.getpid()))
        for label, data in resources.items():
            builder.add_resource(label, io.BytesIO(data))
        for about, path, kind in parts:
            with open_media(path) as file:
                builder.add_ingredient(json.dumps(about), kind, file)
    return builder


def _carries(path: Path, media_type: str) -> bool:
    """True where a part's own credentials can be carried forward; broken ones cannot and are named by hash."""
    try:
        with open_media(path) as file:
            return credentials_in(file, media_type) == "embedded"
    except CouldNotLook:
        return False


def _with_sidecar(part: Part, label: str) -> Json:
    """The manifest of a part that lies beside it; its hash is compared here, as the library had no file to."""
    import c2pa

    context = _context((), os.getpid())
    with (
        _named(f"the sidecar of {part.title} cannot be read"),
        c2pa.Reader(_SIDECAR, io.BytesIO(bytes(part.sidecar)), context=context) as reader,
    ):
        document = json.loads(reader.json())
    results = document["validation_results"]
    if _bound_to(part):
        active = results["activeManifest"]
        moved = [entry for entry in active["failure"] if entry["code"] == _MISMATCH]
        active["failure"] = [entry for entry in active["failure"] if entry["code"] != _MISMATCH]
        active["success"] += [{**entry, "code": _MATCH, "explanation": "data hash valid"} for entry in moved]
    return {
        "manifest_data": {"format": _SIDECAR, "identifier": label},
        "active_manifest": document["active_manifest"],
        "validation_results": results,
    }


def _bound_to(part: Part) -> bool:
    return _MISMATCH not in verify_sidecar(part.sidecar, part.sha256).failures


def _signed(builder: Any, signing: SigningMaterial, kind: str, source: BinaryIO, target: BinaryIO) -> bytes:
    with _named("it could not be signed"), signer_of(signing) as signer:
        return bytes(builder.sign(signer, kind, source, target))


@contextmanager
def _named(words: str) -> Iterator[None]:
    """Turns the library's errors into ours, by message where types are shared."""
    import c2pa

    try:
        yield
    except c2pa.C2paError as error:
        told = " ".join(str(error).split())[:300]
        remedy = "check the file in its own application"
        if "certificate" in told or "Signature" in type(error).__name__:
            remedy = "check the signing identity: provenance identity show"
        raise WriteFailed(f"{words}: {told}", remedy=remedy) from error
    except (KeyError, TypeError, ValueError) as error:
        raise WriteFailed(f"{words}: {type(error).__name__}", remedy="check what it is made of") from error


@lru_cache(maxsize=8)
def _context(trust: tuple[TrustList, ...], process: int) -> Any:
    """The offline context. It is dead in a forked child, so the process is part of the key."""
    import c2pa

    return c2pa.Context.from_dict(
        {
            "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
            "core": {"allowed_network_hosts": [], "decode_identity_assertions": False, "allow_redirects": False},
            "builder": {"thumbnail": {"enabled": False}, "created_assertion_labels": list(_CREATED)},
            "trust": {"trust_config": PURPOSES, "anchors": anchors(trust)},
        }
    )


def _unpacked(raw: object) -> bytes:
    try:
        return base64.b64decode(str(raw), validate=True)
    except (binascii.Error, ValueError):
        return b""
