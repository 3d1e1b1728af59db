"""OpenEXR: the attributes of the first header (OpenEXR File Layout, openexr.com/en/latest/OpenEXRFileLayout.html)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance.containers.span import Span, lie, read_up_to

MAGIC: Final = b"\x76\x2f\x31\x01"
_ATTRIBUTES: Final = 10_000
_NAME: Final = 256


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: its name, the name of its type (``string``, ``float``, ``box2i``, ...), where its value lies."""

    name: str
    type: str
    span: Span


def attributes(file: BinaryIO) -> Iterator[Attribute]:
    """The attributes of the first part. Raises UnreadableMedia where one lies or there are too many."""
    if read_up_to(file, 0, 4) != MAGIC:
        raise lie("exr.no_header", "there is no OpenEXR header")
    position = 8
    for _ in range(_ATTRIBUTES):
        # Two names and a length: a zero byte where a name would begin ends the header.
        head = read_up_to(file, position, 2 * _NAME + 4)
        if not head or head[:1] == b"\0":
            return
        name, found, rest = head.partition(b"\0")
        kind, ended, rest = rest.partition(b"\0")
        if not found or not ended or len(rest) < 4 or len(name) >= _NAME or len(kind) >= _NAME:
            raise lie("exr.attribute", f"the attribute at {position} has no name or no type")
        span = Span(position + len(name) + len(kind) + 6, int.from_bytes(rest[:4], "little", signed=True))
        if span.length < 0:
            raise lie("exr.attribute", f"the attribute at {position} says {span.length} bytes")
        yield Attribute(name.decode("utf-8", "replace"), kind.decode("utf-8", "replace"), span)
        position = span.end
    raise lie("exr.too_many_attributes", f"more than {_ATTRIBUTES} attributes")
