"""Owns what every way of showing a run has: it listens, and ends with a report in a few lines."""

import click

from spec_kitty_orchestrator.cli.office import Office
from spec_kitty_orchestrator.domain.run.records import Ended, RunEnded
from spec_kitty_orchestrator.domain.run.results import RESULTS
from spec_kitty_orchestrator.domain.showing.telling import count, one_line, used
from spec_kitty_orchestrator.loop.world import Listener, Run


class Screen(Listener):
    """Shows one run; `run` is there before the first record is heard."""

    run: Run

    def __enter__(self) -> "Screen":
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves the terminal as it was."""

    def interrupted(self) -> None:
        """Shows what becomes of the run after Ctrl-C."""

    def finish(self, ended: RunEnded) -> None:
        """Shows how the run ended, and what to do next."""


def tidy(office: Office, run_id: str) -> None:
    """Removes what a run that is over has no use for; that this fails does not undo the run."""
    try:
        office.clean(run_id)
    except OSError as problem:
        click.echo(f"Something that agents left could not be removed: {problem}.", err=True)
        click.echo("Nothing needs it any more: remove it by hand.", err=True)


def report(run: Run, ended: RunEnded) -> list[str]:
    """Returns the end of a run in a few lines: how, why, what it took, what next."""
    result, feature = RESULTS[ended.ended], run.feature
    lines = ["", result.sentence]
    if feature.merged:
        into = f"{feature.target_branch} at {(feature.merge_commit or '')[:12]}"
        lines = ["", f"The feature is done and merged into {into}."]
    elif ended.ended is Ended.DONE:
        lines = ["", "The feature is done and accepted, and not merged. Land it: spec-kitty merge"]
    lines += [f"- {one_line(reason)}" for reason in ended.reasons]
    attempts, spent = count(len(run.memory.attempts), "attempt"), used(run.memory.usage)
    lines.append(f"{', '.join(filter(None, (attempts, spent)))}.")
    if result.next_step:
        lines.append(result.next_step.format(feature=feature.slug))
    return lines
