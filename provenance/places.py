"""Places: paths that mean the same on every workstation, and back to paths on this one."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from provenance.errors import UsageError
from provenance.model import Place

_FOLDER_NAMESPACE = uuid.UUID("6f7a1f0e-5d0b-4c3b-9a55-2f5a3c1f6d10")


@dataclass(frozen=True, slots=True)
class Volume:
    """A watched root on this workstation: its id, which every station shares, and where it lies here."""

    uid: str
    root: Path


def production_volumes(production: str, root: Path, folders: tuple[str, ...]) -> tuple[Volume, ...]:
    """The volumes of a production: its own root, and every configured folder that lies elsewhere.

    Args:
        production: its id (UUID text); names the root's volume.
        root: where provenance.toml lies.
        folders: as configured; relative ones lie under the root and need no volume of their own. A foreign
            one is named by the production and the text in the configuration, which all stations share.
    """
    volumes = [Volume(production, root)]
    for text in folders:
        folder = Path(os.path.normpath(root / text))
        if not folder.is_relative_to(root):
            uid = str(uuid.uuid5(_FOLDER_NAMESPACE, f"{production}\n{text}"))
            volumes.append(Volume(uid, folder))
    return tuple(volumes)


class Places:
    """Turns paths into places and back.

    Args:
        volumes: of the production; where one lies inside another, the innermost counts.
    """

    def __init__(self, volumes: tuple[Volume, ...]) -> None:
        self.volumes = tuple(sorted(volumes, key=lambda one: len(one.root.parts), reverse=True))
        self._roots = {one.uid: one.root for one in volumes}

    def folder_of(self, path: Path) -> tuple[str, bytes]:
        """(volume, folder) of a folder. Raises UsageError outside the production's folders."""
        for volume in self.volumes:
            if path.is_relative_to(volume.root):
                inside = path.relative_to(volume.root)
                return volume.uid, b"" if inside == Path() else os.fsencode(inside.as_posix())
        raise UsageError(
            "this lies outside the production's folders",
            path=path,
            remedy="add its folder to `working` in provenance.toml",
        )

    def place_of(self, path: Path) -> Place:
        """The place of a file. Raises UsageError outside the production's folders."""
        volume, folder = self.folder_of(path.parent)
        return Place(volume, folder, os.fsencode(path.name))

    def path_of(self, place: Place) -> Path:
        """Where a place lies on this workstation. Raises UsageError for a volume unknown here."""
        root = self._roots.get(place.volume)
        if root is None:
            raise UsageError(f"the volume {place.volume} is not mounted on this workstation")
        return root / os.fsdecode(place.folder) / os.fsdecode(place.name)

    def folder_path(self, volume: str, folder: bytes) -> Path:
        """Where a folder lies on this workstation. Raises UsageError for a volume unknown here."""
        return self.path_of(Place(volume, folder, b"."))
