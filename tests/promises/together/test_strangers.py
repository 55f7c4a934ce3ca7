"""Other git processes at work in the same repository: nothing is lost, everybody is answered.

Every stranger alone and all pairs of them: SPEC_KITTY_PROMISES=all.
"""

from collections import Counter
from itertools import combinations

import pytest
from extent import STRIDE, some

from project import Project
from soundness import require_sound
from together.strangers import STRANGERS, strangers_at_work
from together.streams import codes, finish_at_once, plan_independent

# Git 2.39 loses a person's own commits when these two are at work at once; so nobody may.
_DEADLY = {
    frozenset(pair)
    for pair in [("maintenance", each) for each in STRANGERS if "gc" in each or each == "repack"]
}
_SAMPLE = [
    ("gc that prunes",),
    ("detached gc", "pack-refs"),
    ("repack", "worktree prune", "reflog expire"),
    ("maintenance", "pack-refs"),
]
_WHOLE = [(each,) for each in STRANGERS] + [
    pair for pair in combinations(STRANGERS, 2) if frozenset(pair) not in _DEADLY
]
GROUPS = some(_WHOLE, *_SAMPLE)
PACKAGES = 8 if STRIDE else 2


@pytest.mark.parametrize("strangers", GROUPS, ids="+".join)
def test_a_stream_of_changes_beside_strangers_loses_nothing(
    project: Project, strangers: tuple[str, ...]
) -> None:
    names = plan_independent(project, PACKAGES)

    with strangers_at_work(project.repo.path, [STRANGERS[each] for each in strangers]):
        told = finish_at_once(project, [names[::2], names[1::2]])

    assert set(codes(told)) <= {None, "BUSY"}
    assert Counter(project.lanes().values()) == {"done": PACKAGES}
    require_sound(project.repo)
    assert project.repo.status() == ""
    for name in names:
        for number in range(5):
            for part in ("first", "second"):
                path = f"src/{name}/{number}-{part}.txt"
                shown = project.repo.git("show", f"034-cats:{path}")
                assert shown.startswith(f"{name} {part}.txt {number}")
