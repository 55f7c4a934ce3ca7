"""Owns starting a work package: the claim, then its workspace, then word that it stands.

The claim is recorded first, so that of many callers exactly one makes the workspace; it is
made outside the lock. A workspace that cannot be made takes the claim back.
"""

from __future__ import annotations

from spec_kitty.application.moves.told import moved
from spec_kitty.application.workflow import Call, Step
from spec_kitty.domain.commands import AbandonClaim, ClaimPackage, ConfirmWorkspace
from spec_kitty.domain.decide import decide
from spec_kitty.domain.feature import Caller, CheckRun, Feature
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import feature_branch, workspace_name
from spec_kitty.domain.project_policy import check_unsandboxed
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.desk import Desk
    from spec_kitty.application.ports import Workspaces
    from spec_kitty.application.workflow import Data, Workflow
    from spec_kitty.domain.planning.settings import ProjectSettings


class Starts:
    """Starts work packages."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._ports = workflow.ports

    def start(self, slug: str, package: str, call: Call, attempt: int | None = None) -> Data:
        """Claims and prepares; the answer names the attempt. Repeating it is safe.

        Raises Refusal: WP_ALREADY_CLAIMED, DEPENDENCIES_NOT_SATISFIED, PLAN_INVALID,
        WORKSPACE_FAILED and what the policy refuses.
        """
        claims: list[bool] = []

        def claim(desk: Desk, by: Caller) -> Step:
            step = self._claim(desk, package, by, attempt)
            claims.append(step.decided is not None)
            return step

        told = self._workflow.change(slug, call, claim)
        now = told.feature.package(package)
        if now.attempt != told.data["attempt"] or now.lane is not Lane.IN_PROGRESS:
            # The answer of an earlier call under the same key; the work has moved on since.
            return dict(told.data)
        # A workspace that stood before this call is the holder's to bring back.
        self._prepare(told.feature, package, call, any(claims) or not now.has_work)
        return dict(told.data)

    def _claim(self, desk: Desk, package: str, caller: Caller, attempt: int | None) -> Step:
        desk.require_known(package)
        # Asked before the work is done, not when it is to be committed.
        self._ports.commits.person()
        implementer = caller.agent or caller.actor
        command = ClaimPackage(package, caller, desk.branches(package), implementer, attempt)
        decided = decide(desk.feature, desk.plan, command)
        for move in decided.refs if decided is not None else ():
            own = None if move.ref == feature_branch(desk.slug) else package
            require_free(self._ports.workspaces, desk.slug, own, move.ref)

        def tell(feature: Feature) -> Data:
            now = feature.package(package)
            return moved(
                desk.feature,
                feature,
                package,
                decided is None,
                branch=workspace_name(desk.slug, package),
                base_commit=now.base_commit,
            )

        return Step(decided, tell)

    def _prepare(self, feature: Feature, package: str, call: Call, takes_back: bool) -> None:
        """Makes what is missing of the workspace, one process at a time, and records it."""
        ports = self._ports
        with ports.journal.side_lock(feature.slug, f"{package}.workspace", wait=True):
            try:
                copied, run = self._make(feature, package)
            except Refusal as refusal:
                if takes_back:
                    self._take_back(feature, package, call, refusal)
                raise
        held = feature.package(package)
        if not held.workspace_ready:
            command = ConfirmWorkspace(package, held.attempt, copied, run)
            self._workflow.change(
                feature.slug,
                call.follow_up(),
                lambda desk, _: Step(decide(desk.feature, desk.plan, command), lambda _: {}),
            )

    def make_again(self, slug: str, package: str) -> bool:
        """Makes what is missing of the workspace of a started work package, set-up included.

        Says whether somebody still holds it. Raises Refusal (WORKSPACE_FAILED and others).
        """
        with self._ports.journal.side_lock(slug, f"{package}.workspace", wait=True):
            feature = self._workflow.reader.desk(slug).feature
            if feature.package(package).claim is None:
                return False
            self._make(feature, package)
            return True

    def _make(self, feature: Feature, package: str) -> tuple[tuple[str, ...], CheckRun | None]:
        """Makes workspace and prompt; copies files and sets up where the workspace is new."""
        slug, ports, held = feature.slug, self._ports, feature.package(package)
        made = ports.workspaces.ensure(slug, package)
        assert held.pinned is not None
        ports.prompts.write(slug, package, ports.commits.blob(held.pinned.blob))
        if held.workspace_ready and not made:
            return held.copied, None
        settings = ports.plans.settings(f"refs/heads/{feature.target_branch}")
        copied = ports.workspaces.copy_files(slug, package, settings.worktree.copy)
        run = self._set_up(slug, package, settings)
        ports.workspaces.settle(slug, package)
        return copied, run

    def _set_up(self, slug: str, package: str, settings: ProjectSettings) -> CheckRun | None:
        command = settings.worktree.setup
        if command is None:
            return None
        check_unsandboxed(settings.policy)
        folder = self._ports.workspaces.path(slug, package)
        seconds = settings.worktree.setup_timeout_seconds
        run = CheckRun.of(command, self._ports.checks.run(command, folder, seconds))
        if not run.passed:
            raise setup_failed(run)
        return run

    def _take_back(self, feature: Feature, package: str, call: Call, refusal: Refusal) -> None:
        """Undoes the claim; what cannot be undone is left for the next start to repeat."""
        held = feature.package(package)
        if not held.has_work:
            self._remove(feature, package)

        def step(desk: Desk, _: Caller) -> Step:
            branches = desk.branches(package)
            command = AbandonClaim(package, held.attempt, refusal.message, branches)
            return Step(decide(desk.feature, desk.plan, command), lambda _: {})

        self._workflow.change(feature.slug, call.follow_up(), step)

    def _remove(self, feature: Feature, package: str) -> None:
        """Removes a workspace that never stood; what somebody did in it all the same is kept."""
        workspaces = self._ports.workspaces
        if workspaces.exists(feature.slug, package):
            settings = self._ports.plans.settings(f"refs/heads/{feature.target_branch}")
            copied = workspaces.copy_files(feature.slug, package, settings.worktree.copy)
            workspaces.keep(feature.slug, package, feature.feature_tip, copied)
        workspaces.remove(feature.slug, package)


def require_free(workspaces: Workspaces, slug: str, package: str | None, ref: str) -> None:
    """Refuses to move a branch that is checked out outside its workspace."""
    elsewhere = workspaces.other_checkout(ref, slug, package)
    if elsewhere is not None:
        name = ref.removeprefix("refs/heads/")
        raise Refusal(
            ErrorCode.PREFLIGHT_FAILED,
            f"The branch '{name}' is checked out in {elsewhere}, and this would move it under "
            "your feet. Switch that checkout to another branch and try again.",
            branch=name,
            path=elsewhere,
        )


def setup_failed(run: CheckRun) -> Refusal:
    return Refusal(
        ErrorCode.WORKSPACE_FAILED,
        f"The set-up command '{run.command}' {run.ended} after {run.seconds:.1f} s. Mend it (it is "
        "[worktree] setup in .kittify/config.toml) and start again.",
        command=run.command,
        exit_code=run.exit_code,
        timed_out=run.timed_out,
        output_tail=run.output_tail,
    )
