"""Owns `spec-kitty accept`: the project's checks on the tree that would land, and its promise."""

from __future__ import annotations

import click

from spec_kitty.doors.cli.options import actor_option, feature_option
from spec_kitty.doors.cli.session import Session, pass_session


@click.command()
@feature_option()
@actor_option()
@pass_session
def accept(session: Session, feature: str | None, actor: str | None) -> None:
    """Check the tree that would land, and accept exactly that.

    Every work package has to be done or canceled. What would land is merged with the target
    aside, and the project's verify command runs on it; nothing is moved yet.
    """
    slug = session.feature(feature)
    call = session.call(actor)
    desk = session.host.reader.desk(slug)
    verify = desk.settings.verify.command
    if verify is not None:
        session.progress(f"The tree that would land is checked by '{verify}' ...")
    data = session.host.acceptances.accept(slug, call)
    accepted = "is accepted already" if data["no_op"] else "is accepted"
    session.say(
        f"{click.style(slug, bold=True)} {accepted} by {data['accepted_by']}: "
        f"{', '.join(data['accepted_wps'])}."
    )
    target = desk.feature.target_branch
    session.facts(
        (
            "tree",
            f"{data['tree'][:12]}, {slug} merged with {target} at {data['target_commit'][:12]}",
        ),
        ("checks", f"'{verify}' passed" if data["verified"] else "none are configured"),
    )
    session.suggest("It lands as it is with:", "merge")
