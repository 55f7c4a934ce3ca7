"""Owns the changes that a run asks the host for: intended, asked, and what came of it."""

from spec_kitty_orchestrator.domain.agents import Policy, Role
from spec_kitty_orchestrator.domain.feature import Lane, Package
from spec_kitty_orchestrator.domain.run import told
from spec_kitty_orchestrator.domain.run.records import Step, StepDone, StepIntended, StepRefused
from spec_kitty_orchestrator.domain.scheduling.actions import (
    Accept,
    Block,
    ClaimReview,
    GiveVerdict,
    Merge,
    Reopen,
    Start,
    Submit,
)
from spec_kitty_orchestrator.domain.scheduling.keys import feature_key, step_key
from spec_kitty_orchestrator.domain.verdict import Decision
from spec_kitty_orchestrator.loop.world import Run
from spec_kitty_orchestrator.ports import (
    AcceptFeature,
    Answer,
    Caller,
    HostRefused,
    MergeFeature,
    Request,
    StartImplementation,
    StartReview,
    Transition,
)

StepAction = Start | Submit | ClaimReview | GiveVerdict | Block | Reopen | Accept | Merge

STEPS: dict[type[StepAction], Step] = {
    Start: Step.START,
    Submit: Step.SUBMIT,
    ClaimReview: Step.CLAIM_REVIEW,
    GiveVerdict: Step.VERDICT,
    Block: Step.BLOCK,
    Reopen: Step.REOPEN,
    Accept: Step.ACCEPT,
    Merge: Step.MERGE,
}


# What brings an agent to work soonest goes first when the host has a lot to do.
_RANKS = {Step.START: 0, Step.CLAIM_REVIEW: 1, Step.SUBMIT: 2}
_LAST = 3


def package_of(action: StepAction) -> str:
    """Returns the work package that a step is about, empty for the whole feature."""
    return "" if isinstance(action, Accept | Merge) else action.package


async def take(run: Run, action: StepAction) -> None:
    """Takes one step; the caller has marked its work package busy. Raises HostRefused.

    A refusal of the step itself is recorded and answered by the scheduler; what is raised is a
    host that cannot even be asked where things stand.
    """
    step, package_id = STEPS[type(action)], package_of(action)
    view = run.view()
    if package_id:
        package = run.feature.package(package_id)
        key = step_key(view, package, step)
    else:
        package, key = Package(""), feature_key(view, step)
    run.record(StepIntended(view.now, package_id, step, key))
    caller = Caller(run.started.actor, run.started.run_id, policy_of(run, action), key)
    foreign = run.foreign
    try:
        request = request_of(run, action, package, key)
        async with run.gate.passing(_RANKS.get(step, _LAST)):
            answer = await run.world.host.change(run.started.feature, request, caller)
    except HostRefused as refused:
        run.record(_refusal(run, package_id, step, key, refused))
        await run.look()
        return
    lane, detail = answer.lane, answer.merge_commit or answer.head_commit or ""
    now = run.world.clock.now()
    run.record(StepDone(now, package_id, step, key, lane, detail, package.review_rounds))
    if answer.workspace is not None:
        run.places[package_id] = (answer.workspace, answer.prompt)
    changed = after_answer(run, action, package, answer)
    # What somebody else changed meanwhile may be newer than this answer.
    if changed is None or run.foreign != foreign:
        await run.look()
    else:
        run.tell(changed)


def request_of(run: Run, action: StepAction, package: Package, key: str) -> Request:
    """Returns what a step asks the host for."""
    attempt = package.attempt
    match action:
        case Start():
            return StartImplementation(package.id, action.agent)
        case Submit():
            whole = tuple(each.path for each in package.conflicts if not each.has_markers)
            return Transition(package.id, Lane.FOR_REVIEW, action.agent, attempt, resolved=whole)
        case ClaimReview():
            return StartReview(package.id, action.agent)
        case GiveVerdict():
            approved = action.verdict.decision is Decision.APPROVED
            return Transition(
                package.id,
                Lane.DONE if approved else Lane.IN_PROGRESS,
                action.agent,
                attempt,
                review_ref=key,
                verdict=action.verdict,
                head=action.head,
            )
        case Block():
            return Transition(package.id, Lane.BLOCKED, attempt=attempt, note=action.reason)
        case Reopen():
            return Transition(package.id, Lane.IN_PROGRESS, note=action.reason, review_ref=key)
        case Accept():
            return AcceptFeature()
        case Merge():
            return MergeFeature(run.started.strategy)


def policy_of(run: Run, action: StepAction) -> Policy:
    """Returns the policy of the launch that a step is about; delivery goes by the first agent's.

    So does the work of an agent that is not configured any more.
    """
    agents, roster = run.world.agents, run.roster
    role = Role.REVIEW if isinstance(action, ClaimReview | GiveVerdict) else Role.IMPLEMENT
    first = roster.agents[roster.implementers[0]]
    if isinstance(action, Start | Submit | ClaimReview | GiveVerdict):
        return agents.policy(roster.agents.get(action.agent, first), role)
    return agents.policy(first, role)


def after_answer(run: Run, action: StepAction, package: Package, answer: Answer) -> Package | None:
    """Returns the work package as the answer tells it; None where the host has to be asked."""
    match action:
        case Start() if answer.attempt is not None:
            return told.started(package, run.started, action.agent, answer.attempt)
        case Submit() if answer.head_commit is not None:
            return told.submitted(package, answer.head_commit, action.agent)
        case ClaimReview() if answer.head_commit is not None:
            return told.review_claimed(package, run.started, answer.head_commit, answer.base_commit)
        case GiveVerdict() if action.verdict.decision is Decision.APPROVED:
            return told.approved(run.feature, package, action.head)
        case GiveVerdict() if answer.attempt is not None:
            return told.sent_back(package, action.verdict, action.head, answer.attempt)
        case _:
            return None


def _refusal(run: Run, package: str, step: Step, key: str, refused: HostRefused) -> StepRefused:
    facts = refused.facts
    reason, guard, reopen = (facts.get(name) for name in ("reason", "guard", "reopen"))
    return StepRefused(
        run.world.clock.now(),
        package,
        step,
        key,
        refused.code,
        refused.message,
        f"guard:{guard}" if guard else str(reason) if reason else None,
        str(reopen) if reopen else None,
    )
