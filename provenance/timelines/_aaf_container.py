"""What a structured-storage file says of its own size, checked before a library believes it.

The header counts sectors of allocation tables and chains them; a lying count or a chain that bites its tail would be
read without end (MS-CFB, https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb).
"""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

from provenance.containers.span import lie, read_up_to, size_of

_MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_HEADER: Final = 512
_COUNTS: Final = struct.Struct("<HH10xI12xIIII")
"""From byte 30: shifts of both kinds of sector, then counts and first sectors of the tables."""
_SHIFTS: Final = ((9, 6), (12, 6))
_IN_HEADER: Final = 109
_LAST: Final = 0xFFFFFFFA
"""The highest number of a sector; above it are marks."""


def check_container(file: BinaryIO) -> None:
    """Raises UnreadableMedia (``timeline.broken``) where the tables claim more than the file has."""
    header = read_up_to(file, 0, _HEADER)
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        raise lie("timeline.broken", "it is no structured storage, as every AAF is")
    shift, mini, tables, _, minis, first, more = _COUNTS.unpack_from(header, 30)
    if (shift, mini) not in _SHIFTS:
        raise lie("timeline.broken", f"sectors of 2^{shift} and 2^{mini} bytes, which no AAF has")
    sector = 1 << shift
    most = size_of(file) // sector
    if max(tables, minis, more) > most:
        raise lie("timeline.broken", f"tables of {max(tables, minis, more)} sectors in a file of {most}")
    _check_tables(file, header, (first, more), sector, most)


def _check_tables(file: BinaryIO, header: bytes, chain: tuple[int, int], sector: int, most: int) -> None:
    """Follows the list of allocation tables: no sector twice, none behind the end."""
    listed = list(struct.unpack_from(f"<{_IN_HEADER}I", header, 76))
    number, left = chain
    seen: set[int] = set()
    while left and number <= _LAST:
        if number in seen or number >= most:
            raise lie("timeline.broken", "the list of its allocation tables has no end")
        seen.add(number)
        data = read_up_to(file, (number + 1) * sector, sector)
        if len(data) < sector:
            raise lie("timeline.broken", "the list of its allocation tables is cut off")
        *entries, number = struct.unpack(f"<{sector // 4}I", data)
        listed += entries
        left -= 1
    used = [one for one in listed if one <= _LAST]
    if len(used) > most or len(set(used)) < len(used):
        raise lie("timeline.broken", "its allocation tables are listed twice")
