"""Owns `spec-kitty salvage`: work that was kept before its branch or workspace went away."""

from __future__ import annotations

import click

from spec_kitty.domain.names import SALVAGE_PREFIX
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.doors.cli.options import PackageType, feature_option, json_option
from spec_kitty.doors.cli.session import Session, pass_session
from spec_kitty.doors.cli.terminal import make_printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from click.shell_completion import CompletionItem

    from spec_kitty.application.salvaging import Listed, Restored
    from spec_kitty.domain.upkeep import KeptWork

    TextType = click.ParamType[str]
else:
    TextType = click.ParamType


class KeptType(TextType):
    """Is the name of kept work; a shell completes those that there are."""

    name = "kept"

    def shell_complete(
        self, ctx: click.Context, _: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        session = ctx.find_object(Session)
        assert session is not None
        try:
            kept = session.host.ports.salvage.kept()
        except Refusal:
            return []
        named = [(_name(each), each.subject) for each in kept]
        return [CompletionItem(name, help=h) for name, h in named if name.startswith(incomplete)]


@click.group()
def salvage() -> None:
    """List and restore work that was kept before its branch or workspace went away.

    What is unmerged or uncommitted when a work package is canceled or cleaned away is kept
    under refs/spec-kitty-salvage/, and never deleted. Ignored files are not kept.
    """


@salvage.command(name="list", short_help="List what is kept.")
@feature_option()
@json_option()
@pass_session
def list_kept(session: Session, feature: str | None, as_json: bool) -> None:
    """List what is kept: of which work package, since when, why, and what it holds."""
    listed = session.host.salvaging.listed(feature)
    if as_json:
        session.json([_data(each) for each in listed])
        return
    for number, each in enumerate(listed):
        if number:
            session.say()
        _show(session, each)
    if not listed:
        session.say(f"Nothing is kept{f' of {feature}' if feature else ''}.")
    elif any(each.work.commit for each in listed):
        last = next(each.work for each in reversed(listed) if each.work.commit)
        session.suggest("Give some of it back, as a branch:", f"salvage restore {_name(last)}")


def _name(work: KeptWork) -> str:
    return work.ref.removeprefix(SALVAGE_PREFIX)


def _time(work: KeptWork) -> datetime:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(work.at, UTC)


def _show(session: Session, listed: Listed) -> None:
    work = listed.work
    session.say(click.style(make_printable(_name(work)), bold=True))
    if work.commit is None:
        session.say("  Git cannot read what it names as a commit.")
        return
    files = "" if listed.files is None else f", {_many(listed.files, 'file')}"
    held = "uncommitted work" if work.uncommitted else f"'{make_printable(work.subject, 80)}'"
    session.facts(
        ("kept", f"{_time(work).astimezone():%Y-%m-%d %H:%M}, {make_printable(listed.why)}"),
        ("holds", f"{held}{files}"),
        ("commit", work.commit[:12]),
        ("also in", ", ".join(map(make_printable, listed.branches))),
    )


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _data(listed: Listed) -> dict[str, object]:
    work = listed.work
    return {
        "ref": work.ref,
        "feature_slug": work.feature,
        "wp_id": work.package,
        "number": work.number,
        "commit": work.commit,
        "kept_at": _time(work).isoformat() if work.commit else None,
        "why": listed.why,
        "subject": work.subject,
        "uncommitted": work.uncommitted,
        "files": listed.files,
        "contained_in": list(listed.branches),
    }


@salvage.command(short_help="Give kept work back, as a branch or into a workspace.")
@click.argument("words", metavar="KEPT", nargs=-1, type=KeptType())
@click.option("--to", "branch", metavar="BRANCH", help="The new branch. [salvage/FEATURE-WP-N]")
@click.option(
    "--into",
    "package",
    metavar="WP",
    type=PackageType(),
    help="A work package of the feature, whose workspace gets the files.",
)
@pass_session
def restore(
    session: Session, words: tuple[str, ...], branch: str | None, package: str | None
) -> None:
    """Give back what is kept as KEPT: 034-cats/WP03/1 as 'list' names it, or 034-cats WP03 1.

    It becomes a new branch at the kept commit; nothing that is there is overwritten. With --into
    its changes are merged into the workspace of a work package, as uncommitted files, where
    nothing else is uncommitted. What is kept stays kept.
    """
    if len(words) not in (1, 3) or (branch is not None and package is not None):
        raise Refusal(
            ErrorCode.USAGE_ERROR,
            "Name one thing that is kept, as in 'spec-kitty salvage restore 034-cats/WP03/1', and "
            "either --to or --into. 'spec-kitty salvage list' shows what there is.",
        )
    salvaging = session.host.salvaging
    work = salvaging.find(words)
    if package is None:
        _tell_branch(session, salvaging.to_branch(work, branch))
    else:
        _tell_workspace(session, work, package, salvaging.into_workspace(work, package))


def _tell_branch(session: Session, restored: Restored) -> None:
    already = "stands there already" if restored.no_op else "is at what was kept"
    session.say(f"The branch {click.style(str(restored.branch), bold=True)} {already}.")
    session.say("\nLook at it:")
    session.say(f"  {click.style(f'git show --stat {restored.branch}', bold=True)}")


def _tell_workspace(session: Session, work: KeptWork, package: str, restored: Restored) -> None:
    if restored.no_op:
        session.say(f"The workspace of {package} holds all of {_name(work)} already.")
    else:
        session.say(f"{_name(work)} is in the workspace of {package}, as uncommitted changes.")
    folder = session.path(str(restored.workspace))
    session.say(f"\n  {click.style(f'cd {folder}', bold=True)}")
