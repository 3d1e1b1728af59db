"""Figures, and how they are shown: ours first, then each peer with the ratio between them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure.

    Args:
        what: what was measured.
        value: the figure; None where it could not be measured, `note` then says why (with the unit ``words``
            there is no figure to measure, only the note).
        unit: of the figure (``s``, ``ms``, ``files/s``).
        ratio: ours divided by this peer's, where that makes sense.
        note: what a reader should know.
    """

    what: str
    value: float | None
    unit: str = ""
    ratio: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together."""

    title: str
    rows: tuple[Row, ...]


def beside(ours: float, what: str, peer: float | None, unit: str, note: str = "") -> Row:
    """A peer's row with the ratio of ours to it; an absent peer is said to be absent."""
    if peer is None:
        return Row(what, None, unit, None, note or "not found on this machine")
    return Row(what, peer, unit, ours / peer if peer else None, note)


def as_text(section: Section) -> str:
    """The section as lines of at most 110 columns."""
    wide = max(len(row.what) for row in section.rows)
    return "\n".join([section.title, *(f"  {row.what:<{wide}}  {_figures(row)}".rstrip() for row in section.rows)])


def _figures(row: Row) -> str:
    if row.value is None:
        return row.note if row.unit == "words" else f"{'absent':>12}  {row.note}"
    ratio = ""
    if row.ratio is not None:
        ratio = f"ours = {_times(row.ratio)} x this" if row.ratio >= 1 else f"this = {_times(1 / row.ratio)} x ours"
    return f"{_number(row.value) + ' ' + row.unit:>12}  {ratio:<20}  {row.note}"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2f}"


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def as_json(section: Section) -> dict[str, object]:
    """The section for machines."""
    rows = [
        {"what": row.what, "value": row.value, "unit": row.unit, "ratio": row.ratio, "note": row.note}
        for row in section.rows
    ]
    return {"title": section.title, "rows": rows}
