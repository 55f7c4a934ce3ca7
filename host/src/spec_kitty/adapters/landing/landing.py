"""Owns how a target branch moves to the commit that lands, with the checkout that it is in.

The order: lock the checkout's index, look for obstacles, write the intent, move the files, move
the ref (alone: it is the commit point), put the prepared index in place, unlock. So git keeps
the person from committing a half-landed state, and whoever finds the intent after a crash can
tell by the ref alone whether to finish or to undo.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.runner import GitFailed
from spec_kitty.adapters.landing.checkouts import all_checkouts, unfit, waiting_for
from spec_kitty.adapters.landing.index_copy import IndexCopy
from spec_kitty.adapters.landing.lock import give_up_look, require_unlocked, take
from spec_kitty.adapters.landing.obstacles import obstacles, operation_under_way
from spec_kitty.adapters.landing.recovery import PREPARED_INDEX, Interrupted, Recovery
from spec_kitty.adapters.locks import PATIENCE_SECONDS, WriterLock
from spec_kitty.adapters.refs.refs import RefsMoved, clear_stale_lock, lock_files, move_refs
from spec_kitty.adapters.scratch_folder import ScratchFolder
from spec_kitty.application.ports import ObjectsPruned, ObjectsVanished
from spec_kitty.domain.events import RefMove
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.landing.checkouts import Checkout
    from spec_kitty.adapters.landing.lock import CheckoutLock

    Intend = Callable[[Mapping[str, object]], None]

LOOKING_PREFIX = "index-"
_REASON = "merge: spec-kitty lands a feature"


def _no_step(_: str) -> None:
    """Does nothing after a step."""


class Landing:
    """Moves target branches of one repository.

    `after_step` is called with the name of each step that is done: `locked`, `intent`, `files`,
    `ref`, `index`. Children inherit the lock `landing`, so that a recovery waits for them.
    """

    def __init__(self, git: Git, after_step: Callable[[str], None] = _no_step) -> None:
        self._git = git
        self._after_step = after_step

    def blockers(self, ref: str, old: str, new: str) -> tuple[str, ...]:
        """Returns a sentence for each thing in the way of landing; changes nothing.

        Raises Refusal (BUSY) when somebody else's lock does not go away.
        """
        checkouts = self._checkouts_on(ref)
        found = self._surroundings(ref, checkouts)
        if found or not checkouts:
            return found
        checkout = checkouts[0]
        require_unlocked(checkout.git_dir)
        with ScratchFolder(self._git.common_dir, LOOKING_PREFIX) as scratch:
            copy = IndexCopy(self._git, checkout, os.path.join(scratch, "index"))
            copy.begin()
            return obstacles(copy, old, new)

    def land(self, ref: str, old: str, new: str, intend: Intend) -> tuple[str, ...]:
        """Moves the ref from old to new and its checkout along; returns warnings.

        `intend` writes down, durably, what `recover` needs after a crash. Raises Refusal
        (PREFLIGHT_FAILED for what is in the way, MERGE_FAILED, BUSY); then all is as before.
        """
        move = RefMove(ref, old, new)
        with self._alone() as lock:
            checkouts = self._checkouts_on(ref)
            _refuse(self._surroundings(ref, checkouts))
            if checkouts:
                return self._land_in(checkouts[0], move, intend, lock.descriptor)
            intend(self._intent(move, None, None))
            self._after_step("intent")
            self._move(move, lock.descriptor)
            return ()

    def recover(self, landing: Mapping[str, object]) -> tuple[str, ...]:
        """Finishes a landing that was cut short if the target has it, else undoes it.

        Whichever it is, the target ref tells: it is not moved here. Returns warnings. What a
        person changed meanwhile is left alone. Raises Refusal (BUSY) while git is at work there.
        """
        with self._alone() as lock:
            self._clear_locks(landing)
            return Recovery(self._git, Interrupted.read(landing), lock.descriptor).finish()

    def give_up(self) -> None:
        """Removes the index locks of landings that were killed before they touched anything."""
        with self._alone():
            for checkout in all_checkouts(self._git.location):
                give_up_look(checkout.git_dir)

    def _clear_locks(self, landing: Mapping[str, object]) -> None:
        """Removes the ref locks of a killed git: nothing but this intent says whose they are."""
        locks = landing.get("locks")
        names = tuple(map(str, locks)) if isinstance(locks, list) else ()
        for name in names:
            path = os.path.join(self._git.common_dir, name)
            if os.path.lexists(path):
                clear_stale_lock(self._git.common_dir, path, names)

    def _alone(self) -> WriterLock:
        return WriterLock(self._git.common_dir, "landing", PATIENCE_SECONDS)

    def _checkouts_on(self, ref: str) -> list[Checkout]:
        return [each for each in all_checkouts(self._git.location) if each.is_on(ref)]

    def _surroundings(self, ref: str, checkouts: list[Checkout]) -> tuple[str, ...]:
        found = list(waiting_for(self._git.location, ref))
        for checkout in checkouts:
            found += () if found else operation_under_way(checkout)
            found += unfit(self._git.location, checkout)
            if not os.path.isdir(checkout.folder):
                found.append(f"{checkout.folder}, where the target is checked out, is not there.")
        if len(checkouts) > 1:
            folders = ", ".join(checkout.folder for checkout in checkouts)
            found.append(f"The target is checked out more than once: {folders}. Leave it in one.")
        return tuple(found)

    def _intent(
        self, move: RefMove, checkout: Checkout | None, lock: CheckoutLock | None
    ) -> Mapping[str, object]:
        """Says what is about to happen. Raises Refusal (BUSY) for a lock that is there before."""
        common_dir = self._git.common_dir
        locks = lock_files(common_dir, [move])
        for name in locks:
            clear_stale_lock(common_dir, os.path.join(common_dir, name), ())
        return {
            "kind": "landing",
            "target": move.ref,
            "old": move.old,
            "new": move.new,
            "git_dir": os.path.relpath(checkout.git_dir, common_dir) if checkout else None,
            "lock_mark": lock.mark if lock else None,
            "locks": list(locks),
        }

    def _land_in(
        self, checkout: Checkout, move: RefMove, intend: Intend, alone: int
    ) -> tuple[str, ...]:
        lock = take(checkout.git_dir)
        copy = IndexCopy(self._git, checkout, os.path.join(checkout.git_dir, PREPARED_INDEX), alone)
        try:
            self._after_step("locked")
            copy.begin()
            _refuse(obstacles(copy, str(move.old), str(move.new)))
            intent = self._intent(move, checkout, lock)
            intend(intent)
            lock.hand_over()
        except BaseException:
            copy.discard()
            lock.release()
            raise
        self._after_step("intent")
        try:
            copy.run("read-tree", "-m", "-u", str(move.old), str(move.new))
            copy.sync_files(str(move.old), str(move.new))
            self._after_step("files")
            self._move(move, alone)
        except (Refusal, GitFailed, OSError) as failure:
            return self._mend(intent, failure, alone)
        self._after_step("ref")
        copy.publish()
        self._after_step("index")
        lock.release()
        return ()

    def _mend(
        self, intent: Mapping[str, object], failure: Exception, alone: int
    ) -> tuple[str, ...]:
        """Finishes or undoes what failed in the middle; the ref tells which, not the failure."""
        self._clear_locks(intent)
        recovery = Recovery(self._git, Interrupted.read(intent), alone)
        warnings = recovery.finish()
        if recovery.landed:
            return warnings
        if isinstance(failure, Refusal):
            raise failure
        if isinstance(failure, ObjectsVanished):
            raise _pruned(failure) from None
        raise Refusal(
            ErrorCode.MERGE_FAILED,
            f"The files could not be brought along, and all was put back: {failure}. "
            "Free the cause and try again.",
            warnings=list(warnings),
        ) from failure

    def _move(self, move: RefMove, lock: int) -> None:
        try:
            move_refs(self._git, [move], _REASON, lock)
        except RefsMoved:
            raise Refusal(
                ErrorCode.MERGE_FAILED,
                f"{move.ref.removeprefix('refs/heads/')} moved in this moment; nothing landed. "
                "Accept the feature again, then merge it.",
                retryable=False,
            ) from None
        except ObjectsPruned as error:
            raise _pruned(error) from None


def _pruned(error: ObjectsVanished) -> Refusal:
    return Refusal(
        ErrorCode.MERGE_FAILED,
        f"A 'git prune' at work deleted what was to land ({error}); nothing landed. Merge the "
        "feature again when it has ended.",
        retryable=True,
    )


def _refuse(blockers: tuple[str, ...]) -> None:
    if blockers:
        raise Refusal(
            ErrorCode.PREFLIGHT_FAILED,
            " ".join(("The feature cannot land now.", *blockers)),
            blockers=list(blockers),
        )
