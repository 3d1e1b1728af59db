"""How a reader turns what it could not read into a fault, and opens its file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Final

from provenance.digest import open_media
from provenance.errors import CouldNotLook, UnreadableMedia
from provenance.model import Fault

_CODED: Final = re.compile(r"([a-z]+\.[a-z_0-9]+): (.*)", re.DOTALL)


def as_fault(reader: str, error: CouldNotLook, code: str) -> Fault:
    """The fault behind an error: with the code its message begins with, else with `code`."""
    match = _CODED.fullmatch(error.message)
    return Fault(reader, match[1], match[2]) if match else Fault(reader, code, error.message)


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """A file open for reading. Raises UnreadableMedia where it cannot be opened: a reader raises no other."""
    try:
        file = open_media(path)
    except CouldNotLook as error:
        raise UnreadableMedia(error.message, path=error.path, remedy=error.remedy) from error
    with file:
        yield file
