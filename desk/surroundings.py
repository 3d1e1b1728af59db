"""The production around us, for commands that need none but heed one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from provenance.configuration import Settings, find_root, load_settings
from provenance.errors import ConfigurationError, UsageError
from provenance.mirror import sidecars_in
from provenance.places import Places, production_volumes


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


def mirrored_sidecars(settings: Settings | None) -> Callable[[Path], tuple[Path, ...]]:
    """Finds the sidecars of a file in the mirror tree of a production; none outside of one."""
    if settings is None or not settings.mirror_folder.is_dir():
        return lambda _: ()
    mirror = settings.mirror_folder
    folders = (*settings.folders.working, *settings.folders.deliverables)
    places = Places(production_volumes(settings.production.id, settings.root, folders))

    def find(path: Path) -> tuple[Path, ...]:
        try:
            return tuple(sidecars_in(mirror, places.place_of(path.absolute())))
        except UsageError:
            return ()

    return find
