"""What an agent can do so that its files look other than they are: sparse checkouts and indexes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile.canaries import Canary, Outside, ordinary, springs
from hostile.stages import FINE, SHARED, Scene, tour


def cone(scene: Scene) -> None:
    scene.workspace.git("sparse-checkout", "set", "--cone", "kitty-specs", ".kittify")


def patterns(scene: Scene) -> None:
    scene.workspace.git("sparse-checkout", "set", "--no-cone", "/*", "!/src/")


def patterns_in_shared_settings(scene: Scene) -> None:
    """The same by hand, without settings of the worktree's own."""
    scene.configure(("core.sparseCheckout", "true"))
    file = scene.registration / "info/sparse-checkout"
    file.parent.mkdir()
    file.write_text("/*\n!/src/\n")
    scene.workspace.git("read-tree", "-m", "-u", "HEAD")


@pytest.mark.parametrize("hide", [cone, patterns, patterns_in_shared_settings])
def test_what_a_sparse_checkout_hides_is_not_deleted(
    scene: Scene, hide: Callable[[Scene], None]
) -> None:
    scene.workspace.status()  # a file that may have changed is not hidden
    hide(scene)
    assert not (scene.folder / SHARED).exists()
    assert scene.workspace.status() == ""
    compared = ("git", "-C", scene.folder, "-c", "core.sparseCheckout=false")
    fresh = scene.git_dir / "fresh"
    words = f"GIT_INDEX_FILE={fresh} git -c core.sparseCheckout=false"
    ordinary(scene.folder, "sh", "-c", f"{words} read-tree HEAD && {words} add --all")
    listed = subprocess.run(
        [*compared, "ls-files"], env={"GIT_INDEX_FILE": str(fresh)}, capture_output=True
    )
    assert SHARED.encode() not in listed.stdout.splitlines()
    before = scene.main.tip(scene.branch)
    scene.workspace.write("new.txt", "new\n")

    refused = scene.project.move("WP01", "for_review")

    assert refused.refusal == (
        "WORKSPACE_FAILED",
        {"reason": "sparse", "paths": refused.refusal[1]["paths"]},
    )
    assert SHARED in refused.refusal[1]["paths"]
    assert scene.main.tip(scene.branch) == before
    # As the message says.
    scene.workspace.git("sparse-checkout", "disable")
    assert scene.project.move("WP01", "for_review").data
    assert scene.main.git("show", f"{scene.branch}:{SHARED}") == "one\ntwo\nthree"


def test_a_file_that_was_deleted_in_a_workspace_that_is_not_sparse_is_deleted(
    scene: Scene,
) -> None:
    patterns(scene)
    scene.workspace.git("sparse-checkout", "disable")
    (scene.folder / SHARED).unlink()
    assert scene.project.move("WP01", "for_review").data
    assert scene.main.git("ls-tree", scene.branch, SHARED) == ""


def test_files_about_ignoring_and_attributes_in_a_workspaces_git_dir_do_not_count(
    scene: Scene, canary: Canary
) -> None:
    info = scene.registration / "info"
    info.mkdir()
    (info / "exclude").write_text("*\n")
    (info / "attributes").write_text("* filter=evil diff=evil merge=evil\n")
    (info / "sparse-checkout").write_text("!/*\n")
    scene.configure(("filter.evil.clean", str(canary.program)))
    told = tour(scene)
    assert (told, canary.heard()) == (FINE, [])


def planted_settings(scene: Scene, text: str) -> None:
    scene.configure(("extensions.worktreeConfig", "true"), ("core.repositoryformatversion", "1"))
    (scene.registration / "config.worktree").write_text(text)


def test_a_work_tree_that_the_workspaces_settings_name_is_left_alone(
    scene: Scene, outside: Outside
) -> None:
    planted_settings(scene, f"[core]\n\tworktree = {outside.folder}\n\tbare = false\n")
    before = outside.picture()
    git_dir = f"--git-dir={scene.registration}"
    ordinary(scene.folder, "git", git_dir, "checkout", "--force", "HEAD", "--", ".")
    assert outside.picture() != before
    before = outside.picture()
    assert tour(scene) == FINE
    assert outside.picture() == before


def test_settings_of_the_index_that_the_repository_names_change_nothing(
    scene: Scene, canary: Canary
) -> None:
    scene.configure(
        *(("core.splitIndex", "true"), ("core.untrackedCache", "keep"), ("index.version", "4")),
        *(("index.sparse", "true"), ("feature.manyFiles", "true"), ("index.threads", "8")),
        *(("index.skipHash", "true"), ("core.ignoreStat", "true"), ("core.checkStat", "minimal")),
        ("core.fsmonitor", str(canary.program)),
    )
    scene.workspace.write(SHARED, "one\nnew\nthree\n")
    assert springs(canary, scene.folder, "git", "status")
    told = tour(scene)
    assert (told, canary.heard()) == (FINE, [])
    assert shared_indexes(scene.git_dir) == []


def shared_indexes(git_dir: Path) -> list[Path]:
    """Returns what a split index leaves, in the host's own folder."""
    return list((git_dir / "spec-kitty").rglob("sharedindex.*"))
