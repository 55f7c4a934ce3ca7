"""Work that was kept, made to deceive whoever gives it back."""

from __future__ import annotations

import os

from hostile.canaries import Canary, Outside, springs
from hostile.crafted import blob, crafted_commit, crafted_tree, tree_with
from hostile.hooks import plant_hooks
from hostile.stages import Scene
from project import SLUG

CANCEL = ("agent", "tasks", "move-task", "WP03", "--to", "canceled", "--note", "No.")
ABOUT = ("--feature", SLUG)


def test_kept_work_comes_back_as_files_and_nothing_of_it_is_run(
    scene: Scene, canary: Canary, outside: Outside
) -> None:
    folder = scene.project.workspace("WP03")
    scene.project.work("WP03", ".gitattributes", "*.py diff=evil merge=evil\n")
    scene.project.work("WP03", "a.py", "a = 1\n")
    (folder / "out").symlink_to(outside.folder)
    scene.configure(
        *(("diff.evil.textconv", str(canary.program)), ("core.fsmonitor", str(canary.program))),
        ("merge.evil.driver", str(canary.program)),
    )
    plant_hooks(canary, scene.git_dir / "hooks")
    assert springs(canary, folder, "git", "stash", "--include-untracked")
    assert springs(canary, folder, "git", "stash", "pop")
    before = outside.picture()
    said = [
        scene.say(*CANCEL, *ABOUT),
        scene.say("salvage", "list", *ABOUT),
        scene.say("salvage", "restore", f"{SLUG}/WP03/1", "--to", "back"),
        scene.say("salvage", "restore", f"{SLUG}/WP03/1", "--into", "WP01"),
    ]
    assert [each[0] for each in said] == ["0"] * 4, said
    assert (canary.heard(), outside.picture()) == ([], before)
    assert (scene.folder / "a.py").read_text() == "a = 1\n"
    assert os.readlink(scene.folder / "out") == str(outside.folder)


def test_kept_work_is_not_written_through_a_link_in_the_workspace(
    scene: Scene, outside: Outside
) -> None:
    scene.project.work("WP03", "out/secret.txt", "restored\n")
    assert scene.say(*CANCEL, *ABOUT)[0] == "0"
    (scene.folder / "out").symlink_to(outside.folder)
    (scene.git_dir / "info/exclude").write_text("out\n.worktrees\n")
    before = outside.picture()
    said = scene.say("salvage", "restore", f"{SLUG}/WP03/1", "--into", "WP01")
    assert (said[0], outside.picture()) == ("1", before)
    assert "INTERNAL_ERROR" not in said


def test_a_commit_that_git_cannot_lay_out_is_named_and_nothing_is_written(
    scene: Scene, canary: Canary
) -> None:
    branch = f"refs/heads/{SLUG}-WP03"
    hook = blob(scene.main, f"#!/bin/sh\n{canary.program}\n")
    hooks = ("40000", "hooks", crafted_tree(scene.main, ("100755", "post-checkout", hook)))
    tree = tree_with(scene.main, branch, ("40000", ".git", crafted_tree(scene.main, hooks)))
    scene.main.git("update-ref", branch, crafted_commit(scene.main, tree, branch))
    before = sorted(each.name for each in (scene.git_dir / "hooks").iterdir())
    said = scene.say(*CANCEL, *ABOUT)
    assert "Git cannot read the commit" in said
    assert "invalid path '.git/hooks/post-checkout'" in said
    assert sorted(each.name for each in (scene.git_dir / "hooks").iterdir()) == before
    assert canary.heard() == []
