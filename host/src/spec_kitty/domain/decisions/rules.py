"""Owns the rules that several decisions share: the table's rows, holders, fences, reasons.

Where several refusals fit, the order is: the feature, the lane, whose turn it is, the attempt, what
is missing. A start alone asks whose it is before it looks at the lane.
"""

from __future__ import annotations

from spec_kitty.domain.feature import Caller, Feature, MergePhase, Package
from spec_kitty.domain.lanes import By, Lane, Move, MoveKind, Need, move_between, moves_from
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.domain.planning.plan import FeaturePlan


def rejected(message: str, **facts: object) -> Refusal:
    return Refusal(ErrorCode.TRANSITION_REJECTED, message, **facts)


def require_open(feature: Feature) -> None:
    """Refuses every change of a feature that is merged or being merged."""
    if feature.merge is None:
        return
    if feature.merge.phase is MergePhase.INTENDED:
        raise Refusal(
            ErrorCode.BUSY,
            f"The merge of {feature.slug} is under way. Wait until it has ended and try again.",
            retryable=True,
        )
    raise rejected(
        f"{feature.slug} is merged into {feature.target_branch}: its work packages no longer "
        "move. Plan a new feature for what is left.",
        reason="merged",
    )


def require_move(package: Package, to: Lane, kind: MoveKind | None = None) -> Move:
    """Returns the table's row for the move; `kind` says which one the caller means."""
    move = move_between(package.lane, to)
    if move is None:
        possible = [row.to.public for row in moves_from(package.lane)]
        raise rejected(
            f"{package.id} cannot move from {package.lane.public} to {to.public}. "
            f"From {package.lane.public} it can move to {', '.join(possible)}.",
            from_lane=package.lane.public,
            to_lane=to.public,
            allowed=possible,
        )
    if kind not in (None, move.kind):
        raise rejected(
            f"{package.id} is {package.lane.public}, and from there '{kind}' is no move. "
            "Read the state again before you go on.",
            reason="lane_changed",
            from_lane=package.lane.public,
            to_lane=to.public,
        )
    if Need.ORIGIN in move.needs and to not in (package.came_from, Lane.PLANNED):
        origin = package.came_from or Lane.PLANNED
        raise rejected(
            f"{package.id} was blocked in {origin.public}: it goes back there, or to planned.",
            from_lane=package.lane.public,
            to_lane=to.public,
            allowed=[origin.public, Lane.PLANNED.public],
        )
    return move


def require_turn(
    package: Package, caller: Caller, attempt: int | None, move: Move, force: bool = False
) -> None:
    """Refuses whoever may not make a move of the table now.

    Somebody else learns that it is not theirs, whatever attempt they name; so it is everywhere.
    """
    require_right(package, caller, move, force)
    require_attempt(package, attempt)


def require_right(package: Package, caller: Caller, move: Move, force: bool) -> None:
    """Refuses a move that the table gives to somebody else. Force passes over a holder only."""
    if move.by is By.PERSON_WITH_FORCE:
        if not (caller.person and force):
            raise rejected(
                f"Only a person can bring {package.id} back, with --force and a reason.",
                by=move.by.value,
            )
        return
    if move.by is By.REVIEWER:
        if not force:
            require_reviewer(package, caller)
        return
    if move.by is By.ANYONE or (force and package.claim is not None):
        return
    if move.by is By.HOLDER_OR_PERSON and caller.person:
        return
    require_holder(package, caller)


def require_holder(package: Package, caller: Caller) -> None:
    """Refuses everybody but the holder of the claim."""
    if package.claim is None:
        raise rejected(
            f"Nobody holds {package.id}, so only a person can do this. "
            f"To work on it, claim it: spec-kitty implement {package.id}",
            by=By.HOLDER.value,
        )
    if package.claim.actor != caller.actor:
        raise already_claimed(package, package.claim.actor, caller, "is claimed by")


def require_reviewer(package: Package, caller: Caller) -> None:
    """Refuses everybody but the reviewer, once somebody has claimed the review."""
    if package.review is not None and package.review.actor != caller.actor:
        raise already_claimed(package, package.review.actor, caller, "is being reviewed by")


def already_claimed(package: Package, holder: str, caller: Caller, how: str) -> Refusal:
    return Refusal(
        ErrorCode.WP_ALREADY_CLAIMED,
        f"{package.id} {how} {holder}. Take another work package, or ask {holder}; "
        f"'spec-kitty why {package.id}' says since when.{_release(package, holder)}",
        claimed_by=holder,
        requesting_actor=caller.actor,
        lane=package.lane.public,
    )


def _release(package: Package, holder: str) -> str:
    """Returns how a person takes a claim away from whoever works."""
    if package.lane is not Lane.IN_PROGRESS:
        return ""
    from shlex import quote

    return (
        f" If {holder} is gone, a person releases it: spec-kitty agent tasks move-task "
        f"{package.id} --to planned --note {quote(f'{holder} is gone')}"
    )


def require_attempt(package: Package, attempt: int | None) -> None:
    """Refuses a call that was made for an attempt which is no longer the current one."""
    if attempt is not None and attempt != package.attempt:
        raise rejected(
            f"This call is about attempt {attempt} of {package.id}, but attempt "
            f"{package.attempt} is the current one. Read the state again before you go on.",
            reason="stale_attempt",
            attempt=package.attempt,
            given_attempt=attempt,
        )


def says_something(text: str | None) -> bool:
    return text is not None and bool(text.strip())


def require_reason(package: Package, kind: MoveKind, note: str | None) -> str:
    """Returns the reason for a move that may not be made without one."""
    if note is None or not says_something(note):
        raise Refusal(
            ErrorCode.WORKFLOW_EVIDENCE_REQUIRED,
            f"To {kind.value} {package.id} a reason is needed. Give it with --note.",
            reason="no_reason",
        )
    return note


def require_planned(plan: FeaturePlan, package_id: str) -> None:
    """Refuses a work package that the plan lacks or describes with errors."""
    errors = [p for p in plan.problems_of(package_id) if p.severity == "error"]
    if errors:
        first = errors[0]
        where = first.path if first.line is None else f"{first.path}:{first.line}"
        raise Refusal(
            ErrorCode.PLAN_INVALID,
            f"{where}: {first.message} Mend the file, commit it and try again.",
            problems=[{"path": p.path, "line": p.line, "message": p.message} for p in errors[:50]],
        )
    if plan.package(package_id) is None:
        raise Refusal(
            ErrorCode.WP_NOT_FOUND,
            f"The plan of {plan.slug} has no {package_id}. "
            f"'spec-kitty feature show {plan.slug}' lists what it has.",
            wp_id=package_id,
        )


def require_dependencies(feature: Feature, plan: FeaturePlan, package_id: str) -> None:
    """Refuses a start while something that the work package builds on is not done."""
    planned = plan.package(package_id)
    wanting = {
        dependency: feature.package(dependency).lane
        for dependency in (planned.dependencies if planned else ())
        if feature.package(dependency).lane is not Lane.DONE
    }
    if not wanting:
        return
    told = ", ".join(f"{name} ({lane.public})" for name, lane in wanting.items())
    canceled = [name for name, lane in wanting.items() if lane is Lane.CANCELED]
    step = "Finish what it depends on first."
    if canceled:
        step = (
            f"{', '.join(canceled)} was canceled and will never be done: take it out of the "
            f"dependencies of {package_id} in the plan, or bring it back."
        )
    raise Refusal(
        ErrorCode.DEPENDENCIES_NOT_SATISFIED,
        f"{package_id} depends on {told}. {step}",
        unsatisfied_dependencies=list(wanting),
        canceled_dependencies=canceled,
    )


def put_back(ref: str, recorded: str | None, actual: str | None) -> str:
    """Returns the command by which a branch gets back where it was, with what it is now kept."""
    if actual is None:
        return f"git update-ref {ref} {recorded}"
    aside = f"{ref.removeprefix('refs/heads/')}-as-found-{actual[:7]}"
    return f"git branch {aside} {actual} && git update-ref {ref} {recorded} {actual}"
