"""All plug-ins: our own, and those of other distributions found by entry point.

A broken one of another distribution is reported by `provenance doctor` and left out; a missing rule of a studio
would let things pass unnoticed, so a rule that cannot be loaded stands as one that
cannot run, which is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final, Literal, cast

from provenance.contracts import EvidenceSource, ManifestFormat, Reader, Rule
from provenance.evidence import EVIDENCE
from provenance.manifests import MANIFESTS
from provenance.model import Case, Objection
from provenance.readers import READERS
from provenance.readers.exiftool import ExifTool
from provenance.rules import RULES

Group = Literal["readers", "evidence", "rules", "manifests"]

_CONTRACTS: Final[dict[Group, type]] = {
    "readers": Reader,
    "evidence": EvidenceSource,
    "rules": Rule,
    "manifests": ManifestFormat,
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A plug-in that was left out: its name, where it comes from, and why."""

    name: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Extras:
    """What other distributions offer for one group, by name, and what could not be loaded."""

    loaded: tuple[object, ...] = ()
    failures: tuple[Failure, ...] = ()


@cache
def readers(deep: bool = False) -> tuple[Reader, ...]:
    """Our readers and those of other distributions; exiftool too, where asked to look deep."""
    found = (*READERS, *cast(tuple[Reader, ...], extra("readers").loaded))
    return (*found, ExifTool()) if deep else found


@cache
def evidence_sources() -> tuple[EvidenceSource, ...]:
    """Our evidence sources and those of other distributions."""
    return (*EVIDENCE, *cast(tuple[EvidenceSource, ...], extra("evidence").loaded))


@cache
def manifest_formats() -> tuple[ManifestFormat, ...]:
    """Our manifest formats and those of other distributions."""
    return (*MANIFESTS, *cast(tuple[ManifestFormat, ...], extra("manifests").loaded))


@cache
def rules() -> tuple[Rule, ...]:
    """Our rules and those of other distributions; one that cannot be loaded stands as a rule that cannot run."""
    found = extra("rules")
    return (*RULES, *cast(tuple[Rule, ...], found.loaded), *(BrokenRule(failure) for failure in found.failures))


class BrokenRule:
    """Stands for a rule that is installed and could not be loaded: the gate fails closed on it."""

    REQUIRES: Final[frozenset[str]] = frozenset()

    def __init__(self, failure: Failure) -> None:
        self.CODE = failure.name
        self._failure = failure

    def objections(self, case: Case) -> Iterator[Objection]:
        """Raises RuntimeError, which the gate turns into a finding."""
        raise RuntimeError(f"{self._failure.value} cannot be loaded: {self._failure.reason}")


def extra(group: Group) -> Extras:
    """The plug-ins under the entry point group ``provenance.<group>``, sorted by name."""
    loaded: list[object] = []
    failures: list[Failure] = []
    for point in sorted(entry_points(group=f"provenance.{group}"), key=lambda point: point.name):
        found = _load(point, _CONTRACTS[group])
        if isinstance(found, Failure):
            failures.append(found)
        else:
            loaded.append(found)
    return Extras(tuple(loaded), tuple(failures))


def _load(point: EntryPoint, contract: type) -> object:
    try:
        module: object = point.load()
    except (Exception, SystemExit) as error:  # other people's code: whatever it raises is their failure
        return Failure(point.name, point.value, f"{type(error).__name__}: {error}")
    if not isinstance(module, contract):
        return Failure(point.name, point.value, f"does not offer what a {contract.__name__} must")
    return module
