"""``riskscan completion``: tab completion for a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> None:
    """Print a tab-completion script for your shell.

    \b
    Example:
      riskscan completion bash > ~/.local/share/bash-completion/completions/riskscan
    """
    command = click.get_current_context().find_root().command
    if found := get_completion_class(shell):
        click.echo(found(command, {}, "riskscan", "_RISKSCAN_COMPLETE").source())
