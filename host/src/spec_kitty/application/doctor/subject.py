"""Owns what an examination looks at: one feature as it stands, read once for all of them."""

from __future__ import annotations

from functools import cached_property

from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.application.ports import Intent, Ports
    from spec_kitty.domain.feature import Feature
    from spec_kitty.domain.planning.plan import FeaturePlan


class Subject:
    """Is one feature: as its journal says, None where it has none."""

    def __init__(self, ports: Ports, slug: str, feature: Feature | None, target: str) -> None:
        self.ports = ports
        self.slug = slug
        self.feature = feature
        self.target = target

    @property
    def is_open(self) -> bool:
        return self.feature is None or not self.feature.merged

    @cached_property
    def target_tip(self) -> str | None:
        return self.ports.branches.value(f"refs/heads/{self.target}")

    @cached_property
    def plan(self) -> FeaturePlan | None:
        """Returns the plan on the target, None if it is not there."""
        tip = self.target_tip
        return None if tip is None else self.ports.plans.plan(tip, self.slug)

    @property
    def intent(self) -> Intent | None:
        """Returns what a command is about to do or was, None also where that cannot be read."""
        return self._intent[0]

    @property
    def unread_intent(self) -> str | None:
        """Says why what a command was about to do cannot be read."""
        return self._intent[1]

    @cached_property
    def _intent(self) -> tuple[Intent | None, str | None]:
        try:
            return self.ports.journal.intent(self.slug), None
        except Refusal as refusal:
            return None, refusal.message

    @cached_property
    def is_delivering(self) -> bool:
        """Says whether an acceptance or a merge is at work right now."""
        return self.ports.upkeep.is_at_work(self.slug, "delivery")


class Premises(Record):
    """Is what examinations of the whole repository look at: all features that can be read.

    `default` is the branch that plans are looked up on, None where that is not clear.
    """

    ports: Ports
    subjects: Mapping[str, Subject]
    unreadable: frozenset[str] = frozenset()
    default: str | None = None

    @property
    def known(self) -> frozenset[str]:
        """Returns the features that there are, readable or not."""
        return self.unreadable.union(self.subjects)
