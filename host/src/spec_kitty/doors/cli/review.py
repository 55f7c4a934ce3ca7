"""Owns `spec-kitty review`: what was submitted, what is known about it, and what to type next."""

from __future__ import annotations

import sys

import click

from spec_kitty.doors.cli.options import feature_option, package_argument
from spec_kitty.doors.cli.session import Session, pass_session
from spec_kitty.doors.cli.terminal import is_terminal, make_printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.telling.submitted import Submitted
    from spec_kitty.domain.feature import Finding

_MAX_FEEDBACK_LINES = 40


@click.command()
@package_argument()
@feature_option()
@pass_session
def review(session: Session, package: str, feature: str | None) -> None:
    """Show what was submitted of the work package WP, and what to type next.

    It shows exactly the commit that an approval would bring into the feature. Nothing is
    changed or claimed.
    """
    from spec_kitty.application.telling.submitted import submitted

    shown = submitted(session.host, session.feature(feature), package)
    _tell_submission(session, shown)
    _tell_changes(session, shown)
    _tell_checks(session, shown)
    _tell_earlier(session, shown)
    if shown.warnings:
        session.remark()
    for warning in shown.warnings:
        session.warn(warning)
    _tell_next(session, shown)


def _heading(session: Session, text: str) -> None:
    session.say(f"\n{click.style(text, bold=True)}")


def _tell_submission(session: Session, shown: Submitted) -> None:
    package, claim = shown.package, shown.package.claim
    title = package.pinned.title if package.pinned else package.id
    who = claim.actor if claim else "nobody"
    agent = f" ({claim.agent})" if claim and claim.agent else ""
    session.say(click.style(f"{package.id} {title}", bold=True))
    reviewer = package.review
    session.facts(
        ("work of", f"{who}{agent}, attempt {package.attempt}"),
        ("reviewer", f"{reviewer.actor} since {reviewer.at[:16]}" if reviewer else ""),
        ("submitted", f"{shown.head[:12]}, compared with {shown.base[:12]} of {shown.desk.slug}"),
        ("workspace", _workspace(session, shown)),
    )


def _workspace(session: Session, shown: Submitted) -> str:
    workspaces, slug = session.host.ports.workspaces, shown.desk.slug
    if not workspaces.exists(slug, shown.package.id):
        return ""
    return session.path(workspaces.path(slug, shown.package.id))


def _tell_changes(session: Session, shown: Submitted) -> None:
    from spec_kitty.doors.cli.showing.patches import show_patch, show_stat

    if not show_stat(session, shown.base, shown.head):
        session.say("\nIt changes no file.")
        return
    session.say()
    show_patch(session, shown.base, shown.head, plain=not is_terminal(sys.stdout))


def _tell_checks(session: Session, shown: Submitted) -> None:
    setup, settings = shown.past.setup, shown.desk.settings
    verify = settings.verify.command
    _heading(session, "Checks")
    session.facts(
        ("set-up", f"'{setup.command}' {setup.ended}, {setup.seconds:.1f} s" if setup else ""),
        (
            "verify",
            f"'{verify}' runs at 'spec-kitty accept'"
            if verify
            else "nothing ([verify] in .kittify/config.toml) runs at 'spec-kitty accept'",
        ),
    )


def _tell_earlier(session: Session, shown: Submitted) -> None:
    returned = shown.past.returned
    if returned is None:
        return
    verdict, rework = returned.verdict, returned.rework
    _heading(session, f"Sent back before attempt {returned.attempt}")
    why = rework.cause.value.replace("_", " ")
    session.facts(
        ("because of", why),
        ("by", verdict.reviewer if verdict else ""),
        ("reference", make_printable(rework.reference or "")),
        ("since then", f"git diff {verdict.head[:12]} {shown.head[:12]}" if verdict else ""),
    )
    for finding in verdict.findings if verdict else ():
        session.say(f"    {make_printable(_finding(finding), 500)}")
    _tell_feedback(session, rework.note)


def _finding(finding: Finding) -> str:
    line = f":{finding.line}" if finding.line is not None else ""
    place = f" {finding.path}{line}" if finding.path else ""
    return f"{finding.id} ({finding.severity}){place}: {finding.message}"


def _tell_feedback(session: Session, note: str | None) -> None:
    lines = (note or "").strip().splitlines()
    for line in lines[:_MAX_FEEDBACK_LINES]:
        session.say(f"    > {make_printable(line, 500)}")
    if len(lines) > _MAX_FEEDBACK_LINES:
        session.say(f"    ({len(lines) - _MAX_FEEDBACK_LINES} more lines)")


def _tell_next(session: Session, shown: Submitted) -> None:
    move = f"agent tasks move-task {shown.package.id} --to"
    _heading(session, "Next")
    session.say("  approve it")
    session.say(f"    {session.command(f'{move} done')}")
    session.say("  or send it back, with --note 'What to change' or a file")
    session.say(f"    {session.command(f'{move} doing --feedback-file review.md')}")
