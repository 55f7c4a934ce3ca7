"""Owns what every command for people shares: the host, who asks, about which feature, and speech.

Answers go to stdout, everything else to stderr. The host is opened by the first command that
needs it, so that `--help` works anywhere.
"""

from __future__ import annotations

import os
import sys
from functools import cached_property

import click

from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.doors.cli.terminal import is_coloured, is_terminal, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from rich.console import Console

    from spec_kitty.application.host import Host
    from spec_kitty.application.workflow import Call


class Session:
    """Is one call of the program."""

    def __init__(self, open_host: Callable[[], Host]) -> None:
        self._open_host = open_host
        self._named_feature: str | None = None
        self._named_actor: str | None = None
        self._folder = _folder()

    @cached_property
    def host(self) -> Host:
        """Returns the host of the repository here. Raises Refusal (NOT_A_PROJECT and others)."""
        return self._open_host()

    def actor(self, given: str | None) -> str:
        """Returns who asks: the given name, else git's `user.name`."""
        from spec_kitty.domain.names import is_actor

        if given is not None:
            self._named_actor = given
            return given
        name = self.host.ports.commits.person().name
        if not is_actor(name):
            raise Refusal(
                ErrorCode.USAGE_ERROR,
                "Your git user.name cannot name an actor: it must be one printable line of at "
                "most 200 characters. Say who you are with --actor.",
            )
        return name

    def call(self, actor: str | None, agent: str | None = None) -> Call:
        """Returns the call of a person, who needs neither policy nor key."""
        from spec_kitty.application.workflow import Call
        from spec_kitty.domain.feature import Caller

        return Call(Caller(self.actor(actor), person=True, agent=agent))

    def feature(self, given: str | None) -> str:
        """Returns the feature that is meant: the given one, else what folder and branch say.

        Raises Refusal (USAGE_ERROR) listing the candidates when nothing says it.
        """
        if given is not None:
            self._named_feature = given
            return given
        from spec_kitty.application.choosing import chosen_feature

        return chosen_feature(self.host)

    def command(self, words: str) -> str:
        """Returns a command to type next; it names the feature if this call had to."""
        named = f" --feature {self._named_feature}" if self._named_feature else ""
        return f"spec-kitty {words}{named}"

    def command_of_actor(self, words: str) -> str:
        """Returns words that only whoever called may type; they name the actor if this call had to.

        Who is meant is the holder, also where git knows the person by another name.
        """
        from shlex import quote

        return f"{words} --actor {quote(self._named_actor)}" if self._named_actor else words

    def path(self, path: str) -> str:
        """Returns a path as it is typed here: relative where it lies below, quoted if need be."""
        from shlex import quote

        inside = os.path.join(self._folder, "")
        real = os.path.realpath(path)
        return quote(real.removeprefix(inside) if real.startswith(inside) else path)

    @property
    def is_folder_gone(self) -> bool:
        """Says whether the person's folder was removed, as a merge does with workspaces."""
        return not os.path.exists(self._folder)

    def say(self, text: str = "") -> None:
        """Writes a line of the answer; styles are dropped where there are no colours."""
        click.echo(text, color=is_coloured(sys.stdout))

    def remark(self, text: str = "") -> None:
        """Writes a line that is not part of the answer: a warning, a refusal, progress."""
        click.echo(text, err=True, color=is_coloured(sys.stderr))

    def facts(self, *facts: tuple[str, str]) -> None:
        """Writes names and values in two columns, those without a value left out."""
        told = [(name, value) for name, value in facts if value]
        widest = max((len(name) for name, _ in told), default=0)
        for name, value in told:
            self.say(f"  {click.style(f'{name:{widest}}', dim=True)}  {value}")

    def suggest(self, why: str, command: str | None) -> None:
        """Writes what comes next, the command on a line of its own."""
        self.say()
        self.say(why)
        if command is not None:
            self.say(f"  {click.style(self.command(command), bold=True)}")

    def warn(self, text: str) -> None:
        self.remark(f"{click.style('Warning:', fg='yellow', bold=True)} {text}")

    def progress(self, text: str) -> None:
        """Tells a person who waits what is going on; nobody else."""
        if is_terminal(sys.stderr):
            self.remark(click.style(text, dim=True))

    def json(self, data: Any) -> None:
        """Writes the answer for a program."""
        import json

        click.echo(json.dumps(data, indent=2))

    @cached_property
    def console(self) -> Console:
        """Returns rich's console on stdout, without any escape code where colours are off."""
        from rich.console import Console

        coloured = is_coloured(sys.stdout)
        return Console(
            file=sys.stdout,
            width=width(),
            color_system="auto" if coloured else None,
            highlight=False,
            emoji=False,
            markup=False,
        )


def _folder() -> str:
    try:
        return os.path.realpath(os.getcwd())
    except FileNotFoundError:
        return ""


pass_session = click.make_pass_decorator(Session)
