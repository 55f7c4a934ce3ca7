import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spec_kitty.adapters.comparing.changes import changes
from spec_kitty.adapters.staging import Staging
from spec_kitty.adapters.workplaces import Workplaces
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.submission.changes import Snapshot
from workspace import BRANCH, PACKAGE, SLUG, Workspace, workspace

__all__ = ["workspace"]


def snapshot(workspace: Workspace, **options: object) -> Snapshot:
    head = workspace.main.tip(BRANCH)
    return workspace.staging.snapshot(SLUG, PACKAGE, head, **options)  # type: ignore[arg-type]


def changed_paths(workspace: Workspace, **options: object) -> tuple[str, ...]:
    found = snapshot(workspace, **options)
    differing = changes(workspace.host, workspace.main.tip(BRANCH), found.tree)
    assert found.changed == bool(differing)
    return tuple(change.path for change in differing)


def tree_of_git(workspace: Workspace, tmp_path: Path) -> str:
    """Returns the tree that `git add --all` makes with a fresh index."""
    index = tmp_path / "fresh-index"
    index.unlink(missing_ok=True)
    env = {**os.environ, "GIT_INDEX_FILE": str(index)}
    for words in (["read-tree", BRANCH], ["add", "--all"]):
        subprocess.run(["git", *words], cwd=workspace.path, env=env, check=True)
    made = subprocess.run(
        ["git", "write-tree"], cwd=workspace.path, env=env, check=True, capture_output=True
    )
    return made.stdout.decode().strip()


def test_an_unchanged_workspace_has_its_heads_tree(workspace: Workspace) -> None:
    tree = workspace.main.git("rev-parse", f"{BRANCH}^{{tree}}")
    assert snapshot(workspace) == Snapshot(tree=tree, changed=False)


def test_a_snapshot_moves_no_ref_and_no_index(workspace: Workspace) -> None:
    refs = workspace.main.git("for-each-ref")
    index = (workspace.registration / "index").read_bytes()
    workspace.write("new.txt", "x")
    assert changed_paths(workspace) == ("new.txt",)
    assert workspace.main.git("for-each-ref") == refs
    assert (workspace.registration / "index").read_bytes() == index


def test_a_snapshot_is_the_tree_that_git_add_makes(workspace: Workspace, tmp_path: Path) -> None:
    tracked_though_ignored = workspace.write("kept.log", "1")
    workspace.git("add", "-f", "kept.log")
    workspace.git("commit", "-q", "-m", "Track an ignored file")
    tracked_though_ignored.write_text("2")
    (workspace.path / "README.md").unlink()
    workspace.write("README.md/now/a folder", "x")
    for name in ("src/cat.py", "src/dog.py"):
        (workspace.path / name).unlink()
    (workspace.path / "src").rmdir()
    workspace.write("src", "now a file")
    workspace.write(os.fsdecode(b"odd\n\xff\xfe\t\"name'"), "x")
    workspace.write(":(glob)*.py", "x")
    workspace.write("run.sh", "#!/bin/sh\n").chmod(0o755)
    (workspace.path / "link").symlink_to("nowhere")
    workspace.write("noise.log", "ignored")
    os.mkfifo(workspace.path / "pipe")
    (workspace.path / "empty folder").mkdir()
    assert workspace.stage() == tree_of_git(workspace, tmp_path)


NAMES = st.sampled_from(["a", "b", "c.log", "d e", "\N{CAT}"])
CONTENTS = st.sampled_from([b"", b"1\n", b"2\n", b"link", b"run"])
STEPS = st.lists(st.tuples(NAMES, st.one_of(st.none(), NAMES), CONTENTS), max_size=8)


def put(top: Path, name: str, inner: str | None, content: bytes) -> None:
    """Puts a file, link, script or deletion at `name` or `name/inner`, whatever was there."""
    path = top / name
    if inner is None or path.is_symlink() or path.is_file():
        subprocess.run(["rm", "-rf", path], check=True)
    if inner is not None:
        path.mkdir(exist_ok=True)
        path = path / inner
        path.unlink(missing_ok=True)
    if content == b"link":
        path.symlink_to("a")
    elif content:
        path.write_bytes(content)
        path.chmod(0o755 if content == b"run" else 0o644)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(STEPS, min_size=1, max_size=3))
def test_any_edits_are_stored_as_git_add_would(
    workspace: Workspace, tmp_path: Path, rounds: list[list[tuple[str, str | None, bytes]]]
) -> None:
    for steps in rounds:
        for name, inner, content in steps:
            put(workspace.path, name, inner, content)
        tree = workspace.stage()
        assert tree == tree_of_git(workspace, tmp_path)
        workspace.staging.agree(SLUG, PACKAGE, workspace.advance(tree))
        assert workspace.status() == ""


def test_bits_of_the_workspaces_index_hide_nothing(workspace: Workspace) -> None:
    workspace.git("update-index", "--assume-unchanged", "README.md")
    workspace.git("update-index", "--skip-worktree", "src/cat.py")
    workspace.write("README.md", "changed\n")
    workspace.write("src/cat.py", "changed\n")
    assert changed_paths(workspace) == ("README.md", "src/cat.py")


@pytest.mark.parametrize("bit", ["--assume-unchanged", "--skip-worktree"])
def test_bits_of_the_hosts_own_index_hide_nothing(workspace: Workspace, bit: str) -> None:
    index = workspace.worktrees.place(SLUG, PACKAGE).index
    subprocess.run(
        ["git", "update-index", bit, "README.md"],
        cwd=workspace.path,
        env={**os.environ, "GIT_INDEX_FILE": index},
        check=True,
    )
    workspace.write("README.md", "changed\n")
    assert changed_paths(workspace) == ("README.md",)


@pytest.mark.parametrize("damage", [b"", b"DIRC garbage", None])
def test_a_damaged_index_of_the_host_is_made_anew(
    workspace: Workspace, damage: bytes | None
) -> None:
    index = Path(workspace.worktrees.place(SLUG, PACKAGE).index)
    index.unlink()
    if damage is not None:
        index.write_bytes(damage)
    Path(f"{index}.lock").write_bytes(b"left by a killed git")
    workspace.write("README.md", "changed\n")
    assert changed_paths(workspace) == ("README.md",)


def test_an_index_of_other_commits_is_brought_to_the_head(workspace: Workspace) -> None:
    workspace.write("src/cat.py", "meow = 2\n")
    workspace.write("gone.txt", "x")
    workspace.stage()
    (workspace.path / "gone.txt").unlink()
    workspace.git("commit", "-q", "-a", "-m", "By the agent")
    tree = workspace.main.git("rev-parse", f"{BRANCH}^{{tree}}")
    assert snapshot(workspace) == Snapshot(tree=tree, changed=False)


def test_a_change_that_keeps_size_and_time_is_seen(workspace: Workspace) -> None:
    workspace.main.git("config", "core.trustctime", "false")
    workspace.main.git("config", "core.checkStat", "minimal")
    workspace.main.git("config", "core.ignoreStat", "true")
    file = workspace.path / "README.md"
    # Older than the index, so that git does not look at the content anyway; the change of the
    # inode is what remains to give it away.
    os.utime(file, (1_000_000_000, 1_000_000_000))
    workspace.stage()
    (workspace.path / "new").write_text("dogs\n")
    os.utime(workspace.path / "new", (1_000_000_000, 1_000_000_000))
    os.rename(workspace.path / "new", file)
    assert changed_paths(workspace) == ("README.md",)


def test_modes_are_stored_though_the_configuration_denies_them(workspace: Workspace) -> None:
    workspace.main.git("config", "core.fileMode", "false")
    (workspace.path / "README.md").chmod(0o755)
    assert changed_paths(workspace) == ("README.md",)


def test_copied_in_files_stay_out(workspace: Workspace) -> None:
    workspace.write(".env", "KEY=1\n")
    workspace.write("new.txt", "x")
    assert changed_paths(workspace, unstaged=(".env",)) == ("new.txt",)


def test_copied_in_files_that_are_tracked_go_in(workspace: Workspace) -> None:
    workspace.write("README.md", "changed\n")
    assert changed_paths(workspace, unstaged=("README.md",)) == ("README.md",)


def test_a_folder_replaced_by_a_link_is_stored_as_a_link(
    workspace: Workspace, tmp_path: Path
) -> None:
    os.rename(workspace.path / "src", tmp_path / "outside")
    (workspace.path / "src").symlink_to(tmp_path / "outside")
    assert changed_paths(workspace) == ("src", "src/cat.py", "src/dog.py")


def test_an_ignored_link_in_place_of_a_folder_hides_its_files(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.write("src/deep/fox.py", "bark = 1\n")
    workspace.staging.agree(SLUG, PACKAGE, workspace.advance(workspace.stage()))
    os.rename(workspace.path / "src", tmp_path / "outside")
    (workspace.path / "src").symlink_to(tmp_path / "outside")
    workspace.write(".gitignore", "src\n")
    expected = (".gitignore", "src/cat.py", "src/deep/fox.py", "src/dog.py")
    assert changed_paths(workspace) == expected


def test_nested_repositories_are_reported_and_not_entered(workspace: Workspace) -> None:
    workspace.git("init", "-q", "nest")
    workspace.write("nest/file", "x")
    workspace.write("new.txt", "x")
    found = snapshot(workspace)
    assert found.nested == ("nest/",)
    assert changed_paths(workspace) == ("new.txt",)


def test_large_files_are_reported_before_they_are_read(workspace: Workspace) -> None:
    with open(workspace.path / "big.bin", "wb") as file:
        file.truncate(1 << 40)
    workspace.write("new.txt", "x")
    found = snapshot(workspace)
    assert found.too_large == (("big.bin", 1 << 40),)
    assert changed_paths(workspace) == ("new.txt",)


def add_submodule(workspace: Workspace) -> None:
    workspace.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    workspace.git("commit", "-q", "-m", "Add a submodule")
    (workspace.path / "sub").mkdir(exist_ok=True)


def test_an_empty_submodule_is_no_change(workspace: Workspace) -> None:
    add_submodule(workspace)
    found = snapshot(workspace)
    assert (found.changed, found.in_submodules) == (False, ())


def test_files_in_an_uninitialised_submodule_are_reported(workspace: Workspace) -> None:
    add_submodule(workspace)
    workspace.write("sub/lost.txt", "x")
    assert snapshot(workspace).in_submodules == ("sub/lost.txt",)


def refusal_of(workspace: Workspace, **options: object) -> tuple[ErrorCode, object]:
    with pytest.raises(Refusal) as caught:
        snapshot(workspace, **options)
    return caught.value.code, caught.value.facts.get("reason")


def empty(workspace: Workspace) -> None:
    for name in os.listdir(workspace.path):
        subprocess.run(["rm", "-rf", workspace.path / name], check=True)


def test_an_emptied_workspace_is_refused(workspace: Workspace) -> None:
    empty(workspace)
    workspace.write(".env", "KEY=1\n")
    refused = refusal_of(workspace, unstaged=(".env",))
    assert refused == (ErrorCode.WORKSPACE_FAILED, "emptied")


def test_a_workspace_of_only_new_files_is_not_called_emptied(workspace: Workspace) -> None:
    empty(workspace)
    workspace.write("rewritten.py", "x")
    assert "rewritten.py" in changed_paths(workspace)


def test_a_vanished_workspace_is_refused(workspace: Workspace) -> None:
    subprocess.run(["rm", "-rf", workspace.path], check=True)
    assert refusal_of(workspace) == (ErrorCode.WORKSPACE_FAILED, "gone")
    with pytest.raises(Refusal):
        workspace.staging.agree(SLUG, PACKAGE, BRANCH)


def test_a_name_that_git_cannot_store_is_refused(workspace: Workspace) -> None:
    workspace.write("d/.GIT/x", "x")
    assert refusal_of(workspace) == (ErrorCode.WORKSPACE_FAILED, "not storable")


def test_after_agreeing_the_workspace_is_clean(workspace: Workspace) -> None:
    workspace.write("new.txt", "x")
    (workspace.path / "README.md").unlink()
    workspace.git("update-index", "--assume-unchanged", "src/cat.py")
    new = workspace.advance(workspace.stage())
    assert workspace.status() != ""
    workspace.staging.agree(SLUG, PACKAGE, new)
    workspace.staging.agree(SLUG, PACKAGE, new)
    assert workspace.status() == ""
    assert "h " not in workspace.git("ls-files", "-v")


def test_agreeing_leaves_later_edits_visible(workspace: Workspace) -> None:
    new = workspace.advance(workspace.stage())
    workspace.write("README.md", "later\n")
    workspace.staging.agree(SLUG, PACKAGE, new)
    assert workspace.status() == " M README.md"


def test_a_lock_of_git_makes_agreeing_busy(workspace: Workspace) -> None:
    lock = workspace.registration / "index.lock"
    lock.write_bytes(b"")
    with pytest.raises(Refusal) as caught:
        workspace.staging.agree(SLUG, PACKAGE, BRANCH)
    assert (caught.value.code, caught.value.facts) == (
        ErrorCode.BUSY,
        {"lock": str(lock), "process": None, "retryable": True},
    )
    assert lock.exists()


def test_a_lock_of_a_killed_host_is_taken_over(workspace: Workspace) -> None:
    lock = workspace.registration / "index.lock"
    lock.write_bytes(b"spec-kitty holds this index\n")
    workspace.staging.agree(SLUG, PACKAGE, BRANCH)
    assert not lock.exists()


def test_a_hostile_pointer_is_never_read(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.path / ".git").write_text(f"gitdir: {tmp_path}/hostile\n")
    (workspace.registration / "commondir").write_text(f"{tmp_path}/hostile\n")
    workspace.write("new.txt", "x")
    assert changed_paths(workspace) == ("new.txt",)


def test_a_second_staging_finds_the_same(workspace: Workspace) -> None:
    workspace.write("new.txt", "x")
    other = Staging(workspace.host, workspace.worktrees)
    head = workspace.main.tip(BRANCH)
    assert other.snapshot(SLUG, PACKAGE, head) == snapshot(workspace)


def test_the_index_of_a_snapshot_is_published_as_it_is(workspace: Workspace) -> None:
    workspace.write("new.txt", "x")
    new = workspace.advance(snapshot(workspace).tree)
    place = workspace.worktrees.place(SLUG, PACKAGE)
    made = os.stat(place.index)
    workspace.staging.agree(SLUG, PACKAGE, new)
    assert os.stat(place.index) == made
    assert workspace.git("status", "--porcelain") == ""


def test_a_snapshot_on_another_commit_does_not_reuse_the_index(workspace: Workspace) -> None:
    old = workspace.main.tip(BRANCH)
    workspace.write("new.txt", "x")
    workspace.advance(snapshot(workspace).tree)
    assert not snapshot(workspace).changed
    assert workspace.staging.snapshot(SLUG, PACKAGE, old).changed


def test_an_index_that_somebody_else_wrote_is_made_anew(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert not snapshot(workspace).changed
    place = workspace.worktrees.place(SLUG, PACKAGE)
    env = {**os.environ, "GIT_INDEX_FILE": place.index}
    words = ["git", "rm", "-q", "--cached", "README.md"]
    subprocess.run(words, cwd=workspace.path, env=env, check=True)
    (workspace.path / "README.md").unlink()
    assert changed_paths(workspace) == ("README.md",)
    assert snapshot(workspace).tree == tree_of_git(workspace, tmp_path)


def test_a_known_index_sees_a_change_of_the_same_size(workspace: Workspace) -> None:
    for text in ("dogs\n", "cows\n", "cats\n", "hens\n"):
        workspace.write("README.md", text)
        found = workspace.main.git("show", f"{snapshot(workspace).tree}:README.md")
        assert found == text.strip()


def test_a_workspace_whose_files_were_only_begun_is_not_taken_for_work(
    workspace: Workspace,
) -> None:
    (workspace.registration / "spec-kitty-progress").write_text("write files")
    (workspace.path / "README.md").unlink()
    places = Workplaces(workspace.host)
    head = workspace.main.tip(BRANCH)
    with pytest.raises(Refusal, match="were not laid out to the end") as caught:
        places.snapshot(SLUG, PACKAGE, head, (), 1_000_000)
    assert caught.value.code is ErrorCode.WORKSPACE_FAILED
    places.ensure(SLUG, PACKAGE)
    assert places.snapshot(SLUG, PACKAGE, head, (), 1_000_000).changed is False
