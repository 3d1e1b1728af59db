"""Writers: each puts one kind of statement into a file, or beside it, and never touches picture or sound.

To add one, write a module here that meets `provenance.contracts.Writer` and name it in WRITERS, in the order
in which they write; a signature over the whole file (`provenance.writers.c2pa`) comes last and is asked for
on its own.
"""

from __future__ import annotations

from typing import Final

from provenance.contracts import Writer
from provenance.writers import exif, xmp

WRITERS: Final[tuple[Writer, ...]] = (xmp, exif)
