from __future__ import annotations

from pathlib import Path

from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.whereabouts import Whereabouts


def look(repo: Repo, folder: Path) -> tuple[str | None, str | None]:
    """Returns workspace and branch as seen from a folder."""
    seen = Whereabouts(locate(str(repo.path)), str(folder))
    return seen.workspace(), seen.branch()


def test_the_main_checkout_has_a_branch(repo: Repo) -> None:
    repo.write("src/cat.py", "meow = 1\n")
    assert look(repo, repo.path / "src") == (None, "main")


def test_a_checkout_whose_git_dir_lies_apart_has_a_branch(repo: Repo) -> None:
    repo.git("init", "--quiet", "--separate-git-dir", repo.path.parent / "apart.git")
    assert look(repo, repo.path) == (None, "main")


def test_a_detached_checkout_has_none(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "--detach")
    assert look(repo, repo.path) == (None, None)


def test_a_workspace_is_known_by_its_folder(repo: Repo) -> None:
    folder = repo.path / ".worktrees" / "034-cats-WP01"
    repo.git("worktree", "add", "--quiet", "-b", "034-cats-WP01", folder)
    (folder / "src").mkdir()
    assert look(repo, folder / "src") == ("034-cats-WP01", "034-cats-WP01")


def test_the_folder_of_all_workspaces_is_none_itself(repo: Repo) -> None:
    folder = repo.path / ".worktrees"
    folder.mkdir()
    assert look(repo, folder) == (None, "main")


def test_a_worktree_elsewhere_has_its_own_branch(repo: Repo) -> None:
    folder = repo.path.parent / "elsewhere"
    repo.git("worktree", "add", "--quiet", "-b", "035-dogs", folder)
    assert look(repo, folder) == (None, "035-dogs")


def test_a_pointer_to_a_foreign_git_dir_says_nothing(repo: Repo) -> None:
    folder = repo.path / ".worktrees" / "034-cats-WP01"
    repo.git("worktree", "add", "--quiet", "-b", "034-cats-WP01", folder)
    foreign = repo.path.parent / "foreign"
    foreign.mkdir()
    (foreign / "HEAD").write_text("ref: refs/heads/035-dogs\n")
    (folder / ".git").write_text(f"gitdir: {foreign}\n")
    assert look(repo, folder) == ("034-cats-WP01", None)


def test_a_repository_inside_says_nothing(repo: Repo) -> None:
    folder = repo.path / "vendored"
    repo.git("init", "--quiet", "--initial-branch", "035-dogs", folder)
    assert look(repo, folder) == (None, None)


def test_the_folder_may_be_reached_through_a_link(repo: Repo) -> None:
    repo.git("worktree", "add", "--quiet", repo.path / ".worktrees" / "034-cats-WP01")
    link = repo.path.parent / "link"
    link.symlink_to(repo.path)
    seen = Whereabouts(locate(str(link)), str(link / ".worktrees" / "034-cats-WP01"))
    assert seen.workspace() == "034-cats-WP01"
