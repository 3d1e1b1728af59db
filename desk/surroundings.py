"""The production around us, for commands that need none but heed one."""

from __future__ import annotations

from pathlib import Path

from provenance.configuration import Settings, find_root, load_settings
from provenance.errors import ConfigurationError


def settings_around(asked: Path | None) -> Settings | None:
    """The settings of the production asked for, else of the one we stand in; None outside of one.

    Raises ConfigurationError where the one asked for is none, or its settings are wrong.
    """
    try:
        root = find_root(asked or Path.cwd())
    except (ConfigurationError, OSError):
        if asked is not None:
            raise
        return None
    return load_settings(root)
