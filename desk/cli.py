"""The command line: commands found in the table when used, and the one boundary where errors end.

Nothing heavy is imported here: `provenance --version` has to answer at once.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from typing import Any

import click

from desk import exit_codes, output
from desk.commands import COMMANDS, SECTIONS
from provenance.errors import ProvenanceError
from provenance.paths import show


class Commands(click.Group):
    """The commands of the table, each imported only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = importlib.import_module(entry.module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in --help, written from the table so that no command is imported for it."""
        for title, section in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, entry.about) for name, entry in section.items()], col_max=12)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """As click's, with what was typed shown escaped where it makes no sense."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.ClickException as error:
            raise _shown(error) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean {near[0]!r}?" if near else " See provenance --help."
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; every error becomes a message and an exit code here, and nowhere else."""
        try:
            return super().invoke(ctx)
        except ProvenanceError as error:
            output.complain(error)
            ctx.exit(exit_codes.of_error(error, gate=ctx.invoked_subcommand in exit_codes.GATE_COMMANDS))
        except click.ClickException as error:
            raise _shown(error) from None
        except (click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            ctx.exit(exit_codes.INTERRUPTED)
        except BrokenPipeError:
            _stop_writing()
            ctx.exit(exit_codes.BROKEN_PIPE)
        except Exception as error:
            from desk.crash import report

            for line in report(error, ctx).splitlines():
                output.note(line)
            ctx.exit(exit_codes.INTERNAL)


def _shown(error: click.ClickException) -> click.ClickException:
    """The error with everything escaped that a terminal would act on: click prints arguments as they came."""
    lines = error.format_message().splitlines()
    if all(line.isprintable() for line in lines):
        return error
    message = "\n".join(map(show, lines))
    if isinstance(error, click.UsageError):
        return click.UsageError(message, error.ctx)
    return click.ClickException(message)


def _stop_writing() -> None:
    """Whoever read went away: what Python still holds must not raise again at exit."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from provenance import __version__

        output.say(f"provenance {__version__}")
        ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": output.WIDTH},
    epilog="Exit codes: 0 clean, 1 internal, 2 usage; check, audit and inspect --gate also 10 to 14 "
    "(docs/exit-codes.md). Every command: provenance COMMAND --help",
)
@click.option(
    "--version", is_flag=True, callback=_version, expose_value=False, is_eager=True, help="Print the version."
)
def cli() -> None:
    """Where every frame came from: finds AI-generated media in a production, follows it through every
    render, and stops it at the deliverables folder.

    \b
    provenance init DIR        make a folder a production
    provenance watch           watch it
    provenance inspect FILE    ask about any file
    """


def main() -> None:
    """Runs the command line and exits."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name the terminal's encoding lacks must not end the program
            stream.reconfigure(errors="backslashreplace")
    cli(prog_name="provenance")
