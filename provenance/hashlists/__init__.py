"""Offload and hash lists: ASC MHL 2.0 (the ``ascmhl`` folder) and classic MHL 1.1 (``<roll>.mhl``).

What offload programs wrote down when media left the card: names, sizes, hashes, dates, renames. Bottom floor: reads
files, knows no store. https://github.com/ascmitc/mhl-specification and https://mediahashlist.org/
"""

from __future__ import annotations

from provenance.hashlists.adoption import Adopted, adopt
from provenance.hashlists.checking import Checked, Checklist, State, agreeing, differs, in_list_form, verify_listed
from provenance.hashlists.history import merged, read_history
from provenance.hashlists.lookup import forget, is_listed, look_up, wanted_hashes
from provenance.hashlists.model import Action, Generation, HashList, Header, History, Listed, ListedFile, Listing
from provenance.hashlists.reading import Stream, is_list, read_list
from provenance.hashlists.vouching import READER, vouching_list

__all__ = [
    "READER",
    "Action",
    "Adopted",
    "Checked",
    "Checklist",
    "Generation",
    "HashList",
    "Header",
    "History",
    "Listed",
    "ListedFile",
    "Listing",
    "State",
    "Stream",
    "adopt",
    "agreeing",
    "differs",
    "forget",
    "in_list_form",
    "is_list",
    "is_listed",
    "look_up",
    "merged",
    "read_history",
    "read_list",
    "verify_listed",
    "vouching_list",
    "wanted_hashes",
]  # fmt: skip
