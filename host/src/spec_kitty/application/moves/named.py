"""Owns the moves that are asked for by name: release, block, unblock, cancel, restore, reopen."""

from __future__ import annotations

from spec_kitty.application.moves.told import moved
from spec_kitty.application.ports import LayOut
from spec_kitty.application.workflow import Call, Step
from spec_kitty.domain.commands import AddNote, MovePackage, ReopenPackage
from spec_kitty.domain.decide import decide
from spec_kitty.domain.decisions.claims import require_feature_branch
from spec_kitty.domain.decisions.moves import check_move
from spec_kitty.domain.decisions.reviews import check_reopening
from spec_kitty.domain.feature import Caller, Feature, Rework, ReworkCause
from spec_kitty.domain.lanes import Lane, MoveKind
from spec_kitty.domain.names import feature_branch, package_branch
from spec_kitty.domain.project_policy import check_force
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.desk import Desk
    from spec_kitty.application.workflow import Data, Workflow


class Move(Record):
    """Is a move as the doors take it."""

    package: str
    to: Lane
    note: str | None = None
    reference: str | None = None
    attempt: int | None = None
    force: bool = False
    about_work: bool = False


class Moves:
    """Moves work packages by name."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._ports = workflow.ports

    def move(self, slug: str, asked: Move, call: Call) -> Data:
        """Makes a move that needs no look at the work.

        Raises Refusal: TRANSITION_REJECTED, WP_ALREADY_CLAIMED, WORKFLOW_EVIDENCE_REQUIRED.
        """
        told = self._workflow.change(
            slug, call, lambda desk, caller: self._move(desk, asked, caller)
        )
        return dict(told.data)

    def _move(self, desk: Desk, asked: Move, caller: Caller) -> Step:
        desk.require_known(asked.package)
        if asked.force and not caller.person:
            check_force(desk.settings.policy)
        command = MovePackage(
            asked.package,
            caller,
            asked.to,
            asked.note,
            asked.attempt,
            asked.force,
            about_work=asked.about_work,
        )
        lay_out, kind = None, check_move(desk.feature, command)
        if kind is MoveKind.CANCEL:
            command, lay_out = self._with_salvage(desk, command)
        decided = decide(desk.feature, desk.plan, command)
        facts: Data = {"salvage": command.salvage}
        if kind is MoveKind.UNBLOCK and asked.to is Lane.FOR_REVIEW:
            facts |= self._submitted(desk, asked.package)

        def tell(feature: Feature) -> Data:
            return moved(desk.feature, feature, asked.package, decided is None, **facts)

        return Step(decided, tell, lay_out)

    def _submitted(self, desk: Desk, package: str) -> Data:
        """Returns what is under review again; work that is not part of it is warned of."""
        held = desk.feature.package(package)
        left = self._ports.workspaces.uncommitted(desk.slug, package)
        facts: Data = {"head_commit": held.head_commit, "base_commit": held.base_commit}
        if not left and desk.package_tip(package) == held.head_commit:
            return facts
        told = f"{package} is for review as it was submitted before; there is work that is not part"
        return {
            **facts,
            "warnings": [
                f"{told} of it. Submit that too: "
                f"spec-kitty agent tasks move-task {package} --to for_review"
            ],
        }

    def _with_salvage(self, desk: Desk, command: MovePackage) -> tuple[MovePackage, LayOut | None]:
        """Keeps the work of a package that is canceled, before its branch and workspace go."""
        branch = desk.package_tip(command.package)
        if branch is None:
            return command, None
        from spec_kitty.application.moves.starts import require_free

        workspaces = self._ports.workspaces
        ref = package_branch(desk.slug, command.package)
        require_free(workspaces, desk.slug, command.package, ref)
        copied = desk.feature.package(command.package).copied
        salvage = workspaces.keep(desk.slug, command.package, desk.feature.feature_tip, copied)
        lay_out = LayOut(command.package, branch, None)
        return command.replace(branch=branch, salvage=salvage), lay_out

    def reopen(self, slug: str, asked: Move, call: Call) -> Data:
        """Brings a done work package back to its holder, on top of the feature branch.

        Raises Refusal: WORKFLOW_EVIDENCE_REQUIRED, TRANSITION_REJECTED, REF_DIVERGED.
        """
        told = self._workflow.change(
            slug, call, lambda desk, caller: self._reopen(desk, asked, caller)
        )
        return dict(told.data)

    def _reopen(self, desk: Desk, asked: Move, caller: Caller) -> Step:
        from spec_kitty.application.moves.reworking import Reworking, reopening_cause

        desk.require_known(asked.package)
        tip, branch = desk.feature_tip, desk.package_tip(asked.package)
        rework = Rework(ReworkCause.REOPENED, asked.note, asked.reference)
        command = ReopenPackage(asked.package, caller, rework, branch, tip or "", asked.attempt)
        check_reopening(desk.feature, command)
        require_feature_branch(desk.feature, tip)
        cause = reopening_cause(desk, asked.package, self._ports.integration)
        refs: tuple[str, ...] = (feature_branch(desk.slug),)
        if cause is ReworkCause.TARGET_CONFLICT:
            refs = (*refs, desk.target_ref)
        start = branch or tip or ""
        laid = Reworking(self._workflow).bring_together(desk, asked.package, start, refs, cause)
        rework = laid.rework(asked.note, asked.reference)
        decided = decide(desk.feature, desk.plan, command.replace(tip=laid.commit, rework=rework))

        def tell(feature: Feature) -> Data:
            return moved(desk.feature, feature, asked.package, False, files=laid.files)

        return Step(decided, tell, laid.lay_out)

    def add_note(self, slug: str, package: str, note: str, call: Call) -> Data:
        """Adds a note to the history; it changes no lane."""
        entry = f"hist-{self._ports.system.random_hex()}"
        told = {"feature_slug": slug, "wp_id": package, "history_entry_id": entry}

        def step(desk: Desk, _: Caller) -> Step:
            desk.require_known(package)
            decided = decide(desk.feature, desk.plan, AddNote(package, note, entry))
            return Step(decided, lambda _: dict(told))

        return dict(self._workflow.change(slug, call, step).data)
