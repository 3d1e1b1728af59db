"""Places and files that are never written into: databases of editing programs, camera cards, sealed folders.

Avid rebuilds its database when anything changes in `Avid MediaFiles`; an offload's hash list (ASC MHL, .mhl) no
longer matches; card structures and bundles are read as a whole by the programs that own them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from provenance.errors import WriteRefused

_BUNDLES: Final = re.compile(r".*\.(?:rdc|rdm|fcpbundle|fcpcache|imovielibrary|photoslibrary|drp|dra)", re.IGNORECASE)
_AVID: Final = re.compile(r"(?:avid mediafiles|omfi mediafiles|avid attic.*)", re.IGNORECASE)
_CARDS: Final = re.compile(r"(?:xdroot|m4root|proav|avchd|avchdtn|bdmv|bpav|dcim|clips\d{3})", re.IGNORECASE)
"""Sony XAVC and XDCAM, AVCHD, XDCAM EX, DCF (cameras, telephones), Canon XF. Not `private`: macOS has one."""
_P2: Final = frozenset({"audio", "clip", "video"})
_RAW: Final = frozenset(
    {
        ".nef", ".nrw", ".arw", ".sr2", ".srf", ".cr2", ".cr3", ".crw", ".raf", ".orf", ".rw2", ".pef", ".srw",
        ".3fr", ".fff", ".iiq", ".erf", ".mrw", ".x3f", ".r3d", ".ari", ".arx", ".braw", ".crm", ".dcr", ".kdc",
        ".mos", ".gpr",
    }
)  # fmt: skip
"""Suffixes of what comes out of cameras and is changed by nobody."""
_SEALS: Final = 4_000
"""Entries of one folder that are looked through for a hash list."""


def refusal(path: Path) -> str:
    """Why nothing may be written beside or into a file, as a sentence; empty where nothing speaks against it.

    Args: path absolute, links resolved. Only its names and its folders are looked at.
    """
    folders = list(path.parents)
    names = [folder.name for folder in folders]
    if any(_AVID.fullmatch(name) for name in names):
        return "it lies in Avid's media database, which is rebuilt when anything there changes"
    if bundle := next((name for name in names if _BUNDLES.fullmatch(name)), ""):
        return f"it lies in {bundle}, which belongs to another program as a whole"
    if card := _card(folders):
        return f"it lies on a camera card ({card}), whose structure stays as the camera made it"
    if sealed := next(_sealed(folders), ""):
        return f"it is sealed by a hash list ({sealed}), which would no longer match"
    return ""


def refuse_protected(path: Path) -> None:
    """Raises WriteRefused for a file in a protected place."""
    if words := refusal(path):
        raise WriteRefused(words, path=path, remedy="its sidecars go to a mirror tree elsewhere")


def is_camera_original(path: Path) -> bool:
    """True for files whose suffix says that a camera wrote them as they are."""
    return path.suffix.lower() in _RAW


def _card(folders: list[Path]) -> str:
    """The folder that makes the tree a camera card's; empty for none."""
    for folder in folders:
        if _CARDS.fullmatch(folder.name):
            return folder.name
        # P2: a folder CONTENTS with CLIP, VIDEO and AUDIO in it
        if folder.name.lower() == "contents" and all((folder / name.upper()).is_dir() for name in _P2):
            return folder.name
    return ""


def _sealed(folders: list[Path]) -> Iterator[str]:
    """Hash lists that cover the folder: an ``ascmhl`` folder or an ``.mhl`` in it or above it."""
    for folder in folders:
        if (folder / "ascmhl").is_dir():
            yield "ascmhl"
        try:
            with os.scandir(folder) as entries:
                names = (entry.name for entry in islice(entries, _SEALS))
                found = next((name for name in names if name.lower().endswith(".mhl")), "")
        except OSError:
            # A folder above that may not be listed; the file's own folder is written into, so it can be read
            continue
        if found:
            yield found
