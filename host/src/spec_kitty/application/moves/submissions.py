"""Owns submitting work: what the workspace holds becomes a commit, is looked at, and submitted.

The commit is made outside the lock, from a private index; the branch moves with the event.
"""

from __future__ import annotations

from spec_kitty.application.moves.inspection import Inspected, Inspection, max_file_bytes
from spec_kitty.application.moves.messages import work_message
from spec_kitty.application.moves.standing import require_finished, require_standing
from spec_kitty.application.moves.told import moved
from spec_kitty.application.ports import LayOut
from spec_kitty.application.tries import written_again
from spec_kitty.application.workflow import Call, Step
from spec_kitty.domain.commands import SubmitPackage
from spec_kitty.domain.decide import decide
from spec_kitty.domain.decisions.rules import put_back, rejected
from spec_kitty.domain.decisions.submissions import check_submission
from spec_kitty.domain.feature import Caller, Feature
from spec_kitty.domain.names import package_branch, workspace_name
from spec_kitty.domain.project_policy import check_force
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from spec_kitty.application.desk import Desk
    from spec_kitty.application.workflow import Data, Workflow
    from spec_kitty.domain.submission.changes import Snapshot as WorkSnapshot

# A branch that moves while its work is looked at is looked at again, this often.
_TRIES = 3


class Submission(Record):
    """Is what the person or program says with a submission."""

    package: str
    attempt: int | None = None
    resolved: tuple[str, ...] = ()
    force: bool = False
    note: str | None = None


class Work(Record):
    """Is the commit to submit: made on `branch`, compared with `base`."""

    head: str
    base: str
    branch: str
    changed: bool


class BranchMoved(Exception):
    """The work package's branch moved while its work was looked at."""


class Submissions:
    """Submits work packages."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._ports = workflow.ports
        self._inspection = Inspection(workflow.ports.commits)

    def submit(self, slug: str, asked: Submission, call: Call) -> Data:
        """Commits what is uncommitted and submits the branch.

        Raises Refusal: WP_ALREADY_CLAIMED, TRANSITION_REJECTED (with the guard and paths),
        PROTECTED_PATHS_CHANGED, WORKFLOW_EVIDENCE_REQUIRED (no change), WORKSPACE_FAILED.
        """
        answered = self._workflow.admit(slug, call)
        if answered is not None:
            return dict(answered.data)
        for _ in range(_TRIES):
            try:
                return written_again(lambda: self._submit(slug, asked, call))
            except BranchMoved:
                continue
        raise Refusal(
            ErrorCode.BUSY,
            f"The branch of {asked.package} keeps moving while it is submitted. Stop what "
            "commits there and try again.",
            retryable=True,
        )

    def _submit(self, slug: str, asked: Submission, call: Call) -> Data:
        work = self._prepare(self._workflow.reader.desk(slug), asked, call.caller)
        return dict(self._workflow.change(slug, call, _step(asked, work)).data)

    def _prepare(self, desk: Desk, asked: Submission, caller: Caller) -> Work:
        desk.require_known(asked.package)
        check_submission(desk.feature, asked.package, caller, asked.attempt, asked.force)
        branch = desk.package_tip(asked.package)
        if branch is None:
            held = desk.feature.package(asked.package)
            raise Refusal(
                ErrorCode.WORKSPACE_FAILED,
                f"The branch of {asked.package} does not exist any more. Bring it back: "
                f"git branch {workspace_name(desk.slug, asked.package)} "
                f"{held.head_commit or held.base_commit}",
            )
        self._require_sound(desk, asked.package, branch)
        commits = self._ports.commits
        head, found = self._head(desk, asked.package, branch)
        tip = desk.feature.feature_tip or ""
        base = commits.merge_base(tip, head)
        if base is None:
            held = desk.feature.package(asked.package)
            known = held.head_commit or held.base_commit
            raise rejected(
                f"The branch of {asked.package} has no commit in common with the feature branch. "
                "To go on, put it back: "
                + put_back(package_branch(desk.slug, asked.package), known, branch),
                reason="unrelated_history",
            )
        changed = commits.tree_of(head) != commits.tree_of(base)
        left_out = found is not None and (found.too_large or found.nested or found.in_submodules)
        if changed or left_out:
            inspected = Inspected(asked.package, head, base, found, asked.resolved)
            self._inspection.check(desk, inspected)
        if branch != base:
            commits.make_durable(package_branch(desk.slug, asked.package), branch, base)
        return Work(head, base, branch, changed)

    def _require_sound(self, desk: Desk, package: str, branch: str) -> None:
        """Refuses commits of others that git itself would not have made."""
        held = desk.feature.package(package)
        tips = (held.base_commit, held.head_commit, desk.feature.feature_tip, desk.target_tip)
        known = tuple(tip for tip in dict.fromkeys(tips) if tip is not None)
        wrong = None if branch in known else self._ports.commits.forged(branch, known)
        if wrong is not None:
            raise rejected(
                f"A commit of {package} is not one that git would make: {wrong}. Make the commits "
                f"anew, 'git reset --soft {(held.base_commit or '')[:12]}' in the workspace and "
                "'git commit', then submit.",
                guard="forged_objects",
            )

    def _head(self, desk: Desk, package: str, branch: str) -> tuple[str, WorkSnapshot | None]:
        """Returns the commit that holds all of the workspace, and what its files were found as."""
        slug, workspaces = desk.slug, self._ports.workspaces
        if not workspaces.exists(slug, package):
            require_standing(workspaces, desk, package)
            return branch, None
        require_finished(workspaces, slug, package)
        held = desk.feature.package(package)
        found = workspaces.snapshot(slug, package, branch, held.copied, max_file_bytes(desk))
        if not found.changed:
            return branch, found
        return self._ports.commits.commit(found.tree, (branch,), work_message(held)), found


def _step(asked: Submission, work: Work) -> Callable[[Desk, Caller], Step]:
    def step(desk: Desk, caller: Caller) -> Step:
        if asked.force and not caller.person:
            check_force(desk.settings.policy)
        if desk.package_tip(asked.package) != work.branch:
            raise BranchMoved
        command = SubmitPackage(
            asked.package,
            caller,
            work.head,
            work.base,
            work.branch,
            work.changed,
            asked.attempt,
            asked.force,
            asked.note,
        )
        decided = decide(desk.feature, desk.plan, command)

        def tell(feature: Feature) -> Data:
            now = feature.package(asked.package)
            return moved(
                desk.feature,
                feature,
                asked.package,
                decided is None,
                head_commit=now.head_commit,
                base_commit=now.base_commit,
            )

        follow = None
        if decided is not None and decided.refs:
            follow = LayOut(asked.package, work.branch, work.head, files=False)
        return Step(decided, tell, follow)

    return step
