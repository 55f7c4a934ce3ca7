"""Owns `spec-kitty agent tasks`: moving, listing and noting work packages by hand."""

from __future__ import annotations

import click

from spec_kitty.domain.lanes import LANE_WORDS
from spec_kitty.doors.cli.moving import LaneType, move_task
from spec_kitty.doors.cli.options import (
    NoteType,
    actor_option,
    feature_option,
    json_option,
    package_argument,
)
from spec_kitty.doors.cli.session import Session, pass_session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.desk import Desk
    from spec_kitty.domain.lanes import Lane


@click.group()
def agent() -> None:
    """Do by hand what agents are asked to do."""


@agent.group()
def tasks() -> None:
    """Move, list and note work packages."""


tasks.add_command(move_task)


@tasks.command(name="list", short_help="List the work packages.")
@feature_option()
@click.option("--lane", type=LaneType(), metavar="LANE", help="Only those in this lane.")
@json_option()
@pass_session
def list_tasks(session: Session, feature: str | None, lane: Lane | None, as_json: bool) -> None:
    """List the work packages, one on a line: id, lane, holder, title."""
    from spec_kitty.application.telling.state import state

    reading = session.host.reader.look(session.feature(feature))
    listed = [
        package
        for package in state(reading.desk, reading.cursor)["work_packages"]
        if lane is None or package["lane"] == lane.public
    ]
    if as_json:
        session.json(listed)
        return
    if not listed:
        session.remark("There are none.")
        return
    ids = max(len(package["wp_id"]) for package in listed)
    lanes = max(map(len, LANE_WORDS))
    holders = max(len(package["claimed_by"] or "-") for package in listed)
    for package in listed:
        holder = package["claimed_by"] or "-"
        columns = f"{package['wp_id']:{ids}}  {package['lane']:{lanes}}  {holder:{holders}}"
        session.say(f"{columns}  {package['title']}")


@tasks.command(short_help="Say where the work packages are.")
@feature_option()
@json_option()
@pass_session
def status(session: Session, feature: str | None, as_json: bool) -> None:
    """Say in a line each where the work packages are, and what comes next."""
    from spec_kitty.application.telling.boards import SEE_DOCTOR
    from spec_kitty.application.telling.explanations import explain
    from spec_kitty.application.telling.next_steps import step_of_feature
    from spec_kitty.application.telling.state import ids_of, state
    from spec_kitty.application.telling.troubles import troubles

    reading = session.host.reader.look(session.feature(feature))
    desk = reading.desk
    if as_json:
        session.json(state(desk, reading.cursor, reading.warnings))
        return
    session.say(f"{click.style(desk.slug, bold=True)}  {_summary(desk)}")
    for package in ids_of(desk):
        session.say(f"  {package}  {explain(desk, package)}")
    for trouble in (told := troubles(session.host, reading)):
        session.warn(trouble)
    if told:
        session.suggest(f"{SEE_DOCTOR.why}:", SEE_DOCTOR.command)
    elif not desk.feature.merged:
        step = step_of_feature(desk)
        session.suggest(step.why, step.command)


def _summary(desk: Desk) -> str:
    from spec_kitty.application.telling.state import state

    counts = state(desk, None)["summary"]
    told = [f"{counts[lane]} {lane}" for lane in LANE_WORDS if counts[lane]]
    return ", ".join(told) or "no work packages"


@tasks.command(name="add-history", short_help="Add a note to the history of a work package.")
@package_argument()
@click.option("--note", type=NoteType(), required=True, help="What is to be remembered.")
@feature_option()
@actor_option()
@pass_session
def add_history(
    session: Session, package: str, note: str, feature: str | None, actor: str | None
) -> None:
    """Add a note to the history of the work package WP; it moves nothing."""
    slug = session.feature(feature)
    session.host.moves.add_note(slug, package, note, session.call(actor))
    session.say(f"The note is in the history of {package}.")
