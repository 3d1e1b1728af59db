"""What we know about media: model, readers, verdict, evidence, rules, gate, manifests, configuration.

The bottom floor of the house: no SQL, no threads, no printing, no clock. See ARCHITECTURE.md for the map.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("media-provenance-tracker")
except PackageNotFoundError:  # a bare checkout, not installed
    __version__ = "0+checkout"

__all__ = ["__version__"]
