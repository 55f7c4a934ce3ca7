"""Owns `agent tasks move-task`: one move of a work package, what came of it and what is next."""

from __future__ import annotations

import click

from spec_kitty.domain.lanes import LANE_WORDS, Lane, lane_named
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.doors.cli.implement import announce_setup, tell_place, tell_start
from spec_kitty.doors.cli.options import (
    NoteType,
    TextType,
    actor_option,
    feature_option,
    package_argument,
)
from spec_kitty.doors.cli.session import Session, pass_session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from click.shell_completion import CompletionItem


class LaneType(TextType):
    """Is a lane by its name; `doing` means in_progress."""

    name = "lane"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Lane:
        lane = lane_named(str(value).replace("-", "_"))
        if lane is None:
            known = ", ".join(LANE_WORDS)
            self.fail(f"There is no such lane. The lanes are {known} (or doing).", param, ctx)
        return lane

    def shell_complete(
        self, _ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(word) for word in LANE_WORDS if word.startswith(incomplete)]


@click.command(name="move-task", short_help="Move a work package to another lane.")
@package_argument()
@click.option("--to", type=LaneType(), required=True, metavar="LANE", help="Where it goes.")
@click.option("--note", type=NoteType(), help="A reason or remark.")
@actor_option()
@click.option("--review-ref", type=NoteType(), help="Where a review or finding can be read.")
@click.option(
    "--feedback-file",
    metavar="FILE",
    type=click.Path(allow_dash=True),
    help="A review to send back as the note; '-' reads standard input.",
)
@click.option(
    "--resolved",
    multiple=True,
    metavar="PATH",
    help="A conflicted file without markers that is right as it is; may be repeated.",
)
@click.option("--force", is_flag=True, help="Act on somebody else's claim, with a reason.")
@feature_option()
@pass_session
def move_task(
    session: Session, /, package: str, to: Lane, feature: str | None, actor: str | None, **said: Any
) -> None:
    """Move the work package WP to another lane.

    To for_review commits what is uncommitted in its workspace and submits it. To done is your
    review: what was submitted comes into the feature's branch. Back to in_progress (or doing)
    needs feedback; planned (release), blocked and canceled need a reason.
    """
    from spec_kitty.application.transitions import Transition, transition
    from spec_kitty.domain.evidence import Evidence
    from spec_kitty.doors.cli.feedback import with_feedback

    note, review_ref = with_feedback(said["note"], said["review_ref"], said["feedback_file"])
    slug = session.feature(feature)
    evidence = Evidence(resolved=said["resolved"])
    asked = Transition(package, to, note, review_ref, evidence, force=said["force"])
    if to is Lane.IN_PROGRESS:
        announce_setup(session, slug, package)
    try:
        data = transition(session.host, slug, asked, session.call(actor))
    except Refusal as refusal:
        if refusal.code is ErrorCode.INTEGRATION_CONFLICT:
            folder = session.host.ports.workspaces.path(slug, package)
            refusal.facts["workspace_path"] = folder
        raise
    if "branch" in data:
        tell_start(session, data)
    else:
        _tell(session, data)


def _tell(session: Session, data: dict[str, Any]) -> None:
    from spec_kitty.application.telling.next_steps import next_step

    package, lane = data["wp_id"], data["to_lane"]
    if data["no_op"]:
        session.say(f"{package} is {lane} already; nothing has changed.")
        return
    session.say(f"{click.style(package, bold=True)}: {data['from_lane']} -> {lane}{_more(data)}.")
    for warning in data.get("warnings", ()):
        session.warn(warning)
    desk = session.host.reader.desk(data["feature_slug"])
    if lane == Lane.IN_PROGRESS.public:
        tell_place(session, desk, package)
        return
    step = next_step(desk, package)
    session.suggest(step.why, step.command)


def _more(data: dict[str, Any]) -> str:
    match data["to_lane"]:
        case Lane.FOR_REVIEW:
            return f" at {data['head_commit'][:12]}, attempt {data['attempt']}"
        case Lane.DONE:
            commit = data["integrated_commit"][:12]
            return f", integrated into {data['feature_slug']} as {commit}"
        case Lane.CANCELED if data.get("salvage"):
            return f"; its work is kept at {data['salvage']}"
        case Lane.IN_PROGRESS.public:
            return f", attempt {data['attempt']}"
        case _:
            return ""
