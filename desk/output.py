"""Everything that is printed. Foreign text (names, marks, messages) reaches a terminal only through
`provenance.paths.show`, so that no file name can move the cursor; JSON is plain ASCII.

Colours and cut columns are for a terminal only; NO_COLOR (https://no-color.org) turns colours off.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from provenance.errors import ProvenanceError
from provenance.paths import show

WIDTH: Final = 100
"""Columns that lines of prose and tables fit into."""

LEAST: Final = 32
"""Columns a cut cell keeps at least: on a narrow terminal a line that wraps tells more than half a name."""

FULL: Final = 1 << 16
"""Free bytes below which a disk counts as full; a store needs more for its next step."""

GOOD: Final = "green"
BAD: Final = "red"
DOUBT: Final = "yellow"
DIM: Final = "bright_black"

_TONES: Final = {
    "ai_generated": BAD, "ai_edited": BAD, "ai_composite": BAD, "maybe_ai": DOUBT, "undeclared": DOUBT,
    "BLOCK": BAD, "DECIDE": DOUBT, "WARN": DOUBT, "ok": GOOD, "warn": DOUBT, "fail": BAD,
    "captured": GOOD, "human_made": GOOD, "enhanced": GOOD, "procedural": GOOD,
}  # fmt: skip


def say(text: str = "", *, tone: str = "", err: bool = False) -> None:
    """Prints one line; everything in it that a terminal would act on is shown escaped.

    Args: tone is a colour (GOOD, BAD, DOUBT, DIM) or empty; err prints on standard error.
    """
    shown = show(text)
    click.echo(click.style(shown, fg=tone) if tone else shown, err=err, color=_color())


def answer(text: str, word: str) -> None:
    """Prints the first line of a page, in the colour that `word` (an origin, a severity) has."""
    say(text, tone=_TONES.get(word, ""))


def prose(text: str, *, indent: int = 0, first: str = "", tone: str = "") -> None:
    """Prints a text wrapped to WIDTH columns.

    Args: indent in columns; first stands before the first line, within the indent.
    """
    lines = textwrap.wrap(
        show(" ".join(text.split())), _width() - indent, break_on_hyphens=False, break_long_words=not _is_piped()
    )
    for number, line in enumerate(lines or [""]):
        say(((first if number == 0 else "").ljust(indent) + line).rstrip(), tone=tone)


def field(label: str, texts: Iterable[str], *, tone: str = "") -> None:
    """Prints texts beside a label, the label once; nothing where there is no text."""
    for number, text in enumerate(texts):
        prose(text, indent=13, first=f"  {label}" if number == 0 else "", tone=tone)


def heading(text: str) -> None:
    """Prints a heading, after an empty line."""
    say()
    say(text, tone="bright_white" if _color() is not False else "")


def note(text: str) -> None:
    """Prints a line for people on standard error, where it never mixes with an answer."""
    say(text, err=True)


def complain(error: ProvenanceError) -> None:
    """Prints an error on standard error: the path and what happened, then the remedy."""
    where = "" if error.path is None else f"{error.path}: "
    say(f"{where}{error.message}", err=True, tone=BAD)
    if error.remedy:
        say(f"  {error.remedy}", err=True)
    if error.path is not None and _is_full(Path(error.path)):
        say("  the disk there is full: make room first", err=True, tone=BAD)


def _is_full(path: Path) -> bool:
    """True where less than FULL bytes are free on the disk that a path is, or would be, on."""
    for folder in (path, *path.parents):
        with suppress(OSError):
            return shutil.disk_usage(folder).free < FULL
    return False


def emit(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """Prints one JSON value on a line of its own: ASCII only, keys in the order given."""
    click.echo(json.dumps(_sound(value), ensure_ascii=True, allow_nan=False, separators=(", ", ": ")))


def emit_bytes(raw: bytes) -> None:
    """Writes bytes (a document, a script) to standard output as they are."""
    click.echo(raw, nl=False)


def _sound(value: Any) -> Any:
    """The value without lone surrogates, which no JSON parser has to take (RFC 8259 section 8.2)."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return show(value)
        return value
    if isinstance(value, Mapping):
        return {_sound(key): _sound(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_sound(one) for one in value]
    return value


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, cut: int = -1) -> None:
    """Prints rows in columns. On a terminal the column `cut` is shortened in its middle to fit; a pipe gets
    every character. A cell that is an origin, a severity or a state has its colour.
    """
    shown = [[show(cell) for cell in row] for row in rows]
    widths = [max(map(_columns, column)) for column in zip(headings, *shown, strict=True)]
    cut %= len(headings)
    if not _is_piped():
        left = _width() - sum(widths) + widths[cut] - 2 * (len(widths) - 1)
        widths[cut] = min(widths[cut], max(LEAST, left))
    _print_row(headings, widths, [DIM] * len(headings))
    for row in shown:
        _print_row(row, widths, [_TONES.get(cell) for cell in row])


def _print_row(row: Sequence[str], widths: Sequence[int], tones: Sequence[str | None]) -> None:
    fitted = [_fit(one, width) for one, width in zip(row, widths, strict=True)]
    fitted[-1] = fitted[-1].rstrip()
    click.echo("  ".join(click.style(one, fg=tone) for one, tone in zip(fitted, tones, strict=True)), color=_color())


def _fit(text: str, width: int) -> str:
    if _columns(text) > width:
        head = (width - 1) // 3
        tail = width - 1 - head
        while _columns(text[:head] + text[-tail:]) + 1 > width and tail > 1:
            tail -= 1
        text = text[:head] + "…" + text[-tail:]
    return text + " " * (width - _columns(text))


def _columns(text: str) -> int:
    """Columns a text takes: wide East Asian characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def when(ms: int | None) -> str:
    """A time for people: ISO 8601 in local time with its offset, to the second; `-` for none."""
    return "-" if ms is None else _time(ms).astimezone().isoformat(timespec="seconds")


def when_utc(ms: int | None) -> str | None:
    """A time for JSON: ISO 8601 in UTC with milliseconds; None for none."""
    return None if ms is None else _time(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _time(ms: int) -> datetime:
    # Clamped: a store may hold any integer, and the calendar ends
    return datetime.fromtimestamp(min(max(ms, 0), 253_402_300_799_000) / 1000, UTC)


def size(number: int | None) -> str:
    """A number of bytes for people, in the decimal units of disks: `2.5 MB`; `-` for none."""
    if number is None:
        return "-"
    if abs(number) < 1000:
        return f"{number} B"
    value, units = number / 1000, ["kB", "MB", "GB", "TB", "PB"]
    while abs(value) >= 1000 and len(units) > 1:
        value /= 1000
        units.pop(0)
    return f"{value:.1f} {units[0]}"


def span(ms: int) -> str:
    """A length of time for people: `3 s`, `5 min`, `2 h 5 min`, `3 d`."""
    seconds = max(ms, 0) // 1000
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h {seconds // 60 % 60} min" if seconds < 86400 else f"{seconds // 86400} d"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2,000 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


Advance = Callable[[int, int, str], None]
"""(done, total, current item): tells a progress bar where it stands."""


@contextmanager
def progress(label: str, *, quiet: bool = False) -> Iterator[Advance]:
    """A progress bar on standard error where that is a terminal; else nothing is shown.

    Args: quiet shows nothing in any case.
    """
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield lambda done, total, current: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.text import Text

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[current]}", markup=False),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(Text(label).plain, total=None, current="")

        def advance(done: int, total: int, current: str) -> None:
            bar.update(task, completed=done, total=total, current=_fit(show(current), 40).rstrip())

        yield advance


def _color() -> bool | None:
    """False where NO_COLOR is set; None lets click ask the terminal."""
    return False if os.environ.get("NO_COLOR") else None


def _is_piped() -> bool:
    # None where the output was closed before we began, as by `>&-`
    return sys.stdout is None or not sys.stdout.isatty()


def _width() -> int:
    """Columns to use: the terminal's, WIDTH at most and 40 at least."""
    return WIDTH if _is_piped() else max(40, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns))
