"""Gives tests a feature that is done and accepted, and what must hold once it has landed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from door import POLICY, Answer, Word
from people import Person
from project import SLUG, Project
from repository import Repo

STRATEGIES = ("merge", "squash", "rebase")


def finish_all(project: Project, alice: Person) -> None:
    """Takes two work packages to done, the second reworked once, and cancels the third."""
    project.finish("WP01", "cat.py", "meow = 1\n")
    project.finish("WP02", "src/dog.py", "woof = 1\n")
    words = ("--note", "Louder.", "--review-ref", "bug/1")
    assert project.move("WP01", "in_progress", "eve", *words).data
    project.work("WP01", "cat.py", "meow = 2\n")
    assert project.move("WP01", "for_review").data
    assert project.approve("WP01").data
    alice.move("WP03", "canceled", "Not needed.")


def accept(project: Project) -> str:
    """Accepts the feature as a program does; returns the tree that may land."""
    tree = project.api("accept-feature", "--actor", "bot", "--policy", POLICY).data["tree"]
    return str(tree)


def merge(project: Project, *words: Word) -> Answer:
    return project.api("merge-feature", "--actor", "bot", "--policy", POLICY, *words)


# Where this process keeps the finished feature, once it has played it.
_PLAYED: list[Path] = []


@pytest.fixture
def ready(project: Project, alice: Person, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A feature that is done; played once by each process, then copied."""
    place = project.repo.path
    if _PLAYED:
        shutil.rmtree(place)
        shutil.copytree(_PLAYED[0], place, symlinks=True)
        _follow(place)
        return project
    finish_all(project, alice)
    played = tmp_path_factory.mktemp("played") / "project"
    shutil.copytree(place, played, symlinks=True)
    (played / _PLACE).write_text(str(place))
    _PLAYED.append(played)
    return project


_PLACE = Path(".git/played-at")


def _follow(place: Path) -> None:
    """Lets the workspaces of a copied repository find it, and it them."""
    origin = (place / _PLACE).read_text()
    (place / _PLACE).unlink()
    for pattern in (".git/worktrees/*/gitdir", ".worktrees/*/.git"):
        for link in place.glob(pattern):
            link.write_text(link.read_text().replace(origin, str(place)))


def subjects(repo: Repo, span: str) -> list[str]:
    """Returns the subjects of the commits that a strategy put on the target, oldest first."""
    return repo.git("log", "--first-parent", "--reverse", "--format=%s", span).splitlines()


def parents(repo: Repo, commit: str) -> int:
    return len(repo.git("log", "-1", "--format=%P", commit).split())


def require_shape(repo: Repo, strategy: str, old: str, new: str) -> None:
    """Asserts that the history from old to new is the one that the strategy promises."""
    shapes: dict[str, Callable[[], bool]] = {
        "merge": lambda: (len(subjects(repo, f"{old}..{new}")), parents(repo, new)) == (1, 2),
        "squash": lambda: (repo.git("rev-list", f"{old}..{new}"), parents(repo, new)) == (new, 1),
        "rebase": lambda: (
            (
                subjects(repo, f"{old}..{new}"),
                repo.git("rev-list", "--merges", f"{old}..{new}"),
            )
            == (["WP01: Purr", "WP02: Meow", "WP01: Purr"], "")
        ),
    }
    assert repo.git("merge-base", old, new) == old
    assert shapes[strategy](), repo.git("log", "--graph", "--oneline", f"{old}..{new}")


def require_landed(project: Project, answer: Answer, strategy: str, old: str, tree: str) -> None:
    """Asserts that exactly the accepted tree is on the target, and that all else is gone."""
    data, repo = answer.data, project.repo
    new = repo.tip("refs/heads/main")
    assert (data["merged"], data["strategy"], data["merge_commit"]) == (True, strategy, new)
    assert (data["merged_wps"], data["worktree_removed"]) == (["WP01", "WP02"], True)
    assert repo.git("rev-parse", f"{new}^{{tree}}") == tree
    require_shape(repo, strategy, old, new)
    assert not list(project.workspace("WP01").parent.glob("*"))
    names = repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads/").split()
    assert [name for name in names if name.startswith(f"{SLUG}-")] == []


def with_remote(project: Project) -> Repo:
    """Adds a bare remote that has the target; returns it."""
    path = project.repo.path.parent / "remote.git"
    project.repo.git("clone", "--quiet", "--bare", ".", path)
    project.repo.git("remote", "add", "origin", path)
    project.repo.git("fetch", "--quiet", "origin")
    return Repo(Path(path))
