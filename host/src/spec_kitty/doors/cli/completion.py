"""Owns `spec-kitty completion`: what makes a shell complete commands, features and ids."""

from __future__ import annotations

import sys

import click

from spec_kitty.doors.cli.session import Session, pass_session
from spec_kitty.doors.cli.terminal import is_terminal

_SHELLS = {
    "bash": 'Add to ~/.bashrc:  eval "$(spec-kitty completion bash)"',
    "zsh": 'Add to ~/.zshrc, after compinit:  eval "$(spec-kitty completion zsh)"',
    "fish": "Run:  spec-kitty completion fish > ~/.config/fish/completions/spec-kitty.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(tuple(_SHELLS)), metavar="bash|zsh|fish")
@pass_session
def completion(session: Session, shell: str) -> None:
    """Print the script that lets your shell complete commands, features and work packages.

    \b
    bash  add to ~/.bashrc:  eval "$(spec-kitty completion bash)"
    zsh   add to ~/.zshrc, after compinit:  eval "$(spec-kitty completion zsh)"
    fish  spec-kitty completion fish > ~/.config/fish/completions/spec-kitty.fish
    """
    from click.shell_completion import get_completion_class

    from spec_kitty.doors.cli.program import COMPLETION_VARIABLE, PROGRAM, program

    made = get_completion_class(shell)
    assert made is not None
    session.say(made(program, {}, PROGRAM, COMPLETION_VARIABLE).source())
    if is_terminal(sys.stdout):
        session.remark(f"# This is for the shell to read. {_SHELLS[shell]}")
