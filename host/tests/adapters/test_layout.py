import os
from pathlib import Path

import pytest

from spec_kitty.adapters.work_trees.attachment import move
from spec_kitty.adapters.workspaces.registration import Registration
from spec_kitty.domain.refusals import ErrorCode, Refusal
from workspace import BRANCH, PACKAGE, SLUG, Workspace, workspace

__all__ = ["workspace"]


def moved(workspace: Workspace, **files: str | None) -> tuple[str, str]:
    """Moves the branch behind the workspace's back; returns its old and its new commit."""
    main = workspace.main
    old = main.tip(BRANCH)
    main.git("checkout", "-q", "--detach", old)
    for name, text in files.items():
        path = name.replace("__", "/").replace("_", ".")
        if text is None:
            main.git("rm", "-q", path)
        else:
            main.git("rm", "-rq", "--cached", "--ignore-unmatch", path)
            main.write(path, text)
            main.git("add", "-f", path)
    main.git("commit", "-q", "-m", "By the host")
    new = main.tip()
    main.git("checkout", "-q", "main")
    main.git("update-ref", BRANCH, new)
    return old, new


def test_files_and_index_follow_the_branch(workspace: Workspace) -> None:
    old, new = moved(workspace, README_md="<<<<<<<\n", new__file="x", src__dog_py=None)
    workspace.write("noise.log", "ignored\n")
    workspace.worktrees.lay_out(SLUG, PACKAGE, old, new)
    assert workspace.status() == ""
    assert workspace.files() == {
        b".gitignore": b"*.log\n",
        b".kittify/config.toml": b"",
        b"README.md": b"<<<<<<<\n",
        b"new/file": b"x",
        b"noise.log": b"ignored\n",
        b"src/cat.py": b"meow = 1\n",
    }


def test_laying_out_twice_leaves_the_work_that_began_after_it(workspace: Workspace) -> None:
    old, new = moved(workspace, README_md="<<<<<<<\n")
    workspace.worktrees.lay_out(SLUG, PACKAGE, old, new)
    workspace.write("README.md", "resolved\n")
    workspace.worktrees.lay_out(SLUG, PACKAGE, old, new)
    assert (workspace.path / "README.md").read_text() == "resolved\n"


def test_a_file_may_become_a_folder_and_a_folder_a_file(workspace: Workspace) -> None:
    main = workspace.main
    old = main.tip(BRANCH)
    main.git("checkout", "-q", "--detach", old)
    main.git("rm", "-rq", "src", "README.md")
    main.write("src", "file\n")
    main.write("README.md/inside", "file\n")
    new = main.commit()
    main.git("checkout", "-q", "main")
    main.git("update-ref", BRANCH, new)
    assert workspace.worktrees.in_the_way(SLUG, PACKAGE, old, new) == ()
    workspace.worktrees.lay_out(SLUG, PACKAGE, old, new)
    assert workspace.status() == ""


@pytest.mark.parametrize("standing", ["made.log", "new.txt"])
def test_a_file_in_the_way_is_named_and_kept(workspace: Workspace, standing: str) -> None:
    old, new = moved(workspace, README_md="theirs\n", **{standing.replace(".", "_"): "theirs\n"})
    workspace.write(standing, "mine\n")
    with pytest.raises(Refusal) as caught:
        workspace.worktrees.lay_out(SLUG, PACKAGE, old, new)
    assert (caught.value.code, caught.value.facts) == (
        ErrorCode.WORKSPACE_FAILED,
        {"paths": (standing,)},
    )
    assert (workspace.path / standing).read_text() == "mine\n"
    assert (workspace.path / "README.md").read_text() == "cats\n"
    assert not (workspace.registration / "index.lock").exists()


def test_ignored_files_in_a_folder_that_becomes_a_file_are_in_the_way(
    workspace: Workspace,
) -> None:
    old, new = moved(workspace, build="a file now\n")
    workspace.write("build/deep/noise.log", "mine\n")
    assert workspace.worktrees.in_the_way(SLUG, PACKAGE, old, new) == ("build/deep/noise.log",)


def test_an_ignored_file_or_link_above_a_new_file_is_in_the_way(
    workspace: Workspace, tmp_path: Path
) -> None:
    old, new = moved(workspace, a_log__inside="x", b_log__inside="x")
    workspace.write("a.log", "mine\n")
    (workspace.path / "b.log").symlink_to(tmp_path)
    assert workspace.worktrees.in_the_way(SLUG, PACKAGE, old, new) == ("a.log", "b.log")


def test_an_edited_file_is_in_the_way_and_a_deleted_one_is_not(workspace: Workspace) -> None:
    old, new = moved(workspace, README_md="theirs\n", src__cat_py="theirs\n", src__dog_py="theirs")
    workspace.write("README.md", "mine\n")
    (workspace.path / "src/cat.py").unlink()
    assert workspace.worktrees.in_the_way(SLUG, PACKAGE, old, new) == ("README.md",)


def test_hiding_bits_in_the_workspaces_index_do_not_hide_an_edit(workspace: Workspace) -> None:
    old, new = moved(workspace, README_md="theirs\n")
    workspace.git("update-index", "--assume-unchanged", "README.md")
    workspace.git("update-index", "--skip-worktree", "src/cat.py")
    workspace.write("README.md", "mine\n")
    assert workspace.worktrees.in_the_way(SLUG, PACKAGE, old, new) == ("README.md",)


def test_a_layout_that_was_killed_is_finished(workspace: Workspace) -> None:
    old, new = moved(workspace, README_md="theirs\n", new_txt="theirs\n", src__dog_py=None)
    place = workspace.worktrees.place(SLUG, PACKAGE)
    Registration(workspace.host, place).note(move(old, new))
    (workspace.registration / "index.lock").write_bytes(b"spec-kitty holds this index\n")
    Path(f"{place.index}.lock").write_bytes(b"half")
    (workspace.path / "src/dog.py").unlink()
    (workspace.path / "README.md").write_text("the")
    workspace.worktrees.lay_out(SLUG, PACKAGE, old, new)
    assert workspace.status() == ""
    assert (workspace.path / "new.txt").read_text() == "theirs\n"


def test_a_layout_that_was_killed_is_finished_by_the_next_claim_too(workspace: Workspace) -> None:
    old, new = moved(workspace, README_md="theirs\n", src__dog_py=None)
    place = workspace.worktrees.place(SLUG, PACKAGE)
    Registration(workspace.host, place).note(move(old, new))
    assert workspace.worktrees.ensure(SLUG, PACKAGE) is True
    assert workspace.status() == ""


def test_a_git_command_at_work_makes_the_layout_busy(workspace: Workspace) -> None:
    old, new = moved(workspace, README_md="theirs\n")
    lock = workspace.registration / "index.lock"
    lock.write_bytes(b"")
    with pytest.raises(Refusal) as caught:
        workspace.worktrees.lay_out(SLUG, PACKAGE, old, new)
    assert (caught.value.code, caught.value.facts) == (
        ErrorCode.BUSY,
        {"lock": str(lock), "process": None, "retryable": True},
    )
    assert (workspace.path / "README.md").read_text() == "cats\n"
    os.unlink(lock)
    workspace.worktrees.lay_out(SLUG, PACKAGE, old, new)
    assert workspace.status() == ""


def test_an_edit_made_after_a_killed_move_is_named_and_stays(workspace: Workspace) -> None:
    old, new = moved(workspace, README_md="new\n" * 9, src__dog_py="woof = 2\n")
    place = workspace.worktrees.place(SLUG, PACKAGE)
    Registration(workspace.host, place).note(move(old, new))
    workspace.write("README.md", "new\nne")
    workspace.write("src/dog.py", "mine\n")

    with pytest.raises(Refusal) as refused:
        workspace.worktrees.lay_out(SLUG, PACKAGE, old, new)

    assert refused.value.code is ErrorCode.WORKSPACE_FAILED
    assert refused.value.facts == {"paths": ("src/dog.py",)}
    assert (workspace.path / "src/dog.py").read_text() == "mine\n"
    (workspace.path / "src/dog.py").unlink()
    workspace.worktrees.lay_out(SLUG, PACKAGE, old, new)
    assert (workspace.path / "README.md").read_text() == "new\n" * 9
    assert workspace.status() == ""


def test_a_move_that_is_let_go_leaves_files_and_lock_to_the_person(workspace: Workspace) -> None:
    old, new = moved(workspace, README_md="new\n")
    place = workspace.worktrees.place(SLUG, PACKAGE)
    Registration(workspace.host, place).note(move(old, new))
    lock = workspace.registration / "index.lock"
    lock.write_bytes(b"spec-kitty holds this index\n")

    workspace.worktrees.let_go(SLUG, PACKAGE)

    assert Registration(workspace.host, place).progress == ""
    assert not lock.exists()
