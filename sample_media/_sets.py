"""Files that belong together: frames of a sequence, media with a sidecar, a roll with the list of its offload."""

import hashlib
from collections.abc import Iterable

import _marks as marks
import _pictures as pictures
from _containers import dpx, jpeg, png
from _signing import GENERATOR, Claim, Notary, action

ROTO = ("Sample Matte Model", "1")

Files = dict[str, bytes]


def sequences() -> Files:
    fx = _frames("ABC_0020_fx", range(1001, 1007), seed=71)
    marked = pictures.sequence_frame(1004, seed=71)
    fx["sequences/ABC_0020_fx/ABC_0020_fx.1004.png"] = png(marked, {"parameters": marks.a1111(20260304, size="64x36")})
    return {
        **_frames("ABC_0010_comp", range(1001, 1013), seed=70),
        **fx,
        **_frames("ABC_0030_gap", (1001, 1002, 1004), seed=72),
    }


def _frames(shot: str, numbers: Iterable[int], seed: int) -> Files:
    return {f"sequences/{shot}/{shot}.{number}.png": png(pictures.sequence_frame(number, seed)) for number in numbers}


def sidecars(notary: Notary) -> Files:
    made = Claim(GENERATOR, ROTO, [action("c2pa.created", "trainedAlgorithmicMedia", agent=ROTO)])
    matte = dpx(pictures.dream(80, pictures.FRAME), "matte.dpx")
    plate = dpx(pictures.photo(81, pictures.FRAME), "plate.dpx")
    elsewhere = hashlib.sha256(b"some other plate").digest()
    files = {
        "matte.dpx": matte,
        "matte.dpx.c2pa": notary.sidecar(made, "matte.dpx", hashlib.sha256(matte).digest()),
        "plate.dpx": plate,
        "plate.dpx.c2pa": notary.sidecar(made, "plate.dpx", elsewhere),
        "still.png": png(pictures.dream(82)),
        "still.png.xmp": marks.xmp(marks.generated_xmp("still.png")),
        "photo.jpg": jpeg(pictures.drawing(83)),
        "photo.xmp": marks.xmp(marks.source_type("digitalCreation"), elements=True),
    }
    return {f"sidecars/{name}": data for name, data in files.items()}


def offload(files: Files) -> Files:
    """The hash list that an offload leaves beside its clips: MHL 1.1, one clip that is there and one that is not."""
    plate = files["clips/plate.mp4"]
    listed = {"plate.mp4": plate, "second_take.mp4": plate[::-1]}
    when = "2026-05-01T10:00:00Z"
    entries = "".join(
        f"<hash><file>{name}</file><size>{len(data)}</size><lastmodificationdate>{when}</lastmodificationdate>"
        f"<md5>{hashlib.md5(data).hexdigest()}</md5><hashdate>{when}</hashdate></hash>\n"
        for name, data in listed.items()
    )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<hashlist version="1.1"><creationdate>{when}</creationdate>'
        f"<creatorinfo><username>sample</username><hostname>cart</hostname><tool>OffShoot 24.1</tool>"
        f"<startdate>{when}</startdate><finishdate>{when}</finishdate></creatorinfo>\n{entries}</hashlist>\n"
    )
    return {"clips/A001_offload.mhl": text.encode()}
