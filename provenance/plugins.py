"""Plug-ins of other distributions, found by entry point. A broken one is reported and left out."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final, Literal

from provenance.contracts import EvidenceSource, ManifestFormat, Reader, Rule

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
