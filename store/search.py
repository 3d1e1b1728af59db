"""Finding assets by what is known of them: a question as a value, answered with summaries.

Conditions are put together from the literals here, every value is bound. Texts are compared without regard
to case for ASCII letters, which is what SQLite's `lower` knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provenance.model import Kind, Origin

if TYPE_CHECKING:
    from store.assets import Summary
    from store.opening import Store


@dataclass(frozen=True, slots=True)
class Query:
    """What an asset must meet; what is left out does not count.

    Args:
        origins: what it counts as, any of these.
        ai: it is AI itself, or (False) it is not.
        tainted: it or an ancestor is AI, or (False) neither.
        tool: part of the name of a tool, model or software that its marks, facts or declarations name.
        text: part of a name it lies or lay under, of its marks' values and details, or of its facts.
        kind: what makes it up.
        media_type: whole, or a pattern such as ``image/*``.
        folder: (volume, folder) in or below which it lies.
        since: first recorded at or after this time, milliseconds since 1970.
        gone: True for what lies nowhere any more, False for what lies somewhere; None for both.
        fields: (name, text) of production fields it must have; the text may hold ``*``.
    """

    origins: frozenset[Origin] = frozenset()
    ai: bool | None = None
    tainted: bool | None = None
    tool: str = ""
    text: str = ""
    kind: Kind | None = None
    media_type: str = ""
    folder: tuple[str, bytes] | None = None
    since: int | None = None
    gone: bool | None = False
    fields: tuple[tuple[str, str], ...] = ()


_LIVE: Final = "EXISTS (SELECT 1 FROM sighting g WHERE g.asset_id = a.id AND g.until IS NULL)"

_IN_FOLDER: Final = """a.id IN (
SELECT g.asset_id FROM sighting g JOIN folder h ON h.id = g.folder_id JOIN volume w ON w.id = h.volume_id
WHERE w.uid = ? AND (? = x'' OR h.path = ? OR (h.path > ? AND h.path < ?)) AND (? OR g.until IS NULL))"""

_SAYS: Final = "instr(lower({}), lower(?)) > 0"

_TOOL: Final = f"""(
EXISTS (SELECT 1 FROM mark m, json_each(m.detail) j WHERE m.asset_id = a.id
  AND json_extract(j.value, '$[0]') IN ('tool', 'model') AND {_SAYS.format("json_extract(j.value, '$[1]')")})
OR EXISTS (SELECT 1 FROM description d, json_each(d.facts) j WHERE d.asset_id = a.id
  AND j.key IN ('software', 'camera_make', 'camera_model', 'signer') AND {_SAYS.format("j.value")})
OR EXISTS (SELECT 1 FROM declaration y WHERE y.asset_id = a.id
  AND ({_SAYS.format("y.tool")} OR {_SAYS.format("y.model")})))"""

_TEXT: Final = f"""(
EXISTS (SELECT 1 FROM sighting g WHERE g.asset_id = a.id AND {_SAYS.format("CAST(g.name AS TEXT)")})
OR EXISTS (SELECT 1 FROM mark m WHERE m.asset_id = a.id AND {_SAYS.format("m.value")})
OR EXISTS (SELECT 1 FROM mark m, json_each(m.detail) j WHERE m.asset_id = a.id
  AND {_SAYS.format("json_extract(j.value, '$[1]')")})
OR EXISTS (SELECT 1 FROM description d, json_each(d.facts) j WHERE d.asset_id = a.id AND {_SAYS.format("j.value")})
OR EXISTS (SELECT 1 FROM field x WHERE x.asset_id = a.id AND {_SAYS.format("x.value")}))"""

_FIELD: Final = (
    """EXISTS (SELECT 1 FROM field x WHERE x.asset_id = a.id AND x.name = ? AND lower(x.value) GLOB lower(?))"""
)

Condition = tuple[str, tuple[object, ...]]


def search(store: Store, query: Query, *, limit: int = -1) -> list[Summary]:
    """The assets that meet a question, in the order they were first recorded. Raises StoreError.

    Args: limit of how many; -1 for all.
    """
    conditions = list(_conditions(query))
    where = " AND ".join(sql for sql, _ in conditions) or "1"
    values = tuple(value for _, bound in conditions for value in bound)
    return store.assets.summaries(where, values, limit=limit)


def _conditions(query: Query) -> Iterator[Condition]:
    if query.origins:
        yield f"a.origin IN ({', '.join('?' * len(query.origins))})", tuple(sorted(query.origins))
    if query.ai is not None:
        yield "a.ai = ?", (int(query.ai),)
    if query.tainted is not None:
        yield "a.tainted = ?", (int(query.tainted),)
    if query.kind is not None:
        yield "a.kind = ?", (query.kind.value,)
    if query.media_type:
        yield "a.media_type GLOB ?", (query.media_type.lower(),)
    if query.since is not None:
        yield "a.found_at >= ?", (query.since,)
    yield from _place_conditions(query)
    if query.tool:
        yield _TOOL, (query.tool,) * 4
    if query.text:
        yield _TEXT, (query.text,) * 5
    for name, text in query.fields:
        yield _FIELD, (name, text.replace("[", "[[]").replace("?", "[?]"))  # only * is a pattern


def _place_conditions(query: Query) -> Iterator[Condition]:
    if query.folder is not None:
        volume, folder = query.folder
        past = int(query.gone is not False)
        yield _IN_FOLDER, (volume, folder, folder, folder + b"/", folder + b"0", past)
    if query.gone is not None:
        yield (f"NOT {_LIVE}" if query.gone else _LIVE), ()
