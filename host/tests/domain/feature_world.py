"""Plays one feature against a stand-in for git, and holds every step to what must be true.

Git is a mapping from refs to commits. What is asked is decided and replayed as the host does it;
the checks here are written down once more, without a look at how `decide` goes about it.
"""

from domain.features import AT, SLUG, caller_of, oid
from spec_kitty.domain.commands import BranchFacts, Command, GiveVerdict
from spec_kitty.domain.decide import decide
from spec_kitty.domain.events import (
    Event,
    MergeCompleted,
    MergeIntended,
    NoteAdded,
    PackageClaimed,
    PackageIntegrated,
    PackageUnblocked,
    RefMove,
    ReworkRequested,
)
from spec_kitty.domain.feature import Decision, Feature, Package
from spec_kitty.domain.invariants import violations
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import feature_branch, package_branch
from spec_kitty.domain.planning.plan import FeaturePlan
from spec_kitty.domain.refusals import Refusal
from spec_kitty.domain.replay import replay

FEATURE_REF = feature_branch(SLUG)


class World:
    """Is a feature, its journal and its branches."""

    def __init__(self, plan: FeaturePlan) -> None:
        self.plan = plan
        self.ids = [package.id for package in plan.packages]
        self.states = [Feature(SLUG, "main")]
        self.events: list[Event] = []
        self.refs: dict[str, str] = {}
        self.targets = [oid("target")]
        self._commits = 0

    @property
    def feature(self) -> Feature:
        return self.states[-1]

    @property
    def target(self) -> str:
        return self.targets[-1]

    def commit(self) -> str:
        self._commits += 1
        return oid(f"commit {self._commits}")

    def tip(self, package: str) -> str | None:
        return self.refs.get(package_branch(SLUG, package))

    def commit_by_hand(self, package: str) -> None:
        if self.tip(package) is not None:
            self.refs[package_branch(SLUG, package)] = self.commit()

    def branches(self, package: str) -> BranchFacts:
        tips = self.refs.get(FEATURE_REF), self.tip(package)
        return BranchFacts(self.target, *tips, *(tip in self.targets for tip in tips))

    def ask(self, command: Command) -> Refusal | None:
        """Returns the refusal, if it is one; else what was decided has happened."""
        before, told = self.feature, repr(self.feature)
        try:
            decided = decide(before, self.plan, command)
        except Refusal as refusal:
            assert repr(before) == told
            return refusal
        if decided is None:
            return None
        self._move(decided.refs)
        first = None if self.events else before.target_branch
        number, caller = len(self.events) + 1, caller_of(command)
        event = Event(number, AT, caller, decided.fact, decided.refs, first)
        after = replay(before if self.events else None, SLUG, event)
        self.events.append(event)
        self.states.append(after)
        self._check(before, command, event)
        return None

    def _move(self, moves: tuple[RefMove, ...]) -> None:
        for move in moves:
            assert self.refs.get(move.ref) == move.old, "the branch is not where the event says"
            assert move.old != move.new
            self.refs.pop(move.ref, None)
            if move.new is not None:
                self.refs[move.ref] = move.new

    def _check(self, before: Feature, command: Command, event: Event) -> None:
        after = self.feature
        assert violations(after) == ()
        for package_id, package in before.packages.items():
            assert package.attempt <= after.package(package_id).attempt
            assert (
                package.integrations
                == after.package(package_id).integrations[: len(package.integrations)]
            )
        if after.packages != before.packages:
            assert before.merge is None, "a package moved in a feature that is being merged"
            assert after.acceptance is None, "an acceptance outlived a change"
        given = getattr(getattr(command, "verdict", command), "attempt", None)
        if given is not None:
            assert given == self._package(before, event).attempt, "a stale attempt acted"
        match event.fact:
            case PackageClaimed():
                self._check_claim(before, event)
            case PackageIntegrated():
                self._check_reviewer(before, command)
                self._check_integration(before, event.fact)
            case ReworkRequested():
                self._check_reviewer(before, command)
                assert event.fact.attempt == self._package(before, event).attempt + 1
            case PackageUnblocked():
                assert given is None, "a call about an attempt unblocked"
                package = self._package(before, event)
                assert event.fact.to in (package.came_from, Lane.PLANNED)
                assert self._package(after, event).claim == package.claim
            case MergeIntended() | MergeCompleted():
                self._check_all_settled(after)
            case NoteAdded():
                assert after == before.replace(sequence=event.sequence)

    def _package(self, feature: Feature, event: Event) -> Package:
        return feature.package(getattr(event.fact, "package", ""))

    def _check_claim(self, before: Feature, event: Event) -> None:
        package = self._package(before, event)
        planned = self.plan.package(package.id)
        assert planned is not None
        lanes = {before.package(needed).lane for needed in planned.dependencies}
        assert lanes <= {Lane.DONE}
        assert package.lane is Lane.PLANNED
        assert self._package(self.feature, event).attempt == package.attempt + 1
        held = package.claim and (package.claim.actor, package.claim.run_id)
        assert held in (None, (event.caller.actor, event.caller.run_id))

    def _check_reviewer(self, before: Feature, command: Command) -> None:
        verdict = getattr(command, "verdict", command)
        if not isinstance(verdict, GiveVerdict):
            return
        review = before.package(verdict.package).review
        assert verdict.force or review is None or review.actor == verdict.caller.actor

    def _check_integration(self, before: Feature, fact: PackageIntegrated) -> None:
        submitted = before.package(fact.package).head_commit
        assert before.package(fact.package).lane is Lane.FOR_REVIEW
        assert self.tip(fact.package) == submitted == fact.verdict.head
        assert fact.verdict.decision is Decision.APPROVED
        assert self.refs[FEATURE_REF] == fact.commit

    def _check_all_settled(self, feature: Feature) -> None:
        lanes = {feature.package(package_id).lane for package_id in self.ids}
        assert lanes <= {Lane.DONE, Lane.CANCELED}

    def check_journal(self) -> None:
        """Replays the journal from its root."""
        replayed: Feature | None = None
        for event, state in zip(self.events, self.states[1:], strict=True):
            replayed = replay(replayed, SLUG, event)
            assert replayed == state
