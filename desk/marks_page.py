"""docs/marks.md: the table of marks as a page, written from the table itself.

Write it anew with: python -m desk.marks_page
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from provenance.marks import FAMILIES, Row
from provenance.marks.pattern_cost import VALUE_LIMIT
from provenance.marks.team import CLAIMS, DETAILS, ROW_KEYS, STRENGTHS

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "marks.md"
EXAMPLE: Final = """\
[[mark]]
name = "studio.dreamer"                          # unique, small letters
tool = "Studio Dreamer"                          # what verdicts and the record of use call it
place = "PNG text"                               # for people; may be left out
keys = ["Software", "Comment"]                   # case does not count
pattern = 'Studio Dreamer (?P<version>\\d[\\d.]*)'  # for the whole value
claims = "ai_generated"
strength = "tool signature"                      # or "heuristic"
source = "pipeline handbook, section 7"
"""
_INTRODUCTION: Final = """\
# Marks

This page is written from the program (`python -m desk.marks_page`) and held to it by a test. `provenance marks` prints
the same table, with `--json` for programs.

A row says where a mark stands, under which key, what its value must look like, what it claims, how far that is
believed, and where this is written down. Values are matched whole or parsed: a name inside other text is never a mark.
Of several rows that fit one text, the first that claims AI is taken. Where a row may claim several origins, its grammar
says when. "Nothing" means that the tool was used, and nothing follows. A generation that stands beside camera data, or
a claim in broken credentials, still counts; the verdict names the conflict.

What is *not* read: watermarks in pixels or sound (SynthID, DWT-DCT), which need their makers' detectors. Encoder names
(`Lavf`, x264), editors' names and file names are never evidence of AI.
"""

_TEAM: Final = """\
Keys: {keys}; all but `place` and `strength` are needed. `claims` is one of {claims};
`strength` is {strengths}. No row can say `captured`: anyone can write a text, so it proves no camera.
Named groups of the pattern become details of the mark: {details}.

Patterns are held against whole values of up to {limit} characters. They are plain on purpose, so that no file can keep
one busy: no lookaround, back references or flags; a group may be optional or repeated a fixed number of times, no more.
A mistake is an error that names file, line and key. `provenance inspect --marks marks.toml FILE` tries rows out,
`provenance marks --marks marks.toml` checks and lists them. When rows change, the daemon reads again what they may
concern.
"""


def marks_page() -> str:
    """The page: every family as a table, then how a team adds rows."""
    lines = [*_INTRODUCTION.splitlines(), ""]
    lines += [f"- [{family}](#{family.lower().replace(' ', '-')}): {len(rows)}" for family, rows in FAMILIES.items()]
    for family, rows in FAMILIES.items():
        lines += ["", f"## {family}", ""]
        lines += ["| row | tool | place and keys | value | claims | strength | source |", "|" + "---|" * 7]
        lines += [_line(row) for row in rows]
    lines += ["", *_team()]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    keys = ", ".join(f"`{key}`" for key in row.keys)
    claims = ", ".join(claim.value if claim else "nothing" for claim in row.claims)
    cells = (f"`{row.name}`", row.tool or "named by the value", f"{row.place}: {keys}", row.grammar.about, claims,
             row.strength.words, row.source)  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _team() -> Iterator[str]:
    yield from ("## Rows of the team", "")
    yield "A production adds rows without code, in TOML files that `provenance.toml` names:"
    yield from ("", "```toml", "[marks]", 'files = ["marks.toml"]', "```")
    yield from ("", "```toml", *EXAMPLE.splitlines(), "```", "")
    yield from _TEAM.format(
        keys=", ".join(f"`{key}`" for key in ROW_KEYS),
        claims=", ".join(CLAIMS),
        strengths=" or ".join(STRENGTHS),
        details=", ".join(DETAILS),
        limit=VALUE_LIMIT,
    ).splitlines()


if __name__ == "__main__":
    PAGE.write_text(marks_page(), encoding="utf-8", newline="\n")
