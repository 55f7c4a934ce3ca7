import os
from pathlib import Path

import pytest

from spec_kitty.domain.refusals import Refusal
from workspace import PACKAGE, SLUG, Workspace, workspace

__all__ = ["workspace"]


def copy(workspace: Workspace, *patterns: str) -> tuple[str, ...]:
    return workspace.worktrees.copy_files(SLUG, PACKAGE, patterns)


def test_named_files_are_copied_with_their_mode(workspace: Workspace) -> None:
    workspace.main.write(".env", "KEY=1\n").chmod(0o640)
    workspace.main.write("config/a.local", "a")
    workspace.main.write("config/b.txt", "b")
    workspace.main.write("config/.hidden.local", "b")
    assert copy(workspace, ".env", "config/*.local", "missing") == (".env", "config/a.local")
    assert (workspace.path / ".env").read_text() == "KEY=1\n"
    assert (workspace.path / ".env").stat().st_mode & 0o777 == 0o640
    assert workspace.files().keys() >= {b".env", b"config/a.local"}
    assert not (workspace.path / "config/b.txt").exists()


def test_an_existing_file_is_kept_and_still_counts_as_copied(workspace: Workspace) -> None:
    workspace.main.write(".env", "theirs\n")
    workspace.write(".env", "mine\n")
    assert copy(workspace, ".env") == (".env",)
    assert (workspace.path / ".env").read_text() == "mine\n"


def test_a_tracked_file_is_never_copied(workspace: Workspace) -> None:
    workspace.main.write("src/cat.py", "changed on main\n")
    (workspace.path / "src/cat.py").unlink()
    assert copy(workspace, "src/*.py") == ()
    assert not (workspace.path / "src/cat.py").exists()


def test_links_in_the_checkout_are_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("secret")
    (workspace.main.path / ".env").symlink_to(secret / "key")
    (workspace.main.path / "config").symlink_to(secret)
    os.mkfifo(workspace.main.path / "pipe")
    assert copy(workspace, ".env", "config/*", "pipe") == ()


def test_links_in_the_workspace_are_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    workspace.main.write("config/a.local", "a")
    (tmp_path / "victim").mkdir()
    (workspace.path / "config").symlink_to(tmp_path / "victim")
    with pytest.raises(Refusal) as caught:
        copy(workspace, "config/*")
    assert caught.value.facts == {"paths": ("config/a.local",)}
    assert os.listdir(tmp_path / "victim") == []
    assert sorted(os.listdir(workspace.main.path / ".worktrees")) == [workspace.path.name]


@pytest.mark.parametrize("pattern", ["/etc/passwd", "../x", "a/../../x", "", "a//b", "./a"])
def test_a_pattern_that_leaves_the_project_is_refused(workspace: Workspace, pattern: str) -> None:
    with pytest.raises(Refusal) as caught:
        copy(workspace, pattern)
    assert caught.value.facts == {"pattern": pattern}


def test_git_and_other_workspaces_are_never_copied(workspace: Workspace) -> None:
    assert copy(workspace, ".git/config", ".worktrees/*/README.md") == ()
