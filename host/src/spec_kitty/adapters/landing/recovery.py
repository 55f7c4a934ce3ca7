"""Owns how a landing that was cut short is finished, or undone, in its checkout.

The target ref tells which: has it the commit, the checkout follows it, else the checkout goes
back. The lock that the killed landing left is taken over; if it is gone, a person removed it or
the prepared index took its place.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.landing.checkouts import all_checkouts, unfit
from spec_kitty.adapters.landing.index_copy import IndexCopy
from spec_kitty.adapters.landing.lock import find_left, take
from spec_kitty.adapters.landing.mending import Mending
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.landing.checkouts import Checkout
    from spec_kitty.adapters.landing.lock import CheckoutLock

PREPARED_INDEX = "spec-kitty-index"


class Interrupted(Record):
    """Is what the intent of a landing says. `git_dir` is relative to the common git dir."""

    target: str
    old: str
    new: str
    git_dir: str | None
    lock_mark: str | None

    @classmethod
    def read(cls, landing: Mapping[str, object]) -> Interrupted:
        git_dir, mark = landing["git_dir"], landing.get("lock_mark")
        return cls(
            str(landing["target"]),
            str(landing["old"]),
            str(landing["new"]),
            None if git_dir is None else str(git_dir),
            None if mark is None else str(mark),
        )


class Recovery:
    """Puts one checkout right. The caller sees to it that no landing is at work."""

    def __init__(self, git: Git, interrupted: Interrupted, inherited_fd: int) -> None:
        self._git = git
        self._interrupted = interrupted
        self._inherited_fd = inherited_fd
        self.landed = self._has_landed()

    def finish(self) -> tuple[str, ...]:
        """Finishes or undoes the landing and returns warnings."""
        if self._interrupted.git_dir is None:
            return ()
        checkout = self._checkout(self._interrupted.git_dir)
        if checkout is None:
            return ("The checkout of the target is gone; there was nothing to put right.",)
        wrong = unfit(self._git.location, checkout)
        if wrong:
            raise Refusal(
                ErrorCode.PREFLIGHT_FAILED,
                f"A landing was cut short and cannot be put right now. {wrong[0]}",
                blockers=list(wrong),
            )
        left = find_left(checkout.git_dir, self._interrupted.lock_mark or "")
        if not checkout.is_on(self._interrupted.target):
            if left is not None:
                left.release()
            return (f"{checkout.folder} is on another branch now; its files were left alone.",)
        return self._put_right(checkout, left)

    def _put_right(self, checkout: Checkout, left: CheckoutLock | None) -> tuple[str, ...]:
        lock = left or take(checkout.git_dir)
        prepared = os.path.join(checkout.git_dir, PREPARED_INDEX)
        copy = IndexCopy(self._git, checkout, prepared, self._inherited_fd)
        mending = Mending(copy, self._interrupted.old, self._interrupted.new, self.landed)
        try:
            warnings = mending.finish_index() if left is not None else mending.look_again()
        except BaseException:
            # With the lock that was left, the next attempt goes on where this one ends.
            if left is None:
                copy.discard()
                lock.release()
            raise
        lock.release()
        return warnings

    def _has_landed(self) -> bool:
        words = ("merge-base", "--is-ancestor", self._interrupted.new, self._interrupted.target)
        return self._git.run(*words, ok=(0, 1, 128)).returncode == 0

    def _checkout(self, relative: str) -> Checkout | None:
        git_dir = os.path.normpath(os.path.join(self._git.common_dir, relative))
        for checkout in all_checkouts(self._git.location):
            if checkout.git_dir == git_dir and os.path.isdir(checkout.folder):
                return checkout
        return None
