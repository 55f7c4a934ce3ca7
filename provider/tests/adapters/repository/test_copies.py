from __future__ import annotations

import asyncio
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from scratch_repository import ScratchRepository, make_repository
from spec_kitty_orchestrator.adapters.repository.copies import MAX_DIFF_BYTES, GitCopies
from spec_kitty_orchestrator.adapters.repository.git import GitFailed
from spec_kitty_orchestrator.adapters.repository.removal import remove_tree
from spec_kitty_orchestrator.domain.prompts import Diff

T = TypeVar("T")


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ScratchRepository:
    return make_repository(monkeypatch, tmp_path)


def copies_of(repository: ScratchRepository) -> GitCopies:
    return GitCopies(repository.common_dir, repository.path.parent / "cache" / "copies")


def play(work: Coroutine[None, None, T]) -> T:
    return asyncio.run(work)


def copy_of(repository: ScratchRepository, commit: str, name: str = "WP01") -> Path:
    return play(copies_of(repository).make(repository.path, commit, name))


def diff_of(repository: ScratchRepository, base: str, head: str) -> Diff:
    return play(copies_of(repository).diff(copy_of(repository, head), base, head))


def test_a_copy_holds_the_commit_and_is_clean(repository: ScratchRepository) -> None:
    repository.write("sub/run.sh", "echo\n").chmod(0o755)
    repository.path.joinpath("link").symlink_to("a.py")
    head = repository.commit()
    repository.write("a.py", "later\n")
    repository.commit()

    copy = copy_of(repository, head)

    assert sorted(each.name for each in copy.iterdir()) == [".git", "a.py", "link", "sub"]
    assert (copy / "a.py").read_text() == "one\ntwo\n"
    assert (copy / "sub/run.sh").stat().st_mode & stat.S_IXUSR
    assert os.readlink(copy / "link") == "a.py"
    assert repository.git("status", "--porcelain", folder=copy) == ""
    assert repository.git("rev-parse", "HEAD", folder=copy) == head
    assert repository.git("log", "--format=%s", folder=copy) == "Change files\nStart"
    assert repository.git("fsck", "--strict", "--no-dangling", folder=copy) == ""


def test_a_copy_has_no_remote_no_branch_and_no_tag(repository: ScratchRepository) -> None:
    repository.git("tag", "v1")
    repository.git("remote", "add", "origin", "/nowhere")

    copy = copy_of(repository, repository.commit())

    assert repository.git("remote", folder=copy) == ""
    assert repository.git("for-each-ref", folder=copy) == ""


def test_nothing_that_is_done_in_a_copy_reaches_the_repository(
    repository: ScratchRepository,
) -> None:
    copy = copy_of(repository, repository.commit())
    loose = repository.state()

    for command in (
        ("checkout", "--quiet", "-b", "main"),
        ("commit", "--quiet", "--allow-empty", "--message", "Mine"),
        ("tag", "v2"),
        ("config", "core.hooksPath", "/tmp"),
        ("reflog", "expire", "--expire=now", "--all"),
        ("repack", "-a", "-d", "--quiet"),
        ("gc", "--quiet", "--prune=now", "--aggressive"),
        ("prune", "--expire=now"),
    ):
        repository.git(*command, folder=copy)
    with pytest.raises(AssertionError, match="'origin' does not appear"):
        repository.git("push", "origin", "main", folder=copy)
    with pytest.raises(AssertionError, match="No configured push destination"):
        repository.git("push", folder=copy)

    assert repository.state() == loose
    assert repository.git("fsck") == ""


def test_what_the_repository_collects_meanwhile_does_not_hurt_a_copy(
    repository: ScratchRepository,
) -> None:
    head = repository.commit()
    copy = copy_of(repository, head)

    repository.git("gc", "--quiet", "--prune=now")

    assert repository.git("fsck", folder=copy) == ""
    assert repository.git("show", "--format=%H", "--no-patch", folder=copy) == head


def test_a_second_copy_of_a_name_is_made_anew(repository: ScratchRepository) -> None:
    head = repository.commit()
    first = copy_of(repository, head)
    (first / "left-over").touch()
    (first / "a.py").unlink()

    second = copy_of(repository, head)

    assert second == first
    assert sorted(each.name for each in second.iterdir()) == [".git", "a.py"]


def test_a_discarded_copy_is_gone_and_may_be_discarded_again(
    repository: ScratchRepository,
) -> None:
    copy = copy_of(repository, repository.commit())

    play(copies_of(repository).discard(copy))
    play(copies_of(repository).discard(copy))

    assert not copy.exists()


def test_folders_that_were_made_read_only_are_removed_too() -> None:
    with tempfile.TemporaryDirectory() as outer, without_the_powers_of_root(Path(outer)):
        folder = Path(outer) / "copy"
        (folder / "deep/deeper").mkdir(parents=True)
        (folder / "deep/deeper/file").touch()
        (folder / "link").symlink_to("/etc")
        (folder / "deep/deeper").chmod(0o000)
        (folder / "deep").chmod(0o500)
        with pytest.raises(PermissionError):
            shutil.rmtree(folder)

        remove_tree(folder)

        assert not folder.exists()


@contextmanager
def without_the_powers_of_root(folder: Path) -> Iterator[None]:
    """Plays a person who may write in this folder, and who may not do everything."""
    user = os.geteuid()
    os.chown(folder, user or 65534, -1)
    os.seteuid(user or 65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_an_unknown_commit_is_an_error_that_leaves_no_copy(repository: ScratchRepository) -> None:
    with pytest.raises(GitFailed) as raised:
        copy_of(repository, "1" * 40)

    assert str(raised.value).startswith(f"The work in {repository.path} could not be copied: git ")
    assert "failed to unpack tree object 1111" in str(raised.value)
    assert list((repository.path.parent / "cache/copies").iterdir()) == []


@pytest.mark.parametrize("pause_milliseconds", [0, 2, 4, 6, 8, 10, 15, None])
def test_a_making_that_is_cancelled_at_any_moment_ends_its_git_and_leaves_no_copy(
    repository: ScratchRepository, pause_milliseconds: int | None
) -> None:
    sleeping = f"sleep {30_000 + os.getpid()}"
    repository.git("config", "--global", "filter.slow.smudge", f"echo > started; {sleeping}")
    repository.write(".gitattributes", "*.py filter=slow\n")
    head = repository.commit()
    copies = copies_of(repository)
    started = repository.path.parent / "cache/copies/WP01/started"

    async def cancel() -> None:
        making = asyncio.create_task(copies.make(repository.path, head, "WP01"))
        await asyncio.sleep((pause_milliseconds or 0) / 1000)
        async with asyncio.timeout(20):
            while pause_milliseconds is None and not started.exists():
                await asyncio.sleep(0.01)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making

    play(cancel())

    assert [each.name for each in started.parent.parent.glob("*")] == []
    assert not _lives(sleeping)


def _lives(command: str) -> bool:
    """Says whether some process runs this very command."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return command in listed.stdout.splitlines()


def test_hooks_of_the_repository_and_of_the_person_do_not_run(
    repository: ScratchRepository,
) -> None:
    hooks = repository.path.parent / "hooks"
    hooks.mkdir()
    for folder in (hooks, repository.common_dir / "hooks"):
        for name in ("post-checkout", "post-index-change", "reference-transaction"):
            (folder / name).write_text(f"#!/bin/sh\ntouch {hooks}/ran\n")
            (folder / name).chmod(0o755)
    head = repository.git("rev-parse", "HEAD")
    repository.git("config", "--global", "core.hooksPath", str(hooks))

    copy_of(repository, head)

    assert not (hooks / "ran").exists()


def test_filters_run_as_the_person_says_and_never_as_the_repository_says(
    repository: ScratchRepository,
) -> None:
    repository.write(".gitattributes", "*.py filter=both\n*.txt filter=theirs\n")
    repository.write("b.txt", "text\n")
    head = repository.commit()
    ran = repository.path.parent / "ran"
    repository.git("config", "--global", "filter.both.smudge", "tr a-z A-Z")
    repository.git("config", "filter.both.smudge", f"touch {ran}; cat")
    repository.git("config", "filter.theirs.smudge", "tr a-z A-Z")

    copy = copy_of(repository, head)

    assert (copy / "a.py").read_text() == "ONE\nTWO\n"
    assert (copy / "b.txt").read_text() == "text\n"
    assert not ran.exists()


def test_variables_of_the_caller_do_not_lead_git_elsewhere(
    repository: ScratchRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = repository.git("rev-parse", "HEAD")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, "/nowhere")

    copy = copy_of(repository, head)

    assert (copy / "a.py").read_text() == "one\ntwo\n"


def test_a_repository_of_the_other_object_format_is_copied(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository = make_repository(monkeypatch, tmp_path, "--object-format=sha256")
    head = repository.commit()

    copy = copy_of(repository, head)

    assert len(head) == 64
    assert repository.git("status", "--porcelain", folder=copy) == ""
    assert repository.git("rev-parse", "HEAD", folder=copy) == head


def test_a_copy_of_a_shallow_clone_knows_where_history_ends(
    repository: ScratchRepository, tmp_path: Path
) -> None:
    head = repository.commit()
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.path}", tmp_path / "s")
    shallow = ScratchRepository(tmp_path / "s", repository.settings)

    copy = copy_of(shallow, head)

    assert repository.git("log", "--format=%H", folder=copy) == head


def test_a_copy_of_a_partial_clone_fetches_what_it_lacks_and_pushes_nothing(
    repository: ScratchRepository, tmp_path: Path
) -> None:
    base = repository.git("rev-parse", "HEAD")
    repository.write("a.py", "one\n2\n")
    head = repository.commit()
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.git("config", "uploadpack.allowAnySHA1InWant", "true")
    words = ("clone", "--quiet", "--filter=blob:none", "--no-checkout")
    repository.git(*words, f"file://{repository.path}", tmp_path / "p")
    partial = ScratchRepository(tmp_path / "p", repository.settings)
    before, untouched = partial.state(), repository.state()

    copy = copy_of(partial, head)
    diff = play(copies_of(partial).diff(copy, base, head))
    with pytest.raises(AssertionError, match="/dev/null"):
        repository.git("push", "promised", "HEAD:refs/heads/mine", folder=copy)

    assert (copy / "a.py").read_text() == "one\n2\n"
    assert "-two\n+2\n" in diff.text
    assert (partial.state(), repository.state()) == (before, untouched)


def test_a_copy_of_a_clone_that_borrows_objects_has_them_too(
    repository: ScratchRepository, tmp_path: Path
) -> None:
    head = repository.commit()
    repository.git("clone", "--quiet", "--shared", repository.path, tmp_path / "b")

    copy = copy_of(ScratchRepository(tmp_path / "b", repository.settings), head)

    assert (copy / "a.py").read_text() == "one\ntwo\n"


def test_a_diff_has_a_summary_and_the_changes(repository: ScratchRepository) -> None:
    base = repository.git("rev-parse", "HEAD")
    repository.write("a.py", "one\n2\n")
    head = repository.commit()
    blobs = [repository.git("rev-parse", "--short", f"{each}:a.py") for each in (base, head)]

    assert diff_of(repository, base, head) == Diff(
        base,
        head,
        " a.py | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)",
        f"diff --git a/a.py b/a.py\nindex {'..'.join(blobs)} 100644\n--- a/a.py\n+++ b/a.py\n"
        "@@ -1,2 +1,2 @@\n one\n-two\n+2\n",
    )


def test_a_diff_of_equal_commits_is_empty(repository: ScratchRepository) -> None:
    head = repository.git("rev-parse", "HEAD")

    assert diff_of(repository, head, head) == Diff(head, head, "", "")


def test_a_diff_is_cut_at_a_line_when_it_is_too_long(repository: ScratchRepository) -> None:
    base = repository.git("rev-parse", "HEAD")
    repository.write("a.py", "a line that is 36 characters long.\n" * 100_000)
    head = repository.commit()

    diff = diff_of(repository, base, head)

    assert not diff.is_whole
    assert MAX_DIFF_BYTES - 200 < len(diff.stat) + len(diff.text) <= MAX_DIFF_BYTES
    assert diff.text.endswith("\n+a line that is 36 characters long.\n")
    assert diff.stat.endswith("2 deletions(-)")


def test_the_summary_of_very_many_files_is_cut_too(repository: ScratchRepository) -> None:
    base = repository.git("rev-parse", "HEAD")
    for number in range(1000):
        repository.write(f"many/a-file-with-quite-a-long-name-{number}.txt", "x\n")
    head = repository.commit()

    diff = diff_of(repository, base, head)

    assert diff.stat.count("\n") == 201
    assert diff.stat.endswith(" 1000 files changed, 1000 insertions(+)")
    assert "diff --git" in diff.text


def test_binary_files_and_names_that_are_no_utf8_are_told_of_in_plain_text(
    repository: ScratchRepository,
) -> None:
    base = repository.git("rev-parse", "HEAD")
    repository.write(b"bad\xff", b"caf\xe9\n" + b"x" * 9000 + b"\0\n")
    repository.write("née", b"\0\1\2")
    head = repository.commit()

    diff = diff_of(repository, base, head)

    assert "diff --git a/bad\\xff b/bad\\xff" in diff.text
    assert "+caf\\xe9\n" in diff.text
    assert "x\\x00\n" in diff.text
    assert "Binary files /dev/null and b/née differ" in diff.text
    assert diff.text.encode().isascii() is False


def test_the_work_cannot_hide_its_changes_by_attributes_or_programs_of_its_own(
    repository: ScratchRepository,
) -> None:
    repository.write(".gitattributes", "*.py -diff\n*.md diff=own\n")
    base = repository.commit()
    repository.write("a.py", "one\n2\n")
    repository.write("b.md", "text\n")
    head = repository.commit()
    ran = repository.path.parent / "ran"
    for scope in ("--local", "--global"):
        repository.git("config", scope, "diff.external", f"touch {ran}; true")
        repository.git("config", scope, "diff.own.textconv", f"touch {ran}; true")
        repository.git("config", scope, "diff.own.command", f"touch {ran}; true")
        repository.git("config", scope, "diff.noprefix", "true")

    diff = diff_of(repository, base, head)

    assert "diff --git a/a.py b/a.py" in diff.text
    assert "-two\n+2\n" in diff.text
    assert "+text\n" in diff.text
    assert not ran.exists()


def test_a_diff_from_an_unknown_commit_is_an_error(repository: ScratchRepository) -> None:
    with pytest.raises(GitFailed, match=r"diff-tree .* failed: fatal: bad object 2222"):
        diff_of(repository, "2" * 40, repository.git("rev-parse", "HEAD"))


def test_the_repository_is_left_as_it_was(repository: ScratchRepository) -> None:
    head = repository.git("rev-parse", "HEAD")
    before = repository.state()

    diff_of(repository, head, head)

    assert repository.state() == before
    assert repository.git("worktree", "list", "--porcelain").count("worktree ") == 1
