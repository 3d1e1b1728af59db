"""Dates that people type, as milliseconds since 1970."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from provenance.errors import UsageError
from provenance.paths import show


def parse_expiry(text: str, now: int) -> int:
    """When something stops to count: at the end of a day here (``2026-12-31``), or at a time (ISO 8601).

    A time without an offset is local. Args: now in milliseconds since 1970. Raises UsageError for what is
    no date, and for one that has passed.
    """
    moment = _end(text.strip())
    if moment is None:
        raise UsageError(
            f"{show(text)!r} is no date", remedy="write it as 2026-12-31, or with a time as 2026-12-31T18:00"
        )
    if moment <= now:
        raise UsageError(f"{show(text)} has passed", remedy="give a date to come, or none at all")
    return moment


def _end(text: str) -> int | None:
    try:
        if len(text) == len("2026-12-31"):
            day = date.fromisoformat(text) + timedelta(days=1)
            return _ms(datetime(day.year, day.month, day.day).astimezone())
        return _ms(datetime.fromisoformat(text).astimezone())
    except (ValueError, OverflowError, OSError):
        return None


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
