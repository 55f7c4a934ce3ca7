"""Owns which commands people have, and how a call ends whatever happens in it.

A command's module is imported when the command is called; the list, its help and the names that
a shell completes come from the table here. A command is the click object in its module that has
the command's own name. This is the process's only broad handler.
"""

from __future__ import annotations

import os
import sys

import click

from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.doors.cli.session import Session
from spec_kitty.doors.cli.terminal import help_width, is_coloured

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from click.shell_completion import CompletionItem

    from spec_kitty.application.host import Host

PROGRAM = "spec-kitty"
COMPLETION_VARIABLE = "_SPEC_KITTY_COMPLETE"
OK, FAILED, USAGE = 0, 1, 2


class Entry(Record):
    """Is one command: its name, the module that holds it, and what it does in a line."""

    name: str
    module: str
    help: str


SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Plan": (
        Entry("init", "planning", "Prepare this repository."),
        Entry("feature", "planning", "Create, list and show features."),
        Entry("validate", "planning", "Look for mistakes in the plan, with file and line."),
    ),
    "Work": (
        Entry("implement", "implement", "Claim a work package and make its workspace."),
        Entry("review", "review", "Show submitted work and what to type next."),
        Entry("agent", "tasks", "Move and list work packages: 'agent tasks move-task' and more."),
    ),
    "Look": (
        Entry("status", "board", "Show the board of a feature."),
        Entry("why", "telling", "Say why work packages are where they are."),
        Entry("history", "telling", "Tell what happened."),
        Entry("verify", "telling", "Audit the whole journal."),
    ),
    "Mend": (
        Entry("doctor", "doctor", "Say what is wrong, and put it right."),
        Entry("salvage", "salvage", "List work that was kept, and give it back."),
    ),
    "Deliver": (
        Entry("accept", "accept", "Check the tree that would land and accept it."),
        Entry("merge", "merge", "Land an accepted feature on its target branch."),
    ),
    "Shell": (Entry("completion", "completion", "Let your shell complete commands and ids."),),
}

_ENTRIES = {entry.name: entry for section in SECTIONS.values() for entry in section}


class Program(click.Group):
    """Is the command line: a group whose commands are imported when they are called."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(_ENTRIES)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        entry = _ENTRIES.get(cmd_name)
        if entry is None:
            return None
        from importlib import import_module

        module = import_module(f"spec_kitty.doors.cli.{entry.module}")
        command = getattr(module, cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not ctx.resilient_parsing and args[0] not in _ENTRIES and not args[0].startswith("-"):
            from spec_kitty.doors.cli.misuse import unknown_command

            raise unknown_command(args[0], _ENTRIES)
        return super().resolve_command(ctx, args)

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        widest = max(map(len, _ENTRIES))
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{e.name:{widest}}", e.help) for e in entries])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        return [
            CompletionItem(entry.name, help=entry.help)
            for entry in _ENTRIES.values()
            if entry.name.startswith(incomplete)
        ]


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"{PROGRAM} {version(PROGRAM)}")
        ctx.exit()


@click.command(
    cls=Program,
    name=PROGRAM,
    no_args_is_help=True,
    epilog=(
        "'spec-kitty COMMAND --help' says more about one. Programs speak "
        "'spec-kitty orchestrator-api'; 'spec-kitty-orchestrator' runs agents with it."
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Print the version.",
)
def program() -> None:
    """Keep the workflow of a planned feature in git.

    A feature is planned as work packages; each is done in a workspace of its own, reviewed,
    and comes together with the others on the feature's branch, which lands as a whole.
    """


def run(arguments: list[str], open_host: Callable[[], Host]) -> int:
    """Runs one command line and returns its exit status.

    Nothing is raised but KeyboardInterrupt, and SystemExit, by which click ends a call whose
    reader has gone away.
    """
    session = Session(open_host)
    try:
        _let_any_text_out(sys.stdout)
        status = program.main(arguments, PROGRAM, standalone_mode=False, **_settings(session))
    except Refusal as refusal:
        return _refused(session, refusal)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True, color=is_coloured(sys.stderr))
        return USAGE
    except click.ClickException as error:
        from spec_kitty.doors.cli.misuse import as_refusal

        return _refused(session, as_refusal(error))
    except click.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        return FAILED if COMPLETION_VARIABLE in os.environ else _failed(session, error)
    return status if isinstance(status, int) else OK


def _settings(session: Session) -> dict[str, Any]:
    return {
        "obj": session,
        "color": is_coloured(sys.stdout),
        "terminal_width": help_width(),
        "complete_var": COMPLETION_VARIABLE,
    }


def _let_any_text_out(stream: Any) -> None:
    """Lets file names that are not valid text pass as they are; other text is never refused."""
    encoding = (stream.encoding or "").lower().replace("-", "")
    stream.reconfigure(errors="surrogateescape" if encoding == "utf8" else "replace")


def _refused(session: Session, refusal: Refusal) -> int:
    from spec_kitty.doors.cli.showing.refusing import tell

    tell(refusal, session)
    return USAGE if refusal.code is ErrorCode.USAGE_ERROR else FAILED


def _failed(session: Session, error: Exception) -> int:
    """Says what went wrong; with a defect of ours the report comes first, the sentence last."""
    from spec_kitty.doors.defects import told_of
    from spec_kitty.doors.envelope import correlation_id

    correlation = correlation_id()
    said = told_of(error, correlation)
    if said.code is not ErrorCode.INTERNAL_ERROR:
        return _refused(session, said)
    return _refused(session, Refusal(said.code, f"{said.message} ({correlation})"))
