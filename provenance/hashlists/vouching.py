"""Which hash list vouches for a file: the one that an offload wrote when the media left the card.

A folder's word that its files were captured is a hint; an offload list that names exactly this content agrees with it
(docs/rules.md, GEN-05). A list is not signed and can be written by anybody at any time, so much is asked of one:

- the hash of this very content was taken by us and equals the listed one, and no later generation found another;
- nothing is wrong with the list or its chain;
- the file is listed as `original` by a `transfer` (ASC MHL), or by a program that offloads cards (MHL 1.1, which says
  neither): a list made of a folder afterwards, ``in-place``, would name whatever somebody put there;
- it was not made by this program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from provenance.hashlists.entries import ASC, CLASSIC
from provenance.hashlists.model import Action
from provenance.model import Mark

READER: Final = "hash_lists"
UNSAID: Final = "listed"
"""The key of a mark from a list that does not say what was done."""

OWN_TOOLS: Final = re.compile(r"\b(?:media-)?provenance(?:-tracker)?\b", re.IGNORECASE)
OFFLOADERS: Final = re.compile(
    r"\b(?:offshoot|hedge|silverstack|pomfort|shotput|yoyotta|codex|davinci resolve|parashoot|offload manager)",
    re.IGNORECASE,
)
"""Programs that copy cards and write MHL 1.1 while they do (makers' manuals, reference pages of 2026)."""


def vouching_list(marks: Iterable[Mark]) -> str:
    """The name of a hash list that vouches for a content by one of its marks; empty where none does."""
    return next((mark.place.partition(":")[2] for mark in marks if _vouches(mark)), "")


def _vouches(mark: Mark) -> bool:
    if mark.reader != READER or not mark.says("match") or mark.says("broken") or mark.says("failed"):
        return False
    tool = mark.says("tool") or ""
    if not tool or OWN_TOOLS.search(tool):
        return False
    if mark.says("format") == ASC:
        return mark.key == Action.ORIGINAL.value and mark.says("process") == "transfer"
    return mark.says("format") == CLASSIC and OFFLOADERS.search(tool) is not None
