"""Owns `spec-kitty merge`: landing a feature, and showing beforehand what that would be."""

from __future__ import annotations

import click

from spec_kitty.domain.planning.settings import MERGE_STRATEGIES
from spec_kitty.doors.cli.options import actor_option, feature_option
from spec_kitty.doors.cli.session import Session, pass_session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from spec_kitty.application.delivery.merging import Merging
    from spec_kitty.application.rehearsal import Rehearsal
    from spec_kitty.application.workflow import Call

_MAX_COMMITS = 20
_RECORDED = "recorded"


@click.command()
@feature_option()
@click.option(
    "--strategy",
    metavar="HOW",
    type=click.Choice(MERGE_STRATEGIES),
    help="merge (one merge commit), squash (one commit) or rebase (one commit a work package).",
)
@click.option("--target", metavar="BRANCH", help="Refuse if the feature lands elsewhere.")
@click.option("--push", is_flag=True, help="Push first; the local branch follows if it is taken.")
@click.option("--recorded", is_flag=True, help="Record a merge that was made elsewhere.")
@click.option("--dry-run", is_flag=True, help="Show the real outcome and move nothing.")
@actor_option()
@pass_session
def merge(
    session: Session, /, feature: str | None, actor: str | None, dry_run: bool, **asked: Any
) -> None:
    """Land an accepted feature on its target branch.

    Exactly the accepted tree lands. Afterwards the workspaces and branches of the work
    packages are removed; uncommitted work in them is kept.
    """
    from spec_kitty.application.delivery.merging import Merging

    slug = session.feature(feature)
    merging = Merging(asked["strategy"], asked["target"], asked["push"], asked["recorded"])
    call = session.call(actor)
    if dry_run:
        _rehearse(session, slug, merging, call)
        return
    if merging.push:
        session.progress("The merge is pushed first ...")
    _tell(session, session.host.merges.merge(slug, merging, call))


def _tell(session: Session, data: dict[str, Any]) -> None:
    slug, target = click.style(data["feature_slug"], bold=True), data["target_branch"]
    already = " already" if data["no_op"] else ""
    how = "recorded" if data["recorded"] else data["strategy"]
    session.say(
        f"{slug} is{already} merged into {target} as {data['merge_commit'][:12]} ({how}): "
        f"{', '.join(data['merged_wps'])}."
    )
    if data["worktree_removed"] and not data["no_op"]:
        session.say("The workspaces and branches of its work packages are removed.")
    for warning in data["warnings"]:
        session.warn(warning)
    _tell_what_follows(session, data)


def _tell_what_follows(session: Session, data: dict[str, Any]) -> None:
    target = data["target_branch"]
    checkout = session.host.ports.whereabouts.checkout()
    if checkout is not None and session.is_folder_gone:
        session.say(f"\nYou are in a folder that is gone:\n  cd {session.path(checkout)}")
    if data["pushed_to"] is not None:
        session.say(f"{data['pushed_to']} has it too.")
    elif not data["recorded"] and not data["no_op"]:
        remote = session.host.ports.remotes.remote_for(target)
        if remote is not None:
            session.say(f"\nNothing is pushed yet:\n  git push {remote} {target}")


def _rehearse(session: Session, slug: str, merging: Merging, call: Call) -> None:
    from spec_kitty.application.rehearsal import rehearse

    rehearsal = rehearse(session.host, slug, merging, call)
    if rehearsal.strategy == _RECORDED:
        target = rehearsal.desk.feature.target_branch
        session.say(
            f"{target} holds all of {slug}; that would be recorded at {rehearsal.new[:12]}."
        )
        return
    _show(session, rehearsal)
    if rehearsal.refusal is not None:
        session.say()
        raise rehearsal.refusal
    session.say("\nThis would succeed. Nothing has been moved.")


def _show(session: Session, rehearsal: Rehearsal) -> None:
    from spec_kitty.doors.cli.showing.patches import show_stat
    from spec_kitty.doors.cli.terminal import make_printable

    desk, target = rehearsal.desk, rehearsal.desk.feature.target_branch
    pushed = f", pushed to {rehearsal.remote} first" if rehearsal.remote else ""
    session.say(
        f"{click.style(desk.slug, bold=True)} would land on {target} at {rehearsal.old[:12]} "
        f"({rehearsal.strategy}{pushed})"
    )
    if rehearsal.accepted:
        session.say()
        commits = session.host.ports.diffs.commits(rehearsal.old, rehearsal.new)
        for oid, subject in commits[:_MAX_COMMITS]:
            session.say(f"  {click.style(oid[:12], fg='yellow')} {make_printable(subject)}")
        if len(commits) > _MAX_COMMITS:
            session.say(f"  and {len(commits) - _MAX_COMMITS} more commits")
    if not show_stat(session, rehearsal.old, rehearsal.new):
        session.say("\nIt would change no file.")
