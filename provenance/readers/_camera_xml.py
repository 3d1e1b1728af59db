"""XML that video cameras write inside clips and beside them: the device that recorded.

Sony NonRealTimeMeta (XAVC, XDCAM): ``<Device manufacturer="Sony" modelName="ILCE-7SM3" serialNo="…"/>``;
Panasonic ClipMain: ``<Device><Manufacturer>…</Manufacturer><ModelName>…</ModelName></Device>``; Canon XF the same
as attributes or elements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from provenance.readers._xmp_packet import parse_xml

XML_LIMIT: Final = 4 << 20
_ELEMENTS: Final = 20_000
_ROOTS: Final = frozenset({"nonrealtimemeta", "clipmain", "p2main", "clipcontent", "canonxf"})


@dataclass(frozen=True, slots=True)
class Device:
    """Who recorded: maker, model, serial number; and when, as written."""

    maker: str
    model: str
    serial: str = ""
    recorded: str = ""


def parse_device(data: bytes) -> Device | None:
    """The device in camera XML; None where the document is another or names none.

    Raises UnreadableMedia for what is no XML, too, and for entities.
    """
    root = parse_xml(data.strip(b"\0"))
    if _local(root.tag) not in _ROOTS:
        return None
    recorded, device = "", None
    for count, element in enumerate(root.iter()):
        if count > _ELEMENTS or not isinstance(element.tag, str):
            break
        name = _local(element.tag)
        if name == "creationdate" and not recorded:
            recorded = (element.get("value") or element.text or "").strip()
        elif name == "device" and device is None:
            device = element
    if device is None:
        return None
    said = {_local(key): value.strip() for key, value in device.attrib.items()}
    said |= {_local(child.tag): (child.text or "").strip() for child in device if isinstance(child.tag, str)}
    maker, model = said.get("manufacturer", ""), said.get("modelname", "")
    return Device(maker, model, said.get("serialno", ""), recorded) if maker or model else None


def _local(name: object) -> str:
    return str(name).rpartition("}")[2].lower()
