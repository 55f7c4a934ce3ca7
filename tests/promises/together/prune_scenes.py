"""Owns commands that make objects before a ref names them, and what must be there afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deliveries import accept
from door import POLICY, Word
from project import SLUG, Project

ABOUT: tuple[Word, ...] = ("--feature", SLUG, "--wp", "WP01", "--policy", POLICY)
EVE: tuple[Word, ...] = ("--actor", "eve")
BOT: tuple[Word, ...] = ("--actor", "bot")


@dataclass(frozen=True)
class PruneScene:
    """Is one command: what comes before it, its words, and what a person finds in the end.

    `ends` is the error code that it ends with, `shown` what a file holds under a ref.
    """

    prepare: Callable[[Project], None]
    words: tuple[Word, ...]
    shown: tuple[str, str]
    ends: str | None = None


def _with_work(project: Project) -> None:
    """Leaves one file that the agent committed, and one that it did not."""
    assert project.start("WP01").data
    project.work("WP01", "src/committed.py", "purr = 1\n")
    project.repo.git("-C", project.workspace("WP01"), "add", "--all")
    project.repo.git("-C", project.workspace("WP01"), "commit", "--quiet", "--message", "Purr")
    project.work("WP01", "src/deep/cat.py", "meow = 1\n")


def _submitted(project: Project) -> None:
    project.finish("WP02", "src/dog.py", "woof = 1\n")
    project.submit("WP01", "src/deep/cat.py")


def _in_conflict(project: Project) -> None:
    project.submit("WP01", "src/deep/cat.py", "meow = 1\n")
    project.finish("WP02", "src/deep/cat.py", "meow = 2\n")


def _done(project: Project) -> None:
    project.finish("WP01", "src/deep/cat.py")
    project.finish("WP02", "src/dog.py", "woof = 1\n")
    project.work("WP01", "src/deep/more.py", "more = 1\n")


def _accepted(project: Project) -> None:
    for file in (project.repo.path / "kitty-specs").rglob("WP0[23]*.md"):
        file.unlink()
    project.repo.commit("One cat is enough")
    project.finish("WP01", "src/deep/cat.py")
    project.repo.write("src/other.txt", "meanwhile\n")
    project.repo.commit("Meanwhile")
    accept(project)


def _landing(strategy: str) -> PruneScene:
    words = ("merge-feature", "--feature", SLUG, *BOT, "--strategy", strategy)
    return PruneScene(_accepted, words, ("main:src/deep/cat.py", "meow = 1"))


PRUNE_SCENES = {
    "submit": PruneScene(
        _with_work,
        ("transition", *ABOUT, *BOT, "--to", "for_review"),
        (f"{SLUG}-WP01:src/deep/cat.py", "meow = 1"),
    ),
    "approve": PruneScene(
        _submitted,
        ("transition", *ABOUT, *EVE, "--to", "done", "--review-ref", "r/1"),
        (f"{SLUG}:src/deep/cat.py", "meow = 1"),
    ),
    "conflict": PruneScene(
        _in_conflict,
        ("transition", *ABOUT, *EVE, "--to", "done", "--review-ref", "r/1"),
        (f"{SLUG}-WP01^2:src/deep/cat.py", "meow = 2"),
        "INTEGRATION_CONFLICT",
    ),
    "reopen": PruneScene(
        _done,
        (
            *("transition", *ABOUT, *EVE, "--to", "in_progress"),
            *("--note", "Louder.", "--review-ref", "bug/1"),
        ),
        (f"{SLUG}-WP01:src/deep/more.py", "more = 1"),
    ),
    "cancel": PruneScene(
        _with_work,
        ("transition", *ABOUT, *BOT, "--to", "canceled", "--note", "No."),
        (f"refs/spec-kitty-salvage/{SLUG}/WP01/1:src/deep/cat.py", "meow = 1"),
    ),
    **{f"merge by {each}": _landing(each) for each in ("merge", "squash", "rebase")},
}
