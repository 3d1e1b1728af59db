"""PROVENANCE-FLAGS: the page beside a deliverables folder that says what is open, as text and as HTML.

Self-contained: no script, no image, no request to anywhere. Everything foreign is escaped twice over:
control characters first, then HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import groupby
from textwrap import wrap
from typing import Final

from provenance.gate import EXIT_ORDER, exit_of
from provenance.model import Answer, Decision, Finding, Severity
from provenance.paths import show

HTML_NAME: Final = "PROVENANCE-FLAGS.html"
TEXT_NAME: Final = "PROVENANCE-FLAGS.txt"

_SEVERITY_WORDS: Final = {
    Severity.BLOCK: "Blocked",
    Severity.DECIDE: "A person must decide",
    Severity.WARN: "Warning",
}
_ANSWER_WORDS: Final = {
    Answer.APPROVE: "Approved",
    Answer.REFUSE: "Refused",
    Answer.INCIDENTAL: "Judged incidental",
}
_WIDTH: Final = 96
COMMAND: Final = re.compile(r"\bprovenance [a-z]+(?: (?:'[^']*'|\"[^\"]*\"|[^\s;'\"])+)*")
"""A command in the text of a finding: it runs to the next semicolon outside quotes, or to the end."""
_JOINT: Final = "\x00"  # stands in no text that was shown
_NO_PERMISSION: Final = (
    "This page shows what is known at the time above. It is not a permission to deliver: "
    "run provenance check before you hand anything over."
)


def render_text(findings: Iterable[Finding], title: str, generated: int) -> str:
    """The page as plain text. Args: generated in milliseconds since 1970."""
    known = _sorted(findings)
    lines = [show(title), "=" * min(len(show(title)), _WIDTH), "", verdict(known), f"As of {_time(generated)}", ""]
    for heading, chosen in _sections(known):
        lines += ["", heading.upper(), "-" * len(heading)]
        for name, group in groupby(chosen, key=lambda finding: finding.name):
            lines += ["", show(name)]
            for finding in group:
                lines += _wrapped(f"{_label(finding)}: {show(finding.text)}")
                lines += _wrapped(_answer(finding.decision)) if finding.decision else []
    lines += ["", *wrap(_NO_PERMISSION, _WIDTH)]
    return "\n".join(lines) + "\n"


def render_html(findings: Iterable[Finding], title: str, generated: int) -> str:
    """The page as one HTML file. Args: generated in milliseconds since 1970."""
    known = _sorted(findings)
    state = "open" if any(finding.is_open for finding in known) else "clear"
    sections = "\n".join(_section_html(heading, chosen) for heading, chosen in _sections(known))
    return _PAGE.format(
        title=_html(title),
        state=state,
        verdict=_html(verdict(known)),
        time=_html(_time(generated)),
        sections=sections,
        note=_html(_NO_PERMISSION),
        style=_STYLE,
    )


def verdict(findings: Iterable[Finding]) -> str:
    """The answer in one sentence."""
    known = list(findings)
    held = {finding.name for finding in known if finding.is_open}
    blocked = {finding.name for finding in known if finding.is_open and finding.severity is Severity.BLOCK}
    if not held:
        return "Nothing is open."
    waiting = f"{_counted(len(held), 'file')} may not be delivered yet"
    deciding = len(held) - len(blocked)
    parts = [f"{len(blocked)} blocked"] if blocked else []
    parts += [f"{deciding} waiting for a person to decide"] if deciding else []
    return f"{waiting}: {', '.join(parts)}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _sections(findings: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    sections = [
        ("Open", [finding for finding in findings if finding.is_open]),
        ("Good to know", [finding for finding in findings if finding.severity is Severity.WARN]),
        ("Answered", [each for each in findings if not each.is_open and each.severity is not Severity.WARN]),
    ]
    return [(heading, chosen) for heading, chosen in sections if chosen]


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    """By file, the file with the gravest finding first, the gravest finding of a file first."""
    known = list(findings)
    by_file: dict[str, int] = {}
    for finding in known:
        by_file[finding.name] = min(_gravity(finding), by_file.get(finding.name, _LEAST))
    return sorted(known, key=lambda each: (by_file[each.name], each.name, _gravity(each), each.code, each.text))


_LEAST: Final = len(EXIT_ORDER)


def _gravity(finding: Finding) -> int:
    code = exit_of(finding)
    return _LEAST if code is None else EXIT_ORDER.index(code)


def _label(finding: Finding) -> str:
    return f"{_SEVERITY_WORDS[finding.severity]} ({show(finding.code)})"


def _answer(decision: Decision) -> str:
    role = f", {show(decision.role)}" if decision.role else ""
    reference = f", reference {show(decision.reference)}" if decision.reference else ""
    until = f", until {_time(decision.expires)}" if decision.expires is not None else ""
    note = f': "{show(decision.note)}"' if decision.note else ""
    by = f"{show(decision.by)}{role}, {_time(decision.at)}{reference}{until}"
    return f"{_ANSWER_WORDS[decision.answer]} by {by}{note}"


def _time(milliseconds: int) -> str:
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds):%Y-%m-%d %H:%M} UTC"


def _wrapped(text: str) -> list[str]:
    # What a person may copy stays in one piece: words are never broken, commands are wrapped as one word.
    joined = COMMAND.sub(lambda command: command[0].replace(" ", _JOINT), text)
    lines = wrap(
        joined, _WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
    return [line.replace(_JOINT, " ") for line in lines]


def _html(text: str) -> str:
    return escape(show(text), quote=True)


def _section_html(heading: str, findings: Iterable[Finding]) -> str:
    files = "\n".join(
        _file_html(name, list(group)) for name, group in groupby(findings, key=lambda finding: finding.name)
    )
    return f"<section>\n<h2>{_html(heading)}</h2>\n{files}\n</section>"


def _file_html(name: str, findings: Iterable[Finding]) -> str:
    return f"<article>\n<h3>{_html(name)}</h3>\n{''.join(map(_finding_html, findings))}</article>"


def _finding_html(finding: Finding) -> str:
    kind = finding.severity.value.lower() if finding.is_open or finding.severity is Severity.WARN else "answered"
    answer = f'<p class="answer">{_html(_answer(finding.decision))}</p>' if finding.decision else ""
    label = f"{_html(_SEVERITY_WORDS[finding.severity])} <small>{_html(finding.code)}</small>"
    return f'<div class="finding {kind}"><p class="label">{label}</p><p>{_text_html(finding.text)}</p>{answer}</div>\n'


def _text_html(text: str) -> str:
    """The text with its commands marked, so that they stand out and can be selected."""
    shown = show(text)
    parts: list[str] = []
    end = 0
    for command in COMMAND.finditer(shown):
        parts += [_html(shown[end : command.start()]), f"<code>{_html(command[0])}</code>"]
        end = command.end()
    return "".join((*parts, _html(shown[end:])))


_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2126; --soft: #5b6570; --paper: #fff; --line: #d9dee3; --field: #f1f3f5;
  --block: #b3261e; --decide: #8a5300; --warn: #44576d; --clear: #1b6b3a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #a3adb8; --paper: #16191d; --line: #343b43;
  --field: #23282e; --block: #ff8a80; --decide: #ffc266; --warn: #a9bdd3; --clear: #7fd6a0; } }
body { margin: 0 auto; max-width: 52rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1rem; font-weight: 600; color: var(--soft); margin: 0; }
.verdict { font-size: 1.6rem; line-height: 1.25; font-weight: 700; margin: .25rem 0 .35rem; }
.open .verdict { color: var(--block); } .clear .verdict { color: var(--clear); }
time, small, footer { color: var(--soft); font-size: .875rem; font-weight: 400; }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .75rem; }
article { border: 1px solid var(--line); border-radius: .5rem; padding: .9rem 1.1rem; margin: 0 0 1rem; }
h3 { font: 600 .95rem/1.4 ui-monospace, Menlo, Consolas, monospace; margin: 0 0 .5rem; overflow-wrap: anywhere; }
.finding { border-left: .25rem solid var(--line); padding: .1rem 0 .1rem .85rem; margin: .75rem 0 0; }
code { font: .875em/1.5 ui-monospace, Menlo, Consolas, monospace; background: var(--field);
  border-radius: .25rem; padding: .05em .3em; }
.finding p { margin: .15rem 0; overflow-wrap: anywhere; } .label { font-weight: 600; }
.block { border-color: var(--block); } .block .label { color: var(--block); }
.decide { border-color: var(--decide); } .decide .label { color: var(--decide); }
.warn { border-color: var(--warn); } .warn .label { color: var(--warn); }
.answered, .answered .label { color: var(--soft); } .answer { font-style: italic; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .75rem; }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --paper: #fff; --line: #bbb; --field: #fff;
  --block: #8c1d18; --decide: #6b4100; --warn: #33475b; --clear: #14532d; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  article, .finding { break-inside: avoid; } h2, h3 { break-after: avoid; } }
"""

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{verdict} {title}</title>
<style>{style}</style>
</head>
<body class="{state}">
<header>
<h1>{title}</h1>
<p class="verdict">{verdict}</p>
<time>As of {time}</time>
</header>
<main>
{sections}
</main>
<footer>{note}</footer>
</body>
</html>
"""
