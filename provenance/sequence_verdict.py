"""What the frames of an image sequence add up to: one description for the whole asset.

One AI frame makes the sequence AI and is named. Nothing clean is said of the whole unless every frame says it:
absence in a single frame is absence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from provenance.model import (
    AI_ORIGINS,
    Conflict,
    Description,
    Fault,
    Mark,
    Origin,
    Reference,
    Strength,
    Unchecked,
    Verdict,
)
from provenance.verdict import judge

NAMED_FRAMES: Final = 20
"""Frames named in a sentence; beyond that their number says enough."""

_GRAVITY: Final = (
    Origin.AI_GENERATED,
    Origin.AI_EDITED,
    Origin.AI_COMPOSITE,
    Origin.MAYBE_AI,
    Origin.UNDECLARED,
    Origin.ENHANCED,
    Origin.PROCEDURAL,
    Origin.HUMAN_MADE,
    Origin.CAPTURED,
)
"""The first of these that any frame counts as is what the sequence counts as."""


@dataclass(frozen=True, slots=True)
class FrameWord:
    """What one frame says: its number and the parts of its description that the whole needs."""

    frame: int
    media_type: str
    verdict: Verdict
    marks: tuple[Mark, ...]
    references: tuple[Reference, ...]
    readers: tuple[tuple[str, str], ...]
    facts: Mapping[str, str | int | float]


def word_of(frame: int, description: Description) -> FrameWord:
    """The word of a described frame."""
    return FrameWord(
        frame, description.media_type, description.verdict, description.marks, description.references,
        description.readers, description.facts,
    )  # fmt: skip


def describe_sequence(words: Iterable[FrameWord], faults: tuple[Fault, ...] = ()) -> Description:
    """The description of a sequence from those of its frames.

    Equal statements of several frames are one mark; its detail `frames` names them, so that a 100,000-frame
    render does not store the same mark 100,000 times.

    Args: words of all frames, at least one; faults of the sequence itself (a gap, mixed sizes).
    """
    frames = sorted(words, key=lambda word: word.frame)
    marks = _gather_marks(frames)
    all_faults = (*faults, *_gather_faults(frames))
    unchecked = tuple(dict.fromkeys(one for word in frames for one in word.verdict.unchecked))
    verdict = _verdict(frames, marks, all_faults, unchecked)
    first = frames[0]
    return Description(
        first.media_type, None, verdict, marks, all_faults, unchecked,
        references=tuple(dict.fromkeys(one for word in frames for one in word.references)),
        readers=first.readers, facts={**first.facts, "frames": len(frames)},
    )  # fmt: skip


def with_sidecars(sequence: Description, told: Iterable[Description]) -> Description:
    """A sequence's description with what sidecars of the whole say: AI counts, anything else where frames are silent.

    Args: told are descriptions of the sidecars, their marks placed in ``sidecar:<name>``.
    """
    parts = list(told)
    marks = tuple(mark for part in parts for mark in part.marks)
    faults = tuple(fault for part in parts for fault in part.verdict.faults)
    unchecked = tuple(gap for part in parts for gap in part.verdict.unchecked)
    said, own = judge(marks), sequence.verdict
    verdict = replace(own, faults=(*own.faults, *faults), unchecked=(*own.unchecked, *unchecked))
    if said.origin.is_ai or (own.origin is Origin.UNDECLARED and said.origin is not Origin.UNDECLARED):
        conflicts = (*own.conflicts, *said.conflicts)
        if own.origin not in (said.origin, Origin.UNDECLARED):
            words = f"the frames say {own.origin.value}, the sidecar of the sequence {said.origin.value}"
            conflicts = (*conflicts, Conflict("sequence.sidecar", words))
        verdict = replace(
            verdict, origin=said.origin, strength=said.strength, decided=said.decided, conflicts=conflicts, proven=False
        )
    facts = {name: fact for part in parts for name, fact in part.facts.items() if name.startswith("field.")}
    return replace(
        sequence, verdict=verdict, marks=(*sequence.marks, *marks), faults=verdict.faults,
        unchecked=verdict.unchecked, facts={**sequence.facts, **facts},
    )  # fmt: skip


def _verdict(
    frames: list[FrameWord], marks: tuple[Mark, ...], faults: tuple[Fault, ...], unchecked: tuple[Unchecked, ...]
) -> Verdict:
    by_origin: dict[Origin, list[int]] = {}
    for word in frames:
        by_origin.setdefault(word.verdict.origin, []).append(word.frame)
    origin = next(one for one in _GRAVITY if one in by_origin)
    deciding = {_anonymous(mark) for word in frames if word.verdict.origin is origin for mark in word.verdict.decided}
    decided = tuple(mark for mark in marks if _anonymous(mark) in deciding)
    conflicts = tuple(dict.fromkeys(one for word in frames for one in word.verdict.conflicts))
    said = [one for one in _GRAVITY if one in by_origin and one is not Origin.UNDECLARED]
    if len(said) > 1:
        parts = [f"{one.value} in frames {name_frames(by_origin[one])}" for one in said]
        conflicts = (*conflicts, Conflict("sequence.mixed", "the frames do not agree: " + "; ".join(parts)))
    strengths = [word.verdict.strength for word in frames if word.verdict.origin is origin]
    # An AI claim is as strong as its strongest frame; a clean claim only as strong as its weakest
    strength = max(strengths) if origin in AI_ORIGINS else min(strengths, default=Strength.NONE)
    proven = origin is Origin.CAPTURED and all(word.verdict.proven for word in frames)
    return Verdict(origin, strength, decided, conflicts, faults, unchecked, proven)


def _anonymous(mark: Mark) -> Mark:
    return replace(mark, detail=tuple(pair for pair in mark.detail if pair[0] != "frames"))


def _gather_marks(frames: list[FrameWord]) -> tuple[Mark, ...]:
    seen: dict[Mark, list[int]] = {}
    for word in frames:
        for mark in word.marks:
            seen.setdefault(mark, []).append(word.frame)
    everywhere = len(frames)
    return tuple(
        mark if len(numbers) == everywhere else replace(mark, detail=(*mark.detail, ("frames", name_frames(numbers))))
        for mark, numbers in seen.items()
    )


def _gather_faults(frames: list[FrameWord]) -> tuple[Fault, ...]:
    seen: dict[Fault, list[int]] = {}
    for word in frames:
        for fault in word.verdict.faults:
            seen.setdefault(fault, []).append(word.frame)
    return tuple(
        replace(fault, text=f"{fault.text} (frames {name_frames(numbers)})") for fault, numbers in seen.items()
    )


def name_frames(numbers: list[int]) -> str:
    """Frame numbers for people: the first NAMED_FRAMES, then how many more."""
    shown = ", ".join(map(str, numbers[:NAMED_FRAMES]))
    return shown if len(numbers) <= NAMED_FRAMES else f"{shown} and {len(numbers) - NAMED_FRAMES} more"
