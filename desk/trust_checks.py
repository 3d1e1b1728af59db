"""What `doctor` checks of signatures: the trust lists, and the production's own identity."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from desk import output
from desk.checks import FAIL, OK, WARN, Check
from desk.production import Setup
from provenance.errors import ProvenanceError

if TYPE_CHECKING:
    from provenance.identity import Identity
    from provenance.trust import Age

SOON: Final = 30 * 86_400_000
"""Milliseconds before its end from which on a certificate is said to end soon."""


def of_trust(setup: Setup, now: int) -> Iterator[Check]:
    """A line for each list; a warning for one that is out of date, and where there is none of others."""
    from provenance.configuration import read_trust
    from provenance.trust import age_of, kept_lists

    try:
        lists = read_trust(setup.settings)
        kept = {one.name: one for one in kept_lists(setup.root)}
        for one in lists:
            yield _list(one.name, one.own, age_of(kept.get(one.name, one), now))
    except ProvenanceError as error:
        yield Check("trust", FAIL, f"{error.path or ''}: {error.message}", error.remedy)
        return
    if all(one.own for one in lists):
        remedy = "import those of your camera makers and tools: provenance trust import NAME FILE (docs/identity.md)"
        yield Check("trust", WARN, "no trust lists of others: no signature of theirs counts as trusted", remedy)


def _list(name: str, own: bool, age: Age) -> Check:
    signers = f", {output.count(age.signers, 'single signer')}" if age.signers else ""
    text = f"{name}: {output.count(age.anchors, 'authority', 'authorities')}{signers}{' (our own)' if own else ''}"
    if age.is_overdue:
        remedy = "get the newer list from its publisher, then: provenance trust import NAME FILE"
        return Check("trust", WARN, f"{text}; its publisher has promised a newer one since", remedy)
    if age.expired:
        expired = f"{age.expired} expired, the first on {output.when(age.earliest_expiry)[:10]}"
        remedy = "get the newer list, if there is one; what was signed before still counts"
        return Check("trust", WARN, f"{text}; {expired}", remedy)
    return Check("trust", OK, text)


def of_identity(setup: Setup, now: int) -> Iterator[Check]:
    """Whether the production can sign: its certificate is valid, and nobody else can read its key."""
    from provenance.identity import FOLDER, current_identity

    try:
        found = current_identity(setup.location().file.parent / FOLDER)
    except ProvenanceError as error:
        yield Check("identity", FAIL, f"{error.path or ''}: {error.message}", error.remedy)
        return
    if found is None:
        yield Check("identity", OK, "none: nothing is signed (provenance identity create makes one)")
        return
    signer = found.certificate
    text = f"{signer.subject}, until {output.when(signer.not_after)[:10]}"
    if now < signer.not_before:
        yield Check("identity", FAIL, f"{text}: not valid yet by this computer's clock", "set the clock right")
    elif now > signer.not_after:
        yield Check("identity", FAIL, f"{text}: expired", "provenance identity rotate, or import a new one")
    elif not found.is_private:
        remedy = "take the rights from all but their owner, or renew it: provenance identity rotate --new-authority"
        yield Check("identity", FAIL, f"{found.folder}: others may read its key", remedy)
    elif (held := _in_token(setup, found)) and held.state == FAIL:
        yield replace(held, text=f"{text}: {held.text}")
    elif now > signer.not_after - SOON:
        yield Check("identity", WARN, f"{text}: ends soon", "provenance identity rotate, or import a new one")
    else:
        yield Check("identity", OK, f"{text}; {held.text}" if held else text)


def _in_token(setup: Setup, found: Identity) -> Check | None:
    """Whether a key in a token can be reached; the token is opened where its PIN is known. None for a key in a file."""
    from provenance.passphrase import find_passphrase
    from provenance.token import reach

    if found.token is None:
        return None
    try:
        pin = find_passphrase(os.environ, setup.settings.production.id)
        reach(found.token, pin)
    except ProvenanceError as error:
        return Check("identity", FAIL, error.message, error.remedy)
    opened = "which was reached" if pin else "which is there; not opened, for its PIN is not known here"
    return Check("identity", OK, f"its {found.token}, {opened}")
