"""Content credentials (C2PA): every manifest and ingredient in a file or in a `.c2pa` beside it.

The only module that imports c2pa. Asymmetric by design: an AI statement counts at any depth and in any
validation state; a capture is believed only as far as signatures, trust lists and the chain of parents
carry it. Nothing is ever fetched. C2PA specification 2.4, https://spec.c2pa.org/ .
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final

from provenance.containers import jpeg, png
from provenance.contracts import Source, TrustList
from provenance.digest import open_media
from provenance.errors import CouldNotLook, UnreadableMedia
from provenance.media_type import UNKNOWN, sniffed
from provenance.model import Fault, Reading, Unchecked
from provenance.readers import _c2pa_reading as reading
from provenance.readers._c2pa_belief import Belief, Told
from provenance.readers._c2pa_store import MISMATCH, Json, Store, mapping, parse_store, text
from provenance.readers._c2pa_trust import PURPOSES, REMOTE, anchors
from provenance.readers._faults import opened
from provenance.readers._metered import MeteredFile

NAME: Final = "c2pa"
VERSION: Final = "3"
SIDECARS: Final = frozenset({".c2pa"})
LARGE: Final = 256 * 1024 * 1024
"""Bytes above which hash bindings are left unchecked unless asked for."""

_CALLS: Final = 100_000
"""Reads and seeks that c2pa may make in one file, at 4 µs each. It makes two for each chunk of a PNG."""
_SIDECAR_LIMIT: Final = 64 * 1024 * 1024
_READABLE: Final = frozenset(
    {
        "image/jpeg", "image/png", "image/gif", "image/webp", "image/tiff", "image/avif", "image/heic",
        "image/heif", "image/jxl", "image/svg+xml", "video/mp4", "video/quicktime", "video/x-m4v",
        "video/3gpp", "audio/mp4", "audio/mpeg", "audio/flac", "audio/wav", "video/x-msvideo",
        "application/pdf",
    }
)  # fmt: skip
_NAMES_HERE: Final = {"video/x-m4v": "video/mp4", "video/3gpp": "video/mp4"}


class _Refused(Exception):
    """c2pa raised; what it means is in the reading."""

    def __init__(self, answer: Reading) -> None:
        super().__init__()
        self.answer = answer


def accepts(path: Path, head: bytes) -> bool:
    """True for containers in which a manifest can be embedded. Sidecars come in whatever the file is."""
    return sniffed(head) in _READABLE


def read(source: Source) -> Reading:
    """What the embedded manifest and the `.c2pa` sidecars say. Raises UnreadableMedia where it cannot be opened."""
    readings = []
    if accepts(source.path, source.head):
        readings.append(_embedded(source))
    for path in source.sidecars:
        if path.suffix.lower() in SIDECARS:
            readings.append(_sidecar(source, path))
    return reading.merged(readings)


def _embedded(source: Source) -> Reading:
    if not _may_hold_manifest(source):
        return Reading()
    checked = source.full or source.size <= LARGE
    kind = _media_type(source)

    def load(trust: tuple[TrustList, ...]) -> Json:
        with opened(source.path) as file:
            return _load(kind, file, None, trust, checked)

    told, unowned = Told(source.trust, place="c2pa", version=VERSION), None
    try:
        store = parse_store(load(source.trust), checked=checked)
        # c2pa names a trust list for the outermost manifest only; what our own identity vouches for further
        # down shows in a second look without it.
        if checked and any(entry.own for entry in source.trust) and reading.says_captured_below(store):
            unowned = parse_store(load(tuple(entry for entry in source.trust if not entry.own)))
    except _Refused as refusal:
        return refusal.answer
    answer = reading.read_store(store, told, unowned)
    if checked:
        return answer
    why = f"the file is above {LARGE // 1024 // 1024} MB; ask for a full look to check them"
    return reading.merged(
        [answer, Reading(unchecked=(Unchecked("hash binding and signature of the embedded manifest", why),))]
    )


def _may_hold_manifest(source: Source) -> bool:
    """False only where a walk over the index shows that there is none: c2pa would read the whole file to say so.

    In a JPEG a manifest lies in APP11 in front of the picture, in a PNG in caBX (C2PA 2.4, A.3). Where the index
    cannot be followed, or XMP may point to a manifest elsewhere (`dcterms:provenance`), c2pa is asked.
    """
    kind = sniffed(source.head)
    if kind not in ("image/jpeg", "image/png") or b"provenance" in source.head:
        return True
    try:
        with opened(source.path) as file:
            if kind == "image/png":
                return any(chunk.kind == b"caBX" for chunk in png.chunks(file))
            return any(segment.marker == jpeg.APP11 for segment in jpeg.segments(file))
    except UnreadableMedia:
        return True


def _sidecar(source: Source, path: Path) -> Reading:
    place = f"sidecar:{path.name}"
    try:
        with open_media(path) as file:
            manifest = file.read(_SIDECAR_LIMIT + 1)
    except (OSError, CouldNotLook) as error:
        return _fault("c2pa.sidecar.unreadable", f"{path.name} could not be read: {error}")
    if len(manifest) > _SIDECAR_LIMIT:
        return _fault("c2pa.sidecar.too_large", f"{path.name} is larger than any manifest store may be")
    if not manifest:
        return _fault("c2pa.sidecar.empty", f"{path.name} holds nothing")
    try:
        store, bound = _bound(source, manifest)
    except _Refused as refusal:
        return refusal.answer
    told = Told(source.trust, place=f"{place}/c2pa", version=VERSION, mismatch=bound is False)
    if (
        bound is False
        and store.top is not None
        and store.top.is_ours
        and Belief(store, told, None).is_own(store.active)
    ):
        why = "this production wrote it about other content, and it does not describe this one"
        return Reading(unchecked=(Unchecked(path.name, why),))
    answer = reading.read_store(store, told, None)
    extra = Reading()
    if bound is None:
        why = f"the file is above {LARGE // 1024 // 1024} MB and its hash is not known yet"
        extra = Reading(unchecked=(Unchecked(f"whether {path.name} belongs to this content", why),))
    elif not bound:
        words = f"{path.name} was made for other content; what it says of AI still counts"
        extra = _fault("c2pa.sidecar.mismatch", words)
    return reading.merged([answer, extra])


def _bound(source: Source, manifest: bytes) -> tuple[Store, bool | None]:
    """The sidecar's store, and whether it was made for this file; None where nobody could tell.

    A whole-file hash is compared without reading the file again; any other binding needs the bytes.
    """
    document = _load("application/c2pa", io.BytesIO(manifest), None, source.trust, True)
    if source.sha256 and (hashed := _whole_file_hash(document)) is not None:
        same = hashed == source.sha256
        return parse_store(_without_mismatch(document) if same else document), same
    if source.size > LARGE and not source.full:
        return parse_store(document, checked=False), None
    kind = _media_type(source)
    with opened(source.path) as file:
        document = _load(kind, file, manifest, source.trust, True)
    store = parse_store(document)
    failures = store.standings[store.active].failures if store.active in store.standings else (MISMATCH,)
    return store, not any(re.search(r"Hash\.mismatch", code) for code in failures)


def _whole_file_hash(document: Json) -> bytes | None:
    """The SHA-256 a sidecar was bound to, where it covers the whole file and nothing else."""
    active = mapping(mapping(document.get("manifests")).get(text(document.get("active_manifest"))))
    binding = mapping(mapping(active.get("assertion_store")).get("c2pa.hash.data"))
    if not binding or binding.get("exclusions") or binding.get("alg") != "sha256":
        return None
    try:
        return base64.b64decode(text(binding.get("hash")), validate=True)
    except (binascii.Error, ValueError):
        return None


def _without_mismatch(document: Json) -> Json:
    """The document without the mismatch that reading a sidecar alone always gives."""
    results = mapping(document.get("validation_results"))
    active = mapping(results.get("activeManifest"))
    failures = [entry for entry in active.get("failure", []) if mapping(entry).get("code") != MISMATCH]
    return {**document, "validation_results": {**results, "activeManifest": {**active, "failure": failures}}}


def _media_type(source: Source) -> str:
    kind = sniffed(source.head)
    return _NAMES_HERE.get(kind, kind) if kind in _READABLE else UNKNOWN


def _load(kind: str, file: BinaryIO, manifest: bytes | None, trust: tuple[TrustList, ...], checked: bool) -> Json:
    """c2pa's detailed JSON. Raises _Refused with the reading that stands for c2pa's error."""
    import c2pa  # 0.2 s: only where a file is read

    metered = MeteredFile(file, _CALLS)
    try:
        context = _context(trust, checked, os.getpid())
        with c2pa.Reader(kind, metered, manifest, context=context) as reader:
            document: dict[str, Any] = json.loads(reader.detailed_json())
    except c2pa.C2paError as error:
        if metered.spent:
            words = f"it was given up after {_CALLS} reads: the file is made of too many small parts"
            raise _Refused(_fault("c2pa.endless", words)) from error
        raise _Refused(_refusal(error)) from error
    except (ValueError, RecursionError) as error:
        raise _Refused(_fault("c2pa.damaged", f"the manifest store cannot be read: {error}")) from error
    return document


def _refusal(error: Exception) -> Reading:
    """The reading behind an error of c2pa, classified by type and, where that is shared, by message."""
    words, kind = " ".join(str(error).split())[:400], type(error).__name__.removeprefix("_C2pa")
    if kind in ("ManifestNotFound", "NotSupported"):
        return Reading()
    if remote := REMOTE.search(words):
        return Reading(unchecked=(Unchecked("remote manifest", f"never fetched: {remote[1]}"),))
    if "could not be parsed" in words:
        return _fault("c2pa.container", f"the file's structure is broken: {words}")
    code = {"Io": "c2pa.truncated", "Verify": "c2pa.damaged"}.get(kind, "c2pa.unreadable")
    return _fault(code, f"the content credentials cannot be read: {words}")


def _fault(code: str, words: str) -> Reading:
    return Reading(faults=(Fault(NAME, code, words),))


@lru_cache(maxsize=16)
def _context(trust: tuple[TrustList, ...], checked: bool, process: int) -> Any:
    """c2pa's offline context. A context is dead in a forked child, so the process is part of the key."""
    import c2pa

    return c2pa.Context.from_dict(
        {
            "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_reading": checked},
            "core": {"allowed_network_hosts": [], "decode_identity_assertions": False, "allow_redirects": False},
            "trust": {"trust_config": PURPOSES, "anchors": anchors(trust)},
        }
    )
