"""Owns `spec-kitty implement`: the claim of a work package by a person, and where to go then."""

from __future__ import annotations

import click

from spec_kitty.domain.lanes import Lane
from spec_kitty.doors.cli.options import ActorType, actor_option, feature_option, package_argument
from spec_kitty.doors.cli.session import Session, pass_session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from spec_kitty.application.desk import Desk


@click.command()
@package_argument()
@feature_option()
@actor_option()
@click.option("--agent", type=ActorType(), metavar="NAME", help="The coding agent that helps you.")
@pass_session
def implement(
    session: Session, package: str, feature: str | None, actor: str | None, agent: str | None
) -> None:
    """Claim the work package WP and make its workspace.

    Repeating it is safe: what is there already stays, and it says again where to go.
    """
    slug = session.feature(feature)
    call = session.call(actor, agent)
    announce_setup(session, slug, package)
    tell_start(session, session.host.starts.start(slug, package, call))


def announce_setup(session: Session, slug: str, package: str) -> None:
    """Says which command a person has to wait for, if the work package can start."""
    from spec_kitty.application.telling.readiness import ready

    desk = session.host.reader.desk(slug)
    setup = desk.settings.worktree.setup
    if setup is not None and any(each.id == package for each in ready(desk)):
        session.progress(f"The workspace is set up by '{setup}' ...")


def tell_start(session: Session, data: dict[str, Any]) -> None:
    """Says where the work is to be done, and how it is submitted."""
    slug, package = data["feature_slug"], data["wp_id"]
    desk = session.host.reader.desk(slug)
    held, branch = desk.feature.package(package), data["branch"]
    session.say(_headline(desk, data))
    session.facts(
        ("prompt", session.path(session.host.ports.prompts.path(slug, package))),
        ("branch", f"{branch}, from {slug} at {data['base_commit'][:12]}"),
        ("copied", ", ".join(held.copied)),
    )
    if held.rework is not None:
        from spec_kitty.application.telling.explanations import explain

        session.say(f"\n{explain(desk, package)}")
    tell_place(session, desk, package)


def _headline(desk: Desk, data: dict[str, Any]) -> str:
    package = data["wp_id"]
    held = desk.feature.package(package)
    title = held.pinned.title if held.pinned else package
    holder = held.claim.actor if held.claim else "nobody"
    agent = f" ({held.claim.agent})" if held.claim and held.claim.agent else ""
    already = "already " if data["no_op"] else ""
    name = click.style(f"{package} {title}", bold=True)
    return f"{name} is {already}claimed by {holder}{agent}, attempt {data['attempt']}."


def tell_place(session: Session, desk: Desk, package: str) -> None:
    """Says how to get to the workspace, and how to submit what is done there."""
    from spec_kitty.application.telling.next_steps import next_step

    workspaces = session.host.ports.workspaces
    if workspaces.exists(desk.slug, package):
        folder = session.path(workspaces.path(desk.slug, package))
        session.say(f"\n  {click.style(f'cd {folder}', bold=True)}")
    step = next_step(desk, package)
    command = step.command
    if command is not None and desk.feature.package(package).lane is Lane.IN_PROGRESS:
        command = session.command_of_actor(command)
    session.suggest(step.why, command)
