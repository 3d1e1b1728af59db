"""What `provenance inspect --json` prints of one file: one object, by provenance/schemas/inspect-1.schema.json."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from provenance.model import Conflict, Description, Digests, Essence, Fault, Kind, Mark, Unchecked
from provenance.paths import named

Json = dict[str, object]


def inspection(
    path: str | bytes | Path,
    digests: Digests | None,
    description: Description,
    *,
    kind: Kind = Kind.FILE,
    size: int | None = None,
) -> Json:
    """The object for one file.

    Args: digests are None where the file was not read whole; size in bytes is then taken from `size`.
    """
    verdict = description.verdict
    return {
        **named("path", path),
        "kind": kind.value,
        "sha256": digests.sha256.hex() if digests else None,
        "essence": essence_json(description.essence),
        "size": digests.size if digests else size,
        "media_type": description.media_type,
        "origin": verdict.origin.value,
        "strength": verdict.strength.words,
        "proven": verdict.proven,
        "readers": [{"name": name, "version": version} for name, version in description.readers],
        "marks": [mark_json(mark, mark in verdict.decided) for mark in description.marks],
        "conflicts": conflicts_json(verdict.conflicts),
        "faults": faults_json((*description.faults, *verdict.faults)),
        "unchecked": unchecked_json((*description.unchecked, *verdict.unchecked)),
    }


def essence_json(essence: Essence | None) -> Json | None:
    return {"scheme": essence.scheme, "sha256": essence.sha256.hex()} if essence else None


def mark_json(mark: Mark, decided: bool) -> Json:
    """A mark. `detail` is a list of [name, text]: a name may stand there twice."""
    return {
        "reader": mark.reader,
        "version": mark.version,
        "place": mark.place,
        "key": mark.key,
        "value": mark.value,
        "claims": mark.claims.value if mark.claims else None,
        "strength": mark.strength.words,
        "decided": decided,
        "detail": [list(pair) for pair in mark.detail],
    }


def conflicts_json(conflicts: Iterable[Conflict]) -> list[Json]:
    return [{"code": each.code, "text": each.text} for each in dict.fromkeys(conflicts)]


def faults_json(faults: Iterable[Fault]) -> list[Json]:
    return [{"reader": each.reader, "code": each.code, "text": each.text} for each in dict.fromkeys(faults)]


def unchecked_json(unchecked: Iterable[Unchecked]) -> list[Json]:
    return [{"what": each.what, "why": each.why} for each in dict.fromkeys(unchecked)]
