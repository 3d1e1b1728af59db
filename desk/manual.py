"""docs/commands.md, written from the commands themselves: what --help says, on one page.

Write it anew with: python -m desk.manual
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from desk.commands import COMMANDS, SECTIONS

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "commands.md"
_INTRODUCTION: Final = """\
# Commands

This page is written from the program (`python -m desk.manual`) and held to it by a test.

Shared by all that ask about a production: `--json` prints JSON with stable keys and nothing else (one object;
`inspect`, `find`, `doctor`, `watch` and `audit --list` one a line). `--production DIR` names the production's
folder or one inside it; without it the environment variable `PROVENANCE_PRODUCTION` counts, then the current
folder and those above it. `FILE` is a path, from the current folder or the production's root, or 8 and more
digits of a SHA-256. Times on a page are local with their offset; in JSON they are UTC. `NO_COLOR` turns colours
off. Exit codes: [exit-codes.md](exit-codes.md). Settings: [settings.md](settings.md). Rules: [rules.md](rules.md).
"""
_SHARED: Final = ("--json", "--production", "--help")


def commands_page() -> str:
    """The page: every command with what it does, an example, its arguments and options."""
    lines = [*_INTRODUCTION.splitlines(), ""]
    for title, section in SECTIONS.items():
        names = ", ".join(f"[{name}](#provenance-{name})" for name in section)
        lines.append(f"- **{title}:** {names}")
    for name in COMMANDS:
        command: click.Command = importlib.import_module(COMMANDS[name].module).command
        lines += ["", *_section(command, f"provenance {name}", "##")]
    return "\n".join(lines) + "\n"


def _section(command: click.Command, name: str, level: str) -> Iterator[str]:
    context = click.Context(command, info_name=name)
    yield f"{level} `{name}`"
    yield ""
    yield f"`{' '.join([name, *command.collect_usage_pieces(context)])}`"
    yield ""
    yield from _help(command.help or "")
    options = [one for one in command.params if isinstance(one, click.Option) and _is_own(one)]
    if options:
        yield ""
        yield from (_option(one, context) for one in options)
    if isinstance(command, click.Group):
        for part, subcommand in command.commands.items():
            yield ""
            yield from _section(subcommand, f"{name} {part}", f"{level}#")


def _is_own(option: click.Option) -> bool:
    return not set(option.opts) & set(_SHARED)


def _help(text: str) -> Iterator[str]:
    """The docstring: paragraphs as they are, what stands under a \\b (examples) as code."""
    first = True
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if not first:
            yield ""
        first = False
        if paragraph.startswith("\b\n"):
            yield from ("```", *paragraph.removeprefix("\b\n").splitlines(), "```")
        else:
            yield from paragraph.splitlines()


def _option(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    assert record is not None, f"{option.name} is hidden"
    name, told = record
    return f"- `{name}`: {told}" if told else f"- `{name}`"


if __name__ == "__main__":
    PAGE.write_text(commands_page(), encoding="utf-8", newline="\n")
