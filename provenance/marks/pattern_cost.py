"""How long a regular expression from a settings file may try, at worst, so that none can hang a reader.

Python's `re` backtracks: `(a+)+b` takes years over forty letters. Here only plain expressions pass: what is repeated
is a single character or class, or a group a fixed number of times; then the ways to try one are a product, and that
is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

VALUE_LIMIT: Final = 400
"""Characters of the longest value that is held against a pattern from a settings file."""

COST_LIMIT: Final = 1_000_000
"""Ways to match one value that are allowed; above that a hostile file could cost seconds."""

PATTERN_LIMIT: Final = 1_000
_FIXED_LIMIT: Final = 64
_TOKEN: Final = re.compile(
    r"(?P<open>\((?:\?:|\?P<(?P<name>[A-Za-z_]\w*)>)?(?!\?))|(?P<close>\))|(?P<bar>\|)"
    r"|(?P<many>[*+?]|\{\d{0,4}(?:,\d{0,4})?\})(?P<manner>[?+]?)"
    r"|(?P<back>\\[1-9])|(?P<one>\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^()\[\\])",
    re.DOTALL,
)


@dataclass(slots=True)
class _Group:
    """A group that is being read: the cost of the branches before, and of the present one."""

    before: int = 0
    present: int = 1

    @property
    def cost(self) -> int:
        return min(self.before + self.present, COST_LIMIT + 1)


def cost(pattern: str) -> int:
    """The ways in which a pattern can be tried on a value of VALUE_LIMIT characters, at most.

    Raises ValueError with a sentence where it is no plain expression, or costs more than COST_LIMIT.
    """
    if len(pattern) > PATTERN_LIMIT:
        raise ValueError(f"it is longer than {PATTERN_LIMIT} characters")
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"it is no regular expression: {error}") from error
    found = _read(pattern)
    if found > COST_LIMIT:
        raise ValueError("it repeats too much, so that a hostile file could keep it busy: make it more exact")
    return found


def group_names(pattern: str) -> tuple[str, ...]:
    """The named groups of a pattern that `cost` let pass."""
    return tuple(re.compile(pattern).groupindex)


def _read(pattern: str) -> int:
    stack, last = [_Group()], 0  # last: cost of the atom just read; 0 where nothing can be repeated
    for token in _tokens(pattern):
        if token["open"]:
            stack.append(_Group())
            last = 0
        elif token["close"]:
            if len(stack) < 2:
                raise ValueError("a bracket closes that never opened")
            last = stack.pop().cost
            stack[-1].present = _times(stack[-1].present, last)
        elif token["bar"]:
            stack[-1] = _Group(stack[-1].cost)
            last = 0
        elif token["many"]:
            stack[-1].present = _times(stack[-1].present, _repeated(token["many"], last))
            last = 0
        else:
            last = 1
            stack[-1].present = _times(stack[-1].present, 1)
    return stack[0].cost


def _tokens(pattern: str) -> Iterator[re.Match[str]]:
    at = 0
    before = ""
    while at < len(pattern):
        match = _TOKEN.match(pattern, at)
        if match is None or match["back"]:
            raise ValueError(
                f"what stands at character {at + 1} is not allowed: no lookaround, flags or back references"
            )
        if match["close"]:
            before = "group"
        elif match["many"]:
            if before == "group" and not re.fullmatch(r"\?|\{\d+\}", match["many"]):
                raise ValueError("a group may be optional or repeated a fixed number of times, no more")
            before = ""
        else:
            before = ""
        yield match
        at = match.end()


def _repeated(many: str, atom: int) -> int:
    """By how much a repetition multiplies the ways to try."""
    if many == "?":
        return 2
    if many in "*+":
        return VALUE_LIMIT
    low, comma, high = many.strip("{}").partition(",")
    if not comma:
        times = int(low or 0)
        if times > _FIXED_LIMIT and atom > 1:
            raise ValueError(f"a group is repeated more than {_FIXED_LIMIT} times")
        return min(atom ** max(times - 1, 0), COST_LIMIT + 1) if atom > 1 else 1
    return max(1, min(int(high) if high else VALUE_LIMIT, VALUE_LIMIT) - int(low or 0) + 1)


def _times(one: int, other: int) -> int:
    return min(one * other, COST_LIMIT + 1)
