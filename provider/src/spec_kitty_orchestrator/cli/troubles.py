"""Owns what a command says when it cannot go on: one sentence, and an exit code."""

import errno

import click

from spec_kitty_orchestrator import PROGRAM
from spec_kitty_orchestrator.domain.prompts import UnusableTemplate
from spec_kitty_orchestrator.domain.run.results import HOST, RUNNING, USAGE
from spec_kitty_orchestrator.domain.settings.keys import SettingsProblem
from spec_kitty_orchestrator.loop.preparing import CannotRun, Trouble
from spec_kitty_orchestrator.ports import AlreadyRunning, HostRefused, Unusable

FAILED = 1
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def explain(problem: Exception) -> int:
    """Says what went wrong in a sentence, and returns the exit code for it.

    Raises the problem itself where it is a defect of this program.
    """
    match problem:
        case AlreadyRunning():
            code = RUNNING
        case SettingsProblem() | UnusableTemplate() | Unusable():
            code = USAGE
        case CannotRun(trouble=trouble):
            code = HOST if trouble is Trouble.HOST else USAGE
        case HostRefused():
            code = HOST
        case OSError():
            click.echo(f"{PROGRAM}: {_of_system(problem)}", err=True)
            return FAILED
        case _:
            raise problem
    click.echo(f"{PROGRAM}: {problem}", err=True)
    return code


def _of_system(problem: OSError) -> str:
    """Returns what the system refused, and how to go on: what was written down before counts."""
    if problem.errno not in _FULL:
        return str(problem)
    return (
        f"The disk is full ({problem.strerror}). Free some space, then give the command again; a"
        f" run that this broke off goes on with: {PROGRAM} resume --feature SLUG"
    )
