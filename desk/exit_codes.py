"""What the program's exit code means. The page for users is docs/exit-codes.md; a test holds it to this table.

Only check, verify, audit, seal and `inspect --gate` give a verdict by their exit code (10 to 14); a question
that was answered exits 0. 1 and 2 never come with a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from provenance.errors import (
    AlreadyWatching,
    ChangedMeanwhile,
    ConfigurationError,
    CouldNotLook,
    IdentityError,
    LedgerBroken,
    LineageCycle,
    NotFound,
    ProvenanceError,
    StoreError,
    UsageError,
    WriteRefused,
)

CLEAN: Final = 0
INTERNAL: Final = 1
USAGE: Final = 2
AI_WITHOUT_DECISION: Final = 10
MUST_DECIDE: Final = 11
CONTENT_DIFFERS: Final = 12
COULD_NOT_LOOK: Final = 13
BLOCKED: Final = 14
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141

MEANINGS: Final = {
    CLEAN: "clean, or a question that was answered",
    INTERNAL: "internal error, or the store could not be used by a command that gives no verdict",
    USAGE: "usage: an argument, a path or provenance.toml is wrong, or nothing of that name is known",
    AI_WITHOUT_DECISION: "AI without a decision",
    MUST_DECIDE: "a person must decide",
    CONTENT_DIFFERS: "content differs from what was recorded",
    COULD_NOT_LOOK: "could not look (a store that cannot be reached included)",
    BLOCKED: "blocked by another rule",
    INTERRUPTED: "interrupted (Ctrl-C)",
    BROKEN_PIPE: "whoever read the output went away",
}

GRAVEST_FIRST: Final = (AI_WITHOUT_DECISION, BLOCKED, CONTENT_DIFFERS, COULD_NOT_LOOK, MUST_DECIDE)
"""The order of verdicts: where several hold, the first of these is the exit code."""

GATE_COMMANDS: Final = frozenset({"check", "verify", "audit", "seal"})
"""Commands whose exit code is a verdict. `inspect --gate` joins them by itself."""

_USAGE: Final = (
    ConfigurationError, UsageError, NotFound, IdentityError, LineageCycle, AlreadyWatching, CouldNotLook,
    ChangedMeanwhile, WriteRefused,
)  # fmt: skip


def gravest(codes: Iterable[int | None]) -> int:
    """The gravest of several verdicts; CLEAN where none of them is one."""
    asked = set(codes)
    return next((code for code in GRAVEST_FIRST if code in asked), CLEAN)


def of_error(error: ProvenanceError, *, gate: bool) -> int:
    """The exit code of an error. Args: gate is true where the exit code is a verdict."""
    if gate and isinstance(error, LedgerBroken):
        return CONTENT_DIFFERS
    if gate and isinstance(error, StoreError | CouldNotLook | ChangedMeanwhile):
        return COULD_NOT_LOOK
    return USAGE if isinstance(error, _USAGE) else INTERNAL
