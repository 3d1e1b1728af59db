"""The verdict: what all marks of one file add up to.

The laws (DESIGN): absence is not evidence; an AI mark counts wherever it stands and however weak it is; a
capture counts only as far as it can be believed; what contradicts is named, never dropped. Each rule is a
function of its own. What a mark claims is said by the reader that found it; here they are weighed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from provenance.model import (
    CLEAN_ORIGINS,
    Conflict,
    Declaration,
    Fault,
    Mark,
    Origin,
    Strength,
    Unchecked,
    Verdict,
    source_type,
)
from provenance.own_marks import DETAIL, OURSELVES

SYNTHETIC_MEANS_AI: Final = "2024-09-17"
"""Before this date `compositeSynthetic` also meant computer graphics (IPTC NewsCodes release notes)."""

_AI_ORDER: Final = (Origin.AI_GENERATED, Origin.AI_EDITED, Origin.AI_COMPOSITE)
_CLEAN_ORDER: Final = (Origin.HUMAN_MADE, Origin.PROCEDURAL, Origin.ENHANCED, Origin.CAPTURED)
_DATE: Final = re.compile(r"\d{4}[-:]\d{2}[-:]\d{2}")
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_NO_VENDOR: Final = frozenset(
    {
        "image", "images", "video", "audio", "media", "model", "models", "generator", "generative", "service",
        "services", "api", "inc", "llc", "labs", "opco", "signing", "claim", "prod", "the", "and", "with", "made",
        "edited", "using", "created",
    }
)  # fmt: skip
_CODE: Final = re.compile(r"\b[0-9A-Z]{16,}\b")
_LABEL: Final = "tc260"
_HOUSES: Final = {
    word: house
    for house, words in {
        "bytedance": ("dreamina", "jimeng", "doubao", "capcut", "jianying", "volcengine", "byteplus", "seedream"),
        "google": ("gemini", "imagen", "veo", "synthid"),
        "openai": ("chatgpt", "gpt", "sora", "dall"),
        "adobe": ("firefly", "photoshop"),
    }.items()
    for word in words
}
"""Names under which one house signs."""
_LOCAL: Final = frozenset(
    {"comfyui", "stable", "webui", "forge", "next", "invokeai", "fooocus", "diffusers", "swarmui"}
)
"""Words of programs that anybody can run, services too."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A mark with its claim as it weighs here: origin and strength may be less than the reader gave."""

    mark: Mark
    origin: Origin
    strength: Strength
    step: bool


def judge(marks: Sequence[Mark], faults: Sequence[Fault] = (), unchecked: Sequence[Unchecked] = ()) -> Verdict:
    """The verdict on one file. Marks that claim nothing decide nothing; none at all is `undeclared`."""
    claims = [weighed(mark) for mark in marks if mark.claims is not None]
    ai = [claim for claim in claims if claim.origin.is_ai]
    origin = ai_origin(ai) if ai else clean_origin(claims)
    deciding = [claim for claim in claims if claim.origin is origin and _decides(claim)]
    deciding.sort(key=lambda claim: -claim.strength)
    conflicts = tuple(dict.fromkeys(_conflicts(claims, deciding, origin)))
    return Verdict(
        origin=origin,
        strength=deciding[0].strength if deciding else Strength.NONE,
        decided=tuple(claim.mark for claim in deciding),
        conflicts=conflicts,
        faults=tuple(faults),
        unchecked=tuple(unchecked),
        proven=is_proven(deciding, conflicts),
    )


def combine(verdict: Verdict, declarations: Iterable[Declaration]) -> Origin:
    """What an asset counts as: AI from anywhere wins; else the verdict, unless it is undeclared; else what a
    person declared last; else what its folder declares.

    A person's word replaces that of the folder, which cannot know better than somebody who looked; it never
    outweighs an AI mark, nor another person's "AI". Names play no part, because they may be redacted.
    """
    newest = sorted(declarations, key=lambda entry: -entry.at)
    spoken = [entry for entry in newest if not entry.folder] or newest
    said = [verdict.origin, *(entry.origin for entry in spoken)]
    ai = [origin for origin in said if origin.is_ai]
    return ai[0] if ai else next((origin for origin in said if origin is not Origin.UNDECLARED), Origin.UNDECLARED)


def weighed(mark: Mark) -> Claim:
    """A mark as it counts here, after the rules that make one claim weigh less than its words."""
    if mark.claims is None:
        raise ValueError("a mark that claims nothing cannot be weighed")
    term = source_type(mark.value)
    step = mark.says("step") == "yes" or (term is not None and term.is_step and term.origin is mark.claims)
    origin = Origin.MAYBE_AI if synthetic_before_ai(mark) else mark.claims
    is_hint = unsigned_capture(mark) or only_repeats(mark)
    strength = Strength.HEURISTIC if is_hint else mark.strength
    return Claim(mark, origin, strength, step)


def synthetic_before_ai(mark: Mark) -> bool:
    """True for `compositeSynthetic` dated before it came to mean AI."""
    term, when = source_type(mark.value), _DATE.match(mark.says("time") or "")
    return (
        term is not None
        and term.term == "compositeSynthetic"
        and when is not None
        and when[0].replace(":", "-") < SYNTHETIC_MEANS_AI
    )


def only_repeats(mark: Mark) -> bool:
    """True for a clean claim that this program wrote: it repeats what a store knows, and is no second witness."""
    return mark.says(DETAIL) == OURSELVES and mark.claims in CLEAN_ORIGINS


def unsigned_capture(mark: Mark) -> bool:
    """True for a source type that says "captured" without a signature: anyone can write it, so it is a hint."""
    term = source_type(mark.value)
    return (
        mark.claims is Origin.CAPTURED
        and term is not None
        and term.origin is Origin.CAPTURED
        and mark.strength <= Strength.DECLARED
        and not mark.says("signer")
    )


def ai_origin(ai: Sequence[Claim]) -> Origin:
    """A generation anywhere makes it generated; else an edit of something; else parts in something."""
    said = {claim.origin for claim in ai}
    return next(origin for origin in _AI_ORDER if origin in said)


def clean_origin(claims: Sequence[Claim]) -> Origin:
    """The origin where nothing says AI. A doubt stays unless a clean claim is stronger; steps decide last."""
    clean = [claim for claim in claims if is_evidence_of_clean(claim) and not claim.step]
    doubts = [claim for claim in claims if claim.origin is Origin.MAYBE_AI and not claim.step]
    if doubts and _top(doubts) >= _top(clean):
        return Origin.MAYBE_AI
    if clean:
        return _strongest(clean)
    steps = [claim for claim in claims if claim.step]
    if any(claim.origin is Origin.MAYBE_AI for claim in steps):
        return Origin.MAYBE_AI
    return _strongest([claim for claim in steps if is_evidence_of_clean(claim)])


def is_evidence_of_clean(claim: Claim) -> bool:
    """True where a claim that is not AI is strong enough to decide: a hint alone never is."""
    return claim.origin in CLEAN_ORIGINS and claim.strength >= Strength.TOOL_SIGNATURE


def is_proven(deciding: Sequence[Claim], conflicts: Sequence[Conflict]) -> bool:
    """True for a capture by a trusted signature over a clean chain (the reader grants that strength to no
    other) that nothing contradicts."""
    if not deciding or conflicts:
        return False
    return deciding[0].origin is Origin.CAPTURED and deciding[0].strength is Strength.SIGNED_TRUSTED


def _decides(claim: Claim) -> bool:
    return claim.origin.is_ai or claim.origin is Origin.MAYBE_AI or is_evidence_of_clean(claim)


def _top(claims: Sequence[Claim]) -> Strength:
    return max((claim.strength for claim in claims), default=Strength.NONE)


def _strongest(claims: Sequence[Claim]) -> Origin:
    if not claims:
        return Origin.UNDECLARED
    best = max(claims, key=lambda claim: (claim.strength, -_CLEAN_ORDER.index(claim.origin)))
    return best.origin


def _conflicts(claims: Sequence[Claim], deciding: Sequence[Claim], origin: Origin) -> Iterator[Conflict]:
    if origin.is_ai:
        yield from camera_and_ai(claims, origin)
        yield from independent_capture(claims)
        yield from declared_otherwise(claims)
        yield from vendors(claims)
    else:
        yield from doubt_and_clean(claims)
        yield from composite_step(claims, origin)
        yield from clean_disagree(claims)
    yield from doubtful_credentials(deciding)
    yield from broken_capture(claims)


def camera_and_ai(claims: Sequence[Claim], origin: Origin) -> Iterator[Conflict]:
    """A full generation beside any mark of a camera: the camera's data was carried over, or one is wrong."""
    apart = _captured_apart(claims)
    captured = [claim for claim in claims if claim.origin is Origin.CAPTURED and claim not in apart]
    if captured and origin is Origin.AI_GENERATED:
        yield Conflict("camera_and_ai", f"it also says it was captured ({_where(captured)})")


def independent_capture(claims: Sequence[Claim]) -> Iterator[Conflict]:
    """A signed capture in another credential than the one that says AI: one of them is borrowed, or forged.

    In the same one it is the history of an edit, and no conflict. The AI claim counts until a person decides.
    """
    apart = _captured_apart(claims)
    if apart:
        yield Conflict("independent_capture", f"another credential says it was captured ({_where(apart)})")


def _captured_apart(claims: Sequence[Claim]) -> list[Claim]:
    """Signed captures in stores of their own, in which nothing says AI."""
    stores = {_store(claim) for claim in claims if claim.origin.is_ai}
    captured = (claim for claim in claims if claim.origin is Origin.CAPTURED and claim.mark.says("signer"))
    return [claim for claim in captured if _store(claim) not in stores]


def declared_otherwise(claims: Sequence[Claim]) -> Iterator[Conflict]:
    """AI in one place, human-made or procedural in another."""
    ai = {_store(claim) for claim in claims if claim.origin.is_ai}
    other = [
        claim
        for claim in claims
        if is_evidence_of_clean(claim)
        and not claim.step
        and claim.origin is not Origin.CAPTURED
        and _store(claim) not in ai
    ]
    if other:
        yield Conflict("declared_otherwise", f"it also says {other[0].origin.value} ({_where(other)})")


def vendors(claims: Sequence[Claim]) -> Iterator[Conflict]:
    """Two generators that have nothing to do with each other, named in different places.

    In one store of credentials several are normal. The label of Chinese law stands for itself: it is put on by the
    service, which may run a program that anybody can have.
    """
    named: dict[str, tuple[str, frozenset[str]]] = {}
    for claim in claims:
        tool = claim.mark.says("tool") or ""
        words = _words(f"{tool} {claim.mark.says('signer') or ''}")
        if (claim.origin.is_ai or _is_label(claim)) and words and claim.mark.says(DETAIL) != OURSELVES:
            place = _LABEL if _is_label(claim) else _store(claim)
            first, seen = named.get(place, (tool, frozenset()))
            named[place] = (first or tool, seen | words)
    groups = list(named.items())
    for index, (place, (tool, words)) in enumerate(groups):
        for other_place, (other, theirs) in groups[index + 1 :]:
            local = _LABEL in (place, other_place) and (words | theirs) & _LOCAL
            if tool and other and not words & theirs and not local:
                yield Conflict("vendors", f"different generators are named: {tool} and {other}")


def _is_label(claim: Claim) -> bool:
    return bool(claim.mark.says("label")) and claim.mark.says("producer") is not None


def doubt_and_clean(claims: Sequence[Claim]) -> Iterator[Conflict]:
    """One mark leaves AI open, another says it is clean."""
    doubts = [claim for claim in claims if claim.origin is Origin.MAYBE_AI and not claim.step]
    clean = [claim for claim in claims if is_evidence_of_clean(claim) and not claim.step]
    if doubts and clean:
        text = f"{_where(doubts)} leaves AI open, {_where(clean)} says {clean[0].origin.value}"
        yield Conflict("maybe_ai_and_clean", text)


def composite_step(claims: Sequence[Claim], origin: Origin) -> Iterator[Conflict]:
    """A composite of unnamed elements on top of a clean origin: any of them may be AI."""
    steps = [claim for claim in claims if claim.step and claim.origin is Origin.MAYBE_AI]
    if steps and origin in CLEAN_ORIGINS:
        yield Conflict("composite_of_unknown", f"elements were added that nothing describes ({_where(steps)})")


def clean_disagree(claims: Sequence[Claim]) -> Iterator[Conflict]:
    """Two clean origins that exclude each other."""
    clean = [claim for claim in claims if is_evidence_of_clean(claim) and not claim.step]
    said = [origin for origin in _CLEAN_ORDER if any(claim.origin is origin for claim in clean)]
    if len(said) > 1:
        yield Conflict("origins_disagree", "it says both " + " and ".join(origin.value for origin in said))


def doubtful_credentials(deciding: Sequence[Claim]) -> Iterator[Conflict]:
    """A deciding statement in credentials that are broken, foreign, untrusted or expired: it still counts."""
    for claim in deciding:
        mark = claim.mark
        if not claim.origin.is_ai or not (codes := mark.says("codes")):
            continue
        if mark.says("binding") == "mismatch":
            yield Conflict("foreign_sidecar", "the sidecar that says AI was made for other content")
        elif broken := mark.says("broken"):
            yield Conflict("broken_credentials", f"the credentials that say AI do not hold ({broken})")
        else:
            yield Conflict("untrusted_credentials", f"nobody vouches for the signer that says AI ({codes})")


def broken_capture(claims: Sequence[Claim]) -> Iterator[Conflict]:
    """A capture in credentials that do not hold proves nothing."""
    broken = [c for c in claims if c.origin is Origin.CAPTURED and c.mark.says("broken")]
    if broken:
        codes = broken[0].mark.says("broken")
        yield Conflict("broken_capture", f"the credentials that say captured do not hold ({codes})")


def _where(claims: Sequence[Claim]) -> str:
    return ", ".join(dict.fromkeys(claim.mark.place.split(":urn")[0][:80] for claim in claims[:4]))


def _store(claim: Claim) -> str:
    """The place where a statement belongs: one credential store, or one kind of metadata."""
    before, found, _ = claim.mark.place.partition("c2pa:")
    return before + found if found else claim.mark.reader


def _words(name: str) -> frozenset[str]:
    """The telling words of a name, those of one house as one word. A number of a register tells nothing."""
    words = (word for word in _WORD.findall(_CODE.sub("", name).casefold()) if word not in _NO_VENDOR)
    return frozenset(_HOUSES.get(word, word) for word in words)
