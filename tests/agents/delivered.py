"""Says what is true of a feature that was delivered, and of a machine on which no run goes on."""

from __future__ import annotations

from collections import Counter

from cage import Cage
from features import CLAUDE, CODEX, KEYS, SECRET, Team, files, keeps

ONCE = ("PackageClaimed", "WorkspacePrepared", "PackageIntegrated")
EACH_ROUND = ("PackageSubmitted", "ReviewClaimed")


def check_delivered(team: Team, cage: Cage, twice: tuple[str, ...] = ()) -> None:
    """Checks that all is on main, that nothing was done twice, and that nothing is left.

    The work packages in `twice` were sent back once.
    """
    project = team.project
    packages = project.lanes()
    lines = {name: "One.\nTwo.\n" if name in twice else "One.\n" for name in packages}
    assert {name: project.git("show", f"main:{name}.txt") for name in packages} == lines
    assert set(packages.values()) == {"done"}
    assert project.git("status", "--porcelain") == ""
    assert project.git("worktree", "list").count("\n") == 1
    project.kitty("verify")
    _check_journal(team, tuple(packages), twice)
    check_stands_still(team, cage)
    assert files(team.cache) == []
    check_keys_are_kept(team)


def _check_journal(team: Team, packages: tuple[str, ...], twice: tuple[str, ...]) -> None:
    counted = Counter(team.project.events())
    expected = {(kind, name): 1 for kind in ONCE for name in packages}
    expected |= {(kind, name): 1 + (name in twice) for kind in EACH_ROUND for name in packages}
    assert {each: counted[each] for each in expected} == expected


def check_stands_still(team: Team, cage: Cage) -> None:
    """Checks that nothing is running that a run had started."""
    assert cage.leftovers() == {}
    assert team.project.processes() == []


def check_keys_are_kept(team: Team) -> None:
    """Checks that the person's keys are nowhere, but in what asks their own service."""
    asked = [each for agent in (CLAUDE, CODEX) for each in team.models.requests(agent)]
    journal = team.project.git("log", "--patch", "--all", "--format=%B", "refs/spec-kitty/034-cats")
    for key in (*KEYS.values(), SECRET):
        assert keeps((team.project.folder, team.cache), key) == []
        assert [each.path for each in asked if key in str(each.body)] == []
        assert key not in journal
