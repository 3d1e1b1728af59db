"""What never becomes an asset: litter of systems and editing programs, and what we write ourselves.

Names follow the working folders of real productions (system litter, unfinished downloads, lock files, render
and preview caches). A production adds its own patterns in gitignore style; a pattern that starts with ``!``
takes a built-in name back in, except for our own files, which would otherwise be tracked for ever.

Sidecars (``.xmp``, ``.c2pa``) are not ignored: they are companions. They are no assets, but when one changes
its main file must be looked at again; `main_files_of` says which. Of the ``ascmhl`` folders of hash lists only the
chain is seen, which changes with every list in it: then what lies around it is looked at again.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from typing import Final

import pathspec

from provenance.errors import ConfigurationError
from provenance.hashlists.history import CHAIN, FOLDER

OWN_NAMES: Final = ("PROVENANCE-FLAGS.html", "PROVENANCE-FLAGS.txt", "provenance.toml", ".provenance-*")
"""Written by us into or beside watched folders: reports, configuration, temporaries."""

OWN_FOLDERS: Final = (".provenance",)

SYSTEM_LITTER: Final = (
    ".DS_Store", "._*", "Thumbs.db", "desktop.ini", ".localized", ".AppleDouble", ".LSOverride", "Icon\r",
    ".VolumeIcon.icns", ".com.apple.timemachine.*", ".hotfiles.btree", ".directory", ".nfs*", ".fuse_hidden*",
    ".smbdelete*", ".syncthing.*", ".afpDeleted*",
)  # fmt: skip
"""File names of operating systems and file servers."""

LITTER: Final = (
    *SYSTEM_LITTER,
    "*.part", "*.partial", "*.crdownload", "*.download", "*.tmp", "*.filepart", "~$*", "*~",
    "*.prlock", "*.lck", "*.lock",
    "*.pek", "*.cfa", "*.mcdb", "*.ims", "*.prmdc", "*.prmdc2", "msmMMOB.mdb", "msmFMID.pmr",
)  # fmt: skip
"""File names: systems, unfinished downloads and copies, locks, caches of editing programs."""

SYSTEM_LITTER_FOLDERS: Final = (
    ".Spotlight-V100", ".Trashes", ".Trash", ".Trash-*", ".fseventsd", ".TemporaryItems",
    ".DocumentRevisions-V100", ".PKInstallSandboxManager*", "$RECYCLE.BIN", "System Volume Information",
    "lost+found", "@eaDir", "#recycle", "#snapshot", ".snapshot", ".stfolder", ".stversions", "__MACOSX",
    ".AppleDouble", ".AppleDB", ".AppleDesktop", "Network Trash Folder",
)  # fmt: skip
"""Folder names of operating systems and file servers."""

LITTER_FOLDERS: Final = (
    *SYSTEM_LITTER_FOLDERS, "*.download",
    "Adobe Premiere Pro Auto-Save", "Adobe Premiere Pro Video Previews", "Adobe Premiere Pro Audio Previews",
    "Media Cache", "Media Cache Files", "Peak Files", "CacheClip", ".gallery", "ProxyMedia",
)  # fmt: skip
"""Folder names, pruned with everything below. "Adobe Premiere Pro Captured Audio" and "... Video" are *not*
among them: what was recorded into them (a voice-over) is material, and may well be delivered."""

_HISTORY: Final = FOLDER.encode()
_CHAIN: Final = CHAIN.encode()

SIDECARS: Final = (b".xmp", b".c2pa")
"""Suffixes of companions that speak about a main file."""


def _any_of(patterns: Iterable[str]) -> re.Pattern[bytes]:
    # One alternation over bytes: a sweep asks this for every single file (1 µs instead of 30).
    return re.compile("|".join(fnmatch.translate(each) for each in patterns).encode(), re.IGNORECASE)


_OWN_FILE: Final = _any_of(OWN_NAMES)
_OWN_FOLDER: Final = _any_of((*OWN_FOLDERS, ".provenance-*"))
_LITTER_FILE: Final = _any_of(LITTER)
_LITTER_FOLDER: Final = _any_of(LITTER_FOLDERS)
_SYSTEM_FILE: Final = _any_of(SYSTEM_LITTER)
_SYSTEM_FOLDER: Final = _any_of(SYSTEM_LITTER_FOLDERS)


class Ignore:
    """Says of a file or folder whether it is none of our business.

    Args: patterns in gitignore style, relative to a watched root, ``/`` between folders.
    Raises ConfigurationError for a pattern that means nothing.
    """

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        lines = tuple(patterns)
        self._spec = _parse(lines) if lines else None

    def __call__(self, folder: bytes, name: bytes, is_dir: bool) -> bool:
        """True for what is to be ignored; a folder is then ignored with all it holds.

        Args: folder relative to the root (empty for the root itself), name in it, both bytes.
        """
        if (_OWN_FOLDER if is_dir else _OWN_FILE).match(name):
            return True
        if self._spec is not None:
            path = f"{_text(folder)}/{_text(name)}" if folder else _text(name)
            said = self._spec.check_file(f"{path}/" if is_dir else path).include
            if said is not None:
                return said
        return _is_litter(folder, name, is_dir)


def is_nobodys(folder: bytes, name: bytes, is_dir: bool) -> bool:
    """True only for what operating systems and we ourselves leave behind.

    For a deliverables folder: there, neither a production's patterns nor the habits of other programs may hide a
    file that would be handed over unseen. Args as for `Ignore`.
    """
    own, system = (_OWN_FOLDER, _SYSTEM_FOLDER) if is_dir else (_OWN_FILE, _SYSTEM_FILE)
    return own.match(name) is not None or system.match(name) is not None


def is_systems(name: bytes, is_dir: bool) -> bool:
    """True only for what operating systems leave behind, on an empty mount point too."""
    return (_SYSTEM_FOLDER if is_dir else _SYSTEM_FILE).match(name) is not None


def is_sidecar(name: bytes) -> bool:
    """True for a companion that speaks about a main file beside it, or about all files around it (`is_hash_chain`)."""
    return (name.lower().endswith(SIDECARS) and name.lower() not in SIDECARS) or is_hash_chain(name)


def is_hash_chain(name: bytes) -> bool:
    """True for the file that changes whenever a hash list is added to an ``ascmhl`` folder."""
    return name.lower() == _CHAIN


def main_files_of(sidecar: bytes, siblings: Iterable[bytes]) -> tuple[bytes, ...]:
    """The files beside a sidecar that it may speak about, sorted; they are looked at again when it changes.

    Two habits exist: ``shot.jpg.xmp`` (the whole name, then a suffix) and ``shot.xmp`` (the same stem).
    Suffixes are compared without regard to case, stems too: cards and Windows shares change it.

    Args: the sidecar's name, and the names in its folder (those on disk and those known).
    """
    stem = _stem(sidecar.lower())
    mains = {each for each in siblings if not is_sidecar(each)}
    return tuple(sorted(each for each in mains if stem in (each.lower(), _stem(each.lower()))))


def _stem(name: bytes) -> bytes:
    return name[: name.rindex(b".")] if b"." in name[1:] else name


def _is_litter(folder: bytes, name: bytes, is_dir: bool) -> bool:
    inside = folder.rpartition(b"/")[2].lower() == _HISTORY
    if not is_dir:
        return _LITTER_FILE.match(name) is not None or (inside and not is_hash_chain(name))
    if inside:
        return True
    if _LITTER_FOLDER.match(name):
        return True
    # Renders inside a Final Cut library are made from it and made again at will.
    return name == b"Render Files" and b".fcpbundle" in folder.lower()


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _parse(lines: tuple[str, ...]) -> pathspec.GitIgnoreSpec:
    try:
        return pathspec.GitIgnoreSpec.from_lines(lines)
    except (ValueError, TypeError) as error:
        raise ConfigurationError(
            f"an ignore pattern cannot be understood: {error}",
            remedy="write it as in a .gitignore file, for example 'previews/' or '*.bak'",
        ) from error
