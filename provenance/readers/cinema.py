"""Camera originals whose own header says which device wrote them: MXF, REDCODE RAW, ARRIRAW, AVCHD.

SMPTE ST 377-1 (MXF Identification sets); R3D as ExifTool documents it; ARRIRAW by its signature (SMPTE RDD 30).
A file that a program wrote or rewrote names the program, too: then the camera is only a hint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from provenance.containers import mxf, redcode, transport
from provenance.containers.mxf import Identification
from provenance.containers.span import read_up_to
from provenance.contracts import Source
from provenance.errors import UnreadableMedia
from provenance.model import Fault, Reading, Strength, bounded
from provenance.readers._av_capture import Evidence, captured
from provenance.readers._faults import as_fault, opened

NAME: Final = "cinema"
VERSION: Final = "1"

_ARRI: Final = b"ARRI\x12\x34\x56\x78"
_AVCHD_MAKERS: Final = {0x0103: "Panasonic", 0x0108: "Sony", 0x1011: "Canon", 0x1104: "JVC"}
_CAMERAS: Final = tuple(
    (re.compile(company, re.IGNORECASE), re.compile(product, re.IGNORECASE))
    for company, product in (
        (r"ARRI(?:.*)?|Arnold & Richter.*", r"ALEXA\b.*|AMIRA\b.*|Codex.*|ARRI (?:ALEXA|AMIRA).*"),
        (r"Sony(?: .*)?", r"Mem|eVTR|XDCAM.*|(?:PDW|PMW|PXW|ILME|MPC|HDW|HDC|SRW)-.*|F\d\d.*|AXS.*|BURANO.*|VENICE.*"),
        (r"Canon(?:.*)?", r"EOS C\d.*|XF\d.*|CINEMA EOS.*|C\d{3}\b.*|EOS R5 C.*"),
        (r"Panasonic(?:.*)?|Matsushita.*", r"P2\b.*|AG-.*|AJ-.*|AW-.*|VARICAM.*|AU-.*|AK-.*"),
        (r"JVC(?:.*)?|JVCKENWOOD.*", r"GY-.*|ProHD.*"),
        (r"Ikegami(?:.*)?", r"Editcam.*|HDS.*|GF.*"),
        (r"Grass Valley(?:.*)?|Thomson.*", r"Infinity.*|LDX.*|LDK.*"),
        (r"RED(?: Digital Cinema.*|\.COM.*)?", r"(?:DSMC|KOMODO|V-RAPTOR|EPIC|SCARLET|WEAPON|RANGER|RED ONE).*"),
        (r"Aaton(?:.*)?", r"(?:Penelope|Cantar).*"),
        (r"Z ?CAM", r"E2.*"),
        (r"DJI(?:.*)?", r"Ronin 4D.*|Zenmuse.*|X[79]\b.*"),
    )
)  # fmt: skip
"""Companies and products that record pictures, each as a whole name."""


def accepts(path: Path, head: bytes) -> bool:
    """True for MXF, R3D, ARRIRAW and transport streams, by the first bytes."""
    known = redcode.is_r3d(head) or head.startswith(_ARRI) or transport.is_transport(head)
    return known or mxf.starts_like_mxf(head)


def read(source: Source) -> Reading:
    """Marks of the camera. Raises UnreadableMedia where the file cannot be opened."""
    faults: list[Fault] = []
    evidence: list[Evidence] = []
    written: list[Identification] = []
    with opened(source.path) as file:
        try:
            head = read_up_to(file, 0, 64)
            if redcode.is_r3d(head):
                evidence += _redcode(redcode.camera(file))
            elif head.startswith(_ARRI):
                evidence.append(_signature("arriraw:header", "ARRI", "ARRI camera"))
            elif transport.is_transport(source.head):
                evidence += _avchd(transport.camera_pack(file))
            elif mxf.starts_like_mxf(source.head):
                for each in mxf.identifications(file):
                    written.append(each)
        except UnreadableMedia as error:
            faults.append(as_fault(NAME, error, "cinema.unreadable"))
    evidence += _identified(written)
    marks = tuple(captured(NAME, VERSION, each) for each in evidence)
    return Reading(marks=marks, faults=tuple(faults), facts=_facts(written))


def is_camera(each: Identification) -> bool:
    """True for a company and product that record pictures."""
    return any(company.fullmatch(each.company) and product.fullmatch(each.product) for company, product in _CAMERAS)


def _identified(written: Sequence[Identification]) -> Iterator[Evidence]:
    cameras = [each for each in written if is_camera(each)]
    programs = [each for each in written if not is_camera(each)]
    for each in cameras[:1]:
        camera = f"{each.company} {each.product}".strip()
        if programs:
            note = f"rewritten by {bounded(programs[-1].product or programs[-1].company, 100)}"
            yield Evidence("mxf:Identification", "ProductName", camera, "C1", camera, Strength.HEURISTIC, note)
        else:
            yield Evidence("mxf:Identification", "ProductName", camera, "C2", camera, Strength.TOOL_SIGNATURE)


def _redcode(said: dict[str, str]) -> Iterator[Evidence]:
    camera = " ".join(("RED", said.get("model") or said.get("camera_type") or "")).strip()
    if said.get("serial") or said.get("model") or said.get("camera_type"):
        yield Evidence("r3d:header", "camera", camera, "C2", camera, Strength.TOOL_SIGNATURE)
    else:
        yield Evidence("r3d:header", "signature", "REDCODE", "C1", "RED", Strength.HEURISTIC)


def _avchd(pack: dict[int, bytes]) -> Iterator[Evidence]:
    """Entry E0 of the pack names the maker (H264 MakeModel of ExifTool)."""
    maker = _AVCHD_MAKERS.get(int.from_bytes(pack.get(0xE0, b"")[:2], "big"))
    if maker is not None:
        yield Evidence("m2ts:h264/MDPM", "make", maker, "C2", maker, Strength.TOOL_SIGNATURE)


def _signature(place: str, value: str, camera: str) -> Evidence:
    return Evidence(place, "signature", value, "C2", camera, Strength.TOOL_SIGNATURE)


def _facts(written: Sequence[Identification]) -> dict[str, str | int | float]:
    if not written:
        return {}
    last = written[-1]
    facts = {"software": f"{last.company} {last.product} {last.version}".strip(), "platform": last.platform}
    return {name: bounded(text, 200) for name, text in facts.items() if text}
