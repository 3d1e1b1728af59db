"""Three certificate authorities made on the spot, and C2PA signing with every guard of the field.

A camera maker, a generator and a production each have their own authority, because a production's signature
never proves capture. Private keys live only as long as the build; the CA certificates are what remains.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import c2pa
from _marks import SOURCE_TYPES, WHEN
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CAMERA, GENERATOR, PRODUCTION = "Sample Camera Maker", "Sample Generator", "Sample Production"
CA_FILES = {CAMERA: "sample-camera-ca.pem", GENERATOR: "sample-generator-ca.pem", PRODUCTION: "sample-ca.pem"}

_NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
# No time stamp authority here, so the leaf itself must outlive the archive.
_LEAF_ENDS = datetime(2056, 1, 1, tzinfo=UTC)
_CA_ENDS = datetime(2066, 1, 1, tzinfo=UTC)
_CLAIM_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_EKUS = "\n".join(
    ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9",
     "1.3.6.1.4.1.311.76.59.1.9", "1.3.6.1.4.1.62558.2.1")
)  # fmt: skip

Json = dict[str, Any]


@dataclass(frozen=True)
class Ingredient:
    """A file that went into another, with its own manifest if it carries one."""

    name: str
    data: bytes
    media_type: str
    relation: str  # parentOf | componentOf | inputTo


@dataclass(frozen=True)
class Claim:
    """What a signed sample says: who signs, with which tool, which actions, made of what."""

    signer: str
    tool: tuple[str, str]
    actions: Sequence[Json]
    ingredients: Sequence[Ingredient] = ()


class Notary:
    """Signs for all three authorities; made once per build, since the keys are made with it."""

    def __init__(self) -> None:
        self.certificates: dict[str, bytes] = {}
        self._signers: dict[str, c2pa.Signer] = {}
        for name in CA_FILES:
            self.certificates[name], self._signers[name] = _authority(name)
        self.context = offline_context(self.certificates)

    def embed(self, claim: Claim, title: str, media: bytes, media_type: str) -> bytes:
        """The media with a manifest in it. The source stays untouched: signing in place would empty it."""
        result = io.BytesIO()
        with self._builder(claim, title) as builder:
            builder.sign(self._signers[claim.signer], media_type, io.BytesIO(media), result)
        return result.getvalue()

    def sidecar(self, claim: Claim, title: str, sha256: bytes) -> bytes:
        """A manifest for any file, from its hash alone: the binding is ours, the signed asset is a dummy."""
        binding = {"name": "jumbf manifest", "alg": "sha256", "hash": list(sha256), "pad": [0] * 10}
        hard = {"label": "c2pa.hash.data", "created": True, "data": binding}
        with self._builder(claim, title, hard) as builder:
            builder.set_no_embed()
            dummy = io.BytesIO(b"\0")
            return bytes(builder.sign(self._signers[claim.signer], "application/octet-stream", dummy, io.BytesIO()))

    def _builder(self, claim: Claim, title: str, *first: Json) -> c2pa.Builder:
        name, version = claim.tool
        actions = {"actions": list(claim.actions), "allActionsIncluded": True}
        builder = c2pa.Builder(
            {
                "claim_generator_info": [{"name": name, "version": version, "specVersion": "2.4.0"}],
                "title": title,
                "assertions": [*first, {"label": "c2pa.actions.v2", "created": True, "data": actions}],
            },
            self.context,
        )
        for part in claim.ingredients:
            about = {"title": part.name, "relationship": part.relation, "label": part.name}
            builder.add_ingredient(json.dumps(about), part.media_type, io.BytesIO(part.data))
        return builder


def action(name: str, source: str = "", *, agent: tuple[str, str] | None = None, of: str = "") -> Json:
    """One action; `of` names the ingredient it worked on."""
    record: Json = {"action": name, "when": WHEN}
    if source:
        record["digitalSourceType"] = source if "://" in source else SOURCE_TYPES + source
    if agent:
        record["softwareAgent"] = {"name": agent[0], "version": agent[1]}
    if of:
        record["parameters"] = {"ingredientIds": [of]}
    return record


def offline_context(certificates: Mapping[str, bytes]) -> c2pa.Context:
    """Reads and signs without ever going to the network, and names which authority it trusted."""
    anchors = [
        {
            "trust_uri": "urn:sample:" + CA_FILES[name].removesuffix(".pem"),
            "trust_kind": "manifest",
            "trust_anchors": pem.decode("ascii"),
            "trust_config": _EKUS,
        }
        for name, pem in certificates.items()
    ]
    return c2pa.Context.from_dict(
        {
            "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
            "core": {
                "allowed_network_hosts": [],
                "decode_identity_assertions": False,
                "allow_redirects": False,
            },
            "builder": {
                "thumbnail": {"enabled": False},
                "created_assertion_labels": ["c2pa.actions", "c2pa.actions.v2", "c2pa.ingredient.v3"],
            },
            "trust": {"trust_config": _EKUS, "anchors": anchors},
        }
    )


def certificates_in(folder: Path) -> dict[str, bytes]:
    return {name: (folder / "trust" / file).read_bytes() for name, file in CA_FILES.items()}


def _authority(name: str) -> tuple[bytes, c2pa.Signer]:
    ca_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer, subject = _named(name, f"{name} CA"), _named(name, f"{name} claim signing")
    ca = (
        _certificate(issuer, issuer, ca_key.public_key(), ca_key.public_key(), _CA_ENDS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, _CLAIM_SIGNING])
    leaf = (
        _certificate(subject, issuer, leaf_key.public_key(), ca_key.public_key(), _LEAF_ENDS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(purposes, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    secret = leaf_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = leaf.public_bytes(serialization.Encoding.PEM)
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=secret, ta_url=None)
    return ca.public_bytes(serialization.Encoding.PEM), c2pa.Signer.from_info(info)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
    ends: datetime,
) -> x509.CertificateBuilder:
    # A serial from the key keeps its length the same on each build; a random one now and then loses a byte.
    raw = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    serial = int.from_bytes(b"\x51" + hashlib.sha256(raw).digest()[:15], "big")
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(_NOT_BEFORE)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _named(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
