"""Small assets for the store's tests, made from a word each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from fractions import Fraction

import pytest

from provenance.model import (
    Asset,
    Clip,
    Cut,
    Description,
    Evidence,
    Identifier,
    Kind,
    Link,
    Mark,
    MediaName,
    Origin,
    Place,
    ProjectFile,
    Rate,
    Reference,
    Relation,
    Span,
    Strength,
    Track,
    Verdict,
)
from store import Store


def sha(word: str) -> bytes:
    return hashlib.sha256(word.encode()).digest()


def an_asset(
    word: str,
    origin: Origin = Origin.UNDECLARED,
    *,
    references: tuple[Reference, ...] = (),
    identifiers: tuple[Identifier, ...] = (),
    reader_version: str = "1",
) -> Asset:
    marks = (
        (Mark("test", "1", "place", "key", f"prompt of {word}", origin, Strength.DECLARED),)
        if origin is not Origin.UNDECLARED
        else ()
    )
    verdict = Verdict(origin, Strength.DECLARED if marks else Strength.NONE, marks)
    description = Description(
        "image/png", None, verdict, marks,
        identifiers=identifiers, references=references, readers=(("test", reader_version),), facts={"width": 4},
    )  # fmt: skip
    return Asset(sha(word), Kind.FILE, len(word), description, b"x" * 16)


def a_timeline(word: str, *names: str, complete: bool = True, unused: tuple[str, ...] = ()) -> Asset:
    """A timeline of one cut, `Reel 1`, in which each of the names lies for a second; the unused ones are only there."""
    media = tuple(MediaName(name, (name,)) for name in (*(names or ("still",)), *unused))
    rate = Rate(Fraction(24))
    clips = tuple(
        Clip(n + 1, one.name, Track.VIDEO, "V1", Span(Fraction(3600 + n), Fraction(3601 + n)), media=(n,))
        for n, one in enumerate(media[: len(media) - len(unused)])
    )
    project = ProjectFile("Sample 1", media, (Cut("Reel 1", rate, Fraction(3600), clips),), complete=complete)
    description = Description("application/x-timeline", None, Verdict(Origin.UNDECLARED), project=project)
    return Asset(sha(word), Kind.FILE, len(word), description, b"x" * 16)


def a_link(
    child: str, parent: str, relation: Relation = Relation.COMPONENT, *, person: bool = False, used: bool = True
) -> Link:
    source = "person" if person else "test"
    evidence = Evidence(source, "1", "by test", Strength.DECLARED, by="the assistant editor" if person else "")
    return Link(sha(child), sha(parent), relation, evidence, used)


@pytest.fixture
def keep(fresh_store: Store) -> Callable[..., bytes]:
    """Records an asset and, where a path is given, sights it there."""

    def record(word: str, origin: Origin = Origin.UNDECLARED, path: str = "", **more: object) -> bytes:
        asset = an_asset(word, origin, **more)  # type: ignore[arg-type]
        fresh_store.assets.record(asset)
        if path:
            folder, _, name = path.rpartition("/")
            fresh_store.assets.sight(asset.sha256, Place("volume", folder.encode(), name.encode()))
        return asset.sha256

    return record
