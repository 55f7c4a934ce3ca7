"""Owns moving one branch without an event, so that a killed move is mended like any other."""

from __future__ import annotations

from spec_kitty.adapters.journal.intents import Intents
from spec_kitty.adapters.refs.refs import RefsMoved, lock_files, move_refs
from spec_kitty.application.ports import Intent
from spec_kitty.domain.names import journal_ref
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.domain.events import RefMove


def move_alone(git: Git, slug: str, move: RefMove, reason: str, lock: int | None = None) -> None:
    """Moves a branch of a feature, whose lock the caller holds.

    Raises RefsMoved when the branch is not where it is said to be, Refusal (BUSY) for a lock of
    somebody else's, and while something is to be mended.
    """
    found = git.run("rev-parse", "--verify", "--quiet", journal_ref(slug), ok=(0, 1))
    tip = found.stdout.decode().strip()
    if not tip:
        move_refs(git, [move], reason, lock)
        return
    intents, named = Intents(git.common_dir), lock_files(git.common_dir, [move])
    if intents.read(slug) is not None:
        raise _unmended(slug)
    intents.write(slug, Intent(tip, tip, (move,), named))
    try:
        move_refs(git, [move], reason, lock)
    except (RefsMoved, Refusal):
        intents.remove(slug)
        raise
    intents.remove(slug)


def _unmended(slug: str) -> Refusal:
    return Refusal(
        ErrorCode.BUSY,
        f"A command on {slug} was interrupted, and what it began comes first. "
        "Run 'spec-kitty doctor --fix', then try again.",
        retryable=True,
    )
