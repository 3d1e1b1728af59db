"""completion: the script that lets a shell complete commands and options."""

from __future__ import annotations

from typing import Final

import click

from desk import output

SHELLS: Final = {
    "bash": "~/.bashrc, which must come after bash-completion 4.4 or newer:  eval \"$(provenance completion bash)\"",
    "zsh": "~/.zshrc, after compinit:  eval \"$(provenance completion zsh)\"",
    "fish": "a file:  provenance completion fish > ~/.config/fish/completions/provenance.fish",
}  # fmt: skip


@click.command(short_help="Completion for bash, zsh, fish.")
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Prints the completion script of a shell; its first line says where it belongs.

    \b
    provenance completion bash
    eval "$(provenance completion zsh)"
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:  # pragma: no cover -- click knows these three
        raise click.UsageError(f"no completion for {shell}")
    script = made(ctx.find_root().command, {}, "provenance", "_PROVENANCE_COMPLETE").source()
    output.emit_bytes(f"# Put this into {SHELLS[shell]}\n{script}".encode())
