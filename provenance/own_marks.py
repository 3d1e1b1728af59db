"""By what our own statements are recognised when they are read back.

What this program writes repeats what a store knows already. It is no second witness: an AI claim of ours counts as
declared, a clean one is a hint that decides nothing, so that tagging a file never clears it.
"""

from __future__ import annotations

import re
from typing import Final

RECORD: Final = "local.media-provenance-tracker.record"
"""The C2PA assertion that stands in every manifest of ours."""

SHA256: Final = "local.media-provenance-tracker.sha256"
"""The key under which ingredients without credentials are named by their hash."""

NAMESPACE: Final = "urn:media-provenance-tracker:xmp:1.0:"
"""The XMP namespace of our own properties."""

WROTE: Final = (NAMESPACE, "wrote")
"""The XMP property that names what we wrote, each with a digest of its value: ``Iptc4xmpExt:DigitalSourceType=...``."""

CONTENT: Final = (NAMESPACE, "content")
"""The XMP property of a sidecar that holds the SHA-256 of the content it speaks of."""

COMMENT: Final = re.compile(
    r"provenance: origin=(?P<origin>[a-z_]{3,20})"
    r"(?:; source-type=(?P<source_type>[!-:<-~]{1,200}))?(?P<software>; software)?"
)
"""What stands in EXIF UserComment, to be matched whole."""

DETAIL: Final = "written_by"
"""The detail of a mark that we wrote ourselves."""

OURSELVES: Final = "provenance"
"""Its value; also what this program calls itself as a claim generator."""
