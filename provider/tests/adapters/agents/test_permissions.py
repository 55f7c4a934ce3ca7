from pathlib import Path

import pytest

from spec_kitty_orchestrator.adapters.agents.permissions import permit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "workspace"
    (made / "src").mkdir(parents=True)
    (made / "out").symlink_to(tmp_path)
    (made / "in").symlink_to(made / "src")
    return made


@pytest.mark.parametrize("path", ["new.py", "src/deep/new.py", "./src/../x", "in/new.py", ""])
@pytest.mark.parametrize("kind", ["edit", "delete", "move", "other"])
def test_files_in_the_folder_may_be_written(folder: Path, kind: str, path: str) -> None:
    assert permit(kind, [path], None, folder) is None
    assert permit(kind, [str(folder / path)], None, folder) is None


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "out/x", "src/../../x", "a\0b"])
@pytest.mark.parametrize("kind", ["edit", "delete", "move", "other"])
def test_files_elsewhere_may_not_be_written(folder: Path, kind: str, path: str) -> None:
    assert permit(kind, ["src/fine.py", path], None, folder) is not None


def test_the_reason_names_the_file_and_the_folder(folder: Path) -> None:
    assert permit("edit", ["/etc/passwd"], None, folder) == (
        f"Writing /etc/passwd is not allowed: it lies outside {folder}, the only folder whose"
        " files may be changed. Put the file there, or go on without it."
    )


@pytest.mark.parametrize("path", [".git", ".git/config", "src/.git/hooks/x"])
def test_what_is_gits_own_may_not_be_written(folder: Path, path: str) -> None:
    reason = f"Writing {path} is not allowed: it is git's own. Use git commands."

    assert permit("edit", [path], None, folder) == reason


@pytest.mark.parametrize("kind", ["read", "search", "fetch", "think"])
def test_reading_is_allowed_everywhere(folder: Path, kind: str) -> None:
    assert permit(kind, ["/usr/include/stdio.h", "../x"], None, folder) is None


ALLOWED = [
    "make test",
    "git add -A && git commit -m 'Do not git push this; git push is not ours'",
    'git commit -m "sudo"',
    "git log --grep push",
    "git stash push",
    "git -C sub status",
    "git config user.name x",
    "grep -rn 'git push' docs | head",
    "echo sudo",
    "cat spec-kitty.md",
    "python3 - <<'E'\nprint(\"it's\")\nE",
    "",
    "   ",
    "&&",
    "VARIABLE=x",
]

REFUSED = [
    ("git push", "git push"),
    ("git push origin main", "git push"),
    ("cd x && git push", "git push"),
    ("make; git push", "git push"),
    ("make\ngit push", "git push"),
    ("(git push)", "git push"),
    ("echo $(git push)", "git push"),
    ("echo `git push`", "git push"),
    ("make|git push", "git push"),
    ("make&git push", "git push"),
    ("git -C /x -c a.b=c --no-pager push", "git push"),
    ("git -C /tmp/x@y,z push", "git push"),
    ("git -C 'a b' push", "git push"),
    ("/usr/bin/git push", "git push"),
    ("GIT_DIR=x git push", "git push"),
    ("env -i A=b git push", "git push"),
    ("time nohup git push", "git push"),
    ("bash -c 'git push'", "git push"),
    ("bash -lc 'cd x && sh -c \"git push\"'", "git push"),
    ("if true; then git push; fi", "git push"),
    ("for x in 1; do git push; done", "git push"),
    ("! git push", "git push"),
    ("{ git push; }", "git push"),
    ("cat <<E\nit's\nE\ngit push", "git push"),
    ("git worktree add ../x", "git worktree"),
    ("git worktree prune", "git worktree"),
    ("git update-ref refs/x HEAD", "git update-ref"),
    ("git config --global user.name x", "git config --global"),
    ("git config user.name x --system", "git config --system"),
    ("sudo make install", "sudo"),
    ("su -c x", "su"),
    ("spec-kitty move-task WP01 --to done", "spec-kitty"),
    ("spec-kitty-orchestrator abort", "spec-kitty-orchestrator"),
]


@pytest.mark.parametrize("command", ALLOWED)
def test_ordinary_commands_are_allowed(folder: Path, command: str) -> None:
    assert permit("execute", [], command, folder) is None


@pytest.mark.parametrize(("command", "words"), REFUSED)
def test_commands_that_are_not_an_agents_are_refused(
    folder: Path, command: str, words: str
) -> None:
    refused = permit("execute", [], command, folder)

    assert refused is not None
    assert refused.startswith(f"`{words}` is not allowed here: ")


def test_a_command_is_looked_at_whatever_the_kind_is_called(folder: Path) -> None:
    assert permit("read", [], "git push", folder) is not None


def test_a_shell_in_a_shell_is_looked_at_to_a_bounded_depth(folder: Path) -> None:
    command = "true"
    for _ in range(8):
        command = f"sh -c {command!r}"

    assert permit("execute", [], command, folder) is None
