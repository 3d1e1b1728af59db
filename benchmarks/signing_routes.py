"""One way to sign or verify one file, measured in a process of its own, so that its peak memory is its own.

python -m benchmarks.signing_routes ROUTE FILE MEDIA_TYPE WORK TIMES

WORK is a folder with an identity (`identity/`) to write into. Prints the median seconds, the megabytes it took beyond
what the process held before, and a word of what came out.
"""

from __future__ import annotations

import io
import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import c2pa

from provenance.contracts import Tag
from provenance.describe import describe
from provenance.digest import digest_file, open_media
from provenance.identity import FOLDER, SigningMaterial, signing_material
from provenance.model import Origin
from provenance.readers import READERS
from provenance.writers import c2pa as writer
from provenance.writers.claims import Claim, made
from provenance.writers.tagging import Sealing, tag_file

GENERATED: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
TAG: Final = Tag(Origin.AI_GENERATED, GENERATED, tool="Sample Generator", version="1", credit="AI-generated")
SIGNED: Final = "signed"
SIDECAR: Final = "signed.c2pa"
_READER: Final = [one for one in READERS if one.NAME == "c2pa"]
_DEFAULT: Final = {
    "claim_generator_info": [{"name": "benchmark", "version": "1"}],
    "assertions": [
        {"label": "c2pa.actions.v2", "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": GENERATED}]}}
    ],
}


class Case:
    """A file, who signs it, and where to."""

    def __init__(self, path: Path, media_type: str, work: Path) -> None:
        self.path, self.media_type, self.work = path, media_type, work
        self.signed = work / (SIGNED + path.suffix)
        self.sidecar = work / SIDECAR

    def material(self) -> SigningMaterial:
        return signing_material(self.work / FOLDER, None, time.time_ns() // 1_000_000)

    def claim(self) -> Claim:
        return made(self.path.name, self.media_type, TAG)


def _embed(case: Case) -> Callable[[], str]:
    material, claim = case.material(), case.claim()

    def work() -> str:
        with open_media(case.path) as source, case.signed.open("w+b") as target:
            writer.sign_embedded(claim, source, target, material)
        return "signed"

    return work


def _default_signer(case: Case) -> Any:
    material = case.material()
    info = c2pa.C2paSignerInfo(material.alg.encode(), material.chain_pem, material.key_pem, None)
    return c2pa.Signer.from_info(info)


def _default_embed(case: Case) -> Callable[[], str]:
    signer = _default_signer(case)

    def work() -> str:
        with case.path.open("rb") as source, case.signed.open("w+b") as target, c2pa.Builder(_DEFAULT) as builder:
            builder.sign(signer, case.media_type, source, target)
        return "signed"

    return work


def _verify(case: Case) -> Callable[[], str]:
    def work() -> str:
        marks = describe(case.signed, readers=_READER, with_essence=False, full=True).marks
        return next(mark.value for mark in marks if mark.key == "validation")

    return work


def _default_verify(case: Case) -> Callable[[], str]:
    def work() -> str:
        with case.signed.open("rb") as file, c2pa.Reader(case.media_type, file) as reader:
            json.loads(reader.json())
            return str(reader.get_validation_state())

    return work


def _hash_and_sidecar(case: Case) -> Callable[[], str]:
    material, claim = case.material(), case.claim()

    def work() -> str:
        digests, _ = digest_file(case.path)
        case.sidecar.write_bytes(writer.sign_sidecar(claim, digests.sha256, material))
        return "signed"

    return work


def _sidecar(case: Case) -> Callable[[], str]:
    material, claim = case.material(), case.claim()
    known = digest_file(case.path)[0].sha256

    def work() -> str:
        case.sidecar.write_bytes(writer.sign_sidecar(claim, known, material))
        return "signed"

    return work


def _default_sidecar(case: Case) -> Callable[[], str]:
    signer = _default_signer(case)

    def work() -> str:
        with case.path.open("rb") as source, case.signed.open("w+b") as target, c2pa.Builder(_DEFAULT) as builder:
            builder.set_no_embed()
            case.sidecar.write_bytes(builder.sign(signer, "application/octet-stream", source, target))
        return "signed"

    return work


def _verify_sidecar(case: Case) -> Callable[[], str]:
    known = digest_file(case.path)[0].sha256

    def work() -> str:
        return writer.verify_sidecar(case.sidecar.read_bytes(), known).strength.name.lower()

    return work


def _default_verify_sidecar(case: Case) -> Callable[[], str]:
    def work() -> str:
        manifest = case.sidecar.read_bytes()
        with case.path.open("rb") as file, c2pa.Reader("application/octet-stream", file, manifest) as reader:
            json.loads(reader.json())
            return str(reader.get_validation_state())

    return work


def _tag_all(case: Case) -> Callable[[], str]:
    """Every file of the folder, tagged as a whole: XMP, EXIF, signature, essence compared, on the disk."""
    material = case.material()

    def work() -> str:
        files = sorted(case.path.iterdir())
        for path in files:
            tag_file(path, TAG, sealing=Sealing(made(path.name, _TYPES[path.suffix[1:]], TAG), material))
        return f"{len(files)}"

    return work


_TYPES: Final = {
    "jpg": "image/jpeg", "png": "image/png", "tiff": "image/tiff", "webp": "image/webp", "mp4": "video/mp4",
    "mov": "video/quicktime", "m4a": "audio/mp4", "wav": "audio/wav",
}  # fmt: skip
ROUTES: Final[dict[str, Callable[[Case], Callable[[], str]]]] = {
    "embed": _embed, "default-embed": _default_embed, "verify": _verify, "default-verify": _default_verify,
    "sidecar": _sidecar, "hash-and-sidecar": _hash_and_sidecar, "default-sidecar": _default_sidecar,
    "verify-sidecar": _verify_sidecar, "default-verify-sidecar": _default_verify_sidecar, "tag-all": _tag_all,
}  # fmt: skip


def peak_mb() -> float:
    """The most memory this process has held, in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage counts the parent's peak there
        found = re.search(r"VmHWM:\s*(\d+)", status.read_text())
        return int(found[1]) / 1024 if found else 0.0
    import resource

    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _warm(case: Case) -> None:
    """Loads what every route loads: libraries, contexts, the key."""
    claim = made("a.bin", "application/octet-stream", TAG)
    writer.sign_sidecar(claim, bytes(32), case.material())
    with c2pa.Builder(_DEFAULT) as builder:
        builder.set_no_embed()
        builder.sign(_default_signer(case), "application/octet-stream", io.BytesIO(b"\0"), io.BytesIO())


def main() -> None:
    """Measures one route and prints what it took."""
    route, path, media_type, folder, times = sys.argv[1:]
    case = Case(Path(path), media_type, Path(folder))
    _warm(case)
    work = ROUTES[route](case)
    took, before, said = [], peak_mb(), ""
    for _ in range(int(times)):
        began = time.perf_counter()
        said = work()
        took.append(time.perf_counter() - began)
    print(json.dumps({"seconds": statistics.median(took), "mb": peak_mb() - before, "said": said}))


if __name__ == "__main__":
    main()
