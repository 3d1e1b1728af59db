"""A picture that proves whether anything is fetched."""

from __future__ import annotations

import zlib


def remote_only() -> bytes:
    """The smallest picture whose credentials lie at an address, which nobody serves."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" '
        b'dcterms:provenance="http://127.0.0.1:9/none.c2pa"/></rdf:RDF></x:xmpmeta>'
    )
    head = chunk(b"IHDR", (1).to_bytes(4, "big") * 2 + b"\x08\0\0\0\0")
    text = chunk(b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + packet)
    return b"\x89PNG\r\n\x1a\n" + head + text + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
