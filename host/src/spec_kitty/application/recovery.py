"""Owns what is done about a command that was killed half-way: every step again, or none of it.

The journal's tip says whether the event happened. If it did, the branches that it names are
rolled forward, but only from the recorded old value; a branch that somebody else moved is left
alone and reported. Then the workspace's files follow, and an unfinished merge is looked into.
"""

from __future__ import annotations

from spec_kitty.application.ports import LayOut
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.ports import Intent, Ports
    from spec_kitty.domain.events import RefMove


class Recovery:
    """Mends what intent files name. The caller holds the feature's lock."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def mend(self, slug: str, intent: Intent) -> None:
        """Finishes what the last writer had begun. Raises Refusal (REF_DIVERGED) once."""
        if intent.landing is not None:
            return
        foreign = self._ports.journal.roll_forward(slug, intent)
        if intent.lay_out is not None and foreign == ():
            self._bring_along_late(slug, intent.lay_out)
        self._ports.journal.forget_intent(slug)
        if foreign:
            if intent.lay_out is not None:
                self._ports.workspaces.let_go(slug, intent.lay_out.package)
            raise Refusal(
                ErrorCode.REF_DIVERGED,
                self._told(foreign),
                refs=[move.as_fact() for move in foreign],
            )

    def _told(self, foreign: tuple[RefMove, ...]) -> str:
        names = ", ".join(move.ref.removeprefix("refs/heads/") for move in foreign)
        if any(move.new and self._ports.commits.value(move.new) is None for move in foreign):
            return (
                f"A command was interrupted, and meanwhile git deleted the commit that {names} was "
                "to get ('git gc --prune=now' does that). The branch was left where it is. Submit "
                "again what was to be submitted; what was approved is to be had from a clone or a "
                "backup of this repository."
            )
        return (
            f"A command was interrupted, and meanwhile somebody moved {names}. It was left "
            "alone; compare it with the recorded value, then try again."
        )

    def bring_along(self, slug: str, lay_out: LayOut) -> None:
        """Makes a workspace's files or index what its branch says, or removes the workspace."""
        if lay_out.new is None:
            self._ports.workspaces.remove(slug, lay_out.package)
        elif not self._ports.workspaces.exists(slug, lay_out.package):
            return
        elif lay_out.files:
            self._ports.workspaces.lay_out(slug, lay_out.package, lay_out.old, lay_out.new)
        else:
            self._agree(slug, lay_out.package, lay_out.new)

    def _bring_along_late(self, slug: str, lay_out: LayOut) -> None:
        """Does so after a kill; a workspace is removed if what was written there since is kept.

        Where something is in the way the feature goes on: whoever needs the workspace is told.
        """
        if lay_out.new is not None:
            try:
                self.bring_along(slug, lay_out)
            except Refusal:
                if lay_out.files:
                    span = (lay_out.old, lay_out.new)
                    self._ports.workspaces.postpone(slug, lay_out.package, *span)
            return
        feature = self._ports.journal.read(slug).feature
        copied = feature.package(lay_out.package).copied if feature else ()
        try:
            self._ports.workspaces.keep(slug, lay_out.package, lay_out.old, copied)
        except Refusal as refusal:
            if refusal.code is not ErrorCode.WORKSPACE_FAILED:
                raise
        else:
            self.bring_along(slug, lay_out)

    def _agree(self, slug: str, package: str, commit: str) -> None:
        """Brings the workspace's index along, unless a git of somebody else's holds it.

        Only what `git status` shows there depends on it: the files are right already, and the
        next submission looks at the files.
        """
        try:
            self._ports.workspaces.agree(slug, package, commit)
        except Refusal as refusal:
            if refusal.code is not ErrorCode.BUSY:
                raise
