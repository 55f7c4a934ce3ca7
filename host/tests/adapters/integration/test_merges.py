from __future__ import annotations

import os
from pathlib import Path

import pytest

from repository import Repo, make_repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git, GitFailed
from spec_kitty.adapters.integration.merges import Integration
from spec_kitty.domain.feature import ConflictedPath
from spec_kitty.domain.submission.conflicts import blocks_of
from spec_kitty.domain.submission.merging import Conflicted, Merged, Unrelated

LINES = "".join(f"{number}\n" for number in range(1, 10))


def integration_of(repo: Repo) -> Integration:
    return Integration(Git(locate(str(repo.path))))


def change_on(repo: Repo, branch: str, files: dict[str, str | bytes | None]) -> str:
    """Makes a branch from main with these files written (None: removed)."""
    repo.git("checkout", "-q", "-b", branch, "main")
    for path, text in files.items():
        if text is None:
            repo.git("rm", "-q", path)
        else:
            repo.write(path, text)
    made = repo.commit(f"Change {branch}")
    repo.git("checkout", "-q", "main")
    return made


def conflict(repo: Repo, ours: str = "refs/heads/a", theirs: str = "refs/heads/b") -> Conflicted:
    outcome = integration_of(repo).merge(ours, theirs)
    assert isinstance(outcome, Conflicted)
    return outcome


def scratch_of(repo: Repo) -> list[str]:
    return sorted(os.listdir(repo.path / ".git/spec-kitty/scratch"))


def test_changes_that_do_not_meet_are_merged_as_git_merges_them(repo: Repo) -> None:
    repo.write("text", LINES)
    repo.commit()
    ours = change_on(repo, "a", {"text": LINES.replace("1\n", "one\n"), "new": "n\n"})
    theirs = change_on(repo, "b", {"text": LINES.replace("9\n", "nine\n")})

    outcome = integration_of(repo).merge(ours, theirs)

    repo.git("checkout", "-q", "a")
    repo.git("merge", "-q", "--no-edit", "b")
    assert outcome == Merged(repo.git("rev-parse", "a^{tree}"))
    assert scratch_of(repo) == []


def test_a_conflict_is_laid_out_with_the_names_of_the_branches_on_its_markers(repo: Repo) -> None:
    repo.write("text", LINES)
    repo.commit()
    change_on(repo, "a", {"text": LINES.replace("5\n", "ours\n")})
    change_on(repo, "b", {"text": LINES.replace("5\n", "theirs\n")})

    found = conflict(repo)

    block = "<<<<<<< refs/heads/a\nours\n=======\ntheirs\n>>>>>>> refs/heads/b\n"
    blob = repo.git("rev-parse", f"{found.tree}:text")
    assert repo.git("show", blob) + "\n" == LINES.replace("5\n", block)
    assert found.paths == (
        ConflictedPath("text", "content", blocks_of(block.encode()), "100644", blob),
    )
    assert found.messages == ("CONFLICT (content): Merge conflict in text",)


def test_the_markers_say_what_the_caller_calls_the_two_sides(repo: Repo) -> None:
    ours, theirs = change_on(repo, "a", {"x": "1\n"}), change_on(repo, "b", {"x": "2\n"})

    labels = ("refs/heads/034-x", "refs/heads/034-x-WP01")
    outcome = integration_of(repo).merge(ours, theirs, labels)

    assert isinstance(outcome, Conflicted)
    assert repo.git("show", f"{outcome.tree}:x").splitlines()[::4] == [
        "<<<<<<< refs/heads/034-x",
        ">>>>>>> refs/heads/034-x-WP01",
    ]


def test_every_kind_of_conflict_is_recorded_with_what_was_laid_out(repo: Repo) -> None:
    repo.write("logo", b"a\0b")
    repo.write("edited", "1\n")
    repo.write("renamed", "a rather long text\n" * 9)
    repo.write("moved/one", "the first of two\n")
    repo.write("moved/two", "the second of two\n")
    repo.commit()
    repo.git("checkout", "-q", "-b", "a")
    repo.git("mv", "renamed", "renamed-by-us")
    repo.git("mv", "moved", "elsewhere")
    (repo.path / "link").symlink_to("ours")
    repo.write("place", "a file\n")
    repo.write("added", "ours\n")
    repo.write("logo", b"a\0ours")
    repo.write("edited", "2\n")
    repo.commit()
    repo.git("checkout", "-q", "-b", "b", "main")
    repo.git("mv", "renamed", "renamed-by-them")
    repo.git("rm", "-q", "edited")
    (repo.path / "link").symlink_to("theirs")
    repo.write("place/inside", "in a folder\n")
    repo.write("moved/three", "a third\n")
    repo.write("added", "theirs\n")
    repo.write("logo", b"a\0theirs")
    repo.commit()

    found = conflict(repo)

    laid_out = {
        path: (mode, oid)
        for mode, _, oid, path in (
            line.split() for line in repo.git("ls-tree", "-r", found.tree).splitlines()
        )
    }
    with_block = "<<<<<<< refs/heads/a\nours\n=======\ntheirs\n>>>>>>> refs/heads/b\n"
    kinds = {
        "added": "add/add",
        "edited": "modify/delete",
        "elsewhere/three": "directory rename",
        "link": "symlink",
        "logo": "binary",
        "place~refs_heads_a": "file/directory",
        "renamed-by-them": "rename/rename",
        "renamed-by-us": "rename/rename",
    }
    blocks = {"added": blocks_of(with_block.encode())}
    assert found.paths == tuple(
        ConflictedPath(path, kind, blocks.get(path, ()), *laid_out[path])
        for path, kind in kinds.items()
    )


def test_a_block_that_a_side_has_anyway_is_not_part_of_the_conflict(repo: Repo) -> None:
    example = "<<<<<<< example\nx\n=======\ny\n>>>>>>> example\n"
    repo.write("doc", example + LINES)
    repo.commit()
    change_on(repo, "a", {"doc": example + LINES.replace("9\n", "ours\n")})
    change_on(repo, "b", {"doc": example + LINES.replace("9\n", "theirs\n")})

    (path,) = conflict(repo).paths

    whole = repo.git("cat-file", "blob", str(path.blob)).encode()
    assert set(path.blocks) == set(blocks_of(whole)) - set(blocks_of(example.encode()))
    assert len(path.blocks) == 1


def test_names_of_any_bytes_are_merged_and_recorded(repo: Repo) -> None:
    name = os.fsdecode(b"caf\xe9\n\tx")
    change_on(repo, "a", {name: "1\n"})
    change_on(repo, "b", {name: "2\n"})

    assert [path.path for path in conflict(repo).paths] == [name]


def test_union_is_honoured_as_our_side_has_it_committed(repo: Repo) -> None:
    repo.write("notes/.gitattributes", "*.md merge=union\n")
    repo.write("notes/log.md", "start\n")
    repo.commit()
    change_on(repo, "a", {"notes/log.md": "start\nours\n"})
    change_on(repo, "b", {"notes/log.md": "start\ntheirs\n"})
    repo.write("notes/.gitattributes", "not committed: *.md merge=binary\n")

    outcome = integration_of(repo).merge("refs/heads/a", "refs/heads/b")

    assert isinstance(outcome, Merged)
    assert repo.git("show", f"{outcome.tree}:notes/log.md") == "start\nours\ntheirs"


@pytest.mark.parametrize("place", ["tree", "info", "default", "builtin name", "own settings"])
def test_no_merge_driver_is_executed(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    ran, settings = tmp_path / "ran", tmp_path / "settings"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    repo.git("config", "user.name", "Alice Example")
    repo.git("config", "user.email", "alice@example.org")
    name = "union" if place in ("builtin name", "own settings") else "evil"
    where = "--global" if place == "own settings" else "--local"
    repo.git("config", where, f"merge.{name}.driver", f"touch '{ran}'; cp %B %A")
    repo.write("text", LINES)
    if place in ("tree", "builtin name", "own settings"):
        repo.write(".gitattributes", f"* merge={name}\n")
    if place == "info":
        repo.write(".git/info/attributes", "* merge=evil\n")
    if place == "default":
        repo.git("config", "merge.default", "evil")
    repo.commit()
    change_on(repo, "a", {"text": LINES.replace("5\n", "ours\n")})
    change_on(repo, "b", {"text": LINES.replace("5\n", "theirs\n")})
    repo.git("merge-tree", "--write-tree", "a", "b")
    assert ran.exists()
    ran.unlink()

    outcome = integration_of(repo).merge("refs/heads/a", "refs/heads/b")

    assert not ran.exists()
    assert isinstance(outcome, Merged if name == "union" else Conflicted)


def test_an_attribute_cannot_hide_a_conflict_by_its_marker_size(repo: Repo) -> None:
    repo.write(".gitattributes", "* conflict-marker-size=40\n")
    repo.commit()
    change_on(repo, "a", {"x": "1\n"})
    change_on(repo, "b", {"x": "2\n"})

    (path,) = conflict(repo).paths

    assert len(path.blocks) == 1


def test_settings_of_the_repository_do_not_change_a_merge(repo: Repo) -> None:
    change_on(repo, "a", {"x": "1\n"})
    change_on(repo, "b", {"x": "2\n"})
    before = conflict(repo)

    repo.git("config", "merge.conflictStyle", "diff3")
    repo.git("config", "merge.renames", "false")

    assert conflict(repo) == before


def test_commits_without_common_history_are_unrelated(repo: Repo) -> None:
    orphan = repo.git("commit-tree", "-m", "alone", "HEAD^{tree}")

    assert integration_of(repo).merge("refs/heads/main", orphan) == Unrelated()


def test_a_commit_that_does_not_exist_is_a_failure_and_no_conflict(repo: Repo) -> None:
    with pytest.raises(GitFailed):
        integration_of(repo).merge("refs/heads/main", "f" * 40)

    assert scratch_of(repo) == []


def test_merging_what_is_there_already_changes_nothing(repo: Repo) -> None:
    integration = integration_of(repo)
    newer = change_on(repo, "a", {"x": "1\n"})

    assert integration.merge(newer, repo.tip("main")) == Merged(integration.tree_of(newer))
    assert integration.contained(newer, repo.tip("main"))
    assert not integration.contained(repo.tip("main"), newer)


def test_a_feature_that_was_squashed_elsewhere_is_contained(repo: Repo) -> None:
    feature = change_on(repo, "a", {"x": "1\n", "y": "2\n"})
    squashed = change_on(repo, "b", {"x": "1\n", "y": "2\n", "z": "3\n"})

    assert integration_of(repo).contained(squashed, feature)


def test_changes_are_brought_over_without_their_history(repo: Repo) -> None:
    repo.write("text", LINES)
    repo.commit()
    base = repo.git("rev-parse", "main^{tree}")
    change_on(repo, "a", {"text": LINES.replace("1\n", "one\n")})
    change_on(repo, "b", {"text": LINES.replace("9\n", "nine\n")})
    objects = set(repo.git("cat-file", "--batch-all-objects", "--batch-check").splitlines())

    outcome = integration_of(repo).merge_changes(
        base, repo.git("rev-parse", "a^{tree}"), repo.git("rev-parse", "b^{tree}")
    )

    assert isinstance(outcome, Merged)
    expected = LINES.replace("1\n", "one\n").replace("9\n", "nine\n")
    assert repo.git("show", f"{outcome.tree}:text") + "\n" == expected
    now = set(repo.git("cat-file", "--batch-all-objects", "--batch-check").splitlines())
    assert {line.split()[1] for line in now - objects} == {"blob", "tree"}


def test_a_forecast_names_the_paths_in_conflict_for_each_pair(repo: Repo) -> None:
    repo.write(".gitattributes", "log merge=union\n")
    repo.write("log", "start\n")
    repo.commit()
    a = change_on(repo, "a", {"x": "1\n", "y": "1\n", "log": "start\na\n"})
    b = change_on(repo, "b", {"x": "2\n", "y": "2\n", "log": "start\nb\n"})
    c = change_on(repo, "c", {"z": "3\n", "log": "start\nc\n"})

    assert integration_of(repo).forecast([(a, b), (a, c), (b, a)]) == [
        ("x", "y"),
        (),
        ("x", "y"),
    ]


def test_a_forecast_goes_on_after_commits_without_common_history(repo: Repo) -> None:
    a, b = change_on(repo, "a", {"x": "1\n"}), change_on(repo, "b", {"x": "2\n"})
    orphan = repo.git("commit-tree", "-m", "alone", "HEAD^{tree}")

    assert integration_of(repo).forecast([(a, orphan), (a, b)]) == [(), ("x",)]


def test_ancestry_is_told(repo: Repo) -> None:
    integration = integration_of(repo)
    start = repo.tip("main")
    a, b = change_on(repo, "a", {"x": "1\n"}), change_on(repo, "b", {"x": "2\n"})
    orphan = repo.git("commit-tree", "-m", "alone", "HEAD^{tree}")

    assert [integration.is_ancestor(start, a), integration.is_ancestor(a, b)] == [True, False]
    assert [integration.merge_base(a, b), integration.merge_base(a, orphan)] == [start, None]


def test_a_repository_with_sha256_is_merged_too(tmp_path: Path) -> None:
    path = tmp_path / "project"
    path.mkdir()
    repo = Repo(path)
    repo.git("init", "-q", "--object-format=sha256")
    repo.write("start", "1\n")
    repo.commit()
    change_on(repo, "a", {"x": "1\n"})
    change_on(repo, "b", {"x": "2\n"})

    assert [each.path for each in conflict(repo).paths] == ["x"]


def test_a_partial_clone_fetches_what_a_merge_needs(tmp_path: Path) -> None:
    source = make_repo(tmp_path / "source")
    source.git("config", "uploadpack.allowFilter", "true")
    source.git("config", "uploadpack.allowAnySHA1InWant", "true")
    source.write("text", LINES)
    source.commit()
    change_on(source, "a", {"text": LINES.replace("1\n", "one\n")})
    change_on(source, "b", {"text": LINES.replace("9\n", "nine\n")})
    clone = tmp_path / "clone"
    source.git("clone", "-q", "--no-checkout", "--filter=blob:none", source.path.as_uri(), clone)

    outcome = integration_of(Repo(clone)).merge("refs/remotes/origin/a", "refs/remotes/origin/b")

    expected = source.git("merge-tree", "--write-tree", "a", "b")
    assert outcome == Merged(expected)


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_clone_is_merged_by_the_history_that_it_has(tmp_path: Path, depth: int) -> None:
    source = make_repo(tmp_path / "source")
    source.write("text", LINES)
    source.commit()
    change_on(source, "a", {"text": LINES.replace("1\n", "one\n")})
    change_on(source, "b", {"text": LINES.replace("9\n", "nine\n")})
    clone = tmp_path / "clone"
    words = ("clone", "-q", f"--depth={depth}", "--no-single-branch")
    source.git(*words, source.path.as_uri(), clone)

    outcome = integration_of(Repo(clone)).merge("refs/remotes/origin/a", "refs/remotes/origin/b")

    merged = Merged(source.git("merge-tree", "--write-tree", "a", "b"))
    assert outcome == (Unrelated() if depth == 1 else merged)


def test_what_a_killed_merge_left_is_removed_once_it_is_old(repo: Repo) -> None:
    scratch = repo.path / ".git/spec-kitty/scratch"
    for name in ("merge-old", "merge-new"):
        (scratch / name / "git").mkdir(parents=True)
        (scratch / name / "git/HEAD").write_text("x")
    os.utime(scratch / "merge-old", (0, 0))

    integration_of(repo).merge("refs/heads/main", "refs/heads/main")

    assert scratch_of(repo) == ["merge-new"]
