"""Tables of what a person does to the branches of a feature, and to its target."""

from __future__ import annotations

import subprocess

from moments.stages import BRANCH, Stage
from project import SLUG
from repository import Repo


def _by_hand(stage: Stage, parent: str, ref: str) -> None:
    """Puts a ref on a new commit, whatever is checked out."""
    made = stage.repo.git("commit-tree", f"{parent}^{{tree}}", "-p", parent, "-m", "By hand")
    stage.repo.git("update-ref", f"refs/heads/{ref}", made)


def _unrelated(stage: Stage, ref: str) -> None:
    made = stage.repo.git("commit-tree", "main^{tree}", "-m", "Another world")
    stage.repo.git("update-ref", f"refs/heads/{ref}", made)


def _set_aside(stage: Stage) -> None:
    """Puts what the person has in the checkout into a stash, so that git lets them switch."""
    stage.repo.git("stash", "--include-untracked", "--quiet")


def feature_checked_out(stage: Stage) -> None:
    stage.repo.git("switch", "--quiet", SLUG)


def feature_in_another_worktree(stage: Stage) -> None:
    stage.repo.git("worktree", "add", "--quiet", stage.base / "linked", SLUG)


def feature_amended(stage: Stage) -> None:
    feature_in_another_worktree(stage)
    linked = Repo(stage.base / "linked")
    linked.git("commit", "--quiet", "--amend", "--allow-empty", "-m", "Amended by hand")
    stage.repo.git("worktree", "remove", linked.path)


def feature_moved_ahead(stage: Stage) -> None:
    _by_hand(stage, SLUG, SLUG)


def feature_deleted(stage: Stage) -> None:
    stage.repo.git("branch", "--quiet", "-D", SLUG)


def feature_renamed(stage: Stage) -> None:
    stage.repo.git("branch", "-m", SLUG, "my-cats")


def package_deleted(stage: Stage) -> None:
    stage.repo.git("update-ref", "-d", f"refs/heads/{BRANCH}")


def package_renamed(stage: Stage) -> None:
    stage.workspace.git("branch", "-m", BRANCH, "my-work")


def package_reset(stage: Stage) -> None:
    stage.workspace.git("reset", "--quiet", "--hard", SLUG)


def package_amended(stage: Stage) -> None:
    stage.workspace.git("commit", "--quiet", "--amend", "--allow-empty", "-m", "Amended by hand")


def package_unrelated(stage: Stage) -> None:
    _unrelated(stage, BRANCH)


def package_ahead(stage: Stage) -> None:
    stage.workspace.write("ahead.py", "ahead = 1\n")
    stage.workspace.commit("One more thing")


def package_checked_out_here(stage: Stage) -> None:
    stage.workspace.git("checkout", "--quiet", "--detach")
    stage.repo.git("switch", "--quiet", BRANCH)


def package_checked_out_twice(stage: Stage) -> None:
    stage.repo.git("worktree", "add", "--quiet", "--force", stage.base / "linked", BRANCH)


def target_rewound(stage: Stage) -> None:
    stage.repo.git("reset", "--quiet", "--hard", "main~1")
    stage.repo.write("README.md", "# Other cats\n")
    stage.project.plan("WP01", "Purr")
    stage.project.plan("WP02", "Meow")
    stage.project.plan("WP03", "Sleep", ["WP01"])
    stage.repo.git("add", "README.md", "kitty-specs")
    stage.repo.git("commit", "--quiet", "-m", "Another second commit")


def target_rewound_behind_the_plan(stage: Stage) -> None:
    stage.repo.git("reset", "--quiet", "--hard", "main~1")


def target_amended(stage: Stage) -> None:
    stage.repo.git("commit", "--quiet", "--amend", "-m", "Plan the cats, reworded")


def target_moved_ahead(stage: Stage) -> None:
    stage.repo.write("README.md", "# More cats\n")
    stage.repo.git("commit", "--quiet", "--message", "More cats", "README.md")


def target_renamed(stage: Stage) -> None:
    stage.repo.git("branch", "-m", "main", "trunk")


def target_deleted_under_its_checkout(stage: Stage) -> None:
    stage.repo.git("update-ref", "-d", "refs/heads/main")


def target_deleted(stage: Stage) -> None:
    stage.repo.git("switch", "--quiet", "-c", "mine")
    stage.repo.git("branch", "--quiet", "-D", "main")


def target_unrelated(stage: Stage) -> None:
    _unrelated(stage, "main")


def target_detached(stage: Stage) -> None:
    stage.repo.git("checkout", "--quiet", "--detach")


def _half_done(stage: Stage, *words: str) -> None:
    base = stage.repo.tip("main~1")
    stage.repo.git("branch", "rival", base)
    rival = Repo(stage.base / "rival")
    stage.repo.git("worktree", "add", "--quiet", rival.path, "rival")
    rival.write("README.md", "# Dogs\n")
    rival.commit("Dogs")
    stage.repo.git("worktree", "remove", rival.path)
    ended = subprocess.run(
        ["git", *words, "rival"], cwd=stage.repo.path, capture_output=True, check=False
    )
    assert ended.returncode != 0, ended


def target_rebasing(stage: Stage) -> None:
    _half_done(stage, "rebase")


def target_merging(stage: Stage) -> None:
    _half_done(stage, "merge")


def target_cherry_picking(stage: Stage) -> None:
    _half_done(stage, "cherry-pick")


def target_bisecting(stage: Stage) -> None:
    stage.repo.git("bisect", "start", "HEAD", "HEAD~1")


def target_checked_out_twice(stage: Stage) -> None:
    stage.repo.git("worktree", "add", "--quiet", "--force", stage.base / "linked", "main")


def target_dirty(stage: Stage) -> None:
    stage.repo.write("cat.py", "mine = 1\n")
    stage.repo.write("README.md", "# My cats\n")


def target_staged(stage: Stage) -> None:
    target_dirty(stage)
    stage.repo.git("add", "cat.py", "README.md")


def target_stash_conflicted(stage: Stage) -> None:
    """A stash that did not apply leaves conflicts, and no operation under way."""
    stage.repo.write("README.md", "# My cats\n")
    stage.repo.git("stash", "--quiet")
    target_moved_ahead(stage)
    subprocess.run(["git", "stash", "pop"], cwd=stage.repo.path, capture_output=True, check=False)


FEATURE_BRANCH_MOMENTS = (
    feature_checked_out,
    feature_in_another_worktree,
    feature_amended,
    feature_moved_ahead,
    feature_deleted,
    feature_renamed,
)
PACKAGE_BRANCH_MOMENTS = (
    package_deleted,
    package_renamed,
    package_reset,
    package_amended,
    package_unrelated,
    package_ahead,
    package_checked_out_here,
    package_checked_out_twice,
)
TARGET_MOMENTS = (
    target_rewound,
    target_rewound_behind_the_plan,
    target_amended,
    target_moved_ahead,
    target_renamed,
    target_deleted_under_its_checkout,
    target_deleted,
    target_unrelated,
    target_detached,
    target_rebasing,
    target_merging,
    target_cherry_picking,
    target_bisecting,
    target_checked_out_twice,
    target_dirty,
    target_staged,
    target_stash_conflicted,
)
