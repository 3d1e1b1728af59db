"""What we know about media: model, readers, verdict, evidence, rules, gate, manifests, configuration.

The bottom floor of the house: no SQL, no threads, no printing, no clock. See ARCHITECTURE.md for the map.
"""

from __future__ import annotations

__version__: str

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """`__version__`, looked up when first asked for: importlib.metadata takes longer than all our model."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("media-provenance-tracker")
    except PackageNotFoundError:  # a bare checkout, not installed
        found = "0+checkout"
    globals()[name] = found
    return found
