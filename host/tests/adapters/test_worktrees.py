import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from repository import Repo, make_repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.work_trees.attachment import ADOPT, CHECK_OUT
from spec_kitty.adapters.workspaces.registration import Registration
from spec_kitty.adapters.worktrees import Worktrees
from spec_kitty.domain.refusals import ErrorCode, Refusal
from workspace import BRANCH, NAME, PACKAGE, SLUG, Workspace, attach, workspace

__all__ = ["workspace"]

FILES = {
    b".gitignore": b"*.log\n",
    b".kittify/config.toml": b"",
    b"README.md": b"cats\n",
    b"src/cat.py": b"meow = 1\n",
    b"src/dog.py": b"woof = 1\n",
}


def refused() -> pytest.RaisesExc[Refusal]:
    return pytest.raises(Refusal, check=lambda no: no.code is ErrorCode.WORKSPACE_FAILED)


def in_order(made: Workspace) -> bool:
    return (
        made.status() == ""
        and made.files() == FILES
        and made.git("symbolic-ref", "HEAD") == BRANCH
        and (made.path / ".git").read_text() == f"gitdir: {made.registration}\n"
    )


def test_a_workspace_is_made_with_the_files_of_its_branch(workspace: Workspace) -> None:
    assert in_order(workspace)
    assert workspace.worktrees.exists(SLUG, PACKAGE)


def test_the_users_checkout_does_not_notice_a_workspace(workspace: Workspace) -> None:
    assert workspace.main.status() == ""
    assert "locked" in workspace.main.git("worktree", "list", "--porcelain")


def test_a_workspace_that_is_there_is_only_found(workspace: Workspace) -> None:
    workspace.write("src/cat.py", "mine\n")
    assert workspace.worktrees.ensure(SLUG, PACKAGE) is False
    assert (workspace.path / "src/cat.py").read_text() == "mine\n"


def test_a_workspace_without_a_branch_is_refused_and_leaves_nothing(repo: Repo) -> None:
    made = attach(repo, make=False)
    repo.git("update-ref", "-d", BRANCH)
    with refused():
        made.worktrees.ensure(SLUG, PACKAGE)
    assert not made.path.exists()
    assert not made.registration.exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "/.worktrees/\n"),
        ("*.swp", "*.swp\n/.worktrees/\n"),
        ("*.swp\n", "*.swp\n/.worktrees/\n"),
        ("/.worktrees/\r\n*.swp", "/.worktrees/\r\n*.swp"),
    ],
)
def test_the_ignore_list_gets_one_line_and_keeps_the_rest(
    repo: Repo, before: str, after: str
) -> None:
    exclude = repo.path / ".git/info/exclude"
    exclude.write_bytes(before.encode())
    made = attach(repo)
    made.worktrees.ensure(SLUG, PACKAGE)
    assert exclude.read_bytes() == after.encode()


def test_a_missing_ignore_list_is_made(repo: Repo) -> None:
    (repo.path / ".git/info/exclude").unlink()
    (repo.path / ".git/info").rmdir()
    attach(repo)
    assert (repo.path / ".git/info/exclude").read_text() == "/.worktrees/\n"


def test_a_workspace_whose_folder_was_deleted_is_made_again(workspace: Workspace) -> None:
    subprocess.run(["rm", "-rf", workspace.path], check=True)
    assert not workspace.worktrees.exists(SLUG, PACKAGE)
    assert workspace.worktrees.ensure(SLUG, PACKAGE) is True
    assert in_order(workspace)


def test_a_folder_whose_registration_was_pruned_keeps_its_changes(workspace: Workspace) -> None:
    workspace.write("src/cat.py", "mine\n")
    subprocess.run(["rm", "-rf", workspace.registration], check=True)
    assert workspace.worktrees.ensure(SLUG, PACKAGE) is True
    assert workspace.status() == " M src/cat.py"


def test_adopting_a_folder_continues_after_a_kill(workspace: Workspace) -> None:
    workspace.write("src/cat.py", "mine\n")
    place = workspace.worktrees.place(SLUG, PACKAGE)
    Registration(workspace.host, place).note(ADOPT)
    (workspace.registration / "index").unlink()
    assert workspace.worktrees.ensure(SLUG, PACKAGE) is True
    assert workspace.status() == " M src/cat.py"


def test_a_check_out_that_was_killed_is_finished(workspace: Workspace) -> None:
    place = workspace.worktrees.place(SLUG, PACKAGE)
    Registration(workspace.host, place).note(CHECK_OUT)
    (workspace.path / "README.md").unlink()
    (workspace.path / "src/cat.py").write_text("me")
    (workspace.registration / "index").unlink()
    (workspace.registration / "index.lock").write_bytes(b"spec-kitty holds this index\n")
    Path(place.index).unlink()
    Path(f"{place.index}.lock").write_text("")
    assert workspace.worktrees.ensure(SLUG, PACKAGE) is True
    assert in_order(workspace)


def test_a_registration_that_was_killed_before_its_folder_is_continued(
    workspace: Workspace,
) -> None:
    place = workspace.worktrees.place(SLUG, PACKAGE)
    Registration(workspace.host, place).note(CHECK_OUT)
    subprocess.run(["rm", "-rf", workspace.path], check=True)
    assert workspace.worktrees.ensure(SLUG, PACKAGE) is True
    assert in_order(workspace)


def test_a_registration_that_was_killed_while_being_written_is_begun_again(repo: Repo) -> None:
    made = attach(repo, make=False)
    place = made.worktrees.place(SLUG, PACKAGE)
    os.makedirs(place.new_registration)
    Path(place.new_registration, "HEAD").write_text("half")
    assert made.worktrees.ensure(SLUG, PACKAGE) is True
    assert made.status() == ""
    assert not os.path.exists(place.new_registration)


@pytest.mark.parametrize("left", [[], ["locked"], ["locked", "gitdir"], ["gitdir", "HEAD"]])
def test_a_half_made_registration_of_git_is_completed(repo: Repo, left: list[str]) -> None:
    made = attach(repo, make=False)
    contents = {
        "locked": "initializing",
        "gitdir": f"{made.path}/.git\n",
        "HEAD": "0" * 40,
    }
    made.registration.mkdir(parents=True)
    for name in left:
        (made.registration / name).write_text(contents[name])
    assert made.worktrees.ensure(SLUG, PACKAGE) is True
    assert made.status() == ""


def test_a_foreign_folder_is_named_and_left_alone(repo: Repo) -> None:
    made = attach(repo, make=False)
    made.write("precious.txt", "mine")
    with pytest.raises(Refusal) as caught:
        made.worktrees.ensure(SLUG, PACKAGE)
    assert caught.value.facts == {"paths": (str(made.path),)}
    assert made.files() == {b"precious.txt": b"mine"}
    assert not made.registration.exists()


def test_a_foreign_worktree_of_the_same_name_is_named_and_left_alone(
    repo: Repo, tmp_path: Path
) -> None:
    made = attach(repo, make=False)
    repo.git("worktree", "add", "-q", "-b", "other", tmp_path / "elsewhere" / NAME)
    with pytest.raises(Refusal) as caught:
        made.worktrees.ensure(SLUG, PACKAGE)
    assert caught.value.facts == {"paths": (str(tmp_path / "elsewhere" / NAME),)}
    with refused():
        made.worktrees.remove(SLUG, PACKAGE)
    assert (tmp_path / "elsewhere" / NAME / ".git").exists()


@pytest.mark.parametrize("where", [".worktrees", f".worktrees/{NAME}"])
def test_a_planted_symlink_is_not_followed(repo: Repo, tmp_path: Path, where: str) -> None:
    (tmp_path / "victim").mkdir()
    made = attach(repo, make=False)
    link = repo.path / where
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(tmp_path / "victim")
    with refused():
        made.worktrees.ensure(SLUG, PACKAGE)
    assert os.listdir(tmp_path / "victim") == []


def test_a_moved_project_keeps_its_workspaces(workspace: Workspace, tmp_path: Path) -> None:
    workspace.write("src/cat.py", "mine\n")
    os.rename(workspace.main.path, tmp_path / "moved")
    moved = attach(Repo(tmp_path / "moved"))
    assert moved.status() == " M src/cat.py"
    assert moved.worktrees.ensure(SLUG, PACKAGE) is False


def test_a_copied_project_takes_its_workspaces_for_its_own(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.write("src/cat.py", "mine\n")
    before = workspace.files()
    shutil.copytree(workspace.main.path, tmp_path / "copy", symlinks=True)

    copy = attach(Repo(tmp_path / "copy"))

    assert copy.worktrees.ensure(SLUG, PACKAGE) is False
    assert copy.status() == " M src/cat.py"
    assert copy.git("rev-parse", "--git-dir") == str(copy.registration)
    assert workspace.git("rev-parse", "--git-dir") == str(workspace.registration)
    assert workspace.files() == before


def test_a_workspace_that_git_moved_is_named_with_the_way_back(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.main.git("worktree", "move", "-f", "-f", workspace.path, tmp_path / "moved")
    with pytest.raises(Refusal, match=r"was moved to .*: spec-kitty doctor --fix") as caught:
        workspace.worktrees.ensure(SLUG, PACKAGE)
    assert caught.value.facts == {"paths": (str(tmp_path / "moved"),)}


def test_a_worktree_of_the_project_that_this_is_a_copy_of_does_not_count(
    workspace: Workspace, tmp_path: Path
) -> None:
    linked = tmp_path / "linked"
    workspace.main.git("worktree", "add", "-q", "-b", "topic", linked)
    shutil.copytree(workspace.main.path, tmp_path / "copy", symlinks=True)

    copy = attach(Repo(tmp_path / "copy"), make=False)

    assert copy.worktrees.other_checkout("refs/heads/topic") is None
    assert workspace.worktrees.other_checkout("refs/heads/topic") == str(linked)


def test_a_bisect_is_an_operation_under_way(workspace: Workspace) -> None:
    workspace.git("bisect", "start", "HEAD", "HEAD~1")
    assert workspace.worktrees.unfinished(SLUG, PACKAGE) == "bisect"
    workspace.worktrees.ensure(SLUG, PACKAGE)
    workspace.git("bisect", "reset")
    assert (workspace.worktrees.unfinished(SLUG, PACKAGE), workspace.status()) == (None, "")


MAKE = """
import sys
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.worktrees import Worktrees
sys.stdin.read()
print(Worktrees(Git(locate(sys.argv[1]))).ensure(sys.argv[2], sys.argv[3]))
"""


def race(repo: Repo, ids: list[str]) -> list[str]:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", MAKE, repo.path, SLUG, package_id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for package_id in ids
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    return [process.communicate(timeout=120)[0].strip() for process in running]


def test_sixteen_processes_make_sixteen_workspaces_at_once(repo: Repo) -> None:
    for number in range(300):
        repo.write(f"folder{number % 7}/{number}.txt", f"{number}\n")
    repo.commit()
    ids = [f"WP{number:02}" for number in range(1, 17)]
    for package_id in ids:
        repo.git("update-ref", f"refs/heads/{SLUG}-{package_id}", "HEAD")
    assert race(repo, ids) == ["True"] * 16
    states = [
        Repo(repo.path / ".worktrees" / f"{SLUG}-{package_id}").status() for package_id in ids
    ]
    assert states == [""] * 16
    assert (repo.path / ".git/info/exclude").read_text().count("/.worktrees/") == 1


def test_processes_that_want_the_same_workspace_find_it_due_until_it_is_settled(
    repo: Repo,
) -> None:
    repo.git("update-ref", BRANCH, "HEAD")
    made = attach(repo, make=False)

    assert race(repo, [PACKAGE] * 6) == ["True"] * 6
    assert os.listdir(repo.path / ".git/worktrees") == [made.registration.name]
    made.worktrees.settle(SLUG, PACKAGE)
    assert race(repo, [PACKAGE] * 6) == ["False"] * 6
    assert made.status() == ""


def test_a_sha256_repository_works(tmp_path: Path) -> None:
    main = Repo(tmp_path / "project")
    main.path.mkdir()
    main.git("init", "-q", "--object-format=sha256")
    main.write("a.txt", "a")
    main.commit()
    made = attach(main)
    made.write("b.txt", "b")
    new = made.advance(made.stage())
    made.staging.agree(SLUG, PACKAGE, new)
    assert (made.status(), len(new)) == ("", 64)


@pytest.mark.parametrize("own_configuration", [False, True])
def test_a_bare_repository_works(repo: Repo, tmp_path: Path, own_configuration: bool) -> None:
    repo.git("clone", "-q", "--bare", repo.path, tmp_path / "bare" / "project.git")
    bare = Repo(tmp_path / "bare" / "project.git")
    if own_configuration:
        bare.git("config", "extensions.worktreeConfig", "true")
    bare.git("update-ref", BRANCH, "HEAD")
    worktrees = Worktrees(Git(locate(str(bare.path))))
    assert worktrees.ensure(SLUG, PACKAGE) is True
    path = Path(worktrees.path(SLUG, PACKAGE))
    assert path == tmp_path / "bare" / ".worktrees" / NAME
    assert Repo(path).status() == ""
    assert Repo(path).git("rev-parse", "--is-bare-repository") == "false"
    assert worktrees.other_checkout("refs/heads/main") is None


def test_separate_configurations_of_worktrees_work(repo: Repo) -> None:
    repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("config", "--worktree", "core.sparseCheckout", "true")
    made = attach(repo)
    assert made.status() == ""
    assert made.git("config", "--worktree", "core.bare") == "false"


def test_a_rewritten_pointer_is_restored(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.path / ".git").write_text(f"gitdir: {tmp_path}/hostile\n")
    assert workspace.worktrees.restore_pointer(SLUG, PACKAGE) is True
    assert in_order(workspace)
    assert workspace.worktrees.restore_pointer(SLUG, PACKAGE) is False


def test_a_repository_in_place_of_the_pointer_is_put_aside(workspace: Workspace) -> None:
    (workspace.path / ".git").unlink()
    workspace.git("init", "-q")
    workspace.git("checkout", "-q", "-b", "mine")
    workspace.worktrees.restore_pointer(SLUG, PACKAGE)
    assert in_order(workspace)
    assert (workspace.registration / "displaced-1" / "HEAD").exists()


def test_a_symlink_in_place_of_the_pointer_is_replaced(
    workspace: Workspace, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (workspace.path / ".git").unlink()
    (workspace.path / ".git").symlink_to(victim)
    workspace.worktrees.restore_pointer(SLUG, PACKAGE)
    assert (in_order(workspace), victim.read_text()) == (True, "untouched")


def test_a_rewritten_registration_is_restored(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.registration / "commondir").write_text(f"{tmp_path}/hostile\n")
    (workspace.registration / "HEAD").write_text("ref: refs/heads/main\n")
    workspace.worktrees.restore_pointer(SLUG, PACKAGE)
    assert in_order(workspace)


def test_changed_and_untracked_paths_are_uncommitted_but_not_ignored_ones(
    workspace: Workspace,
) -> None:
    odd = os.fsdecode(b"new\n\xff")
    workspace.write("src/cat.py", "meow = 2\n")
    workspace.write(odd, "x")
    workspace.write("noise.log", "x")
    (workspace.path / "src/dog.py").unlink()
    assert workspace.worktrees.uncommitted(SLUG, PACKAGE) == (odd, "src/cat.py", "src/dog.py")


def test_a_workspace_at_its_tip_has_nothing_uncommitted(workspace: Workspace) -> None:
    assert workspace.worktrees.uncommitted(SLUG, PACKAGE) == ()


def test_a_removed_workspace_leaves_only_its_branch(workspace: Workspace) -> None:
    tip = workspace.main.tip(BRANCH)
    (workspace.path / "src").chmod(0o500)
    assert workspace.worktrees.remove(SLUG, PACKAGE) is True
    assert not workspace.worktrees.exists(SLUG, PACKAGE)
    assert workspace.main.git("worktree", "list").count("\n") == 0
    assert not (workspace.main.path / ".worktrees").exists()
    assert workspace.main.tip(BRANCH) == tip


@pytest.fixture
def with_a_clone(workspace: Workspace, tmp_path: Path) -> Workspace:
    """A workspace in which a submodule was added, with a commit that nobody else has."""
    library = make_repo(tmp_path / "library")
    allowed = ("git", "-c", "protocol.file.allow=always")
    added = (*allowed, "submodule", "--quiet", "add", str(library.path), "library")
    subprocess.run(added, cwd=workspace.path, check=True)
    inside = Repo(workspace.path / "library")
    inside.write("purr.py", "purr = 1\n")
    inside.commit("Only here")
    inside.write("purr.py", "purr = 2\n")
    return workspace


def test_a_workspace_with_clones_of_submodules_is_put_aside_whole(with_a_clone: Workspace) -> None:
    workspace, main = with_a_clone, with_a_clone.main.path
    only_here = Repo(workspace.path / "library").tip()

    assert workspace.worktrees.remove(SLUG, PACKAGE) is True

    folder = main / f".worktrees/.kept-{SLUG}-{PACKAGE}-1"
    clone = main / f".git/spec-kitty/kept/{folder.name}/modules/library"
    places = (f"--git-dir={clone}", f"--work-tree={folder}/library")
    assert workspace.main.git(*places, "rev-parse", "HEAD") == only_here
    assert workspace.main.git(*places, "status", "--porcelain") == " M purr.py"
    assert not workspace.worktrees.exists(SLUG, PACKAGE)
    assert workspace.main.git("worktree", "list").count("\n") == 0


def test_a_workspace_that_is_put_aside_again_overwrites_nothing(with_a_clone: Workspace) -> None:
    parent = with_a_clone.main.path / ".worktrees"
    (parent / f".kept-{SLUG}-{PACKAGE}-1").mkdir()

    with_a_clone.worktrees.remove(SLUG, PACKAGE)

    assert sorted(os.listdir(parent)) == [
        f".kept-{SLUG}-{PACKAGE}-1",
        f".kept-{SLUG}-{PACKAGE}-2",
    ]


def test_putting_aside_that_was_killed_is_finished(with_a_clone: Workspace) -> None:
    place = with_a_clone.worktrees.place(SLUG, PACKAGE)
    aside = f"{place.parent}/.kept-{place.name}-1"
    os.rename(place.folder, aside)

    with_a_clone.worktrees.remove(SLUG, PACKAGE)

    assert os.path.exists(f"{place.kept_registrations}/.kept-{place.name}-1/modules/library")
    assert os.path.exists(f"{aside}/library/purr.py")
    assert not os.path.exists(place.registration)


def test_removing_twice_is_no_error(workspace: Workspace) -> None:
    workspace.worktrees.remove(SLUG, PACKAGE)
    assert workspace.worktrees.remove(SLUG, PACKAGE) is False


def test_a_removal_that_was_killed_is_finished(workspace: Workspace) -> None:
    place = workspace.worktrees.place(SLUG, PACKAGE)
    os.rename(place.folder, place.doomed_folder)
    workspace.worktrees.remove(SLUG, PACKAGE)
    assert not os.path.exists(place.doomed_folder)
    assert not os.path.exists(place.registration)


def test_a_foreign_folder_is_not_removed(repo: Repo) -> None:
    made = attach(repo, make=False)
    made.write("precious.txt", "mine")
    assert made.worktrees.remove(SLUG, PACKAGE) is False
    assert made.files() == {b"precious.txt": b"mine"}


def test_removal_follows_no_symlink(workspace: Workspace, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "precious.txt").write_text("mine")
    (workspace.path / "link").symlink_to(victim)
    subprocess.run(["mv", workspace.path, tmp_path / "moved"], check=True)
    workspace.path.symlink_to(tmp_path / "moved")
    workspace.worktrees.remove(SLUG, PACKAGE)
    assert (victim / "precious.txt").exists()
    assert (tmp_path / "moved" / "README.md").exists()
    assert not workspace.path.is_symlink()


def test_the_main_checkout_is_another_checkout(workspace: Workspace) -> None:
    other = workspace.worktrees.other_checkout
    assert other("refs/heads/main", SLUG, PACKAGE) == str(workspace.main.path)


def test_the_own_workspace_is_no_other_checkout(workspace: Workspace) -> None:
    other = workspace.worktrees.other_checkout
    assert (other(BRANCH, SLUG, PACKAGE), other(BRANCH)) == (None, str(workspace.path))


def test_a_linked_worktree_counts_while_it_is_there(workspace: Workspace, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    workspace.main.git("worktree", "add", "-q", "-b", "topic", linked)
    assert workspace.worktrees.other_checkout("refs/heads/topic") == str(linked)
    subprocess.run(["rm", "-rf", linked], check=True)
    assert workspace.worktrees.other_checkout("refs/heads/topic") is None


def test_a_branch_in_the_middle_of_a_rebase_counts(workspace: Workspace) -> None:
    main = workspace.main
    main.git("checkout", "-q", "-b", "topic", "HEAD~1")
    main.write("README.md", "dogs\n")
    main.commit()
    with pytest.raises(AssertionError):
        main.git("rebase", "-q", "main")
    assert workspace.worktrees.other_checkout("refs/heads/topic") == str(main.path)


@pytest.mark.parametrize("operation", ["rebase", "merge", "cherry-pick", "revert"])
def test_an_operation_under_way_is_named_and_can_be_given_up(
    workspace: Workspace, operation: str
) -> None:
    base = workspace.tip()
    workspace.git("checkout", "-q", "-b", "topic")
    workspace.write("README.md", "dogs\n")
    topic = workspace.commit()
    workspace.write("README.md", "birds\n")
    workspace.commit()
    workspace.git("checkout", "-q", NAME)
    workspace.write("README.md", "cows\n")
    workspace.commit()
    assert workspace.worktrees.unfinished(SLUG, PACKAGE) is None
    with pytest.raises(AssertionError):
        workspace.git(operation, topic if operation != "revert" else "topic")
    assert workspace.worktrees.unfinished(SLUG, PACKAGE) == operation
    workspace.worktrees.ensure(SLUG, PACKAGE)
    workspace.git(operation, "--abort")
    assert (workspace.worktrees.unfinished(SLUG, PACKAGE), workspace.status()) == (None, "")
    assert workspace.tip() != base
