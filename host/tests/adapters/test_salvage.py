import shutil
import subprocess

import pytest

from spec_kitty.adapters.salvage import Salvage
from spec_kitty.domain.refusals import ErrorCode, Refusal
from workspace import BRANCH, PACKAGE, SLUG, Workspace, workspace

__all__ = ["workspace"]

PREFIX = "refs/spec-kitty-salvage"
FIRST = f"refs/spec-kitty-salvage/{SLUG}/{PACKAGE}/1"
SECOND = f"refs/spec-kitty-salvage/{SLUG}/{PACKAGE}/2"


def keep(
    workspace: Workspace, merged_into: str | None = None, unstaged: tuple[str, ...] = ()
) -> str | None:
    salvage = Salvage(workspace.host, workspace.worktrees, workspace.staging)
    return salvage.keep(SLUG, PACKAGE, merged_into, unstaged)


def test_merged_and_clean_work_needs_no_keeping(workspace: Workspace) -> None:
    workspace.write("noise.log", "ignored")
    assert keep(workspace, workspace.main.tip()) is None
    assert workspace.main.git("for-each-ref", "refs/spec-kitty-salvage") == ""


def test_an_unmerged_tip_is_kept_as_it_is(workspace: Workspace) -> None:
    workspace.write("new.txt", "x")
    tip = workspace.advance(workspace.stage())
    assert keep(workspace, workspace.main.tip()) == FIRST
    assert workspace.main.tip(FIRST) == tip


def test_uncommitted_work_is_kept_on_top_of_the_tip(workspace: Workspace) -> None:
    workspace.write("new.txt", "x")
    workspace.write(".env", "KEY=1")
    (workspace.path / "README.md").unlink()
    assert keep(workspace, workspace.main.tip(), (".env",)) == FIRST
    show = ["show", "--format=%an <%ae>|%cn <%ce>|%P", "--name-status", FIRST]
    who = "spec-kitty <journal@spec-kitty.invalid>"
    assert workspace.main.git(*show).splitlines() == [
        f"{who}|{who}|{workspace.main.tip(BRANCH)}",
        "",
        "D\tREADME.md",
        "A\tnew.txt",
    ]


def test_keeping_the_same_again_answers_the_same(workspace: Workspace) -> None:
    workspace.write("new.txt", "x")
    assert (keep(workspace), keep(workspace)) == (FIRST, FIRST)


def test_keeping_the_same_tip_again_answers_the_same(workspace: Workspace) -> None:
    assert (keep(workspace), keep(workspace)) == (FIRST, FIRST)


def test_other_work_gets_the_next_number(workspace: Workspace) -> None:
    workspace.main.git("update-ref", FIRST.replace("/1", "/foreign"), "HEAD")
    workspace.write("new.txt", "x")
    first = keep(workspace)
    workspace.write("new.txt", "y")
    assert (first, keep(workspace)) == (FIRST, SECOND)


def test_the_tip_is_kept_when_the_folder_is_gone(workspace: Workspace) -> None:
    subprocess.run(["rm", "-rf", workspace.path], check=True)
    assert keep(workspace) == FIRST


def test_the_tip_is_kept_when_the_folder_was_emptied(workspace: Workspace) -> None:
    subprocess.run("rm -rf * .[a-fh-z]* .gitignore", shell=True, cwd=workspace.path, check=True)
    assert keep(workspace) == FIRST
    assert workspace.main.tip(FIRST) == workspace.main.tip(BRANCH)


def test_with_neither_branch_nor_folder_there_is_nothing_to_keep(workspace: Workspace) -> None:
    workspace.main.git("update-ref", "-d", BRANCH)
    shutil.rmtree(workspace.path)
    assert keep(workspace) is None


def test_without_its_branch_work_is_kept_on_what_it_was_merged_into(workspace: Workspace) -> None:
    workspace.write("new.txt", "x")
    workspace.main.git("update-ref", "-d", BRANCH)
    assert keep(workspace, workspace.main.tip()) == FIRST
    assert workspace.main.git("show", f"{FIRST}:new.txt") == "x"
    assert workspace.main.tip(f"{FIRST}^") == workspace.main.tip()


def test_work_that_nothing_is_known_of_is_not_given_up(workspace: Workspace) -> None:
    workspace.main.git("update-ref", "-d", BRANCH)
    with pytest.raises(Refusal, match=r"The branch of .* is gone") as refused:
        keep(workspace)
    assert refused.value.code is ErrorCode.WORKSPACE_FAILED


def test_a_file_in_the_place_of_a_workspace_is_not_taken_for_one(workspace: Workspace) -> None:
    shutil.rmtree(workspace.path)
    workspace.path.write_text("a person's file\n")
    with pytest.raises(Refusal, match="is in the way") as refused:
        keep(workspace)
    assert refused.value.code is ErrorCode.WORKSPACE_FAILED


def test_commits_that_only_a_detached_head_holds_are_kept(workspace: Workspace) -> None:
    workspace.git("checkout", "--quiet", "--detach")
    workspace.write("new.txt", "x")
    alone = workspace.commit("On no branch")
    salvage = Salvage(workspace.host, workspace.worktrees, workspace.staging)

    salvage.keep_detached(SLUG, PACKAGE)
    salvage.keep_detached(SLUG, PACKAGE)

    listed = workspace.main.git("for-each-ref", "--format=%(refname) %(objectname)", PREFIX)
    assert listed == f"{FIRST} {alone}"


def test_damaged_salvage_does_not_keep_more_from_being_kept(workspace: Workspace) -> None:
    folder = workspace.main.path / ".git" / PREFIX / SLUG / PACKAGE
    folder.mkdir(parents=True)
    (folder / "1").write_text("garbage\n")
    workspace.write("new.txt", "x")
    assert keep(workspace) == SECOND


def test_large_files_are_kept_too(workspace: Workspace) -> None:
    with open(workspace.path / "big.bin", "wb") as file:
        file.truncate(60 * 1024 * 1024)
    assert keep(workspace) == FIRST
    assert workspace.main.git("cat-file", "-s", f"{FIRST}:big.bin") == str(60 * 1024 * 1024)


def test_a_nested_repository_cannot_be_kept(workspace: Workspace) -> None:
    workspace.git("init", "-q", "nest")
    with pytest.raises(Refusal) as caught:
        keep(workspace, workspace.main.tip())
    assert (caught.value.code, caught.value.facts) == (
        ErrorCode.WORKSPACE_FAILED,
        {"paths": ("nest/",)},
    )
