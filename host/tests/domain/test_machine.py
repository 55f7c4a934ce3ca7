"""Lets people and programs do what they like to a feature, in any order.

STATE_MACHINE_EXAMPLES sets how many stories are tried, for a longer search.
"""

import os
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from domain.feature_world import FEATURE_REF, World
from domain.features import AT, HOLDER, PERSON, PROGRAM, REVIEWER, plan_of
from spec_kitty.domain.commands import (
    AbandonClaim,
    AbandonMerge,
    AcceptFeature,
    AddNote,
    ClaimPackage,
    ClaimReview,
    Command,
    CompleteMerge,
    ConfirmWorkspace,
    GiveVerdict,
    IntegratePackage,
    IntendMerge,
    MovePackage,
    RecordVerification,
    ReopenPackage,
    ReturnConflict,
    SubmitPackage,
)
from spec_kitty.domain.feature import (
    Acceptance,
    Caller,
    CheckRun,
    Decision,
    Merge,
    MergePhase,
    Rework,
    ReworkCause,
)
from spec_kitty.domain.lanes import By, Lane, moves_from

IDS = ("WP01", "WP02", "WP03")
CALLERS = (HOLDER, HOLDER.replace(run_id="run-9"), PROGRAM, REVIEWER, PERSON)

# Mostly whoever holds the package, so that stories get somewhere.
CALLER = st.none() | st.none() | st.sampled_from(CALLERS)
NUMBER = st.integers(0, 2)
ATTEMPT = st.sampled_from([None, None, None, 0, 0, 0, 1, -1])
TEXT = st.sampled_from([*["A reason."] * 8, None, " "])
SELDOM = st.sampled_from([False, False, False, True])
MOSTLY = st.sampled_from([True, True, True, False])
HEAD = st.sampled_from([None, None, None, "submitted", "submitted", "other"])
DELIVERIES = ["accept", "intend", "intend", "land", "abandon", "other", "fail", "record"]


class FeatureMachine(RuleBasedStateMachine):
    """Is a story about one feature."""

    @initialize(count=st.integers(1, 3), edges=st.tuples(*[st.booleans()] * 3))
    def plan(self, count: int, edges: tuple[bool, bool, bool]) -> None:
        one, two, three = IDS
        wanted = {one: [], two: [one] * edges[0], three: [one] * edges[1] + [two] * edges[2]}
        self.world = World(plan_of({each: tuple(wanted[each]) for each in IDS[:count]}))

    def _package(self, number: int, *lanes: Lane) -> str:
        """Returns a package that stands in one of the lanes, if there is one."""
        world = self.world
        fitting = [each for each in world.ids if world.feature.package(each).lane in lanes]
        return (fitting or world.ids)[number % len(fitting or world.ids)]

    def _caller(self, package: str, caller: Caller | None) -> Caller:
        claim = self.world.feature.package(package).claim
        if caller is not None:
            return caller
        return Caller(claim.actor, claim.person, claim.agent, claim.run_id) if claim else HOLDER

    def _attempt(self, package: str, past: int | None) -> int | None:
        return None if past is None else self.world.feature.package(package).attempt + past

    @rule(number=NUMBER, caller=CALLER)
    def claim(self, number: int, caller: Caller | None) -> None:
        package = self._package(number, Lane.PLANNED)
        who = self._caller(package, caller)
        branches = self.world.branches(package)
        self.world.ask(ClaimPackage(package, who, branches, who.agent or who.actor))

    @rule(number=NUMBER, past=st.sampled_from([0, 0, -1]), stands=MOSTLY)
    def workspace(self, number: int, past: int, stands: bool) -> None:
        package = self._package(number, Lane.IN_PROGRESS)
        attempt = self.world.feature.package(package).attempt + past
        branches = self.world.branches(package)
        if stands:
            self.world.ask(ConfirmWorkspace(package, attempt, (".env",)))
        else:
            self.world.ask(AbandonClaim(package, attempt, "The set-up failed.", branches))

    @rule(number=NUMBER, caller=CALLER, past=ATTEMPT, new=MOSTLY, changed=MOSTLY, force=SELDOM)
    def submit(self, number: int, caller: Caller | None, past: int | None, **facts: bool) -> None:
        package = self._package(number, Lane.IN_PROGRESS)
        branch = self.world.tip(package)
        if branch is None:
            return
        head = self.world.commit() if facts["new"] else branch
        base = self.world.feature.feature_tip or self.world.target
        who, attempt = self._caller(package, caller), self._attempt(package, past)
        told = (attempt, facts["force"], "A reason.")
        self.world.ask(SubmitPackage(package, who, head, base, branch, facts["changed"], *told))

    @rule(number=NUMBER, caller=st.sampled_from(CALLERS))
    def claim_review(self, number: int, caller: Caller) -> None:
        package = self._package(number, Lane.FOR_REVIEW)
        self.world.ask(ClaimReview(package, caller, "review-1"))

    @rule(
        number=NUMBER,
        caller=st.sampled_from(CALLERS),
        decision=st.sampled_from(Decision),
        head=HEAD,
        past=ATTEMPT,
        note=TEXT,
        reference=TEXT,
        force=SELDOM,
        clean=MOSTLY,
    )
    def review(self, number: int, decision: Decision, clean: bool, **given: Any) -> None:
        package = self._package(number, Lane.FOR_REVIEW)
        heads = {"submitted": self.world.feature.package(package).head_commit, "other": "f" * 40}
        verdict = GiveVerdict(
            package,
            given["caller"],
            decision,
            heads.get(given["head"]),
            given["reference"],
            note=given["note"],
            at=AT,
            attempt=self._attempt(package, given["past"]),
            force=given["force"],
        )
        branch, new = self.world.tip(package) or "", self.world.commit()
        if decision is Decision.CHANGES_REQUESTED:
            self.world.ask(verdict)
        elif clean:
            self.world.ask(IntegratePackage(verdict, new, branch))
        else:
            rework = Rework(ReworkCause.CONFLICT)
            self.world.ask(ReturnConflict(verdict, rework, branch, new))

    @rule(number=NUMBER, caller=CALLER, note=TEXT, reference=TEXT, past=ATTEMPT)
    def reopen(self, number: int, caller: Caller | None, past: int | None, **told: Any) -> None:
        package = self._package(number, Lane.DONE)
        who, attempt = self._caller(package, caller), self._attempt(package, past)
        rework = Rework(ReworkCause.REOPENED, told["note"], told["reference"])
        branch, tip = self.world.tip(package), self.world.commit()
        self.world.ask(ReopenPackage(package, who, rework, branch, tip, attempt))

    @rule(
        number=NUMBER,
        caller=CALLER,
        to=st.integers(0, 3) | st.sampled_from(Lane),
        note=TEXT,
        past=ATTEMPT,
        force=SELDOM,
    )
    def move(self, number: int, caller: Caller | None, to: Lane | int, **told: Any) -> None:
        package = self._package(number)
        if isinstance(to, int):
            possible = moves_from(self.world.feature.package(package).lane)
            row = possible[to % len(possible)]
            to = row.to
            if row.by is By.PERSON_WITH_FORCE:
                caller, told["force"] = PERSON, True
        who, attempt = self._caller(package, caller), self._attempt(package, told["past"])
        branch = self.world.tip(package) if to is Lane.CANCELED else None
        asked = MovePackage(package, who, to, told["note"], attempt, told["force"], branch)
        self.world.ask(asked)

    @rule(number=NUMBER, what=st.sampled_from(["note", "commit", "target"]))
    def happen_meanwhile(self, number: int, what: str) -> None:
        package = self._package(number)
        match what:
            case "note":
                assert self.world.ask(AddNote(package, "Seen.", "hist-1")) is None
            case "commit":
                self.world.commit_by_hand(package)
            case "target":
                self.world.targets.append(self.world.commit())

    @rule(what=st.sampled_from(DELIVERIES))
    def deliver(self, what: str) -> None:
        tip, target = self.world.feature.feature_tip or "", self.world.target
        merge = self.world.feature.merge or self._merge()
        match what:
            case "accept":
                self.world.ask(AcceptFeature(self._acceptance()))
            case "fail":
                run = CheckRun("make test", 1, False, 1.0, "none")
                self.world.ask(RecordVerification(tip, target, "a" * 40, run))
            case "intend":
                self.world.ask(self._intend())
            case "record":
                done = MergePhase.COMPLETED
                self.world.ask(CompleteMerge(merge.replace(phase=done, recorded=True)))
            case "land":
                self.world.ask(CompleteMerge(merge))
            case "other":
                self.world.ask(CompleteMerge(merge.replace(commit="f" * 40)))
            case "abandon":
                self.world.ask(AbandonMerge("It was interrupted."))

    def _acceptance(self) -> Acceptance:
        tip = self.world.feature.feature_tip or ""
        return Acceptance("alice", AT, tip, self.world.target, "a" * 40)

    def _merge(self) -> Merge:
        target, landing = self.world.target, self.world.commit()
        return Merge(MergePhase.INTENDED, "alice", AT, "merge", target, landing)

    def _intend(self) -> IntendMerge:
        return IntendMerge(self._merge(), self.world.target, self.world.refs.get(FEATURE_REF))

    @rule(steps=st.integers(1, 5))
    def go_on(self, steps: int) -> None:
        for _ in range(steps):
            self.world.ask(self._next_step())

    def _next_step(self) -> Command:
        """Returns what a provider would do next; merges are left to chance, they end a story."""
        world = self.world
        for package in map(world.feature.package, world.ids):
            name, who = package.id, self._caller(package.id, None)
            tip, commit = world.tip(name) or world.target, world.commit()
            match package.lane:
                case Lane.PLANNED:
                    return ClaimPackage(name, who, world.branches(name), "codex")
                case Lane.IN_PROGRESS:
                    return SubmitPackage(name, who, commit, tip, tip, changed=True)
                case Lane.FOR_REVIEW:
                    told: dict[str, Any] = {"force": True, "note": "A reason."}
                    verdict = GiveVerdict(name, PERSON, Decision.APPROVED, tip).replace(**told)
                    return IntegratePackage(verdict, commit, tip)
                case Lane.BLOCKED:
                    assert package.came_from is not None
                    return MovePackage(name, who, package.came_from)
        return AcceptFeature(self._acceptance())

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.check_journal()


TestFeature = FeatureMachine.TestCase
TestFeature.settings = settings(
    max_examples=int(os.environ.get("STATE_MACHINE_EXAMPLES", "50")),
    stateful_step_count=30,
    deadline=None,
)
