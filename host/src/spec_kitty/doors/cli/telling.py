"""Owns `spec-kitty why`, `history` and `verify`: what happened to a feature, and whether it did."""

from __future__ import annotations

import click

from spec_kitty.domain.refusals import Refusal
from spec_kitty.doors.cli.options import feature_option, json_option, package_argument
from spec_kitty.doors.cli.session import Session, pass_session
from spec_kitty.doors.cli.terminal import broken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.application.audit import Audited
    from spec_kitty.application.doctor.findings import Finding
    from spec_kitty.application.host import Host
    from spec_kitty.domain.events import Event

SHOWN_EVENTS = 50


@click.command()
@package_argument(required=False)
@feature_option()
@pass_session
def why(session: Session, package: str | None, feature: str | None) -> None:
    """Say why each work package, or the work package WP, is where it is, and what to do."""
    from spec_kitty.application.telling.boards import SEE_DOCTOR
    from spec_kitty.application.telling.explanations import explain
    from spec_kitty.application.telling.state import ids_of
    from spec_kitty.application.telling.troubles import troubles

    reading = session.host.reader.look(session.feature(feature))
    desk = reading.desk
    if package is not None:
        desk.require_known(package)
    for trouble in (told := troubles(session.host, reading)):
        session.warn(trouble)
    ids = ids_of(desk) if package is None else (package,)
    if not ids:
        session.say(f"{desk.slug} has no work packages yet.")
        session.suggest("Look for mistakes in its plan:", f"validate {desk.slug}")
    widest = max(map(len, ids), default=0)
    for each in ids:
        lines = broken(explain(desk, each), widest + 2)
        session.say(f"{click.style(f'{each:{widest}}', bold=True)}  {lines}")
    if told:
        session.suggest(f"{SEE_DOCTOR.why}:", SEE_DOCTOR.command)


@click.command()
@package_argument(required=False)
@feature_option()
@click.option(
    "--limit",
    type=click.IntRange(0),
    metavar="N",
    help=f"How many of the newest events; 0 for all. [{SHOWN_EVENTS}; all with --json]",
)
@json_option()
@pass_session
def history(
    session: Session, package: str | None, feature: str | None, limit: int | None, as_json: bool
) -> None:
    """Tell what happened to a feature, or to the work package WP, the newest last."""
    slug = session.feature(feature)
    if package is not None:
        session.host.reader.desk(slug).require_known(package)
    limit = (0 if as_json else SHOWN_EVENTS) if limit is None else limit
    shown, earlier = _newest(session, slug, package, limit)
    if as_json:
        from spec_kitty.application.telling.histories import event_data

        session.json([event_data(cursor, event) for cursor, event in shown])
        return
    if not shown:
        session.say(f"Nothing has happened to {package or slug} yet.")
    if earlier:
        left = f"{earlier:,} earlier events are not shown; --limit 0 shows all."
        session.remark(click.style(left, dim=True))
    from spec_kitty.doors.cli.showing.entries import entry

    for _, event in shown:
        session.say(entry(event))


def _newest(
    session: Session, slug: str, package: str | None, limit: int
) -> tuple[Sequence[tuple[str, Event]], int]:
    """Returns the last events (0: all), and how many there are before them."""
    from collections import deque

    from spec_kitty.application.telling.histories import events, newest
    from spec_kitty.domain.events import package_of

    if package is None and limit:
        return newest(session.host, slug, limit)
    count = 0
    found: deque[tuple[str, Event]] = deque(maxlen=limit or None)
    for cursor, event in events(session.host, slug, None):
        if package in (None, package_of(event.fact)):
            found.append((cursor, event))
            count += 1
    return found, count - len(found)


@click.command()
@feature_option()
@json_option()
@pass_session
def verify(session: Session, feature: str | None, as_json: bool) -> int:
    """Audit the whole journal of a feature, or of all.

    Replays every event and holds the result against what is stored, byte for byte; then looks
    at the branches, commits and locks around it. Changes nothing. The exit status is 1 if
    anything is wrong.
    """
    from spec_kitty.application.audit import audit
    from spec_kitty.doors.cli.showing.progress import Progress

    host = session.host
    audited = []
    for slug in _recorded(session, feature):
        with Progress(slug) as progress:
            audited.append(audit(host.ports, slug, progress.tell))
        if not as_json:
            _tell_audit(session, audited[-1])
    if as_json:
        session.json([_audit_data(each) for each in audited])
    elif not audited:
        session.say(f"There is no journal yet: nothing has happened to {feature or 'any feature'}.")
    return 1 if any(each.findings for each in audited) else 0


def _recorded(session: Session, feature: str | None) -> tuple[str, ...]:
    """Returns the features that have a journal, whether or not it can be read, or had one."""
    from spec_kitty.application.beginnings import told_begun

    host = session.host
    slugs = host.ports.reading.slugs()
    if feature is None:
        unrecorded = set(_planned(host)).difference(slugs)
        return tuple(sorted({*slugs, *(s for s in unrecorded if told_begun(host.ports, s))}))
    if feature in slugs or told_begun(host.ports, feature):
        return (feature,)
    host.reader.desk(feature)
    return ()


def _planned(host: Host) -> tuple[str, ...]:
    try:
        return host.project.slugs()
    except Refusal:
        return ()


def _tell_audit(session: Session, audited: Audited) -> None:
    name = click.style(audited.slug, bold=True)
    events = f"{audited.events:,} event{'' if audited.events == 1 else 's'}"
    if not audited.findings:
        well = click.style("state matches", fg="green")
        session.say(f"{name}: {events}, {well}, everything it speaks of is there.")
        return
    count = len(audited.findings) + audited.more
    wrong = click.style(f"{count:,} finding{'' if count == 1 else 's'}", fg="red", bold=True)
    session.say(f"{name}: {events}, {wrong}:")
    for finding in audited.findings:
        session.say(f"  {broken(_place(finding) + finding.said, 4)}")
    if audited.more:
        session.say(f"  and {audited.more:,} more.")


def _place(finding: Finding) -> str:
    if finding.event is None or finding.place is None:
        return ""
    return f"event {finding.event} ({finding.place[:12]}): "


def _audit_data(audited: Audited) -> dict[str, object]:
    return {
        "feature_slug": audited.slug,
        "events": audited.events,
        "sound": not audited.findings,
        "findings": [
            {
                "kind": each.kind.value,
                "event": each.event,
                "commit": each.place if each.event is not None else None,
                "message": each.said,
            }
            for each in audited.findings
        ],
        "more_findings": audited.more,
    }
