"""Owns which commands there are, and how a call ends whatever happens in it.

A command's module is imported when the command is called. This is the process's only broad
handler.
"""

import io
import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

import click

from spec_kitty_orchestrator import PROGRAM, VERSION

if TYPE_CHECKING:
    from spec_kitty_orchestrator.cli.office import Office

INTERRUPTED = 130

COMMANDS = {
    "orchestrate": ("orchestrating", "Run a feature with agents, from its plan to the merge."),
    "resume": ("orchestrating", "Go on with a run that was stopped or killed."),
    "abort": ("aborting", "Give a run up: end its agents, release its work packages."),
    "status": ("status", "Show what runs, what it used, and what needs a person."),
    "logs": ("logs", "Show what an agent printed."),
    "agents": ("agents", "Show which agents are installed and how they would be launched."),
}


class Program(click.Group):
    """Is the command line: a group whose commands are imported when they are called."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"spec_kitty_orchestrator.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name=PROGRAM, message="%(prog)s %(version)s")
def program() -> None:
    """Runs coding agents on the work packages of a feature, through the contract of spec-kitty."""


def main(open_office: "Callable[[], Office]") -> int:
    """Runs the command line and returns the exit code; `open_office` is called by commands.

    Raises SystemExit where whoever read the output has gone: nothing more can be said there.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What agents say must not end a run because the terminal knows fewer characters.
            stream.reconfigure(errors="replace")
    try:
        code = program.main(prog_name=PROGRAM, obj=open_office, standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as problem:
        from spec_kitty_orchestrator.domain.run.results import USAGE

        problem.show()
        return USAGE
    except click.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as problem:
        from spec_kitty_orchestrator.cli.troubles import explain

        return explain(problem)
