"""Sidecars of ours beside a file or in the mirror tree: written, recognised, put aside, taken back.

A sidecar of ours that was made for other content does not describe the new one: it is moved to history. One of
somebody else is never replaced; ours goes to the mirror tree then.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from provenance.contracts import Tag, TrustList
from provenance.digest import open_media
from provenance.errors import CouldNotLook, WriteFailed
from provenance.mirror import kept, mirrored, sidecar_name
from provenance.model import Place, Tagged, Way
from provenance.writers import c2pa, tagging
from provenance.writers._c2pa_definition import statement_of
from provenance.writers.claims import Claim
from provenance.writing import create_file

SUFFIX_OF: Final = {"c2pa": ".c2pa", "xmp": ".xmp", "tc260": ".xmp"}
BEFORE: Final = "before:c2pa"
"""Kind of a file in Tagged.files: somebody else's sidecar that ours carries forward, kept in history."""
_MOST: Final = 64 << 20


class Sidecars:
    """Sidecars of one production.

    Args: mirror is the folder of the mirror tree; own are the lists that know the production's signers.
    """

    def __init__(self, mirror: Path, own: tuple[TrustList, ...] = ()) -> None:
        self._mirror, self._own = mirror, own

    def _is_ours(self, sidecar: bytes) -> bool:
        """True for one that this production signed, whatever content it was made for."""
        found = c2pa.verify_sidecar(sidecar, bytes(32), self._own)
        return bool(found.statement) and found.vouched

    def at(self, place: Place, path: Path, kind: str, way: Way) -> Path:
        """Where a sidecar of a file goes."""
        suffix = SUFFIX_OF[kind]
        if way is Way.MIRROR:
            return mirrored(self._mirror, Place(place.volume, place.folder, os.fsencode(path.name)), suffix)
        return path.with_name(sidecar_name(os.fsencode(path.name), suffix))

    def bound_to(self, place: Place, path: Path, sha256: bytes) -> bytes:
        """The `.c2pa` of a file, beside it or in the mirror tree, that was made for this content; empty for none."""
        for way in (Way.SIDECAR, Way.MIRROR):
            found = self._read(self.at(place, path, "c2pa", way))
            if found and c2pa.verify_sidecar(found, sha256).holds:
                return found
        return b""

    def put_packet(self, place: Place, path: Path, tag: Tag, way: Way, sha256: bytes) -> list[tuple[str, bytes]]:
        """Writes the XMP sidecar; (kind, SHA-256), or nothing where it says so already."""
        target = self.at(place, path, "xmp", way)
        self._make_folder(target)
        if tagging.write_packet_beside(path, tag, target, sha256) is None:
            return []
        return [("xmp", hashlib.sha256(self._read(target)).digest())]

    def put_manifest(
        self, place: Place, path: Path, way: Way, sha256: bytes, claim: Claim, sign: Callable[[], bytes]
    ) -> list[tuple[str, bytes]]:
        """Writes the `.c2pa`; (kind, SHA-256), or nothing where one for exactly this claim lies there.

        Args: sign makes the new one; called only where it is needed.
        """
        target = self.at(place, path, "c2pa", way)
        old = self._read(target)
        files: list[tuple[str, bytes]] = []
        if old:
            found, ours = c2pa.verify_sidecar(old, sha256), self._is_ours(old)
            if found.holds and ours and found.statement == statement_of(claim):
                return []
            if not found.holds and not ours:
                return self.put_manifest(place, path, Way.MIRROR, sha256, claim, sign) if way is Way.SIDECAR else []
            files = [] if ours else [(BEFORE, self._keep(old))]
            if not found.holds:
                self._keep(old)
                target.unlink()
        new = sign()
        self._make_folder(target)
        tagging.write_manifest_beside(path, new, sha256, target)
        return [("c2pa", hashlib.sha256(new).digest()), *files]

    def erase(self, place: Place, path: Path, history: Iterable[Tagged]) -> tuple[str, ...]:
        """Takes back the sidecars of ours that lie beside a file or in the mirror tree; what they were.

        Args: history is what was recorded about the content: a foreign sidecar that ours replaced is put back.
        """
        gone: list[str] = []
        before = [digest for one in history for kind, digest in one.files if kind == BEFORE]
        for way in (Way.SIDECAR, Way.MIRROR):
            packet = self.at(place, path, "xmp", way)
            if packet.is_file() and tagging.erase_packet_beside(path, packet) is not None:
                gone.append("xmp")
            manifest = self.at(place, path, "c2pa", way)
            old = self._read(manifest)
            if old and self._is_ours(old):
                self._keep(old)
                first = self._read(self._mirror_history(before[0])) if before else b""
                if first:
                    create_file(manifest, first)
                else:
                    manifest.unlink()
                gone.append("c2pa")
        return tuple(dict.fromkeys(gone))

    def _mirror_history(self, digest: bytes) -> Path:
        return kept(self._mirror, b"", ".c2pa").with_name(digest.hex() + ".c2pa")

    def _keep(self, sidecar: bytes) -> bytes:
        """Puts a sidecar into history; its SHA-256."""
        path = kept(self._mirror, sidecar, ".c2pa")
        if not path.exists():
            self._make_folder(path)
            create_file(path, sidecar)
        return hashlib.sha256(sidecar).digest()

    def _read(self, path: Path) -> bytes:
        with suppress(CouldNotLook), open_media(path) as file:
            return file.read(_MOST)
        return b""

    def _make_folder(self, target: Path) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WriteFailed(
                f"the folder cannot be made: {error.strerror or error}",
                path=target.parent, remedy="give the user who runs this the right to write there",
            ) from error  # fmt: skip
