"""The table of all moments: what happens, and at which points of a feature's life it is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from extent import some

from moments.belongings import JOURNAL_MOMENTS, OWN_FILE_MOMENTS, caches_with_garbage
from moments.branches import FEATURE_BRANCH_MOMENTS, PACKAGE_BRANCH_MOMENTS, TARGET_MOMENTS
from moments.plans import PLAN_MOMENTS
from moments.stages import Stage
from moments.workspaces import WORKSPACE_MOMENTS


class Moment(NamedTuple):
    """Is one thing that happens, at one point of a feature's life."""

    life: str
    name: str
    upset: Callable[[Stage], None]

    @property
    def id(self) -> str:
        return f"{self.life}-{self.name}"


def _moments(lives: str, upsets: Iterable[Callable[[Stage], None]]) -> list[Moment]:
    tried = list(upsets)
    return [Moment(life, each.__name__, each) for life in lives.split() for each in tried]


MOMENTS = (
    *_moments("running review", WORKSPACE_MOMENTS),
    *_moments("done accepted", FEATURE_BRANCH_MOMENTS),
    *_moments("running review", PACKAGE_BRANCH_MOMENTS),
    *_moments("running accepted", TARGET_MOMENTS),
    *_moments("running review accepted", PLAN_MOMENTS),
    *_moments("review", (*JOURNAL_MOMENTS, caches_with_garbage)),
    *(Moment("running", name, upset) for name, upset in OWN_FILE_MOMENTS.items()),
)

AFTER_THE_MERGE = _moments("merged", (*TARGET_MOMENTS, *FEATURE_BRANCH_MOMENTS, *PLAN_MOMENTS))


def chosen(moments: Iterable[Moment], *sample: str) -> list[Moment]:
    """Returns the moments of the sample, or as many of all as are asked for."""
    known = {each.id: each for each in moments}
    return some(known.values(), *(known[name] for name in sample))
