"""Owns `spec-kitty doctor`: what is wrong with this clone, and putting right what may be."""

from __future__ import annotations

import click

from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import Refusal
from spec_kitty.doors.cli.options import feature_option, json_option
from spec_kitty.doors.cli.session import Session, pass_session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.doctor.diagnosis import Diagnosis
    from spec_kitty.application.doctor.findings import Finding

# One remedy can bring to light what the next one is for, a few times at most.
_MAX_ROUNDS = 3


class Mended(Record):
    """Is what became of one finding that was to be mended; `left` says why it was not."""

    finding: Finding
    needed: bool
    left: str | None = None


@click.command()
@feature_option()
@click.option("--fix", is_flag=True, help="Put right what can be put right without a person.")
@json_option()
@pass_session
def doctor(session: Session, feature: str | None, fix: bool, as_json: bool) -> int:
    """Say what is wrong with this clone or a feature, why it matters, and what to do.

    It is safe at any time, also while commands run; without --fix nothing is changed. With
    --fix each act is said before it is done: what killed commands left is finished or taken
    back, and workspaces are made or linked again. It moves no branch that somebody moved and
    deletes nothing that is not kept. The exit status is 1 while something is wrong.

    It looks at journals as they are now; 'spec-kitty verify' audits the whole of them.
    """
    from spec_kitty.application.doctor.diagnosis import diagnose

    diagnosis = diagnose(session.host, feature)
    mended: list[Mended] = []
    if fix:
        diagnosis = _mend(session, feature, diagnosis, mended, as_json)
    left = sum(each.left is not None for each in mended)
    if as_json:
        session.json(_data(diagnosis, mended))
    else:
        from spec_kitty.doors.cli.showing.findings import show_diagnosis

        if mended:
            session.say()
        show_diagnosis(session, diagnosis, left, offer_fix=not fix)
    return 0 if diagnosis.is_healthy and not left else 1


def _mend(
    session: Session,
    feature: str | None,
    diagnosis: Diagnosis,
    mended: list[Mended],
    silent: bool,
) -> Diagnosis:
    from spec_kitty.application.doctor.diagnosis import diagnose

    for _ in range(_MAX_ROUNDS):
        tried = {each.finding for each in mended}
        due = [each for each in diagnosis.mendable if each not in tried]
        if not due:
            break
        for finding in due:
            mended.append(_mend_one(session, finding, silent))
        diagnosis = diagnose(session.host, feature)
    return diagnosis


def _mend_one(session: Session, finding: Finding, silent: bool) -> Mended:
    from spec_kitty.application.doctor.remedies import mend
    from spec_kitty.doors.cli.showing.findings import show_act, show_outcome

    if not silent:
        show_act(session, finding)
    try:
        outcome = Mended(finding, mend(session.host, finding))
    except Refusal as refusal:
        outcome = Mended(finding, True, refusal.message)
    except OSError as error:
        # One act that the system refuses keeps no other from being done.
        outcome = Mended(finding, True, f"{error.strerror}: {error.filename}")
    if not silent:
        show_outcome(session, outcome.needed, outcome.left)
    return outcome


def _data(diagnosis: Diagnosis, mended: list[Mended]) -> dict[str, object]:
    return {
        "features": diagnosis.features,
        "healthy": diagnosis.is_healthy,
        "findings": [_finding(each) for each in diagnosis.findings],
        "mended": [
            {**_finding(each.finding), "done": each.left is None, "left_because": each.left}
            for each in mended
        ],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "feature_slug": finding.feature,
        "wp_id": finding.package,
        "place": finding.place,
        "message": finding.message,
        "why": finding.why,
        "fix": finding.act,
        "remedy": finding.remedy,
        "commands": list(finding.commands),
    }
