"""Owns `spec-kitty init`, `feature` and `validate`: beginning a plan, and looking at it."""

from __future__ import annotations

import click

from spec_kitty.domain.planning.plan import feature_folder
from spec_kitty.doors.cli.options import FeatureType, json_option
from spec_kitty.doors.cli.session import Session, pass_session
from spec_kitty.doors.cli.terminal import harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.planning import Begun
    from spec_kitty.application.validation import Validation
    from spec_kitty.domain.planning.plan import Problem

# What a new feature's owner writes into each file, in the order in which to write it.
_TO_FILL_IN = {
    "spec.md": "who needs it, and how somebody sees that it works",
    "plan.md": "the approach and its risks",
    "tasks.md": "the list of work packages",
    "WP01-first-step.md": "the first work package; add WP02-….md and so on",
}
_SEVERITY_COLOURS = {"error": "red", "warning": "yellow"}


@click.command()
@pass_session
def init(session: Session) -> None:
    """Prepare this repository.

    Writes .kittify/config.toml, in which every setting stands as a comment with its default,
    and keeps .worktrees/ out of 'git status'. Nothing else is touched; running it again
    changes nothing.
    """
    from spec_kitty.application.planning import initialise

    begun = initialise(session.host)
    for path in begun.written:
        session.say(f"Wrote {click.style(path, bold=True)}: every setting, with its default.")
    if not begun.written:
        session.say("This repository is prepared already; nothing was changed.")
    if begun.elsewhere is not None:
        session.say(begun.elsewhere)
    elif begun.to_commit:
        _tell_to_commit(session, begun)
    else:
        session.suggest("Plan a feature:", 'feature create "My feature"')


@click.group()
def feature() -> None:
    """Create, list and show features."""


@feature.command()
@click.argument("title")
@click.option("--number", type=click.IntRange(1, 9999), metavar="N", help="Not the next free one.")
@pass_session
def create(session: Session, title: str, number: int | None) -> None:
    """Write the first files of a feature called TITLE.

    It gets the next free number: "My feature" becomes 034-my-feature. What is written counts
    when you have filled it in and committed it.
    """
    from spec_kitty.application.planning import create_feature

    begun = create_feature(session.host, title, number)
    folder = feature_folder(str(begun.slug))
    session.say(f"Wrote {click.style(folder, bold=True)}. Fill in:\n")
    session.facts(
        *(
            (path.removeprefix(f"{folder}/"), _TO_FILL_IN[name])
            for path in begun.written
            if (name := path.rpartition("/")[2]) in _TO_FILL_IN
        )
    )
    session.say()
    _tell_to_commit(session, begun)
    session.suggest("Then look for mistakes in it:", f"validate {begun.slug}")


def _tell_to_commit(session: Session, begun: Begun) -> None:
    from spec_kitty.application.committing import commit_line

    command = commit_line(begun.to_commit, begun.message)
    session.say(f"It counts once it is committed on {begun.branch}:")
    session.say(f"  {click.style(command, bold=True)}")


@feature.command(name="list")
@json_option()
@pass_session
def list_features(session: Session, as_json: bool) -> None:
    """List the features: how far they have come, and where they land."""
    from spec_kitty.application.telling.overviews import features
    from spec_kitty.doors.cli.showing import plans_shown

    lines = features(session.host)
    if as_json:
        session.json(plans_shown.features_data(lines))
    elif lines:
        plans_shown.draw_features(session, lines)
    else:
        session.say("There is no feature yet.")
        session.suggest("Plan one:", 'feature create "My feature"')


@feature.command()
@click.argument("slug", metavar="[FEATURE]", type=FeatureType(), required=False)
@json_option()
@pass_session
def show(session: Session, slug: str | None, as_json: bool) -> None:
    """Show the plan of FEATURE: work packages, what they wait for, and the longest way."""
    from spec_kitty.application.telling.overviews import plan_overview
    from spec_kitty.doors.cli.showing import plans_shown

    overview = plan_overview(session.host.reader.desk(session.feature(slug)))
    if as_json:
        session.json(plans_shown.plan_data(overview))
        return
    plans_shown.draw_plan(session, overview)
    for problem in overview.problems:
        session.say(_shown(problem))


@click.command()
@click.argument("slug", metavar="[FEATURE]", type=FeatureType(), required=False)
@json_option()
@pass_session
def validate(session: Session, slug: str | None, as_json: bool) -> int:
    """Look for mistakes in the plan of FEATURE, or of all features.

    Every problem is a line 'path:line: error: what to write instead'. What lies on disk and is
    not committed is a problem, too: it does not count. The exit status is 1 if there are errors.
    """
    from spec_kitty.application.validation import validate as look

    found = look(session.host, slug)
    if as_json:
        session.json(_validation_data(found))
    else:
        for problem in found.problems:
            session.say(_shown(problem))
        session.say(_summary(found))
    return 1 if found.count("error") else 0


def _shown(problem: Problem) -> str:
    line = harmless(str(problem))
    word = f" {problem.severity}: "
    before, _, after = line.partition(word)
    coloured = click.style(word.strip(), fg=_SEVERITY_COLOURS[problem.severity], bold=True)
    return f"{before} {coloured} {after}"


def _summary(found: Validation) -> str:
    looked_at = f"{_many(found.features, 'feature')}, {_many(found.packages, 'work package')}"
    errors, warnings = found.count("error"), found.count("warning")
    told = [_many(errors, "error")] if errors else []
    told += [_many(warnings, "warning")] if warnings else []
    return f"{looked_at}, {', '.join(told) or 'no problems'}."


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _validation_data(found: Validation) -> dict[str, object]:
    from spec_kitty.doors.cli.showing.plans_shown import problem_data

    return {
        "features": found.features,
        "work_packages": found.packages,
        "errors": found.count("error"),
        "warnings": found.count("warning"),
        "problems": [problem_data(problem) for problem in found.problems],
    }
