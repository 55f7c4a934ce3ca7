"""Owns what a person does meanwhile: by hand, at any time, and not always wisely."""

from collections import Counter
from dataclasses import replace
from random import Random

from memory_host import SLUG, HostKilled, MemoryPorts, Plan
from spec_kitty.application.moves.named import Move
from spec_kitty.application.moves.reviews import Review
from spec_kitty.application.moves.submissions import Submission
from spec_kitty.application.workflow import Call
from spec_kitty.domain.feature import Caller, Decision, Package
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import feature_branch, package_branch
from spec_kitty.domain.planning.plan import known_ids
from spec_kitty.domain.planning.settings import ProjectPolicy
from spec_kitty.domain.refusals import Refusal

ALICE = Call(Caller("alice", person=True))


class Alice:
    """Is a person at the keyboard of one repository."""

    def __init__(self, ports: MemoryPorts, dice: Random, count: Counter[str]) -> None:
        self._ports, self._dice, self._count = ports, dice, count
        self._host = ports.host()

    def meddle(self) -> None:
        """Does something; what the host refuses stays undone."""
        act = self._dice.choice(ACTS)
        try:
            act(self, self._dice.choice(self.ids()))
        except (Refusal, HostKilled):
            return
        self._count[f"person:{act.__name__}"] += 1

    def ids(self) -> tuple[str, ...]:
        desk = self._host.reader.desk(SLUG)
        return known_ids(desk.plan, desk.feature)

    def package(self, name: str) -> Package:
        return self._host.reader.desk(SLUG).feature.package(name)

    def _one_in(self, lane: Lane, name: str) -> str:
        """Returns a work package in a lane, or the given one where there is none."""
        found = [each for each in self.ids() if self.package(each).lane is lane]
        return self._dice.choice(found or [name])

    def move(self, name: str, to: Lane, force: bool = False) -> None:
        why = f"Alice wants {name} there."
        self._host.moves.move(SLUG, Move(name, to, why, force=force), ALICE)

    def take_over(self, name: str) -> None:
        if self.package(name).claim is not None:
            self.move(name, Lane.PLANNED)
        self._host.starts.start(SLUG, name, ALICE)

    def block(self, name: str) -> None:
        self.move(name, Lane.BLOCKED)

    def unblock(self, name: str) -> None:
        blocked = self._one_in(Lane.BLOCKED, name)
        origin = self.package(blocked).came_from
        if origin is not None:
            self.move(blocked, origin if self._dice.random() < 0.7 else Lane.PLANNED)

    def cancel(self, name: str) -> None:
        if self._dice.random() < 0.4:
            self.move(name, Lane.CANCELED)

    def restore(self, name: str) -> None:
        self.move(self._one_in(Lane.CANCELED, name), Lane.PLANNED, force=True)

    def release(self, name: str) -> None:
        self.move(name, Lane.PLANNED)

    def reopen(self, name: str) -> None:
        if self.package(name).lane is Lane.DONE and self._dice.random() < 0.3:
            asked = Move(name, Lane.IN_PROGRESS, "It fails on mine.", "late-finding")
            self._host.moves.reopen(SLUG, asked, ALICE)

    def review(self, name: str) -> None:
        self._host.reviews.claim(SLUG, self._one_in(Lane.FOR_REVIEW, name), None, ALICE)

    def judge(self, name: str) -> None:
        decision = self._dice.choice(list(Decision))
        judged = Review(self._one_in(Lane.FOR_REVIEW, name), decision, note="As I say.", force=True)
        self._host.reviews.give(SLUG, judged, ALICE)

    def commit(self, name: str) -> None:
        """Commits something in the workspace of a work package, as people do."""
        repository, ref = self._ports.repository, package_branch(SLUG, name)
        if ref in repository.refs and name in self._ports.workspaces.files:
            tree = self._ports.workspaces.files[name] | {f"src/{name}-by-alice.py"}
            self._ports.workspaces.files[name] = tree
            repository.refs[ref] = repository.make(tree, repository.refs[ref])

    def move_target(self, name: str) -> None:
        self._ports.commit_plan(path=f"src/{name}-on-main.py")

    def remove_workspace(self, name: str) -> None:
        self._ports.workspaces.files.pop(name, None)

    def add_to_plan(self, name: str) -> None:
        plan, new = self._ports.plan, f"WP{len(self._ports.plan.packages) + 40}"
        if new not in plan.packages and len(plan.packages) < 14:
            needed = () if self._dice.random() < 0.5 else (name,)
            self._commit(replace(plan, packages={**plan.packages, new: needed}))

    def remove_from_plan(self, name: str) -> None:
        plan = self._ports.plan
        if len(plan.packages) > 1 and self._dice.random() < 0.5:
            left = {each: needed for each, needed in plan.packages.items() if each != name}
            self._commit(replace(plan, packages=left))

    def break_plan(self, name: str) -> None:
        plan = self._ports.plan
        broken = plan.broken ^ {name}
        self._commit(replace(plan, broken=broken))

    def forbid(self, name: str) -> None:
        if self._dice.random() < 0.1:
            allowed = not self._ports.rules.policy.orchestration
            self._ports.rules = self._ports.rules.replace(policy=ProjectPolicy(allowed))
            self._ports.commit_plan()

    def move_feature_branch(self, name: str) -> None:
        ref = feature_branch(SLUG)
        if ref in self._ports.repository.refs and self._dice.random() < 0.1:
            old = self._ports.repository.refs[ref]
            tree = self._ports.repository.commits[old].tree
            self._ports.repository.refs[ref] = self._ports.repository.make(tree, old)

    def check_out_elsewhere(self, name: str) -> None:
        if self._dice.random() < 0.2:
            self._ports.workspaces.elsewhere ^= {package_branch(SLUG, name)}

    def _commit(self, plan: Plan) -> None:
        self._ports.commit_plan(plan)

    def settle(self, actor: str, run_id: str) -> None:
        """Puts right whatever needs a person, so that the run can go on by itself."""
        ports, plan = self._ports, self._ports.plan
        if ports.journal.state is not None and ports.journal.state.merging:
            # Any change has the host look what became of a merge that was interrupted.
            self._host.moves.add_note(SLUG, self.ids()[0], "Looked at.", ALICE)
        if ports.journal.state is not None and ports.journal.state.merged:
            return
        ports.workspaces.elsewhere.clear()
        ports.rules = ports.rules.replace(policy=ProjectPolicy())
        self._commit(replace(plan, broken=frozenset()))
        tip = self._host.reader.desk(SLUG).feature.feature_tip
        if tip is not None:
            ports.repository.refs[feature_branch(SLUG)] = tip
        for name in self.ids():
            self._settle(name, (actor, run_id))

    def _settle(self, name: str, ours: tuple[str, str]) -> None:
        package = self.package(name)
        if package.lane is Lane.BLOCKED:
            self.move(name, package.came_from or Lane.PLANNED)
            package = self.package(name)
        held = package.claim and (package.claim.actor, package.claim.run_id)
        if held not in (None, ours) and package.lane not in (Lane.DONE, Lane.CANCELED):
            self.move(name, Lane.PLANNED)
            package = self.package(name)
        if package.review is not None and package.review.actor != ours[0]:
            self._host.reviews.give(
                SLUG, Review(name, Decision.CHANGES_REQUESTED, note="Once more."), ALICE
            )
        if name not in self._ports.plan.packages:
            if package.integrations:
                plan = self._ports.plan
                self._commit(replace(plan, packages={**plan.packages, name: ()}))
            elif package.lane not in (Lane.DONE, Lane.CANCELED):
                self.move(name, Lane.CANCELED)
        elif package.lane is Lane.CANCELED:
            self.move(name, Lane.PLANNED, force=True)

    def submit_by_hand(self, name: str) -> None:
        claim = self.package(name).claim
        if claim is not None and claim.actor == "alice" and name in self._ports.workspaces.files:
            files = self._ports.workspaces.files
            clean = {path for path in files[name] if not path.startswith(("conflict-", "secret"))}
            files[name] = frozenset(clean | {f"src/{name}-alice.py"})
            self._host.submissions.submit(SLUG, Submission(name), ALICE)


ACTS = (
    Alice.take_over,
    Alice.take_over,
    Alice.review,
    Alice.judge,
    Alice.judge,
    Alice.block,
    Alice.block,
    Alice.unblock,
    Alice.unblock,
    Alice.cancel,
    Alice.restore,
    Alice.release,
    Alice.reopen,
    Alice.review,
    Alice.judge,
    Alice.commit,
    Alice.commit,
    Alice.move_target,
    Alice.remove_workspace,
    Alice.add_to_plan,
    Alice.remove_from_plan,
    Alice.break_plan,
    Alice.forbid,
    Alice.move_feature_branch,
    Alice.check_out_elsewhere,
    Alice.submit_by_hand,
)
